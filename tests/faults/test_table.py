"""Every fault of the table is put into a clean recording, and what comes out is what the table says."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from outcomes import Numbers, Seen
from table import FAULTS, FILE_FAULTS, SAMPLE_FAULTS, Fault

from aqsense.acquire import read_recording
from aqsense.analysis.clock import time_sensors
from aqsense.analysis.frames import Frames, fit_frames
from aqsense.analysis.pipeline import analyze
from aqsense.errors import AqsenseError
from aqsense.model import Recording, Result
from aqsense.settings import Settings
from aqsense.simulate import SimulationSpec, read_phases, simulate

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "recordings" / "sprint-clean"
PHASES = {
    "two_sprints": "stand 3, sprint 25m, decelerate 3, stand 3, sprint 25m, decelerate 3, stand 2",
    "walk": "stand 3, walk 12, stand 2",
    "stand": "stand 12",
}


@cache
def clean(base: str) -> Recording:
    """The recordings that are damaged; nobody changes them in place."""
    if base == "sprint":
        return read_recording(SAMPLE)
    return simulate(
        SimulationSpec(base, phases=read_phases(PHASES[base]), rate_hz=100.0), 21, truth=False
    ).recording


@cache
def clean_result(base: str, settings: Settings) -> Result:
    return analyze(clean(base), settings)


@cache
def clean_frames(base: str) -> Frames:
    recording = clean(base)
    return fit_frames(time_sensors(recording), recording.marks)


def see(fault: Fault, damaged: Callable[[], Recording]) -> Seen:
    """Analyse a damaged recording; the body axes of the clean one besides, where steps must be untouched."""
    truth = clean_result(fault.base, Settings())
    try:
        recording = damaged()
        result = analyze(recording, fault.settings)
    except AqsenseError as error:
        return Seen(truth, error=error)
    same = None
    if isinstance(fault.outcome, Numbers) and fault.outcome.untouched is not None:
        same = analyze(recording, fault.settings, frames=clean_frames(fault.base))
    return Seen(truth, result, same_frames=same)


@pytest.mark.parametrize("fault", SAMPLE_FAULTS, ids=lambda fault: fault.name)
def test_damaged_samples(fault: Fault) -> None:
    fault.outcome.check(see(fault, lambda: fault.damage(clean(fault.base))))  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("fault", FILE_FAULTS, ids=lambda fault: fault.name)
def test_damaged_files(fault: Fault, tmp_path: Path) -> None:
    folder = tmp_path / "recording"
    shutil.copytree(SAMPLE, folder)
    fault.damage(folder)  # type: ignore[arg-type]
    fault.outcome.check(see(fault, lambda: read_recording(folder)))


def test_the_table_is_large_and_names_are_unique() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)
