"""Wishes from text, as the command line takes them: `arm:right:25:5`."""

from __future__ import annotations

from aqsense.errors import SettingsError
from aqsense.simulate.wishes import Gap, Late, Lost, Weak


def read_late(text: str) -> Late:
    """`arm:right:25` or `arm:right:25:5` (from the 5th stride on)."""
    who, side, ms, stride = _fields(text, "late", "arm:right:25 or arm:right:25:5", 3, 4)
    return Late(who, side, _number(ms, text, "late"), _whole(stride or "1", text, "late", "stride"))


def read_weak(text: str) -> Weak:
    """`swing:left:0.8` or `swing:left:0.8:5` (from the 5th stride on)."""
    who, side, factor, stride = _fields(text, "weak", "swing:left:0.8 or swing:left:0.8:5", 3, 4)
    return Weak(who, side, _number(factor, text, "weak"), _whole(stride or "1", text, "weak", "stride"))


def read_lost(text: str) -> Lost:
    """`left_shin:6.5`: the sensor is silent from 6.5 s on."""
    site, seconds = _fields(text, "lost", "left_shin:6.5", 2, 2)
    return Lost(site, _number(seconds, text, "lost"))


def read_gap(text: str) -> Gap:
    """`left_shin:6.5:12`: 12 samples from 6.5 s on don't arrive."""
    site, seconds, samples = _fields(text, "gap", "left_shin:6.5:12", 3, 3)
    return Gap(site, _number(seconds, text, "gap"), _whole(samples, text, "gap", "number of samples"))


def _fields(text: str, name: str, example: str, least: int, most: int) -> list[str]:
    """The parts between colons, empty for those left out at the end."""
    parts = text.split(":")
    if not least <= len(parts) <= most:
        raise SettingsError(f"--{name} is {text!r}; expected e.g. {example}", name=name, value=text)
    return parts + [""] * (most - len(parts))


def _number(part: str, text: str, name: str) -> float:
    try:
        return float(part)
    except ValueError:
        raise SettingsError(f"--{name} {text!r}: {part!r} is no number", name=name, value=text) from None


def _whole(part: str, text: str, name: str, what: str) -> int:
    if not part.isdecimal():
        raise SettingsError(f"--{name} {text!r}: {what} {part!r} is no whole number", name=name, value=text)
    return int(part)
