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
from aqsense.model import Columns, Contributor, Quality, Result, RunKind, Side
from aqsense.view.clock_bound import worst_pair_bound_ms
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun, Estimate, Peak, StepRow, StrideRow
from aqsense.view.tokens import CONTRIBUTORS
from aqsense.view.words import day, one_line

# Flags that tell something about a row but don't make its peak doubtful.
_INFORMATIVE = frozenset(
    flag.name.lower()
    for flag in (
        Quality.TOE_OFF_NOT_CLAIMED,
        Quality.NO_TOE_OFF,
        Quality.FEW_STRIDES,
        Quality.BELOW_NOISE,
        Quality.NOT_COMPUTED,
        Quality.CLOCK_UNKNOWN,
        Quality.NO_STRIDE_TIME,
    )
    if flag.name
)


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


def rows_of_run(result: Result, run: int) -> AlignmentRun:
    """One run of a result, with places against the mean of all scored contributors (VISUAL 3.3).

    Raises NothingToAnalyse where the run has no strides.
    """
    row = _rows_where(result.tables["runs"], run)
    record = {name: column[0] for name, column in row.items()}
    strides = _rows_where(result.tables["strides"], run)
    if not len(strides["stride"]):
        raise NothingToAnalyse(
            f"no picture of run {run}: it holds no stride (a left and a right step). Choose another run."
        )
    rows = _stride_rows(strides, _rows_where(result.tables["steps"], run), float(record["start_s"]))
    first, last = int(record["first_stride"]), int(record["last_stride"])
    summary = _summary_of_run(result.summary, run)
    return AlignmentRun(
        run=run,
        rows=rows,
        first=first,
        last=last,
        places={side: _places(summary, side) for side in BOTH_SIDES},
        mean_toe_off_ms={side: _mean_toe_off(rows, side, first, last) for side in BOTH_SIDES},
        spread=_from_columns(record, ("spread_ms", "spread_low_ms", "spread_high_ms")),
        score=_from_columns(record, ("convergence", "convergence_low", "convergence_high")),
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


def _rows_where(table: Columns, run: int) -> Columns:
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


def _places(summary: Mapping[str, Any], side: Side) -> dict[Contributor, Estimate]:
    places = (summary.get("places") or {}).get(side.value) or {}
    return {who: _estimate(places.get(who.value) or {}) for who in CONTRIBUTORS}


def _estimate(entry: Mapping[str, Any]) -> Estimate:
    """An estimate of summary.json, where missing is null."""
    numbers = (entry.get(key) for key in ("value", "low", "high"))
    value, low, high = (math.nan if number is None else float(number) for number in numbers)
    return Estimate(value, low, high)


def _mean_toe_off(rows: Sequence[StrideRow], side: Side, first: int, last: int) -> float:
    found = [row.steps[side].toe_off_ms for row in rows if side in row.steps and first <= row.number <= last]
    finite = [toe_off for toe_off in found if math.isfinite(toe_off)]
    return float(np.mean(finite)) if finite else math.nan


def _stride_rows(strides: Columns, steps: Columns, run_start_s: float) -> list[StrideRow]:
    rows: list[StrideRow] = []
    for index in np.argsort(strides["start_s"], kind="stable"):
        number, start_s = int(strides["stride"][index]), float(strides["start_s"][index])
        mine = np.flatnonzero(np.asarray(steps["stride"]) == number)
        rows.append(
            StrideRow(
                number=number,
                label=_where(float(strides["distance_m"][index]), start_s - run_start_s),
                first_foot=Side(str(strides["first_foot"][index])),
                steps={Side(str(steps["stance_side"][i])): _step_row(steps, int(i)) for i in mine},
                spread_ms=float(strides["spread_ms"][index]),
                score=float(strides["convergence"][index]),
            )
        )
    return rows


def _where(distance_m: float, time_s: float) -> str:
    return f"{distance_m:.0f} m" if math.isfinite(distance_m) else f"{max(time_s, 0.0):.1f} s"


def _step_row(steps: Columns, i: int) -> StepRow:
    times = {who: float(steps[f"{who.value}_s"][i]) for who in CONTRIBUTORS}
    found = {who: time for who, time in times.items() if math.isfinite(time)}
    missing = {
        who: f"no {CONTRIBUTORS[who].part} {_what_is_missing(_flags(steps[f'{who.value}_quality'][i]))}"
        for who in CONTRIBUTORS
        if who not in found
    }
    if not math.isfinite(float(steps["spread_ms"][i])):
        return StepRow(math.nan, math.nan, {}, {}, _why_unscored(missing, _flags(steps["quality"][i])))
    zero = float(np.mean(list(found.values())))
    return StepRow(
        contact_ms=_after(zero, float(steps["contact_s"][i])),
        toe_off_ms=_after(zero, float(steps["toe_off_s"][i])),
        peaks={who: _peak(steps, who, i, _after(zero, time)) for who, time in found.items()},
        missing=missing,
        unscored="",
    )


def _after(zero_s: float, time_s: float) -> float:
    return (time_s - zero_s) * 1000


def _peak(steps: Columns, who: Contributor, i: int, place_ms: float) -> Peak:
    is_doubtful = bool(_flags(steps[f"{who.value}_quality"][i]) - _INFORMATIVE)
    return Peak(place_ms, float(steps[f"{who.value}_sd_s"][i]) * 1000, is_doubtful)


def _flags(quality: object) -> frozenset[str]:
    return frozenset(flag for flag in str(quality).split(";") if flag)


def _what_is_missing(flags: frozenset[str]) -> str:
    return "peak" if "no_peak" in flags else "data"


def _why_unscored(missing: Mapping[Contributor, str], flags: frozenset[str]) -> str:
    """Words for a step without a score; the legs first, for without them there is none (METHOD 4.2)."""
    legs = [missing[who] for who in (Contributor.SWING, Contributor.PUSH) if who in missing]
    if "no_contact" in flags:
        return "not scored: touchdown not found"
    if legs:
        return f"not scored: {', '.join(legs)}"
    if len(missing) > 1:
        return f"not scored: {', '.join(missing.values())}"
    if "no_stride_time" in flags:
        return "not scored: stride time not known"
    return "not scored"
