"""A simulation on disk: a recording folder, with truth.csv, truth_steps.csv and truth.json in it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from aqsense.errors import OutputError
from aqsense.model import Columns
from aqsense.simulate.session import Simulation, simulate
from aqsense.simulate.spec import SimulationSpec

# Decimals where they differ from a time's.
_DECIMALS = {"amplitude_rad_s": 5, "spread_ms": 3, "spread_percent": 3}


def write_simulation(
    spec: SimulationSpec, seed: int, folder: str | Path, *, truth: bool = True
) -> Simulation:
    """Simulate a session and write it as a recording folder.

    folder    must not exist yet
    truth     False writes no truth files
    returns   what was written

    Raises OutputError where the folder exists or the disk refuses.
    """
    from aqsense.acquire import write_recording

    simulation = simulate(spec, seed, truth=truth)
    write_recording(simulation.recording, folder)
    if truth:
        _write_truth(simulation, Path(folder))
    return simulation


def _write_truth(simulation: Simulation, folder: Path) -> None:
    try:
        _write(folder / "truth.csv", _table(simulation.truth))
        _write(folder / "truth_steps.csv", _table(simulation.truth_steps))
        _write(folder / "truth.json", json.dumps(simulation.about, indent=1, allow_nan=False) + "\n")
    except OSError as error:
        raise OutputError(
            f"{folder}: the truth can't be written: {error.strerror}. Check space and rights."
        ) from error


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _table(columns: Columns) -> str:
    names = list(columns)
    rows = zip(*(columns[name] for name in names), strict=True)
    lines = [",".join(_cell(name, value) for name, value in zip(names, row, strict=True)) for row in rows]
    return "\n".join([",".join(names), *lines]) + "\n"


def _cell(name: str, value: Any) -> str:
    if isinstance(value, float | np.floating):
        return "" if np.isnan(value) else f"{value:.{_DECIMALS.get(name, 6)}f}"
    return str(value)
