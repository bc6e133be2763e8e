"""Real recordings, analysed once."""

from __future__ import annotations

from pathlib import Path

import pytest
from real_data import RealData


@pytest.fixture(scope="session")
def real(shared: Path) -> RealData:
    """The shared recordings by name; skipped where they are missing."""
    return RealData(shared / "data")
