"""A live session with its window: the worker beside, the window in front, both ended whole."""

from __future__ import annotations

from collections.abc import Sequence

from aqsense.live.sources import Replay
from aqsense.live.worker import Worker
from aqsense.snapshot import Action, RunResult, Saving
from aqsense.view.window.opening import WindowWishes, open_window


def show(source: Replay, actions: Sequence[Action], wishes: WindowWishes) -> tuple[RunResult, ...]:
    """Run until the window is closed; the runs that count."""
    worker = Worker(
        source, actions, speed=wishes.speed, seconds=wishes.seconds,
        saving=Saving("a replay: nothing is written"),
    )  # fmt: skip
    worker.start()
    try:
        open_window(worker.latest, worker.send, wishes)
    finally:
        last = worker.close()
    return tuple(one for one in last.results if not one.discarded)
