"""A file of speed over time: CSV of a laser, radar or treadmill, FIT or GPX of a watch.

Out: what made it, whose clock its times are on, and its samples (s, m/s).
Refuses: columns without a unit in their name, times that don't rise, fewer than two samples.

CSV: `time_s` (of its own clock) or `utc` (ISO 8601), and `speed_m_s`, `speed_km_h` or `distance_m`.
A distance becomes the mean speed over half a second: a single difference is mostly noise.
FIT and GPX carry UTC.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from aqsense.acquire.header import is_number
from aqsense.errors import AqsenseError, RecordingError

Samples = list[tuple[float, float]]
HALF_SPAN_S = 0.25
GRID_S = 0.05


@dataclass(frozen=True, slots=True)
class SpeedFile:
    """Speed over time as a file holds it.

    source    laser, gnss or file
    is_utc    times are seconds since 1970; else of a clock of its own
    samples   (s, m/s), times rising
    """

    source: str
    is_utc: bool
    samples: Samples


class MissingPackage(AqsenseError):
    """A file needs a package that isn't installed."""


def read_speed_file(path: Path) -> SpeedFile:
    """Read .csv, .fit or .gpx.

    Raises RecordingError where the file can't be read, MissingPackage where a package for it is missing.
    """
    readers: dict[str, Callable[[Path], SpeedFile]] = {
        ".csv": _read_csv,
        ".fit": _read_fit,
        ".gpx": _read_gpx,
    }
    read = readers.get(path.suffix.lower())
    if read is None:
        raise RecordingError("is no speed file that is known; expected .csv, .fit or .gpx.", path=path)
    found = read(path)
    times = [time for time, _ in found.samples]
    if len(times) < 2:
        raise RecordingError(f"holds {len(times)} samples of speed; expected at least 2.", path=path)
    if any(after <= before for before, after in pairwise(times)):
        raise RecordingError("its times don't rise. Sort its rows, each time once.", path=path)
    return found


def epoch(text: str) -> float:
    """ISO 8601 as seconds since 1970; without a zone it is UTC. Raises ValueError."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _read_csv(path: Path) -> SpeedFile:
    import polars as pl

    try:
        table = pl.read_csv(path, infer_schema_length=0)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise RecordingError(f"can't be read as CSV: {error}".splitlines()[0], path=path) from error
    names = table.columns
    clock = next((name for name in ("time_s", "utc") if name in names), None)
    value = next((name for name in ("speed_m_s", "speed_km_h", "distance_m") if name in names), None)
    if clock is None or value is None:
        raise RecordingError(
            f"has the columns {', '.join(names[:8])}; expected time_s or utc, and speed_m_s, speed_km_h or "
            "distance_m. Rename them: the unit belongs to the name.",
            path=path,
        )
    rows = [
        (_time(moment, clock, path, line), _value(text, value, path, line))
        for line, (moment, text) in enumerate(table.select(clock, value).iter_rows(), start=2)
        if moment is not None and text is not None
    ]
    if value == "distance_m":
        rows = _differences(rows)
    elif value == "speed_km_h":
        rows = [(time, speed / 3.6) for time, speed in rows]
    return SpeedFile("laser" if value == "distance_m" else "file", clock == "utc", rows)


def _time(text: str, clock: str, path: Path, line: int) -> float:
    if clock == "time_s":
        return _value(text, clock, path, line)
    try:
        return epoch(text)
    except ValueError as error:
        raise RecordingError(f"utc is {text!r}; expected ISO 8601.", path=path, line=line) from error


def _value(text: str, name: str, path: Path, line: int) -> float:
    if not is_number(text.strip()):
        raise RecordingError(f"{name} is {text!r}; expected a number.", path=path, line=line)
    return float(text)


def _differences(rows: Samples) -> Samples:
    """Distances -> mean speed over half a second, on a grid."""
    if len(rows) < 2:
        return []
    times, along = (np.array(column) for column in zip(*rows, strict=True))
    grid = np.arange(times[0] + HALF_SPAN_S, times[-1] - HALF_SPAN_S + 1e-9, GRID_S)
    way = np.interp(grid + HALF_SPAN_S, times, along) - np.interp(grid - HALF_SPAN_S, times, along)
    return list(zip(grid.tolist(), np.abs(way / (2 * HALF_SPAN_S)).tolist(), strict=True))


def _read_fit(path: Path) -> SpeedFile:
    fitdecode: Any = _package("fitdecode", path)
    rows: Samples = []
    try:
        with fitdecode.FitReader(str(path)) as reader:
            for frame in reader:
                if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "record":
                    moment = frame.get_value("timestamp", fallback=None)
                    speed = frame.get_value("enhanced_speed", fallback=None)
                    speed = frame.get_value("speed", fallback=None) if speed is None else speed
                    if isinstance(moment, datetime) and speed is not None:
                        rows.append((moment.timestamp(), float(speed)))
    except (OSError, fitdecode.FitError, ValueError) as error:
        raise RecordingError(f"can't be read as FIT: {error}", path=path) from error
    return SpeedFile("gnss", True, rows)


def _read_gpx(path: Path) -> SpeedFile:
    gpxpy: Any = _package("gpxpy", path)
    try:
        track = gpxpy.parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, gpxpy.gpx.GPXException) as error:
        raise RecordingError(f"can't be read as GPX: {error}", path=path) from error
    rows: Samples = []
    for line in track.tracks:
        for segment in line.segments:
            points = [point for point in segment.points if point.time is not None]
            for before, after in pairwise(points):
                seconds = (after.time - before.time).total_seconds()
                if seconds > 0:
                    middle = before.time.timestamp() + seconds / 2
                    rows.append((middle, float(after.distance_2d(before) or 0.0) / seconds))
    return SpeedFile("gnss", True, rows)


def _package(name: str, path: Path) -> Any:
    from importlib import import_module

    try:
        return import_module(name)
    except ImportError as error:
        raise MissingPackage(
            f"{path}: needs the package {name}. Run: pip install 'aqsense[formats]'"
        ) from error
