"""In the mean row: the ghost of the named contributor, and the picture's one arrow with the difference."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D

from aqsense.model import Side
from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM
from aqsense.view.marks import MarkStyle, draw_mark
from aqsense.view.panel import Panel
from aqsense.view.run_rows import AlignmentRun, Named
from aqsense.view.tokens import CONTRIBUTORS, DIFFERENCE_PT, MEAN_MARK_SCALE

# mm above the mean row that the arrow with its number needs
ARROW_GAP = 4.6
_HEAD = 2.2
_ARROW_PT = 1.4
_ARROWHEAD = Outline([(0, 0), (-1, 0.42), (-1, -0.42), (0, 0)], closed=True)


def draw_difference(panel: Panel, named: Named) -> None:
    """Ghost and arrow of a panel that the finding is about; nothing without a place or an expected one."""
    expected = named.expected_ms.get(panel.side, math.nan)
    place = panel.run.places[panel.side][named.contributor].value
    if not (math.isfinite(expected) and math.isfinite(place)):
        return
    token = CONTRIBUTORS[named.contributor]
    lane = panel.mean_lane(named.contributor)
    if panel.axis.holds(expected):
        style = MarkStyle(MEAN_MARK_SCALE * panel.grid.mark_scale, is_ghost=True)
        gid = panel.gid("mean-ghost", named.contributor.value)
        draw_mark(panel.page, (panel.axis.x(expected), lane), token, style, gid)
    if panel.side is _arrow_side(panel.run, named):
        _draw_arrow(panel, named, sorted((panel.axis.x(expected), panel.axis.x(place))), lane)


def _arrow_side(run: AlignmentRun, named: Named) -> Side | None:
    """The one arrow stands where its length comes nearest to its number, the mean of both sides."""

    def error(side: Side) -> float:
        gap = run.places[side][named.contributor].value - named.expected_ms.get(side, math.nan)
        return abs(gap - named.difference_ms) if math.isfinite(gap) else math.inf

    return min(named.panels, key=error, default=None)


def _draw_arrow(panel: Panel, named: Named, ends: Sequence[float], lane: float) -> None:
    """Between ghost and mark, with the difference in bold in it, or beside it where it is too short."""
    page, token = panel.page, CONTRIBUTORS[named.contributor]
    y = panel.grid.mean_bottom + panel.grid.row + panel.grid.gap / 2
    words = f"{abs(named.difference_ms):.0f} ms"
    width = typeset.width(words, DIFFERENCE_PT, bold=True) / PT_PER_MM + 1.6
    left, right = ends
    is_inside = right - left >= width + 2 * (_HEAD + 0.6)
    middle = (left + right) / 2
    if not is_inside:
        middle = right + width / 2 if right + width <= panel.axis.x1 else left - width / 2
    page.draw_text(
        (middle, y), words, DIFFERENCE_PT, token.text_colour, bold=True, align="center",
        valign="center_baseline", gid=panel.gid("difference", named.contributor.value),
    )  # fmt: skip
    inner = [(left, middle - width / 2), (middle + width / 2, right)] if is_inside else [(left, right)]
    mark = 0.6 * token.size_pt * MEAN_MARK_SCALE * panel.grid.mark_scale / PT_PER_MM
    lines = [[(start, y), (stop, y)] for start, stop in inner]
    lines += [[(x, y + 0.9), (x, lane + mark)] for x in ends]
    page.draw_outlines(lines, edge=token.colour, edge_pt=_ARROW_PT, is_closed=False, z=3.6)
    head = min(_HEAD, (right - left) / 2)
    for x, direction in ((left, -1), (right, 1)):
        shape = _ARROWHEAD.transformed(Affine2D().scale(direction, 1))
        page.draw_shape(shape, (x, y), head, fill=token.colour, edge=None, edge_pt=0, z=3.6)
