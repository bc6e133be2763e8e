"""The picture as a widget: painted into a pixmap when its rows change, copied from it otherwise."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from aqsense.model import Contributor, Side
from aqsense.view.run_rows import AlignmentRun
from aqsense.view.window.picture_frame import Frame, frame_of
from aqsense.view.window.picture_paint import paint_picture
from aqsense.view.window.picture_rows import shown_rows
from aqsense.view.window.theme import PAPER

Spreads = Mapping[tuple[int, Side], float]


class Picture(QWidget):
    """Rows of a run. `stride_clicked` tells the number of the stride that was clicked."""

    stride_clicked = Signal(int)

    def __init__(self, *, has_score: bool, room_for: int = 1):
        super().__init__()
        self._has_score, self._room_for = has_score, room_for
        self._scale = 1.0
        self._run: AlignmentRun | None = None
        self._spreads: Spreads | None = None
        self.absent: frozenset[tuple[Contributor, Side]] = frozenset()
        self._chosen = 0
        self._drawn: QPixmap | None = None
        self.frame: Frame | None = None
        self.is_drawn_directly = False  # for a device without pixels
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_run(
        self, run: AlignmentRun | None, *, spreads: Spreads | None = None,
        absent: frozenset[tuple[Contributor, Side]] = frozenset(), chosen: int = 0,
    ) -> None:  # fmt: skip
        """Draw a run anew; None = nothing."""
        self._run, self._spreads, self.absent, self._chosen = run, spreads, absent, chosen
        self._drawn = None
        self.update()

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self._drawn = None
        self.update()

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(round(300 * self._scale), round(200 * self._scale))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        index = -1 if self.frame is None else self.frame.row_at(event.position().y())
        if self.frame is not None and index >= 0:
            self.stride_clicked.emit(self.frame.rows[index].number)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self.is_drawn_directly:
            with QPainter(self) as painter:
                self.paint(painter)
            return
        if self._drawn is None or self._drawn.size() != self.size():
            self._drawn = QPixmap(self.size())
            self._drawn.fill(PAPER)
            if self._run is not None:
                with QPainter(self._drawn) as painter:
                    self.paint(painter)
        QPainter(self).drawPixmap(event.rect(), self._drawn, event.rect())

    def paint(self, painter: QPainter) -> None:
        """Draw on any device of this widget's size."""
        if self._run is None:
            return
        size = (float(self.width()), float(self.height()))
        self.frame = frame_of(
            self._run, shown_rows(self._run), size, self._scale, room_for=self._room_for,
            has_score=self._has_score,
        )  # fmt: skip
        paint_picture(painter, self.frame, spreads=self._spreads, absent=self.absent, chosen=self._chosen)
