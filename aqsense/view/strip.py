"""The strip at the right: spread of every stride as an ink bar, its score in grey beside it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM, Grid, Layout
from aqsense.view.page import Page, box
from aqsense.view.run_rows import AlignmentRun, StrideRow
from aqsense.view.tokens import INK, LABEL_PT, PANEL_TITLE_PT, PAPER, SECONDARY, SMALLEST_PT
from aqsense.view.words import ABSENT

_BAR = 0.36
_LONGEST_SCALE_MS = 80.0
_SHORTEST_SCALE_MS = 10.0


@dataclass(frozen=True, slots=True)
class Strip:
    """Where the bars stand and how long 1 ms is: one scale for the pictures of a session.

    suffix   of the names of the bars
    """

    page: Page
    layout: Layout
    grid: Grid
    run: AlignmentRun
    suffix: str = ""

    @property
    def full_ms(self) -> float:
        """Spread of the longest bar; a single wild stride must not flatten all others."""
        return min(max(self.run.longest_spread_ms, _SHORTEST_SCALE_MS), _LONGEST_SCALE_MS)

    def end(self, spread_ms: float) -> float:
        """Right end of a bar, mm; room for the number stays."""
        x0, x1 = self.layout.strip
        room = x1 - x0 - typeset.width("100", LABEL_PT, bold=True) / PT_PER_MM
        return x0 + min(spread_ms / self.full_ms, 1.0) * room


def draw_strip(strip: Strip, rows: Sequence[StrideRow]) -> None:
    """A bar per stride and one for the run, whole ms at their ends, scores beside."""
    page, grid, x0, right = strip.page, strip.grid, strip.layout.strip[0], strip.layout.score_right
    page.draw_text((x0, grid.top + 8.6), "SPREAD", PANEL_TITLE_PT, bold=True)
    page.draw_text((x0, grid.top + 2.1), "ms", LABEL_PT, SECONDARY)
    if not strip.layout.is_brief:
        page.draw_text((right, grid.top + 8.6), "score", LABEL_PT, SECONDARY, align="right")
    for index, row in enumerate(rows):
        _draw_spread(strip, grid.middle(index), row.spread_ms, row.score, f"spread-{row.number}")
        if strip.layout.is_brief:
            continue
        score = f"{row.score:.0f}" if math.isfinite(row.score) else ABSENT
        at = (right, grid.middle(index))
        page.draw_text(at, score, LABEL_PT, SECONDARY, align="right", valign="center_baseline")
    run = strip.run
    if math.isfinite(run.spread.value):
        _draw_spread(strip, grid.mean_middle, run.spread.value, run.score.value, "spread-mean")


def _draw_spread(strip: Strip, middle: float, spread_ms: float, score: float, gid: str) -> None:
    """One bar; hollow where there is a spread but no score."""
    page, x0, row = strip.page, strip.layout.strip[0], strip.grid.row
    if math.isnan(spread_ms):
        page.draw_text((x0, middle), "not scored", SMALLEST_PT, SECONDARY, valign="center_baseline")
        return
    end = strip.end(spread_ms)
    fill = INK if math.isfinite(score) else None
    page.draw_outlines(
        [box(x0, end, middle, row * _BAR)], fill=fill, edge=INK, edge_pt=0.8, gid=gid + strip.suffix
    )
    if spread_ms > strip.full_ms:  # a white cut: longer than drawn
        cut = [(end - 3.2, middle - row * 0.3), (end - 2.0, middle + row * 0.3)]
        page.draw_line(cut, PAPER, 2.5)
    size = strip.grid.fitting_pt(LABEL_PT)
    page.draw_text((end + 1.2, middle), f"{spread_ms:.0f}", size, bold=True, valign="center_baseline")
