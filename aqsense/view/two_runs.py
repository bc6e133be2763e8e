"""Two runs of one athlete, the earlier above at 60 % of the height, on one axis (VISUAL 3.5).

In:  one Result, or two of two sessions.
Out: a page. Its headline is the difference between the spreads, by the intervals that the results hold.
Refuses: naming anybody. Zero is the mean of all in both pictures, else places could not be compared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from aqsense.errors import NothingToAnalyse
from aqsense.model import Result, Side
from aqsense.view import typeset
from aqsense.view.body import draw_body
from aqsense.view.card_words import draw_card_foot
from aqsense.view.foot import interval_words, value_words
from aqsense.view.heading import PANEL_HEAD, draw_lines
from aqsense.view.layout import PT_PER_MM, Layout
from aqsense.view.page import Page
from aqsense.view.rows_of_run import chosen_run, earlier_runs, rows_of_run
from aqsense.view.run_rows import AlignmentRun, Estimate, StrideRow
from aqsense.view.small_figure import save_pair
from aqsense.view.tokens import PANEL_TITLE_PT, SECOND_LINE_PT, SECONDARY
from aqsense.view.words import joined, run_of_strides

_UPPER = 0.6  # of the lower picture's rows
_HEADING, _TITLE, _TICKS, _FOOT = 42.0, 7.0, 8.5, 40.0
_TOP = 8.0
_FINDING_SIZES = ((22.0, 1), (20.0, 1), (18.0, 2), (15.0, 2))
_DETAIL_SIZES = ((SECOND_LINE_PT, 2), (10.0, 3), (8.5, 3))
_TITLE_SIZES = ((PANEL_TITLE_PT, 1), (8.0, 1))
A4_PORTRAIT = Layout(
    width=210.0,
    height=297.0,
    margin=9.0,
    panels={Side.LEFT: (18.0, 92.0), Side.RIGHT: (104.5, 178.5)},
    strip=(182.5, 203.0),
    score_right=203.0,
    panel_top=297.0 - _HEADING,
    panel_bottom=_FOOT,
    highest_row=10.0,
    rows_per_page=20,
    is_brief=True,
)


def plot_two_runs(
    result: Result, run: int | None = None, previous: int | None = None, *, earlier: Result | None = None
) -> Page:
    """A run below an earlier one, A4 portrait, with common axis, spread scale and strides.

    run        number of the run; None takes the first of the headline's kind: sprint before run before jog
    previous   number of the earlier run; None takes the last one before of the same athlete, kind and
               scored contributors, or in `earlier` the one of the headline's kind
    earlier    the result of an earlier session that holds `previous`; None: the same
    returns    a matplotlib Figure; of runs of more than 20 strides, the last 20 that are compared
    raises     NothingToAnalyse without an earlier run or strides, SettingsError for a run that isn't there
    """
    number = chosen_run(result, run)
    other = chosen_run(earlier, previous) if earlier is not None else _previous(result, number, previous)
    lower = rows_of_run(result, number, names_nobody=True)
    upper = rows_of_run(earlier or result, other, names_nobody=True)
    sets = [_score_set(result, number), _score_set(earlier or result, other)]
    name = f"run {other}" if earlier is None else f"the earlier run {other}"
    first, second = difference_words(lower, upper, name, sets[0] == sets[1])
    longest = max(_finite([lower.longest_spread_ms, upper.longest_spread_ms]), default=math.nan)
    page = Page(A4_PORTRAIT.width, A4_PORTRAIT.height, first, A4_PORTRAIT.dpi)
    _draw_heading(page, lower, first, second)
    _draw_pictures(page, [replace(one, longest_spread_ms=longest) for one in (upper, lower)])
    draw_card_foot(page, A4_PORTRAIT, lower)
    return page


def save_two_runs(
    result: Result, run: int | None, previous: int | None, directory: str | Path, *,
    earlier: Result | None = None,
) -> list[Path]:  # fmt: skip
    """Write `alignment-<run>-compared.svg` and `.png`; otherwise as `save_alignment`."""
    number = chosen_run(result, run)
    page = plot_two_runs(result, number, previous, earlier=earlier)
    return save_pair(page, directory, f"alignment-{number}-compared")


def difference_words(
    now: AlignmentRun, before: AlignmentRun, name: str, is_same_set: bool
) -> tuple[str, str]:
    """What can be said of two runs' spreads: headline and its detail.

    name          of the earlier run in a sentence
    is_same_set   the same contributors are scored in both
    """
    numbers = f"{_with_interval(now.spread)} now, {_with_interval(before.spread)} in {name}."
    if not is_same_set:
        return f"No comparison with {name}: not the same limbs are scored", numbers
    if not (math.isfinite(now.spread.half_width) and math.isfinite(before.spread.half_width)):
        return f"No comparison with {name}: a spread or its interval is missing", numbers
    change = now.spread.value - before.spread.value
    reach = math.hypot(now.spread.half_width, before.spread.half_width)
    varies = "From run to run an athlete varies more than one run shows."
    if abs(change) <= reach:
        return f"Spread as in {name}, as far as two runs can tell", f"{numbers} {varies}"
    low, high = abs(change) - reach, abs(change) + reach
    word = "closer together" if change < 0 else "further apart"
    first = f"Peaks {abs(change):.1f} ms {word} than in {name}"
    return first, f"95 % interval {low:.1f} to {high:.1f} ms: {numbers} {varies}"


def _with_interval(spread: Estimate) -> str:
    interval = interval_words(spread, 1)
    return value_words(spread, 1, " ms") + (f" ({interval})" if interval else "")


def _previous(result: Result, run: int, previous: int | None) -> int:
    if previous is not None:
        return chosen_run(result, previous)
    found = earlier_runs(result, run)
    if not found:
        raise NothingToAnalyse(
            f"no run to compare with run {run}: the same athlete has no earlier one of its kind with the "
            "same contributors. Name one with `previous`, or give the result of an `earlier` session."
        )
    return found[-1]


def _score_set(result: Result, run: int) -> str:
    runs = result.tables["runs"]
    return str(runs["score_set"][int(np.flatnonzero(np.asarray(runs["run"]) == run)[0])])


def _finite(values: Sequence[float]) -> list[float]:
    return [value for value in values if math.isfinite(value)]


def _draw_heading(page: Page, run: AlignmentRun, first: str, second: str) -> None:
    room = A4_PORTRAIT.room_pt
    lines, size = typeset.fit(first, room, _FINDING_SIZES, bold=True)
    lines = typeset.balanced(lines, room, size, bold=True)
    y = draw_lines(page, A4_PORTRAIT.margin, A4_PORTRAIT.height - _TOP, lines, size, bold=True) - 2.4
    details, size = typeset.fit(second, room, _DETAIL_SIZES)
    y = draw_lines(page, A4_PORTRAIT.margin, y, details, size, colour=SECONDARY) - 2.4
    who, size = typeset.fit(joined((run.athlete, *run.session)), room, _TITLE_SIZES)
    draw_lines(page, A4_PORTRAIT.margin, y, who, size)


def _draw_pictures(page: Page, runs: Sequence[AlignmentRun]) -> None:
    """The earlier run, then this one: the same strides, one scale."""
    rows = _same_strides(runs)
    most = max(len(one) for one in rows)
    heads = 2 * (_TITLE + PANEL_HEAD + _TICKS)
    room = A4_PORTRAIT.panel_top - A4_PORTRAIT.panel_bottom - heads
    row = min(A4_PORTRAIT.highest_row, room / ((1 + _UPPER) * (most + 1.5)))
    limit, y = max(one.limit_ms for one in runs), A4_PORTRAIT.panel_top
    for run, shown, share, suffix in zip(runs, rows, (_UPPER, 1.0), ("-before", ""), strict=True):
        _draw_title(page, run, shown, y)
        top = y - _TITLE - PANEL_HEAD
        height = share * row * (len(shown) + 1.5)
        layout = replace(A4_PORTRAIT, panel_top=top, panel_bottom=top - height, highest_row=share * row)
        draw_body(page, layout, run, shown, len(shown), limit, suffix)
        y = top - height - _TICKS


def _same_strides(runs: Sequence[AlignmentRun]) -> list[list[StrideRow]]:
    """Strides of the same numbers: as many as fit, the compared ones at the end."""
    lasts = [run.last if run.last > 0 else run.rows[-1].number for run in runs]
    last = max(max(lasts), A4_PORTRAIT.rows_per_page)
    first = last - A4_PORTRAIT.rows_per_page + 1
    kept = [[row for row in run.rows if first <= row.number <= last] for run in runs]
    most = A4_PORTRAIT.rows_per_page
    return [rows or list(run.rows[-most:]) for run, rows in zip(runs, kept, strict=True)]


def _draw_title(page: Page, run: AlignmentRun, shown: Sequence[StrideRow], y: float) -> None:
    strides = run_of_strides(run.first, run.last) if run.first > 0 else ""
    below = (
        f"below: {run_of_strides(shown[0].number, shown[-1].number)}" if len(shown) < len(run.rows) else ""
    )
    words = joined((run.count, strides, _with_interval(run.spread), below))
    text = typeset.cut(words[0].upper() + words[1:], A4_PORTRAIT.room_pt, PANEL_TITLE_PT, bold=True)
    at = (A4_PORTRAIT.margin, y - PANEL_TITLE_PT / PT_PER_MM)
    page.draw_text(at, text, PANEL_TITLE_PT, bold=True)
