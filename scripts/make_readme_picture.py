#!/usr/bin/env python3
"""Make docs/alignment.png, the README's picture: the finding of the sample recording with a late right arm.

    python scripts/make_readme_picture.py

Analyses the recording with `aqsense analyze` in a temporary folder and draws what stands in the results.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECORDING = ROOT / "recordings" / "sprint-late-right-arm"
PICTURE = ROOT / "docs" / "alignment.png"
WIDTH_PX = 1600


def main() -> None:
    """Write the picture and say what it shows."""
    sys.path.insert(0, str(ROOT))
    from aqsense.view.alignment import plot_alignment
    from aqsense.view.tables import read_result

    with tempfile.TemporaryDirectory() as folder:
        analyze = [sys.executable, "-m", "aqsense", "analyze", str(RECORDING), "--no-figures"]
        subprocess.run([*analyze, "--out", folder], cwd=ROOT, check=True)
        page = plot_alignment(read_result(folder))
    PICTURE.parent.mkdir(exist_ok=True)
    page.save_small(PICTURE, WIDTH_PX)
    print(f"{PICTURE}: {PICTURE.stat().st_size / 1000:.0f} kB, {page.title!r}")


if __name__ == "__main__":
    main()
