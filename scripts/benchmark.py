#!/usr/bin/env python3
"""How fast is aqsense, how much memory does it need, and what do others do with the same file?

    python scripts/benchmark.py [speed] [--quick] [--json FILE] [--work DIR]
    python scripts/benchmark.py compare [--only NAME] [--quick] [--json FILE] [--work DIR]
    python scripts/benchmark.py decode|capture|clock|live|picture|history [--quick] [--json FILE] [--work DIR]

Run it with the Python in which aqsense is installed. The sessions are simulated once and kept in --work
(about 1.5 GB for all; default: a folder in the system's place for temporary files). Everything that is
measured runs in its own fresh process. It ends with exit code 3 where a limit is missed. Each further
benchmark is a module of its own in scripts/benchmarks with `measure(arguments)`.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks import comparison, speed
from benchmarks.processes import ROOT, TaskFailed, own_environment
from benchmarks.sessions import Session, training

MISSED = 3
FURTHER = ("decode", "capture", "clock", "live", "picture", "history")


def main(words: list[str] | None = None) -> int:
    arguments = read_arguments(words)
    try:
        measure = measurer(arguments.what)
        report = {"machine": machine(), "quick": arguments.quick} | measure(arguments)
    except TaskFailed as failure:
        print(f"benchmark.py: {failure}", file=sys.stderr)
        return 1
    if arguments.json:
        arguments.json.write_text(json.dumps(report, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    print_report(report)
    return MISSED if any(target["met"] is False for target in report.get("targets", ())) else 0


def measurer(what: str) -> Callable[[argparse.Namespace], dict[str, Any]]:
    """What measures this; a further benchmark may need packages that the others don't."""
    if what in FURTHER:
        return import_module(f"benchmarks.{what}").measure
    return compare if what == "compare" else measure_speed


def read_arguments(words: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("what", nargs="?", choices=("speed", "compare", *FURTHER), default="speed")
    parser.add_argument("--quick", action="store_true", help="a few minutes of data instead of hours")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all numbers there")
    parser.add_argument("--only", metavar="NAME", help="compare: entrants whose name contains this")
    default = Path(tempfile.gettempdir()) / "aqsense-benchmark"
    parser.add_argument("--work", type=Path, metavar="DIR", default=default, help=f"[default: {default}]")
    arguments = parser.parse_args(words)
    arguments.work = arguments.work.resolve()
    return arguments


def measure_speed(arguments: argparse.Namespace) -> dict[str, Any]:
    plan = plan_of(arguments)
    files = {session: made(session, arguments.work) for session in plan.sessions()}
    return speed.measure(plan, files, sample(arguments.work))


def compare(arguments: argparse.Namespace) -> dict[str, Any]:
    session, work = training(plan_of(arguments).rounds), arguments.work
    entrants = [one for one in comparison.ENTRANTS if (arguments.only or "") in one.name]
    return comparison.measure(made(session, work), session.truth_path(work), work, entrants)


def plan_of(arguments: argparse.Namespace) -> speed.Plan:
    return speed.QUICK if arguments.quick else speed.FULL


def made(session: Session, work: Path) -> Path:
    """The session's file, made in a process of its own: this one stays small."""
    words = [session.name, session.phases, str(session.copies), str(work)]
    run_child("session", "benchmarks.sessions", *words)
    return session.path(work)


def sample(work: Path) -> Path:
    """A recording of one simulated sprint."""
    folder = work / "sample-sprint"
    if not folder.exists():
        run_child("sample", "aqsense", "simulate", "--out", str(folder))
    return folder


def run_child(what: str, *words: str) -> None:
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=ROOT, env=own_environment(), stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise TaskFailed(f"the {what} could not be made (exit code {done.returncode}); see the lines above")


def machine() -> dict[str, Any]:
    """Where this was measured."""
    from importlib.metadata import version

    packages = ("numpy", "scipy", "pandas", "polars")
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "processor": processor(),
        "cores": os.cpu_count(),
        "versions": {name: version(name) for name in packages},
    }


def processor() -> str:
    """Name of the processor; empty where the system keeps it to itself."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def print_report(value: Any, indent: int = 0) -> None:
    """The report as indented lines, a measurement per line."""
    for name, part in value.items():
        if name == "targets":
            print_targets(part)
        elif isinstance(part, dict) and "median" not in part:
            print(f"{' ' * indent}{name}")
            print_report(part, indent + 2)
        else:
            print(f"{' ' * indent}{name:<40} {in_words(part)}")


def in_words(part: Any) -> str:
    if isinstance(part, dict) and "median" in part:
        return f"{part['median']:.3f} s  ({part['min']:.3f} to {part['max']:.3f}, n = {part['n']})"
    return "not measured" if part is None else str(part)


def print_targets(targets: list[dict[str, Any]]) -> None:
    verdicts = {True: "met", False: "MISSED", None: "not judged"}
    for target in targets:
        verdict = verdicts[target["met"]]
        print(f"{target['name']:<42} {in_words(target['value'])}  limit {target['limit']}: {verdict}")


if __name__ == "__main__":
    sys.exit(main())
