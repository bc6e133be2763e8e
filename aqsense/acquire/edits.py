"""edits.csv: corrections by hand, append-only. Raw data never change; `analyze` applies what stands here.

Columns (a row per decision, oldest first):
  n          1, 2, 3 ...
  made_utc   when it was decided, ISO 8601
  what       `exclude` (an event or a whole step counts no more), `move`, or `undo` (of the row `undoes`)
  event      of events.csv, or `step` for all scored peaks of a step
  side       of the limb as in events.csv; of the foot on the ground for a step
  time_s     where the event is without this edit, session time; a step's swing peak
  to_s       where it is with it; empty unless `move`
  undoes     n of the row that counts no more; empty unless `undo`
  why        in the words of who decided

In:  the recording's folder.
Out: the edits that count, in their order; new rows.
Refuses: changing or removing a row. What can't be read for certain is a RecordingError with its line.
"""

from __future__ import annotations

import csv
import io
import math
from datetime import UTC, datetime
from pathlib import Path

from aqsense.acquire.header import is_number, listed, shown
from aqsense.errors import OutputError, RecordingError
from aqsense.model import STEP_EVENT, Edit, Event

FILE_NAME = "edits.csv"
COLUMNS = ("n", "made_utc", "what", "event", "side", "time_s", "to_s", "undoes", "why")
_EVENTS = frozenset([STEP_EVENT, *(event.value for event in Event)])
_SIDES = frozenset(["left", "right", "none"])


def read_edits(folder: Path) -> tuple[Edit, ...]:
    """The edits that count; none without the file."""
    standing: dict[int, Edit] = {}
    for line, cells in _rows(folder / FILE_NAME):
        number = int(cells["n"])
        if cells["what"] == "undo":
            standing.pop(int(cells["undoes"]), None)
        else:
            standing[number] = _edit(cells, folder / FILE_NAME, line)
    return tuple(standing.values())


def append_edit(folder: Path, edit: Edit, made_utc: str = "") -> None:
    """Add one decision. Raises OutputError where the disk refuses."""
    to = "" if math.isnan(edit.to_s) else f"{edit.to_s:.6f}"
    _append(folder, [edit.what, edit.event, edit.side, f"{edit.time_s:.6f}", to, "", edit.why], made_utc)


def undo_last_edit(folder: Path, made_utc: str = "") -> Edit | None:
    """The newest decision that counts, counts no more; None where there is none."""
    undone: set[int] = set()
    numbers: list[int] = []
    for _, cells in _rows(folder / FILE_NAME):
        if cells["what"] == "undo":
            undone.add(int(cells["undoes"]))
        else:
            numbers.append(int(cells["n"]))
    left = [number for number in numbers if number not in undone]
    if not left:
        return None
    last = read_edits(folder)[-1]
    _append(folder, ["undo", "", "", "", "", str(left[-1]), ""], made_utc)
    return last


def _append(folder: Path, cells: list[str], made_utc: str) -> None:
    path = folder / FILE_NAME
    number = len(_rows(path)) + 1
    when = made_utc or datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    if not path.exists():
        writer.writerow(COLUMNS)
    writer.writerow([str(number), when, *cells])
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())
    except OSError as error:
        raise OutputError(f"{path}: the edit can't be written ({error.strerror}).") from error


def _rows(path: Path) -> list[tuple[int, dict[str, str]]]:
    """Lines with their cells, numbers checked."""
    if not path.exists():
        return []
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RecordingError("can't be read as UTF-8. Check its rights.", path=path) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, dict[str, str]]] = []
    try:
        names = next(reader, [])
        if tuple(names) != COLUMNS:
            found = f"found columns {listed(names)}; expected {','.join(COLUMNS)}. Correct the header."
            raise RecordingError(found, path=path, line=1)
        for row in reader:
            if row:
                rows.append((reader.line_num, _cells(row, path, reader.line_num, len(rows) + 1)))
    except csv.Error as error:
        raise RecordingError(f"not a row of cells ({error}).", path=path, line=reader.line_num) from error
    return rows


def _cells(row: list[str], path: Path, line: int, number: int) -> dict[str, str]:
    if len(row) != len(COLUMNS):
        text = f"found {len(row)} cells, expected {len(COLUMNS)}. Put quotes around texts with commas."
        raise RecordingError(text, path=path, line=line)
    cells: dict[str, str] = dict(zip(COLUMNS, row, strict=True))
    if cells["n"] != str(number):
        text = f"n is {shown(cells['n'])}; expected {number}. Rows are never removed: put them back."
        raise RecordingError(text, path=path, line=line)
    if cells["what"] not in ("exclude", "move", "undo"):
        text = f"what is {shown(cells['what'])}; expected exclude, move or undo. Correct it."
        raise RecordingError(text, path=path, line=line)
    if cells["what"] == "undo" and not (cells["undoes"].isdecimal() and 0 < int(cells["undoes"]) < number):
        text = f"undoes is {shown(cells['undoes'])}; expected the n of an earlier row. Correct it."
        raise RecordingError(text, path=path, line=line)
    return cells


def _edit(cells: dict[str, str], path: Path, line: int) -> Edit:
    for name, known in (("event", _EVENTS), ("side", _SIDES)):
        if cells[name] not in known:
            text = f"{name} is {shown(cells[name])}; expected one of {', '.join(sorted(known))}. Correct it."
            raise RecordingError(text, path=path, line=line)
    is_move = cells["what"] == "move"
    for name in ("time_s", "to_s") if is_move else ("time_s",):
        if not is_number(cells[name]):
            text = f"{name} is {shown(cells[name])}; expected seconds. Correct it."
            raise RecordingError(text, path=path, line=line)
    if is_move and cells["event"] == STEP_EVENT:
        raise RecordingError("a step can't be moved; name one of its events.", path=path, line=line)
    to_s = float(cells["to_s"]) if is_move else math.nan
    return Edit(cells["what"], cells["event"], cells["side"], float(cells["time_s"]), to_s, cells["why"])
