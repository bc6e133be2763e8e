"""Opens the window and stays until it is closed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from aqsense.errors import SettingsError
from aqsense.snapshot import Action, Snapshot
from aqsense.view.window.keystroke import Keystroke


@dataclass(frozen=True, slots=True)
class WindowWishes:
    """How the window is opened.

    size         px, (0, 0) = as large as the screen
    keystrokes   of a script, by session time
    screenshots  folder for a picture per state, None = none
    seconds      session time at which it closes, None = never
    speed        of the session's clock once the source has ended
    cards        folder for phone cards and exports
    is_review    a recording is looked at; nothing is live
    """

    size: tuple[int, int] = (0, 0)
    keystrokes: Sequence[Keystroke] = ()
    screenshots: Path | None = None
    seconds: float | None = None
    speed: float = 1.0
    cards: Path = Path()
    is_review: bool = False


def open_window(latest: Callable[[], Snapshot], send: Callable[[Action], None], wishes: WindowWishes) -> None:
    """Show the session until the window is closed. Raises SettingsError where there is no display."""
    _need_display()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance() or QApplication(["aqsense"])
    assert isinstance(app, QApplication)
    from aqsense.view.window.card_maker import CardMaker
    from aqsense.view.window.keys import View
    from aqsense.view.window.script_player import Photographer, ScriptPlayer, SessionClock
    from aqsense.view.window.window import FRAME_MS, LiveWindow

    cards = CardMaker(wishes.cards)
    window = LiveWindow(latest, send, cards, is_review=wishes.is_review)
    if wishes.size == (0, 0):
        window.showMaximized()
    else:
        window.resize(*wishes.size)
        window.show()
    player, clock = ScriptPlayer(window, wishes.keystrokes), SessionClock(wishes.speed)
    camera = None if wishes.screenshots is None else Photographer(window, wishes.screenshots)
    failure: list[Exception] = []

    def look() -> None:
        snapshot = window.snapshot
        if snapshot is None or window.closed:
            return
        try:
            now_s = clock.now_s(snapshot)
            player.look(now_s)
            if camera is not None:
                camera.look(snapshot, "closer" if window.view is View.CLOSER else "")
            if wishes.seconds is not None and now_s >= wishes.seconds:
                window.close()
        except Exception as error:  # noqa: BLE001 - Qt would swallow it; raised below
            failure.append(error)
            window.close()

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(FRAME_MS)
    with _heard(failure, window.close):
        app.exec()
    cards.finish()
    if failure:
        raise failure[0]


@contextmanager
def _heard(failures: list[Exception], stop: Callable[[], object]) -> Iterator[None]:
    """Qt prints what goes wrong in its callbacks and goes on; here it ends the window and is raised."""
    usual = sys.excepthook

    def hear(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        usual(kind, error, trace)
        failures.append(error if isinstance(error, Exception) else RuntimeError(repr(error)))
        stop()

    sys.excepthook = hear
    try:
        yield
    finally:
        sys.excepthook = usual


def _need_display() -> None:
    known = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    if sys.platform.startswith("linux") and not any(os.environ.get(name) for name in known):
        raise SettingsError(
            "there is no display here; add --headless, or set QT_QPA_PLATFORM=offscreen for screenshots",
            name="headless",
            value=False,
        )
