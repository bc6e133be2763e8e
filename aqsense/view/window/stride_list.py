"""Two lists of LOOK CLOSER: the run's strides, and the events of the chosen one. Keys work from outside."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QStyle

from aqsense.view import tokens
from aqsense.view.window.theme import SMALLEST_PX, font


class ChoiceList(QListWidget):
    """Lines of which one is chosen; white on ink. `currentRowChanged` tells which."""

    def __init__(self, px: float):
        super().__init__()
        self._px = px
        self._lines: list[str] = []
        self._scale = 1.0
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
            self._fit()
        self.setCurrentRow(chosen)
        self.blockSignals(False)

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The largest type in which the longest line fits; below the smallest one lines are folded."""
        size = self._px * self._scale
        self.setFont(font(size))
        while size > SMALLEST_PX and self.widest() > self.viewport().width():
            size = max(SMALLEST_PX, 0.95 * size)
            self.setFont(font(size))

    def widest(self) -> int:
        """Width that the longest line needs."""
        pad = 2 * self.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 2
        return pad + max((self.fontMetrics().horizontalAdvance(line) for line in self._lines), default=0)
