"""The comparison ghost: where the named contributor would be expected, and by how much it is off.

Drawn last, for its words take the place that is left (VISUAL 3.2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.path import Path as Outline
from matplotlib.transforms import Affine2D, Bbox

from aqsense.model import Side
from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM
from aqsense.view.marks import MarkStyle, draw_mark
from aqsense.view.panel import Panel
from aqsense.view.run_rows import AlignmentRun, Named
from aqsense.view.tokens import (
    CONTRIBUTORS,
    DASHES,
    DIFFERENCE_PT,
    GHOST_PT,
    MEAN_MARK_SCALE,
    NAMED_TEXT_PT,
)

# mm above the mean row that the arrow with its number needs
ARROW_GAP = 4.6
_HEAD = 2.2
_ARROW_PT = 1.4
_BESIDE = 1.2
_ROWS_TRIED = 4
# Half heights in font sizes: of letters, of a line with its leading.
_LETTER, _LINE = 0.38, 0.62
_ARROWHEAD = Outline([(0, 0), (-1, 0.42), (-1, -0.42), (0, 0)], closed=True)


def draw_ghost(panel: Panel) -> None:
    """Ghost of the named contributor in the rows and the mean row of a panel; nothing if nobody is."""
    named = panel.run.named
    if named is None or panel.side not in named.panels:
        return
    places = _expected_places(panel)
    lines = panel.joined_places(named.contributor, places) or _stub(panel, named, places)
    token = CONTRIBUTORS[named.contributor]
    panel.page.draw_outlines(
        lines, edge=token.colour, edge_pt=GHOST_PT * panel.grid.mark_scale, style=(0, DASHES),
        is_closed=False, z=3.2, gid=panel.gid("ghost", named.contributor.value),
    )  # fmt: skip
    if lines:
        _draw_label(panel, named, places)
    _draw_in_mean_row(panel, named)


def _expected_places(panel: Panel) -> dict[int, float]:
    places = {index: panel.run.expected_ms(row, panel.side) for index, row in enumerate(panel.rows)}
    return {index: place for index, place in places.items() if math.isfinite(place)}


def _stub(panel: Panel, named: Named, places: dict[int, float]) -> list[list[tuple[float, float]]]:
    """Of places without a neighbour: a short upright line in each row."""
    half = 0.2 * panel.grid.row
    return [
        [(panel.axis.x(place), panel.lane(index, named.contributor) + up) for up in (half, -half)]
        for index, place in places.items()
        if panel.axis.holds(place)
    ]


def _draw_label(panel: Panel, named: Named, places: dict[int, float]) -> None:
    """Words at the upper end, on the side that covers no text and fewest marks; else a row further down."""
    width = typeset.width(named.label, NAMED_TEXT_PT, bold=True) / PT_PER_MM
    seats = [
        _seat(panel, named, index, places[index], width, direction)
        for index in sorted(places)[:_ROWS_TRIED]
        for direction in (-1, 1)
        if panel.axis.holds(places[index])
    ]
    texts, marks = panel.page.text_boxes_mm(), _mark_boxes(panel)
    seat = min(seats, key=lambda seat: _badness(panel, seat, texts, marks))
    panel.page.draw_text(
        (seat.x0, (seat.y0 + seat.y1) / 2), named.label, NAMED_TEXT_PT,
        CONTRIBUTORS[named.contributor].text_colour, bold=True, valign="center_baseline",
        gid=panel.gid("ghost-label", named.contributor.value),
    )  # fmt: skip


def _seat(panel: Panel, named: Named, index: int, place_ms: float, width: float, direction: int) -> Bbox:
    """Box for the label, left (-1) or right (+1) of the ghost in a row."""
    x = panel.axis.x(place_ms) + direction * _BESIDE
    half = _LETTER * NAMED_TEXT_PT / PT_PER_MM
    free = max(0.45 * panel.grid.row - half - 0.3, 0.0)  # letters stay inside their row
    offset = CONTRIBUTORS[named.contributor].lane * panel.grid.row
    y = panel.grid.middle(index) + min(max(offset, -free), free)
    left = x if direction > 0 else x - width
    return Bbox([[left, y - half], [left + width, y + half]])


def _badness(
    panel: Panel, seat: Bbox, texts: Sequence[Bbox], marks: Sequence[Bbox]
) -> tuple[bool, int, float]:  # fmt: skip
    """Cut or over text is worst, then marks covered; among equals the upper one, then the left one."""
    is_cut = seat.x0 < panel.axis.x0 + 0.4 or seat.x1 > panel.axis.x1 - 0.4
    line = seat.expanded(1, _LINE / _LETTER)
    return is_cut or line.count_overlaps(texts) > 0, seat.count_overlaps(marks), -seat.y0


def _mark_boxes(panel: Panel) -> list[Bbox]:
    half = 1.4 * panel.grid.mark_scale
    boxes: list[Bbox] = []
    for index, _, step in panel.steps():
        for who, peak in step.peaks.items():
            x, y = panel.axis.x(peak.place_ms), panel.lane(index, who)
            boxes.append(Bbox([[x - half, y - half], [x + half, y + half]]))
    return boxes


def _draw_in_mean_row(panel: Panel, named: Named) -> None:
    expected = named.expected_ms.get(panel.side, math.nan)
    place = panel.run.places[panel.side][named.contributor].value
    if not (math.isfinite(expected) and math.isfinite(place)):
        return
    token = CONTRIBUTORS[named.contributor]
    lane = panel.grid.mean_middle + token.lane * panel.grid.row
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
