"""Two lists of LOOK CLOSER: the run's strides, and the events of the chosen one. Keys work from outside."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QListWidget

from aqsense.view import tokens
from aqsense.view.window.theme import font


class ChoiceList(QListWidget):
    """Lines of which one is chosen; white on ink. `currentRowChanged` tells which."""

    def __init__(self, px: float):
        super().__init__()
        self._px = px
        self._lines: list[str] = []
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWordWrap(True)
        self.setTextElideMode(Qt.TextElideMode.ElideNone)
        self.setStyleSheet(
            f"QListWidget {{ background: {tokens.PAPER}; color: {tokens.INK}; border: none; outline: none; }}"
            f"QListWidget::item:selected {{ background: {tokens.INK}; color: {tokens.PAPER}; }}"
        )

    def show_lines(self, lines: Sequence[str], chosen: int) -> None:
        """Put lines; tells nobody."""
        self.blockSignals(True)
        if list(lines) != self._lines:
            self._lines = list(lines)
            self.clear()
            self.addItems(self._lines)
        self.setCurrentRow(chosen)
        self.blockSignals(False)

    def rescale(self, scale: float) -> None:
        self.setFont(font(self._px * scale))

    def widest(self) -> int:
        """Width that the longest line needs."""
        return max((self.fontMetrics().horizontalAdvance(line) for line in self._lines), default=0)
