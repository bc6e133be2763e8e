"""The middle of a page: both panels with their peaks, the labels of the rows, the strip of spreads."""

from __future__ import annotations

import math
from collections.abc import Sequence

from aqsense.model import Side
from aqsense.view.difference import ARROW_GAP
from aqsense.view.ghost import draw_ghost
from aqsense.view.ground import draw_ground
from aqsense.view.layout import PT_PER_MM, Grid, Layout, axis, grid
from aqsense.view.page import Page
from aqsense.view.panel import Panel
from aqsense.view.panel_words import draw_panel_words
from aqsense.view.peaks import draw_peaks
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun, StrideRow
from aqsense.view.strip import Strip, draw_strip
from aqsense.view.tokens import LABEL_PT, SECONDARY, SMALLEST_PT, STRIDE_PT

# Below this height of a row its words stand beside the stride number, not under it (mm).
_TALL_ROW = 7.5


def draw_body(
    page: Page, layout: Layout, run: AlignmentRun, rows: Sequence[StrideRow], fullest: int,
    limit_ms: float | None = None, suffix: str = "",
) -> None:  # fmt: skip
    """Some strides of a run, and its mean row.

    fullest    rows on the run's fullest page: all pages share their height
    limit_ms   half the axis; None: the run's own
    suffix     of the names of all shapes
    """
    rows_grid = grid(layout, fullest, len(rows), ARROW_GAP if run.named else 0.0)
    for side in BOTH_SIDES:
        across = axis(layout, side, limit_ms or run.limit_ms)
        panel = Panel(page, run, side, rows, rows_grid, across, suffix)
        draw_ground(panel)
        draw_peaks(panel)
        draw_panel_words(panel, is_brief=layout.is_brief)
        draw_ghost(panel)
    _draw_row_labels(page, layout, rows_grid, rows)
    _draw_mean_label(page, layout, rows_grid, run)
    draw_strip(Strip(page, layout, rows_grid, run, suffix), rows)


def _draw_row_labels(page: Page, layout: Layout, rows_grid: Grid, rows: Sequence[StrideRow]) -> None:
    """Distance or time at the left; stride number, and `right first` where it is so, in the gutter."""
    page.draw_text((layout.gutter, rows_grid.top + 2.1), "stride", LABEL_PT, SECONDARY, align="center")
    for index, row in enumerate(rows):
        y = rows_grid.middle(index)
        at, size = (layout.left - 2.0, y), rows_grid.fitting_pt(LABEL_PT)
        page.draw_text(at, row.label, size, SECONDARY, align="right", valign="center_baseline")
        _draw_number(page, layout.gutter, y, row, rows_grid)


def _draw_number(page: Page, x: float, y: float, row: StrideRow, rows_grid: Grid) -> None:
    number = str(row.number)
    if row.first_foot is not Side.RIGHT:
        size = rows_grid.fitting_pt(STRIDE_PT)
        page.draw_text((x, y), number, size, bold=True, align="center", valign="center_baseline")
    elif rows_grid.row >= _TALL_ROW:
        page.draw_text((x, y), number, STRIDE_PT, bold=True, align="center")
        page.draw_text((x, y - 3.2), "right first", SMALLEST_PT, SECONDARY, align="center")
    else:
        at, size = (x - 1.2, y), rows_grid.fitting_pt(LABEL_PT)
        page.draw_text(at, number, size, bold=True, align="right", valign="center_baseline")
        page.draw_text((x - 0.4, y), "right", SMALLEST_PT, SECONDARY, valign="center_baseline")


def _draw_mean_label(page: Page, layout: Layout, rows_grid: Grid, run: AlignmentRun) -> None:
    first, last = run.compared
    if first < 1 or not math.isfinite(run.spread.value):
        return
    strides = str(first) if first == last else f"{first}\u2013{last}"
    size = LABEL_PT if rows_grid.row >= _TALL_ROW else SMALLEST_PT
    for words, lines_up in (("mean", 0.55), (strides, -0.65)):
        at = (layout.gutter, rows_grid.mean_middle + lines_up * size / PT_PER_MM)
        page.draw_text(at, words, size, align="center", valign="center_baseline")
