"""The athlete from behind, with the tape of every sensor: where it goes, in its body part's colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aqsense.snapshot import Health, SensorState
from aqsense.view.window.marks_on_screen import draw_mark, token_of_site
from aqsense.view.window.picture_words import put
from aqsense.view.window.signs import draw_sign
from aqsense.view.window.theme import INK, LANE_EDGE, PAPER

# Of a body of height 100 around x = 0, left at the left: place, direction across the limb.
_PLACES: Mapping[str, tuple[float, float]] = {
    "left_wrist": (-22, 52), "right_wrist": (22, 52), "left_shin": (-9, 86), "right_shin": (9, 86),
    "trunk": (0, 30), "pelvis": (0, 48), "left_thigh": (-7.5, 62), "right_thigh": (7.5, 62),
    "left_foot": (-11, 97), "right_foot": (11, 97), "left_upper_arm": (-15, 32), "right_upper_arm": (15, 32),
}  # fmt: skip
_ARM = ((11, 21), (15, 36), (22, 54))
_LEG = ((6, 50), (7.5, 70), (9, 95), (12, 98))


class BodyDrawing(QWidget):
    """Grey body; a tape and mark per sensor; the one to look after is ringed and named."""

    def __init__(self) -> None:
        super().__init__()
        self._sensors: Sequence[SensorState] = ()
        self._asked = ""
        self._scale = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def show_sensors(self, sensors: Sequence[SensorState], asked: str) -> None:
        """asked   site that the sentence is about, "" = none"""
        known = [(one.site, one.health) for one in sensors]
        if known != [(one.site, one.health) for one in self._sensors] or asked != self._asked:
            self._sensors, self._asked = tuple(sensors), asked
            self.update()

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(round(330 * self._scale), round(380 * self._scale))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        s = self._scale
        unit = min((self.height() - 34 * s) / 104, self.width() / 78)
        origin = QPointF(self.width() / 2, 4 * s)
        self._body(painter, origin, unit)
        for sensor in self._sensors:
            self._tape(painter, origin, unit, sensor)
        put(painter, self.width() / 2, self.height() - 13 * s, "seen from behind", 15 * s,
            align=Qt.AlignmentFlag.AlignHCenter)  # fmt: skip
        for words, x in (("L", -33.0), ("R", 33.0)):
            put(painter, origin.x() + x * unit, origin.y() + 40 * unit, words, 22 * s, bold=True,
                align=Qt.AlignmentFlag.AlignHCenter)  # fmt: skip

    def _body(self, painter: QPainter, origin: QPointF, unit: float) -> None:
        pen = QPen(LANE_EDGE, 6.5 * unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for line in (_ARM, _LEG):
            for side in (-1, 1):
                painter.setPen(pen)
                path = QPainterPath(_at(origin, unit, side * line[0][0], line[0][1]))
                for x, y in line[1:]:
                    path.lineTo(_at(origin, unit, side * x, y))
                painter.drawPath(path)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(LANE_EDGE)
        painter.drawEllipse(_at(origin, unit, 0, 8), 6.4 * unit, 7.4 * unit)
        torso = QPainterPath(_at(origin, unit, -14, 20))
        for x, y in ((14, 20), (9.5, 40), (10, 54), (-10, 54), (-9.5, 40)):
            torso.lineTo(_at(origin, unit, x, y))
        torso.closeSubpath()
        pen.setWidthF(2.5 * unit)
        painter.setPen(pen)
        painter.drawPath(torso)

    def _tape(self, painter: QPainter, origin: QPointF, unit: float, sensor: SensorState) -> None:
        place = _PLACES.get(sensor.site)
        if place is None:
            return
        at, token = _at(origin, unit, *place), token_of_site(sensor.site)
        is_there = sensor.health not in (Health.MISSING, Health.LOST)
        half = (9.5 if sensor.site in ("trunk", "pelvis") else 4.4) * unit
        band = QRectF(at.x() - half, at.y() - 2.2 * unit, 2 * half, 4.4 * unit)
        if is_there:
            painter.fillRect(band, QColor(token.colour))
        else:
            painter.fillRect(band, PAPER)
            painter.setPen(QPen(QColor(token.colour), 2 * self._scale, Qt.PenStyle.DashLine))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(band)
        mark_x = at.x() + (-1 if place[0] < 0 else 1) * (half + 5.2 * unit)
        draw_mark(painter, mark_x, at.y(), token, 5.4 * unit, is_absent=not is_there, edge=1.6 * self._scale)
        if not is_there or sensor.health is Health.WEAK:
            sign = QRectF(mark_x - 2.6 * unit, at.y() + 4.2 * unit, 5.2 * unit, 5.2 * unit)
            draw_sign(painter, sign, sensor.health)
        if sensor.site == self._asked:
            painter.setPen(QPen(INK, 3.2 * self._scale))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(at, half + 3 * unit, 6.4 * unit)


def _at(origin: QPointF, unit: float, x: float, y: float) -> QPointF:
    return QPointF(origin.x() + x * unit, origin.y() + y * unit)
