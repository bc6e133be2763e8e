"""Swing peaks -> predicted contact and toe-off, and the measured contact (METHOD 2.3).

Predictions come from the gyroscope alone: the shin's rate falls through zero shortly before the foot lands.
They place every search window. The measured contact only gives contact times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import Clock
from aqsense.analysis.events import Bound, EventRule, Found, Kind, Role, Steps, Stream, find_event
from aqsense.analysis.signals import Trace
from aqsense.analysis.tape import Tape
from aqsense.model import Event, Floats, Quality, Ticks

# Stride time -> contact time, and -> the share of the stride from contact to the other leg's swing peak (METHOD 2.3, 3.2).
STRIDE_S = np.array([0.44, 0.46, 0.53, 0.75, 0.90])
CONTACT_TIME_S = np.array([0.095, 0.118, 0.155, 0.240, 0.290])
CONTACT_TO_SWING = np.array([0.190, 0.192, 0.260, 0.323, 0.340])
# From the fall through zero to contact: 29-56 ms in sprinting, 44 at 3.5 m/s, 6-27 on treadmills (METHOD 2.3).
ZERO_TO_CONTACT_S = 0.035
GYRO_ONLY_SD_S = 0.014
_ZERO_RULE = EventRule(
    Event.INITIAL_CONTACT,
    Role.STANCE_SHIN,
    Kind.FIRST_FALL_THROUGH_ZERO,
    Bound("swing_peak"),
    Bound("swing_peak", stride_times=0.4),
)
WINDOW_BEFORE_ZERO_S, WINDOW_AFTER_ZERO_S = 0.020, 0.090
QUIET_SDS = 6.0
MAD_TO_SD = 1.4826
SLOWEST_FOR_IMPACT_HZ = 40.0


class Accelerometer:
    """Raw specific force of one sensor as it came, for impacts: ticks, jerk norm, clock."""

    def __init__(self, clock: Clock, ticks_per_sample: float, rate_hz: float):
        self.clock = clock
        self.rate_hz = rate_hz
        self._ticks_per_sample = ticks_per_sample
        self._ticks = Tape(np.int64)
        self._jerk = Tape(np.float64)
        self._last: tuple[int, Floats] | None = None

    def push(self, tick: Ticks, accel: tuple[Floats, Floats, Floats]) -> None:
        """Take rows; the jerk of a row is that from the row before, NaN behind a lost sample."""
        if not len(tick):
            return
        columns = [np.asarray(column) for column in accel]
        if self._last is None:
            before_tick, before = int(tick[0]), [np.nan] * 3
        else:
            before_tick, before = self._last[0], list(self._last[1])
        square = np.zeros(len(tick))
        for column, first in zip(columns, before, strict=True):
            step = np.empty(len(tick))
            step[0] = column[0] - first
            np.subtract(column[1:], column[:-1], out=step[1:])
            step *= step
            square += step
        steps = np.diff(tick, prepend=before_tick)
        square[np.rint(steps / self._ticks_per_sample) != 1] = np.nan
        self._ticks.append(tick)
        self._jerk.append(np.sqrt(square) * self.rate_hz)
        self._last = int(tick[-1]), np.array([column[-1] for column in columns])

    @property
    def ticks(self) -> Ticks:
        return self._ticks.values

    @property
    def jerk(self) -> Floats:
        """(n,) m/s^3, between a sample and the one before it."""
        return self._jerk.values


@dataclass(frozen=True, slots=True)
class Landing:
    """What is predicted and measured of the contact that follows each swing peak.

    predicted_s   from the gyroscope; NaN where the shin has no data
    measured      the contact with its SD and flags
    """

    predicted_s: Floats
    measured: Found


def contact_time(stride_s: Floats) -> Floats:
    """Contact time that goes with a stride time, s: a prediction for search windows only."""
    return np.interp(stride_s, STRIDE_S, CONTACT_TIME_S)


def contact_before_swing(swing_s: Floats, stride_s: Floats) -> Floats:
    """Predicted contact of the stance foot from the other leg's swing peak."""
    return swing_s - np.interp(stride_s, STRIDE_S, CONTACT_TO_SWING) * stride_s


def find_landings(
    swing_s: Floats, side: NDArray[np.int64], stride_s: Floats, streams: Mapping[str, Stream],
    accelerometers: Mapping[str, Accelerometer],
) -> Landing:  # fmt: skip
    """Contact that ends each swing; arrays of one length, a row per swing peak.

    swing_s    swing peaks, session time
    side       0 left, 1 right: the swinging leg
    stride_s   stride times
    """
    n = len(swing_s)
    predicted = np.full(n, np.nan)
    measured = Found.nothing(n, Quality.MISSING_SENSOR)
    for value, site in ((0, "left_shin"), (1, "right_shin")):
        of_side = side == value
        if site not in streams or not of_side.any():
            continue
        swings = Steps(side[of_side], swing_s[of_side], swing_s[of_side], stride_s[of_side])
        anchors = {"swing_peak": swing_s[of_side]}
        zero, _ = find_event(_ZERO_RULE, swings, anchors, streams[site], 1.0, 1.0)
        predicted[of_side] = zero.time_s + ZERO_TO_CONTACT_S
        impact = _impact(zero.time_s, swing_s[of_side], stride_s[of_side], accelerometers[site])
        measured.put(of_side, _by_gyro(zero, impact))
    return Landing(predicted, measured)


def _by_gyro(zero: Found, impact: Found) -> Found:
    """The impact where it was seen, else the gyroscope's prediction with its larger SD."""
    seen = ~np.isnan(impact.time_s)
    predicted = zero.time_s + ZERO_TO_CONTACT_S
    nan = np.full(len(seen), np.nan)
    quality = np.where(seen, 0, int(Quality.IC_GYRO_ONLY))
    none = np.isnan(zero.time_s)
    return Found(
        np.where(seen, impact.time_s, predicted),
        np.where(seen, impact.sd_s, np.where(none, np.nan, np.maximum(zero.sd_s, GYRO_ONLY_SD_S))),
        np.where(seen, impact.amplitude, np.nan),
        nan,
        np.where(none, int(Quality.NO_CONTACT) | zero.quality, quality).astype(np.int64),
    )


def _impact(zero_s: Floats, swing_s: Floats, stride_s: Floats, accelerometer: Accelerometer) -> Found:
    """First crossing of six robust SDs of mid-swing by the jerk norm, around the fall through zero."""
    found = Found.nothing(len(zero_s), Quality.NO_CONTACT)
    if accelerometer.rate_hz < SLOWEST_FOR_IMPACT_HZ or not len(accelerometer.ticks):
        return found
    safe = np.where(np.isnan(zero_s), swing_s, zero_s)
    quiet = _windows(accelerometer, swing_s - 0.12 * stride_s, swing_s + 0.02 * stride_s)
    level = QUIET_SDS * MAD_TO_SD * np.nanmedian(quiet.jerk, axis=1)
    seek = _windows(accelerometer, safe - WINDOW_BEFORE_ZERO_S, safe + WINDOW_AFTER_ZERO_S)
    above = seek.jerk >= level[:, None]
    first = np.argmax(above, axis=1)
    seen = above.any(axis=1) & ~np.isnan(zero_s)
    rows = np.arange(len(first))
    here, before = seek.jerk[rows, first], seek.jerk[rows, np.maximum(first - 1, 0)]
    with np.errstate(divide="ignore", invalid="ignore"):
        part = np.where((first > 0) & (here > before), (here - level) / (here - before), 0.0)
    part = np.nan_to_num(np.clip(part, 0.0, 1.0))
    # A jerk value stands for the middle between its sample and the one before.
    time_s = seek.time_s[rows, first] - (0.5 + part) / accelerometer.rate_hz
    sd = np.full(len(first), np.hypot(0.004, 1.0 / (accelerometer.rate_hz * np.sqrt(12))))
    found.time_s = np.where(seen, time_s, np.nan)
    found.sd_s = np.where(seen, sd, np.nan)
    found.quality = np.where(seen, 0, int(Quality.NO_CONTACT)).astype(np.int64)
    return found


@dataclass(frozen=True, slots=True)
class _Windows:
    time_s: Floats  # (rows, width)
    jerk: Floats  # NaN outside the window


def _windows(accelerometer: Accelerometer, begin_s: Floats, end_s: Floats) -> _Windows:
    ticks = accelerometer.ticks
    low = np.searchsorted(ticks, accelerometer.clock.tick_at(begin_s))
    high = np.searchsorted(ticks, accelerometer.clock.tick_at(end_s))
    width = int(max((high - low).max(initial=1), 1))
    index = low[:, None] + np.arange(width)
    inside = index < np.minimum(high, len(ticks))[:, None]
    safe = np.minimum(index, len(ticks) - 1)
    jerk = np.where(inside, accelerometer.jerk[safe], np.nan)
    return _Windows(accelerometer.clock.time_at(ticks[safe].astype(float)), jerk)


def has_data(trace: Trace, clock: Clock, begin_s: float, end_s: float) -> bool:
    """True where one stretch of the trace holds the whole span."""
    ticks = clock.tick_at(np.array([begin_s, end_s]))
    return bool(trace.covers(ticks[:1], ticks[1:])[0])
