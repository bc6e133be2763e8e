"""marks.csv: things that happened (FORMATS 1)."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from aqsense.acquire.header import is_number, listed, shown
from aqsense.errors import OutputError, RecordingError
from aqsense.model import Mark

KINDS = frozenset(
    [
        *("connected", "lost", "reconnected", "gap", "clock_reset", "host_suspend"),
        *("calibration_start", "calibration_end", "shake_start", "shake_end", "tap"),
        *("run_start", "run_end", "gate", "athlete", "tag", "feel", "video", "discard", "note"),
    ]
)
COLUMNS = ("time_s", "kind", "run", "site", "text")


def read_marks(path: Path) -> tuple[tuple[Mark, ...], tuple[tuple[str, str, str], ...]]:
    """Marks in order of time, and a warning for every kind that FORMATS doesn't know.

    Without the file there are none. `run`, `site` and `text` may be absent columns. All texts stay texts.
    """
    if not path.exists():
        return (), ()
    marks = sorted(_rows(path), key=lambda mark: mark.time_s)
    unknown = sorted({mark.kind for mark in marks} - KINDS)
    text = f"marks.csv: kinds that this version doesn't know: {listed(unknown)}"
    return tuple(marks), (("unknown_mark", "", text),) if unknown else ()


def append_mark(folder: Path, mark: Mark) -> None:
    """Add a row at the end, in the columns that the file has. Raises OutputError where the disk refuses."""
    path = folder / "marks.csv"
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = list(COLUMNS)
    if path.exists():
        known = _text(path)
        names = _names(next(csv.reader(io.StringIO(known, newline="")), []), path)
        if known and not known.endswith("\n"):
            text.write("\n")
    else:
        writer.writerow(names)
    cells = {"time_s": f"{mark.time_s:.6f}", "kind": mark.kind, "run": mark.run, "site": mark.site,
             "text": mark.text}  # fmt: skip
    if mark.text and "text" not in names:
        raise RecordingError("has no column text for this mark. Add it to the header.", path=path, line=1)
    writer.writerow([cells.get(name, "") for name in names])
    try:
        with path.open("a", encoding="utf-8", newline="") as file:
            file.write(text.getvalue())
    except OSError as error:
        raise OutputError(f"{path}: the mark can't be written ({error.strerror}).") from error


def _rows(path: Path) -> list[Mark]:
    reader = csv.reader(io.StringIO(_text(path), newline=""), strict=True)
    marks: list[Mark] = []
    names: list[str] | None = None
    try:
        for row in reader:
            if names is None:
                names = _names(row, path)
            elif row:
                marks.append(_mark(row, names, path, reader.line_num))
    except csv.Error as error:
        raise RecordingError(f"not a row of cells ({error}).", path=path, line=reader.line_num) from error
    return marks


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise RecordingError(f"can't be read: {error.strerror}. Check its rights.", path=path) from error
    except UnicodeDecodeError as error:
        raise RecordingError("is not UTF-8. Save it as `CSV UTF-8`.", path=path) from error


def _names(row: list[str], path: Path) -> list[str]:
    names = [name.strip() for name in row]
    absent = {"time_s", "kind"} - set(names)
    if absent or len(set(names)) != len(names):
        expected = f"{','.join(COLUMNS)}, each once (run, site, text if needed)"
        text = f"found columns {listed(names)}; expected {expected}. Correct the header."
        raise RecordingError(text, path=path, line=1)
    return names


def _mark(row: list[str], names: list[str], path: Path, line: int) -> Mark:
    if len(row) != len(names):
        text = f"found {len(row)} cells, the header has {len(names)}. Put quotes around texts with commas."
        raise RecordingError(text, path=path, line=line)
    cells: Mapping[str, str] = dict(zip(names, row, strict=True))
    time, kind = cells["time_s"].strip(), cells["kind"].strip()
    if not is_number(time):
        raise RecordingError(
            f"time_s is {shown(time)}; expected seconds. Correct or remove it.", path=path, line=line
        )
    if not kind:
        raise RecordingError("kind is empty; expected a word such as note. Name it.", path=path, line=line)
    return Mark(float(time), kind, cells.get("run", ""), cells.get("site", ""), cells.get("text", ""))
