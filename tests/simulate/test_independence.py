"""The simulator shares no event code with what it is the truth for."""

from __future__ import annotations

import subprocess
import sys


def test_simulating_loads_no_analysis(project):
    program = (
        "import sys; import aqsense.simulate as s;"
        "early = sorted(sys.modules);"
        "s.simulate(s.SimulationSpec(distance_m=10.0), 1);"
        "print([m for m in sys.modules if m.startswith(('aqsense.analysis', 'aqsense.view'))]);"
        "print([m for m in early if m.split('.')[0] in ('scipy', 'pandas', 'polars', 'matplotlib')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=project, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.split() == ["[]", "[]"]
