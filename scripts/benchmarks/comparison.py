"""The same file given to others: time, memory, and how many of the sprint steps they find."""

from __future__ import annotations

import json
import sys
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .processes import TaskFailed, in_turns, once, task_command
from .rivals import PYTHON_PACKAGES, EnvironmentFailed, interpreter

REPEATS = 3
WITHIN_S = 0.1
LARGEST_OFFSET_S = 0.15
NOT_RUNNING_S = 0.5  # farther than this from every contact of running


@dataclass(frozen=True)
class Entrant:
    """One row of the comparison.

    name      what it is
    module    its part of `benchmarks`; "" for aqsense itself
    variant   an argument of that module
    packages  key of PYTHON_PACKAGES; "" where this interpreter has all it needs
    """

    name: str
    module: str = ""
    variant: str = ""
    packages: str = ""


ENTRANTS = (
    Entrant("aqsense"),
    Entrant("scipy filter + find_peaks", "rival_plain"),
    Entrant("gaitmap BarthDtw, as it comes", "rival_gaitmap", "default", "gaitmap"),
    Entrant("gaitmap ConstrainedBarthDtw, tuned", "rival_gaitmap", "tuned", "gaitmap"),
    Entrant("scikit-digital-health, as it comes", "rival_skdh", "default", "skdh"),
    Entrant("scikit-digital-health, told that all is gait", "rival_skdh", "told", "skdh"),
)


@dataclass(frozen=True)
class Truth:
    """True contacts, s, rising: all of running, and those in the seconds of a sprint."""

    running_s: Sequence[float]
    sprint_s: Sequence[float]


def measure(file: Path, truth_file: Path, work: Path, entrants: Sequence[Entrant]) -> dict[str, Any]:
    """A row per entrant; a rival that can't be installed or fails has a `reason` instead of numbers."""
    truth = Truth(**json.loads(truth_file.read_text(encoding="utf-8")))
    numpy_mib = once(task_command("import_numpy", file))["peak_mib"]
    rows = {entrant.name: row(entrant, file, truth, numpy_mib, work) for entrant in entrants}
    return {
        "true_sprint_steps": len(truth.sprint_s),
        "true_running_steps": len(truth.running_s),
        "entrants": rows,
    }


def row(entrant: Entrant, file: Path, truth: Truth, numpy_mib: float | None, work: Path) -> dict[str, Any]:
    try:
        line = command(entrant, file, work)
        peak = once(line)["peak_mib"]
        (run,) = in_turns([line], REPEATS)
    except (EnvironmentFailed, TaskFailed) as failure:
        if not entrant.module:
            raise
        return {"reason": str(failure)}
    found = run.last["found"]
    above = None if peak is None or numpy_mib is None else round(peak - numpy_mib, 1)
    offset_s, matched = best_match(found["times_s"], truth.sprint_s)
    return {
        "packages": ", ".join(PYTHON_PACKAGES.get(entrant.packages, ())),
        "file_to_steps_s": run.times.as_json(),
        "reading_in_that_s": None if "read_s" not in found else round(found["read_s"], 4),
        "peak_mib_above_numpy": above,
        "sprint_steps_found": matched,
        "offset_ms": round(1000 * offset_s),
        "steps_in_all": len(found["times_s"]),
        "steps_outside_running": outside(found["times_s"], truth.running_s),
    }


def command(entrant: Entrant, file: Path, work: Path) -> list[str]:
    if not entrant.module:
        return task_command("contacts", file)
    python = interpreter(entrant.packages, work) if entrant.packages else sys.executable
    line = [str(python), "-m", f"benchmarks.{entrant.module}", str(file)]
    return [*line, entrant.variant] if entrant.variant else line


def best_match(found: Sequence[float], truth: Sequence[float]) -> tuple[float, int]:
    """The constant offset that suits a tool best, s, and how many true times it finds with that.

    Tools mark different moments of a step (contact, swing peak, before toe-off); that is no fault.
    """
    farthest = round(100 * LARGEST_OFFSET_S)
    offsets = [hundredths / 100 for hundredths in range(-farthest, farthest + 1)]
    counts = {offset: count_matches([t - offset for t in found], truth) for offset in offsets}
    best = max(offsets, key=lambda offset: (counts[offset], -abs(offset)))
    return best, counts[best]


def count_matches(found: Sequence[float], truth: Sequence[float]) -> int:
    """True times with a found time within WITHIN_S; each found time counts once. Both rise."""
    matched = index = 0
    for true in truth:
        while index < len(found) and found[index] < true - WITHIN_S:
            index += 1
        if index < len(found) and found[index] <= true + WITHIN_S:
            matched += 1
            index += 1
    return matched


def outside(found: Sequence[float], running: Sequence[float]) -> int:
    """Found times that are near no contact of running: walking, standing, turning."""
    return sum(distance(time, running) > NOT_RUNNING_S for time in found)


def distance(time: float, rising: Sequence[float]) -> float:
    """To the nearest of some rising times."""
    index = bisect_left(rising, time)
    return min((abs(time - near) for near in rising[max(index - 1, 0) : index + 1]), default=float("inf"))
