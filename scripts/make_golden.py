"""Make `tests/golden/v1/`: the results of the sample recordings, to the last digit that files hold.

    python scripts/make_golden.py

A change of these files is a change of results: the CHANGELOG says so, with the reason.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import aqsense as aq

ROOT = Path(__file__).resolve().parents[1]
GOLDEN = ROOT / "tests" / "golden" / "v1"
SAMPLES = ("sprint-clean", "sprint-late-right-arm", "sprint-lost-sensor")


def main() -> None:
    """Analyse each sample and write its tables and summary."""
    shutil.rmtree(GOLDEN, ignore_errors=True)
    for name in SAMPLES:
        result = aq.analyze(aq.read_recording(ROOT / "recordings" / name))
        aq.write_result(result, GOLDEN / name)
        print(f"{GOLDEN / name}: {result.runs['headline'][0]}")


if __name__ == "__main__":
    main()
