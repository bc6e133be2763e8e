"""The session's runs in one row: number and spread, the shown one framed, discarded ones struck out."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from aqsense.snapshot import RunResult
from aqsense.view.window.picture_words import put
from aqsense.view.window.theme import INK
from aqsense.view.words import ABSENT

_CENTRE = Qt.AlignmentFlag.AlignHCenter


class SessionRuns(QWidget):
    """As many of the newest runs as fit."""

    def __init__(self) -> None:
        super().__init__()
        self._columns: list[tuple[str, str, bool, bool]] = []
        self._scale = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_runs(self, results: Sequence[RunResult], shown: RunResult | None) -> None:
        columns = [(str(one.number), _spread(one), one is shown, one.discarded) for one in results]
        if columns != self._columns:
            self._columns = columns
            self.update()

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(200, round(62 * self._scale))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        s = self._scale
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        upper, lower, px = 18 * s, 44 * s, 19 * s
        put(painter, 4 * s, upper, "this session: run", px)
        put(painter, 4 * s, lower, "spread, ms", px)
        first, step = 180 * s, 62 * s
        most = max(1, int((self.width() - first) // step))
        for i, (number, spread, is_shown, is_discarded) in enumerate(self._columns[-most:]):
            x = first + (i + 0.5) * step
            put(painter, x, upper, number, px, bold=is_shown, align=_CENTRE)
            put(painter, x, lower, spread, px, bold=is_shown, align=_CENTRE)
            painter.setPen(QPen(INK, 2 * s))
            if is_shown:
                painter.drawRect(QRectF(x - step / 2 + 2, 4 * s, step - 4, 54 * s))
            if is_discarded:
                painter.drawLine(QLineF(x - 22 * s, lower, x + 22 * s, lower))


def _spread(one: RunResult) -> str:
    runs = one.result.tables["runs"]
    value = float(runs["spread_ms"][runs["run"].tolist().index(one.run)])
    return f"{value:.1f}" if math.isfinite(value) else ABSENT
