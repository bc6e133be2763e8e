"""History -> what its picture shows: panels over one time axis."""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.trends import Course
from aqsense.history import words
from aqsense.history.outside import Outside
from aqsense.history.program import DAYS_PER_TREND, Followed, History
from aqsense.view.history_figure import HistoryPanel, HistoryPicture
from aqsense.view.words import number, one_line

SHOWN = ("spread_ms", "pattern_spread_ms", "step_frequency_hz", "contact_time_ms")
OUTSIDE_SHOWN = 3


def picture_of(history: History) -> HistoryPicture:
    """The spread large, its companions and the outside measures small below it."""
    first, second = words.finding(history)
    panels = [_of_measure(history, name) for name in SHOWN if history.followed[name].n_runs]
    panels += [_of_outside(one) for one in history.outside[:OUTSIDE_SHOWN]]
    note = "Dots: sessions, the median of the best three runs; bars: their range; pale dots: single runs. "
    note += f"Alike: {words.compared(history)}."
    if history.left_out:
        note += f" Left out: {'; '.join(words.left_out(history.left_out))}."
    return HistoryPicture(
        headline=first,
        detail=second,
        athlete=one_line(history.athlete),
        count=f"{len(history.sessions)} sessions",
        panels=tuple(panels),
        feel=tuple(
            (session.day, session.feel) for session in history.sessions if math.isfinite(session.feel)
        ),
        tags=tuple(
            (session.day, one_line(", ".join(session.tags))) for session in history.sessions if session.tags
        ),
        note=note,
    )


def _of_measure(history: History, name: str) -> HistoryPanel:
    followed = history.followed[name]
    values = [session.values[name] for session in history.sessions]
    days = history.days
    runs = history.runs[name]
    known = np.isfinite(runs)
    return HistoryPanel(
        title=followed.measure.word,
        unit=followed.measure.unit,
        decimals=followed.measure.decimals,
        day=days,
        value=np.array([one.value for one in values]),
        low=np.array([one.low for one in values]),
        high=np.array([one.high for one in values]),
        run_day=history.runs["day"][known],
        run_value=runs[known],
        line=_line(followed, days, history.values(name)),
        is_told=followed.trend.course in (Course.RISING, Course.FALLING),
        words=_words(followed),
    )


def _line(followed: Followed, days: np.ndarray, values: np.ndarray) -> tuple[float, float] | None:
    """Ends of the Theil-Sen line through the medians, over first and last session."""
    slope, known = followed.trend.slope, np.isfinite(values)
    if math.isnan(slope.low):
        return None
    per_day = slope.value / DAYS_PER_TREND
    level = float(np.median(values[known] - per_day * days[known]))
    return level + per_day * float(days[known].min()), level + per_day * float(days[known].max())


def _words(followed: Followed) -> tuple[str, ...]:
    slope, measure = followed.trend.slope, followed.measure
    decimals = words.slope_decimals(measure, followed.trend)
    said = [words.course(followed)]
    if math.isfinite(slope.low):
        said.append(f"{number(slope.value, decimals, signed=True)} {measure.unit} in 30 days")
        said.append(f"95 % {words.interval(slope, decimals)}")
    said.append(f"detectable: {words.detectable(followed)}")
    return tuple(said)


def _of_outside(one: Outside) -> HistoryPanel:
    none = np.array([])
    return HistoryPanel(
        title=one_line(one.measure), unit="", decimals=2, day=one.day, value=one.value, low=one.value,
        high=one.value, run_day=none, run_value=none, line=None, is_told=False,
        words=("from your table", f"{len(one.day)} values"),
    )  # fmt: skip
