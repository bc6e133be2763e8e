"""The sample recordings of the project, read and analysed once."""

from __future__ import annotations

from pathlib import Path

import pytest

from aqsense.acquire import read_recording
from aqsense.analysis.pipeline import analyze
from aqsense.model import Recording, Result


@pytest.fixture(scope="session")
def late_arm(project: Path) -> Recording:
    """A sprint with the right arm 25 ms late from stride 5 on."""
    return read_recording(project / "recordings" / "sprint-late-right-arm")


@pytest.fixture(scope="session")
def late_arm_result(late_arm: Recording) -> Result:
    return analyze(late_arm)


@pytest.fixture(scope="session")
def clean(project: Path) -> Recording:
    """The same kind of sprint with nothing wrong."""
    return read_recording(project / "recordings" / "sprint-clean")
