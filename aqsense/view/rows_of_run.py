"""Result -> one run as the rows of the alignment picture.

In:  the tables and the summary of a Result (FORMATS 4).
Out: AlignmentRun: what the drawing needs and nothing that it would have to compute.
Refuses: scores, verdicts, headlines; they are taken as they stand in the Result.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from aqsense.errors import NothingToAnalyse, SettingsError
from aqsense.model import Columns, Contributor, Result, RunKind, Side
from aqsense.view.clock_bound import worst_pair_bound_ms
from aqsense.view.named_of_run import named_part
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun, Estimate, StrideRow
from aqsense.view.step_rows import stride_rows
from aqsense.view.tokens import CONTRIBUTORS
from aqsense.view.words import day, one_line


def chosen_run(result: Result, run: int | None) -> int:
    """The run asked for, or the first of the headline's kind: sprint before run before jog (FORMATS 4).

    Raises NothingToAnalyse where the result has no runs, SettingsError where it has not this one.
    """
    runs = result.tables["runs"]
    numbers = [int(number) for number in runs["run"]]
    if not numbers:
        raise NothingToAnalyse(
            "no picture: the result holds no run. `summary.json` says what was found in the recording."
        )
    if run is None:
        kinds = [str(kind) for kind in runs["kind"]]
        best = next((kind.value for kind in RunKind if kind.value in kinds), kinds[0])
        return numbers[kinds.index(best)]
    if run not in numbers:
        known = ", ".join(str(number) for number in numbers)
        text = f"run is {run}; this result has {known}. Choose one of these."
        raise SettingsError(text, name="run", value=run)
    return run


def rows_of_run(result: Result, run: int, *, names_nobody: bool = False) -> AlignmentRun:
    """One run of a result. Zero of places: VISUAL 3.3, who is named being left out of it.

    names_nobody   whoever the headline names: zero is the mean of all, as in every other run

    Raises NothingToAnalyse where the run has no strides.
    """
    row = rows_where(result.tables["runs"], run)
    record = {name: column[0] for name, column in row.items()}
    strides = rows_where(result.tables["strides"], run)
    if not len(strides["stride"]):
        raise NothingToAnalyse(
            f"no picture of run {run}: it holds no stride (a left and a right step). Choose another run."
        )
    summary = _summary_of_run(result.summary, run)
    part = None if names_nobody else named_part(summary)
    named = part.named if part else None
    steps, who = rows_where(result.tables["steps"], run), named.contributor if named else None
    rows = stride_rows(strides, steps, float(record["start_s"]), who)
    first, last = int(record["first_stride"]), int(record["last_stride"])
    compared = part.strides if part else (first, last)
    places = part.places if part else summary.get("places") or {}
    return AlignmentRun(
        run=run,
        rows=rows,
        first=first,
        last=last,
        compared=compared,
        named=named,
        places={side: _places(places, side) for side in BOTH_SIDES},
        mean_toe_off_ms={side: _mean_toe_off(rows, side, *compared) for side in BOTH_SIDES},
        spread=_from_columns(record, ("spread_ms", "spread_low_ms", "spread_high_ms")),
        score=_from_columns(record, ("convergence", "convergence_low", "convergence_high")),
        sync_sd_ms=float(record["sync_sd_ms"]),
        clock_bound_ms=worst_pair_bound_ms(result.summary["session"].get("clocks") or {}),
        longest_spread_ms=_largest(result.tables["strides"]["spread_ms"]),
        headline=one_line(record["headline"]),
        detail=one_line(record["headline_detail"]),
        athlete=one_line(record["athlete"]),
        count=f"run {run} of {len(result.tables['runs']['run'])}",
        session=_session_words(result.summary["session"], one_line(record["tag"])),
    )


def _from_columns(record: Mapping[str, Any], names: tuple[str, str, str]) -> Estimate:
    value, low, high = (float(record[name]) for name in names)
    return Estimate(value, low, high)


def earlier_runs(result: Result, run: int) -> list[int]:
    """Runs of the same athlete, kind and scored contributors that began before, in order of time."""
    table = result.tables["runs"]
    row = int(np.flatnonzero(np.asarray(table["run"]) == run)[0])
    alike = np.asarray(table["start_s"]) < table["start_s"][row]
    for name in ("kind", "athlete", "score_set"):
        alike &= np.asarray(table[name]) == table[name][row]
    found = np.flatnonzero(alike)
    order = np.argsort(np.asarray(table["start_s"])[found], kind="stable")
    return [int(number) for number in np.asarray(table["run"])[found][order]]


def rows_where(table: Columns, run: int) -> Columns:
    """The rows of a table that belong to a run."""
    chosen = np.asarray(table["run"]) == run
    return {name: np.asarray(column)[chosen] for name, column in table.items()}


def _largest(values: Any) -> float:
    finite = np.asarray(values, dtype=float)
    finite = finite[np.isfinite(finite)]
    return float(finite.max()) if len(finite) else float("nan")


def _session_words(session: Mapping[str, Any], tag: str) -> list[str]:
    name, place, started = (session.get(key) for key in ("name", "place", "started_utc"))
    return [tag, one_line(name or ""), one_line(place or ""), day(str(started)) if started else ""]


def _summary_of_run(summary: Mapping[str, Any], run: int) -> Mapping[str, Any]:
    return next((entry for entry in summary["runs"] if entry["run"] == run), {})


def _places(places: Mapping[str, Any], side: Side) -> dict[Contributor, Estimate]:
    of_side = places.get(side.value) or {}
    return {who: _estimate(of_side.get(who.value) or {}) for who in CONTRIBUTORS}


def _estimate(entry: Mapping[str, Any]) -> Estimate:
    """An estimate of summary.json, where missing is null."""
    numbers = (entry.get(key) for key in ("value", "low", "high"))
    value, low, high = (math.nan if number is None else float(number) for number in numbers)
    return Estimate(value, low, high)


def _mean_toe_off(rows: Sequence[StrideRow], side: Side, first: int, last: int) -> float:
    found = [row.steps[side].toe_off_ms for row in rows if side in row.steps and first <= row.number <= last]
    finite = [toe_off for toe_off in found if math.isfinite(toe_off)]
    return float(np.mean(finite)) if finite else math.nan
