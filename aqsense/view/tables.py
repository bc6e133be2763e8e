"""Result tables and summary.json: written whole or not at all, and read back (FORMATS 4).

In:  a Result with the columns of `aqsense.formats`.
Out: events.csv, steps.csv, strides.csv, runs.csv, summary.json; envelopes.csv, where the result has them;
     figures, if a function draws them.
Refuses: columns that FORMATS doesn't know, infinities, NaN in JSON - those are defects, not data.
A missing float is `NaN`, a missing integer an empty cell, a missing text an empty cell.
A user's text that a spreadsheet would run as a formula (`=`, `+`, `-`, `@`, tab or CR first) is written with
one `'` in front; one that already looks like that gets one more, so that reading takes exactly one away.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aqsense.errors import RecordingError
from aqsense.formats import FURTHER_TABLES, INTEGER, TABLES, TEXT, column_kind
from aqsense.model import Columns, Result
from aqsense.view.result_folder import FIGURES, SUMMARY, replace_folder

if TYPE_CHECKING:
    import polars as pl

NO_INTEGER = -1
USER_TEXTS = frozenset({"athlete", "tag", "headline", "headline_detail"})
SIGNIFICANT_DIGITS = 12  # of the session's numbers: s_per_tick times 1e9 ticks must be right to 1 us
_COLUMNS: Mapping[str, tuple[str, ...]] = {**TABLES, **FURTHER_TABLES}
_FORMULA = r"^('*[=+\-@\t\r])"
_GUARDED = r"^'('*[=+\-@\t\r])"


def write_result(
    result: Result,
    directory: str | Path,
    *,
    force: bool = False,
    figures: Callable[[Path], object] | None = None,
) -> None:
    """Write a result folder (FORMATS 4), whole or not at all.

    directory   absent, empty, or an earlier result (replaced); foreign files need `force`, and stay
    figures     called with the empty folder `figures` of the result being written, to draw into it; its
                parent takes report.html and card-*.png

    Numbers are rounded as FORMATS says, `-0` becomes 0. If anything raises, all is as it was before.
    Raises OutputError (foreign files, disk), ValueError for a result that breaks the contract: a defect.
    """
    frames = {table: _frame(table, result.tables[table]) for table in _COLUMNS if _is_in(result, table)}
    summary = summary_text(result.summary)

    def fill(folder: Path) -> None:
        for table, frame in frames.items():
            frame.write_csv(folder / f"{table}.csv", line_terminator="\n", float_scientific=False)
        (folder / SUMMARY).write_bytes(summary.encode())
        if figures is not None:
            (folder / FIGURES).mkdir()
            figures(folder / FIGURES)

    replace_folder(Path(directory), fill, force=force)


def read_result(directory: str | Path) -> Result:
    """Read a result folder back.

    returns   the tables as they were written, numbers rounded; columns of later versions are not read

    Raises RecordingError where a file or a column is missing or not readable.
    """
    folder = Path(directory)
    if not folder.is_dir():
        raise RecordingError("there is no such folder of results. Run `aqsense analyze` first.", path=folder)
    there = [table for table in _COLUMNS if table in TABLES or (folder / f"{table}.csv").is_file()]
    return Result({table: read_table(folder, table) for table in there}, read_summary(folder))


def read_table(directory: Path, table: str) -> Columns:
    """One table of a result folder; raises as `read_result`."""
    return _columns(directory / f"{table}.csv", table)


def read_summary(directory: Path) -> dict[str, Any]:
    """summary.json of a result folder; raises as `read_result`."""
    return _summary(directory / SUMMARY)


def summary_text(summary: Mapping[str, Any]) -> str:
    """summary.json as text: numbers rounded, keys in their order.

    Raises ValueError that names the key of a NaN or an infinity: a missing value is None with a reason.
    """
    plain = {
        key: _plain(value, key, "settings" if key == "settings" else "") for key, value in summary.items()
    }
    return json.dumps(plain, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _is_in(result: Result, table: str) -> bool:
    return table in TABLES or table in result.tables


def _frame(table: str, columns: Columns) -> pl.DataFrame:
    import polars as pl

    if set(columns) != set(_COLUMNS[table]):
        odd = sorted(set(columns) ^ set(_COLUMNS[table]))
        raise ValueError(f"{table}: columns differ from FORMATS: {', '.join(odd)}")
    return pl.DataFrame([_series(table, name, np.asarray(columns[name])) for name in _COLUMNS[table]])


def _series(table: str, name: str, values: NDArray[Any]) -> pl.Series:
    kind = column_kind(name)
    if kind == TEXT:
        return _text_series(name, values)
    if kind == INTEGER:
        return _integer_series(table, name, values)
    return _float_series(table, name, values, int(kind))


def _float_series(table: str, name: str, values: NDArray[Any], decimals: int) -> pl.Series:
    import polars as pl

    rounded = np.round(values.astype(np.float64), decimals) + 0.0
    if np.isinf(rounded).any():
        raise ValueError(f"{table}.{name} holds an infinite value")
    return pl.Series(name, rounded, dtype=pl.Float64)


def _integer_series(table: str, name: str, values: NDArray[Any]) -> pl.Series:
    import polars as pl

    if values.dtype.kind not in "iu" and len(values):
        raise ValueError(f"{table}.{name} holds {values.dtype}; expected integers ({NO_INTEGER} = empty)")
    series = pl.Series(name, values.astype(np.int64), dtype=pl.Int64)
    return series.set(series == NO_INTEGER, None)


def guarded(text: str) -> str:
    """A user's text as it stands in a CSV: one `'` in front of what a spreadsheet would run."""
    return re.sub(_FORMULA, r"'\1", text)


def _text_series(name: str, values: NDArray[Any]) -> pl.Series:
    import polars as pl

    series = pl.Series(name, values.tolist(), dtype=pl.String)
    if name in USER_TEXTS:
        series = series.str.replace(_FORMULA, "'${1}")
    return series.set(series == "", None)  # polars writes an empty text as "", a null as nothing


def _columns(path: Path, table: str) -> Columns:
    import polars as pl

    types = {name: _dtype(name) for name in _COLUMNS[table]}
    try:
        frame = pl.read_csv(path, columns=list(types), schema_overrides=types)
    except FileNotFoundError as error:
        raise RecordingError("is missing; the results are not whole. Analyze again.", path=path) from error
    except (OSError, pl.exceptions.PolarsError) as error:
        text = ascii(str(error)[:160])
        raise RecordingError(f"is no table of results ({text}). Analyze again.", path=path) from error
    return {name: _array(frame.get_column(name)) for name in types}


def _dtype(name: str) -> pl.DataType:
    import polars as pl

    return {TEXT: pl.String(), INTEGER: pl.Int64()}.get(column_kind(name), pl.Float64())


def _array(series: pl.Series) -> NDArray[Any]:
    kind = column_kind(series.name)
    if kind == INTEGER:
        return series.fill_null(NO_INTEGER).to_numpy()
    if kind != TEXT:
        return series.to_numpy()
    texts = series.fill_null("")
    if series.name in USER_TEXTS:
        texts = texts.str.replace(_GUARDED, "${1}")
    array = np.empty(len(texts), dtype=object)
    array[:] = texts.to_list()
    return array


def _summary(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError as error:
        raise RecordingError("is missing; the results are not whole. Analyze again.", path=path) from error
    except ValueError as error:
        raise RecordingError(f"is not JSON ({error}). Analyze again.", path=path) from error


def _plain(value: Any, where: str, name: str) -> Any:
    """JSON's own types; floats rounded by what `name` is.

    name   the quantity inside `runs` (its unit says how many decimals), "settings" (kept), "" (session)
    """
    if isinstance(value, Mapping):
        return {key: _plain(item, f"{where}.{key}", _named(where, name, key)) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, f"{where}[{index}]", name) for index, item in enumerate(value)]
    if isinstance(value, np.generic):
        value = value.item()
    return _rounded(value, where, name) if isinstance(value, float) else value


def _named(where: str, name: str, key: str) -> str:
    is_quantity = where.startswith("runs[") and key not in ("value", "low", "high")
    return key if is_quantity else name


def _rounded(value: float, where: str, name: str) -> float:
    if not math.isfinite(value):
        raise ValueError(
            f"summary.{where} is {value}; a missing value is None with {where.split('.')[-1]}_reason"
        )
    if name == "settings":
        return value
    if not name:
        return float(f"{value:.{SIGNIFICANT_DIGITS}g}") + 0.0
    kind = column_kind(name)
    return round(value, int(kind) if kind.isdigit() else 3) + 0.0
