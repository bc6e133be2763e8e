"""History: how long the whole command takes for two thousand sessions, start of the program included.

In:  one simulated session of three sprints, analysed once; its results copied under other names, days and
     spreads, so that every summary.json has its real size.
Out: the command warm (nothing changed), after one new session, and without its store (all read again).
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from argparse import Namespace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, TaskFailed, own_environment, wall_clock

SESSIONS, QUICK_SESSIONS = 2000, 200
REPEATS = 5
WARM_S = 2.0
STORE = ".aqsense-history.parquet"
_PHASES = ", ".join(["stand 3", *["sprint 50m at 9.5, decelerate 3, stand 4"] * 3])
_START = datetime(2016, 1, 4, 16, tzinfo=UTC)


def measure(arguments: Namespace) -> dict[str, Any]:
    """The report of `benchmark.py history`."""
    n = QUICK_SESSIONS if arguments.quick else SESSIONS
    shelf = sessions(n, arguments.work)
    command = [sys.executable, "-m", "aqsense", "history", "sim", "--in", str(shelf)]
    (shelf / STORE).unlink(missing_ok=True)
    first = wall_clock_once(command)
    before = processor_s()
    warm = wall_clock(command, REPEATS)
    cpu_s = (processor_s() - before) / (REPEATS + 1)
    with_one_more: list[float] = []
    for _ in range(REPEATS):
        shutil.rmtree(shelf / "one-more", ignore_errors=True)
        wall_clock_once(command)
        copy(shelf / "s0000", shelf / "one-more", n)
        with_one_more.append(wall_clock_once(command))
    shutil.rmtree(shelf / "one-more")
    as_json = wall_clock([*command, "--json"], REPEATS)
    help_only = wall_clock([sys.executable, "-m", "aqsense", "--help"], REPEATS)
    return {
        "load": {"sessions": n, "runs": 3 * n, "bytes_of_results": size_of(shelf)},
        "store_bytes": (shelf / STORE).stat().st_size,
        "without_store_s": round(first, 3),
        "warm_s": warm.as_json(),
        "warm_processor_s": round(cpu_s, 3),
        "warm_json_s": as_json.as_json(),
        "one_new_session_s": round(sorted(with_one_more)[REPEATS // 2], 3),
        "aqsense_help_s": help_only.as_json(),
        "targets": [
            {
                "name": f"history of {n} sessions, s",
                "value": round(warm.median, 3),
                "limit": WARM_S,
                "met": warm.median <= WARM_S,
            }
        ],
    }


def processor_s() -> float:
    """Processor time of all finished children."""
    used = os.times()
    return used.children_user + used.children_system


def wall_clock_once(command: list[str]) -> float:
    """One run, with no other before it."""
    import time

    start = time.perf_counter()
    run(command)
    return time.perf_counter() - start


def run(command: list[str]) -> None:
    done = subprocess.run(
        command, cwd=ROOT, env=own_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TaskFailed(f"{' '.join(command)}: exit code {done.returncode}: {done.stderr.strip()[-500:]}")


def sessions(n: int, work: Path) -> Path:
    """A folder of n result folders, made once."""
    shelf = work / f"history-{n}"
    if (shelf / f"s{n - 1:04d}").is_dir():
        return shelf
    recording, results = work / "history-recording", work / "history-results"
    if not results.is_dir():
        shutil.rmtree(recording, ignore_errors=True)
        python = [sys.executable, "-m", "aqsense"]
        run([*python, "simulate", "--out", str(recording), "--phases", _PHASES])
        run([*python, "analyze", str(recording), "--out", str(results), "--no-figures", "--quiet"])
    for i in range(n):
        copy(results, shelf / f"s{i:04d}", i)
    return shelf


def copy(source: Path, folder: Path, i: int) -> None:
    """The results as those of another day, two days after the last, with other spreads."""
    draw = random.Random(i)
    summary = json.loads((source / "summary.json").read_text(encoding="utf-8"))
    started = (_START + timedelta(days=2 * i)).strftime("%Y-%m-%dT%H:%M:%SZ")
    summary["session"] |= {"name": folder.name, "started_utc": started}
    for entry in summary["runs"]:
        entry["spread_ms"]["value"] = round(12 - i / 1000 + draw.gauss(0, 1), 3)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    shutil.copy(source / "runs.csv", folder / "runs.csv")


def size_of(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
