"""Numbers of a CSV as one array per column: fast, lean and strict.

In:  a header and the columns wanted of it.
Out: float64 (ticks: int64) arrays, one element per line, so that row i stands in line first_line + i.
Refuses: text in a number's place, rows with too few or too many cells, quoted line breaks.
The file is read in pieces of whole lines into columns that were allocated before: the peak of memory is the
numbers themselves plus one piece. Python looks at single cells only after polars has refused a piece.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from aqsense.acquire.header import Header, is_number, shown
from aqsense.acquire.offence import find_offence
from aqsense.errors import RecordingError

if TYPE_CHECKING:
    import polars as pl

PIECE_BYTES = 8 << 20
_SPARE = 1.02  # rows allocated beyond the estimate from the first piece
_BROKEN_NUMBER = re.compile(r"[+-]|[+-]?\.|[+-]?[0-9.]+[eE][+-]?|Na?")
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
        for piece, is_last in _pieces(file, header.start):
            reader.take(piece, is_last)
    return reader.table()


def _pieces(file: BinaryIO, start: int) -> Iterator[tuple[bytes, bool]]:
    """Runs of whole lines of about PIECE_BYTES, and whether each is the file's last."""
    end = file.seek(0, 2)
    while start < end:
        file.seek(min(start + PIECE_BYTES, end))
        file.readline()
        stop = min(file.tell(), end)
        file.seek(start)
        yield file.read(stop - start), stop >= end
        start = stop


@dataclass(slots=True)
class _Reader:
    """Fills the columns piece by piece."""

    header: Header
    whole: Mapping[str, bool]
    columns: dict[str, NDArray[Any]] = field(default_factory=dict)
    rows: int = 0
    cut_line: int | None = None

    def take(self, piece: bytes, is_last: bool) -> None:
        if is_last:
            piece = self._without_cut_line(piece)
        if not piece:
            return
        frame = self._parse(piece)
        self._refuse_short_rows(piece, frame)
        self._make_room(len(piece), frame.height)
        for name, column in self.columns.items():
            column[self.rows : self.rows + frame.height] = self._values(frame, name)
        self.rows += frame.height

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

    def _parse(self, piece: bytes) -> pl.DataFrame:
        from polars.exceptions import PolarsError

        try:
            return self._polars(piece, None)
        except PolarsError:
            pass
        try:
            # Blanks around cells and words for "no value" cost time, so only files that have them pay.
            tidy = (
                _BLANKS.sub(rb"\1", piece).strip(b" \t") if self.header.dialect.separator != "\t" else piece
            )
            return self._polars(tidy, [word for word in self.header.dialect.missing if word])
        except PolarsError as error:
            offence = find_offence(piece, self._line, self.header, self.whole)
            if offence is None:
                text = f"not a table of numbers ({shown(str(error), 200)})."
                offence = RecordingError(text, path=self.header.path, line=self._line)
            raise offence from None

    def _polars(self, piece: bytes, missing: list[str] | None) -> pl.DataFrame:
        """Columns by position (c0, c1, ...): foreign names can't do harm. The last is always read."""
        import polars as pl

        dialect, names = self.header.dialect, self.header.names
        types = {name: pl.Int64 if whole else pl.Float64 for name, whole in self.whole.items()}
        wanted = [i for i, name in enumerate(names) if name in types or i == len(names) - 1]
        return pl.read_csv(
            piece,
            has_header=False,
            schema={f"c{i}": types.get(name, pl.String) for i, name in enumerate(names)},
            columns=wanted,
            separator=dialect.separator,
            decimal_comma=dialect.decimal == ",",
            null_values=missing,
        )

    def _refuse_short_rows(self, piece: bytes, frame: pl.DataFrame) -> None:
        """Polars fills short rows with nulls; they show in the last column."""
        lines = piece.count(b"\n")
        suspicious = frame.height != lines
        if frame.to_series(frame.width - 1).null_count():
            separators = piece.count(self.header.dialect.separator.encode())
            suspicious |= separators != frame.height * (len(self.header.names) - 1)
        if suspicious and (offence := find_offence(piece, self._line, self.header, self.whole)):
            raise offence
        if frame.height != lines:
            raise RecordingError(
                "a quoted cell runs over a line end. Remove such cells.", path=self.header.path
            )

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

    def _without_cut_line(self, piece: bytes) -> bytes:
        """The file's last piece without blank lines at its end and without a row that was cut."""
        body = piece.rstrip(b"\0").rstrip(b"\r\n")
        start = body.rfind(b"\n") + 1
        if not _is_cut(body[start:], piece.endswith(b"\n"), self.header):
            return body + b"\n" if body else b""
        self.cut_line = self._line + body.count(b"\n")
        return body[:start]


def _is_cut(last: bytes, is_ended: bool, header: Header) -> bool:
    """Whether a file's last line lacks cells, or breaks off inside its last number (`-`, `1e`)."""
    cells = last.decode("utf-8", "backslashreplace").split(header.dialect.separator)
    if not last or '"' in "".join(cells):
        return False
    if len(cells) < len(header.names):
        return True
    tail = cells[-1].strip().replace(header.dialect.decimal, ".")
    return not is_ended and not is_number(tail) and _BROKEN_NUMBER.fullmatch(tail) is not None
