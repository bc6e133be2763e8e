"""What is measured, each in a fresh process that is told `go` line by line.

    python -m benchmarks.tasks TASK FILE [OUT]

In:  one `go` per line on stdin.
Out: per `go` one line of JSON: the seconds it took, the peak of memory so far, and what the task found.
The caller decides how often and, with several processes at once, in which turn; so that two things that
are compared meet the same weather.
"""

from __future__ import annotations

import contextlib
import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Task = Callable[[], dict[str, Any]]


def import_numpy(_file: Path, _out: Path) -> Task:
    """Nothing: the memory of a process that has imported numpy."""
    import numpy as np

    return lambda: {"numpy": np.__version__}


def polars_read(file: Path, _out: Path) -> Task:
    """Polars reading the file, no more."""
    import polars as pl

    return lambda: {"rows": pl.read_csv(file).height, "threads": pl.thread_pool_size()}


def whole(file: Path, out: Path) -> Task:
    """From the file to all tables and the summary on disk, without figures."""

    def run() -> dict[str, Any]:
        from aqsense import analyze, read_recording, write_result

        result = analyze(read_recording(file))
        write_result(result, out)
        return {"steps": len(result.tables["steps"]["step"])}

    return run


def analysis(file: Path, _out: Path) -> Task:
    """The analysis alone, of a recording in memory, on one core."""
    from aqsense import analyze, read_recording

    recording = read_recording(file)
    one_core = stay_on_one_core()

    def run() -> dict[str, Any]:
        result = analyze(recording)
        return {"steps": len(result.tables["steps"]["step"]), "one_core": one_core}

    return run


def reading(file: Path, _out: Path) -> Task:
    """Reading the file into a recording."""

    def run() -> dict[str, Any]:
        from aqsense import read_recording

        return {"sensors": len(read_recording(file).sensors)}

    return run


def contacts(file: Path, _out: Path) -> Task:
    """The contacts of all steps, from the file."""

    def run() -> dict[str, Any]:
        from aqsense import analyze, read_recording

        times = analyze(read_recording(file)).tables["steps"]["contact_s"]
        return {"times_s": [float(time) for time in times if time == time]}

    return run


TASKS: Mapping[str, Callable[[Path, Path], Task]] = {
    "import_numpy": import_numpy,
    "polars_read": polars_read,
    "whole": whole,
    "analysis": analysis,
    "reading": reading,
    "contacts": contacts,
}


def stay_on_one_core() -> bool:
    """Bind this process and its later threads to one core; False where the system can't."""
    import os

    if not hasattr(os, "sched_setaffinity"):
        return False
    # Threads that exist already are bound one by one.
    core = {min(os.sched_getaffinity(0))}
    for thread in Path("/proc/self/task").iterdir():
        with contextlib.suppress(ProcessLookupError):  # a thread that has just ended
            os.sched_setaffinity(int(thread.name), core)
    return True


def peak_mib() -> float | None:
    """The most memory this process has held so far; None where the system doesn't tell (Windows)."""
    status = Path("/proc/self/status")
    if status.exists():
        # Unlike ru_maxrss it doesn't begin at the peak of the process that started this one.
        (line,) = [line for line in status.read_text().splitlines() if line.startswith("VmHWM")]
        return int(line.split()[1]) / 1024
    try:
        import resource
    except ImportError:
        return None
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)  # macOS counts bytes


def serve(task: Task) -> None:
    """Run the task once per line."""
    for _ in sys.stdin:
        start, cpu = time.perf_counter(), time.process_time()
        found = task()
        seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
        answer = {"seconds": seconds, "cpu_s": cpu_seconds, "peak_mib": peak_mib(), "found": found}
        print(json.dumps(answer), flush=True)


def main(words: list[str]) -> None:
    name, file, *out = words
    serve(TASKS[name](Path(file), Path(out[0] if out else file + ".out")))


if __name__ == "__main__":
    main(sys.argv[1:])
