"""Make the sample recordings in `recordings/`: simulated sprints with their truth, the same bytes every time.

    python scripts/make_recordings.py [--check]

`--check` makes them elsewhere and compares; it ends with 1 and names the files that differ.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from aqsense.simulate import Late, Lost, SimulationSpec, write_simulation

RECORDINGS = Path(__file__).resolve().parents[1] / "recordings"
SAMPLES = (
    (SimulationSpec("sprint-clean", rate_hz=100.0), 11),
    (SimulationSpec("sprint-late-right-arm", rate_hz=100.0, late=(Late("arm", "right", 25.0, 5),)), 12),
    (SimulationSpec("sprint-lost-sensor", rate_hz=100.0, lost=(Lost("trunk", 7.5),)), 13),
)


def make(folder: Path) -> None:
    """Write all sample recordings into a folder, over older ones."""
    folder.mkdir(parents=True, exist_ok=True)
    for spec, seed in SAMPLES:
        shutil.rmtree(folder / spec.name, ignore_errors=True)
        write_simulation(spec, seed, folder / spec.name)


def differences(folder: Path) -> list[str]:
    """Files of the sample recordings in a folder that are missing, foreign or not as made now."""
    with tempfile.TemporaryDirectory() as fresh:
        make(Path(fresh))
        names = [spec.name for spec, _ in SAMPLES]
        found, wanted = _contents(folder, names), _contents(Path(fresh), names)
    return sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))


def _contents(folder: Path, names: list[str]) -> dict[str, bytes]:
    files = [path for name in names for path in (folder / name).rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def main() -> int:
    """Make or check; the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="compare with what is there")
    if not parser.parse_args().check:
        make(RECORDINGS)
        return 0
    wrong = differences(RECORDINGS)
    print("\n".join(wrong) or "as made")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
