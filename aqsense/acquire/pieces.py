"""A CSV's rows as pieces of whole lines, without what a crash left at its end."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from aqsense.acquire.header import Header, is_number

_BROKEN_NUMBER = re.compile(r"[+-]|[+-]?\.|[+-]?[0-9.]+[eE][+-]?|Na?")


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines, each ended by LF, and whether the file ends in the middle of the row behind them."""

    lines: bytes
    cut_row: bool = False


def whole_lines(file: BinaryIO, header: Header, piece_bytes: int) -> Iterator[Piece]:
    """The rows in pieces of about `piece_bytes`; the last may be empty."""
    start, end = header.start, file.seek(0, 2)
    while start < end:
        file.seek(min(start + piece_bytes, end))
        file.readline()
        stop = min(file.tell(), end)
        file.seek(start)
        lines = file.read(stop - start)
        yield Piece(lines) if stop < end else _last_piece(lines, header)
        start = stop


def _last_piece(lines: bytes, header: Header) -> Piece:
    """The file's last piece without blank lines at its end and without a row that was cut."""
    body = lines.rstrip(b"\0").rstrip(b"\r\n")
    start = body.rfind(b"\n") + 1
    if _is_cut(body[start:], lines.endswith(b"\n"), header):
        return Piece(body[:start], cut_row=True)
    return Piece(body + b"\n" if body else b"")


def _is_cut(last: bytes, is_ended: bool, header: Header) -> bool:
    """Whether a file's last line lacks cells, or breaks off inside its last number (`-`, `1e`)."""
    cells = last.decode("utf-8", "backslashreplace").split(header.dialect.separator)
    if not last or '"' in "".join(cells):
        return False
    if len(cells) < len(header.names):
        return True
    tail = cells[-1].strip().replace(header.dialect.decimal, ".")
    return not is_ended and not is_number(tail) and _BROKEN_NUMBER.fullmatch(tail) is not None
