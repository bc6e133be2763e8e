"""The matching rule: nearest within 80 ms, same kind and side; the rest is missed or invented."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from aqsense.validate.matching import NOBODY, match_events, match_steps, partners, step_partners
from aqsense.validate.truth import Truth

NAN = float("nan")
TIMES = st.lists(st.floats(0.0, 5.0), max_size=12)


def table(rows: list[tuple[str, str, float]]) -> dict[str, np.ndarray]:
    return {
        "event": np.array([row[0] for row in rows], object),
        "side": np.array([row[1] for row in rows], object),
        "time_s": np.array([row[2] for row in rows], float),
        "time_sd_s": np.full(len(rows), 0.003),
    }


def test_the_nearest_is_taken_and_no_further_than_80_ms() -> None:
    true, found = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0.95, 1.03, 2.079, 3.081, NAN])
    assert partners(true, found).tolist() == [1, 2, NOBODY, NOBODY]


def test_one_found_event_serves_one_true_one() -> None:
    assert partners(np.array([1.0, 1.05]), np.array([1.04])).tolist() == [NOBODY, 0]


@given(TIMES, TIMES)
def test_partners_are_near_and_never_shared(true: list[float], found: list[float]) -> None:
    index = partners(np.array(true, float), np.array(found, float))
    taken = index[index != NOBODY]
    assert len(set(taken.tolist())) == len(taken)
    assert all(abs(found[j] - true[i]) <= 0.080 for i, j in enumerate(index) if j != NOBODY)
    lonely = [i for i, j in enumerate(index) if j == NOBODY]
    free = [time for j, time in enumerate(found) if j not in taken]
    wanted_by_others = [found[j] for j in taken]
    assert all(
        abs(time - true[i]) > 0.080 or any(abs(w - true[i]) <= abs(time - true[i]) for w in wanted_by_others)
        for i in lonely
        for time in free
    )


def test_missed_and_invented_are_counted_where_the_truth_is_complete() -> None:
    true = table([("toe_off", "left", t) for t in (0.5, 1.0, 1.5, 2.0, 9.0)])
    found = table([("toe_off", "left", t) for t in (1.002, 1.3, 1.496, 7.0)] + [("toe_off", "right", 2.0)])
    errors = match_events(Truth(true, {}, ((0.9, 3.0),)), found)["toe_off"]
    assert np.round(1e3 * np.sort(errors.error), 6).tolist() == [-4.0, 2.0]
    assert errors.missed == 1  # 2.0 on the left; 0.5 and 9.0 lie outside
    assert errors.invented == 2  # 1.3 on the left, 2.0 on the right; 7.0 lies outside


def test_another_kind_or_side_does_not_serve() -> None:
    true = table([("toe_off", "left", 1.0), ("swing_peak", "right", 1.0)])
    found = table([("toe_off", "right", 1.0), ("swing_peak", "left", 1.0)])
    errors = match_events(Truth(true, {}, ((0.0, 2.0),)), found)
    assert {kind: (one.missed, one.invented) for kind, one in errors.items()} == {
        "toe_off": (1, 1),
        "swing_peak": (1, 1),
    }


def test_kinds_that_the_truth_does_not_know_are_not_judged() -> None:
    found = table([("shin_stall", "left", 1.0)])
    assert "shin_stall" not in match_events(
        Truth(table([("toe_off", "left", 1.0)]), {}, ((0.0, 2.0),)), found
    )


def steps(contact: list[float], swing: list[float], contact_time: list[float]) -> dict[str, np.ndarray]:
    sides = np.array(["left", "right"] * len(contact), object)[: len(contact)]
    return {
        "stance_side": sides,
        "contact_s": np.array(contact),
        "swing_s": np.array(swing),
        "contact_time_s": np.array(contact_time),
    }


def test_steps_match_by_swing_peak_and_a_missing_contact_time_is_missed() -> None:
    true = steps([1.0, 1.2, 1.4], [1.1, 1.3, 1.5], [0.12, 0.12, NAN])
    found = steps([1.01, 1.2, 1.4], [1.1, 1.3, 1.5], [0.13, NAN, 0.2])
    truth = Truth({}, true, ((0.0, 3.0),))
    errors = match_steps(truth, found, step_partners(truth, found))["contact_time_s"]
    assert np.round(1e3 * errors.error, 6).tolist() == [10.0]
    assert errors.missed == 1


def test_steps_of_the_other_foot_do_not_match() -> None:
    true = steps([1.0], [1.1], [0.1])
    found = steps([1.0], [1.1], [0.1]) | {"stance_side": np.array(["right"], object)}
    truth = Truth({}, true, ((0.0, 3.0),))
    assert step_partners(truth, found).tolist() == [NOBODY]
