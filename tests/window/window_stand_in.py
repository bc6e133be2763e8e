"""A session that shows what a test wants, and keeps what the window sends."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QApplication

from aqsense.snapshot import (
    Action,
    Health,
    Saving,
    Screen,
    SensorState,
    Setup,
    SetupStage,
    Snapshot,
)

FIVE = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")
READY = "READY - run when you like. Start and stop are found by themselves."


def sensors(health: Health = Health.GOOD, **others: Health) -> tuple[SensorState, ...]:
    """Five sensors of one health, but those that are named."""
    advice = {
        Health.WEAK: "move the laptop nearer", Health.LOST: "bring it nearer",
        Health.MISSING: "press its button",
    }  # fmt: skip

    def one(site: str) -> SensorState:
        state = others.get(site, health)
        is_heard = state not in (Health.MISSING, Health.CONNECTING)
        known = {"rate_hz": 199.6, "arrived": 0.973} if is_heard else {}
        return SensorState(site, state, advice=advice.get(state, ""), **known)

    return tuple(one(site) for site in FIVE)


ROOT = Path(__file__).resolve().parents[2]


def recording(name: str) -> Path:
    return ROOT / "recordings" / name


def wait_for(app: QApplication, condition: Callable[[], bool], seconds: float = 60.0) -> None:
    """Let the window live until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        app.processEvents()
        time.sleep(0.005)


class StandIn:
    """`show` changes the snapshot; `sent` holds the window's wishes."""

    def __init__(self) -> None:
        self.sent: list[Action] = []
        self.snapshot = Snapshot(
            serial=1, screen=Screen.READY, time_s=12.0, setup=Setup(SetupStage.READY, READY),
            sensors=sensors(), saving=Saving("on this laptop, 3.1 h left"),
        )  # fmt: skip

    def show(self, snapshot: Snapshot | None = None, **changes: Any) -> None:
        base = self.snapshot if snapshot is None else snapshot
        self.snapshot = replace(base, serial=self.snapshot.serial + 1, **changes)
