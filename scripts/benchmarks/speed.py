"""Speed, memory and growth of aqsense, and what start-up costs; as ratios within a run where possible."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .processes import Run, in_turns, once, task_command, wall_clock
from .sessions import Session, non_stop, training

WHOLE_TO_POLARS = 2.2
NON_STOP_TO_POLARS = 4.0
ANALYSIS_S = 0.4
MEMORY_MIB = 450.0
GROWTH = 1.15  # time per hour of 4 h against that of 1 h


@dataclass(frozen=True)
class Plan:
    """How much to measure.

    rounds   of the training session; 40 are an hour
    copies   sizes for the growth, in sessions
    repeats  after one warm-up
    judged   whether the limits apply; they are meant for the hour
    """

    rounds: int
    non_stop_s: int
    copies: tuple[int, ...]
    repeats: int
    judged: bool

    def sessions(self) -> list[Session]:
        """All that must be made before."""
        return [*(training(self.rounds, n) for n in self.copies), non_stop(self.non_stop_s)]


FULL = Plan(rounds=40, non_stop_s=3600, copies=(1, 2, 4), repeats=5, judged=True)
QUICK = Plan(rounds=3, non_stop_s=270, copies=(1, 2), repeats=2, judged=False)


def measure(plan: Plan, files: dict[Session, Path], sample: Path) -> dict[str, Any]:
    """Everything, as JSON values. `files`: CSV of each session; `sample`: a recording of one sprint."""
    session = files[training(plan.rounds)]
    non_stop_file = files[non_stop(plan.non_stop_s)]
    whole, polars = _whole_and_polars(session, plan)
    non_stop_whole, non_stop_polars = _whole_and_polars(non_stop_file, plan)
    non_stop_ratio = _ratio(non_stop_whole, non_stop_polars)
    parts = [task_command(name, session) for name in ("reading", "analysis")]
    reading, analysis = in_turns(parts, plan.repeats)
    (non_stop_analysis,) = in_turns([task_command("analysis", non_stop_file)], plan.repeats)
    growth = _growth(plan, files)
    memory = _memory(session)
    return {
        "start_up_s": _start_up(sample, plan.repeats),
        "session": {
            "polars_read_s": polars.times.as_json(),
            "whole_s": whole.times.as_json(),
            "reading_s": reading.times.as_json(),
            "analysis_one_core_s": analysis.times.as_json(),
            "analysis_processor_s": analysis.cpu.as_json(),
            "one_core": analysis.last["found"]["one_core"],
            "steps_found": whole.last["found"]["steps"],
        },
        "non_stop": {
            "polars_read_s": non_stop_polars.times.as_json(),
            "whole_s": non_stop_whole.times.as_json(),
            "analysis_one_core_s": non_stop_analysis.times.as_json(),
            "analysis_processor_s": non_stop_analysis.cpu.as_json(),
            "steps_found": non_stop_whole.last["found"]["steps"],
        },
        "growth_s": {f"x{copies}": run.times.as_json() for copies, run in growth.items()},
        "memory_mib": memory,
        "polars_threads": polars.last["found"]["threads"],
        "targets": [
            _target("whole / polars read", _ratio(whole, polars), WHOLE_TO_POLARS, plan),
            _target("non-stop whole / polars read", non_stop_ratio, NON_STOP_TO_POLARS, plan),
            _target("analysis on one core, s", analysis.times.median, ANALYSIS_S, plan),
            _target("peak memory above numpy, MiB", memory["above_numpy"], MEMORY_MIB, plan),
            _target(f"time per hour, {max(growth)} sessions / 1", _per_session(growth), GROWTH, plan),
        ],
    }


def _whole_and_polars(file: Path, plan: Plan) -> list[Run]:
    return in_turns([task_command(name, file) for name in ("whole", "polars_read")], plan.repeats)


def _ratio(a: Run, b: Run) -> float:
    return a.times.median / b.times.median


def _growth(plan: Plan, files: dict[Session, Path]) -> dict[int, Run]:
    commands = [task_command("whole", files[training(plan.rounds, copies)]) for copies in plan.copies]
    return dict(zip(plan.copies, in_turns(commands, plan.repeats), strict=True))


def _per_session(growth: dict[int, Run]) -> float:
    largest = max(growth)
    return _ratio(growth[largest], growth[1]) / largest


def _memory(file: Path) -> dict[str, float | None]:
    """Peaks of fresh processes; None where the system doesn't tell."""
    whole, numpy, polars = (
        once(task_command(name, file))["peak_mib"] for name in ("whole", "import_numpy", "polars_read")
    )
    above = None if whole is None or numpy is None else whole - numpy
    rounded = {"whole": whole, "import_numpy": numpy, "polars_read": polars, "above_numpy": above}
    return {name: None if value is None else round(value, 1) for name, value in rounded.items()}


def _start_up(sample: Path, repeats: int) -> dict[str, Any]:
    """Whole processes, start to end."""
    python, out = sys.executable, str(sample) + ".results"
    analyze = [python, "-m", "aqsense", "analyze", str(sample), "--out", out, "--quiet"]
    commands = {
        "python -c pass": [python, "-c", "pass"],
        "python -c 'import numpy'": [python, "-c", "import numpy"],
        "python -c 'import aqsense'": [python, "-c", "import aqsense"],
        "aqsense --help": [python, "-m", "aqsense", "--help"],
        "aqsense analyze SAMPLE --no-figures": [*analyze, "--no-figures"],
        "aqsense analyze SAMPLE": analyze,
    }
    return {name: wall_clock(command, repeats).as_json() for name, command in commands.items()}


def _target(name: str, value: float | None, limit: float, plan: Plan) -> dict[str, Any]:
    """`met` is None where the limit isn't meant for this plan or nothing could be measured."""
    judged = plan.judged and value is not None
    return {
        "name": name,
        "value": None if value is None else round(value, 3),
        "limit": limit,
        "met": value <= limit if judged and value is not None else None,
    }
