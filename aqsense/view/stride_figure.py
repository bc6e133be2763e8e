"""The stride: what each limb shows from touchdown to touchdown, and where it peaks (VISUAL 4.2).

In:  a Result with the table `envelopes` (FORMATS: a result may lack it).
Out: a page or files. Here belongs also what does not peak together: the other arm's way back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.colors import to_rgba

from aqsense.errors import NothingToAnalyse
from aqsense.model import Columns, Contributor, Floats, Result, Side
from aqsense.view import typeset
from aqsense.view.foot import NUMBERS_UP_TO_MS
from aqsense.view.layout import PT_PER_MM
from aqsense.view.marks import MarkStyle, draw_mark
from aqsense.view.note import NOT_FORCES, clock_fact
from aqsense.view.page import Page, box
from aqsense.view.rows_of_run import chosen_run, rows_of_run, rows_where
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun
from aqsense.view.small_figure import MARGIN, TEXT_MM, WIDTH, Span, Words, save_pair, small_page, whose, words
from aqsense.view.tokens import (
    CONTRIBUTORS,
    FIGURE_TEXT_PT,
    INK,
    LANE_EDGE,
    ON_GROUND,
    SECONDARY,
    TOE_OFF_EDGE,
    TOE_OFF_PT,
    WHISKER_PT,
    ContributorToken,
)
from aqsense.view.words import signed

OTHER_ARM = "other_arm_back"
_NAMES_END, _GAP, _ROW, _BAR, _HEAD, _AXIS_MM = 27.0, 5.0, 13.5, 4.5, 14.0, 8.0
_PUSH_MORE = 6.0  # mm that the push leg's row is higher: its curve goes below zero
_HIGHEST, _LOWEST = 1.3, -1.15
_LINE_PT, _BAND_OPACITY = 1.8, 0.28
_ROWS = (
    (Contributor.ARM.value, "arm"),
    (OTHER_ARM, "other arm,|back"),
    (Contributor.TRUNK.value, "torso turn"),
    (Contributor.SWING.value, "swing leg"),
    (Contributor.PUSH.value, "push leg"),
)


_ROWS_MM = _HEAD + len(_ROWS) * _ROW + _PUSH_MORE


@dataclass(frozen=True, slots=True)
class _Panel:
    """One pushing side: its part of the tables and its two scales."""

    side: Side
    envelopes: Columns
    steps: Columns
    stride_ms: float
    across: Span
    top: float


def plot_stride(result: Result, run: int | None = None) -> Page:
    """Envelopes of the contributors of one run over a stride, a row each, the pushing sides beside.

    run      number of the run; None takes the first of the headline's kind: sprint before run before jog
    returns  a matplotlib Figure of 118 mm width
    raises   NothingToAnalyse without runs, strides or envelopes of the run, SettingsError for a run that is
             not in the result
    """
    found = rows_of_run(result, chosen_run(result, run))
    envelopes = rows_where(result.tables.get("envelopes") or {"run": np.empty(0)}, found.run)
    if not len(envelopes["run"]):
        raise NothingToAnalyse(
            f"no picture of the stride of run {found.run}: the result holds no envelopes of it. "
            "Analyze again, or choose a run with a headline's strides."
        )
    steps = _compared(rows_where(result.tables["steps"], found.run), found)
    page, top = small_page(_words(found), _ROWS_MM + _AXIS_MM)
    room = (WIDTH - MARGIN - _NAMES_END - _GAP) / 2
    for number, side in enumerate(BOTH_SIDES):
        start = _NAMES_END + number * (room + _GAP)
        _draw_panel(page, found, _panel(envelopes, steps, side, Span(start, start + room, -0.25, 0.75), top))
    _draw_names(page, top)
    return page


def save_stride(result: Result, run: int | None, directory: str | Path) -> list[Path]:
    """Write `stride-<run>.svg` and `.png`; nothing (and no path) where the run has no envelopes."""
    number = chosen_run(result, run)
    if not (np.asarray((result.tables.get("envelopes") or {"run": []})["run"]) == number).any():
        return []
    return save_pair(plot_stride(result, number), directory, f"stride-{number}")


def _words(run: AlignmentRun) -> Words:
    facts = [
        "0 = touchdown. Line: median stride; band: its middle half. Each row has its own scale.",
        "Mark and number: median peak, ms after touchdown; thin bar: 95 % of a single peak.",
        "Grey bar: foot on the ground.",
        "The push leg peaks where its shin stops turning back.",
        clock_fact(run.clock_bound_ms),
        NOT_FORCES,
    ]
    return words("What moves when, in one stride", whose(run, (run.first, run.last)), facts)


def _compared(steps: Columns, run: AlignmentRun) -> Columns:
    """The steps that the envelopes are of."""
    stride = np.asarray(steps["stride"])
    chosen = (stride >= run.first) & (stride <= run.last) & np.isfinite(steps["contact_s"])
    chosen &= np.isfinite(steps["stride_time_s"])
    return {name: np.asarray(column)[chosen] for name, column in steps.items()}


def _panel(envelopes: Columns, steps: Columns, side: Side, across: Span, top: float) -> _Panel:
    mine = np.asarray(steps["stance_side"]) == side.value
    of_side = {name: column[mine] for name, column in steps.items()}
    shown = np.asarray(envelopes["side"]) == side.value
    curves = {name: np.asarray(column)[shown] for name, column in envelopes.items()}
    return _Panel(side, curves, of_side, 1000 * _median(of_side["stride_time_s"]), across, top)


def _median(values: Floats) -> float:
    finite = values[np.isfinite(values)]
    return float(np.median(finite)) if len(finite) else math.nan


def _draw_panel(page: Page, run: AlignmentRun, panel: _Panel) -> None:
    title = f"{panel.side.value.upper()} PUSHES"
    page.draw_text((panel.across.start, panel.top - TEXT_MM), title, FIGURE_TEXT_PT, bold=True)
    bottom = panel.top - _ROWS_MM
    _draw_contact(page, panel)
    zero = panel.across.at(0.0)
    page.draw_line([(zero, bottom), (zero, panel.top - _HEAD)], LANE_EDGE, 0.8, style=(0, (1, 2.2)), z=1.2)
    for row, (name, _) in enumerate(_ROWS):
        base = _base(panel.top, row)
        _draw_curve(page, panel, name, base)
        _draw_peak(page, run, panel, name, base)
    _draw_ticks(page, panel, bottom)


def _draw_contact(page: Page, panel: _Panel) -> None:
    """The bar of the foot on the ground above the rows; open at its end where toe-off is not measured."""
    steps, y = panel.steps, panel.top - _HEAD + 1.0 + _BAR / 2
    off = _median((steps["toe_off_s"] - steps["contact_s"]) / steps["stride_time_s"])
    if math.isnan(off):
        return
    gid = f"contact-{panel.side.value}"
    ends = panel.across.at(0.0), panel.across.at(off)
    page.draw_outlines([box(*ends, y, _BAR)], fill=ON_GROUND, z=1.0, gid=gid)
    edge = [(ends[1], y - _BAR / 2), (ends[1], y + _BAR / 2)]
    page.draw_line(edge, TOE_OFF_EDGE, TOE_OFF_PT, z=1.6)


def _draw_curve(page: Page, panel: _Panel, name: str, base: float) -> None:
    mine = np.asarray(panel.envelopes["contributor"]) == name
    page.draw_line([(panel.across.start, base), (panel.across.stop, base)], LANE_EDGE, 0.5, z=1.0)
    if not mine.any():
        at = (panel.across.start + 1.5, base + _ROW / 2)
        page.draw_text(at, "no data", FIGURE_TEXT_PT, SECONDARY, valign="center_baseline")
        return
    phase, median, low, high = (np.asarray(panel.envelopes[key])[mine] for key in _CURVE)
    up = _upwards(name, base)
    xs = [panel.across.at(x) for x in phase]
    colour = _token(name).colour
    edge = [(x, up.at(y)) for x, y in zip(xs, high, strict=True)]
    edge += [(x, up.at(y)) for x, y in zip(reversed(xs), reversed(low), strict=True)]
    page.draw_outlines([edge], fill=to_rgba(colour, _BAND_OPACITY), z=1.5)
    line = [(x, up.at(y)) for x, y in zip(xs, median, strict=True)]
    gid = f"envelope-{name}-{panel.side.value}"
    page.draw_outlines([line], edge=colour, edge_pt=_LINE_PT, is_closed=False, z=3.0, gid=gid)


_CURVE = ("phase", "median", "low", "high")


def _upwards(name: str, base: float) -> Span:
    lowest = _LOWEST if name == Contributor.PUSH.value else 0.0
    return Span(base, base + _ROW - 1.5, lowest, _HIGHEST)


def _base(top: float, row: int) -> float:
    """Lower edge of a row; the push leg's is the last and the highest."""
    return top - _HEAD - (row + 1) * _ROW - (_PUSH_MORE if row == len(_ROWS) - 1 else 0.0)


def _token(name: str) -> ContributorToken:
    return CONTRIBUTORS[Contributor.ARM if name == OTHER_ARM else Contributor(name)]


def _draw_peak(page: Page, run: AlignmentRun, panel: _Panel, name: str, base: float) -> None:
    """Mark on the median curve, whisker, ms after touchdown; hollow for the companion."""
    steps = panel.steps
    column = f"{name}_s"
    phase = _median((steps[column] - steps["contact_s"]) / steps["stride_time_s"])
    if not panel.across.holds(phase):
        return
    mine = np.asarray(panel.envelopes["contributor"]) == name
    curve = panel.envelopes
    height = float(np.interp(phase, curve["phase"][mine], curve["median"][mine])) if mine.any() else 0.0
    at = (panel.across.at(phase), _upwards(name, base).at(height))
    token = _token(name)
    sd_ms = 1000 * _median(steps[f"{name}_sd_s"]) if f"{name}_sd_s" in steps else math.nan
    if math.isfinite(sd_ms):
        reach = 1.96 * sd_ms / panel.stride_ms
        ends = [(panel.across.at(phase + sign * reach), at[1]) for sign in (-1, 1)]
        page.draw_line(ends, INK, WHISKER_PT, z=3.4)
    style = MarkStyle(is_companion=name == OTHER_ARM)
    draw_mark(page, at, token, style, f"peak-{name}-{panel.side.value}")
    if run.sync_sd_ms > NUMBERS_UP_TO_MS:
        return
    ms = _median(1000 * (steps[column] - steps["contact_s"]))
    more = _PUSH_MORE if name == Contributor.PUSH.value else 0.0
    _draw_number(page, panel, at[0], base + _ROW + more - 1.5 - TEXT_MM, signed(ms), name)


def _draw_number(page: Page, panel: _Panel, mark_x: float, y: float, text: str, name: str) -> None:
    """At the right end of the row, or left of the mark where that is in the way."""
    across = panel.across
    mark = _token(name).size_pt / PT_PER_MM
    reach = typeset.width(text, FIGURE_TEXT_PT, bold=True) / PT_PER_MM + mark
    x = across.stop if mark_x < across.stop - reach else mark_x - mark
    gid = f"number-{name}-{panel.side.value}"
    page.draw_text((x, y), text, FIGURE_TEXT_PT, bold=True, align="right", gid=gid)


def _draw_names(page: Page, top: float) -> None:
    for row, (name, text) in enumerate(_ROWS):
        lines = text.split("|")
        y = _base(top, row) + 0.5 * _ROW + 0.6 * TEXT_MM * (len(lines) - 1)
        style = MarkStyle(is_companion=name == OTHER_ARM)
        draw_mark(page, (MARGIN + 1.3, y), _token(name), style)
        for number, line in enumerate(lines):
            at = (MARGIN + 4.0, y - 1.2 * TEXT_MM * number)
            page.draw_text(at, line, FIGURE_TEXT_PT, valign="center_baseline")
    page.draw_text((MARGIN, top - _HEAD + 1.0 + _BAR / 2), "on the ground", FIGURE_TEXT_PT, SECONDARY,
                   valign="center_baseline")  # fmt: skip


def _draw_ticks(page: Page, panel: _Panel, bottom: float) -> None:
    """Touchdown, and a round time after it."""
    y = bottom - 1.5 - TEXT_MM
    after = 200.0 if panel.stride_ms < 700 else 400.0
    places = (0.0, after) if math.isfinite(panel.stride_ms) else (0.0,)
    for place in places:
        x = panel.across.at(place / panel.stride_ms if place else 0.0)
        page.draw_line([(x, bottom), (x, bottom - 1.0)], SECONDARY, 0.8)
        text = f"{signed(place)} ms" if place else "0"
        page.draw_text((x, y), text, FIGURE_TEXT_PT, SECONDARY, align="center")
