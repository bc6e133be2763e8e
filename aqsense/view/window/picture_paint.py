"""The alignment picture on screen (VISUAL 3 without its foot): ground, peaks, ghost, mean row, strip."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from aqsense.model import Contributor, Side
from aqsense.view.layout import Axis
from aqsense.view.run_rows import BOTH_SIDES, Estimate
from aqsense.view.tokens import CONTRIBUTORS, DASHES, WHISKER_OPACITY, Emphasis
from aqsense.view.window.marks_on_screen import draw_mark, draw_polyline
from aqsense.view.window.picture_frame import BAR, Frame
from aqsense.view.window.picture_strip import draw_strip
from aqsense.view.window.picture_words import draw_beyond, draw_words
from aqsense.view.window.theme import INK, LANE_EDGE, ON_GROUND, PAPER, TOE_OFF_EDGE, pen_px


def paint_picture(
    painter: QPainter, frame: Frame, *, spreads: Mapping[tuple[int, Side], float] | None = None,
    absent: frozenset[tuple[Contributor, Side]] = frozenset(), chosen: int = 0,
) -> None:  # fmt: skip
    """Draw everything.

    spreads   of single steps by (stride, side), where strides have none yet: half bars
    absent    contributors, by panel, whose sensor is lost: grey in the legend
    chosen    stride that is framed, 0 = none
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.TextAntialiasing)
    for side in BOTH_SIDES:
        _ground(painter, frame, side)
        for who in CONTRIBUTORS:
            _whiskers(painter, frame, side, who)
            _thread(painter, frame, side, who)
            _marks(painter, frame, side, who)
        _ghost(painter, frame, side)
        _mean_row(painter, frame, side)
    draw_words(painter, frame, absent)
    draw_strip(painter, frame, spreads)
    index = next((i for i, row in enumerate(frame.rows) if row.number == chosen), -1)
    if index >= 0:
        painter.setPen(QPen(INK, 3 * frame.scale))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        y = frame.top + index * frame.row
        painter.drawRect(QRectF(2, y, frame.strip[1] - 2, frame.row))


def _ground(painter: QPainter, frame: Frame, side: Side) -> None:
    axis, run = frame.axes[side], frame.run
    bars = [
        (frame.middle(i), row.steps[side].contact_ms, row.steps[side].toe_off_ms)
        for i, row in enumerate(frame.rows)
        if side in row.steps
    ]
    if frame.has_mean:
        bars.append((frame.mean_middle, math.nan, run.mean_toe_off_ms[side]))
    height = BAR * frame.row
    for middle, contact_ms, toe_off_ms in bars:
        start = axis.x0 if math.isnan(contact_ms) else axis.x(contact_ms)
        # Where toe-off was not measured the bar ends at the lane and has no edge.
        stop = axis.x(-run.lane_ms) if math.isnan(toe_off_ms) else axis.x(toe_off_ms)
        painter.fillRect(QRectF(start, middle - height / 2, max(0.0, stop - start), height), ON_GROUND)
    low, high = axis.x(-run.lane_ms), axis.x(run.lane_ms)
    painter.fillRect(QRectF(low, frame.top, high - low, frame.bottom - frame.top), PAPER)
    painter.setPen(QPen(LANE_EDGE, pen_px(0.9, frame.scale)))
    painter.drawLines([QLineF(x, frame.top, x, frame.bottom) for x in (low, high)])
    painter.setPen(QPen(LANE_EDGE, 1, Qt.PenStyle.DotLine))
    painter.drawLine(QLineF(axis.zero, frame.top, axis.zero, frame.bottom))
    painter.setPen(QPen(TOE_OFF_EDGE, pen_px(2.2, frame.line_scale)))
    for middle, _, toe_off_ms in bars:
        if axis.holds(toe_off_ms):
            x = axis.x(toe_off_ms)
            painter.drawLine(QLineF(x, middle - height / 2, x, middle + height / 2))
    first = next((i for i, row in enumerate(frame.rows) if row.number == run.compared[0]), 0)
    if first > 0:
        painter.setPen(QPen(INK, pen_px(1.1, frame.scale), Qt.PenStyle.DotLine))
        y = frame.top + first * frame.row
        painter.drawLine(QLineF(axis.x0, y, axis.x1, y))


def _places(frame: Frame, side: Side, who: Contributor) -> dict[int, float]:
    return {
        i: row.steps[side].peaks[who].place_ms
        for i, row in enumerate(frame.rows)
        if side in row.steps and who in row.steps[side].peaks
    }


def _pale(colour: str, opacity: float) -> QColor:
    made = QColor(colour)
    made.setAlphaF(opacity)
    return made


def _whiskers(painter: QPainter, frame: Frame, side: Side, who: Contributor) -> None:
    axis = frame.axes[side]
    painter.setPen(QPen(_pale(CONTRIBUTORS[who].colour, WHISKER_OPACITY), pen_px(0.9, frame.line_scale)))
    lines: list[QLineF] = []
    for i, row in enumerate(frame.rows):
        peak = row.steps[side].peaks.get(who) if side in row.steps else None
        if peak is not None and math.isfinite(peak.sd_ms) and axis.holds(peak.place_ms):
            y, reach = frame.lane(i, who), 1.96 * peak.sd_ms
            lines.append(QLineF(axis.x(peak.place_ms - reach), y, axis.x(peak.place_ms + reach), y))
    painter.drawLines(lines)


def _thread(painter: QPainter, frame: Frame, side: Side, who: Contributor) -> None:
    width_pt, opacity = _emphasis(frame, who).value
    pen = QPen(_pale(CONTRIBUTORS[who].colour, opacity), pen_px(width_pt, frame.line_scale))
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.setPen(pen)
    for points in _joined(frame, frame.axes[side], who, _places(frame, side, who)):
        draw_polyline(painter, points)


def _emphasis(frame: Frame, who: Contributor) -> Emphasis:
    if frame.run.named is None:
        return Emphasis.NOBODY_NAMED
    return Emphasis.NAMED if frame.run.names(who) else Emphasis.BESIDE_NAMED


def _joined(
    frame: Frame, axis: Axis, who: Contributor, places: Mapping[int, float]
) -> list[list[tuple[float, float]]]:
    """Lines through places in neighbouring rows; none along the border."""
    lines: list[list[tuple[float, float]]] = []
    for i in range(1, len(frame.rows)):
        ends = [places.get(i - 1, math.nan), places.get(i, math.nan)]
        if any(math.isnan(end) for end in ends) or not any(axis.holds(end) for end in ends):
            continue
        start, stop = (axis.x(ends[0]), frame.lane(i - 1, who)), (axis.x(ends[1]), frame.lane(i, who))
        if lines and lines[-1][-1] == start:
            lines[-1].append(stop)
        else:
            lines.append([start, stop])
    return lines


def _marks(painter: QPainter, frame: Frame, side: Side, who: Contributor) -> None:
    axis, token = frame.axes[side], CONTRIBUTORS[who]
    for i, row in enumerate(frame.rows):
        peak = row.steps[side].peaks.get(who) if side in row.steps else None
        if peak is None:
            continue
        y = frame.lane(i, who)
        if axis.holds(peak.place_ms):
            draw_mark(
                painter, axis.x(peak.place_ms), y, token, frame.mark_px, is_doubtful=peak.is_doubtful,
                edge=1.2 * frame.scale,
            )  # fmt: skip
        else:
            draw_beyond(painter, frame, axis, y, who, peak.place_ms)


def _ghost(painter: QPainter, frame: Frame, side: Side) -> None:
    named = frame.run.named
    if named is None or side not in named.panels:
        return
    places = {i: frame.run.expected_ms(row, side) for i, row in enumerate(frame.rows)}
    lines = _joined(frame, frame.axes[side], named.contributor, places)
    token = CONTRIBUTORS[named.contributor]
    pen = QPen(QColor(token.colour), pen_px(1.5, frame.line_scale))
    pen.setDashPattern(list(DASHES))
    painter.setPen(pen)
    for points in lines:
        draw_polyline(painter, points)


def _mean_row(painter: QPainter, frame: Frame, side: Side) -> None:
    if not frame.has_mean:
        return
    axis, run = frame.axes[side], frame.run
    for who, place in run.places[side].items():
        if math.isnan(place.value):
            continue
        y, token = frame.mean_lane(who), CONTRIBUTORS[who]
        if not axis.holds(place.value):
            draw_beyond(painter, frame, axis, y, who, place.value)
            continue
        _mean_whisker(painter, frame, axis, place, y, token.colour)
        draw_mark(painter, axis.x(place.value), y, token, 1.2 * frame.mark_px, edge=1.2 * frame.scale)
    named = run.named
    if named is None:
        return
    expected = named.expected_ms.get(side, math.nan)
    if axis.holds(expected):
        y = frame.mean_lane(named.contributor)
        token = CONTRIBUTORS[named.contributor]
        draw_mark(
            painter, axis.x(expected), y, token, 1.2 * frame.mark_px, is_ghost=True, edge=1.5 * frame.scale
        )


def _mean_whisker(
    painter: QPainter, frame: Frame, axis: Axis, place: Estimate, y: float, colour: str
) -> None:
    if math.isfinite(place.half_width):
        painter.setPen(QPen(QColor(colour), pen_px(2.0, frame.line_scale)))
        painter.drawLine(QLineF(axis.x(place.low), y, axis.x(place.high), y))
