"""Presses the keys of a script at their times, as a coach would, and takes pictures of every state."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from aqsense.errors import OutputError
from aqsense.snapshot import Health, Screen, SetupStage, Snapshot
from aqsense.view.window.keystroke import Keystroke
from aqsense.view.window.window import LiveWindow

_NAMED = {
    "space": Qt.Key.Key_Space, "enter": Qt.Key.Key_Return, "esc": Qt.Key.Key_Escape, "up": Qt.Key.Key_Up,
    "down": Qt.Key.Key_Down, "left": Qt.Key.Key_Left, "right": Qt.Key.Key_Right,
}  # fmt: skip
_SETTLE_LOOKS = 4
_STRIDES_A_SHOT = 8


class SessionClock:
    """Session time; after the source's end it goes on with the wall's, so that scripts go on too."""

    def __init__(self, speed: float):
        self._speed = speed if speed > 0 else 1.0
        self._ended: tuple[float, float] | None = None

    def now_s(self, snapshot: Snapshot) -> float:
        if not snapshot.finished:
            return snapshot.time_s
        if self._ended is None:
            at_s = (
                snapshot.time_s if math.isfinite(snapshot.time_s) else 0.0
            )  # a review has no time of its own
            self._ended = (at_s, time.monotonic())
        return self._ended[0] + self._speed * (time.monotonic() - self._ended[1])


class ScriptPlayer:
    """`look` at every frame."""

    def __init__(self, window: LiveWindow, keystrokes: Sequence[Keystroke]):
        self._window = window
        self._left = sorted(keystrokes, key=lambda one: one.time_s)

    def look(self, now_s: float) -> None:
        while self._left and self._left[0].time_s <= now_s:
            _strike(self._window, self._left.pop(0))


def _strike(window: LiveWindow, one: Keystroke) -> None:
    target: QWidget = window.entry.line if window.entry.isVisible() else window
    if one.text:
        QTest.keyClicks(target, one.text)
    else:
        key = _NAMED.get(one.cap.lower())
        if key is None:
            QTest.keyClicks(target, one.cap)
        else:
            QTest.keyClick(target, key)


class Photographer:
    """Saves the window once per state that it shows, when it has settled."""

    def __init__(self, window: QWidget, directory: Path):
        self._window, self._directory = window, directory
        self._taken: list[str] = []
        self._kind, self._looks = "", 0
        try:
            directory.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{directory}: screenshots can't be written ({error.strerror}).") from None

    def look(self, snapshot: Snapshot, kind: str = "") -> None:
        """kind   of what is shown, where the snapshot doesn't say it"""
        kind = kind or kind_of(snapshot)
        self._looks = self._looks + 1 if kind == self._kind else 0
        self._kind = kind
        if self._looks == _SETTLE_LOOKS and kind not in self._taken:
            self.take(kind)

    def take(self, kind: str) -> Path:
        """Save now."""
        self._taken.append(kind)
        path = self._directory / f"{len(self._taken):02d}-{kind}.png"
        QApplication.processEvents()
        if not self._window.grab().save(str(path)):
            raise OutputError(f"{path}: the screenshot can't be written. Choose another folder.")
        return path


def kind_of(snapshot: Snapshot) -> str:
    """A word for what the window shows."""
    if snapshot.saving.failed:
        return "error"
    lost = any(one.health is Health.LOST for one in snapshot.sensors)
    if snapshot.run is not None:
        strides = max((step.stride for step in snapshot.run.steps), default=0)
        return f"running-{strides // _STRIDES_A_SHOT * _STRIDES_A_SHOT}" + ("-lost" if lost else "")
    if snapshot.screen is Screen.RESULT and snapshot.results:
        return f"result-{snapshot.results[-1].number}" + ("" if snapshot.result else "-discarded")
    healths = {one.health for one in snapshot.sensors}
    if healths <= {Health.MISSING}:
        return "empty"
    if Health.CONNECTING in healths:
        return "connecting"
    stage = snapshot.setup.stage
    return "ready" if stage is SetupStage.READY else f"ready-{stage.value}"
