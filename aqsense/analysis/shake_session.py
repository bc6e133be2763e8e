"""Clocks by packets, and the shakes of a session -> clocks that agree.

One shake gives each sensor its offset, two give its drift as well. What the sensors have in common stays with
the packets: session time is the host's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aqsense.analysis.arrival_clock import drift_sd_s
from aqsense.analysis.clock_value import piecewise
from aqsense.analysis.find_shakes import MARGIN_S, find_shakes
from aqsense.analysis.shake import ShakeOffsets, align_shake
from aqsense.model import Floats, Mark

SAME_SHAKE_S = 2.0


@dataclass(frozen=True, slots=True)
class Life:
    """One life of a sensor's counter.

    tick, time_s   (k,) knots of its clock, s
    sd_s           SD against the common time, s
    noise_s        part of it that comes and goes, s
    bend_s         part of that which is no drift, s
    hidden_s       of the connection interval, s
    slow, locked   packets and events nearly keep step; they do
    n              packets
    residual_s     median delay
    shakes         (mid s, offset s, sd s) that fell into it
    """

    tick: Floats
    time_s: Floats
    sd_s: float
    noise_s: float
    bend_s: float
    hidden_s: float
    slow: bool
    locked: bool
    n: int
    residual_s: float
    shakes: tuple[tuple[float, float, float], ...] = ()

    def time_at(self, tick: Floats) -> Floats:
        """Session time of ticks, s."""
        return piecewise(tick, self.tick, self.time_s)


@dataclass(frozen=True, slots=True)
class Turning:
    """Angular rates of one sensor: (n,) ticks, three (n,) columns in rad/s, full scale or None."""

    tick: Floats
    gyro: tuple[Floats, Floats, Floats]
    full_scale_rad_s: float | None


@dataclass(frozen=True, slots=True)
class Shaken:
    """One shake of a session: when, whether a mark told of it, and what it gave."""

    begin_s: float
    end_s: float
    marked: bool
    offsets: ShakeOffsets


def shake_session(
    lives: Mapping[str, Sequence[Life]], turning: Mapping[str, Turning], marks: Sequence[Mark]
) -> tuple[dict[str, list[Life]], list[Shaken]]:
    """Lives corrected by the session's shakes, and the shakes, refused ones too."""
    sizes = {site: _size(turning[site], lives[site]) for site in lives}
    spans = [(begin, end, True) for begin, end in marked_shakes(marks)]
    told = tuple(spans)
    for begin, end in find_shakes(sizes):
        if not any(begin < b + SAME_SHAKE_S and end > a - SAME_SHAKE_S for a, b, _ in told):
            spans.append((begin, end, False))
    shakes = [
        Shaken(begin, end, marked, _aligned(sizes, turning, begin, end))
        for begin, end, marked in sorted(spans)
    ]
    corrected = {site: list(own) for site, own in lives.items()}
    for shaken in shakes:
        if shaken.offsets.accepted:
            _note(corrected, shaken)
    return {site: [_corrected(life) for life in own] for site, own in corrected.items()}, shakes


def marked_shakes(marks: Sequence[Mark]) -> list[tuple[float, float]]:
    """Begin and end of the shakes that marks tell of."""
    spans: list[tuple[float, float]] = []
    begin: float | None = None
    for mark in marks:
        if mark.kind == "shake_start":
            begin = mark.time_s
        elif mark.kind == "shake_end" and begin is not None:
            spans.append((begin, mark.time_s))
            begin = None
    return spans


def _size(turning: Turning, lives: Sequence[Life]) -> tuple[Floats, Floats]:
    """Times and |angular rate| of a sensor, without the samples that it did not deliver."""
    x, y, z = turning.gyro
    size = np.sqrt(x * x + y * y + z * z)
    time = np.full(len(size), np.nan)
    for life in lives:
        own = (turning.tick >= life.tick[0]) & (turning.tick <= life.tick[-1])
        time[own] = life.time_at(turning.tick[own])
    known = np.isfinite(size) & np.isfinite(time)
    return time[known], size[known]


def _aligned(
    sizes: Mapping[str, tuple[Floats, Floats]], turning: Mapping[str, Turning], begin_s: float, end_s: float
) -> ShakeOffsets:
    """Offsets of the sensors that were heard in the shake."""
    rates: dict[str, tuple[Floats, Floats]] = {}
    for site, (time, size) in sizes.items():
        rows = slice(*np.searchsorted(time, [begin_s - MARGIN_S, end_s + MARGIN_S]))
        if rows.stop - rows.start > 0 and _covers(time[rows], begin_s, end_s):
            rates[site] = (time[rows], size[rows])
    return align_shake(rates, {site: turning[site].full_scale_rad_s for site in rates})


def _covers(time_s: Floats, begin_s: float, end_s: float) -> bool:
    """Does a sensor's data span a shake, but for a second at each end?"""
    return bool(time_s[0] <= begin_s + MARGIN_S and time_s[-1] >= end_s - MARGIN_S)


def _note(lives: dict[str, list[Life]], shaken: Shaken) -> None:
    """Give every life the offset that a shake found for it, against what all of them have in common."""
    middle = 0.5 * (shaken.begin_s + shaken.end_s)
    found: dict[str, tuple[int, float]] = {}
    for site, offset in shaken.offsets.offset_s.items():
        for number, life in enumerate(lives[site]):
            if life.time_s[0] - MARGIN_S <= middle <= life.time_s[-1] + MARGIN_S:
                found[site] = (number, offset)
    if len(found) < 2:
        return
    weights = np.array([1.0 / lives[site][number].sd_s ** 2 for site, (number, _) in found.items()])
    common = float(np.average([offset for _, offset in found.values()], weights=weights))
    for site, (number, offset) in found.items():
        life = lives[site][number]
        lives[site][number] = replace(
            life, shakes=(*life.shakes, (middle, offset - common, shaken.offsets.sd_s))
        )


def _corrected(life: Life) -> Life:
    """A life whose clock agrees with its shakes, and what is left of its SD."""
    if not life.shakes:
        return life
    middles, offsets, sds = (np.array(column) for column in zip(*life.shakes, strict=True))
    shake_sd = float(np.sqrt(np.mean(sds**2)))
    if len(middles) == 1:
        drifting = life.hidden_s / np.sqrt(6.0) if life.locked else 0.0
        return replace(
            life,
            time_s=life.time_s - offsets[0],
            sd_s=_total(shake_sd, np.sqrt(2.0) * life.noise_s, drifting),
        )
    knots = np.unique(np.concatenate([life.tick, piecewise(middles, life.time_s, life.tick)]))
    time = life.time_at(knots)
    corrected = time - piecewise(time, middles, offsets)
    apart = float(np.diff(middles).max())
    beyond = max(float(middles[0] - time[0]), float(time[-1] - middles[-1]), 0.0)
    bends = max(life.bend_s, drift_sd_s(apart)) if life.slow else life.bend_s
    sd_s = _total(shake_sd * (1.0 + 2.0 * beyond / (middles[-1] - middles[0])), bends)
    return replace(life, tick=knots, time_s=corrected, sd_s=sd_s)


def _total(*parts: float) -> float:
    return float(np.sqrt(sum(float(part) ** 2 for part in parts)))
