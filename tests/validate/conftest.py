"""A simulated sprint on disk with its truth."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from aqsense.simulate import write_simulation
from aqsense.validate.simulated import Session


@pytest.fixture(scope="session")
def sprint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated sprint as `aqsense simulate` writes it."""
    folder = tmp_path_factory.mktemp("given") / "sprint"
    session = Session(9.5, 5, seconds=6.0, rate_hz=100.0, sensors="noise, impacts")
    write_simulation(session.spec(), session.seed, folder)
    return folder


@pytest.fixture
def own_sprint(sprint: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(sprint, tmp_path / "sprint"))
