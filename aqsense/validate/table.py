"""A row of a validation table: one quantity under one condition, and how far off it was.

Errors are found minus true. Everything that has no meaning in a row is NaN, -1 or "".
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from scipy.special import chdtri

from aqsense.model import Floats
from aqsense.validate.intervals import mean_interval, share_interval

REAL, SIMULATED = "real", "simulated"
BIAS, SHARE, VALUE = "bias", "share", "value"
POOLED = "all given recordings"
BY_RECORDING = ", by recording"


@dataclass(frozen=True)
class Row:
    """One line of a table.

    group, quantity     what was asked
    data                REAL or SIMULATED; numbers drawn at random are simulated too
    condition           speed, rate, sensors; or the recordings' name
    unit                of all figures of the row
    figure              BIAS, SHARE or VALUE: what `value`, `low` and `high` (95 % interval) are
    n                   events, steps or runs behind it, of `groups` recordings
    sd, rmse, worst     of the errors; `worst` = the largest, signed
    missed, invented    true ones that were not found; found ones that are not true
    limits              names of the limits of `limits.LIMITS` that judge the row
    note                what must be known to read the row
    """

    group: str
    quantity: str
    data: str
    condition: str
    unit: str
    figure: str
    n: int
    groups: int
    value: float
    low: float
    high: float
    sd: float = math.nan
    rmse: float = math.nan
    worst: float = math.nan
    missed: int = -1
    invented: int = -1
    limits: tuple[str, ...] = ()
    note: str = ""

    @property
    def bias(self) -> float:
        """The mean error, where the row is about errors."""
        return self.value if self.figure == BIAS else math.nan


COLUMNS = tuple(field.name for field in fields(Row))


@dataclass(frozen=True)
class Errors:
    """Errors of one quantity in one recording.

    error     (n,) found minus true, s (or the unit that the row says)
    sd        (n,) stated SD of the found ones, same unit; NaN where none is stated
    missed, invented  counts; -1 where they mean nothing
    """

    error: Floats
    sd: Floats
    missed: int = -1
    invented: int = -1


@dataclass(frozen=True)
class Place:
    """Where a row belongs: group, quantity, real or simulated, condition."""

    group: str
    quantity: str
    data: str
    condition: str


def error_row(
    place: Place,
    parts: Sequence[Errors],
    *,
    unit: str = "ms",
    scale: float = 1e3,
    limits: tuple[str, ...] = (),
) -> Row:
    """Bias, SD, RMSE, worst of the errors of several recordings; `scale` brings them to the row's unit.

    The interval of the bias takes recordings, not events, as independent where there are several.
    """
    error = scale * np.concatenate([part.error for part in parts]) if parts else np.empty(0)
    recording = np.concatenate([np.full(len(part.error), i) for i, part in enumerate(parts)] or [np.empty(0)])
    value, low, high = mean_interval(error, recording)
    return Row(
        place.group, place.quantity, place.data, place.condition, unit, BIAS,
        len(error), len(np.unique(recording)), value, low, high,
        sd=float(error.std(ddof=1)) if len(error) > 1 else math.nan,
        rmse=float(np.sqrt(np.mean(error**2))) if len(error) else math.nan,
        worst=float(error[np.abs(error).argmax()]) if len(error) else math.nan,
        missed=_total([part.missed for part in parts]),
        invented=_total([part.invented for part in parts]),
        limits=limits,
    )  # fmt: skip


def share_row(
    place: Place, hits: Sequence[Sequence[bool]], *, limits: tuple[str, ...] = (), note: str = ""
) -> Row:
    """Share in % of what is true, `hits` by recording."""
    flat = np.array([hit for part in hits for hit in part], bool)
    recording = np.array([i for i, part in enumerate(hits) for _ in part])
    value, low, high = (100.0 * x for x in share_interval(flat, recording))
    return Row(
        place.group, place.quantity, place.data, place.condition, "%", SHARE,
        len(flat), len(np.unique(recording)), value, low, high, limits=limits, note=note,
    )  # fmt: skip


def value_row(
    place: Place, values: Sequence[float], unit: str, *, limits: tuple[str, ...] = (), note: str = ""
) -> Row:
    """Mean of independent values with its interval; `worst` = the one farthest from the mean."""
    known = np.array([value for value in values if not math.isnan(value)], float)
    value, low, high = mean_interval(known, np.arange(len(known)))
    return Row(
        place.group, place.quantity, place.data, place.condition, unit, VALUE,
        len(known), len(known), value, low, high,
        sd=float(known.std(ddof=1)) if len(known) > 1 else math.nan,
        worst=float(known[np.abs(known - value).argmax()]) if len(known) else math.nan,
        limits=limits, note=note,
    )  # fmt: skip


def count_row(
    place: Place, count: int, n: int, unit: str, *, limits: tuple[str, ...] = (), note: str = ""
) -> Row:
    """A number of things that happened in `n` recordings or minutes, with its exact Poisson interval."""
    low = float(chdtri(2 * count, 0.975)) / 2 if count else 0.0
    high = float(chdtri(2 * count + 2, 0.025)) / 2
    return Row(
        place.group, place.quantity, place.data, place.condition, unit, VALUE, n, n, float(count), low, high,
        limits=limits, note=note,
    )  # fmt: skip


def _total(counts: Sequence[int]) -> int:
    known = [count for count in counts if count >= 0]
    return sum(known) if known else -1
