"""The run: spread over the strides, and below it step frequency, contact time and speed (VISUAL 4.1).

In:  a Result.
Out: a page or files. Rows show the spread as it was seen, with 95 % of a single stride as band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.colors import to_rgba

from aqsense.model import Floats, Result
from aqsense.view.foot import interval_words, value_words
from aqsense.view.layout import PT_PER_MM
from aqsense.view.page import Page
from aqsense.view.rows_of_run import chosen_run, earlier_runs, rows_of_run, rows_where
from aqsense.view.run_rows import AlignmentRun
from aqsense.view.small_figure import (
    MARGIN,
    TEXT_MM,
    WIDTH,
    Span,
    Words,
    apart,
    save_pair,
    small_page,
    ticks,
    whose,
    words,
)
from aqsense.view.tokens import FIGURE_TEXT_PT, INK, LANE_EDGE, SECONDARY

_LEFT, _RIGHT = 19.0, WIDTH - 20.0
_SPREAD_MM, _SMALL_MM, _TITLE_MM, _AXIS_MM = 40.0, 13.0, 8.5, 11.0
_LINE_PT, _EARLIER_PT, _BAND_OPACITY = 2.2, 1.1, 0.16
_MOST_EARLIER = 5
_LABEL_GAP = 1.15 * TEXT_MM


@dataclass(frozen=True, slots=True)
class Series:
    """One quantity of a run per stride; NaN where a stride has none.

    low, high   ends of its band, or NaN
    """

    run: int
    stride: Floats
    value: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Part:
    """One panel: title, unit in it, this run and the earlier ones."""

    name: str
    title: str
    height: float
    main: Series
    earlier: Sequence[Series]
    from_zero: bool = False


def plot_run(result: Result, run: int | None = None) -> Page:
    """Spread over the strides of one run; step frequency, contact time and known speed below.

    run      number of the run; None takes the first of the headline's kind: sprint before run before jog
    returns  a matplotlib Figure of 118 mm width
    raises   NothingToAnalyse without runs or strides, SettingsError for a run that is not in the result

    Earlier runs of the same athlete in the session, of the same kind, are thin grey lines with their number.
    """
    found = rows_of_run(result, chosen_run(result, run))
    parts = [part for part in _parts(result, found.run) if np.isfinite(part.main.value).any()]
    body = sum(_TITLE_MM + part.height for part in parts) + _AXIS_MM
    page, y = small_page(_words(found, bool(parts and parts[0].earlier)), body)
    strides = np.concatenate([[1.0], *(one.stride for part in parts for one in (part.main, *part.earlier))])
    across = Span(_LEFT, _RIGHT, 1.0, max(float(strides.max()), 2.0))
    for part in parts:
        _draw_part(page, part, across, y - _TITLE_MM, found)
        y -= _TITLE_MM + part.height
    _draw_strides(page, across, y)
    return page


def save_run(result: Result, run: int | None, directory: str | Path) -> list[Path]:
    """Write `run-<run>.svg` and `.png`; otherwise as `save_alignment`."""
    number = chosen_run(result, run)
    return save_pair(plot_run(result, number), directory, f"run-{number}")


def _words(run: AlignmentRun, has_earlier: bool) -> Words:
    value, interval = value_words(run.spread, 1, " ms"), interval_words(run.spread, 1)
    line = f"{whose(run, (run.first, run.last))}: {value}" + (f" (95 %: {interval})" if interval else "")
    facts = [
        "Band: 95 % of a single stride. Strides hold the measuring noise, the run's value does not.",
        "Dotted: the strides of the run's value lie between.",
        "Thin grey: earlier runs, by number." if has_earlier else "",
        "One stride is a noisy sample.",
    ]
    return words("How far apart the peaks are", line, facts)


def _parts(result: Result, run: int) -> list[Part]:
    runs = [run, *earlier_runs(result, run)[-_MOST_EARLIER:]]
    found = {number: _quantities(result, number) for number in runs}

    def part(name: str, title: str, height: float, *, from_zero: bool = False) -> Part:
        return Part(
            name, title, height, found[run][name], [found[other][name] for other in runs[1:]], from_zero
        )

    return [
        part("spread", "SPREAD, ms", _SPREAD_MM, from_zero=True),
        part("frequency", "STEPS PER SECOND", _SMALL_MM),
        part("contact", "FOOT ON THE GROUND, ms", _SMALL_MM),
        part("speed", "SPEED, m/s", _SMALL_MM),
    ]


def _quantities(result: Result, run: int) -> dict[str, Series]:
    strides = rows_where(result.tables["strides"], run)
    order = np.argsort(strides["start_s"], kind="stable")
    number = np.asarray(strides["stride"])[order]
    steps = rows_where(result.tables["steps"], run)
    per_stride = [np.flatnonzero(np.asarray(steps["stride"]) == one) for one in number]
    step_time = _means(steps["step_time_s"], per_stride)
    spread, sd = (_floats(strides[name])[order] for name in ("spread_ms", "spread_sd_ms"))
    nan = np.full(len(number), np.nan)

    def series(value: Floats, sd: Floats = nan) -> Series:
        low, high = np.maximum(value - 1.96 * sd, 0.0), value + 1.96 * sd
        return Series(run, number.astype(float), value, low, high)

    return {
        "spread": series(spread, sd),
        "frequency": series(1.0 / step_time),
        "contact": series(1000.0 * _means(steps["contact_time_s"], per_stride)),
        "speed": series(_floats(strides["speed_m_s"])[order]),
    }


def _floats(values: Any) -> Floats:
    return np.asarray(values, dtype=float)


def _means(values: Any, rows: Sequence[Any]) -> Floats:
    column = _floats(values)
    known = [column[row][np.isfinite(column[row])] for row in rows]
    return np.array([one.mean() if len(one) else np.nan for one in known])


def _draw_part(page: Page, part: Part, across: Span, top: float, run: AlignmentRun) -> None:
    page.draw_text((MARGIN, top + 1.8), part.title, FIGURE_TEXT_PT, bold=True)
    up = _upwards(part, top)
    for value in ticks(up.low, up.high, 5 if part.height > 20 else 2):
        y = up.at(value)
        page.draw_line([(_LEFT, y), (_RIGHT, y)], LANE_EDGE, 0.5, z=1.0)
        text = f"{value:.3g}"
        at = (_LEFT - 2.0, y)
        page.draw_text(at, text, FIGURE_TEXT_PT, SECONDARY, align="right", valign="center_baseline")
    labels: list[tuple[float, Series]] = []
    for one in (*part.earlier, part.main):
        points = [(across.at(x), up.at(y)) for x, y in zip(one.stride, one.value, strict=True) if y == y]
        if points:
            labels.append((points[-1][1], one))
    _draw_dividers(page, part, across, up, run)
    _draw_band(page, part, across, up)
    for one in part.earlier:
        _draw_line(page, one, across, up, SECONDARY, _EARLIER_PT, f"{part.name}-{one.run}")
    _draw_line(page, part.main, across, up, INK, _LINE_PT, f"{part.name}-{run.run}")
    if part.earlier and part.name == "spread":
        _draw_labels(page, labels, part.main)


def _upwards(part: Part, top: float) -> Span:
    every = [one.value for one in (part.main, *part.earlier)] + [part.main.high, part.main.low]
    finite = np.concatenate(every)
    finite = finite[np.isfinite(finite)]
    low, high = float(finite.min()), float(finite.max())
    low = 0.0 if part.from_zero else low
    room = max(0.06 * (high - low), 0.02 * abs(high), 1e-3)
    return Span(top - part.height + 1.0, top - 1.0, low if part.from_zero else low - room, high + room)


def _draw_dividers(page: Page, part: Part, across: Span, up: Span, run: AlignmentRun) -> None:
    """Dotted ink before the first compared stride and after the last, where others lie beyond."""
    ends = (run.first - 0.5, run.last + 0.5) if run.first > 0 else ()
    shown = (float(part.main.stride.min()), float(part.main.stride.max()))
    for end in ends:
        if shown[0] < end < shown[1]:
            x = across.at(end)
            page.draw_line([(x, up.start), (x, up.stop)], INK, 1.2, style=(0, (1, 1.8)), z=1.8)


def _draw_band(page: Page, part: Part, across: Span, up: Span) -> None:
    main = part.main
    for rows in _stretches(np.isfinite(main.low) & np.isfinite(main.high)):
        if len(rows) < 2:
            continue
        there = [(across.at(main.stride[i]), up.at(main.high[i])) for i in rows]
        back = [(across.at(main.stride[i]), up.at(main.low[i])) for i in reversed(rows)]
        page.draw_outlines([there + back], fill=to_rgba(INK, _BAND_OPACITY), z=1.5, gid=f"{part.name}-band")


def _draw_line(
    page: Page, one: Series, across: Span, up: Span, colour: str, width_pt: float, gid: str
) -> None:  # fmt: skip
    """Neighbouring strides joined; a lone one as a short dash."""
    lines: list[list[tuple[float, float]]] = []
    for rows in _stretches(np.isfinite(one.value)):
        points = [(across.at(one.stride[i]), up.at(one.value[i])) for i in rows]
        if len(points) == 1:
            points = [(points[0][0] - 0.8, points[0][1]), (points[0][0] + 0.8, points[0][1])]
        lines.append(points)
    page.draw_outlines(lines, edge=colour, edge_pt=width_pt, is_closed=False, z=3.0, gid=gid)


def _stretches(is_known: Any) -> list[list[int]]:
    found: list[list[int]] = []
    for i in np.flatnonzero(is_known):
        if found and found[-1][-1] == i - 1:
            found[-1].append(int(i))
        else:
            found.append([int(i)])
    return found


def _draw_labels(page: Page, labels: Sequence[tuple[float, Series]], main: Series) -> None:
    """Numbers of the runs right of where their lines end, each joined to its line."""
    placed = sorted(labels, key=lambda label: label[0])
    heights = apart([y for y, _ in placed], _LABEL_GAP)
    for (end, one), y in zip(placed, heights, strict=True):
        is_main = one is main
        page.draw_line([(_RIGHT + 0.6, end), (_RIGHT + 3.0, y)], LANE_EDGE, 0.6, z=1.0)
        text, colour = (f"run {one.run}", INK) if is_main else (f"{one.run}", SECONDARY)
        at = (_RIGHT + 3.6, y)
        page.draw_text(at, text, FIGURE_TEXT_PT, colour, bold=is_main, valign="center_baseline")


def _draw_strides(page: Page, across: Span, y: float) -> None:
    """Numbers of the strides, whole ones only."""
    marks = [value for value in ticks(1.0, across.high, 7) if value == int(value) and value >= 1]
    base = y - 1.0 - FIGURE_TEXT_PT / PT_PER_MM
    for value in {1.0, *(mark for mark in marks if mark - 1 > (across.high - 1) / 12)}:
        page.draw_text((across.at(value), base), f"{value:.0f}", FIGURE_TEXT_PT, SECONDARY, align="center")
    page.draw_text((MARGIN, base), "stride", FIGURE_TEXT_PT, SECONDARY)
