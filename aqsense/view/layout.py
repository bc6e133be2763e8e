"""Where things stand on the page, in mm from its bottom left corner (VISUAL 3.2).

One Layout per paper size; Grid and Axis turn strides and ms into places on it. Nothing is drawn here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aqsense.model import Side
from aqsense.view.tokens import SMALLEST_PT

PT_PER_MM = 72 / 25.4
_LINE = 1.17  # height of a line of text, in font sizes


@dataclass(frozen=True, slots=True)
class Layout:
    """A page and its columns. Lengths in mm.

    margin     left edge of heading and note
    is_brief   a phone's: few words, no column for the score
    dpi        of its pictures made of pixels
    """

    width: float
    height: float
    margin: float
    panels: Mapping[Side, tuple[float, float]]
    strip: tuple[float, float]
    score_right: float
    panel_top: float
    panel_bottom: float
    highest_row: float
    rows_per_page: int
    is_brief: bool = False
    dpi: int = 200

    @property
    def left(self) -> float:
        """Left edge of left panel and foot."""
        return self.panels[Side.LEFT][0]

    @property
    def gutter(self) -> float:
        """Middle between the panels."""
        return (self.panels[Side.LEFT][1] + self.panels[Side.RIGHT][0]) / 2

    @property
    def room_pt(self) -> float:
        """Width of heading and note, in pt."""
        return (self.score_right - self.margin) * PT_PER_MM


A4_LANDSCAPE = Layout(
    width=297.0,
    height=210.0,
    margin=0.062 * 297,
    panels={Side.LEFT: (0.062 * 297, 0.407 * 297), Side.RIGHT: (0.452 * 297, 0.797 * 297)},
    strip=(0.838 * 297, 0.930 * 297),
    score_right=0.978 * 297,
    panel_top=0.795 * 210,
    panel_bottom=0.168 * 210,
    highest_row=12.0,
    rows_per_page=24,
)

# 1080 x 1350 pixels (VISUAL 3.5).
PHONE = Layout(
    width=1080 / 150 * 25.4,
    height=1350 / 150 * 25.4,
    margin=8.2,
    panels={Side.LEFT: (14.8, 76.0), Side.RIGHT: (88.6, 149.8)},
    strip=(154.6, 176.0),
    score_right=176.0,
    panel_top=170.0,
    panel_bottom=42.5,
    highest_row=12.0,
    rows_per_page=24,
    is_brief=True,
    dpi=150,
)


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows of one page: `count` strides from the top, then, after a gap, the mean row. Lengths in mm."""

    top: float
    row: float
    count: int
    gap: float

    BAR = 0.9

    def middle(self, index: int) -> float:
        """Middle of a stride's row, first = 0."""
        return self.top - (index + 0.5) * self.row

    @property
    def mean_middle(self) -> float:
        """Middle of the mean row."""
        return self.middle(self.count) - self.gap

    @property
    def bottom(self) -> float:
        """Lower edge of the last stride's row."""
        return self.top - self.count * self.row

    @property
    def mean_bottom(self) -> float:
        """Lower edge of the mean row."""
        return self.mean_middle - 0.5 * self.row

    def fitting_pt(self, size_pt: float) -> float:
        """Size of text, of which a line must fit into a row; not below the smallest that is read."""
        return max(SMALLEST_PT, min(size_pt, self.row * PT_PER_MM / _LINE))

    @property
    def mark_scale(self) -> float:
        """Marks and lines shrink with rows below 9 mm, so that lanes stay apart."""
        return min(1.0, max(0.68, (self.row / 9.0) ** 0.7))


@dataclass(frozen=True, slots=True)
class Axis:
    """Time axis of one panel: -limit to +limit ms from x0 to x1 mm."""

    x0: float
    x1: float
    limit_ms: float

    @property
    def zero(self) -> float:
        """Place of 0 ms."""
        return (self.x0 + self.x1) / 2

    def x(self, place_ms: float) -> float:
        """Place on the page; beyond the axis, its border."""
        inside = min(max(place_ms, -self.limit_ms), self.limit_ms)
        return self.zero + inside / self.limit_ms * (self.x1 - self.x0) / 2

    def holds(self, place_ms: float) -> bool:
        """The place is on the axis (False for NaN)."""
        return abs(place_ms) <= self.limit_ms


def grid(layout: Layout, fullest: int, rows_on_page: int, least_gap: float = 0.0) -> Grid:
    """Rows as high as the run's fullest page allows: its pages share the height (VISUAL 3.5).

    least_gap   mm above the mean row; otherwise half a row
    """
    height = layout.panel_top - layout.panel_bottom
    row = min(layout.highest_row, height / (fullest + 1.5), (height - least_gap) / (fullest + 1))
    return Grid(layout.panel_top, row, rows_on_page, max(row / 2, least_gap))


def axis(layout: Layout, side: Side, limit_ms: float) -> Axis:
    """The time axis of one side's panel."""
    return Axis(*layout.panels[side], limit_ms)
