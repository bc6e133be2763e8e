"""The words of a panel: its head, the ticks of its axis, and those in its rows."""

from __future__ import annotations

from collections.abc import Sequence

from aqsense.model import Side
from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM, Axis
from aqsense.view.page import Align, Page
from aqsense.view.panel import Panel
from aqsense.view.row_words import draw_row_words
from aqsense.view.tokens import LABEL_PT, PANEL_TITLE_PT, SECONDARY
from aqsense.view.words import signed

_TICK_EVERY_MS = 20
_UNIT_LEFT = 5.4


def draw_panel_words(panel: Panel, *, is_brief: bool = False) -> None:
    """All text of a panel but what belongs to who is named.

    is_brief   of the head only title and `together`; the unit of the axis left of it, and once
    """
    page, axis, y = panel.page, panel.axis, panel.grid.top + 2.1
    title = f"{panel.side.value.upper()} FOOT PUSHES"
    page.draw_text((axis.x0, panel.grid.top + 8.6), title, PANEL_TITLE_PT, bold=True)
    if is_brief:
        page.draw_text((axis.zero, y), "together", LABEL_PT, SECONDARY, align="center")
    else:
        _draw_head(panel, y)
    draw_row_words(panel)
    _draw_ticks(panel, "" if is_brief else " ms")
    if is_brief and panel.side is Side.LEFT:
        at = (axis.x0 - _UNIT_LEFT, _ticks_y(panel))
        page.draw_text(at, "ms", LABEL_PT, SECONDARY, align="right")


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
