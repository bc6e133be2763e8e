"""The sessions of an athlete on one time axis: spread large, companions and outside measures below.

In:  HistoryPicture: days, values, words; nothing is computed but places on the page.
Out: a page, A4 landscape.
A session's dot is ink, its best runs' range a grey bar, single runs pale; the line is Theil-Sen's, solid only
where its interval leaves out a level course. Hue belongs to body parts, so none is used.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np

from aqsense.model import Floats
from aqsense.view import typeset
from aqsense.view.heading import draw_lines
from aqsense.view.layout import PT_PER_MM
from aqsense.view.marks import SHAPES
from aqsense.view.page import Page
from aqsense.view.tokens import (
    FINDING_PT,
    INK,
    INTERVAL_PT,
    LABEL_PT,
    LANE_EDGE,
    NOTE_PT,
    PANEL_TITLE_PT,
    PAPER,
    SECOND_LINE_PT,
    SECONDARY,
    SMALLEST_PT,
    Mark,
)
from aqsense.view.words import MINUS

WIDTH, HEIGHT = 297.0, 210.0
LEFT, RIGHT, WORDS_LEFT, EDGE = 30.0, 222.0, 228.0, 288.0
TOP, NOTE_TOP = 172.0, 15.0
AXIS_ROOM, FEEL_ROW, GAP = 7.0, 5.0, 7.0
FIRST_SHARE = 2.2  # height of the first panel against the others
_FINDING_SIZES = ((FINDING_PT, 1), (21.0, 1), (17.0, 2))
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()


@dataclass(frozen=True, slots=True)
class HistoryPanel:
    """One measure.

    day, value, low, high   (n,) of sessions; NaN where a session has none
    run_day, run_value      (m,) of single runs
    line                    its ends over first and last session; None if there is none
    is_told                 the line's interval leaves out a level course
    words                   beside the panel, the first is the finding
    """

    title: str
    unit: str
    decimals: int
    day: Floats
    value: Floats
    low: Floats
    high: Floats
    run_day: Floats
    run_value: Floats
    line: tuple[float, float] | None
    is_told: bool
    words: Sequence[str]


@dataclass(frozen=True, slots=True)
class HistoryPicture:
    """All that the picture says. Days since 1970, UTC."""

    headline: str
    detail: str
    athlete: str
    count: str
    panels: Sequence[HistoryPanel]
    feel: Sequence[tuple[float, float]]
    tags: Sequence[tuple[float, str]]
    note: str


def plot_history(picture: HistoryPicture) -> Page:
    """The page, A4 landscape."""
    page = Page(WIDTH, HEIGHT, picture.headline)
    _draw_heading(page, picture)
    days = np.concatenate([panel.day for panel in picture.panels])
    scale = _Days(float(days.min()), float(days.max()))
    rows = FEEL_ROW * (bool(picture.feel) + bool(picture.tags))
    bottom = NOTE_TOP + AXIS_ROOM + rows + 3.0
    room = TOP - bottom - GAP * len(picture.panels)
    unit = room / (len(picture.panels) - 1 + FIRST_SHARE)
    top = TOP
    for i, panel in enumerate(picture.panels):
        top -= GAP
        height = min(unit * (FIRST_SHARE if i == 0 else 1.0), 80.0 if i == 0 else 34.0)
        _draw_panel(page, panel, scale, top, height, i)
        top -= height
    _draw_dates(page, scale, top)
    top -= AXIS_ROOM
    if picture.feel:
        top = _draw_row(page, "feel, 1 to 10", [(day, f"{feel:g}") for day, feel in picture.feel], scale, top)
    if picture.tags:
        _draw_row(page, "tags", picture.tags, scale, top)
    lines, size = typeset.fit(picture.note, (EDGE - 18.0) * PT_PER_MM, ((NOTE_PT, 2), (SMALLEST_PT, 3)))
    draw_lines(page, 18.0, NOTE_TOP, lines, size, colour=SECONDARY)
    return page


class _Days:
    """Days -> mm; a single day stands in the middle."""

    def __init__(self, first: float, last: float):
        self.first, self.last = first, last

    def x(self, day: float) -> float:
        span = self.last - self.first
        share = (day - self.first) / span if span else 0.5
        return LEFT + 4.0 + share * (RIGHT - LEFT - 8.0)


def _draw_heading(page: Page, picture: HistoryPicture) -> None:
    who_room = 62.0 * PT_PER_MM
    who, size = typeset.fit(picture.athlete, who_room, ((PANEL_TITLE_PT, 1), (LABEL_PT, 2)), bold=True)
    y = draw_lines(page, EDGE, HEIGHT - 8.0, who, size, bold=True, align="right")
    draw_lines(page, EDGE, y - 1.4, [picture.count], LABEL_PT, colour=SECONDARY, align="right")
    room = (EDGE - 18.0 - 68.0) * PT_PER_MM
    lines, size = typeset.fit(picture.headline, room, _FINDING_SIZES, bold=True)
    y = draw_lines(page, 18.0, HEIGHT - 8.0, lines, size, bold=True)
    details, size = typeset.fit(picture.detail, room, ((SECOND_LINE_PT, 2), (LABEL_PT, 2)))
    draw_lines(page, 18.0, y - 3.0, details, size, colour=SECONDARY)


def _draw_panel(page: Page, panel: HistoryPanel, days: _Days, top: float, height: float, index: int) -> None:
    bottom = top - height
    title = f"{panel.title}, {panel.unit}" if panel.unit else panel.title
    title = typeset.cut(title, (RIGHT - LEFT) * PT_PER_MM, PANEL_TITLE_PT, bold=True)
    page.draw_text((LEFT, top + 1.6), title, PANEL_TITLE_PT, bold=True)
    low, high = _range(panel)

    def y(value: float) -> float:
        return bottom + (value - low) / (high - low) * height

    ticks = _ticks(low, high, 5 if index == 0 else 4)
    for tick in ticks:
        page.draw_line(((LEFT, y(tick)), (RIGHT, y(tick))), LANE_EDGE, 0.5, opacity=0.6, z=0.5)
        words = _tick_words(tick, ticks)
        page.draw_text(
            (LEFT - 2.0, y(tick)), words, INTERVAL_PT, SECONDARY, align="right", valign="center_baseline"
        )
    for day, value in zip(panel.run_day, panel.run_value, strict=True):
        _dot(page, (days.x(day), y(value)), 1.3, LANE_EDGE)
    known = np.flatnonzero(np.isfinite(panel.value))
    for i in known:
        if panel.high[i] > panel.low[i]:
            x = days.x(panel.day[i])
            page.draw_line(((x, y(panel.low[i])), (x, y(panel.high[i]))), SECONDARY, 1.4, opacity=0.6, z=3.0)
    if panel.line and len(known):
        first, last = float(panel.day[known].min()), float(panel.day[known].max())
        ends = ((days.x(first), y(panel.line[0])), (days.x(last), y(panel.line[1])))
        page.draw_line(
            ends, INK if panel.is_told else SECONDARY, 1.8 if panel.is_told else 1.2,
            style="solid" if panel.is_told else (0, (4, 3)), gid=f"line-{index}", z=3.5,
        )  # fmt: skip
    for i in known:
        _dot(page, (days.x(panel.day[i]), y(panel.value[i])), 2.3, INK, gid=f"session-{index}-{i}")
    _draw_words(page, panel.words, top, height)


def _draw_words(page: Page, said: Sequence[str], top: float, height: float) -> None:
    """As many lines as the panel is high; the finding bold."""
    line, y = LABEL_PT * 1.25 / PT_PER_MM, top + 4.2
    room = (EDGE - WORDS_LEFT) * PT_PER_MM
    for i, words in enumerate(said):
        for part in typeset.wrap(words, room, LABEL_PT, bold=i == 0):
            if top - y + line > height:
                return
            y -= line
            page.draw_text((WORDS_LEFT, y), part, LABEL_PT, SECONDARY if i else INK, bold=i == 0)


def _dot(page: Page, at: tuple[float, float], size: float, colour: str, gid: str | None = None) -> None:
    edge_pt = 0.9 if gid else 0.0
    page.draw_shape(
        SHAPES[Mark.CIRCLE],
        at,
        size,
        fill=colour,
        edge=PAPER,
        edge_pt=edge_pt,
        gid=gid,
        z=4.0 if gid else 2.0,
    )


def _range(panel: HistoryPanel) -> tuple[float, float]:
    """What the axis shows, with a margin; never a range of nothing."""
    parts = [panel.value, panel.low, panel.high, panel.run_value, np.array(panel.line or ())]
    shown = np.concatenate(parts)
    shown = shown[np.isfinite(shown)]
    if not len(shown):
        return 0.0, 1.0
    low, high = float(shown.min()), float(shown.max())
    margin = 0.08 * (high - low) or max(abs(high) * 0.05, 10.0**-panel.decimals)
    return low - margin, high + margin


def _ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers inside the range, at most so many."""
    power = 10.0 ** math.floor(math.log10((high - low) / most))
    for step in (power, 2 * power, 5 * power, 10 * power, 20 * power, 50 * power):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            return [i * step for i in range(first, last + 1)]
    return []


def _tick_words(tick: float, ticks: Sequence[float]) -> str:
    """With the decimals that tell the ticks apart."""
    step = ticks[1] - ticks[0] if len(ticks) > 1 else abs(tick)
    decimals = max(0, -math.floor(math.log10(step) + 1e-9)) if step else 0
    return f"{tick + 0.0:.{decimals}f}".replace("-", MINUS)


def _draw_dates(page: Page, days: _Days, top: float) -> None:
    """First and last day, and first days of months between them where there is room."""
    page.draw_line(((LEFT, top - 1.0), (RIGHT, top - 1.0)), LANE_EDGE, 0.9)
    taken: list[tuple[float, float]] = []
    for day, words in _dates(days):
        half = typeset.width(words, INTERVAL_PT) / PT_PER_MM / 2
        x = min(max(days.x(day), LEFT + half), RIGHT - half)
        if all(x + half + 3 < left or x - half - 3 > right for left, right in taken):
            taken.append((x - half, x + half))
            page.draw_text((x, top - 5.4), words, INTERVAL_PT, SECONDARY, align="center")
            page.draw_line(((days.x(day), top - 1.0), (days.x(day), top - 2.2)), LANE_EDGE, 0.9)


def _dates(days: _Days) -> list[tuple[float, str]]:
    """First and last, then months."""
    first, last = (datetime.fromtimestamp(day * 86400.0, UTC) for day in (days.first, days.last))
    ends = [(days.first, _date(first, with_year=True))]
    if first.date() != last.date():
        ends.append((days.last, _date(last, with_year=True)))
    months: list[tuple[float, str]] = []
    moment = first
    while len(months) < 240:
        year, month = (moment.year + 1, 1) if moment.month == 12 else (moment.year, moment.month + 1)
        moment = datetime(year, month, 1, tzinfo=UTC)
        if moment >= last:
            break
        months.append((moment.timestamp() / 86400.0, _date(moment, with_year=False)))
    return ends + months


def _date(moment: datetime, *, with_year: bool) -> str:
    return f"{moment.day} {_MONTHS[moment.month - 1]}" + (f" {moment.year}" if with_year else "")


def _draw_row(
    page: Page, title: str, texts: Sequence[tuple[float, str]], days: _Days, top: float
) -> float:  # fmt: skip
    """Words below their days; what has no room is left out, and an ellipsis says so. The row's lower end."""
    y, end = top - 3.6, LEFT
    page.draw_text((LEFT - 2.0, y), title.split(",")[0], INTERVAL_PT, SECONDARY, align="right")
    left_out = False
    for day, words in texts:
        shown = typeset.cut(words, 30.0 * PT_PER_MM, INTERVAL_PT)
        width = typeset.width(shown, INTERVAL_PT) / PT_PER_MM
        x = min(max(days.x(day) - width / 2, LEFT), RIGHT - width)
        if x < end:
            left_out = True
            continue
        page.draw_text((x, y), shown, INTERVAL_PT)
        end = x + width + 2.0
    if left_out:
        page.draw_text((WORDS_LEFT, y), f"not all {title.split(',')[0]} have room", INTERVAL_PT, SECONDARY)
    return top - FEEL_ROW
