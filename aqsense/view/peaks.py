"""The peaks of a panel: whiskers, threads, marks, arrows at the border, and the mean row."""

from __future__ import annotations

import math

from matplotlib.colors import to_rgba

from aqsense.model import Contributor
from aqsense.view.ink import ARROWHEAD, border_mark
from aqsense.view.marks import MarkStyle, draw_arrowhead, draw_mark
from aqsense.view.page import Points
from aqsense.view.panel import Panel
from aqsense.view.run_rows import Estimate
from aqsense.view.tokens import (
    CONTRIBUTORS,
    MEAN_MARK_SCALE,
    MEAN_WHISKER_PT,
    WHISKER_OPACITY,
    WHISKER_PT,
    Emphasis,
)


def draw_peaks(panel: Panel) -> None:
    """Whiskers, threads and marks of all contributors, and the mean row."""
    for who in CONTRIBUTORS:
        _draw_whiskers(panel, who)
        _draw_thread(panel, who)
        _draw_marks(panel, who)
    _draw_mean_row(panel)


def _draw_whiskers(panel: Panel, who: Contributor) -> None:
    lines: list[Points] = []
    for index, _, step in panel.steps():
        peak = step.peaks.get(who)
        if peak is not None and math.isfinite(peak.sd_ms) and panel.axis.holds(peak.place_ms):
            y = panel.lane(index, who)
            ends = (peak.place_ms - 1.96 * peak.sd_ms, peak.place_ms + 1.96 * peak.sd_ms)
            lines.append([(panel.axis.x(ms), y) for ms in ends])
    edge = to_rgba(CONTRIBUTORS[who].colour, WHISKER_OPACITY)
    width_pt = WHISKER_PT * panel.grid.mark_scale
    panel.page.draw_outlines(
        lines, edge=edge, edge_pt=width_pt, is_closed=False, z=2.0, gid=panel.gid("whiskers", who.value)
    )


def _draw_thread(panel: Panel, who: Contributor) -> None:
    """The marks of neighbouring rows joined; broken where a row has no peak, absent along the border."""
    width_pt, opacity = _emphasis(panel, who).value
    places = {index: step.peaks[who].place_ms for index, _, step in panel.steps() if who in step.peaks}
    panel.page.draw_outlines(
        panel.joined_places(who, places), edge=to_rgba(CONTRIBUTORS[who].colour, opacity),
        edge_pt=width_pt * panel.grid.mark_scale, is_closed=False, z=3.0, gid=panel.gid("thread", who.value),
    )  # fmt: skip


def _emphasis(panel: Panel, who: Contributor) -> Emphasis:
    if panel.run.named is None:
        return Emphasis.NOBODY_NAMED
    return Emphasis.NAMED if panel.run.names(who) else Emphasis.BESIDE_NAMED


def _draw_marks(panel: Panel, who: Contributor) -> None:
    for index, row, step in panel.steps():
        peak = step.peaks.get(who)
        if peak is None:
            continue
        y, name = panel.lane(index, who), (row.number, who.value)
        style = MarkStyle(panel.grid.mark_scale, peak.is_doubtful)
        if panel.axis.holds(peak.place_ms):
            at = (panel.axis.x(peak.place_ms), y)
            draw_mark(panel.page, at, CONTRIBUTORS[who], style, panel.gid("mark", *name))
        else:
            _draw_beyond(panel, y, who, peak.place_ms, style, panel.gid("border", *name))


def _draw_beyond(
    panel: Panel, y: float, who: Contributor, place_ms: float, style: MarkStyle, gid: str
) -> None:  # fmt: skip
    """A peak beyond the axis: arrowhead at the border and its mark beside it; its number comes later."""
    direction, size = (1 if place_ms > 0 else -1), ARROWHEAD * panel.grid.mark_scale
    at = (panel.axis.x(place_ms) - direction * size / 2, y)
    draw_arrowhead(panel.page, at, CONTRIBUTORS[who].colour, direction, size)
    draw_mark(panel.page, (border_mark(panel, place_ms), y), CONTRIBUTORS[who], style, gid)


def _draw_mean_row(panel: Panel) -> None:
    for who, place in panel.run.places[panel.side].items():
        if math.isnan(place.value):
            continue
        token = CONTRIBUTORS[who]
        y = panel.mean_lane(who)
        style = MarkStyle(MEAN_MARK_SCALE * panel.grid.mark_scale)
        if not panel.axis.holds(place.value):
            _draw_beyond(panel, y, who, place.value, style, panel.gid("mean-border", who.value))
            continue
        _draw_mean_whisker(panel, place, y, token.colour)
        draw_mark(panel.page, (panel.axis.x(place.value), y), token, style, panel.gid("mean", who.value))


def _draw_mean_whisker(panel: Panel, place: Estimate, y: float, colour: str) -> None:
    if math.isfinite(place.half_width):
        ends = [(panel.axis.x(place.low), y), (panel.axis.x(place.high), y)]
        panel.page.draw_line(ends, colour, MEAN_WHISKER_PT * panel.grid.mark_scale, z=3.5)
