"""A recording at about 50 Hz: what the fit of the body frames looks at.

Block means of all channels, with their session times. Frames need averages over seconds, not events.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.tick_search import count_before
from aqsense.model import Floats

COARSE_HZ = 50.0
TURNING_HZ = 25.0

Spans = list[tuple[float, float]]


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


def coarse(timed: TimedSensor, spans: Spans | None = None) -> Coarse:
    """Block means of one sensor, of the whole recording or of spans of session time in rising order.

    Samples with a NaN are left out.
    """
    parts = [_means(timed, rows) for rows in _row_ranges(timed, spans)]
    return Coarse(
        np.concatenate([time_s for time_s, _ in parts]),
        np.concatenate([values[:3] for _, values in parts], axis=1),
        np.concatenate([values[3:] for _, values in parts], axis=1),
    )


def turning_rate(timed: TimedSensor) -> tuple[Floats, Floats]:
    """Session times of the seconds of a recording and the RMS of |rate| in each, rad/s: how lively a sensor
    is.

    Looks at about 25 samples a second.
    """
    every = max(1, round(timed.rate_hz / TURNING_HZ))
    per_second = max(1, round(timed.rate_hz / every))
    power = np.zeros(len(timed.ticks[::every]))
    for column in timed.samples.gyro:
        power += np.nan_to_num(column[::every]) ** 2
    n = len(power) // per_second
    seconds = power[: n * per_second].reshape(n, per_second).mean(axis=1)
    starts = timed.ticks[::every][: n * per_second : per_second]
    return timed.clock.time_at(starts.astype(float)), np.sqrt(seconds)


def _row_ranges(timed: TimedSensor, spans: Spans | None) -> list[slice]:
    if spans is None:
        return [slice(0, len(timed.ticks))]
    edges = timed.clock.tick_at(np.array(spans).reshape(-1))
    rows = count_before(timed.ticks, edges).reshape(-1, 2)
    return [slice(int(start), int(stop)) for start, stop in rows]


def _means(timed: TimedSensor, rows: slice) -> tuple[Floats, Floats]:
    samples = timed.samples
    size = max(1, round(timed.rate_hz / COARSE_HZ))
    columns = [column[rows] for column in (*samples.accel, *samples.gyro)]
    ticks = timed.ticks[rows]
    if any(np.isnan(column.sum()) for column in columns):
        whole = ~np.isnan(np.stack(columns)).any(axis=0)
        columns, ticks = [column[whole] for column in columns], ticks[whole]
    middle = _block_means(ticks, size)
    return timed.clock.time_at(middle), np.stack([_block_means(column, size) for column in columns])


def _block_means(column: NDArray[Any], size: int) -> Floats:
    n = len(column) // size * size
    total = column[0:n:size].astype(float)
    for offset in range(1, size):
        total += column[offset:n:size]
    return total / size
