"""Result -> what the two pages of one run say (VISUAL 6). Texts only; the template lays them out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.errors import NothingToAnalyse
from aqsense.model import Result
from aqsense.view.lags_figure import plot_lags
from aqsense.view.report.compared import Compared, compared
from aqsense.view.report.numbers import Shown, in_words, quantity, readable, with_unit
from aqsense.view.report.pictures import Picture, alignment_pictures, picture
from aqsense.view.report.quality import flags_in_words, warning_texts
from aqsense.view.rows_of_run import rows_of_run
from aqsense.view.run_figure import plot_run
from aqsense.view.run_rows import AlignmentRun
from aqsense.view.stride_figure import plot_stride
from aqsense.view.words import ABSENT, between, day, number, one_line, run_of_strides, upper_bound

Part = Mapping[str, Any]
_SHAKEN = "shake"
_LOOK = {
    "arm": "hand in front",
    "trunk": "shoulders turning",
    "swing": "knee coming through",
    "push": "shin of the foot on the ground",
}


@dataclass(frozen=True, slots=True)
class Fold:
    """One of the coach's questions: closed on screen, absent in print."""

    title: str
    answer: str
    means: str
    does_not_mean: str
    is_exploratory: bool
    rows: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class RunPage:
    """One run as it is printed. Where no picture could be drawn, `wide` is empty: `no_picture` says why."""

    number: int
    count: int
    headline: str
    detail: str
    who: str
    where: str
    wide: Sequence[Picture]
    phone: Picture | None
    no_picture: str
    numbers: Sequence[Shown]
    compared: Compared
    look: str
    small: Sequence[Picture]
    stride: Picture | None
    folds: Sequence[Fold]
    flags: Sequence[str]
    warnings: Sequence[str]
    excluded: str
    kind: str


def run_page(result: Result, number: int) -> RunPage:
    """What is said of one run.

    number   a run of the result
    """
    runs = result.tables["runs"]
    index = [int(run) for run in runs["run"]].index(number)
    row = {name: column[index] for name, column in runs.items()}
    run = next(part for part in result.summary["runs"] if part["run"] == number)
    session = result.summary["session"]
    try:
        drawn: AlignmentRun | None = rows_of_run(result, number)
        no_picture = ""
    except NothingToAnalyse as reason:
        drawn, no_picture = None, str(reason)
    wide, phone = alignment_pictures(drawn) if drawn else ([], None)
    started = str(session.get("started_utc") or "")
    parts = (row["tag"], session.get("name"), session.get("place"))
    where = [*(one_line(part or "") for part in parts), day(started) if started else ""]
    return RunPage(
        number=number,
        count=len(runs["run"]),
        headline=one_line(row["headline"]),
        detail=one_line(row["headline_detail"]),
        who=one_line(row["athlete"]) or "athlete not stated",
        where=" · ".join(part for part in where if part),
        wide=wide,
        phone=phone,
        no_picture=no_picture,
        numbers=_numbers(row, run, session, drawn),
        compared=compared(row, run),
        look=_look(result, number, row, run),
        small=_small(result, number) if drawn else [],
        stride=_stride(result, number) if drawn else None,
        folds=[_fold(part) for part in run.get("questions") or ()],
        flags=flags_in_words(str(row["quality"])),
        warnings=warning_texts(run.get("warnings") or ()),
        excluded=_excluded(run),
        kind=str(row["kind"]),
    )


def _small(result: Result, number: int) -> list[Picture]:
    lags, run = plot_lags(result, number), plot_run(result, number)
    words = (
        "Mean place of each contributor and side.",
        "Spread, step frequency and contact time over the strides.",
    )
    return [picture(page, text) for page, text in zip((lags, run), words, strict=True)]


def _stride(result: Result, number: int) -> Picture | None:
    """The stride's picture; None for a run without strides to take a median of."""
    try:
        page = plot_stride(result, number)
    except NothingToAnalyse:
        return None
    return picture(page, "How fast each contributor turns over one stride.")


def _numbers(row: Part, run: Part, session: Part, drawn: AlignmentRun | None) -> list[Shown]:
    """The four numbers under the picture."""
    return [
        _quantity("Spread", row, run, ("spread_ms", "spread_low_ms", "spread_high_ms"), 1, "ms"),
        _quantity("Score", row, run, ("convergence", "convergence_low", "convergence_high"), 0),
        Shown("Steps scored", f"{row['steps_scored']} of {row['steps_found']}"),
        _clocks(session, drawn),
    ]


def _quantity(
    label: str, row: Part, run: Part, names: tuple[str, str, str], decimals: int, unit: str = ""
) -> Shown:
    """A number of runs.csv with its ends; why there is none stands in the summary."""
    numbers = {key: row[name] for key, name in zip(("value", "low", "high"), names, strict=True)}
    reason = (run.get(names[0]) or {}).get("value_reason")
    return quantity(label, {**numbers, "value_reason": reason}, decimals, unit)


def _clocks(session: Part, drawn: AlignmentRun | None) -> Shown:
    clocks: Part = session.get("clocks") or {}
    methods = {str(clock.get("method") or "") for clock in clocks.values()}
    provisional = any(clock.get("provisional") for clock in clocks.values())
    how = "shaken together" if any(_SHAKEN in method for method in methods) else ""
    if methods == {"common"}:
        how = "as the recording states"
    bound = drawn.clock_bound_ms if drawn else float("nan")
    value = ABSENT if not np.isfinite(bound) else f"± {upper_bound(bound)}\u00a0ms"
    words = "provisional until shaken again" if provisional else how
    return Shown("Clocks", value, words, "agreement not stated" if value == ABSENT else "")


def _look(result: Result, run_number: int, row: Part, run: Part) -> str:
    """Where to look on the video: which strides, when after the first step, at what."""
    first, last = int(row["first_stride"]), int(row["last_stride"])
    named: Part = run.get("named") or {}
    if named:
        first, last = (int(stride) for stride in named["strides"])
    if first < 1:
        return ""
    strides = result.tables["strides"]
    of_run = np.asarray(strides["run"]) == run_number
    numbers = np.asarray(strides["stride"])[of_run]
    starts, ends = (np.asarray(strides[name], float)[of_run] for name in ("start_s", "end_s"))
    if not {first, last} <= set(numbers.tolist()):
        return ""
    origin = float(starts[0])
    begin, end = float(starts[numbers == first][0]) - origin, float(ends[numbers == last][0]) - origin
    side = str(named.get("side") or "")
    what = _LOOK.get(str(named.get("contributor") or ""), "")
    if what and side in ("left", "right"):
        what = f"{side} foot down, {what}" if named["contributor"] == "trunk" else f"{side} {what}"
    where = f"{run_of_strides(first, last)}, {number(begin, 1)} s to {number(end, 1)} s after the first step"
    return f"{what}, {where}" if what else where


def _excluded(run: Part) -> str:
    steps = run.get("excluded") or ()
    if not steps:
        return ""
    reasons: dict[str, list[str]] = {}
    for step in steps:
        reasons.setdefault(str(step["reason"]), []).append(str(step["step"]))
    return "; ".join(
        f"{in_words(reason.replace(';', ', '))}: {', '.join(which)}" for reason, which in reasons.items()
    )


def _fold(part: Part) -> Fold:
    return Fold(
        part["title"],
        part["answer"],
        part["means"],
        part["does_not_mean"],
        bool(part.get("exploratory")),
        [_question_row(entry) for entry in part["quantities"]],
    )


def _question_row(entry: Part) -> Shown:
    value = with_unit(readable(entry.get("value")), str(entry.get("unit") or ""))
    low, high = entry.get("low"), entry.get("high")
    ends = (readable(low), readable(high))
    interval = f"{ends[0]} to {ends[1]}" if ABSENT not in ends else between(low, high, 1)
    n = f"n = {entry['n']}" if entry.get("n") else ""
    reason = in_words(entry.get("value_reason"))
    return Shown(one_line(entry["label"]), value, " · ".join(part for part in (interval, n) if part), reason)
