"""The slow search for the cell at fault, run only once the fast reader has refused a piece of a file."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping

from aqsense.acquire.header import Header, is_number, shown
from aqsense.errors import RecordingError

_WHOLE = re.compile(r"[+-]?[0-9]{1,19}")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")


def find_offence(
    piece: bytes, first_line: int, header: Header, whole: Mapping[str, bool]
) -> RecordingError | None:
    """The first line in which the number of cells or a number is wrong; None if all is well.

    piece        whole lines of the file
    first_line   1-based line number of the first of them
    whole        columns that are read -> whether they hold whole numbers (ticks)
    """
    lines = piece.split(b"\n")
    if not lines[-1]:
        lines.pop()
    for line, raw in enumerate(lines, first_line):
        complaint = _line_complaint(raw.rstrip(b"\r"), header, whole)
        if complaint:
            return RecordingError(complaint, path=header.path, line=line)
    return None


def _line_complaint(raw: bytes, header: Header, whole: Mapping[str, bool]) -> str:
    if not raw.strip():
        return "the line is blank; expected a row of numbers. Remove it."
    if b"\0" in raw:
        return (
            "the line holds NUL bytes: damaged, as after a crash. Remove it or restore the file from a copy."
        )
    text = raw.decode("utf-8", "backslashreplace")
    try:
        cells = next(csv.reader([text], delimiter=header.dialect.separator, strict=True))
    except csv.Error as error:
        return f"not a row of cells ({error}). Check the quotes of this line."
    if len(cells) != len(header.names):
        return _count_complaint(cells, header)
    for index, name in enumerate(header.names):
        if name in whole and (complaint := _cell_complaint(cells[index].strip(), header, whole[name])):
            return f"column {index + 1} ({shown(name)}): {complaint}"
    return ""


def _count_complaint(cells: list[str], header: Header) -> str:
    found, expected = len(cells), len(header.names)
    hint = "Restore the row, or remove it."
    if header.dialect.separator == "," and found > expected:
        hint = "Decimal commas (1,5 for 1.5)? Export with decimal points."
    return f"found {found} cells, the header has {expected}. {hint}"


def _cell_complaint(cell: str, header: Header, whole: bool) -> str:
    if cell in header.dialect.missing:
        return ""
    if header.dialect.decimal == ",":
        cell = cell.replace(",", ".")
    elif _DECIMAL_COMMA.fullmatch(cell):
        return f"found {shown(cell)}, a decimal comma. Export with decimal points, or use --columns map.toml."
    if whole and not _WHOLE.fullmatch(cell):
        return f"found {shown(cell)}; expected a whole number of ticks."
    if not is_number(cell):
        return f"found {shown(cell)}; expected a number. Correct it; empty the cell if there is no value."
    return ""
