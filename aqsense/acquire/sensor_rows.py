"""Columns of a number table -> samples of one sensor, checked.

Refuses times that don't rise, infinite values, and values that can't be in the unit that the column claims.
The checks run on whole columns; a row is looked for only when one of them fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.acquire.channels import Channel
from aqsense.acquire.header import shown
from aqsense.acquire.number_table import NumberTable
from aqsense.acquire.rate import median_rate_hz
from aqsense.errors import RecordingError
from aqsense.model import Floats, Samples

LARGEST_VALUE = 1e6  # m/s^2, rad/s; no sensor reaches it, so the number is damaged
FASTEST_RAD_S = 60.0  # no body segment turns faster (3400 deg/s; the fastest wrists of sprinters reach half)
FASTEST_SHARE = 0.001  # of the samples may lie above: single damaged values are no matter of unit
LOWEST_MEAN_M_S2 = 6.0
HIGHEST_MEAN_M_S2 = {"trunk": 60.0, "pelvis": 60.0}
HIGHEST_LIMB_MEAN_M_S2 = 200.0
SHORTEST_S = 1.0  # a mean over less says nothing about the unit
SLOWEST_HZ, FASTEST_HZ = 2.0, 20_000.0
RATE_TOLERANCE = 0.1
RESTART_ROWS = 50


def check_rising(table: NumberTable, column: str) -> None:
    """RecordingError with the line unless the times or ticks are all there and rise from row to row."""
    time = table.columns[column]
    if not (np.isfinite(np.min(time)) and np.isfinite(np.max(time))):
        row = int(np.argmin(np.isfinite(time)))
        raise table.error(
            f"{shown(column)} is {_text(time[row])}; expected a number. Remove or restore the row.", row
        )
    rises = time[1:] > time[:-1]
    if not rises.all():
        row = int(np.argmin(rises)) + 1
        raise table.error(
            f"{shown(column)} {_text(time[row])} does not rise (previous {_text(time[row - 1])}). "
            f"{_advice(time, row)}",
            row,
        )


def _advice(time: NDArray[Any], row: int) -> str:
    """A clock that falls back by many rows and then goes on has begun again."""
    usual = float(np.median(np.abs(np.diff(time[: row + 1].astype(float))))) if row > 1 else 0.0
    if float(time[row - 1]) - float(time[row]) > RESTART_ROWS * usual > 0:
        return (
            "The clock seems to start again here: the sensor restarted, or its counter wrapped. "
            "Make two recordings, one up to this row and one from it on."
        )
    return "Remove the repeated or misplaced row, or export again."


def check_rate(table: NumberTable, column: str, rate_hz: float) -> None:
    """RecordingError if seconds can't be the unit of the time column."""
    if not SLOWEST_HZ < rate_hz < FASTEST_HZ and len(table.columns[column]) > 1:
        raise RecordingError(
            f"{shown(column)} makes {rate_hz:g} rows per second; expected {SLOWEST_HZ:g} to {FASTEST_HZ:g}. "
            'Is it in ms? Convert it to s, or say `[time] unit = "ms"` in --columns map.toml.',
            path=table.path,
        )


def read_samples(
    table: NumberTable,
    site: str,
    channels: Sequence[Channel],
    *,
    tick: str = "",
    time: str = "",
    sparse: bool = False,
) -> Samples:
    """Samples of one sensor in m/s^2 and rad/s; takes its columns out of the table.

    tick, time   the column of the ticks or of the times, checked before; one of them
    sparse       rows in which all six values are missing are other sensors' rows and left out

    Raises RecordingError for values beyond any sensor and for a unit that can't be true.
    """
    values = [_converted(table, channel) for channel in channels]
    clock = table.columns[tick or time]
    if sparse:
        clock, values = _own_rows(clock, values)
    if not len(clock):
        raise RecordingError(f"{site} has columns and not one value. Remove its columns.", path=table.path)
    columns = [np.ascontiguousarray(value) for value in values]
    samples = Samples(
        clock if tick else None,
        clock if time else None,
        (columns[0], columns[1], columns[2]),
        (columns[3], columns[4], columns[5]),
    )
    _check_units(table, site, channels, samples)
    return samples


def rate_from(samples: Samples, tick_hz: float | None) -> float:
    """The rate that the samples' own times tell, Hz; NaN where they can't."""
    if samples.time_s is not None:
        return median_rate_hz(samples.time_s)
    if samples.tick is None or tick_hz is None:
        return float("nan")
    return median_rate_hz(samples.tick, tick_hz)


def settle_rate(
    stated_hz: float, found_hz: float, site: str, name: str
) -> tuple[float, tuple[tuple[str, str, str], ...]]:
    """The nominal rate: as stated, or as found (with a warning) where the two differ by more than 10 %."""
    if np.isnan(found_hz) or abs(found_hz - stated_hz) <= RATE_TOLERANCE * stated_hz:
        return stated_hz, ()
    text = f"{name} says {stated_hz:g} Hz for {site}; its rows come at {found_hz:.4g} Hz, and that is used"
    return found_hz, (("rate_differs", site, text),)


def _converted(table: NumberTable, channel: Channel) -> Floats:
    values = table.columns.pop(channel.column)
    if channel.factor != 1.0:
        values *= channel.factor
    high, low = np.fmax.reduce(values), np.fmin.reduce(values)
    if high > LARGEST_VALUE or low < -LARGEST_VALUE:
        row = int(np.argmax(np.abs(values) > LARGEST_VALUE))
        raise table.error(
            f"{shown(channel.column)} is {_text(values[row] / channel.factor)}; no sensor measures that. "
            "Correct it, or leave the cell empty.",
            row,
        )
    return values


def _own_rows(clock: NDArray[Any], values: list[Floats]) -> tuple[NDArray[Any], list[Floats]]:
    """Rows in which the sensor has at least one value."""
    if not all(np.isnan(np.min(value)) for value in values):
        return clock, values
    own = ~np.isnan(values[0])
    for value in values[1:]:
        own |= ~np.isnan(value)
    if own.all():
        return clock, values
    for index, value in enumerate(values):
        values[index] = value[own]
    return clock[own], values


def _check_units(table: NumberTable, site: str, channels: Sequence[Channel], samples: Samples) -> None:
    for channel, rates in zip(channels[3:], samples.gyro, strict=True):
        _check_gyro(table, channel, rates)
    if len(samples) * _period(samples) < SHORTEST_S:
        return
    mean = _mean_norm(samples.accel)
    if mean < LOWEST_MEAN_M_S2:
        raise _accel_error(table, site, channels, mean, "g" if mean > 0.5 else "gravity removed")
    if mean > HIGHEST_MEAN_M_S2.get(site, HIGHEST_LIMB_MEAN_M_S2):
        raise _accel_error(table, site, channels, mean, "m/s^2" if channels[0].factor != 1.0 else "mg")


def _check_gyro(table: NumberTable, channel: Channel, rates: Floats) -> None:
    if max(np.fmax.reduce(rates), -np.fmin.reduce(rates)) <= FASTEST_RAD_S:
        return
    n_fast = int(np.count_nonzero(np.abs(rates) > FASTEST_RAD_S))
    if n_fast <= max(2.0, FASTEST_SHARE * len(rates)):
        return
    raise RecordingError(
        f"{shown(channel.column)}: {n_fast} of {len(rates)} values are above {FASTEST_RAD_S:g} rad/s, faster "
        "than any limb. If it is in deg/s, let the column end with _deg_s (gyro_unit in --columns map.toml).",
        path=table.path,
    )


def _mean_norm(accel: tuple[Floats, Floats, Floats]) -> float:
    """Mean size of the specific force, m/s^2; NaN if there is no whole sample.

    Never below g for long: velocity stays bounded, so the mean force vector is gravity's reaction, and the
    mean of the sizes is at least the size of the mean.
    """
    norm = accel[0] * accel[0]
    norm += accel[1] * accel[1]
    norm += accel[2] * accel[2]
    np.sqrt(norm, out=norm)
    mean = float(norm.mean())
    if mean == mean:
        return mean
    whole = norm[~np.isnan(norm)]
    return float(whole.mean()) if len(whole) else float("nan")


def _period(samples: Samples) -> float:
    """Mean time between samples, s; ticks don't say, so a common rate stands in."""
    if samples.time_s is None or len(samples) < 2:
        return 0.01
    return float(samples.time_s[-1] - samples.time_s[0]) / (len(samples) - 1)


_ACCEL_HINTS = {
    "g": "If it is in g, let the columns end with _g (accel_unit in --columns map.toml).",
    "m/s^2": "If it is in m/s^2, let the columns end with _m_s2 (accel_unit in --columns map.toml).",
    "mg": 'If it is in mg, use accel_unit = "mg" in --columns map.toml.',
    "gravity removed": "Gravity seems removed; export the raw (calibrated) acceleration instead.",
}


def _accel_error(
    table: NumberTable, site: str, channels: Sequence[Channel], mean: float, looks_like: str
) -> RecordingError:
    return RecordingError(
        f"{shown(channels[0].column)} and its y, z: the mean size is {mean:.3g} m/s^2; expected about "
        f"10 to 100 for {site}. {_ACCEL_HINTS[looks_like]}",
        path=table.path,
    )


def _text(value: Any) -> str:
    return "empty" if value != value else f"{value:.15g}" if isinstance(value, float) else str(value)
