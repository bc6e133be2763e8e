"""One sensor's samples in body axes over a stretch of time: for questions about all three axes of the trunk.

In:  the sensor's untouched samples with their clock, and its body frame.
Out: rates and specific force along forward, left and up (METHOD 1.2), at the sensor's own rate, unfiltered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.frames import Frame
from aqsense.model import Floats


@dataclass(frozen=True, slots=True)
class BodyMotion:
    """Rows of one sensor in body axes.

    time_s        (n,) session time
    rate_rad_s    (3, n) about forward (roll), left and up (yaw)
    accel_m_s2    (3, n) along forward, left and up, gravity included
    is_clipped    (n,) a sensor axis of the accelerometer within 1 % of its full scale
    """

    time_s: Floats
    rate_rad_s: Floats
    accel_m_s2: Floats
    is_clipped: NDArray[np.bool_]

    def cut(self, begin_s: float, end_s: float) -> BodyMotion:
        """Rows in [begin, end) as views."""
        low, high = np.searchsorted(self.time_s, [begin_s, end_s])
        rows = slice(int(low), int(high))
        return BodyMotion(
            self.time_s[rows], self.rate_rad_s[:, rows], self.accel_m_s2[:, rows], self.is_clipped[rows]
        )


@dataclass(frozen=True)
class BodySensor:
    """A sensor whose stretches can be asked for in body axes."""

    timed: TimedSensor
    frame: Frame

    def between(self, begin_s: float, end_s: float) -> BodyMotion:
        """Samples in [begin, end), session time, s."""
        clock, ticks = self.timed.clock, self.timed.ticks
        low, high = np.searchsorted(ticks, clock.tick_at(np.array([begin_s, end_s])))
        rows = self.timed.samples.rows(int(low), int(high))
        up, right = self.frame.up, self.frame.right
        axes = np.stack([np.cross(up, right), -right, up])
        bias = np.asarray(self.frame.bias_rad_s, float)
        return BodyMotion(
            clock.time_at(ticks[low:high].astype(float)),
            axes @ (np.stack(rows.gyro) - bias[:, None]),
            axes @ np.stack(rows.accel),
            _is_clipped(np.stack(rows.accel), self.timed.sensor.accel_range_m_s2),
        )


def _is_clipped(accel: Floats, range_m_s2: float | None) -> NDArray[np.bool_]:
    limit = 0.99 * range_m_s2 if range_m_s2 is not None else math.inf
    x, y, z = (np.abs(axis) < limit for axis in accel)
    return np.logical_not(np.logical_and(np.logical_and(x, y), z))
