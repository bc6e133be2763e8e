"""The strip at the picture's right: spread as ink bars, of strides or of single steps, and the score."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from aqsense.model import Side
from aqsense.view.run_rows import BOTH_SIDES, StrideRow
from aqsense.view.window.picture_frame import Frame
from aqsense.view.window.picture_words import put, width_of
from aqsense.view.window.theme import INK
from aqsense.view.words import ABSENT

_BAR = 0.36
_SHORTEST_MS, _LONGEST_MS = 10.0, 80.0
_RIGHT = Qt.AlignmentFlag.AlignRight


def draw_strip(painter: QPainter, frame: Frame, spreads: Mapping[tuple[int, Side], float] | None) -> None:
    """Bars and numbers of all rows."""
    s = frame.scale
    put(painter, frame.strip[0], 12 * s, "SPREAD", 16 * s, bold=True)
    put(painter, frame.strip[0], frame.top - 13 * s, "ms", 14 * s)
    if frame.score_right:
        put(painter, frame.score_right, frame.top - 13 * s, "score", 14 * s, align=_RIGHT)
    for i, row in enumerate(frame.rows):
        y = frame.middle(i)
        if spreads is None:
            labelled = i % frame.labelled_every == 0
            _bar(painter, frame, y, _BAR * frame.row, row.spread_ms, row.score, labelled=labelled)
            if labelled:
                _score(painter, frame, y, row.score)
        else:
            _steps(painter, frame, y, row, spreads)
    run = frame.run
    if frame.has_mean:
        _bar(painter, frame, frame.mean_middle, _BAR * frame.row, run.spread.value, run.score.value)
        _score(painter, frame, frame.mean_middle, run.score.value)


def _steps(
    painter: QPainter, frame: Frame, y: float, row: StrideRow, spreads: Mapping[tuple[int, Side], float]
) -> None:
    """Two half bars, the left step's above the right one's."""
    for side, offset in zip(BOTH_SIDES, (-0.22, 0.22), strict=True):
        spread_ms = spreads.get((row.number, side), math.nan)
        if math.isfinite(spread_ms):
            _bar(painter, frame, y + offset * frame.row, 0.26 * frame.row, spread_ms, 0.0, slim=True)


def _bar(
    painter: QPainter, frame: Frame, y: float, height: float, spread_ms: float, score: float, *,
    slim: bool = False, labelled: bool = True,
) -> None:  # fmt: skip
    """One bar with its number; hollow where there is a spread but no score."""
    s, (x0, x1) = frame.scale, frame.strip
    px = max(11.0, min(18 * s, (0.46 * frame.row if slim else 0.72 * frame.text_row)))
    if math.isnan(spread_ms):
        put(painter, x0, y, "not scored", max(11.0, min(13 * s, 0.6 * frame.row)))
        return
    full_ms = min(max(frame.run.longest_spread_ms, _SHORTEST_MS), _LONGEST_MS)
    room = x1 - x0 - width_of("100", px, bold=True) - 5 * s
    end = x0 + min(spread_ms / full_ms, 1.0) * room
    painter.setPen(QPen(INK, 1.2 * s))
    painter.setBrush(INK if math.isfinite(score) else Qt.BrushStyle.NoBrush)
    painter.drawRect(QRectF(x0, y - height / 2, end - x0, height))
    if labelled:
        put(painter, end + 5 * s, y, f"{spread_ms:.0f}", px, bold=True)


def _score(painter: QPainter, frame: Frame, y: float, score: float) -> None:
    if frame.score_right:
        px = max(11.0, min(15 * frame.scale, 0.66 * frame.text_row))
        words = f"{score:.0f}" if math.isfinite(score) else ABSENT
        put(painter, frame.score_right, y, words, px, align=_RIGHT)
