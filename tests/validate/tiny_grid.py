"""A grid so small that a question takes seconds, and a truth that is wrong."""

from __future__ import annotations

from pathlib import Path

from aqsense.validate.sizes import Size

# No cell of events, one session of everything else.
TINY = Size("tiny", 1, 1, (), 1, 1, 1, 1, 0, 1, 1)


def shift_truth(folder: Path, by_s: float) -> None:
    """Make the truth wrong: every event of truth.csv later by `by_s`."""
    path = folder / "truth.csv"
    head, *rows = path.read_text().splitlines()
    place = head.split(",").index("time_s")
    cells = [row.split(",") for row in rows]
    for row in cells:
        row[place] = f"{float(row[place]) + by_s:.6f}"
    path.write_text("\n".join([head, *(",".join(row) for row in cells)]) + "\n")
