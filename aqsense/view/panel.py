"""One panel: the steps that one foot pushes, a row per stride, the lane over all rows, the axis below."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from matplotlib.colors import to_rgba

from aqsense.model import Contributor, Side
from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM, Axis, Grid
from aqsense.view.marks import MarkStyle, draw_arrowhead, draw_mark
from aqsense.view.page import Page, Points, box
from aqsense.view.run_rows import AlignmentRun, Estimate, Peak, StepRow, StrideRow
from aqsense.view.tokens import (
    CONTRIBUTORS,
    INK,
    LABEL_PT,
    LANE_EDGE,
    LANE_EDGE_PT,
    MEAN_MARK_SCALE,
    MEAN_WHISKER_PT,
    ON_GROUND,
    PANEL_TITLE_PT,
    PAPER,
    SECONDARY,
    SMALLEST_PT,
    TOE_OFF_EDGE,
    TOE_OFF_PT,
    WHISKER_OPACITY,
    WHISKER_PT,
    Emphasis,
)
from aqsense.view.words import signed

_FADE_STRIPS = 24
_TICK_EVERY_MS = 20
_PAD = 1.6  # mm between a panel's border and words


@dataclass(frozen=True, slots=True)
class Panel:
    """What one panel is drawn with: the page, its run, its side, its rows and its two scales."""

    page: Page
    run: AlignmentRun
    side: Side
    rows: Sequence[StrideRow]
    grid: Grid
    axis: Axis

    def steps(self) -> Iterator[tuple[int, StrideRow, StepRow]]:
        """Row index, stride and step, where the stride has a step of this side."""
        for index, row in enumerate(self.rows):
            if self.side in row.steps:
                yield index, row, row.steps[self.side]

    def lane(self, index: int, who: Contributor) -> float:
        """Height of a contributor's lane in a row."""
        return self.grid.middle(index) + CONTRIBUTORS[who].lane * self.grid.row

    def gid(self, kind: str, *more: object) -> str:
        """Name of a shape in the SVG."""
        return "-".join((kind, *(str(part) for part in more), self.side.value))


def draw_panel(panel: Panel) -> None:
    """Everything of one side but the foot."""
    _draw_bars(panel)
    _draw_lane(panel)
    _draw_dividers(panel)
    for who in CONTRIBUTORS:
        _draw_whiskers(panel, who)
        _draw_thread(panel, who)
        _draw_peaks(panel, who)
    for index, row in enumerate(panel.rows):
        _draw_absences(panel, index, row)
    _draw_mean_row(panel)
    _draw_head(panel)
    _draw_ticks(panel)


# --- foot on the ground, lane, dividers ---------------------------------------------------------------


def _draw_bars(panel: Panel) -> None:
    height = panel.grid.row * panel.grid.BAR
    whole: list[Points] = []
    fading: list[float] = []
    toe_offs: list[Points] = []
    bars = [(panel.grid.middle(index), step.contact_ms, step.toe_off_ms) for index, _, step in panel.steps()]
    if _has_mean_row(panel):
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
    if _has_mean_row(panel):
        spans.append((panel.grid.mean_bottom, panel.grid.mean_bottom + panel.grid.row))
    edges = [((axis.x(ms), low), (axis.x(ms), high)) for low, high in spans for ms in (-half, half)]
    for low, high in spans:
        white = box(axis.x(-half), axis.x(half), (low + high) / 2, high - low)
        panel.page.draw_outlines([white], fill=PAPER, z=1.2)
        panel.page.draw_line([(axis.zero, low), (axis.zero, high)], LANE_EDGE, 0.8, style=(0, (1, 2.2)), z=1.3)
    panel.page.draw_outlines(
        edges, edge=LANE_EDGE, edge_pt=LANE_EDGE_PT, is_closed=False, z=1.3, gid=panel.gid("lane")
    )


def _draw_dividers(panel: Panel) -> None:
    """Dotted ink above the first compared stride and below the last, where others lie beyond."""
    compared = [panel.run.is_compared(row) for row in panel.rows]
    for index in range(1, len(compared)):
        if compared[index] != compared[index - 1]:
            y = panel.grid.top - index * panel.grid.row
            ends = [(panel.axis.x0, y), (panel.axis.x1 + 2.5, y)]
            panel.page.draw_line(ends, INK, 1.2, style=(0, (1, 1.8)), z=1.8)


# --- peaks --------------------------------------------------------------------------------------------


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


def _draw_thread(panel: Panel, who: Contributor, emphasis: Emphasis = Emphasis.NOBODY_NAMED) -> None:
    """The marks of neighbouring rows joined; broken where a row has no peak."""
    width_pt, opacity = emphasis.value
    pieces: list[list[tuple[float, float]]] = [[]]
    places = {index: step.peaks[who].place_ms for index, _, step in panel.steps() if who in step.peaks}
    for index in range(len(panel.rows)):
        if index in places:
            pieces[-1].append((panel.axis.x(places[index]), panel.lane(index, who)))
        else:
            pieces.append([])
    lines = [piece for piece in pieces if len(piece) > 1]
    panel.page.draw_outlines(
        lines, edge=to_rgba(CONTRIBUTORS[who].colour, opacity), edge_pt=width_pt * panel.grid.mark_scale,
        is_closed=False, z=3.0, gid=panel.gid("thread", who.value),
    )  # fmt: skip


def _draw_peaks(panel: Panel, who: Contributor) -> None:
    for index, row, step in panel.steps():
        peak = step.peaks.get(who)
        if peak is None:
            continue
        if not panel.axis.holds(peak.place_ms):
            _draw_beyond(panel, index, who, peak)
            continue
        at = (panel.axis.x(peak.place_ms), panel.lane(index, who))
        style = MarkStyle(panel.grid.mark_scale, peak.is_doubtful)
        gid = panel.gid("mark", row.number, who.value)
        draw_mark(panel.page, at, CONTRIBUTORS[who], style, gid)


def _draw_beyond(panel: Panel, index: int, who: Contributor, peak: Peak) -> None:
    """A peak beyond the axis: arrowhead at the border, its mark beside it, its number.

    Numbers of neighbouring lanes stand side by side, not one above the other: lanes are lower than text.
    """
    direction = 1 if peak.place_ms > 0 else -1
    border, y = panel.axis.x(peak.place_ms), panel.lane(index, who)
    size = 2.4 * panel.grid.mark_scale
    draw_arrowhead(panel.page, (border - direction * size / 2, y), CONTRIBUTORS[who].colour, direction, size)
    mark_x = border - direction * (size + 1.4)
    draw_mark(panel.page, (mark_x, y), CONTRIBUTORS[who], MarkStyle(panel.grid.mark_scale, peak.is_doubtful))
    slot = list(CONTRIBUTORS).index(who)
    words_x = mark_x - direction * (2.2 + slot * _number_room())
    align = "right" if direction > 0 else "left"
    panel.page.draw_text(
        (words_x, y), signed(peak.place_ms), SMALLEST_PT, SECONDARY, align=align, valign="center_baseline",
        gid=panel.gid("beyond", panel.rows[index].number, who.value),
    )  # fmt: skip


def _number_room() -> float:
    """Width of a number beyond the axis with its gap, mm."""
    return typeset.width(signed(-999.0), SMALLEST_PT) / PT_PER_MM + 1.5


# --- what is not there --------------------------------------------------------------------------------


def _draw_absences(panel: Panel, index: int, row: StrideRow) -> None:
    """Words in the row for a missing step, a step without a score, or a contributor without a peak."""
    step = row.steps.get(panel.side)
    if step is None:
        _draw_words(panel, panel.grid.middle(index), f"no {panel.side.value} step", panel.axis.x0 + _PAD)
    elif step.unscored:
        _draw_words(panel, panel.grid.middle(index), step.unscored, panel.axis.x0 + _PAD)
    else:
        for who, words in step.missing.items():
            _draw_words(panel, panel.lane(index, who), words, _free_place(panel, step, words))


def _draw_words(panel: Panel, y: float, words: str, x: float) -> None:
    panel.page.draw_text((x, y), words, SMALLEST_PT, SECONDARY, valign="center_baseline")


def _free_place(panel: Panel, step: StepRow, words: str) -> float:
    """Left end for words at the left border, or at the right one where marks would be hidden, mm."""
    room = typeset.width(words, SMALLEST_PT) / PT_PER_MM
    left, right = panel.axis.x0 + _PAD, panel.axis.x1 - _PAD - room
    xs = [panel.axis.x(peak.place_ms) for peak in step.peaks.values()]
    near_left = sum(x < left + room + 2 for x in xs)
    near_right = sum(x > right - 2 for x in xs)
    return left if near_left <= near_right else right


# --- mean row -----------------------------------------------------------------------------------------


def _has_mean_row(panel: Panel) -> bool:
    return any(math.isfinite(place.value) for side in panel.run.places.values() for place in side.values())


def _draw_mean_row(panel: Panel) -> None:
    for who, place in panel.run.places[panel.side].items():
        if not panel.axis.holds(place.value):
            continue
        token = CONTRIBUTORS[who]
        y = panel.grid.mean_middle + token.lane * panel.grid.row
        _draw_mean_whisker(panel, place, y, token.colour)
        scale = MEAN_MARK_SCALE * panel.grid.mark_scale
        at = (panel.axis.x(place.value), y)
        draw_mark(panel.page, at, token, MarkStyle(scale), panel.gid("mean", who.value))


def _draw_mean_whisker(panel: Panel, place: Estimate, y: float, colour: str) -> None:
    if math.isfinite(place.half_width):
        ends = [(panel.axis.x(place.low), y), (panel.axis.x(place.high), y)]
        panel.page.draw_line(ends, colour, MEAN_WHISKER_PT * panel.grid.mark_scale, z=3.5)


# --- words around the panel ---------------------------------------------------------------------------


def _draw_head(panel: Panel) -> None:
    page, axis, y = panel.page, panel.axis, panel.grid.top + 2.1
    title = f"{panel.side.value.upper()} FOOT PUSHES"
    page.draw_text((axis.x0, panel.grid.top + 8.6), title, PANEL_TITLE_PT, bold=True)
    taken = [_draw_head_words(page, axis.x0, y, "foot on the ground", "left")]
    if axis.zero - _half_width("together") > taken[0][1] + 1:
        taken.append(_draw_head_words(page, axis.zero, y, "together", "center"))
    edge = next((step.toe_off_ms for _, _, step in panel.steps() if axis.holds(step.toe_off_ms)), None)
    if edge is not None:
        x = _beside(axis.x(edge), _half_width("toe-off"), taken, axis)
        _draw_head_words(page, x, y, "toe-off", "center")


def _draw_head_words(page: Page, x: float, y: float, words: str, align: str) -> tuple[float, float]:
    """Draw and return the stretch taken, mm."""
    page.draw_text((x, y), words, LABEL_PT, SECONDARY, align=align)
    half = _half_width(words)
    middle = x + half if align == "left" else x
    return middle - half, middle + half


def _half_width(words: str) -> float:
    return typeset.width(words, LABEL_PT) / PT_PER_MM / 2


def _beside(x: float, half: float, taken: Sequence[tuple[float, float]], axis: Axis) -> float:
    """The place nearest to x where a word of this half-width covers no other one, left to right."""
    gap = 2.0
    for low, high in taken:
        if low - gap < x + half and x - half < high + gap:
            x = high + gap + half
    return min(x, axis.x1 - half)


def _draw_ticks(panel: Panel) -> None:
    axis = panel.axis
    bottom = panel.grid.mean_bottom if _has_mean_row(panel) else panel.grid.bottom
    most = int(axis.limit_ms // _TICK_EVERY_MS) * _TICK_EVERY_MS
    for place in range(-most, most + 1, _TICK_EVERY_MS):
        words = signed(place) + (" ms" if place == -most else "")
        page_x = axis.x(place)
        panel.page.draw_text(
            (page_x, bottom - 4.2), words, LABEL_PT, SECONDARY, align="center", gid=panel.gid("tick", place)
        )
