"""Simulated sessions that several tests look at."""

from __future__ import annotations

import pytest

from aqsense.model import Recording
from aqsense.simulate import SimulationSpec, read_phases, simulate

TWO_RUNS = "stand 4, walk 3, jog 6, walk 3, stand 2, sprint 40m at 9, decelerate 3, walk 3, stand 2"


@pytest.fixture(scope="session")
def two_runs() -> Recording:
    """A jog and a sprint of one athlete on common clocks."""
    spec = SimulationSpec(name="two-runs", phases=read_phases(TWO_RUNS), rate_hz=100.0, sync_sd_ms=1.0)
    return simulate(spec, 5, truth=False).recording
