"""A real window without a screen, driven by keys and clicks; snapshots made by hand and by the engine."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from window_stand_in import StandIn, recording

from aqsense.acquire import read_recording
from aqsense.live.sources import Replay
from aqsense.live.worker import Worker
from aqsense.snapshot import Snapshot
from aqsense.view.window.card_maker import CardMaker
from aqsense.view.window.window import LiveWindow


@pytest.fixture(scope="session")
def app() -> QApplication:
    made = QApplication.instance() or QApplication(["tests"])
    assert isinstance(made, QApplication)
    return made


@pytest.fixture
def session() -> StandIn:
    return StandIn()


@pytest.fixture
def window(app: QApplication, session: StandIn, tmp_path: Path) -> Iterator[LiveWindow]:
    made = LiveWindow(lambda: session.snapshot, session.sent.append, CardMaker(tmp_path / "cards"))
    made.resize(1280, 720)
    made.show()
    app.processEvents()
    yield made
    made.close()


def _whole(name: str) -> tuple[list[Snapshot], Snapshot]:
    """Every snapshot of a replay in which a step was new, and the last."""
    seen: list[Snapshot] = []

    class Watching(Worker):
        def _show(self, snapshot: Snapshot) -> bool:
            steps = len(snapshot.run.steps) if snapshot.run is not None else 0
            known = len(seen[-1].run.steps) if seen and seen[-1].run is not None else 0
            if snapshot.run is not None and steps != known:
                seen.append(snapshot)
            return super()._show(snapshot)

    worker = Watching(Replay(read_recording(recording(name))), speed=0)
    worker.start()
    while not worker.latest().finished:
        time.sleep(0.05)
    return seen, worker.close()


@pytest.fixture(scope="session")
def late_arm() -> tuple[list[Snapshot], Snapshot]:
    """A run in which the right arm is late: snapshots of its steps, and the last one."""
    return _whole("sprint-late-right-arm")


@pytest.fixture(scope="session")
def lost_trunk() -> tuple[list[Snapshot], Snapshot]:
    """A run in which the trunk's sensor falls silent."""
    return _whole("sprint-lost-sensor")
