"""Folders of written-down sessions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from made_sessions import write_facts, write_session


@pytest.fixture
def falling(tmp_path: Path) -> Path:
    """Ten weekly sessions of four sprints, whose spread falls by 3 ms in 30 days; feel in the recordings."""
    random, root = np.random.RandomState(3), tmp_path / "all"
    for week in range(10):
        runs = [
            {
                "spread_ms": 14 - 0.7 * week + 0.5 * random.randn(),
                "pattern_spread_ms": 5 + 0.5 * random.randn(),
                "tag": "after" if week > 6 else "",
            }
            for _ in range(4)
        ]
        write_session(root / "results" / f"s{week:02d}", 7 * week, runs)
        write_facts(root / "recordings" / f"s{week:02d}", 7 * week, [(75, "feel", "", "", 6)])
    return root
