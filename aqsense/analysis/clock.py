"""Device ticks <-> session time.

A `Clock` is a value: offline it is fitted on the whole recording first, live it comes from the set-up. Events
are stamped with it; samples are never moved.
"""

from __future__ import annotations

import numpy as np

from aqsense.analysis.clock_value import Clock, TimedSensor
from aqsense.analysis.tick_clocks import time_by_ticks
from aqsense.errors import RecordingError
from aqsense.model import Floats, Recording, Samples, Ticks

__all__ = ["Clock", "TimedSensor", "time_sensors"]

LARGEST_RESIDUAL_SAMPLES = 0.3
FEWEST_SAMPLES = 8


def time_sensors(recording: Recording, *, resample: bool = False) -> dict[str, TimedSensor]:
    """Ticks and clock for every sensor of a recording, by site.

    Raises RecordingError where a `time_s` column is irregular (without `resample`), or where ticks have no
    arrivals to place them in time.
    """
    by_ticks = time_by_ticks(recording).timed
    timed: dict[str, TimedSensor] = {}
    shared: dict[int, tuple[Ticks, Clock, float]] = {}
    for site, sensor in recording.sensors.items():
        samples = sensor.samples
        if samples.time_s is None:
            timed[site] = by_ticks[site]
            continue
        if len(samples) < FEWEST_SAMPLES:
            n = len(samples)
            raise RecordingError(
                f"{site} has only {n} sample{'' if n == 1 else 's'}; expected {FEWEST_SAMPLES} at least. "
                "Remove the "
                "sensor from the recording, or export it again.",
                path=recording.path,
            )
        key = id(samples.time_s)
        if key not in shared:
            try:
                shared[key] = _index_samples(samples.time_s, recording.sync_sd_s)
            except _IrregularError as irregular:
                if not resample:
                    raise RecordingError(
                        f"{site}: {irregular}. Record at a steady rate, or say --resample to accept "
                        "interpolated samples.",
                        path=recording.path,
                    ) from None
                samples = resampled(samples)
                assert samples.time_s is not None
                key = id(samples.time_s)
                shared[key] = _index_samples(samples.time_s, recording.sync_sd_s)
        ticks, clock, rate_hz = shared[key]
        with_ticks = Samples(ticks, samples.time_s, samples.accel, samples.gyro)
        timed[site] = TimedSensor(sensor, with_ticks, clock, rate_hz, 1.0)
    return timed


class _IrregularError(Exception):
    """Times are no regular sampling; the message says how far off."""


def _median_rate_hz(time_s: Floats) -> float:
    """Samples per second, the median over stretches of 1 s: holes don't move it."""
    rough = 1.0 / float(np.median(np.diff(time_s[:2000])))
    n = int(min(max(round(rough), 1), len(time_s) - 1))
    elapsed = time_s[n::n] - time_s[:-n:n][: len(time_s[n::n])]
    return float(n / np.median(elapsed))


def _index_samples(time_s: Floats, sd_s: float) -> tuple[Ticks, Clock, float]:
    """Sample numbers as ticks, the clock that returns the times, and the true rate."""
    rate_hz = _median_rate_hz(time_s)
    steps = np.rint(np.diff(time_s) * rate_hz).astype(np.int64)
    if (steps < 1).any():
        row = int(np.argmax(steps < 1)) + 1
        raise _IrregularError(
            f"time_s is irregular: sample {row} comes {1e3 * (time_s[row] - time_s[row - 1]):.2f} ms after "
            f"the one before it, at a median rate of {rate_hz:.4g} Hz"
        )
    ticks = np.concatenate([[0], np.cumsum(steps)])
    clock = _block_clock(ticks, time_s, rate_hz, sd_s)
    off = np.abs(time_s - np.interp(ticks, clock.tick, clock.time_s)) * rate_hz
    # Before the first knot and after the last one the clock runs on; np.interp stands still there.
    ends = np.concatenate([np.flatnonzero(ticks < clock.tick[0]), np.flatnonzero(ticks > clock.tick[-1])])
    off[ends] = np.abs(time_s[ends] - clock.time_at(ticks[ends].astype(float))) * rate_hz
    worst = int(np.argmax(off))
    if off[worst] > LARGEST_RESIDUAL_SAMPLES:
        raise _IrregularError(
            f"time_s is irregular: sample {worst} at {time_s[worst]:.4f} s lies {off[worst]:.2f} samples off "
            f"a steady {rate_hz:.4g} Hz (up to {LARGEST_RESIDUAL_SAMPLES} is accepted)"
        )
    return ticks, clock, rate_hz


def _block_clock(ticks: Ticks, time_s: Floats, rate_hz: float, sd_s: float) -> Clock:
    """A knot per second of samples at the mean of its times: rounding and jitter average out."""
    per_block = max(4, round(rate_hz))
    n_blocks = max(2, len(ticks) // per_block)
    edges = np.linspace(0, len(ticks), n_blocks + 1).astype(np.int64)
    counts = np.diff(edges)
    origin = float(time_s[0])
    mean_time = origin + np.add.reduceat(time_s - origin, edges[:-1]) / counts
    mean_tick = np.add.reduceat(ticks.astype(float), edges[:-1]) / counts
    return Clock("common", mean_tick, mean_time, sd_s)


def resampled(samples: Samples) -> Samples:
    """Irregular samples on a steady grid at their median rate: cubic between them, none inside holes.

    A hole is a step of more than 2.5 median periods.
    """
    from scipy.interpolate import CubicSpline

    time_s = samples.time_s
    assert time_s is not None
    rate_hz = _median_rate_hz(time_s)
    holes = np.flatnonzero(np.diff(time_s) * rate_hz > 2.5) + 1
    grid_parts: list[Floats] = []
    value_parts: list[Floats] = []
    columns = np.stack([*samples.accel, *samples.gyro], axis=1)
    for part in np.split(np.arange(len(time_s)), holes):
        if len(part) < 4:
            continue
        first = int(np.ceil((time_s[part[0]] - time_s[0]) * rate_hz))
        last = int(np.floor((time_s[part[-1]] - time_s[0]) * rate_hz))
        grid = time_s[0] + np.arange(first, last + 1).astype(float) / rate_hz
        grid_parts.append(grid)
        value_parts.append(CubicSpline(time_s[part], columns[part])(grid))
    if not grid_parts:
        raise RecordingError("time_s is so irregular that no stretch of four samples can be resampled")
    values = np.ascontiguousarray(np.concatenate(value_parts).T)
    return Samples(
        None, np.concatenate(grid_parts), (values[0], values[1], values[2]), (values[3], values[4], values[5])
    )
