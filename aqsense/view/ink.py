"""What a panel's rows are covered with, as boxes: words take a place that hides little of it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
from matplotlib.transforms import Bbox

from aqsense.model import Floats
from aqsense.view.panel import Panel

Corners = tuple[float, float, float, float]  # left, bottom, right, top in mm

ARROWHEAD = 2.4  # mm, at full size
_MARK = 1.4  # mm, half of a mark's box at full size
# A covered mark is worse than a covered toe-off, and that than a covered thread.
_MARK_WEIGHT, _EDGE_WEIGHT = 30, 4


def ink(panel: Panel) -> Iterator[Corners]:
    """Boxes of marks, whiskers and toe-offs, and small ones along the threads."""
    last: dict[object, tuple[int, float, float]] = {}
    for index, _, step in panel.steps():
        if panel.axis.holds(step.toe_off_ms):
            edge = panel.axis.x(step.toe_off_ms)
            box = around(edge, panel.grid.middle(index), 0.6, 0.45 * panel.grid.row)
            yield from [box] * _EDGE_WEIGHT
        for who, peak in step.peaks.items():
            x, y = panel.axis.x(peak.place_ms), panel.lane(index, who)
            yield from [mark_box(panel, peak.place_ms, y)] * _MARK_WEIGHT
            if math.isfinite(peak.sd_ms):
                reach = panel.axis.x(1.96 * peak.sd_ms) - panel.axis.zero
                yield around(x, y, reach, 0.2)
            before = last.get(who)
            if before is not None and before[0] == index - 1:
                yield from along(before[1], before[2], x, y, 0.7 if panel.run.names(who) else 0.4)
            last[who] = (index, x, y)


def mark_box(panel: Panel, place_ms: float, y: float) -> Corners:
    """Box of a mark; beyond the axis, of the mark at the border and its arrowhead."""
    half, x = _MARK * panel.grid.mark_scale, panel.axis.x(place_ms)
    if panel.axis.holds(place_ms):
        return around(x, y, half, half)
    inside = border_mark(panel, place_ms)
    return min(x, inside - half), y - half, max(x, inside + half), y + half


def border_mark(panel: Panel, place_ms: float) -> float:
    """Where the mark of a peak beyond the axis stands, beside its arrowhead, mm."""
    direction = 1 if place_ms > 0 else -1
    return panel.axis.x(place_ms) - direction * (ARROWHEAD * panel.grid.mark_scale + 1.4)


def overlap(box: Bbox, others: Floats) -> float:
    """Area in mm^2 that a box shares with others, (n, 4)."""
    low = np.maximum(others[:, :2], box.min)
    high = np.minimum(others[:, 2:], box.max)
    return float(np.clip(high - low, 0, None).prod(axis=1).sum())


def along(x0: float, y0: float, x1: float, y1: float, half: float) -> Iterator[Corners]:
    """Boxes along a line that touch each other."""
    n = max(2, round(math.hypot(x1 - x0, y1 - y0) / (2 * half)))
    for k in range(n):
        share = (k + 0.5) / n
        yield around(x0 + share * (x1 - x0), y0 + share * (y1 - y0), half, half)


def around(x: float, y: float, half_width: float, half_height: float) -> Corners:
    return x - half_width, y - half_height, x + half_width, y + half_height
