"""The first line of a CSV: names of the columns, and where the numbers begin.

Refuses what is evidently no comma-separated UTF-8 table (spreadsheets, UTF-16, semicolons) with the way out.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from aqsense.errors import RecordingError

LONGEST_HEADER = 1 << 20
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_BOM = b"\xef\xbb\xbf"
MISSING = ("", "NA", "NaN", "nan")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a CSV is spelled.

    separator     one character between cells
    decimal       `.` or `,`
    header_line   1-based line of the column names; lines above it are not read
    missing       cell texts that mean: no value
    """

    separator: str = ","
    decimal: str = "."
    header_line: int = 1
    missing: tuple[str, ...] = MISSING


STANDARD = Dialect()


@dataclass(frozen=True, slots=True)
class Header:
    """Column names in file order, the byte at which the rows begin, and how the file is spelled."""

    path: Path
    names: tuple[str, ...]
    start: int
    dialect: Dialect

    @property
    def first_line(self) -> int:
        """1-based line of the first row of numbers."""
        return self.dialect.header_line + 1

    def require(self, names: Iterable[str]) -> None:
        """RecordingError unless all these columns exist."""
        absent = [name for name in names if name not in self.names]
        if absent:
            raise RecordingError(
                f"column {shown(absent[0])} is missing; found {listed(self.names)}. "
                "Rename the column, or describe the file with --columns map.toml.",
                path=self.path,
                line=self.dialect.header_line,
            )


def read_header(path: Path, dialect: Dialect = STANDARD) -> Header:
    """Names of the columns of a CSV; a UTF-8 BOM is accepted.

    Raises RecordingError if the file is missing, empty, binary, UTF-16, not UTF-8, or names a column twice.
    """
    try:
        with path.open("rb") as file:
            line, start = _header_line(file, path, dialect)
    except OSError as error:
        raise RecordingError(
            f"can't be read: {error.strerror}. Check the path and its rights.", path=path
        ) from error
    names = _names(line, path, dialect)
    _refuse_odd_names(names, path, dialect)
    return Header(path, names, start, dialect)


def shown(text: str, longest: int = 60) -> str:
    """Foreign text for a message: quoted, printable, short."""
    return ascii(text if len(text) <= longest else text[:longest] + "...")


def listed(names: Iterable[str], most: int = 8) -> str:
    """The first few names for a message."""
    names = list(names)
    rest = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(shown(name) for name in names[:most]) + rest


def is_number(text: str) -> bool:
    """Whether a cell is a finite decimal number (ASCII digits, point, exponent)."""
    return NUMBER.fullmatch(text) is not None


def _header_line(file: BinaryIO, path: Path, dialect: Dialect) -> tuple[bytes, int]:
    """The header as bytes and the byte behind it."""
    line = b""
    for number in range(1, dialect.header_line + 1):
        line = file.readline(LONGEST_HEADER)
        if number == 1:
            _refuse_binary(line, path)
            line = line.removeprefix(_BOM)
        if not line:
            text = "the file is empty" if number == 1 else f"the file ends before line {dialect.header_line}"
            raise RecordingError(f"{text}; expected column names. Export or copy it again.", path=path)
    if len(line) >= LONGEST_HEADER:
        raise RecordingError(
            "no line end in the first MiB; expected a CSV table.", path=path, line=dialect.header_line
        )
    return line, file.tell()


def _refuse_binary(line: bytes, path: Path) -> None:
    if line.startswith(_UTF16):
        raise RecordingError("the file is UTF-16; expected UTF-8. Save it as `CSV UTF-8`.", path=path, line=1)
    if b"\0" in line:
        raise RecordingError("the file is binary; expected a CSV table. Export it as CSV.", path=path, line=1)
    if b"\r" in line.rstrip(b"\r\n"):
        raise RecordingError(
            "lines end with CR alone; expected LF or CRLF. Save the file with Unix line ends.",
            path=path,
            line=1,
        )


def _names(line: bytes, path: Path, dialect: Dialect) -> tuple[str, ...]:
    where = {"path": path, "line": dialect.header_line}
    try:
        text = line.decode("utf-8").rstrip("\r\n")
        cells = next(csv.reader([text], delimiter=dialect.separator), [])
    except UnicodeDecodeError as error:
        raise RecordingError("the header is not UTF-8. Save the file as `CSV UTF-8`.", **where) from error
    except csv.Error as error:
        raise RecordingError(f"the header is not a line of column names ({error}).", **where) from error
    return tuple(cell.strip() for cell in cells)


def _refuse_odd_names(names: tuple[str, ...], path: Path, dialect: Dialect) -> None:
    where = {"path": path, "line": dialect.header_line}
    if not any(names):
        raise RecordingError("the header is blank; expected column names.", **where)
    if dialect.separator == ",":
        _refuse_other_separator(names, path, dialect)
    if all(is_number(name) for name in names):
        raise RecordingError("found numbers; expected column names. Put a header above the numbers.", **where)
    twice = [name for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        raise RecordingError(
            f"column {shown(twice[0])} stands in the header twice. Remove or rename one.", **where
        )


def _refuse_other_separator(names: tuple[str, ...], path: Path, dialect: Dialect) -> None:
    """`time_s;left_shin...` is one name to a comma reader."""
    for separator, word in ((";", "semicolons"), ("\t", "tabs")):
        if len(names) == 1 and separator in names[0]:
            raise RecordingError(
                f"cells are separated by {word}; expected commas (and decimal points). Export again that "
                f'way, or say `separator = "{ascii(separator)[1:-1]}"` (and `decimal = ","` for decimal '
                "commas such as 1,5) in --columns map.toml.",
                path=path,
                line=dialect.header_line,
            )
