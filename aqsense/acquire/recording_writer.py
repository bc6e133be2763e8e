"""A recording in memory -> a recording folder (FORMATS 1), whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from aqsense.acquire.arrivals import COLUMNS as ARRIVAL_COLUMNS
from aqsense.acquire.arrivals import NO_SEQUENCE
from aqsense.acquire.marks import COLUMNS as MARK_COLUMNS
from aqsense.acquire.metadata import FILE_NAME
from aqsense.errors import OutputError, RecordingError
from aqsense.formats import FORMAT
from aqsense.model import AXIS_COLUMNS, Floats, Mark, Recording, Samples, Sensor

if TYPE_CHECKING:
    import polars as pl

TIME_DECIMALS, ACCEL_DECIMALS, RATE_DECIMALS = 6, 4, 5


def write_folder(recording: Recording, folder: Path) -> None:
    """Write a recording folder; see `aqsense.acquire.write_recording`."""
    folder = folder.absolute()
    if folder.exists():
        raise OutputError(f"{folder}: there is something already. Choose another name, or remove it first.")
    _metadata_text(recording)  # refuses before anything is made
    partial = folder.with_name(f".{folder.name}.partial")
    try:
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True)
        write_files(recording, partial)
        partial.rename(folder)
    except OSError as error:
        raise OutputError(
            f"{folder}: can't be written: {error.strerror or error}. Check the disk."
        ) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def rounded(values: Floats, decimals: int) -> Floats:
    """Rounded for a file; no negative zero."""
    return np.round(values, decimals) + 0.0


def write_files(recording: Recording, folder: Path) -> None:
    """The files of a recording into a folder that is there."""
    (folder / FILE_NAME).write_bytes(_metadata_text(recording).encode())
    for site, sensor in recording.sensors.items():
        _write_csv(_sample_frame(sensor.samples), folder / f"{site}.csv")
    _write_marks(recording.marks, folder / "marks.csv")
    if recording.arrivals:
        _write_csv(_arrival_frame(recording), folder / "arrivals.csv")


def _metadata_text(recording: Recording) -> str:
    """recording.json: what was there, with the facts of the sensors as they are now."""
    clocks = {
        "ticks" if sensor.samples.tick is not None else "common" for sensor in recording.sensors.values()
    }
    if len(clocks) != 1:
        found = "no sensor" if not clocks else "sensors with ticks and sensors with time_s"
        raise RecordingError(
            f"the recording holds {found}; a folder needs one kind of clock. Write two recordings."
        )
    stated = recording.metadata.get("sensors") or {}
    sensors = {
        site: dict(stated.get(site, {})) | _facts(sensor) for site, sensor in recording.sensors.items()
    }
    head = {"format": FORMAT, "name": recording.name}
    metadata = head | dict(recording.metadata) | head | {"device_clock": clocks.pop(), "sensors": sensors}
    return json.dumps(metadata, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def _facts(sensor: Sensor) -> dict[str, Any]:
    facts = {
        "rate_hz": sensor.rate_hz,
        "tick_hz": sensor.tick_hz,
        "accel_range_m_s2": sensor.accel_range_m_s2,
        "gyro_range_rad_s": sensor.gyro_range_rad_s,
        "placement": sensor.placement,
    }
    return {name: value for name, value in facts.items() if value is not None}


def _sample_frame(samples: Samples) -> pl.DataFrame:
    import polars as pl

    columns: dict[str, Any] = {}
    if samples.tick is not None:
        columns["tick"] = samples.tick
    elif samples.time_s is not None:
        columns["time_s"] = rounded(samples.time_s, TIME_DECIMALS)
    decimals = (ACCEL_DECIMALS,) * 3 + (RATE_DECIMALS,) * 3
    for name, values, places in zip(AXIS_COLUMNS, samples.accel + samples.gyro, decimals, strict=True):
        columns[name] = rounded(values, places)
    return pl.DataFrame(columns)


def _arrival_frame(recording: Recording) -> pl.DataFrame:
    """Packets of all sensors in the order in which they came."""
    import polars as pl

    frames = [
        pl.DataFrame(
            {"site": [site] * len(rows), **{name: rows[name].copy() for name in ARRIVAL_COLUMNS[1:]}}
        )
        for site, rows in recording.arrivals.items()
    ]
    frame = pl.concat(frames).sort("arrival_s", maintain_order=True)
    sequence = pl.col("sequence")
    return frame.with_columns(
        pl.Series("arrival_s", rounded(frame.get_column("arrival_s").to_numpy(), TIME_DECIMALS)),
        pl.when(sequence != NO_SEQUENCE).then(sequence).alias("sequence"),
    )


def _write_csv(frame: pl.DataFrame, path: Path) -> None:
    frame.write_csv(path, line_terminator="\n", float_scientific=False)


def _write_marks(marks: Iterable[Mark], path: Path) -> None:
    lines = [",".join(MARK_COLUMNS)]
    for mark in marks:
        time = repr(round(float(mark.time_s), TIME_DECIMALS) + 0.0)
        lines.append(",".join((time, *map(_cell, (mark.kind, mark.run, mark.site, mark.text)))))
    path.write_bytes(("\n".join(lines) + "\n").encode())


def _cell(text: str) -> str:
    """A text by the CSV rules; csv.writer leaves a lone CR bare before Python 3.13, which splits the row."""
    if any(mark in text for mark in ',"\r\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
