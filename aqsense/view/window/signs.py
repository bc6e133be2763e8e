"""Signs of states (VISUAL 2): filled dot, triangle with !, cross on a block, dashed ring. No hue."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from aqsense.snapshot import Health
from aqsense.view.window.theme import ABSENT, INK, PAPER, font

HEALTH_WORDS: Mapping[Health, str] = {
    Health.MISSING: "not found",
    Health.CONNECTING: "connecting",
    Health.GOOD: "good",
    Health.WEAK: "weak signal",
    Health.LOST: "lost",
}


def draw_sign(painter: QPainter, box: QRectF, health: Health) -> None:
    """A state's sign inside a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    width, centre = box.width() / 10, box.center()
    if health is Health.GOOD:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(INK)
        painter.drawEllipse(centre, box.width() * 0.36, box.width() * 0.36)
    elif health is Health.WEAK:
        pen = QPen(INK, width)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(PAPER)
        x, top, bottom = box.center().x(), box.top() + width, box.bottom() - width
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x, top), QPointF(box.right() - width, bottom), QPointF(box.left() + width, bottom)]
            )
        )
        painter.setFont(font(box.height() * 0.62, bold=True))
        low = box.adjusted(0, box.height() * 0.2, 0, 0)
        painter.drawText(low, Qt.AlignmentFlag.AlignCenter, "!")
    elif health is Health.LOST:
        painter.fillRect(box, INK)
        painter.setPen(QPen(PAPER, 1.6 * width))
        inner = box.adjusted(2.2 * width, 2.2 * width, -2.2 * width, -2.2 * width)
        painter.drawLine(inner.topLeft(), inner.bottomRight())
        painter.drawLine(inner.topRight(), inner.bottomLeft())
    else:
        pen = QPen(ABSENT, width, Qt.PenStyle.DashLine)
        pen.setDashPattern([1.6, 1.1])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(centre, box.width() * 0.36, box.width() * 0.36)
    painter.restore()


class Sign(QWidget):
    """One sign."""

    def __init__(self, px: float):
        super().__init__()
        self._px, self._scale = px, 1.0
        self._health = Health.MISSING
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_health(self, health: Health) -> None:
        if health is not self._health:
            self._health = health
            self.update()

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802
        side = round(self._px * self._scale)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        side = min(self.width(), self.height())
        box = QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side)
        draw_sign(QPainter(self), box.adjusted(1, 1, -1, -1), self._health)
