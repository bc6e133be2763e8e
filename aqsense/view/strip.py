"""The strip at the right: spread of every stride as an ink bar, its score in grey beside it."""

from __future__ import annotations

import math

from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM, Grid, Layout
from aqsense.view.page import Page, box
from aqsense.view.run_rows import AlignmentRun, StrideRow
from aqsense.view.tokens import INK, LABEL_PT, PANEL_TITLE_PT, SECONDARY, SMALLEST_PT
from aqsense.view.words import ABSENT

_BAR = 0.36
_LONGEST_SCALE_MS = 80.0
_SHORTEST_SCALE_MS = 10.0


def draw_strip(page: Page, layout: Layout, grid: Grid, run: AlignmentRun, rows: list[StrideRow]) -> None:
    """A bar per stride and one for the run, whole ms at their ends; one scale for the session."""
    x0, right = layout.strip[0], layout.score_right
    page.draw_text((x0, grid.top + 8.6), "SPREAD", PANEL_TITLE_PT, bold=True)
    page.draw_text((x0, grid.top + 2.1), "ms", LABEL_PT, SECONDARY)
    page.draw_text((right, grid.top + 8.6), "score", LABEL_PT, SECONDARY, align="right")
    for index, row in enumerate(rows):
        _draw_value(page, layout, grid, run, grid.middle(index), row.spread_ms, row.score, f"spread-{row.number}")
        score = f"{row.score:.0f}" if math.isfinite(row.score) else ABSENT
        at = (right, grid.middle(index))
        page.draw_text(at, score, LABEL_PT, SECONDARY, align="right", valign="center_baseline")
    if math.isfinite(run.spread.value):
        _draw_value(page, layout, grid, run, grid.mean_middle, run.spread.value, run.score.value, "spread-mean")


def _draw_value(
    page: Page, layout: Layout, grid: Grid, run: AlignmentRun, middle: float, ms: float, score: float, gid: str
) -> None:
    """One bar; hollow where the clocks (or a missing stride time) allow no score."""
    x0, x1 = layout.strip
    if math.isnan(ms):
        page.draw_text((x0, middle), "not scored", SMALLEST_PT, SECONDARY, valign="center_baseline")
        return
    full = min(max(run.longest_spread_ms, _SHORTEST_SCALE_MS), _LONGEST_SCALE_MS)
    room = x1 - x0 - typeset.width("100", LABEL_PT, bold=True) / PT_PER_MM
    end = x0 + min(ms / full, 1.0) * room
    bar = box(x0, end, middle, grid.row * _BAR)
    fill = INK if math.isfinite(score) else None
    page.draw_outlines([bar], fill=fill, edge=INK, edge_pt=0.8, gid=gid)
    page.draw_text((end + 1.2, middle), f"{ms:.0f}", LABEL_PT, bold=True, valign="center_baseline")
