"""The contributors' marks on screen, in the shapes of paper; which body part a sensor's tape shows."""

from __future__ import annotations

from functools import cache

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from aqsense.model import Contributor
from aqsense.view.marks import SHAPES
from aqsense.view.tokens import CONTRIBUTORS, DOUBTFUL_OPACITY, ContributorToken, Mark
from aqsense.view.window.theme import ABSENT, PAPER

_PART = {"wrist": "arm", "arm": "arm", "trunk": "trunk", "pelvis": "trunk"}


def token_of_site(site: str) -> ContributorToken:
    """The body part that a sensor's tape and mark show: arms, torso, legs."""
    return CONTRIBUTORS[Contributor(_PART.get(site.rsplit("_", 1)[-1], "swing"))]


@cache
def outline(mark: Mark) -> QPainterPath:
    """A shape of unit width around zero, y downwards."""
    path = QPainterPath()
    for polygon in SHAPES[mark].to_polygons():
        (x0, y0), *others = np.asarray(polygon, dtype=float).tolist()
        path.moveTo(x0, -y0)
        for x, y in others:
            path.lineTo(x, -y)
        path.closeSubpath()
    return path


def draw_mark(
    painter: QPainter, x: float, y: float, token: ContributorToken, size: float, *,
    is_doubtful: bool = False, is_ghost: bool = False, is_absent: bool = False, edge: float = 1.5,
) -> None:  # fmt: skip
    """A mark with its white edge; doubtful: pale and dashed; a ghost: dashed outline; absent: grey outline.

    size   width of the token's mark in px where its token says 7.2 pt
    """
    width = size * token.size_pt / 7.2
    path = QTransform().translate(x, y).scale(width, width).map(outline(token.mark))
    colour = ABSENT if is_absent else QColor(token.colour)
    if not (is_doubtful or is_ghost or is_absent):
        painter.setPen(QPen(PAPER, edge))
        painter.setBrush(colour)
        painter.drawPath(path)
        return
    pen = QPen(colour, edge * (1.2 if is_ghost else 1.0))
    pen.setDashPattern([1.6, 1.1])
    painter.setPen(pen)
    painter.setBrush(PAPER)
    painter.drawPath(path)
    if is_doubtful:
        pale = QColor(colour)
        pale.setAlphaF(DOUBTFUL_OPACITY)
        painter.setBrush(pale)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPath(path)


def draw_polyline(painter: QPainter, points: list[tuple[float, float]]) -> None:
    """Straight lines through points."""
    painter.drawPolyline([QPointF(x, y) for x, y in points])
