"""The window: pulls the newest snapshot thirty times a second, shows its state, sends wishes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping

from PySide6.QtCore import QSize, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent, QPalette, QResizeEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from aqsense.errors import OutputError
from aqsense.snapshot import Action, Do, Level, Message, Screen, Snapshot
from aqsense.view.window.card_maker import CardMaker
from aqsense.view.window.key_bar import EntryBar, KeyBar
from aqsense.view.window.keys import KEYS, REVIEW_KEYS, SILENT_KEYS, Key, Own, View
from aqsense.view.window.states.closer import Closer
from aqsense.view.window.states.ready import Ready
from aqsense.view.window.states.result import Result
from aqsense.view.window.states.running import Running
from aqsense.view.window.text import Text
from aqsense.view.window.theme import BASE, INK, PAPER, scale_of

FRAME_MS = 33
_SHOWN_S: Mapping[Level, float] = {Level.INFO: 6.0, Level.WARNING: 15.0, Level.ERROR: math.inf}
_NOTICE_S = 20.0
_VIEWS = {Screen.READY: View.READY, Screen.RUNNING: View.RUNNING, Screen.RESULT: View.RESULT}


class LiveWindow(QWidget):
    """The whole window.

    latest   gives the newest snapshot; called often, must not wait
    send     takes a wish
    cards    makes phone cards, and knows where files go
    is_review  a recording is looked at; nothing is live
    """

    def __init__(
        self, latest: Callable[[], Snapshot], send: Callable[[Action], None], cards: CardMaker, *,
        is_review: bool = False,
    ):  # fmt: skip
        super().__init__()
        self._latest, self._send, self._cards = latest, send, cards
        self._is_review, self._is_closer = is_review, is_review
        self.scale = 1.0
        self.view = View.READY
        self.snapshot: Snapshot | None = None
        self._asked: Key | None = None
        self._notice, self._notice_until = "", 0.0
        self.closed = False
        self.closer = Closer()
        self.states: dict[View, Ready | Running | Result | Closer] = {
            View.READY: Ready(), View.RUNNING: Running(), View.RESULT: Result(), View.CLOSER: self.closer,
        }  # fmt: skip
        self._stack = QStackedWidget()
        for state in self.states.values():
            self._stack.addWidget(state)
        self.message = Text(20)
        self.keys = KeyBar(self.press)
        self.entry = EntryBar()
        self.entry.hide()
        self.entry.done.connect(self._entered)
        self.entry.left.connect(self._leave_entry)
        page = QVBoxLayout(self)
        page.addWidget(self._stack, 1)
        for widget in (self.message, self.entry, self.keys):
            page.addWidget(widget)
        self._page = page
        self._dress()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(FRAME_MS)
        self.look()

    def look(self) -> None:
        """Show the newest snapshot; nothing is touched where nothing changed."""
        told = self._cards.told()
        if told:
            self._tell(told)
        newest = self._latest()
        if self.snapshot is None or newest.serial != self.snapshot.serial:
            self.snapshot = newest
            self._show(newest)
        self._show_message(newest)

    def press(self, key: Key) -> None:
        """Do what a key or its button stands for."""
        self._notice = ""
        snapshot = self.snapshot
        if key.wish is Own.CARD:
            one = snapshot.result if snapshot is not None else None
            self._tell(self._cards.make(one) if one is not None else "There is no run to make a card of.")
        elif isinstance(key.wish, Own) and not key.prompt:
            self._look_around(key.wish)
        elif key.prompt:
            known = snapshot.athletes if snapshot is not None and key.wish is Do.ATHLETE else ()
            self._asked = key
            self.entry.ask(key.prompt, known)
        elif key.wish is Do.QUIT:
            self.close()
        else:
            self._wish(key.wish, "")

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        for key in (*self.keys.keys, *SILENT_KEYS.get(self.view, ())):
            if event.key() == key.key and (isinstance(key.wish, Own) or not event.isAutoRepeat()):
                self.press(key)
                return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Closing ends the capture whole: the wish goes out, the worker is waited for by who started it."""
        self._timer.stop()
        self.closed = True
        self._send(Action(Do.QUIT))
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.rescale(scale_of(self.size()))

    def sizeHint(self) -> QSize:  # noqa: N802
        return BASE

    def rescale(self, scale: float) -> None:
        """Everything grows with the window."""
        self.scale = scale
        margin = round(16 * scale)
        self._page.setContentsMargins(margin, round(10 * scale), margin, round(12 * scale))
        self._page.setSpacing(round(6 * scale))
        for widget in self.findChildren(QWidget):
            if widget is not self and hasattr(widget, "rescale"):
                widget.rescale(scale)  # pyright: ignore[reportAttributeAccessIssue]

    def _show(self, snapshot: Snapshot) -> None:
        self.view = _VIEWS[snapshot.screen]
        if snapshot.screen is Screen.RUNNING:
            self._is_closer = False  # a run comes first
        elif self._is_closer and snapshot.results:
            self.view = View.CLOSER
        elif snapshot.screen is Screen.RESULT and not snapshot.results:
            self.view = View.READY
        state = self.states[self.view]
        state.show_snapshot(snapshot)
        if self._stack.currentWidget() is not state:
            self._stack.setCurrentWidget(state)
        is_result = self._is_review and self.view in (View.RESULT, View.READY)
        self.keys.show_keys(REVIEW_KEYS if is_result else KEYS[self.view])

    def _show_message(self, snapshot: Snapshot) -> None:
        failed = snapshot.saving.failed
        if failed:
            self.message.say(f"✕ {failed}", inverted=True)
        elif self._notice and time.monotonic() < self._notice_until:
            self.message.say(self._notice)
        else:
            message = _newest(snapshot)
            bad = message is not None and message.level is Level.ERROR
            sign = "" if message is None else {Level.ERROR: "✕ ", Level.WARNING: "⚠ "}.get(message.level, "")
            self.message.say("" if message is None else sign + message.text, inverted=bad)

    def _tell(self, text: str) -> None:
        self._notice, self._notice_until = text, time.monotonic() + _NOTICE_S

    def _wish(self, wish: Do | Own, text: str) -> None:
        if self.view is View.CLOSER and wish not in (Do.NOTE, Do.QUIT):
            asked = self.closer.exclude_step(text) if isinstance(wish, Own) else self.closer.wish(wish, text)
            if isinstance(asked, Action):
                self._send(asked)
            else:
                self._tell(asked)
            return
        assert isinstance(wish, Do)
        results = self.snapshot.results if self.snapshot is not None else ()
        # The newest run is meant: a discarded one comes back.
        run = results[-1].number if results and wish in (Do.DISCARD, Do.FEEL) else 0
        self._send(Action(wish, run=run, text=text))

    def _look_around(self, own: Own) -> None:
        """What needs nobody but the window."""
        closer = self.closer
        moves: Mapping[Own, Callable[[], None]] = {
            Own.NEXT_STRIDE: lambda: closer.step_stride(1),
            Own.STRIDE_BEFORE: lambda: closer.step_stride(-1),
            Own.NEXT_EVENT: lambda: closer.step_event(1),
            Own.EVENT_BEFORE: lambda: closer.step_event(-1),
            Own.NEXT_RUN: lambda: closer.choose_run(1),
            Own.EXPORT: self._export,
        }
        if own in moves:
            moves[own]()
            return
        self._is_closer = own is Own.CLOSER
        if self.snapshot is not None:
            self._show(self.snapshot)

    def _export(self) -> None:
        from aqsense.view.window.exporting import export_seen

        try:
            paths = export_seen(self.closer, self._cards.directory)
        except OutputError as error:
            self._tell(f"No export: {error}")
        else:
            self._tell(f"Written: {paths[0].parent / paths[0].stem} .svg .png -events.csv -waves.csv")

    def _entered(self, text: str) -> None:
        asked = self._asked
        self._leave_entry()
        if asked is not None and (text or asked.wish in (Do.TAG, Do.EXCLUDE, Own.EXCLUDE_STEP)):
            self._wish(asked.wish, text)

    def _leave_entry(self) -> None:
        self._asked = None
        self.entry.hide()
        self.setFocus()

    def _dress(self) -> None:
        self.setWindowTitle("aqsense live")
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Window, PAPER)
        palette.setColor(QPalette.ColorRole.WindowText, INK)
        self.setPalette(palette)
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(800, 450)


def _newest(snapshot: Snapshot) -> Message | None:
    """The newest message that is still to be shown: an error before a warning before the rest."""
    now_s = snapshot.time_s
    fresh = [m for m in snapshot.messages if not now_s - m.time_s > _SHOWN_S[m.level]]
    order = (Level.INFO, Level.WARNING, Level.ERROR)
    return max(reversed(fresh), key=lambda m: order.index(m.level), default=None)
