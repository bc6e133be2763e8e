"""Fresh processes for everything that is measured.

This side imports neither numpy nor aqsense: a child's peak of memory begins at its parent's.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from types import TracebackType
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class TaskFailed(Exception):
    """A measured process ended early; its last lines say why."""


@dataclass(frozen=True)
class Times:
    """Repeats of one measurement, s, in the order in which they were taken."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.seconds)

    def as_json(self) -> dict[str, Any]:
        rounded = {"median": self.median, "min": min(self.seconds), "max": max(self.seconds)}
        return {name: round(value, 4) for name, value in rounded.items()} | {"n": len(self.seconds)}


@dataclass(frozen=True)
class Run:
    """One task, measured: warm times, the processor's time of the same, and what the last repeat answered."""

    times: Times
    cpu: Times
    last: dict[str, Any]


class Worker:
    """A process that runs its task once per `go`."""

    def __init__(self, command: Sequence[str], environment: dict[str, str] | None = None):
        self._command = list(command)
        self._process = subprocess.Popen(
            self._command,
            env=environment or own_environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Worker:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        if kind is not None:
            self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def go(self) -> dict[str, Any]:
        """Run the task once; what it answers."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write("go\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            pass
        line = self._process.stdout.readline()
        if not line:
            code = self._process.wait()
            raise TaskFailed(f"{' '.join(self._command)} ended with exit code {code}; see its lines above")
        return json.loads(line)


def own_environment() -> dict[str, str]:
    """So that a child of this interpreter finds this checkout's aqsense and these scripts."""
    return os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "scripts")])}


def task_command(name: str, file: Path) -> list[str]:
    """The command of a task of `benchmarks.tasks`; its results go beside the file."""
    return [sys.executable, "-m", "benchmarks.tasks", name, str(file), str(file.with_suffix(f".{name}"))]


def in_turns(commands: Sequence[Sequence[str]], repeats: int) -> list[Run]:
    """Several tasks, each in its own warm process: one warm-up, then `repeats` of each, turn by turn."""
    with ExitStack() as stack:
        workers = [stack.enter_context(Worker(command)) for command in commands]
        for worker in workers:
            worker.go()
        rounds = [[worker.go() for worker in workers] for _ in range(repeats)]
    return [
        Run(_times(answers, "seconds"), _times(answers, "cpu_s"), answers[-1])
        for answers in zip(*rounds, strict=True)
    ]


def _times(answers: Sequence[dict[str, Any]], name: str) -> Times:
    return Times(tuple(answer[name] for answer in answers))


def once(command: Sequence[str], environment: dict[str, str] | None = None) -> dict[str, Any]:
    """The first run of a task in a fresh process."""
    with Worker(command, environment) as worker:
        return worker.go()


def wall_clock(command: Sequence[str], repeats: int) -> Times:
    """A whole process from start to end; one more before, so that files are in the system's cache."""
    seconds: list[float] = []
    for _ in range(repeats + 1):
        start = time.perf_counter()
        done = subprocess.run(command, env=own_environment(), capture_output=True, text=True, check=False)
        seconds.append(time.perf_counter() - start)
        if done.returncode:
            last_words = done.stderr.strip()[-500:]
            raise TaskFailed(f"{' '.join(command)}: exit code {done.returncode}: {last_words}")
    return Times(tuple(seconds[1:]))
