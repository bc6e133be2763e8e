"""What the picture shows of a Result: zero, rows, missing peaks, choice of the run, refusals."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from made_result import WHO, made_result

from aqsense.errors import NothingToAnalyse, SettingsError
from aqsense.model import Contributor, Side
from aqsense.view.clock_bound import worst_pair_bound_ms
from aqsense.view.rows_of_run import chosen_run, rows_of_run


def changed(**changes):
    """A change of one step: names of its columns and the new values; `at` = its number."""
    at = changes.pop("at")

    def change(step):
        if step["step"] == at:
            step.update(changes)

    return change


def step_row(result, stride, side):
    return next(row for row in rows_of_run(result, 1).rows if row.number == stride).steps[side]


def test_places_are_from_the_mean_of_all_scored():
    for step in rows_of_run(made_result(6), 1).steps():
        assert sum(peak.place_ms for peak in step.peaks.values()) == pytest.approx(0, abs=1e-6)
        assert len(step.peaks) == 4


@pytest.mark.parametrize("who", ["arm", "trunk"])
def test_zero_without_one_contributor_is_the_mean_of_three(who):
    result = made_result(6, change=changed(at=3, **{f"{who}_s": math.nan, f"{who}_quality": "no_data"}))
    step = step_row(result, 2, Side.LEFT)
    assert set(step.peaks) == set(Contributor) - {Contributor(who)}
    assert sum(peak.place_ms for peak in step.peaks.values()) == pytest.approx(0, abs=1e-6)
    assert step.missing == {Contributor(who): f"no {'torso' if who == 'trunk' else 'arm'} data"}
    assert step.unscored == ""


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"swing_s": math.nan, "swing_quality": "no_peak"}, "not scored: no swing leg peak"),
        ({"push_s": math.nan, "push_quality": "missing_sensor"}, "not scored: no push leg data"),
        ({"arm_s": math.nan, "trunk_s": math.nan}, "not scored: no arm data, no torso data"),
    ],
)
def test_step_without_score_says_why(changes, words):
    step = step_row(made_result(6, change=changed(at=4, **changes)), 2, Side.RIGHT)
    assert (step.unscored, dict(step.peaks)) == (words, {})


@pytest.mark.parametrize(
    ("quality", "is_doubtful"),
    [("", False), ("clock_unknown", False), ("few_strides;clock_unknown", False), ("bridged", True),
     ("clock_unknown;clipped", True), ("frame_doubtful", True), ("a_flag_of_a_later_version", True)],
)  # fmt: skip
def test_doubt_comes_from_the_flags(quality, is_doubtful):
    step = step_row(made_result(6, change=changed(at=3, arm_quality=quality)), 2, Side.LEFT)
    assert step.peaks[Contributor.ARM].is_doubtful is is_doubtful
    assert not step.peaks[Contributor.PUSH].is_doubtful


def test_toe_off_and_touchdown_share_the_axis():
    result = made_result(2)
    table, step = result.tables["steps"], step_row(result, 1, Side.LEFT)
    zero = np.mean([table[f"{who}_s"][0] for who in WHO])
    assert step.toe_off_ms == pytest.approx(1000 * (table["toe_off_s"][0] - zero), abs=1e-6)
    assert step.contact_ms == pytest.approx(1000 * (table["contact_s"][0] - zero), abs=1e-6)


def test_distance_or_time():
    assert [row.label for row in rows_of_run(made_result(2), 1).rows] == ["2 m", "6 m"]
    assert [row.label for row in rows_of_run(made_result(2, with_distance=False), 1).rows] == [
        "0.0 s",
        "0.5 s",
    ]


@pytest.mark.parametrize(
    ("scale", "limit"), [(0.1, 40), (1.0, 40), (1.7, 50), (2.0, 60), (3.0, 80), (20.0, 80)]
)  # fmt: skip
def test_axis_holds_the_largest_place_up_to_80(scale, limit):
    run = rows_of_run(made_result(12, scale=scale), 1)
    largest = max(abs(peak.place_ms) for step in run.steps() for peak in step.peaks.values())
    assert run.limit_ms == limit
    assert run.limit_ms >= min(largest, 80)


def test_headline_run_is_the_first_of_the_best_kind():
    result = made_result(3, runs=4)
    kinds = np.array(["jog", "run", "sprint", "sprint"], dtype=object)
    tables = {**result.tables, "runs": {**result.tables["runs"], "kind": kinds}}
    assert chosen_run(dataclasses.replace(result, tables=tables), None) == 3
    tables["runs"] = {**tables["runs"], "kind": np.array(["jog", "run", "jog", "run"], dtype=object)}
    assert chosen_run(dataclasses.replace(result, tables=tables), None) == 2


def test_refusals():
    with pytest.raises(SettingsError, match=r"run is 9; this result has 1, 2"):
        chosen_run(made_result(3, runs=2), 9)
    nothing = made_result(3, runs=0)
    with pytest.raises(NothingToAnalyse, match="holds no run"):
        chosen_run(nothing, None)
    result = made_result(3)
    empty = {name: column[:0] for name, column in result.tables["strides"].items()}
    without = dataclasses.replace(result, tables={**result.tables, "strides": empty})
    with pytest.raises(NothingToAnalyse, match="run 1"):
        rows_of_run(without, 1)


def test_clock_bound_is_of_the_worst_pair():
    clocks = {"a": {"sd_s": 0.003}, "b": {"sd_s": 0.001}, "c": {"sd_s": 0.004}}
    assert worst_pair_bound_ms(clocks) == pytest.approx(1.96 * 5)
    assert math.isnan(worst_pair_bound_ms({**clocks, "d": {"sd_s": None}}))
    assert math.isnan(worst_pair_bound_ms({**clocks, "d": {}}))
    assert math.isnan(worst_pair_bound_ms({"a": {"sd_s": 0.003}}))
    assert math.isnan(worst_pair_bound_ms({}))


def test_lane_widens_with_poor_clocks():
    assert rows_of_run(made_result(2, clock_sd_s=None), 1).lane_ms == 5
    assert rows_of_run(made_result(2, clock_sd_s=0.001), 1).lane_ms == 5
    assert rows_of_run(made_result(2, clock_sd_s=0.004), 1).lane_ms == pytest.approx(1.96 * 4 * math.sqrt(2))
