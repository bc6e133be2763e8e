"""How much the legs move over the session: for the first movement of a run, and to align an outside speed.

In:  the shins' gyroscopes with their clocks.
Out: mean rate of turning on a common grid.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.model import Floats

GRID_S = 0.05
SHINS = ("left_shin", "right_shin")
# A shin of someone who stands turns slower than this, or than three times its quietest 0.3 s.
_STILL_RAD_S = math.radians(10.0)
_MOST_STILL_RAD_S = math.radians(40.0)
_STILL_S = 0.3
_LONGEST_BEFORE_S = 4.0
_FEWEST_S = 5.0
_LEAST_CORRELATION, _LEAST_LEAD, _APART_S = 0.7, 0.03, 1.0


@dataclass(frozen=True)
class Movement:
    """Mean rate of turning of the shins, rad/s, on a grid of GRID_S from `begin_s`."""

    begin_s: float
    rate_rad_s: Floats

    @property
    def time_s(self) -> Floats:
        """(n,) session time."""
        return self.begin_s + GRID_S * np.arange(len(self.rate_rad_s), dtype=np.float64)


@dataclass(frozen=True)
class Aligned:
    """Where an outside speed lies on session time; NaN with a reason where that can't be told.

    offset_s      to be added to its times
    correlation   of its speed with the shins' rates
    """

    offset_s: float
    correlation: float
    reason: str = ""


def movement(timed: Mapping[str, TimedSensor]) -> Movement | None:
    """Of the shins that there are; None without one."""
    sensors = [timed[site] for site in SHINS if site in timed]
    if not sensors:
        return None
    spans = [sensor.clock.time_at(sensor.ticks[[0, -1]].astype(float)) for sensor in sensors]
    begin, end = max(float(span[0]) for span in spans), min(float(span[1]) for span in spans)
    edges = begin + GRID_S * np.arange(max(int((end - begin) / GRID_S), 1) + 1, dtype=np.float64)
    rates = [_means(sensor, edges) for sensor in sensors]
    return Movement(begin + GRID_S / 2, np.mean(rates, axis=0))


def _means(sensor: TimedSensor, edges: Floats) -> Floats:
    """Mean |rate| between edges; a hole takes its neighbours'."""
    gyro = sensor.samples.gyro
    size = np.sqrt(gyro[0] ** 2 + gyro[1] ** 2 + gyro[2] ** 2)
    times = sensor.clock.time_at(sensor.ticks.astype(float))
    known = ~np.isnan(size)
    index = np.searchsorted(edges, times[known], side="right") - 1
    inside = (index >= 0) & (index < len(edges) - 1)
    count = np.bincount(index[inside], minlength=len(edges) - 1)
    total = np.bincount(index[inside], size[known][inside], minlength=len(edges) - 1)
    filled = np.flatnonzero(count)
    if not len(filled):
        return np.zeros(len(edges) - 1)
    return np.interp(np.arange(len(edges) - 1), filled, total[filled] / count[filled])


def first_movement_s(move: Movement, first_contact_s: float) -> float:
    """When the athlete who stood still began to move before this contact; NaN where nobody stood."""
    times = move.time_s
    before = (times > first_contact_s - _LONGEST_BEFORE_S) & (times < first_contact_s)
    rows = np.flatnonzero(before)
    needed = round(_STILL_S / GRID_S)
    if len(rows) < needed:
        return math.nan
    quietest = float(np.convolve(move.rate_rad_s[rows], np.full(needed, 1.0 / needed), "valid").min())
    still = move.rate_rad_s[rows] < min(max(_STILL_RAD_S, 3.0 * quietest), _MOST_STILL_RAD_S)
    for row in range(len(rows) - 1, needed - 2, -1):
        if bool(np.all(still[row - needed + 1 : row + 1])):
            return float(times[rows[row]] + GRID_S / 2)
    return math.nan


def align(move: Movement, time_s: Floats, speed_m_s: Floats, within_s: float | None) -> Aligned:
    """Where a speed curve fits the movement best.

    within_s   how far from its own times it may be; None: anywhere in the session
    The correlation of speed with the shins' rate of turning decides, over lags of GRID_S; a second place
    almost as good, a weak correlation, or a curve shorter than 5 s has no answer.
    """
    if time_s[-1] - time_s[0] < _FEWEST_S:
        return Aligned(math.nan, math.nan, "track_too_short")
    curve = np.interp(np.arange(time_s[0], time_s[-1], GRID_S), time_s, speed_m_s)
    smooth = round(0.5 / GRID_S)
    rate = np.convolve(move.rate_rad_s, np.full(smooth, 1.0 / smooth), mode="same")
    start = (time_s[0] - move.begin_s) / GRID_S
    if within_s is None:
        low, high = -len(curve), len(rate)
    else:
        low, high = round(start - within_s / GRID_S), round(start + within_s / GRID_S)
    lags = np.arange(low, high + 1)
    found = np.array([_correlation(curve, rate, int(lag)) for lag in lags])
    if not len(found) or not bool(np.any(~np.isnan(found))):
        return Aligned(math.nan, math.nan, "no_common_time")
    best = int(np.nanargmax(found))
    apart = np.abs(lags - lags[best]) * GRID_S > _APART_S
    second = float(np.nanmax(np.where(apart, found, -1.0)))
    if found[best] < _LEAST_CORRELATION:
        return Aligned(math.nan, float(found[best]), "movement_does_not_fit")
    if second > found[best] - _LEAST_LEAD:
        return Aligned(math.nan, float(found[best]), "several_places_fit")
    return Aligned(float(move.begin_s + lags[best] * GRID_S - time_s[0]), float(found[best]))


def _correlation(curve: Floats, rate: Floats, lag: int) -> float:
    """Over what is common to both; NaN if that is less than 5 s or half of the curve."""
    low, high = max(lag, 0), min(lag + len(curve), len(rate))
    least = max(_FEWEST_S / GRID_S, 0.5 * len(curve))
    if high - low < least:
        return math.nan
    x, y = curve[low - lag : high - lag], rate[low:high]
    x, y = x - x.mean(), y - y.mean()
    size = math.sqrt(float(np.einsum("i,i", x, x) * np.einsum("i,i", y, y)))
    return float(np.einsum("i,i", x, y)) / size if size > 0 else math.nan
