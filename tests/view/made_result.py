"""Results made up for drawing: peaks that converge along the run, with every case switchable."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.formats import TABLES, column_kind
from aqsense.model import Result

WHO = ("push", "swing", "arm", "trunk")
SITES = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")
Step = dict[str, Any]
Change = Callable[[Step], None]
SIDES = ("left", "right")


@dataclass(frozen=True)
class Naming:
    """Who is named: `panels` are the pushing sides of the steps in question."""

    who: str
    panels: tuple[str, ...] = ("right",)
    basis: str = "other_side"
    ms: float = 25.0
    label: str = ""

    def from_stride(self, first: int) -> int:
        """First compared stride; `first` is the headline's."""
        return first + 4 * (self.basis == "earlier_strides")


def made_result(
    strides: int = 12,
    *,
    first_foot: str = "left",
    athlete: str = "a07",
    change: Change | None = None,
    clock_sd_s: float | None = 0.0006,
    with_intervals: bool = False,
    with_distance: bool = True,
    scale: float = 1.0,
    runs: int = 1,
    session: Mapping[str, Any] | None = None,
    run_values: Mapping[str, Any] | None = None,
    named: Naming | None = None,
) -> Result:
    """A result with `runs` like runs.

    change          called with every step's row before its spread is taken, to break it
    clock_sd_s      SD of every clock; None = not stated
    with_intervals  intervals of places, spread and score are known
    scale           factor on all lags
    run_values      columns of runs.csv to replace
    named           who is named; its steps are as the finding says
    """
    values = {"sync_sd_ms": math.nan if clock_sd_s is None else 1000 * clock_sd_s, **(run_values or {})}
    more = (change, scale, with_distance, with_intervals, values, named)
    made = [_run(number, strides, first_foot, athlete, *more) for number in range(1, runs + 1)]
    rows = {name: [row for one in made for row in one.get(name, [])] for name in TABLES}
    tables = {name: _table(name, rows[name]) for name in TABLES}
    clocks = {site: {"sd_s": clock_sd_s} for site in SITES}
    summary = {
        "session": {"name": "60 m, standing start", "clocks": clocks, "warnings": [], **(session or {})},
        "runs": [one["summary"] for one in made],
    }
    return Result(tables, summary)


def _run(
    number: int, n_strides: int, first_foot: str, athlete: str, change: Change | None, scale: float,
    with_distance: bool, with_intervals: bool, values: Mapping[str, Any], named: Naming | None,
) -> dict[str, Any]:  # fmt: skip
    random = np.random.RandomState(100 + number)
    start_s = 10.0 * number
    first = 5 if n_strides >= 10 else 1
    if named is not None:
        change = _both(change, lambda step: _shift(step, named, first))
    steps = _steps(number, n_strides, first_foot, change, scale, start_s, random)
    strides = [_stride(steps[2 * k : 2 * k + 2], k, with_distance) for k in range(n_strides)]
    compared = [step for step in steps if step["stride"] >= first and math.isfinite(step["spread_ms"])]
    spread = _rms([step["spread_ms"] for step in compared])
    score = _score(spread)
    low = 0.9 if with_intervals else math.nan
    run = {
        "run": number, "kind": "sprint", "athlete": athlete, "tag": "", "start_s": start_s,
        "end_s": strides[-1]["end_s"], "first_foot": first_foot,
        "first_stride": first, "last_stride": n_strides,
        "spread_ms": spread, "spread_low_ms": spread * low, "spread_high_ms": spread / low,
        "convergence": score, "convergence_low": score * low, "convergence_high": score / low,
        "headline": f"Peaks {spread:.0f} ms apart from stride {first} on",
        "headline_detail": "Nobody late: left and right agree within 5 ms, no change along the run.",
        **values,
    }  # fmt: skip
    places = {side: _places(compared, side, with_intervals) for side in ("left", "right")}
    summary: dict[str, Any] = {"run": number, "places": places}
    if named is not None:
        summary["named"] = _named_part(steps, compared, named, first, with_intervals)
        run["headline"] = f"{named.who.capitalize()} {abs(named.ms):.0f} ms later than somewhere else"
    return {"steps": steps, "strides": strides, "runs": [run], "summary": summary}


def _steps(
    run: int, n_strides: int, first_foot: str, change: Change | None, scale: float, start_s: float,
    random: np.random.RandomState,
) -> list[Step]:  # fmt: skip
    feet = ("left", "right") if first_foot == "left" else ("right", "left")
    early = {"arm": -34.0, "trunk": -27.0, "swing": 22.0, "push": 8.0}
    late = {"arm": -9.0, "trunk": -6.0, "swing": -2.0, "push": 8.0}
    steps: list[Step] = []
    for k in range(2 * n_strides):
        contact = start_s + 0.235 * k
        share = math.exp(-k / 5)
        middle = contact + 0.080
        lags = {who: share * early[who] + (1 - share) * late[who] + 3.5 * random.randn() for who in WHO}
        step: Step = {
            "run": run, "stride": k // 2 + 1, "step": k + 1, "stance_side": feet[k % 2], "contact_s": contact,
            "toe_off_s": middle + 0.001 * (24 + 4 * random.randn()), "quality": "", "n_contributors": 4,
            "step_time_s": 0.235 - 0.0004 * k, "stride_time_s": 0.47, "other_arm_back_s": contact + 0.21,
        }  # fmt: skip
        for who in WHO:
            step[f"{who}_s"] = middle + 0.001 * scale * lags[who]
            step[f"{who}_sd_s"] = 0.0032
            step[f"{who}_quality"] = ""
        if change is not None:
            change(step)
        step["contact_time_s"] = step["toe_off_s"] - step["contact_s"]
        _score_step(step)
        steps.append(step)
    return steps


def _score_step(step: Step) -> None:
    """Spread as METHOD 4.2: Gini mean difference; NaN where a leg or more than one contributor is missing."""
    times = [step[f"{who}_s"] for who in WHO if math.isfinite(step[f"{who}_s"])]
    step["n_contributors"] = len(times)
    legs = math.isfinite(step["push_s"]) and math.isfinite(step["swing_s"])
    if len(times) < 3 or not legs:
        step["spread_ms"] = math.nan
        step["quality"] = "few_contributors"
        return
    pairs = [abs(a - b) for i, a in enumerate(times) for b in times[:i]]
    step["spread_ms"] = 1000 * math.sqrt(math.pi) / 2 * float(np.mean(pairs))


def _stride(steps: list[Step], k: int, with_distance: bool) -> dict[str, Any]:
    spread = _rms([step["spread_ms"] for step in steps if math.isfinite(step["spread_ms"])])
    return {
        "run": steps[0]["run"], "stride": k + 1, "first_foot": steps[0]["stance_side"],
        "start_s": steps[0]["contact_s"], "end_s": steps[0]["contact_s"] + 0.47, "n_steps": len(steps),
        "spread_ms": spread, "spread_sd_ms": 1.5, "convergence": _score(spread), "quality": "",
        "distance_m": 2.0 + 4.1 * k if with_distance else math.nan,
        "speed_m_s": 8.5 - 5.0 * math.exp(-k / 3) if with_distance else math.nan,
    }  # fmt: skip


def _both(one: Change | None, other: Change) -> Change:
    def change(step: Step) -> None:
        other(step)
        if one is not None:
            one(step)

    return change


def _shift(step: Step, named: Naming, first: int) -> None:
    """The named contributor's peak as late as the finding says, in the steps that it is about."""
    is_late = step["stance_side"] in named.panels and step["stride"] >= named.from_stride(first)
    step[f"{named.who}_s"] += 0.001 * named.ms * is_late


def _named_part(
    steps: list[Step], compared: list[Step], named: Naming, first: int, with_intervals: bool
) -> dict[str, Any]:
    """What the analysis writes about the named contributor, by its own way of computing."""
    since = named.from_stride(first)
    now = [step for step in compared if step["stride"] >= since]
    places = {side: _places(now, side, with_intervals, named.who) for side in SIDES}
    before = [step for step in steps if first <= step["stride"] < since]
    ghosts: dict[str, float] = {}
    for side in named.panels:
        if named.basis == "other_side":
            place = places[SIDES[1 - SIDES.index(side)]][named.who]["value"]
        elif named.basis == "earlier_strides":
            place = _places(before, side, with_intervals, named.who)[named.who]["value"]
        else:
            here = places[side][named.who]["value"]
            place = None if here is None else here - named.ms
        if place is not None:
            ghosts[side] = place
    labels = {
        "other_side": named.label or f"left {named.who}",
        "reference": "your usual",
        "earlier_strides": f"strides {first} to {since - 1}",
    }
    return {
        "contributor": named.who, "side": named.panels[0] if len(named.panels) == 1 else "both",
        "basis": named.basis, "direction": "late" if named.ms > 0 else "early",
        "difference_ms": {"value": named.ms, "low": named.ms - 5, "high": named.ms + 5, "n": len(now)},
        "strides": [since, int(steps[-1]["stride"])], "panels": list(named.panels), "ghost_ms": ghosts,
        "ghost_label": labels[named.basis], "places": places,
    }  # fmt: skip


def _places(
    steps: list[Step], side: str, with_intervals: bool, left_out: str | None = None
) -> dict[str, Any]:
    """Mean places; zero is the mean of all but the one left out."""
    found: dict[str, list[float]] = {who: [] for who in WHO}
    for step in steps:
        times = {who: step[f"{who}_s"] for who in WHO if math.isfinite(step[f"{who}_s"])}
        if step["stance_side"] == side and math.isfinite(step["spread_ms"]):
            zero = float(np.mean([time for who, time in times.items() if who != left_out]))
            for who, time in times.items():
                found[who].append(1000 * (time - zero))
    return {who: _place(values, with_intervals) for who, values in found.items()}


def _place(values: list[float], with_intervals: bool) -> dict[str, Any]:
    if not values:
        return {"value": None, "low": None, "high": None, "n": 0, "value_reason": "no_data"}
    mean = float(np.mean(values))
    if with_intervals:
        return {"value": mean, "low": mean - 3.4, "high": mean + 3.4, "n": len(values)}
    return {"value": mean, "low": None, "high": None, "n": len(values), "low_reason": "few_steps"}


def _rms(values: list[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values)))) if values else math.nan


def _score(spread_ms: float) -> float:
    return 100 * 2 ** (-(spread_ms / 4.7) / 5)


def _table(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {column: _column(column, [row.get(column) for row in rows]) for column in TABLES[name]}


def _column(name: str, values: list[Any]) -> Any:
    kind = column_kind(name)
    if kind == "text":
        return np.array(["" if value is None else value for value in values], dtype=object)
    if kind == "integer":
        return np.array([-1 if value is None else value for value in values], dtype=np.int64)
    return np.array([math.nan if value is None else value for value in values], dtype=float)
