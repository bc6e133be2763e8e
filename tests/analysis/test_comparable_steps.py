"""A headline is made of like steps: no braking, one score set."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from aqsense.acquire import read_recording
from aqsense.analysis.comparable_steps import before_braking, one_set
from aqsense.analysis.pipeline import analyze

STRIDE = np.repeat(np.arange(1, 21), 2)


def test_slowing_down_at_the_end_is_left_out_and_the_start_is_not() -> None:
    rate = np.interp(STRIDE, [1, 5, 15, 20], [12.0, 22.0, 22.0, 9.0])
    kept = before_braking(STRIDE, rate)
    assert kept[STRIDE <= 15].all()
    assert STRIDE[kept].max() == 16  # 19.4 rad/s is more than 0.85 of 22


def test_a_run_at_one_speed_is_kept_whole() -> None:
    rate = 20.0 + np.random.RandomState(0).randn(40)
    assert before_braking(STRIDE, rate).all()
    assert before_braking(STRIDE, np.full(40, np.nan)).all()


def test_steps_that_lack_one_of_the_set_are_left_out() -> None:
    times = np.zeros((6, 4))
    times[1, 2] = np.nan
    set_of_four, whole = one_set(times, np.ones(6, bool))
    assert not np.isnan(set_of_four[0]).any()
    assert whole.tolist() == [True, False, True, True, True, True]


def test_a_contributor_that_most_steps_lack_is_no_part_of_the_set() -> None:
    times = np.zeros((6, 4))
    times[2:, 3] = np.nan
    set_of_three, whole = one_set(times, np.ones(6, bool))
    assert np.isnan(set_of_three[:, 3]).all()
    assert whole.all()


def test_a_trunk_that_dies_leaves_one_score_set(project: Path) -> None:
    result = analyze(read_recording(project / "recordings" / "sprint-lost-sensor"))
    assert result.tables["runs"]["score_set"].tolist() == ["push+swing+arm"]


def test_the_headline_ends_before_the_athlete_brakes(project: Path) -> None:
    runs = analyze(read_recording(project / "recordings" / "sprint-clean")).tables["runs"]
    assert runs["first_stride"][0] == 5
    assert runs["last_stride"][0] < 18
