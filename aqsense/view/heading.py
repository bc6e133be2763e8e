"""The finding in words on top, and whose run it is at the top right."""

from __future__ import annotations

import re

from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM, Layout
from aqsense.view.page import Align, Page
from aqsense.view.run_rows import AlignmentRun
from aqsense.view.tokens import FINDING_PT, LABEL_PT, PANEL_TITLE_PT, SECOND_LINE_PT, SECONDARY
from aqsense.view.words import joined

_WHO_ROOM_PT = 215.0
_DOT = " \u00b7"
LEADING = 1.25
PANEL_HEAD = 12.0  # mm that the panels' titles take above the rows
_TOP = 6.5  # mm above the first line
# Sizes tried in turn, with the most lines at each.
_FINDING_SIZES = ((FINDING_PT, 1), (23.0, 1), (21.0, 1), (19.0, 1), (20.0, 2), (17.0, 2))
_DETAIL_SIZES = (SECOND_LINE_PT, 10.5, 9.5, 8.5, 7.5)


def draw_heading(page: Page, layout: Layout, run: AlignmentRun, page_words: str) -> None:
    """Headline and detail from the result as they stand; athlete, run, session at the right."""
    who_width = _draw_who(page, layout, run, page_words)
    room_pt = layout.room_pt - who_width - 20
    # Two lines break where the sentence does.
    parts = re.split(r"(?<=[;:]) ", run.headline)
    lines, size = typeset.fit_parts(parts, "", room_pt, _FINDING_SIZES, bold=True)
    y = draw_lines(page, layout.margin, layout.height - _TOP, lines, size, bold=True)
    y -= 4.6 if len(lines) == 1 else 2.2
    height_pt = (y - layout.panel_top - PANEL_HEAD) * PT_PER_MM
    details, detail_size = typeset.fit(run.detail, room_pt, detail_sizes(height_pt))
    draw_lines(page, layout.margin, y, details, detail_size, colour=SECONDARY)


def _draw_who(page: Page, layout: Layout, run: AlignmentRun, page_words: str) -> float:
    """Athlete and run, then session; returns the width taken in pt."""
    name = joined((run.athlete, run.count))
    if typeset.width(name, PANEL_TITLE_PT, bold=True) <= _WHO_ROOM_PT:
        bold_lines = [name]
    else:
        bold_lines, _ = typeset.fit(run.athlete, _WHO_ROOM_PT, ((PANEL_TITLE_PT, 2),), bold=True)
        bold_lines.append(run.count)
    parts = [part for part in (*run.session, page_words) if part]
    session, _ = typeset.fit_parts(parts, _DOT, _WHO_ROOM_PT, ((LABEL_PT, 2),))
    session = [line.removesuffix(_DOT) for line in session]
    x = layout.score_right
    y = draw_lines(page, x, layout.height - _TOP, bold_lines, PANEL_TITLE_PT, bold=True, align="right")
    draw_lines(page, x, y - 1.4, session, LABEL_PT, colour=SECONDARY, align="right")
    widths = [typeset.width(line, PANEL_TITLE_PT, bold=True) for line in bold_lines]
    return max(*widths, *(typeset.width(line, LABEL_PT) for line in session), 0.0)


def detail_sizes(height_pt: float) -> tuple[tuple[float, int], ...]:
    """Sizes for the second line, each with the lines that the height holds."""
    return tuple((size, int(height_pt / (size * LEADING))) for size in _DETAIL_SIZES)


def draw_lines(
    page: Page, x: float, top: float, lines: list[str], size_pt: float, *, bold: bool = False,
    colour: str | None = None, align: Align = "left",
) -> float:  # fmt: skip
    """Lines below `top`; the lower end of the last, mm."""
    y = top
    for line in lines:
        y -= size_pt * (LEADING if y != top else 1.0) / PT_PER_MM
        page.draw_text((x, y), line, size_pt, *([colour] if colour else []), bold=bold, align=align)
    return y
