"""The comparison ghost: where the named contributor would be expected, and by how much it is off.

Drawn last, for its words take the place that is left (VISUAL 3.2).
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from aqsense.view.difference import draw_difference
from aqsense.view.ghost_label import draw_ghost_label
from aqsense.view.panel import Panel
from aqsense.view.run_rows import Named
from aqsense.view.tokens import CONTRIBUTORS, DASHES, GHOST_PT


def draw_ghost(panel: Panel) -> None:
    """Ghost of the named contributor in the rows and the mean row of a panel; nothing if nobody is."""
    named = panel.run.named
    if named is None or panel.side not in named.panels:
        return
    places = _expected_places(panel)
    lines = panel.joined_places(named.contributor, places) or _stubs(panel, named, places)
    panel.page.draw_outlines(
        lines, edge=CONTRIBUTORS[named.contributor].colour, edge_pt=GHOST_PT * panel.grid.mark_scale,
        style=(0, DASHES), is_closed=False, z=3.2, gid=panel.gid("ghost", named.contributor.value),
    )  # fmt: skip
    if lines:
        draw_ghost_label(panel, named, places)
    draw_difference(panel, named)


def _expected_places(panel: Panel) -> dict[int, float]:
    places = {index: panel.run.expected_ms(row, panel.side) for index, row in enumerate(panel.rows)}
    return {index: place for index, place in places.items() if math.isfinite(place)}


def _stubs(panel: Panel, named: Named, places: Mapping[int, float]) -> list[list[tuple[float, float]]]:
    """Of places without a neighbour: a short upright line in each row."""
    half = 0.2 * panel.grid.row
    return [
        [(panel.axis.x(place), panel.lane(index, named.contributor) + up) for up in (half, -half)]
        for index, place in places.items()
        if panel.axis.holds(place)
    ]
