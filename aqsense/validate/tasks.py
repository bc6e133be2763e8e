"""Many independent pieces of work on at most two processes, each done once however many ask for it."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

MOST_WORKERS = 2
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Task:
    """A function of a module and its argument; equal tasks are the same work."""

    work: Callable[[Any], Any]
    what: Hashable


def done(tasks: Sequence[Task], progress: Progress, workers: int = MOST_WORKERS) -> Mapping[Task, Any]:
    """What every task returns.

    progress  called with (finished, all)
    workers   1 works in this process
    Raises what the first failing task raises.
    """
    todo = list(dict.fromkeys(tasks))
    progress(0, len(todo))
    if min(workers, os.cpu_count() or 1) < 2 or len(todo) < 2:
        return _one_by_one(todo, progress)
    return _in_processes(todo, progress)


def _one_by_one(todo: Sequence[Task], progress: Progress) -> dict[Task, Any]:
    out: dict[Task, Any] = {}
    for task in todo:
        out[task] = task.work(task.what)
        progress(len(out), len(todo))
    return out


def _in_processes(todo: Sequence[Task], progress: Progress) -> dict[Task, Any]:
    out: dict[Task, Any] = {}
    # Fresh processes: a copy of a process with threads in it may hang.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(MOST_WORKERS, mp_context=context) as pool:
        futures = {pool.submit(task.work, task.what): task for task in todo}
        try:
            for future in as_completed(futures):
                out[futures[future]] = future.result()
                progress(len(out), len(todo))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return out
