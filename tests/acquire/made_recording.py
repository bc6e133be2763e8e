"""Recordings made up for reading and writing: walking-like numbers in plausible units."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np

from aqsense.model import ARRIVAL, AXIS_COLUMNS, Mark, Recording, Samples, Sensor

SITES = ("left_wrist", "trunk")
METADATA = {
    "format": 1,
    "name": "made",
    "device_clock": "common",
    "sync_sd_s": 0.001,
    "sensors": {site: {"rate_hz": 100.0} for site in SITES},
}


def made_samples(n: int = 300, rate_hz: float = 100.0, seed: int = 0, ticks: bool = False) -> Samples:
    """Samples already rounded as a file holds them."""
    draw = np.random.default_rng(seed)
    accel = [np.round(draw.normal(level, 2.0, n), 4) + 0.0 for level in (0.0, 3.0, 9.8)]
    gyro = [np.round(draw.normal(0.0, 4.0, n), 5) + 0.0 for _ in range(3)]
    tick = np.arange(n, dtype=np.int64) * round(1e6 / rate_hz) + 10**12 if ticks else None
    time_s = None if ticks else np.round(np.arange(n) / rate_hz + 0.25, 6)
    return Samples(tick, time_s, (accel[0], accel[1], accel[2]), (gyro[0], gyro[1], gyro[2]))


def made_recording(ticks: bool = False) -> Recording:
    """Two sensors with marks and, for ticks, arrivals."""
    arrivals = np.array([(10**12, 0.1, 7, 5), (10**12 + 50000, 0.15, -1, 5)], dtype=ARRIVAL)
    sensors = {
        site: Sensor(
            site, made_samples(seed=seed, ticks=ticks), 100.0, 1e6 if ticks else None, 156.9, 34.9, "sternum"
        )
        for seed, site in enumerate(SITES)
    }
    return Recording(
        name="made",
        sensors=sensors,
        metadata=METADATA | {"athlete": "NA", "place": None},
        marks=(Mark(0.5, "run_start", "1", "", 'a, "quoted"\ntext'), Mark(2.25, "note", "", "trunk", "NA")),
        arrivals={"trunk": arrivals} if ticks else {},
    )


def wide_text(
    sites: Iterable[str] = SITES, n: int = 300, edit: Callable[[list[str]], None] | None = None
) -> str:
    """A wide CSV of `made_samples`; `edit` may change its lines."""
    all_samples = [made_samples(n, seed=seed) for seed, _ in enumerate(sites)]
    columns = [all_samples[0].time_s, *(c for samples in all_samples for c in samples.accel + samples.gyro)]
    lines = [",".join(["time_s", *(f"{site}_{axis}" for site in sites for axis in AXIS_COLUMNS)])]
    lines += [",".join(repr(float(value)) for value in row) for row in zip(*columns, strict=True)]  # type: ignore[arg-type]
    if edit:
        edit(lines)
    return "\n".join(lines) + "\n"


def write_wide(folder: Path, edit: Callable[[list[str]], None] | None = None, n: int = 300) -> Path:
    """The wide CSV on disk."""
    path = folder / "wide.csv"
    path.write_bytes(wide_text(n=n, edit=edit).encode())
    return path


def with_cell(line: int, column: int, text: str) -> Callable[[list[str]], None]:
    """An edit that puts `text` into a cell (1-based line, header included; 0-based column)."""

    def edit(lines: list[str]) -> None:
        cells = lines[line - 1].split(",")
        cells[column] = text
        lines[line - 1] = ",".join(cells)

    return edit


def with_line(line: int, text: str) -> Callable[[list[str]], None]:
    """An edit that replaces a line (1-based)."""

    def edit(lines: list[str]) -> None:
        lines[line - 1] = text

    return edit


def change_metadata(folder: Path, **changes: object) -> None:
    """Replace fields of recording.json."""
    path = folder / "recording.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def samples_equal(left: Samples, right: Samples) -> bool:
    """Same clock and values, NaN equal to NaN."""
    pairs = zip(left.accel + left.gyro, right.accel + right.gyro, strict=True)
    clocks = np.array_equal(
        left.tick if left.tick is not None else left.time_s,
        right.tick if right.tick is not None else right.time_s,
    )  # type: ignore[arg-type]
    return clocks and all(np.array_equal(a, b, equal_nan=True) for a, b in pairs)
