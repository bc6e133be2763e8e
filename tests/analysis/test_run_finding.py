"""Which swing peaks make a run: alternation, stride time, length, gaps (METHOD 3.0)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from delivery import Rows, assert_delivery_does_not_matter
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from test_delivery_law import RunsStage

from aqsense.analysis.runs import REFERENCE, Runs
from aqsense.model import Floats

SPRINT_RATE = np.deg2rad(1200.0)
START_S, LAST_S = -100.0, 1000.0  # samples go on long before and after: no recording that is cut out of a run


def everywhere(_side: int, _begin_s: float, _end_s: float) -> bool:
    return True


def peaks(time_s: Floats, side: NDArray[np.int64], rate: float = SPRINT_RATE) -> NDArray[np.void]:
    rows = np.zeros(len(time_s), REFERENCE)
    rows["run"] = rows["order"] = -1
    rows["time_s"], rows["side"], rows["height"] = time_s, side, rate
    rows["index"] = np.arange(len(time_s))
    return rows


def alternating(n: int, stride_s: float = 0.46, start_s: float = 1.0) -> NDArray[np.void]:
    k = np.arange(n)
    return peaks(start_s + 0.5 * stride_s * k, k % 2)


def found(rows: NDArray[np.void], covered: Callable[..., bool] = everywhere) -> NDArray[np.void]:
    """All rows as they come out, in order of time."""
    stage = Runs(covered, lambda: START_S)
    out, _ = stage.push(rows, -np.inf)
    rest, _ = stage.finish(LAST_S)
    joined = np.concatenate([out, rest])
    return joined[np.argsort(joined["time_s"], kind="stable")]


def lengths(rows: NDArray[np.void]) -> list[int]:
    runs = rows["run"][rows["run"] >= 0]
    return [int((runs == run).sum()) for run in np.unique(runs)]


@pytest.mark.parametrize(("n", "expected"), [(5, []), (6, [6]), (7, [7]), (40, [40])])
def test_six_alternating_swings_are_a_run(n: int, expected: list[int]) -> None:
    rows = found(alternating(n))
    assert lengths(rows) == expected
    assert len(rows) == n  # those in no run come out too


def test_rows_of_a_run_are_numbered_in_order_of_time() -> None:
    rows = found(alternating(9))
    assert list(rows["order"]) == list(range(9))
    assert list(rows["side"]) == [0, 1] * 4 + [0]


@pytest.mark.parametrize(
    ("stride_s", "runs"),
    [(0.25, []), (0.40, [20]), (0.46, [20]), (0.75, [20]), (0.88, [20]), (0.95, []), (1.1, [])],
)
def test_walking_is_no_run(stride_s: float, runs: list[int]) -> None:
    assert lengths(found(alternating(20, stride_s))) == runs


def test_slow_swings_are_none() -> None:
    rows = alternating(20)
    rows["height"] = np.deg2rad(60.0)
    assert lengths(found(rows)) == []


@given(st.integers(0, 2**31 - 1))
def test_a_jittering_runner_is_one_run(seed: int) -> None:
    rows = alternating(30)
    rows["time_s"] += 0.02 * np.random.RandomState(seed).uniform(-1, 1, 30)
    assert lengths(found(rows)) == [30]


def test_the_same_leg_again_ends_a_run() -> None:
    """A stumble: one leg swings twice while the other shin has data and shows nothing."""
    rows = np.delete(alternating(30), 15)
    assert lengths(found(rows)) == [15, 14]


def test_a_pause_ends_a_run() -> None:
    assert lengths(found(np.concatenate([alternating(12), alternating(10, start_s=8.0)]))) == [12, 10]


def test_a_pause_of_few_steps_leaves_loose_peaks() -> None:
    rows = found(np.concatenate([alternating(12), alternating(4, start_s=8.0), alternating(8, start_s=15.0)]))
    assert lengths(rows) == [12, 8]
    assert list(rows["run"][12:16]) == [-1] * 4


def test_a_peak_lost_in_a_gap_does_not_end_a_run() -> None:
    whole = alternating(30)
    lost = whole[15]

    def covered(side: int, begin_s: float, end_s: float) -> bool:
        return not (side == lost["side"] and begin_s < lost["time_s"] < end_s)

    rows = found(np.delete(whole, 15), covered)
    assert lengths(rows) == [30]
    assert rows["side"][15] == lost["side"]
    assert rows["time_s"][15] == pytest.approx(lost["time_s"])
    assert np.isnan(rows["height"][15])


def test_both_legs_lost_end_a_run() -> None:
    """Two peaks lost in a row leave 0.7 s without a swing: nothing says that they ran on."""
    assert lengths(found(np.delete(alternating(30), [15, 16]), lambda *_: False)) == [15, 13]


def test_recordings_that_begin_and_end_in_a_run_may_be_shorter() -> None:
    for n, expected in ((3, []), (4, [4]), (5, [5])):
        rows = alternating(n)
        stage = Runs(everywhere, lambda: 0.9)
        out, _ = stage.push(rows, -np.inf)
        rest, _ = stage.finish(float(rows["time_s"][-1]) + 0.1)
        assert lengths(np.concatenate([out, rest])) == expected


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0.05, 1.0), st.integers(0, 1)), min_size=4, max_size=40), st.integers(0, 999)
)
def test_any_peaks_in_any_delivery(gaps: list[tuple[float, int]], seed: int) -> None:
    time_s = np.cumsum([gap for gap, _ in gaps])
    rows = peaks(time_s, np.array([side for _, side in gaps]))
    inputs: dict[str, Rows] = {
        site: (rows[rows["side"] == side],) for side, site in enumerate(("left_shin", "right_shin"))
    }
    inputs = {site: part for site, part in inputs.items() if len(part[0])}
    if len(inputs) < 2:
        return
    outcome = assert_delivery_does_not_matter(
        lambda: RunsStage(span_s=(0.0, float(time_s[-1]) + 0.2)), inputs, seeds=range(seed, seed + 3)
    )
    real = outcome["references"][outcome["references"]["index"] >= 0]
    assert sorted(real["time_s"]) == sorted(time_s)  # every peak comes out once, in a run or in none
