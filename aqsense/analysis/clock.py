"""Device ticks <-> session time.

A `Clock` is a value: offline it is fitted on the whole recording first, live it comes from the set-up. Events
are stamped with it; samples are never moved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.errors import RecordingError
from aqsense.model import Floats, Recording, Samples, Sensor, Ticks

# SD of a clock that is known from packet arrivals alone: minimum delays differ between links, and a locked
# connection interval can hide up to 8 ms (METHOD 6).
ARRIVALS_ONLY_SD_S = 0.010
LARGEST_RESIDUAL_SAMPLES = 0.3
FEWEST_SAMPLES = 8


@dataclass(frozen=True, slots=True)
class Clock:
    """Piecewise linear map from ticks to session time.

    method   how it was found: `common` (the file's own times) or `arrivals` (lower hull of packet arrivals)
    tick     (k,) knots, rising, k >= 2
    time_s   (k,) session time of the knots, s
    sd_s     SD of this sensor against the common time, s; NaN if the recording does not say
    """

    method: str
    tick: Floats
    time_s: Floats
    sd_s: float

    def time_at(self, tick: Floats) -> Floats:
        """Session time of ticks, s; beyond the knots the outer pieces go on."""
        return _piecewise(tick, self.tick, self.time_s)

    def tick_at(self, time_s: Floats) -> Floats:
        """Fractional tick of session times."""
        return _piecewise(time_s, self.time_s, self.tick)

    @property
    def s_per_tick(self) -> float:
        return float((self.time_s[-1] - self.time_s[0]) / (self.tick[-1] - self.tick[0]))


def _piecewise(x: Floats, knots: Floats, values: Floats) -> Floats:
    piece = np.minimum(np.maximum(knots.searchsorted(x, side="right") - 1, 0), len(knots) - 2)
    slope = (values[piece + 1] - values[piece]) / (knots[piece + 1] - knots[piece])
    return values[piece] + (x - knots[piece]) * slope


@dataclass(frozen=True, slots=True)
class TimedSensor:
    """A sensor with ticks, their clock and its true rate: what the stages need."""

    sensor: Sensor
    samples: Samples  # with ticks
    clock: Clock
    rate_hz: float
    ticks_per_sample: float

    @property
    def ticks(self) -> Ticks:
        assert self.samples.tick is not None
        return self.samples.tick


def time_sensors(recording: Recording, *, resample: bool = False) -> dict[str, TimedSensor]:
    """Ticks and clock for every sensor of a recording, by site.

    Raises RecordingError where a `time_s` column is irregular (without `resample`), or where ticks have no
    arrivals to place them in time.
    """
    timed: dict[str, TimedSensor] = {}
    shared: dict[int, tuple[Ticks, Clock, float]] = {}
    for site, sensor in recording.sensors.items():
        samples = sensor.samples
        if samples.time_s is None:
            timed[site] = _time_by_arrivals(recording, sensor)
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


def _time_by_arrivals(recording: Recording, sensor: Sensor) -> TimedSensor:
    arrivals = recording.arrivals.get(sensor.site)
    if arrivals is None or len(arrivals) < 8:
        raise RecordingError(
            f"{sensor.site}: the samples carry device ticks, but arrivals.csv has "
            f"{0 if arrivals is None else len(arrivals)} packets of it; 8 or more are needed to place "
            "them in time. Record the arrivals, or give the samples a common time_s.",
            path=recording.path,
        )
    ticks = sensor.samples.tick
    assert ticks is not None
    tick_hz = sensor.tick_hz or sensor.rate_hz
    knots, times = lower_hull_line(arrivals["tick"].astype(float), arrivals["arrival_s"])
    stated = recording.sync_sd_s
    clock = Clock("arrivals", knots, times, ARRIVALS_ONLY_SD_S if np.isnan(stated) else stated)
    per_sample = float(np.median(np.diff(ticks[:20000]))) if tick_hz != sensor.rate_hz else 1.0
    rate_hz = 1.0 / (clock.s_per_tick * per_sample)
    return TimedSensor(sensor, sensor.samples, clock, rate_hz, per_sample)


def lower_hull_line(tick: Floats, arrival_s: Floats) -> tuple[Floats, Floats]:
    """Two knots of the line under all arrivals that is nearest to them: the edge of the lower convex
    hull above which the mean tick lies (METHOD 6; Moon, Skelly & Towsley 1999)."""
    hull: list[int] = []
    for i in range(len(tick)):
        while len(hull) >= 2 and _turns_down(tick, arrival_s, hull[-2], hull[-1], i):
            hull.pop()
        hull.append(i)
    edge = int(np.searchsorted(tick[hull], float(tick.mean()), side="right")) - 1
    edge = min(max(edge, 0), len(hull) - 2)
    pair: NDArray[np.int64] = np.array([hull[edge], hull[edge + 1]])
    return tick[pair], arrival_s[pair]


def _turns_down(x: Floats, y: Floats, a: int, b: int, c: int) -> bool:
    return bool((x[b] - x[a]) * (y[c] - y[a]) <= (y[b] - y[a]) * (x[c] - x[a]))
