"""A recording at about 50 Hz: what the fit of the body frames looks at.

Block means of all channels, with their session times. Frames need averages over seconds, not events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.model import Floats

COARSE_HZ = 50.0


@dataclass(frozen=True, slots=True)
class Coarse:
    """One sensor at about 50 Hz.

    time_s         (n,) session time of the blocks' middles
    accel, gyro    (3, n) means, m/s^2 and rad/s, sensor axes
    """

    time_s: Floats
    accel: Floats
    gyro: Floats

    @property
    def rate_hz(self) -> float:
        return 1.0 / float(np.median(np.diff(self.time_s)))

    def between(self, start_s: float, stop_s: float) -> slice:
        """Rows with start <= time < stop."""
        first, last = np.searchsorted(self.time_s, [start_s, stop_s])
        return slice(int(first), int(last))


def coarse(timed: TimedSensor) -> Coarse:
    """Block means of one sensor; samples with a NaN are left out of the series."""
    samples = timed.samples
    size = max(1, round(timed.rate_hz / COARSE_HZ))
    columns = [*samples.accel, *samples.gyro]
    ticks = timed.ticks
    if any(np.isnan(column.sum()) for column in columns):
        whole = ~np.isnan(np.stack(columns)).any(axis=0)
        columns, ticks = [column[whole] for column in columns], ticks[whole]
    middle = _block_means(ticks, size)
    means = np.stack([_block_means(column, size) for column in columns])
    return Coarse(timed.clock.time_at(middle), means[:3], means[3:])


def _block_means(column: Floats, size: int) -> Floats:
    n = len(column) // size * size
    total = column[0:n:size].astype(float)
    for offset in range(1, size):
        total += column[offset:n:size]
    return total / size
