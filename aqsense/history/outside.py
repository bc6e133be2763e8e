"""An outside table: lifts, jumps, 30 m times, whatever the coach writes down (date, measure, value).

In:  a CSV with these three columns, more are left alone.
Out: points in time by measure.
Refuses: dates that are none, values that are no numbers: file, line, what to do.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from aqsense.errors import RecordingError
from aqsense.history.run_rows import day_of
from aqsense.model import Floats

COLUMNS = ("date", "measure", "value")
NEAREST_DAYS = 3.0


@dataclass(frozen=True, slots=True)
class Outside:
    """One measure over time. `day` rises, in days since 1970."""

    measure: str
    day: Floats
    value: Floats

    def at(self, days: Floats) -> Floats:
        """The nearest value within three days of each day; NaN where there is none."""
        gap = np.abs(self.day[None, :] - days[:, None])
        nearest = np.argmin(gap, axis=1)
        return np.where(gap[np.arange(len(days)), nearest] <= NEAREST_DAYS, self.value[nearest], np.nan)


def read_outside(paths: Sequence[Path]) -> list[Outside]:
    """Measures of some tables, in the order in which they are first named."""
    points: dict[str, list[tuple[float, float]]] = {}
    for path in paths:
        for measure, day, value in _rows(path):
            points.setdefault(measure, []).append((day, value))
    return [
        Outside(measure, *(np.array(column) for column in zip(*sorted(found), strict=True)))
        for measure, found in points.items()
    ]


def _rows(path: Path) -> list[tuple[str, float, float]]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RecordingError(f"can't be read: {error.strerror}. Check the path.", path=path) from error
    except UnicodeDecodeError as error:
        raise RecordingError("is not UTF-8. Save it as `CSV UTF-8`.", path=path) from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    absent = set(COLUMNS) - set(reader.fieldnames or ())
    if absent:
        told = (
            f"lacks the column {', '.join(sorted(absent))}; expected date,measure,value. Correct the header."
        )
        raise RecordingError(told, path=path, line=1)
    return [_point(row, path, reader.line_num) for row in reader]


def _point(row: Mapping[str, str | None], path: Path, line: int) -> tuple[str, float, float]:
    date, measure, value = ((row[name] or "").strip() for name in COLUMNS)
    day = day_of(date)
    if math.isnan(day):
        raise RecordingError(f"date is {date!a}; expected 2026-11-25. Correct it.", path=path, line=line)
    if not measure:
        raise RecordingError("measure is empty; expected a name. Fill it in.", path=path, line=line)
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise RecordingError(f"value is {value!a}; expected a number. Correct it.", path=path, line=line)
    return measure, day, number
