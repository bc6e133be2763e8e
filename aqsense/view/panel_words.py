"""The words of a panel: its head, the ticks of its axis, and in the rows what is not there."""

from __future__ import annotations

from collections.abc import Sequence

from aqsense.model import Side
from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM, Axis
from aqsense.view.page import Align, Page
from aqsense.view.panel import Panel
from aqsense.view.run_rows import StepRow, StrideRow
from aqsense.view.tokens import LABEL_PT, PANEL_TITLE_PT, SECONDARY, SMALLEST_PT
from aqsense.view.words import signed

_TICK_EVERY_MS = 20
_UNIT_LEFT = 5.4
_PAD = 1.6  # mm between a panel's border and words


def draw_panel_words(panel: Panel, *, is_brief: bool = False) -> None:
    """All text of a panel but the numbers of peaks beyond its axis and what belongs to who is named.

    is_brief   of the head only title and `together`; the unit of the axis left of it, and once
    """
    page, axis, y = panel.page, panel.axis, panel.grid.top + 2.1
    title = f"{panel.side.value.upper()} FOOT PUSHES"
    page.draw_text((axis.x0, panel.grid.top + 8.6), title, PANEL_TITLE_PT, bold=True)
    if is_brief:
        page.draw_text((axis.zero, y), "together", LABEL_PT, SECONDARY, align="center")
    else:
        _draw_head(panel, y)
    for index, row in enumerate(panel.rows):
        _draw_absences(panel, index, row)
    _draw_ticks(panel, "" if is_brief else " ms")
    if is_brief and panel.side is Side.LEFT:
        at = (axis.x0 - _UNIT_LEFT, _ticks_y(panel))
        page.draw_text(at, "ms", LABEL_PT, SECONDARY, align="right")


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


def _draw_head(panel: Panel, y: float) -> None:
    """What bar, lane and edge are."""
    page, axis = panel.page, panel.axis
    taken = [_draw_head_words(page, axis.x0, y, "foot on the ground", "left")]
    if axis.zero - _half_width("together") > taken[0][1] + 1:
        taken.append(_draw_head_words(page, axis.zero, y, "together", "center"))
    edge = next((step.toe_off_ms for _, _, step in panel.steps() if axis.holds(step.toe_off_ms)), None)
    if edge is not None:
        x = _beside(axis.x(edge), _half_width("toe-off"), taken, axis)
        _draw_head_words(page, x, y, "toe-off", "center")


def _draw_head_words(page: Page, x: float, y: float, words: str, align: Align) -> tuple[float, float]:
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


def _draw_ticks(panel: Panel, unit: str) -> None:
    axis = panel.axis
    most = int(axis.limit_ms // _TICK_EVERY_MS) * _TICK_EVERY_MS
    for place in range(-most, most + 1, _TICK_EVERY_MS):
        words = signed(place) + (unit if place == -most else "")
        page_x = axis.x(place)
        panel.page.draw_text(
            (page_x, _ticks_y(panel)), words, LABEL_PT, SECONDARY, align="center",
            gid=panel.gid("tick", place),
        )  # fmt: skip


def _ticks_y(panel: Panel) -> float:
    bottom = panel.grid.mean_bottom if panel.has_mean_row else panel.grid.bottom
    return bottom - 4.2
