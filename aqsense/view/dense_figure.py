"""Runs in the dense form: only their mean rows, one line per run, in groups on a common axis (VISUAL 3.5).

In:  DensePicture: places in ms and words; nothing is computed but places on the page.
Out: a page, A4 landscape.
Left panel = left foot pushes, right panel = right foot pushes; contributors keep colour, shape and lane. Runs
that don't fit are left out, and the page says how many.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aqsense.model import Contributor, Side
from aqsense.view import typeset
from aqsense.view.heading import draw_lines
from aqsense.view.layout import A4_LANDSCAPE, PT_PER_MM, Axis
from aqsense.view.marks import MarkStyle, draw_arrowhead, draw_mark
from aqsense.view.page import Page, box
from aqsense.view.tokens import (
    CONTRIBUTORS,
    FINDING_PT,
    INK,
    INTERVAL_PT,
    LABEL_PT,
    LANE_EDGE,
    MEAN_WHISKER_PT,
    NOTE_PT,
    PANEL_TITLE_PT,
    SECOND_LINE_PT,
    SECONDARY,
    SMALLEST_PT,
    WHISKER_OPACITY,
)
from aqsense.view.words import signed

HIGHEST_ROW, LOWEST_ROW = 15.0, 7.0
GROUP_HEAD = 7.0
LABEL_LEFT = 18.0
_FINDING_SIZES = ((FINDING_PT, 1), (21.0, 1), (17.0, 2))
_PANELS = {Side.LEFT: (64.0, 146.0), Side.RIGHT: (154.0, 236.0)}
_TITLES = {Side.LEFT: "LEFT FOOT PUSHES", Side.RIGHT: "RIGHT FOOT PUSHES"}
_TOP, _BOTTOM, _SPREAD = 160.0, 34.0, (244.0, 272.0)


@dataclass(frozen=True, slots=True)
class DenseMark:
    """Mean place of a contributor, ms, with its 95 % interval; NaN = not measured."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class DenseRow:
    """One run. `group` counts from 0; `spread` is what stands behind the bar."""

    group: int
    label: str
    marks: Mapping[Side, Mapping[Contributor, DenseMark]]
    spread: str
    spread_ms: float


@dataclass(frozen=True, slots=True)
class DensePicture:
    """All that the picture says. Rows in order, those of a group together."""

    headline: str
    detail: str
    about: tuple[str, str]
    groups: Sequence[str]
    rows: Sequence[DenseRow]
    note: str


def plot_dense(picture: DensePicture) -> Page:
    """The page, A4 landscape."""
    page = Page(A4_LANDSCAPE.width, A4_LANDSCAPE.height, picture.headline)
    _draw_heading(page, picture)
    rows = _fitting(picture)
    height = min((_TOP - _BOTTOM - GROUP_HEAD * len(picture.groups)) / len(rows), HIGHEST_ROW)
    axes = {side: Axis(*ends, _limit(rows)) for side, ends in _PANELS.items()}
    longest = max((row.spread_ms for row in rows if math.isfinite(row.spread_ms)), default=1.0) or 1.0
    y, group = _TOP, -1
    for index, row in enumerate(rows):
        if row.group != group:
            group = row.group
            y -= GROUP_HEAD
            room = (_SPREAD[1] - LABEL_LEFT) * PT_PER_MM
            name = typeset.cut(picture.groups[group], room, PANEL_TITLE_PT, bold=True)
            page.draw_text((LABEL_LEFT, y + 1.5), name, PANEL_TITLE_PT, bold=True)
            page.draw_line(((LABEL_LEFT, y), (_SPREAD[1], y)), LANE_EDGE, 0.9)
        y -= height
        _draw_row(page, row, axes, y + height / 2, height, index)
        _draw_spread(page, row, longest, y + height / 2, index)
    _draw_axes(page, axes, y)
    _draw_key(page)
    more = len(picture.rows) - len(rows)
    note = picture.note + (f" {more} more runs have no room here." if more else "")
    lines, size = typeset.fit(note, (_SPREAD[1] - LABEL_LEFT) * PT_PER_MM, ((NOTE_PT, 2), (SMALLEST_PT, 3)))
    draw_lines(page, LABEL_LEFT, 15.0, lines, size, colour=SECONDARY)
    return page


def _fitting(picture: DensePicture) -> list[DenseRow]:
    """As many rows of every group as the page holds."""
    most = int((_TOP - _BOTTOM - GROUP_HEAD * len(picture.groups)) / LOWEST_ROW)
    counts = [sum(row.group == group for row in picture.rows) for group in range(len(picture.groups))]
    room = max(1, most // len(counts))
    rows: list[DenseRow] = []
    for group in range(len(counts)):
        taken = sum(min(room, n) for other, n in enumerate(counts) if other != group)
        rows += [row for row in picture.rows if row.group == group][: most - taken]
    return rows


def _limit(rows: Sequence[DenseRow]) -> float:
    """Half the axis: the largest place rounded up to 10, at least 20, at most 80."""
    places = [
        abs(end)
        for row in rows
        for marks in row.marks.values()
        for mark in marks.values()
        for end in (mark.value, mark.low, mark.high)
        if math.isfinite(end)
    ]
    return float(min(80, max(20, math.ceil(max(places, default=0.0) / 10 - 1e-9) * 10)))


def _draw_heading(page: Page, picture: DensePicture) -> None:
    athlete, count = picture.about
    who, size = typeset.fit(athlete, 60.0 * PT_PER_MM, ((PANEL_TITLE_PT, 1), (LABEL_PT, 2)), bold=True)
    y = draw_lines(page, 288.0, A4_LANDSCAPE.height - 8.0, who, size, bold=True, align="right")
    draw_lines(page, 288.0, y - 1.4, [count], LABEL_PT, colour=SECONDARY, align="right")
    room = (288.0 - LABEL_LEFT - 66.0) * PT_PER_MM
    lines, size = typeset.fit(picture.headline, room, _FINDING_SIZES, bold=True)
    y = draw_lines(page, LABEL_LEFT, A4_LANDSCAPE.height - 8.0, lines, size, bold=True)
    details, size = typeset.fit(picture.detail, room, ((SECOND_LINE_PT, 2), (LABEL_PT, 3)))
    draw_lines(page, LABEL_LEFT, y - 3.0, details, size, colour=SECONDARY)
    for side, (left, _) in _PANELS.items():
        page.draw_text((left, _TOP + 4.0), _TITLES[side], PANEL_TITLE_PT, bold=True)
    page.draw_text((_SPREAD[0], _TOP + 4.0), "SPREAD", PANEL_TITLE_PT, bold=True)


def _draw_row(
    page: Page, row: DenseRow, axes: Mapping[Side, Axis], middle: float, height: float, index: int
) -> None:
    room = (_PANELS[Side.LEFT][0] - LABEL_LEFT - 4.0) * PT_PER_MM
    label = typeset.cut(row.label, room, INTERVAL_PT)
    page.draw_text((LABEL_LEFT, middle), label, INTERVAL_PT, valign="center_baseline")
    scale = min(1.0, max(0.68, (height / 9.0) ** 0.7))
    for side, marks in row.marks.items():
        along = axes[side]
        ends = ((along.x0, middle - height / 2), (along.x1, middle - height / 2))
        page.draw_line(ends, LANE_EDGE, 0.5, opacity=0.6, z=0.4)
        for who, token in CONTRIBUTORS.items():
            mark = marks.get(who)
            if mark is None or not math.isfinite(mark.value):
                continue
            y = middle + token.lane * height
            if math.isfinite(mark.low):
                ends = ((along.x(mark.low), y), (along.x(mark.high), y))
                page.draw_line(ends, token.colour, MEAN_WHISKER_PT, opacity=WHISKER_OPACITY, z=3.0)
            if along.holds(mark.value):
                gid = f"dense-{index}-{side.value}-{who.value}"
                draw_mark(page, (along.x(mark.value), y), token, MarkStyle(scale), gid)
            else:
                direction = 1 if mark.value > 0 else -1
                draw_arrowhead(page, (along.x(mark.value), y), token.colour, direction, 2.0)


def _draw_spread(page: Page, row: DenseRow, longest: float, middle: float, index: int) -> None:
    left, right = _SPREAD
    if math.isfinite(row.spread_ms):
        end = left + (right - left - 14.0) * row.spread_ms / longest
        page.draw_outlines([box(left, end, middle, 2.2)], fill=INK, gid=f"dense-spread-{index}", z=2.0)
        page.draw_text((end + 1.5, middle), row.spread, INTERVAL_PT, valign="center_baseline")
    else:
        page.draw_text((left, middle), row.spread, INTERVAL_PT, SECONDARY, valign="center_baseline")


def _draw_axes(page: Page, axes: Mapping[Side, Axis], bottom: float) -> None:
    for along in axes.values():
        page.draw_line(((along.zero, bottom), (along.zero, _TOP)), LANE_EDGE, 0.9, z=0.6)
        for place in (-along.limit_ms, 0.0, along.limit_ms):
            align = "center" if not place else "left" if place < 0 else "right"
            words = f"{signed(place)} ms" if place else "0"
            page.draw_text((along.x(place), bottom - 4.4), words, INTERVAL_PT, SECONDARY, align=align)


def _draw_key(page: Page) -> None:
    """Marks and words of the contributors, above the note."""
    x = LABEL_LEFT + 1.5
    for token in CONTRIBUTORS.values():
        draw_mark(page, (x, 21.0), token, MarkStyle())
        page.draw_text((x + 3.0, 21.0), token.word, LABEL_PT, valign="center_baseline")
        x += 8.0 + typeset.width(token.word, LABEL_PT) / PT_PER_MM
