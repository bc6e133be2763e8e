"""A run beside the athlete's last session: the same numbers there, and whether their difference can be told.

In:  rows of runs.csv and runs of summary.json: of the recording itself and of finished Results (references).
Out: the `earlier` of a run in summary.json; None where no other run of the athlete is known.
Refuses: other athletes, kinds, contributors or places of the trunk sensor; runs whose strides begin more than
two strides apart or whose step frequency differs by more than 3 % (METHOD 4.2).
The detectable change is t sqrt(2) times the SD between runs of one day, from days with at least three
runs; where there is no such day, how many runs are missing is said instead. Unlike METHOD 5.12 t is Student's
and not 1.96: with three runs 1.96 would tell a change in 19 % of pairs in which nothing changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.analysis.detectable import FEWEST_REPEATS, repeats
from aqsense.analysis.drift import LIKE_FREQUENCY
from aqsense.analysis.intervals import student
from aqsense.analysis.quantity import stated
from aqsense.analysis.reference import session_key, trunk_placement
from aqsense.analysis.verdicts import OTHER_SIDE
from aqsense.model import Result

QUANTITIES = ("spread_ms", "contact_time_ms", "step_frequency_hz")
MOST_STRIDES_APART = 2


@dataclass(frozen=True)
class SessionRun:
    """One run of a session: its row of runs.csv and its part of summary.json."""

    session: Mapping[str, Any]
    row: Mapping[str, Any]
    summary: Mapping[str, Any]

    @property
    def key(self) -> str:
        return session_key(self.session)

    def value(self, name: str) -> float:
        return float(self.row[name])

    def side_difference(self, contributor: str) -> float:
        """Right minus left, ms; NaN where there is none."""
        found = (
            one["difference_ms"]
            for one in self.summary.get("verdicts") or ()
            if one["basis"] == OTHER_SIDE and one["contributor"] == contributor
        )
        value = next(found, None)
        return math.nan if value is None else float(value)

    def is_same_run(self, other: SessionRun) -> bool:
        return self.key == other.key and abs(self.value("start_s") - other.value("start_s")) < 1.0

    def is_alike(self, other: SessionRun) -> bool:
        """Of one athlete, kind, set of contributors and placement, over like strides at like frequency."""
        names = ("athlete", "kind", "score_set")
        if not self.row["athlete"] or any(self.row[name] != other.row[name] for name in names):
            return False
        apart = abs(int(self.row["first_stride"]) - int(other.row["first_stride"]))
        ratio = other.value("step_frequency_hz") / self.value("step_frequency_hz")
        is_near = apart <= MOST_STRIDES_APART and abs(ratio - 1) <= LIKE_FREQUENCY
        return is_near and trunk_placement(self.session) == trunk_placement(other.session)


def runs_of(result: Result) -> list[SessionRun]:
    """The runs of a finished Result."""
    table = result.tables["runs"]
    parts = {part["run"]: part for part in result.summary["runs"]}
    rows = [{name: column[i] for name, column in table.items()} for i in range(len(table["run"]))]
    session = result.summary["session"]
    return [SessionRun(session, row, parts.get(int(row["run"])) or {}) for row in rows]


def earlier_part(run: SessionRun, others: Sequence[SessionRun]) -> dict[str, Any] | None:
    """The `earlier` of a run's summary.

    others   further runs of the recording and of references, in the order given
    returns  `session`, `runs` (how many like runs the last session had), `run` (its last one), `quantities`
             and `sides`: for each name the last session's median, the difference, the smallest that can be
             told; `runs_missing`
    """
    known = [other for other in others if not run.is_same_run(other)]
    if not known:
        return None
    alike = [other for other in known if run.is_alike(other)]
    last = _last_session([other for other in alike if other.key != run.key])
    days = _days([run, *alike])
    most = max(len(day) for day in days)
    return {
        "session": str(last[0].session.get("name") or "") if last else "",
        "started_utc": str(last[0].session.get("started_utc") or "") if last else "",
        "runs": len(last),
        "run": int(last[-1].row["run"]) if last else None,
        **({} if last else {"run_reason": "no_like_run_in_another_session"}),
        "reason": "" if last else "no_like_run_in_another_session",
        "runs_missing": max(0, FEWEST_REPEATS - most),
        "quantities": {name: _compared(run, last, days, name) for name in QUANTITIES},
        "sides": {
            str(one["contributor"]): stated(
                "value",
                _median([other.side_difference(str(one["contributor"])) for other in last]),
                "not_compared_there",
            )
            for one in run.summary.get("verdicts") or ()
            if one["basis"] == OTHER_SIDE
        },
    }


def _last_session(runs: Sequence[SessionRun]) -> list[SessionRun]:
    """The runs of the session that began last; of those without a date, the one given last."""
    if not runs:
        return []
    order = [(str(run.session.get("started_utc") or ""), index) for index, run in enumerate(runs)]
    last = runs[max(order)[1]].key
    return [run for run in runs if run.key == last]


def _days(runs: Sequence[SessionRun]) -> list[list[SessionRun]]:
    """Runs by date of their session; a session without a date is a day of its own. None is counted twice."""
    days: dict[str, list[SessionRun]] = {}
    for run in runs:
        day = days.setdefault(str(run.session.get("started_utc") or "")[:10] or run.key, [])
        if not any(run.is_same_run(other) for other in day):
            day.append(run)
    return list(days.values())


def _compared(
    run: SessionRun, last: Sequence[SessionRun], days: Sequence[Sequence[SessionRun]], name: str
) -> dict[str, Any]:
    earlier = _median([other.value(name) for other in last])
    difference = run.value(name) - earlier
    needs = _detectable(days, name)
    answer = math.isfinite(difference) and math.isfinite(needs)
    return {
        **stated("value", earlier, "no_like_run_in_another_session"),
        **stated("difference", difference, "no_like_run_in_another_session"),
        **stated("smallest_tellable", needs, "too_few_runs_of_a_day"),
        "can_tell": abs(difference) >= needs if answer else None,
        **({} if answer else {"can_tell_reason": "not_yet"}),
    }


def _detectable(days: Sequence[Sequence[SessionRun]], name: str) -> float:
    """95 % detectable change between two runs, from repeats within days; NaN without enough."""
    found = repeats(np.array([run.value(name) for run in day]) for day in days)
    return student(found.degrees) * math.sqrt(2.0) * found.sd if found.degrees else math.nan


def _median(values: Sequence[float]) -> float:
    known = [value for value in values if math.isfinite(value)]
    return float(np.median(known)) if known else math.nan
