"""Numbers of a CSV as one array per column: fast, lean and strict.

In:  a header and the columns wanted of it.
Out: float64 (ticks: int64) arrays, one element per line, so that row i stands in line first_line + i.
Refuses: text in a number's place, rows with too few or too many cells, quoted line breaks.
The file is read in pieces of whole lines into columns that were allocated before: the peak of memory is the
numbers themselves plus a few pieces. The next pieces are parsed while one is copied into the columns.
Python looks at single cells only after polars has refused a piece.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from aqsense.acquire.ahead import worked_ahead
from aqsense.acquire.header import Header, shown
from aqsense.acquire.offence import find_offence
from aqsense.acquire.pieces import whole_lines
from aqsense.errors import RecordingError

if TYPE_CHECKING:
    import polars as pl
    from polars.exceptions import PolarsError

PIECE_BYTES = 2 << 20  # as fast as larger ones, and less memory stays with polars' threads
_SPARE = 1.02  # rows allocated beyond the estimate from the first piece
_BLANKS = re.compile(rb"[ \t]*([,;\r\n])[ \t]*")


@dataclass(slots=True)
class NumberTable:
    """Columns of a CSV as arrays of one length.

    first_line   1-based line of row 0
    cut_line     1-based line left out because the file ends in the middle of it; None if whole
    """

    path: Path
    columns: dict[str, NDArray[Any]]
    first_line: int
    cut_line: int | None = None

    @property
    def n_rows(self) -> int:
        return len(next(iter(self.columns.values())))

    def error(self, message: str, row: int) -> RecordingError:
        """A RecordingError that points at a row."""
        return RecordingError(message, path=self.path, line=self.first_line + row)

    def warnings(self, site: str = "") -> tuple[tuple[str, str, str], ...]:
        """The cut line as a warning of the recording, if there is one."""
        if self.cut_line is None:
            return ()
        text = f"{self.path.name} ends in the middle of line {self.cut_line}; that row was left out"
        return (("truncated_last_line", site, text),)


def read_numbers(header: Header, whole: Mapping[str, bool]) -> NumberTable:
    """Read columns of a CSV.

    whole     columns to read -> True for int64 (ticks), False for float64
    returns   empty cells, `NA` and `NaN` are NaN; an empty tick is an error

    A last line that ends in the middle of a row is left out and told in `cut_line`. A last row with all its
    cells is kept even if the line end is missing: many programs write none.
    Raises RecordingError with the line for anything else that is no number, and where no row is left.
    """
    header.require(whole)
    reader = _Reader(header, whole)
    with header.path.open("rb") as file:
        pieces = whole_lines(file, header, PIECE_BYTES)
        with closing(worked_ahead(lambda piece: _parse(header, whole, piece.lines), pieces)) as parsed_pieces:
            for piece, parsed in parsed_pieces:
                reader.take(piece.lines, parsed)
                if piece.cut_row:
                    reader.note_cut_row()
    return reader.table()


@dataclass(frozen=True, slots=True)
class _Parsed:
    """What polars made of a piece: columns by position (c0, c1, ...), or its refusal; and the line ends."""

    frame: pl.DataFrame | PolarsError
    n_lines: int


def _parse(header: Header, whole: Mapping[str, bool], piece: bytes) -> _Parsed:
    from polars.exceptions import PolarsError

    try:
        frame = _polars(header, whole, piece, None)
    except PolarsError:
        frame = _parse_untidy(header, whole, piece)
    return _Parsed(frame, _count(piece, "\n"))


def _parse_untidy(header: Header, whole: Mapping[str, bool], piece: bytes) -> pl.DataFrame | PolarsError:
    """Blanks around cells and words for "no value" cost time, so only files that have them pay."""
    from polars.exceptions import PolarsError

    dialect = header.dialect
    tidy = _BLANKS.sub(rb"\1", piece).strip(b" \t") if dialect.separator != "\t" else piece
    try:
        return _polars(header, whole, tidy, [word for word in dialect.missing if word])
    except PolarsError as error:
        return error


def _polars(
    header: Header, whole: Mapping[str, bool], piece: bytes, missing: list[str] | None
) -> pl.DataFrame:
    """Columns by position (c0, c1, ...): foreign names can't do harm. The last is always read."""
    import polars as pl

    dialect, names = header.dialect, header.names
    types = {name: pl.Int64 if is_whole else pl.Float64 for name, is_whole in whole.items()}
    wanted = [i for i, name in enumerate(names) if name in types or i == len(names) - 1]
    return pl.read_csv(
        piece,
        has_header=False,
        schema={f"c{i}": types.get(name, pl.String) for i, name in enumerate(names)},
        columns=wanted if len(wanted) < len(names) else None,  # to select all would cost time
        separator=dialect.separator,
        decimal_comma=dialect.decimal == ",",
        null_values=missing,
    )


def _count(piece: bytes, character: str) -> int:
    """How often an ASCII character occurs; faster than bytes.count, and other threads run on."""
    return int(np.count_nonzero(np.frombuffer(piece, np.uint8) == ord(character)))


@dataclass(slots=True)
class _Reader:
    """Fills the columns piece by piece."""

    header: Header
    whole: Mapping[str, bool]
    columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    rows: int = 0
    cut_line: int | None = None

    def take(self, piece: bytes, parsed: _Parsed) -> None:
        """Append a piece, or raise what is wrong with it."""
        if not piece:
            return
        frame = self._whole_rows(piece, parsed)
        self._make_room(len(piece), frame.height)
        for name, column in self.columns.items():
            column[self.rows : self.rows + frame.height] = self._values(frame, name)
        self.rows += frame.height

    def note_cut_row(self) -> None:
        """The line behind the rows so far was cut and left out."""
        self.cut_line = self._line

    def table(self) -> NumberTable:
        if not self.rows:
            raise RecordingError(
                "the file has a header and no whole row. Export or record it again.", path=self.header.path
            )
        columns = {name: column[: self.rows] for name, column in self.columns.items()}
        return NumberTable(self.header.path, columns, self.header.first_line, self.cut_line)

    @property
    def _line(self) -> int:
        return self.header.first_line + self.rows

    def _whole_rows(self, piece: bytes, parsed: _Parsed) -> pl.DataFrame:
        """The frame, if polars took the piece and every row is whole.

        Polars fills short rows with nulls; they show in the last column.
        """
        frame, n_lines = parsed.frame, parsed.n_lines
        if isinstance(frame, Exception):
            raise self._offence(piece) or RecordingError(
                f"not a table of numbers ({shown(str(frame), 200)}).", path=self.header.path, line=self._line
            )
        suspicious = frame.height != n_lines
        if frame.to_series(frame.width - 1).null_count():
            separators = _count(piece, self.header.dialect.separator)
            suspicious |= separators != frame.height * (len(self.header.names) - 1)
        if suspicious and (offence := self._offence(piece)):
            raise offence
        if frame.height != n_lines:
            raise RecordingError(
                "a quoted cell runs over a line end. Remove such cells.", path=self.header.path
            )
        return frame

    def _offence(self, piece: bytes) -> RecordingError | None:
        return find_offence(piece, self._line, self.header, self.whole)

    def _values(self, frame: pl.DataFrame, name: str) -> NDArray[Any]:
        series = frame.get_column(f"c{self.header.names.index(name)}")
        if self.whole[name] and series.null_count():
            row = int(series.is_null().arg_max() or 0)
            raise RecordingError(
                f"{shown(name)} is empty. Remove the row, or restore its tick.",
                path=self.header.path,
                line=self._line + row,
            )
        return series.to_numpy()

    def _make_room(self, n_bytes: int, n_rows: int) -> None:
        """Columns for the whole file, estimated from this piece; more where the estimate was short."""
        need = self.rows + n_rows
        if self.columns and need <= len(next(iter(self.columns.values()))):
            return
        left = self.header.path.stat().st_size - self.header.start
        capacity = max(need, int(_SPARE * left * n_rows / n_bytes) if not self.rows else need * 5 // 4) + 1
        for name, whole in self.whole.items():
            column = np.empty(capacity, dtype=np.int64 if whole else np.float64)
            if self.rows:
                column[: self.rows] = self.columns[name][: self.rows]
            self.columns[name] = column
