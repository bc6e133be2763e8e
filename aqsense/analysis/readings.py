"""Sensors with their clocks -> the same without readings that can't be true, and what was noticed.

In:  timed sensors as read.
Out: the same, where a reading is NaN (= not delivered) if no body can have caused it: a sensor that repeats
     itself, an axis that stands still while the others turn, a single wild value. A sensor that has nothing
     to say in running is left out. Ranges are lowered to where the data show that they were hit.
Refuses: guessing a value. Everything that is taken away is told as (code, site, time_s, text).
Why exact equality is proof: real readings carry noise of more than one step of their rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import Spans
from aqsense.analysis.tick_search import count_before
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Samples

Notice = tuple[str, str, float | None, str]
Mask = NDArray[np.bool_]

FASTEST_RAD_S = 60.0  # no body segment turns faster
HARDEST_M_S2 = 2000.0
SPIKE_RAD_S, SPIKE_RETURN_RAD_S, SPIKE_LEAST_HZ = 15.0, 5.0, 50.0
REPEATS = 5
AXIS_STILL_S = 0.25
TURNING_RAD_S = np.deg2rad(60.0)
QUIET_RAD_S = np.deg2rad(20.0)
QUIET_M_S2 = 0.5
PLATEAU, PLATEAUS, LEAST_RANGE_RAD_S = 3, 3, np.deg2rad(100.0)
WEAK_M_S2, LEAST_RANGE_M_S2 = 10 * STANDARD_GRAVITY_M_S2, 1.5 * STANDARD_GRAVITY_M_S2
LEAST_TURNING_RAD_S = np.deg2rad(10.0)
LEAST_RUNNING_S = 1.0
LONGEST_SILENCE_S = 0.1


@dataclass(frozen=True)
class Readings:
    """Sensors that can be analysed, and what was noticed."""

    timed: Mapping[str, TimedSensor]
    warnings: tuple[Notice, ...] = ()
    weak_accel: frozenset[str] = frozenset()  # shins whose accelerometer saturates below 10 g


def believable(timed: Mapping[str, TimedSensor]) -> Readings:
    """Take away what no body can have caused (see the module); values that are kept are untouched."""
    kept: dict[str, TimedSensor] = {}
    warnings: list[Notice] = []
    for site, sensor in timed.items():
        if sensor.samples.gyro[0] is not sensor.sensor.samples.gyro[0]:
            text = f"{site}: its times were irregular; samples were interpolated onto {sensor.rate_hz:.4g} Hz"
            warnings.append(("resampled", site, None, text))
        useless = _useless(site, sensor.samples)
        if useless:
            warnings.append(useless)
            continue
        kept[site] = _without_wild(site, sensor, warnings)
    weak = {
        site: level
        for site in kept
        if site.endswith("_shin") and (level := _accel_level(kept[site])) < WEAK_M_S2
    }
    for site, level in weak.items():
        at = f"{level / STANDARD_GRAVITY_M_S2:.1f} g"
        text = f"{site}: the accelerometer saturates at {at}; its contacts are flagged clipped"
        warnings.append(("accel_saturates", site, None, text))
    return Readings(kept, tuple(warnings), frozenset(weak))


def _accel_level(sensor: TimedSensor) -> float:
    """Acceleration at which the sensor saturates, as stated or as seen; inf if neither, m/s^2."""
    return min(sensor.sensor.accel_range_m_s2 or np.inf, _hit_range(sensor.samples.accel, LEAST_RANGE_M_S2))


def worn(timed: Mapping[str, TimedSensor], running: Spans) -> Readings:
    """Leave out sensors that are silent or motionless while the legs run.

    running   spans of session time
    """
    kept: dict[str, TimedSensor] = {}
    warnings: list[Notice] = []
    for site, sensor in timed.items():
        gyro = np.stack([c[_rows(sensor, running)] for c in sensor.samples.gyro])
        gyro = gyro[:, ~np.isnan(gyro).any(axis=0)]
        rate = float(np.sqrt(gyro.var(axis=1).sum())) if gyro.shape[1] else 0.0
        if gyro.shape[1] < LEAST_RUNNING_S * sensor.rate_hz:
            warnings.append(
                ("lost", site, None, f"{site} has no data while the athlete runs; it was left out")
            )
        elif rate < LEAST_TURNING_RAD_S:
            text = (
                f"{site} turns by {np.rad2deg(rate):.1f} deg/s (RMS) while the legs run; it was left out. "
                "Was it worn, and are its rates in rad/s?"
            )
            warnings.append(("too_slow", site, None, text))
        else:
            kept[site] = sensor
    return Readings(kept, tuple(warnings))


def _rows(sensor: TimedSensor, spans: Spans) -> NDArray[np.int64]:
    edges = sensor.clock.tick_at(np.array(spans).reshape(-1))
    rows = count_before(sensor.ticks, edges).reshape(-1, 2)
    return np.concatenate([np.arange(int(first), int(stop)) for first, stop in rows])


def silences(timed: Mapping[str, TimedSensor], runs: Spans) -> tuple[Notice, ...]:
    """Where sensors say nothing for more than 0.1 s within runs: begun late, lost, or with gaps."""
    found: list[Notice] = []
    for site, sensor in timed.items():
        ticks = sensor.ticks[~np.isnan(sum(sensor.samples.gyro[1:], start=sensor.samples.gyro[0]))]
        time_s = sensor.clock.time_at(ticks[[0, -1]].astype(float))
        wide = np.flatnonzero(np.diff(ticks) > LONGEST_SILENCE_S * sensor.rate_hz * sensor.ticks_per_sample)
        holes = [
            (sensor.clock.time_at(ticks[i].astype(float)), sensor.clock.time_at(ticks[i + 1].astype(float)))
            for i in wide
        ]
        for begin, end in runs:
            found += _silences_of_run(site, (float(time_s[0]), float(time_s[1])), holes, begin, end)
    return tuple(found)


def _silences_of_run(
    site: str, ends: tuple[float, float], holes: list[tuple[Floats, Floats]], begin: float, end: float
) -> list[Notice]:
    found: list[Notice] = []
    if begin + LONGEST_SILENCE_S < ends[0] < end:
        text = f"{site} begins at {ends[0]:.1f} s, in the middle of the run from {begin:.1f} s"
        found.append(("late", site, ends[0], text))
    if begin < ends[1] < end - LONGEST_SILENCE_S:
        text = f"{site} ends at {ends[1]:.1f} s, in the middle of the run to {end:.1f} s"
        found.append(("lost", site, ends[1], text))
    inside = [(float(a), float(b)) for a, b in holes if float(a) < end and float(b) > begin]
    if inside:
        lost_s = sum(min(b, end) - max(a, begin) for a, b in inside)
        text = f"{site} is silent for {lost_s:.1f} s of the run from {begin:.1f} to {end:.1f} s"
        found.append(("gap", site, inside[0][0], text))
    return found


def _useless(site: str, samples: Samples) -> Notice | None:
    """A sensor of which a whole axis is missing or never changes."""
    for kind, columns in (("accelerometer", samples.accel), ("gyroscope", samples.gyro)):
        for axis, column in zip("xyz", columns, strict=True):
            low, high = np.fmin.reduce(column), np.fmax.reduce(column)
            if np.isnan(low):
                return (
                    "no_values",
                    site,
                    None,
                    f"{site}: {kind} {axis} has no value at all; it was left out",
                )
            if low == high:
                text = f"{site}: {kind} {axis} is stuck at {low:.6g} all the time; the sensor was left out"
                return ("stuck", site, None, text)
    return None


def _without_wild(site: str, sensor: TimedSensor, warnings: list[Notice]) -> TimedSensor:
    samples = sensor.samples
    ticks = sensor.ticks
    wild = _spikes(samples, sensor.rate_hz)
    level = _hit_range(samples.gyro, LEAST_RANGE_RAD_S)
    stuck = _repeats(samples) | _still_axis(samples.gyro, sensor.rate_hz, level)
    for code, mask, what in (
        ("spike", wild, "wild single values"),
        ("stuck", stuck, "the same reading again and again"),
    ):
        if mask.any():
            at = float(sensor.clock.time_at(ticks[int(np.argmax(mask))].astype(float)))
            text = f"{site}: {what} from {at:.2f} s on ({int(mask.sum())} samples); they count as lost"
            warnings.append((code, site, at, text))
    stated = sensor.sensor.gyro_range_rad_s
    if level < 0.98 * (stated or np.inf):
        text = (
            f"{site}: the gyroscope saturates at {np.rad2deg(level):.0f} deg/s"
            + ("" if stated is None else f", below its stated {np.rad2deg(stated):.0f}")
            + "; peaks there are flagged clipped"
        )
        warnings.append(("clips_early", site, None, text))
        sensor = replace(sensor, sensor=replace(sensor.sensor, gyro_range_rad_s=level))
    lost = wild | stuck
    return replace(sensor, samples=_emptied(samples, lost)) if lost.any() else sensor


def _emptied(samples: Samples, rows: Mask) -> Samples:
    columns = [np.where(rows, np.nan, column) for column in (*samples.accel, *samples.gyro)]
    return replace(
        samples, accel=(columns[0], columns[1], columns[2]), gyro=(columns[3], columns[4], columns[5])
    )


def _spikes(samples: Samples, rate_hz: float) -> Mask:
    """Values beyond any body, and single values that leap away from both neighbours."""
    wild = np.zeros(len(samples), bool)
    for column, limit in [
        *((c, HARDEST_M_S2) for c in samples.accel),
        *((c, FASTEST_RAD_S) for c in samples.gyro),
    ]:
        if max(np.fmax.reduce(column), -np.fmin.reduce(column)) > limit:
            wild |= np.abs(column) > limit
    if rate_hz < SPIKE_LEAST_HZ or len(samples) < 3:
        return wild
    for column in samples.gyro:
        step = np.diff(column)
        leap = (np.abs(step[:-1]) > SPIKE_RAD_S) & (np.abs(step[1:]) > SPIKE_RAD_S)
        if leap.any():
            wild[1:-1] |= leap & (np.abs(column[2:] - column[:-2]) < SPIKE_RETURN_RAD_S)
    return wild


def _repeats(samples: Samples) -> Mask:
    """Stretches of at least five equal readings of all six axes that are not those of a body at rest."""
    same = np.ones(max(len(samples) - 1, 0), bool)
    for column in (*samples.gyro, *samples.accel):
        same &= column[1:] == column[:-1]
        if not same.any():
            return np.zeros(len(samples), bool)
    rows = _stretches(same, REPEATS - 1)
    gyro, accel = np.stack(samples.gyro)[:, rows], np.stack(samples.accel)[:, rows]
    unquiet = np.linalg.norm(gyro, axis=0) > QUIET_RAD_S
    unquiet |= np.abs(np.linalg.norm(accel, axis=0) - STANDARD_GRAVITY_M_S2) > QUIET_M_S2
    stuck = np.zeros(len(samples), bool)
    stuck[np.flatnonzero(rows)[unquiet]] = True
    return stuck


def _still_axis(gyro: tuple[Floats, Floats, Floats], rate_hz: float, level: float) -> Mask:
    """Where one axis of the gyroscope repeats itself for a quarter of a second while the others turn."""
    stuck = np.zeros(len(gyro[0]), bool)
    for index, column in enumerate(gyro):
        same = column[1:] == column[:-1]
        rows = _stretches(same, max(REPEATS, round(AXIS_STILL_S * rate_hz)))
        rows &= np.abs(column) < 0.98 * level  # at the range's end it is clipped, not stuck
        if rows.any():
            others = [other for number, other in enumerate(gyro) if number != index]
            stuck |= rows & _turning(rows, others)
    return stuck


def _turning(rows: Mask, others: list[Floats]) -> Mask:
    """Stretches of rows in which the other axes turn (RMS)."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], rows, [False]]).astype(np.int8)))
    turning = np.zeros(len(rows), bool)
    for start, stop in zip(edges[::2], edges[1::2], strict=True):
        power = sum(float(np.nanmean(other[start:stop] ** 2)) for other in others)
        turning[start:stop] = power > TURNING_RAD_S**2
    return turning


def _hit_range(columns: tuple[Floats, Floats, Floats], least: float) -> float:
    """Value at which a sensor evidently saturates: an extreme that comes in flat tops; inf if none."""
    level = np.inf
    for column in columns:
        for signed in (column, -column):
            top = float(np.fmax.reduce(signed))
            at_top = signed == top
            if top < least or np.count_nonzero(at_top) < PLATEAU * PLATEAUS:
                continue
            flat = _stretches(at_top[1:] & at_top[:-1], PLATEAU - 1)
            tops = np.count_nonzero(np.diff(flat.astype(np.int8)) == 1) + int(flat[0])
            varied = np.count_nonzero(np.diff(column)) > 0.5 * len(column)
            if tops >= PLATEAUS and varied:
                level = min(level, top)
    return level


def _stretches(same: Mask, least: int) -> Mask:
    """Samples in stretches of at least `least` steps in a row without change; `same` has one entry per "
    "step."""
    out = np.zeros(len(same) + 1, bool)
    if not same.any():
        return out
    edges = np.flatnonzero(np.diff(np.concatenate([[False], same, [False]]).astype(np.int8)))
    starts, stops = edges[::2], edges[1::2]
    long = stops - starts >= least
    for start, stop in zip(starts[long], stops[long], strict=True):
        out[start : stop + 1] = True
    return out
