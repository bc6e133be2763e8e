"""What a capture looks like -> one sentence: ready, or the next useful thing to do."""

from __future__ import annotations

import math
from collections.abc import Iterable

from aqsense.acquire.capture_state import CaptureNow, SensorNow
from aqsense.record.shaking import ShakeVerdict

NO_SHAKE = ShakeVerdict()

LEAST_SHARE = 0.95  # of the rate that a sensor was configured to; true rates are up to 1.1 % lower
MOST_LOSS = 0.02
LOW_BATTERY = 15.0
LATE_MS = 500.0
SILENT_S = 1.0


def named(site: str) -> str:
    """`left_shin` -> `left shin`."""
    return site.replace("_", " ")


def sentence(now: CaptureNow, kinds: Iterable[str], shake: ShakeVerdict = NO_SHAKE) -> str:
    """The one sentence.

    kinds   of all marks so far
    shake   what is known of the last shake
    """
    if now.failed:
        return now.failed
    waiting = [one for one in now.sensors if one.stage != "streaming"]
    if waiting:
        return _waiting(waiting, len(now.sensors))
    if any(math.isnan(one.rate_hz) for one in now.sensors):
        return "All are connected; checking that data flow."
    return next((text for text in map(_trouble, now.sensors) if text), "") or _next_step(tuple(kinds), shake)


def _waiting(waiting: list[SensorNow], n: int) -> str:
    here = n - len(waiting)
    one = min(waiting, key=lambda sensor: (sensor.n_lost == 0, not sensor.trouble))
    name = named(one.site).capitalize()
    if one.n_lost:
        return f"{name} is lost ({_bare(one.trouble)}): bring it nearer. The other {here} go on."
    if one.trouble:
        return f"{name} does not connect ({_bare(one.trouble)}). {here} of {n} are ready."
    return f"Connecting: {here} of {n} are ready."


def _trouble(one: SensorNow) -> str:
    name = named(one.site).capitalize()
    if one.silent_s > SILENT_S:
        return f"{name} is silent for {one.silent_s:.0f} s: bring it nearer."
    if one.loss > MOST_LOSS:
        return f"{name} loses {100 * one.loss:.0f} % of its samples: bring it nearer."
    if one.rate_hz < LEAST_SHARE * one.nominal_hz:
        return (
            f"{name} sends {one.rate_hz:.0f} samples/s instead of {one.nominal_hz:.0f}: bring it nearer, "
            "or switch it off and on."
        )
    if one.delay_ms > LATE_MS:
        return f"{name} is {one.delay_ms:.0f} ms late: move the laptop nearer."
    if one.battery_percent <= LOW_BATTERY:
        return f"Charge {named(one.site)}: {one.battery_percent:.0f} % are left."
    return ""


def _next_step(kinds: tuple[str, ...], shake: ShakeVerdict) -> str:
    # Who goes on meanwhile is not held up.
    if shake.is_pending and kinds[-1:] == ("shake_end",):
        return "Looking at the shake ..."
    if shake.reason:
        return f"Shake again ({shake.reason}): press S, shake all sensors together for 5 s, press S."
    known = "" if shake.sd_ms is None else f" Shake accepted, known to {shake.sd_ms:.1f} ms."
    return _after_shake(set(kinds)) + known


def _after_shake(kinds: set[str]) -> str:
    if "shake_end" not in kinds:
        if "shake_start" in kinds:
            return "Shake all sensors together in one hand for 5 s, then press S again."
        return "All sensors send. Take them in one hand, press S and shake them for 5 s."
    if "calibration_end" not in kinds:
        if "calibration_start" in kinds:
            return "Stand still with hanging arms for 3 s, then press C again."
        return "Put them on, press C and stand still with hanging arms for 3 s."
    return "READY - run when you like. Shake again (S) when you are through."


def _bare(text: str) -> str:
    """A sentence that stands in brackets."""
    return text.rstrip(".")
