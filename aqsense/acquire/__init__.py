"""Samples come in: the only room that reads recordings.

In:  a recording folder (FORMATS 1), one wide CSV (FORMATS 2), or any CSV described by a column map.
Out: a `Recording` of untouched samples in s, m/s^2, rad/s.
Refuses: repairing. What can't be read for certain is a RecordingError that says where and what to do;
what was noticed but harmless stands in `Recording.warnings`.
"""

from __future__ import annotations

from pathlib import Path

from aqsense.errors import RecordingError
from aqsense.model import Recording

__all__ = ["read_recording", "write_recording"]


def read_recording(path: str | Path, *, columns: str | Path | None = None) -> Recording:
    """Read a recording folder, a wide CSV, or any CSV through a column map.

    path      folder with recording.json (FORMATS 1), or a CSV (FORMATS 2)
    columns   TOML file that says which columns are what (`aqsense.acquire.column_map`); None = FORMATS
    returns   sensors in the order of SITES, every column a contiguous float64 array; NaN = a value that the
              sensor did not deliver; `warnings` = what was noticed (code, site, text)

    Raises RecordingError (file, line, what was found, what to do) for what can't be read for certain.
    """
    path = Path(path)
    if not path.exists():
        raise RecordingError("there is no such file or folder. Check the path.", path=path)
    if columns is not None:
        from aqsense.acquire.column_map import read_mapped

        return read_mapped(path, Path(columns))
    if path.is_dir():
        from aqsense.acquire.folder import read_folder

        return read_folder(path)
    from aqsense.acquire.wide import read_wide

    return read_wide(path)


def write_recording(recording: Recording, folder: str | Path) -> None:
    """Write a recording folder (FORMATS 1): recording.json, a CSV per site, marks.csv, arrivals.csv.

    folder   must not exist yet; written beside as `.NAME.partial` and renamed when whole

    Numbers are rounded as FORMATS says (times 6 decimals, accelerations 4, rates 5), `-0` becomes 0.
    Raises OutputError where the folder exists or the disk refuses.
    """
    from aqsense.acquire.recording_writer import write_folder

    write_folder(recording, Path(folder))
