"""Swing peaks -> predicted contact and toe-off, and the measured contact (METHOD 2.3).

Predictions come from the gyroscope alone: the shin's rate falls through zero shortly before the foot lands.
They place every search window. The measured contact only gives contact times.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.accelerometer import Accelerometer
from aqsense.analysis.clock import Clock
from aqsense.analysis.events import (
    BRIDGED_SD_FACTOR,
    Bound,
    EventRule,
    Found,
    Kind,
    Role,
    Steps,
    Stream,
    find_event,
)
from aqsense.analysis.impact import Impacts, find_impacts
from aqsense.analysis.signals import Trace
from aqsense.model import Event, Floats, Quality

# Stride time -> contact time, and -> the share of the stride from contact to the other leg's swing peak
# (METHOD 2.3, 3.2).
STRIDE_S = np.array([0.44, 0.46, 0.53, 0.75, 0.90])
CONTACT_TIME_S = np.array([0.095, 0.118, 0.155, 0.240, 0.290])
CONTACT_TO_SWING = np.array([0.190, 0.192, 0.260, 0.323, 0.340])
# From the fall through zero to contact: 29-56 ms in sprinting, 44 at 3.5 m/s, 6-27 on treadmills.
ZERO_TO_CONTACT_S = 0.035
GYRO_ONLY_SD_S = 0.014
_ZERO_RULE = EventRule(
    Event.INITIAL_CONTACT,
    Role.STANCE_SHIN,
    Kind.FIRST_FALL_THROUGH_ZERO,
    Bound("swing_peak"),
    Bound("swing_peak", stride_times=0.4),
)
SLOWEST_FOR_IMPACT_HZ = 40.0
SLOWEST_FOR_GOOD_TIMES_HZ = 50.0


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
        accelerometer = accelerometers.get(site)
        impacts = Impacts.none(int(of_side.sum()))
        slow = streams[site].trace.sample_rate_hz < SLOWEST_FOR_GOOD_TIMES_HZ
        if accelerometer is not None and accelerometer.rate_hz >= SLOWEST_FOR_IMPACT_HZ:
            impacts = find_impacts(accelerometer, zero.time_s, swing_s[of_side])
        measured.put(of_side, _contacts(zero, impacts, slow=slow))
    return Landing(predicted, measured)


def _contacts(zero: Found, impacts: Impacts, *, slow: bool) -> Found:
    """The impact where it was seen, else the gyroscope's prediction with its larger SD."""
    seen, none = ~np.isnan(impacts.time_s), np.isnan(zero.time_s)
    gyro_sd = np.where(none, np.nan, np.sqrt(GYRO_ONLY_SD_S**2 + zero.sd_s * zero.sd_s))
    impact_sd = np.where(impacts.bridged, BRIDGED_SD_FACTOR, 1.0) * impacts.sd_s
    # A bridged rise may tell less than the gyroscope.
    seen &= ~(impact_sd > gyro_sd)
    quality = np.where(seen, np.where(impacts.bridged, int(Quality.BRIDGED), 0), int(Quality.IC_GYRO_ONLY))
    quality |= zero.quality & int(Quality.BRIDGED)
    quality = np.where(none, int(Quality.NO_CONTACT) | zero.quality, quality)
    nan = np.full(len(seen), np.nan)
    return Found(
        np.where(seen, impacts.time_s, zero.time_s + ZERO_TO_CONTACT_S),
        np.where(seen, impact_sd, gyro_sd),
        nan,
        nan,
        (quality | (int(Quality.LOW_RATE) if slow else 0)).astype(np.int64),
    )


def has_data(trace: Trace, clock: Clock, begin_s: float, end_s: float) -> bool:
    """True where one stretch of the trace holds the whole span."""
    ticks = clock.tick_at(np.array([begin_s, end_s]))
    return bool(trace.covers(ticks[:1], ticks[1:])[0])
