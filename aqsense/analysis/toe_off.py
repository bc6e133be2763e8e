"""Toe-off from the shin's dive and from the trunk falling free (METHOD 2.3 TO).

In:  predicted contacts, the dive of each step (the steepest fall of the shin's rate), shins' traces, the
     trunk's vertical specific force.
Out: toe-off with its SD; NaN and a flag where it can't be had.
Refuses: measured contacts, scores.

Two physical signs, because neither holds at every speed:
- The shin's rate dives as the foot lets go. From 600 deg/s of swing rate up its angular acceleration reaches
  three quarters of the dive 6 ms before toe-off (8 and 9 ms in one athlete at 9.5 and 3.5 m/s, 4 ms in
  another at 6.6 m/s). Slower, the foot rolls on and the dive comes 15 to 25 ms late: there the shin alone is
  not believed.
- The trunk's vertical specific force falls to zero as flight begins. Below 900 deg/s its steepest fall, drawn
  on to zero, meets toe-off within 4 ms (upper back at 3.5 m/s, pelvis at 2.5 m/s). In sprinting the trunk
  shakes too much, and the checks of this rule fail.
Between 600 and 900 deg/s both are averaged by their variances.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.accelerometer import Accelerometer
from aqsense.analysis.events import (
    BRIDGED_SD_FACTOR,
    Found,
    Role,
    Steps,
    Stream,
    role_site,
)
from aqsense.analysis.peaks import slope_at
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Quality

DIVE_SHARE = 0.75
AFTER_SHARE_S = 0.006
DIVE_REACH_S = 0.080
WOBBLE_HZ = 15.0  # middle of the soft-tissue band 8-25 Hz
# SD by swing rate, deg/s: between people, not within one (two sprinters differ by 4 ms).
SHIN_RATE_DEG_S = np.array([600.0, 750.0, 900.0])
SHIN_SD_S = np.array([0.015, 0.008, 0.006])
# Leaving out one athlete: 4 ms early in one, 4 late in the other. Forces of other shapes move it more.
TRUNK_SD_S = 0.008
SHIN_ALONE_DEG_S = 900.0
# The shin's dive errs by being late: a trunk that is later still is wrong.
LATEST_AFTER_SHIN_S = 0.020
LEAST_SD_S = 0.005
# Slower sensors alias the movement itself: more SD and a flag for the shin, no word from the trunk.
SLOWEST_FOR_GOOD_TIMES_HZ, SLOW_SD_S = 50.0, 0.010
SLOWEST_TRUNK_HZ = 45.0
# The trunk's force is smoothed over a share of the stride; its fall is sought in shares of the contact time.
SMOOTHING_STRIDES = 0.04
SMOOTHING_MS = (12, 40)
FALL_FROM, FALL_TO = 0.4, 1.1
EARLIEST, LATEST = 0.6, 1.35
SMOOTHING_EARLY = 0.02
PUSH_G, FLIGHT_G, FLIGHT_AFTER_S = 1.5, 0.6, 0.030
GRID_HZ = 100.0
LONGEST_S = 0.45
_BLOCK = 2048


def find_toe_offs(
    steps: Steps, dive: Found, swing_rate_deg_s: Floats, streams: Mapping[str, Stream],
    trunk: Accelerometer | None, shin_alone_deg_s: float,
) -> Found:  # fmt: skip
    """Toe-off of every step.

    dive               steepest fall of the stance shin's rate, as found by EVENT_RULES
    swing_rate_deg_s   height of the step's swing peak
    trunk              vertical specific force of trunk or pelvis; None = no such sensor
    shin_alone_deg_s   swing rate below which the shin alone is not believed (Settings.toe_off_rate_deg_s)
    """
    shin = _by_shins(steps, dive, streams)
    fast = swing_rate_deg_s >= shin_alone_deg_s
    shin_sd = np.hypot(shin.sd_s, np.interp(swing_rate_deg_s, SHIN_RATE_DEG_S, SHIN_SD_S))
    shin_sd = np.where(shin.bridged, BRIDGED_SD_FACTOR, 1.0) * shin_sd
    shin_weight = np.where(fast & ~np.isnan(shin.time_s), 1.0 / (shin_sd * shin_sd), 0.0)
    trunk_s = np.full(len(steps), np.nan)
    slow = swing_rate_deg_s < SHIN_ALONE_DEG_S
    heard = trunk is not None and trunk.rate_hz >= SLOWEST_TRUNK_HZ
    if trunk is not None and heard and slow.any():
        trunk_s[slow] = _by_trunk(steps.where(slow), trunk)
    trunk_believed = ~np.isnan(trunk_s) & ~(trunk_s - shin.time_s > LATEST_AFTER_SHIN_S)
    trunk_weight = np.where(trunk_believed, 1.0 / (TRUNK_SD_S * TRUNK_SD_S), 0.0)
    return _joined(shin, shin_weight, trunk_s, trunk_weight, dive, fast | heard)


def _joined(
    shin: _ShinToeOff, shin_weight: Floats, trunk_s: Floats, trunk_weight: Floats, dive: Found,
    claimed: NDArray[np.bool_],
) -> Found:  # fmt: skip
    weight = shin_weight + trunk_weight
    seen = weight > 0
    safe = np.where(seen, weight, 1.0)
    # Only one of the two where the other has no weight: NaN times zero would stay NaN.
    by_shin = np.where(shin_weight > 0, shin.time_s, 0.0)
    by_trunk = np.where(trunk_weight > 0, trunk_s, 0.0)
    time_s = by_trunk + (shin_weight / safe) * (by_shin - by_trunk)
    only_shin = shin_weight > 0
    flags = np.where(only_shin, dive.quality, 0) & int(Quality.BRIDGED | Quality.CLIPPED)
    flags |= np.where(only_shin & shin.low_rate, int(Quality.LOW_RATE), 0)
    reason = np.where(claimed, int(Quality.NO_TOE_OFF), int(Quality.TOE_OFF_NOT_CLAIMED))
    missing = dive.quality & int(Quality.MISSING_SENSOR | Quality.NO_DATA)
    return Found(
        np.where(seen, time_s, np.nan),
        np.where(seen, np.maximum(np.sqrt(1.0 / safe), LEAST_SD_S), np.nan),
        np.where(seen, dive.amplitude, np.nan),
        np.full(len(time_s), np.nan),
        np.where(seen, flags, reason | missing).astype(np.int64),
    )


@dataclass(frozen=True, slots=True)
class _ShinToeOff:
    """By the shin alone; sd_s is what soft tissue and a slow sensor contribute."""

    time_s: Floats
    sd_s: Floats
    bridged: NDArray[np.bool_]
    low_rate: NDArray[np.bool_]


def _by_shins(steps: Steps, dive: Found, streams: Mapping[str, Stream]) -> _ShinToeOff:
    time_s, sd_s = np.full(len(steps), np.nan), np.full(len(steps), np.nan)
    low_rate = np.zeros(len(steps), bool)
    for stance in (0, 1):
        stream = streams.get(role_site(Role.STANCE_SHIN, stance))
        here = (steps.stance == stance) & ~np.isnan(dive.time_s)
        if stream is not None and here.any():
            time_s[here], sd_s[here] = _before_dive(stream, dive.time_s[here], dive.amplitude[here])
            low_rate[here] = stream.trace.sample_rate_hz < SLOWEST_FOR_GOOD_TIMES_HZ
    sd_s = np.hypot(sd_s, np.where(low_rate, SLOW_SD_S, 0.0))
    return _ShinToeOff(time_s, sd_s, dive.quality & int(Quality.BRIDGED) > 0, low_rate)


def _before_dive(stream: Stream, dive_s: Floats, depth: Floats) -> tuple[Floats, Floats]:
    """Where the angular acceleration last passed DIVE_SHARE of the dive's depth (rad/s^2), plus the delay."""
    trace, clock = stream.trace, stream.clock
    position = trace.position_at(clock.tick_at(dive_s))
    lowest = np.floor(position).astype(np.int64)
    reach = int(DIVE_REACH_S * trace.rate_hz)
    begin = int(lowest.min()) - reach - 4
    values = trace.channel(0)[max(begin, 0) : int(lowest.max()) + 8]
    index = lowest[:, None] - max(begin, 0) + np.arange(-reach, 2)
    acceleration = slope_at(values, index) * trace.rate_hz
    level = DIVE_SHARE * depth
    first, _ = trace.bounds(lowest)
    falls = (acceleration[:, :-1] > level[:, None]) & (acceleration[:, 1:] <= level[:, None])
    falls &= index[:, :-1] + max(begin, 0) >= first[:, None]
    last = falls.shape[1] - 1 - np.argmax(falls[:, ::-1], axis=1)
    rows = np.arange(len(last))
    above, below = acceleration[rows, last], acceleration[rows, last + 1]
    steep = np.where(above > below, above - below, 1.0)
    crossing = lowest - reach + last + (above - level) / steep
    found = falls.any(axis=1) & (depth < 0)
    time_s = clock.time_at(trace.tick_at(np.where(found, crossing, 0.0))) + AFTER_SHARE_S
    wobble = 2 * np.pi * WOBBLE_HZ * stream.wobble_rad_s / (steep * trace.rate_hz)
    return np.where(found, time_s, np.nan), np.where(found, wobble, np.nan)


def _by_trunk(steps: Steps, trunk: Accelerometer) -> Floats:
    found = np.full(len(steps), np.nan)
    contact_time = steps.toe_off_s - steps.contact_s
    for begin in range(0, len(steps), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        found[part] = _trunk_falls_free(
            trunk, steps.contact_s[part], contact_time[part], steps.stride_s[part]
        )
    return found


def _trunk_falls_free(
    trunk: Accelerometer, contact_s: Floats, contact_time_s: Floats, stride_s: Floats
) -> Floats:
    """Where the tangent of the smoothed force's steepest fall meets zero; NaN where no flight follows."""
    force, slope, away_s = _smoothed(trunk, contact_s, stride_s)
    seek = (away_s >= FALL_FROM * contact_time_s[:, None]) & (away_s <= FALL_TO * contact_time_s[:, None])
    whole = ~(seek & np.isnan(slope)).any(axis=1) & ~np.isnan(contact_s)
    steepest = np.argmin(np.where(seek & ~np.isnan(slope), slope, np.inf), axis=1)
    rows = np.arange(len(steepest))
    fall = slope[rows, steepest]
    inner = seek[rows, np.maximum(steepest - 1, 0)] & seek[rows, np.minimum(steepest + 1, seek.shape[1] - 1)]
    falls = whole & inner & (fall < 0)
    to_zero = force[rows, steepest] / np.where(falls, -fall, 1.0)
    after_s = (away_s[rows, steepest] + to_zero) / (1.0 - SMOOTHING_EARLY)
    pushed = np.where(away_s <= away_s[rows, steepest][:, None], force, -np.inf).max(axis=1)
    flight = force[rows, np.argmax(away_s >= after_s[:, None] + FLIGHT_AFTER_S, axis=1)]
    falls &= (pushed > PUSH_G * STANDARD_GRAVITY_M_S2) & (flight < FLIGHT_G * STANDARD_GRAVITY_M_S2)
    falls &= (after_s > EARLIEST * contact_time_s) & (after_s < LATEST * contact_time_s)
    return np.where(falls, contact_s + after_s, np.nan)


def _smoothed(trunk: Accelerometer, contact_s: Floats, stride_s: Floats) -> tuple[Floats, Floats, Floats]:
    """Vertical force (n, m), its slope, and their times after contact: Gaussians about every 10 ms."""
    rate_hz = trunk.rate_hz
    weights, slope_weights = _gaussians(round(rate_hz, 3))
    reach = weights.shape[1] // 2
    stride = max(1, round(rate_hz / GRID_HZ))
    window = trunk.around(contact_s, reach / rate_hz, LONGEST_S + reach / rate_hz)
    vertical = window.values[0]
    first = window.before - reach
    count = (vertical.shape[1] - first - 2 * reach - 1) // stride + 1
    low, high = SMOOTHING_MS
    kind = np.rint(np.clip(1e3 * SMOOTHING_STRIDES * stride_s, low, high)).astype(np.int64) - low
    force, slope = np.zeros((len(kind), count)), np.zeros((len(kind), count))
    for tap in range(2 * reach + 1):
        column = vertical[:, first + tap : first + tap + (count - 1) * stride + 1 : stride]
        force += weights[kind, tap][:, None] * column
        slope += slope_weights[kind, tap][:, None] * column
    return force, slope, (np.arange(count, dtype=np.int64) * stride - window.offset[:, None]) / rate_hz


@cache
def _gaussians(rate_hz: float) -> tuple[Floats, Floats]:
    """Taps of the Gaussians with SD of SMOOTHING_MS, a row per ms, and of their derivatives (1/s)."""
    sd_s = 1e-3 * np.arange(SMOOTHING_MS[0], SMOOTHING_MS[1] + 1)[:, None]
    reach = int(np.ceil(3e-3 * SMOOTHING_MS[1] * rate_hz))
    away_s = np.arange(-reach, reach + 1) / rate_hz
    weights = np.where(np.abs(away_s) <= 3 * sd_s, np.exp(-0.5 * (away_s / sd_s) ** 2), 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    return weights, weights * away_s / sd_s**2
