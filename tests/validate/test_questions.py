"""Every question on a tiny grid: its rows are there and their numbers are those of the sessions."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_grid import TINY

from aqsense.errors import SettingsError
from aqsense.model import Event
from aqsense.simulate import Late
from aqsense.validate import FULL, QUICK, validate
from aqsense.validate.judged import RUN_ENDS_S, SYNCS_MS, Run, Verdict, judge_against_reference, judge_alone
from aqsense.validate.limits import LIMITS
from aqsense.validate.observation import observe_folder
from aqsense.validate.questions import score, session, verdicts
from aqsense.validate.questions.events import cells
from aqsense.validate.simulated import WORST
from aqsense.validate.table import REAL, SIMULATED, Row
from aqsense.validate.tasks import Task, done

ONE_RATE = replace(TINY, rates_hz=(100.0,))


def by(rows: list[Row], **wanted: str) -> list[Row]:
    return [row for row in rows if all(getattr(row, name) == value for name, value in wanted.items())]


def test_events_of_a_given_recording(sprint: Path) -> None:
    rows = list(validate([sprint], TINY, ["events"], workers=1).tables["events"])
    pooled = by(rows, group="sprint")
    assert {row.quantity for row in pooled} >= {event.value for event in Event}
    assert {row.data for row in pooled} == {SIMULATED}
    (swing,) = by(pooled, quantity="swing_peak")
    assert swing.n > 15
    assert abs(swing.bias) < 2.0
    assert swing.missed == 0
    assert by(rows, group="sprint, by recording")


def test_stated_sds_of_a_given_recording(sprint: Path) -> None:
    rows = validate([sprint], TINY, ["sds"], workers=1).tables["sds"]
    (row,) = by(list(rows), quantity="arm_forward_peak")
    assert 0.0 < row.value <= 100.0
    assert row.unit == "%"


def test_real_recordings_are_called_real(shared: Path) -> None:
    folder = shared / "data" / "dorn2012" / "run_9.5_100hz_extended"
    rows = list(validate([folder], TINY, ["events"], workers=1).tables["events"])
    (contact,) = by(rows, group="sprint", quantity="initial_contact")
    assert contact.data == REAL
    assert contact.n > 40
    assert "tiled" in contact.condition
    assert abs(contact.bias) < 15.0


def test_stride_time_only_is_judged_per_recording(shared: Path) -> None:
    seen = observe_folder(shared / "data" / "dsads" / "p1")
    (errors,) = seen.errors.values()
    assert (len(errors.error), errors.missed) == (1, 0)
    assert abs(errors.error[0]) < 0.020


@pytest.mark.slow
def test_events_and_sds_of_the_grid() -> None:
    found = validate([], ONE_RATE, ["events", "sds"])
    conditions = {row.condition for row in found.tables["events"]}
    assert conditions == {cell.condition for cell in cells(ONE_RATE)}
    judged = [row for row in found.tables["events"] if row.limits]
    assert {row.condition.split(", ", 2)[2] for row in judged} == {WORST}
    pooled = [row for row in found.tables["sds"] if row.limits]
    assert {row.group for row in pooled} == {"jog", "run", "sprint"}
    assert all(row.limits == ("coverage",) and "all rates" in row.condition for row in pooled)


@pytest.mark.slow
def test_score_of_the_grid() -> None:
    rows = list(validate([], TINY, ["score"]).tables["score"])
    assert {row.group for row in rows} == {"recovery", "invariance", "null and missing", "intervals"}
    gains = [row for row in by(rows, group="invariance") if row.condition.startswith("amplitude")]
    assert len(gains) == 4
    assert all(abs(row.value) <= 1.0 for row in gains)
    conditions = [row.condition for row in by(rows, group="intervals")]
    assert len(set(conditions)) == len(conditions) == 2 * 3 * 3


def test_null_level_and_clocks_need_no_session() -> None:
    rows = list(score._null())
    (null,) = by(rows, quantity="spread of independent times")
    assert 14.3 <= null.value <= 15.3
    assert all(set(row.limits) <= set(LIMITS) and row.limits for row in rows)


def test_mixed_and_quiet_sessions_are_held_against_their_truth() -> None:
    """Counting, on made findings: one step of 200 missed is 99.5 %."""
    mixed = session.Found((True,) * 199 + (False,), (True,) * 200, (True,) * 6, 0, 8.0)
    quiet = session.Found((), (), (), 2, 1.0)
    answers = {task: mixed if task.work is session.mixed_session else quiet for task in session.plan(TINY)}
    rows = session.rows(TINY, answers, [])
    recall, precision, sprints, _, invented = rows
    assert (recall.value, recall.n, precision.value, sprints.value) == (99.5, 200, 100.0, 100.0)
    assert (invented.value, invented.n) == (2.0, 1)


@pytest.mark.slow
def test_a_mixed_session() -> None:
    found = session.mixed_session(1)
    assert len(found.recalled) > 150
    assert np.mean(found.recalled) > 0.95
    assert len(found.sprints) == session.SPRINTS


LATE = Verdict("late", "both", (("arm", "reference"),), 12)
NOBODY = Verdict("none", "", (), 12)


def test_named_alone_is_that_one_on_its_side_and_nobody_else() -> None:
    late = Late("arm", "both", 20.0)
    assert LATE.names_only(late)
    assert not NOBODY.names_only(late)
    assert not replace(LATE, text="early").names_only(late)
    assert not replace(LATE, side="left").names_only(late)
    assert not replace(LATE, named=(("trunk", "reference"),)).names_only(late)
    assert not replace(LATE, named=(*LATE.named, ("trunk", "earlier_strides"))).names_only(late)
    assert replace(LATE, named=(*LATE.named, ("arm", "other_side"))).names_only(late)
    assert replace(LATE, text="early").names_only(Late("arm", "both", -20.0))


def said(task: Task) -> dict[tuple[float, int], Verdict]:
    """Made verdicts: against the reference everything of 15 ms or more is named, else nothing."""
    late = task.what.late if isinstance(task.what, Run) else None
    seen = late is not None and late.ms >= 15.0 and task.work is judge_against_reference
    verdict = replace(LATE, named=((late.contributor, "reference"),)) if late and seen else NOBODY
    return {(sync, steps): verdict for sync in SYNCS_MS for steps in RUN_ENDS_S}


def test_rates_of_verdicts_are_counted() -> None:
    size = replace(TINY, sensitivity=2)
    rows = verdicts.rows(size, {task: said(task) for task in verdicts.plan(size)}, [])
    quiet = by(rows, group="nothing wrong")
    assert [row.value for row in quiet] == [100.0] * 4
    shares = {row.quantity: row.value for row in by(rows, group="own reference")}
    assert shares["one contributor 20 ms late: named alone"] == 100.0
    assert shares["one contributor 10 ms late: named alone"] == 0.0
    assert {row.value for row in by(rows, group="other side")} == {0.0}
    smallest = by(rows, group="smallest lag")
    assert len(smallest) == len(SYNCS_MS) * len(RUN_ENDS_S) * 2
    assert {row.value for row in smallest} == {14.0}  # from 0 % at 10 ms to 100 % at 15 ms


def test_an_impossible_verdict_is_no_success() -> None:
    impossible = {
        task: {key: Verdict("not_possible", "", (), 12) for key in said(task)} for task in verdicts.plan(TINY)
    }
    rows = by(verdicts.rows(TINY, impossible, []), group="nothing wrong")
    assert all(row.n == 0 and math.isnan(row.value) for row in rows)


def test_the_lag_that_is_never_named_is_not_made_up() -> None:
    assert math.isnan(verdicts.first_lag_reaching([5.0, 10.0], [0.0, 79.0]))
    assert verdicts.first_lag_reaching([5.0, 10.0], [40.0, 80.0]) == 10.0


@pytest.mark.slow
def test_runs_are_judged() -> None:
    """A late arm of 40 ms is named in one run, against the reference and by no other name."""
    late = Run(17, 4.5, Late("arm", "both", 40.0))
    found = judge_against_reference(late)
    assert set(found) == {(sync, steps) for sync in SYNCS_MS for steps in RUN_ENDS_S}
    assert found[0.0, 24].names_only(Late("arm", "both", 40.0))
    assert not any(one.named for one in judge_alone(Run(18, 4.5)).values())


def test_equal_tasks_are_done_once() -> None:
    calls: list[object] = []
    progress: list[tuple[int, int]] = []
    answers = done(
        [Task(calls.append, 1), Task(calls.append, 1), Task(calls.append, 2)],
        lambda *n: progress.append(n),
        1,
    )
    assert calls == [1, 2]
    assert len(answers) == 2
    assert progress == [(0, 2), (1, 2), (2, 2)]


def test_unknown_questions_are_refused() -> None:
    with pytest.raises(SettingsError, match="there is no question 'luck'; expected some of events"):
        validate([], TINY, ["luck"])


@pytest.mark.parametrize("size", [QUICK, FULL], ids=["quick", "full"])
def test_seeds_are_never_used_twice_in_a_cell(size: object) -> None:
    assert isinstance(size, type(TINY))
    for cell in cells(size):
        seeds = [one.seed for one in cell.sessions(size)]
        assert len(set(seeds)) == len(seeds)
    every = [one for cell in cells(size) for one in cell.sessions(size)]
    assert len({one.seed for one in every}) == len(every)
