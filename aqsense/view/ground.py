"""What lies under the peaks of a panel: foot on the ground, toe-off, the lane, dividers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.colors import to_rgba

from aqsense.view.page import Points, box
from aqsense.view.panel import Panel
from aqsense.view.tokens import INK, LANE_EDGE, LANE_EDGE_PT, ON_GROUND, PAPER, TOE_OFF_EDGE, TOE_OFF_PT

_FADE_STRIPS = 24


def draw_ground(panel: Panel) -> None:
    """Bars, lane and dividers, in the order in which they cover each other."""
    _draw_bars(panel)
    _draw_lane(panel)
    _draw_dividers(panel)


def _draw_bars(panel: Panel) -> None:
    height = panel.grid.row * panel.grid.BAR
    whole: list[Points] = []
    fading: list[float] = []
    toe_offs: list[Points] = []
    bars = [(panel.grid.middle(index), step.contact_ms, step.toe_off_ms) for index, _, step in panel.steps()]
    if panel.has_mean_row:
        bars.append((panel.grid.mean_middle, math.nan, panel.run.mean_toe_off_ms[panel.side]))
    for middle, contact_ms, toe_off_ms in bars:
        if math.isnan(toe_off_ms):
            fading.append(middle)
            continue
        start = panel.axis.x0 if math.isnan(contact_ms) else panel.axis.x(contact_ms)
        whole.append(box(start, panel.axis.x(toe_off_ms), middle, height))
        if panel.axis.holds(toe_off_ms):
            x = panel.axis.x(toe_off_ms)
            toe_offs.append(((x, middle - height / 2), (x, middle + height / 2)))
    panel.page.draw_outlines(whole, fill=ON_GROUND, z=1.0, gid=panel.gid("ground"))
    _draw_fading(panel, fading, height)
    panel.page.draw_outlines(
        toe_offs, edge=TOE_OFF_EDGE, edge_pt=TOE_OFF_PT, is_closed=False, z=1.6, gid=panel.gid("toe-off")
    )


def _draw_fading(panel: Panel, middles: Sequence[float], height: float) -> None:
    """Bars whose end was not measured: from full at the lane to nothing at three quarters of the axis."""
    start, stop = panel.axis.x(-panel.run.lane_ms), panel.axis.x(0.75 * panel.axis.limit_ms)
    solid = [box(panel.axis.x0, start, middle, height) for middle in middles]
    panel.page.draw_outlines(solid, fill=ON_GROUND, z=1.0)
    width = (stop - start) / _FADE_STRIPS
    for strip in range(_FADE_STRIPS):
        x = start + strip * width
        fill = to_rgba(ON_GROUND, 1 - (strip + 0.5) / _FADE_STRIPS)
        panel.page.draw_outlines([box(x, x + width, middle, height) for middle in middles], fill=fill, z=1.0)


def _draw_lane(panel: Panel) -> None:
    """White lane over the rows, and again over the mean row; a dotted zero line in it."""
    axis, half = panel.axis, panel.run.lane_ms
    spans = [(panel.grid.bottom, panel.grid.top)]
    if panel.has_mean_row:
        spans.append((panel.grid.mean_bottom, panel.grid.mean_bottom + panel.grid.row))
    edges = [((axis.x(ms), low), (axis.x(ms), high)) for low, high in spans for ms in (-half, half)]
    for low, high in spans:
        white = box(axis.x(-half), axis.x(half), (low + high) / 2, high - low)
        panel.page.draw_outlines([white], fill=PAPER, z=1.2)
        zero = [(axis.zero, low), (axis.zero, high)]
        panel.page.draw_line(zero, LANE_EDGE, 0.8, style=(0, (1, 2.2)), z=1.3)
    panel.page.draw_outlines(
        edges, edge=LANE_EDGE, edge_pt=LANE_EDGE_PT, is_closed=False, z=1.3, gid=panel.gid("lane")
    )


def _draw_dividers(panel: Panel) -> None:
    """Dotted ink above the first compared stride and below the last, where others lie beyond."""
    compared = [panel.run.is_compared(row) for row in panel.rows]
    for index in range(1, len(compared)):
        if compared[index] != compared[index - 1]:
            y = panel.grid.top - index * panel.grid.row
            ends = [(panel.axis.x0, y), (panel.axis.x1, y)]
            panel.page.draw_line(ends, INK, 1.2, style=(0, (1, 1.8)), z=1.8)
