"""Lags: where each contributor peaks, per side, with its 95 % interval (VISUAL 4.3).

In:  a Result.
Out: a page or files. Places are those of the foot of the alignment picture, as they stand in the Result.
"""

from __future__ import annotations

import math
from pathlib import Path

from aqsense.model import Contributor, Result, Side
from aqsense.view import typeset
from aqsense.view.foot import NUMBERS_UP_TO_MS
from aqsense.view.layout import PT_PER_MM
from aqsense.view.marks import MarkStyle, draw_arrowhead, draw_mark
from aqsense.view.note import NOT_FORCES, clock_fact, zero_fact
from aqsense.view.page import Page, box
from aqsense.view.rows_of_run import chosen_run, rows_of_run
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun, Estimate
from aqsense.view.small_figure import MARGIN, TEXT_MM, WIDTH, Span, Words, save_pair, small_page, whose, words
from aqsense.view.tokens import (
    CONTRIBUTORS,
    FIGURE_TEXT_PT,
    INK,
    LANE_EDGE,
    LANE_EDGE_PT,
    MEAN_MARK_SCALE,
    MEAN_WHISKER_PT,
    ON_GROUND,
    PAPER,
    SECONDARY,
)
from aqsense.view.words import ABSENT, signed, upper_bound

_ROW, _HEAD, _AXIS_MM = 6.6, 8.0, 8.0
_NAMES_END, _NUMBERS = 31.0, 85.0


def plot_lags(result: Result, run: int | None = None) -> Page:
    """Mean places of one run with their intervals, a row per contributor and side.

    run      number of the run; None takes the first of the headline's kind: sprint before run before jog
    returns  a matplotlib Figure of 118 mm width
    raises   NothingToAnalyse without runs or strides, SettingsError for a run that is not in the result
    """
    found = rows_of_run(result, chosen_run(result, run))
    page, top = small_page(_words(found), 2 * (_HEAD + 4 * _ROW) + _AXIS_MM)
    axis = Span(_NAMES_END, _NUMBERS - 3.0, -_limit(found), _limit(found))
    for number, side in enumerate(BOTH_SIDES):
        _draw_side(page, found, side, axis, top - number * (_HEAD + 4 * _ROW))
    y = top - 2 * (_HEAD + 4 * _ROW) - 1.5 - TEXT_MM
    for place in (-axis.high, 0.0, axis.high):
        text = signed(place) + (" ms" if place < 0 else "")
        page.draw_text((axis.at(place), y), text, FIGURE_TEXT_PT, SECONDARY, align="center")
    return page


def save_lags(result: Result, run: int | None, directory: str | Path) -> list[Path]:
    """Write `lags-<run>.svg` and `.png`; otherwise as `save_alignment`."""
    number = chosen_run(result, run)
    return save_pair(plot_lags(result, number), directory, f"lags-{number}")


def _words(run: AlignmentRun) -> Words:
    title = "Where each one peaks, on average"
    ghost = f"Dashed outline: {run.named.label}." if run.named and run.named.expected_ms else ""
    facts = [zero_fact(run), "Bars: 95 %.", f"White lane: within {upper_bound(run.lane_ms)} ms.", ghost,
             clock_fact(run.clock_bound_ms), NOT_FORCES]  # fmt: skip
    return words(title, whose(run, run.compared), facts)


def _limit(run: AlignmentRun) -> float:
    """Half the axis: every interval on it, rounded up to 10, at least 20, at most 80."""
    places = [place for side in run.places.values() for place in side.values()]
    ends = [abs(end) for place in places for end in (place.value, place.low, place.high)]
    ends += [abs(place) for place in run.named.expected_ms.values()] if run.named else []
    finite = [end for end in ends if math.isfinite(end)]
    return float(min(80, max(20, math.ceil(max(finite, default=0.0) / 10 - 1e-9) * 10)))


def _draw_side(page: Page, run: AlignmentRun, side: Side, axis: Span, top: float) -> None:
    title = f"{side.value.upper()} FOOT PUSHES"
    page.draw_text((MARGIN, top - _HEAD + 1.8), title, FIGURE_TEXT_PT, bold=True)
    rows_top = top - _HEAD
    bottom = rows_top - 4 * _ROW
    _draw_ground(page, run, side, axis, rows_top, bottom)
    for row, who in enumerate(CONTRIBUTORS):
        _draw_row(page, run, side, who, axis, rows_top - (row + 0.5) * _ROW)


def _draw_ground(page: Page, run: AlignmentRun, side: Side, axis: Span, top: float, bottom: float) -> None:
    middle, height = (top + bottom) / 2, top - bottom
    half = min(run.lane_ms, axis.high)
    page.draw_outlines([box(axis.start, axis.stop, middle, height)], fill=ON_GROUND, z=1.0)
    page.draw_outlines([box(axis.at(-half), axis.at(half), middle, height)], fill=PAPER, z=1.2)
    edges = [((axis.at(ms), bottom), (axis.at(ms), top)) for ms in (-half, half)]
    page.draw_outlines(
        edges, edge=LANE_EDGE, edge_pt=LANE_EDGE_PT, is_closed=False, z=1.3, gid=f"lane-{side.value}"
    )
    page.draw_line([(axis.at(0), bottom), (axis.at(0), top)], LANE_EDGE, 0.8, style=(0, (1, 2.2)), z=1.3)


def _draw_row(page: Page, run: AlignmentRun, side: Side, who: Contributor, axis: Span, y: float) -> None:
    token, place = CONTRIBUTORS[who], run.places[side][who]
    name = token.name(side)
    page.draw_text((MARGIN, y), name, FIGURE_TEXT_PT, valign="center_baseline")
    _draw_numbers(page, run, side, who, place, y)
    if math.isnan(place.value):
        at = (axis.start + 1.5, y)
        page.draw_text(at, "no data", FIGURE_TEXT_PT, SECONDARY, valign="center_baseline")
        return
    if run.names(who) and run.named and axis.holds(run.named.expected_ms.get(side, math.nan)):
        style = MarkStyle(MEAN_MARK_SCALE, is_ghost=True)
        at = (axis.at(run.named.expected_ms[side]), y)
        draw_mark(page, at, token, style, f"lag-ghost-{who.value}-{side.value}")
    if not axis.holds(place.value):
        direction = 1 if place.value > 0 else -1
        border = axis.at(place.value)
        draw_arrowhead(page, (border - direction * 1.3, y), token.colour, direction, 2.6)
        draw_mark(page, (border - direction * 4.2, y), token, MarkStyle())
        return
    if math.isfinite(place.half_width):
        ends = [(axis.at(place.low), y), (axis.at(place.high), y)]
        page.draw_line(ends, token.colour, MEAN_WHISKER_PT, z=3.5)
    at = (axis.at(place.value), y)
    draw_mark(page, at, token, MarkStyle(MEAN_MARK_SCALE), f"lag-{who.value}-{side.value}")


def _draw_numbers(
    page: Page, run: AlignmentRun, side: Side, who: Contributor, place: Estimate, y: float
) -> None:  # fmt: skip
    if run.sync_sd_ms > NUMBERS_UP_TO_MS:
        return
    colour = CONTRIBUTORS[who].text_colour if run.names(who) else INK
    text = signed(place.value) if math.isfinite(place.value) else ABSENT
    x = _NUMBERS + typeset.width(signed(-888.0), FIGURE_TEXT_PT, bold=True) / PT_PER_MM
    gid = f"place-{who.value}-{side.value}"
    page.draw_text(
        (x, y), text, FIGURE_TEXT_PT, colour, bold=True, align="right", valign="center_baseline", gid=gid
    )
    if math.isfinite(place.half_width):
        half = f"\u00b1 {place.half_width:.0f} ms"
        at = (WIDTH - MARGIN, y)
        page.draw_text(at, half, FIGURE_TEXT_PT, SECONDARY, align="right", valign="center_baseline")
