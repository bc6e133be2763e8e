"""RESULT: readable from 5 m. The finding in capitals, the picture, the session's runs."""

from __future__ import annotations

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from aqsense.snapshot import RunResult, Snapshot
from aqsense.view.window.big_words import BigWords, big_words
from aqsense.view.window.picture import Picture
from aqsense.view.window.picture_rows import finished_run
from aqsense.view.window.session_runs import SessionRuns
from aqsense.view.window.text import RIGHT, Text
from aqsense.view.window.theme import em_of_capitals
from aqsense.view.words import joined

CAPITALS_PX = 110.0
_FLASH_MS = 700


class Result(QWidget):
    """The whole screen."""

    def __init__(self) -> None:
        super().__init__()
        self._who = Text(30, bold=True)
        self._state = Text(22, align=RIGHT)
        em = em_of_capitals(CAPITALS_PX)
        self.big = [Text(em, bold=True, narrow=True, capitals=True) for _ in range(3)]
        self._than = Text(34, bold=True)
        self._sentence = Text(34, bold=True, lines=3)
        self._spread = Text(56, bold=True, narrow=True)
        self._interval = Text(24)
        self._detail = Text(17, lines=3)
        self._moved = Text(17, lines=2)
        self.picture = Picture(has_score=True)
        self._runs = SessionRuns()
        self._shown: RunResult | None = None
        left, left_box = QVBoxLayout(), QWidget()
        left_box.setLayout(left)
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        for widget in (*self.big, self._than, self._sentence, self._spread, self._interval):
            left.addWidget(widget)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(0)
        for widget in (self._detail, self._moved):
            right.addWidget(widget)
        right.insertWidget(0, self.picture, 1)
        right.addWidget(self._runs)
        head = QHBoxLayout()
        head.addWidget(self._who, 1)
        head.addWidget(self._state, 1)
        middle = QHBoxLayout()
        middle.addWidget(left_box, 11)
        middle.addLayout(right, 14)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addLayout(head)
        page.addLayout(middle, 1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Put the newest run that counts; the newest at all where every one was discarded."""
        one = snapshot.result or (snapshot.results[-1] if snapshot.results else None)
        self._runs.show_runs(snapshot.results, one)
        if one is None or one is self._shown:
            return
        before, self._shown = self._shown, one
        self._who.say(joined([one.athlete, f"run {one.number}", one.tag]))
        discarded = "discarded: X brings it back" if one.discarded else ""
        edited = "edited by hand" if one.edited else ""
        provisional = f"provisional: {one.provisional}" if one.provisional else ""
        self._state.say(joined([discarded, edited, provisional]), inverted=one.discarded)
        self._moved.say(" ".join(moved.sentence for moved in one.moved))
        self._say_big(big_words(one), flash=before is not None and before.number == one.number
                      and before.result is not one.result)  # fmt: skip
        self.picture.show_run(finished_run(one))

    def _say_big(self, words: BigWords, *, flash: bool) -> None:
        for text, line in zip(self.big, [*words.lines, "", "", ""], strict=False):
            text.setVisible(bool(line))
            text.say(line)
        for text, line in (
            (self._than, words.than), (self._sentence, words.sentence), (self._spread, words.spread),
            (self._interval, words.interval), (self._detail, words.detail),
        ):  # fmt: skip
            text.setVisible(bool(line))
            text.say(line)
        if flash:
            self._flash(words)

    def _flash(self, words: BigWords) -> None:
        """The numbers that moved are seen to have moved, once."""
        self._spread.say(words.spread, inverted=True)
        QTimer.singleShot(_FLASH_MS, lambda: self._spread.say(self._spread.text))
