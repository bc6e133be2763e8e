"""Text that is never cut: it takes its size from its role, and less where the room is short."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from aqsense.view.window.theme import INK, PAPER, SMALLEST_PX, font

_LINE = 1.22
_LINE_OF_CAPITALS = 0.86
_STEP = 0.94
_FLAGS = Qt.TextFlag.TextWordWrap
LEFT, RIGHT, CENTRE = (
    Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignHCenter,
)  # fmt: skip


class Text(QWidget):
    """A phrase of one role.

    px      of its type at 1280 x 720
    lines   room for so many lines
    wide    takes what width there is
    capitals  one line of capitals and digits: no room is kept for what hangs below them
    sample  the longest text that is usual: room for it is kept, so that nothing moves when texts change
    """

    def __init__(
        self, px: float, *, bold: bool = False, narrow: bool = False, align: Qt.AlignmentFlag = LEFT,
        lines: int = 1, wide: bool = True, sample: str = "", capitals: bool = False,
    ):  # fmt: skip
        super().__init__()
        self.text = ""
        self._px, self._bold, self._narrow, self._align, self._lines = px, bold, narrow, align, lines
        self._sample, self._is_capitals = sample, capitals
        self._colour, self._is_inverted = INK, False
        self._scale = 1.0
        self._wide = wide
        policy = QSizePolicy.Policy
        self.setSizePolicy(policy.Ignored if wide else policy.Minimum, policy.Fixed)

    def say(self, text: str, *, colour: QColor = INK, inverted: bool = False) -> None:
        """Show a text; white on a block of ink if `inverted`."""
        if (text, colour, inverted) == (self.text, self._colour, self._is_inverted):
            return
        grows = not self._wide and text != self.text
        self.text, self._colour, self._is_inverted = text, colour, inverted
        if grows:
            self.updateGeometry()
        self.update()

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        metrics = QFontMetrics(self._font(self._px * self._scale))
        width = max(metrics.horizontalAdvance(words) for words in (self.text, self._sample))
        line = _LINE_OF_CAPITALS if self._is_capitals else _LINE
        return QSize(width + self._pad() * 2, round(self._lines * line * self._px * self._scale) + 2)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        return QSize(0, self.sizeHint().height()) if self._wide else self.sizeHint()

    def fitted(self) -> tuple[QFont, bool]:
        """The largest type that holds the text in the room there is, and whether it holds it."""
        room = self._room()
        size = self._px * self._scale
        while size > SMALLEST_PX and not self._holds(room, size):
            size = max(SMALLEST_PX, size * _STEP)
        return self._font(size), self._holds(room, size)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        if not self.text:
            return
        painter = QPainter(self)
        made, _ = self.fitted()
        painter.setFont(made)
        if self._is_inverted:
            painter.fillRect(self._block(made), INK)
        painter.setPen(PAPER if self._is_inverted else self._colour)
        if self._is_capitals:
            baseline = (self.height() + QFontMetrics(made).capHeight()) // 2
            painter.drawText(self._room().left(), baseline, self.text)
            return
        painter.drawText(self._room(), _FLAGS | self._align | Qt.AlignmentFlag.AlignVCenter, self.text)

    def _block(self, made: QFont) -> QRect:
        flags = _FLAGS | self._align | Qt.AlignmentFlag.AlignVCenter
        used = QFontMetrics(made).boundingRect(self._room(), flags, self.text)
        return used.adjusted(-self._pad(), 0, self._pad(), 0)

    def _holds(self, room: QRect, size: float) -> bool:
        metrics = QFontMetrics(self._font(size))
        if self._is_capitals:
            width = metrics.horizontalAdvance(self.text)
            return width <= room.width() and metrics.capHeight() <= room.height()
        need = metrics.boundingRect(QRect(0, 0, room.width(), 1 << 16), _FLAGS | self._align, self.text)
        return need.width() <= room.width() and need.height() <= room.height() + 1

    def _room(self) -> QRect:
        return self.rect().adjusted(self._pad(), 0, -self._pad(), 0)

    def _pad(self) -> int:
        return round(4 * self._scale)

    def _font(self, size: float) -> QFont:
        return font(size, bold=self._bold, narrow=self._narrow)


def texts_in(widget: QWidget) -> Iterator[Text]:
    """All texts inside a widget."""
    yield from widget.findChildren(Text)
