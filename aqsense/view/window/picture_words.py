"""The words of the picture on screen: heads, ticks, strides, what is missing, legend, the difference."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPolygonF

from aqsense.model import Contributor, Side
from aqsense.view.layout import Axis
from aqsense.view.run_rows import BOTH_SIDES, Named, StepRow, StrideRow
from aqsense.view.tokens import CONTRIBUTORS
from aqsense.view.window.marks_on_screen import draw_mark
from aqsense.view.window.picture_frame import Frame
from aqsense.view.window.theme import ABSENT, INK, PAPER, font
from aqsense.view.words import signed

_CENTRE, _RIGHT, _LEFT = (
    Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignRight, Qt.AlignmentFlag.AlignLeft,
)  # fmt: skip


def put(
    painter: QPainter, x: float, y: float, words: str, px: float, *, bold: bool = False,
    align: Qt.AlignmentFlag = _LEFT, colour: QColor = INK,
) -> float:  # fmt: skip
    """Words at a point, centred in height; their width."""
    made = font(px, bold=bold)
    painter.setFont(made)
    painter.setPen(colour)
    width = QFontMetricsF(made).horizontalAdvance(words)
    left = {_LEFT: x, _CENTRE: x - width / 2, _RIGHT: x - width}[align]
    box = QRectF(left, y - px, width + 2, 2 * px)
    painter.drawText(box, _LEFT | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip, words)
    return width


def width_of(words: str, px: float, *, bold: bool = False) -> float:
    return QFontMetricsF(font(px, bold=bold)).horizontalAdvance(words)


def draw_words(painter: QPainter, frame: Frame, absent: frozenset[tuple[Contributor, Side]]) -> None:
    """All text but that of the strip and of peaks beyond the axis."""
    s = frame.scale
    put(painter, frame.gutter, frame.top - 13 * s, "stride", 14 * s, align=_CENTRE)
    for i, row in enumerate(frame.rows):
        if i % frame.labelled_every == 0:
            _row_labels(painter, frame, i, row)
    if frame.has_mean:
        px = min(15 * s, 0.62 * frame.text_row)
        put(painter, frame.gutter, frame.mean_middle, "mean", max(11.0, px), align=_CENTRE)
    for side in BOTH_SIDES:
        axis = frame.axes[side]
        title, px = f"{side.value.upper()} FOOT PUSHES", 16 * s
        while width_of(title, px, bold=True) > axis.x1 - axis.x0 and px > 11:
            px *= 0.94
        put(painter, axis.x0, 12 * s, title, px, bold=True)
        put(painter, axis.zero, frame.top - 13 * s, "together", 14 * s, align=_CENTRE)
        _ticks(painter, frame, axis)
        _legend(painter, frame, side, absent)
        for i, row in enumerate(frame.rows):
            _absences(painter, frame, side, i, row)
        _named_words(painter, frame, side)


def _row_labels(painter: QPainter, frame: Frame, index: int, row: StrideRow) -> None:
    s, y = frame.scale, frame.middle(index)
    px = max(11.0, min(20 * s, 0.8 * frame.text_row))
    put(painter, frame.gutter, y, str(row.number), px, bold=True, align=_CENTRE)
    left = frame.axes[Side.LEFT].x0 - 6 * s
    put(painter, left, y, row.label, max(11.0, min(15 * s, 0.72 * frame.text_row)), align=_RIGHT)


def _absences(painter: QPainter, frame: Frame, side: Side, index: int, row: StrideRow) -> None:
    px = max(11.0, min(14 * frame.scale, 0.6 * frame.row))
    step = row.steps.get(side)
    axis, x = frame.axes[side], frame.axes[side].x0 + 6 * frame.scale
    words: list[str] = []
    if step is None:
        # The step that a stride still waits for is not missing.
        if index < len(frame.rows) - 1 or frame.has_mean:
            words = [f"no {side.value} step"]
    elif step.unscored:
        words = [step.unscored]
    elif step.missing:
        words = [", ".join(step.missing.values())]
    for text in words:
        while width_of(text, px) > axis.x1 - x - 4 and px > 11:
            px = max(11.0, px * 0.94)
        place = x if step is None or step.unscored else _free_x(axis, step, text, px, x)
        put(painter, place, frame.middle(index), text, px)


def _free_x(axis: Axis, step: StepRow, text: str, px: float, left: float) -> float:
    room = width_of(text, px)
    right = axis.x1 - 4 - room
    xs = [axis.x(peak.place_ms) for peak in step.peaks.values()]
    hidden_left = sum(x < left + room + px / 2 for x in xs)
    hidden_right = sum(x > right - px / 2 for x in xs)
    return left if hidden_left <= hidden_right else right


def _ticks(painter: QPainter, frame: Frame, axis: Axis) -> None:
    every = 20 if axis.limit_ms <= 60 else 40
    most = int(axis.limit_ms // every) * every
    y, px = frame.bottom + 12 * frame.scale, 14 * frame.scale
    for place in range(-most, most + 1, every):
        put(painter, axis.x(place), y, signed(place), px, align=_CENTRE)
    if axis is frame.axes[Side.LEFT]:
        put(painter, axis.x0 - 28 * frame.scale, y, "ms", px, align=_RIGHT)


def _legend(painter: QPainter, frame: Frame, side: Side, absent: frozenset[tuple[Contributor, Side]]) -> None:
    """Marks with their names; of a lost sensor a grey outline and the word."""
    axis, s = frame.axes[side], frame.scale
    y, px = frame.bottom + 36 * s, 15 * s
    names = {who: token.name(side) for who, token in CONTRIBUTORS.items()}
    room = axis.x1 - axis.x0
    if sum(width_of(_said(name, (who, side) in absent), px) + 30 * s for who, name in names.items()) > room:
        names = {who: token.short for who, token in CONTRIBUTORS.items()}
    total = sum(width_of(_said(name, (who, side) in absent), px) for who, name in names.items())
    gap = (room - total - 4 * 20 * s) / 3
    while gap < 6 * s and px > 11:
        px = max(11.0, px * 0.95)
        total = sum(width_of(_said(name, (who, side) in absent), px) for who, name in names.items())
        gap = (room - total - 4 * 20 * s) / 3
    x = axis.x0
    for who, name in names.items():
        is_absent = (who, side) in absent
        draw_mark(painter, x + 7 * s, y, CONTRIBUTORS[who], 13 * s, is_absent=is_absent, edge=1.2 * s)
        words = _said(name, is_absent)
        x += (
            20 * s
            + put(painter, x + 18 * s, y, words, px, colour=ABSENT if is_absent else INK)
            + min(gap, 26 * s)
        )


def _said(name: str, is_absent: bool) -> str:
    return f"{name}: lost" if is_absent else name


def _named_words(painter: QPainter, frame: Frame, side: Side) -> None:
    """What the ghost is, at its upper end; the arrow with the difference, over the mean row."""
    named = frame.run.named
    if named is None or side not in named.panels:
        return
    axis, token = frame.axes[side], CONTRIBUTORS[named.contributor]
    colour = QColor(token.text_colour)
    first = next(
        ((i, frame.run.expected_ms(row, side)) for i, row in enumerate(frame.rows)
         if axis.holds(frame.run.expected_ms(row, side))), None,
    )  # fmt: skip
    if first is not None:
        px = max(11.0, 14 * frame.scale)
        width = width_of(named.label, px)
        x, y = axis.x(first[1]), frame.lane(first[0], named.contributor)
        left = x - 6 * frame.scale - width
        left = left if left > axis.x0 else x + 8 * frame.scale
        painter.fillRect(QRectF(left - 2, y - 0.62 * px, width + 4, 1.24 * px), PAPER)
        put(painter, left, y, named.label, px, colour=colour)
    place = frame.run.places[side].get(named.contributor)
    expected = named.expected_ms.get(side, math.nan)
    if (
        frame.has_mean
        and place is not None
        and math.isfinite(place.value)
        and side is _arrow_side(frame, named)
    ):
        _arrow(painter, frame, named, sorted((axis.x(expected), axis.x(place.value))), axis)


def _arrow_side(frame: Frame, named: Named) -> Side | None:
    def error(side: Side) -> float:
        place = frame.run.places[side].get(named.contributor)
        gap = math.nan if place is None else place.value - named.expected_ms.get(side, math.nan)
        return abs(gap - named.difference_ms) if math.isfinite(gap) else math.inf

    return min(named.panels, key=error, default=None)


def _arrow(painter: QPainter, frame: Frame, named: Named, ends: list[float], axis: Axis) -> None:
    s, token = frame.scale, CONTRIBUTORS[named.contributor]
    y = frame.mean_middle - frame.row / 2 - frame.gap / 2
    words, px = f"{abs(named.difference_ms):.0f} ms", 18 * s
    width = width_of(words, px, bold=True) + 8 * s
    left, right = ends
    middle = (left + right) / 2
    is_inside = right - left > width + 18 * s
    if not is_inside:
        middle = right + width / 2 if right + width < axis.x1 else left - width / 2
    painter.setPen(QPen(QColor(token.colour), 2 * s))
    inner = [(left, middle - width / 2), (middle + width / 2, right)] if is_inside else [(left, right)]
    for start, stop in inner:
        painter.drawLine(QPointF(start, y), QPointF(stop, y))
    painter.setBrush(QColor(token.colour))
    painter.setPen(Qt.PenStyle.NoPen)
    head = min(7 * s, (right - left) / 2)
    for x, to in ((left, 1), (right, -1)):
        painter.drawPolygon(
            QPolygonF(
                [QPointF(x, y), QPointF(x + to * head, y - head / 2), QPointF(x + to * head, y + head / 2)]
            )
        )
    put(painter, middle, y, words, px, bold=True, align=_CENTRE, colour=QColor(token.text_colour))


def draw_beyond(
    painter: QPainter, frame: Frame, axis: Axis, y: float, who: Contributor, place_ms: float
) -> None:
    """A peak beyond the axis: arrowhead at the border, its mark beside it, its number."""
    to = 1 if place_ms > 0 else -1
    border, size = axis.x(place_ms), 0.6 * frame.mark_px
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(CONTRIBUTORS[who].colour))
    painter.drawPolygon(
        QPolygonF([QPointF(border, y), QPointF(border - to * size, y - size / 2),
                   QPointF(border - to * size, y + size / 2)])
    )  # fmt: skip
    draw_mark(painter, border - to * (size + 0.6 * frame.mark_px), y, CONTRIBUTORS[who], frame.mark_px)
    lane = list(CONTRIBUTORS).index(who)
    px = max(11.0, min(13 * frame.scale, 0.5 * frame.row))
    slot = lane if to < 0 else len(CONTRIBUTORS) - 1 - lane
    x = border - to * (size + 1.4 * frame.mark_px + slot * 1.1 * width_of("−999", px))
    put(painter, x, y, signed(place_ms), px, align=_RIGHT if to > 0 else _LEFT)
