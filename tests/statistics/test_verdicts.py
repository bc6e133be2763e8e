"""Verdicts: how often nobody, the right one and the wrong one is named (METHOD 5.1); reasons for none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from made_steps import made_steps

from aqsense.analysis.contrasts import Group, against, other_side
from aqsense.analysis.run_steps import RunSteps
from aqsense.analysis.verdicts import BASES, Question, bases_compared, compare, holm, verdict

PUSH, SWING, ARM, TRUNK = range(4)
REFERENCE_STEPS = 40
Late = dict[tuple[int, int], float]


def question(steps: RunSteps, reference: RunSteps | None = None, sync_ms: float = 1.0) -> Question:
    groups = () if reference is None else (Group(reference, "earlier"),)
    return Question(steps, steps, "now", sync_ms, few_strides=False, reference=groups)


def rates(
    n_runs: int, n_steps: int, late: Late, *, reference: bool, seed: int = 5
) -> Counter[tuple[str, int] | None]:
    """How often each basis and contributor is named; jitter 8 ms, clocks 1 ms, the pattern of METHOD 3.2."""
    random, names = np.random.RandomState(seed), Counter[tuple[str, int] | None]()
    for _ in range(n_runs):
        steps = made_steps(random, n_steps, sync_ms=1, late_ms=late)
        usual = made_steps(random, REFERENCE_STEPS, sync_ms=1) if reference else None
        found = verdict(compare(question(steps, usual)))
        names[None if found is None else (found.basis, found.contributor)] += 1
    return names


def both(contributor: int, ms: float) -> Late:
    return {(0, contributor): ms, (1, contributor): ms}


@pytest.mark.parametrize("n_steps", [12, 24])
def test_nobody_is_named_where_nothing_is_wrong(n_steps: int) -> None:
    assert rates(400, n_steps, {}, reference=True)[None] >= 0.95 * 400


def test_late_against_own_reference_is_named_alone() -> None:
    names = rates(300, 12, both(ARM, 20), reference=True)
    assert names["reference", ARM] >= 0.95 * 300


def test_late_against_the_other_side_is_named_alone() -> None:
    names = rates(300, 24, {(1, ARM): 20}, reference=False)
    assert names["other_side", ARM] >= 0.94 * 300
    assert sum(names.values()) - names[None] - names["other_side", ARM] <= 0.02 * 300


@pytest.mark.slow
@pytest.mark.parametrize("contributor", [PUSH, SWING, ARM, TRUNK])
def test_rates_of_every_contributor(contributor: int, record_property: Callable[[str, object], None]) -> None:
    """20 ms late: found alone in 97 % of runs of 12 steps against own reference, in 92 (legs) to 96 % (torso)
    of runs of 24 steps against the other side. With a known jitter 94 % would be the most for the legs, whose
    sensors' clocks enter twice. 10 and 15 ms are reported.
    """
    n = 1000
    for ms in (10, 15, 20):
        own = rates(n, 12, both(contributor, ms), reference=True)["reference", contributor] / n
        other = rates(n, 24, {(1, contributor): ms}, reference=False)["other_side", contributor] / n
        record_property(f"{ms} ms late", f"own reference {own:.3f}, other side {other:.3f}")
    assert own >= 0.95
    assert other >= 0.90


@pytest.mark.slow
@pytest.mark.parametrize("n_steps", [12, 24])
def test_false_alarms_in_many_runs(n_steps: int) -> None:
    assert rates(3000, n_steps, {}, reference=True)[None] >= 0.965 * 3000


def test_a_change_along_the_run_is_dated() -> None:
    random, found = np.random.RandomState(2), Counter[tuple[str, int, int] | None]()
    for _ in range(200):
        steps = made_steps(random, 24, jitter_ms=5, sync_ms=4, late_ms=both(ARM, 15), late_from_stride=11)
        one = verdict(compare(question(steps, sync_ms=4)))
        found[None if one is None else (one.basis, one.contributor, one.from_stride)] += 1
    dated = sum(found["earlier_strides", ARM, stride] for stride in (10, 11, 12))
    assert found["earlier_strides", ARM, 11] >= 150
    assert 200 - dated - found[None] <= 6


def test_a_braking_sprinter_has_not_changed() -> None:
    """What changes with step frequency is no verdict: strides off by more than 3 % are not compared."""
    random = np.random.RandomState(3)
    steps = made_steps(random, 24, jitter_ms=3)
    braking = steps.stride >= 13
    times = steps.times_ms + 12.0 * np.cumsum(braking)[:, None] ** 1.5
    times[braking, ARM] -= 40
    found = compare(question(replace(steps, times_ms=times)))
    assert not [one for one in found if one.basis == "earlier_strides" and one.named]


def test_intervals_of_differences_cover() -> None:
    random, hits, truth = (
        np.random.RandomState(4),
        np.zeros((2, 4)),
        np.array([-20 / 3, -20 / 3, 20, -20 / 3]),
    )
    for _ in range(600):
        side = other_side(made_steps(random, 24, sync_ms=2, late_ms={(1, ARM): 20}))
        usual = made_steps(random, 40, sync_ms=2)
        own = against(
            Group(made_steps(random, 12, sync_ms=2, late_ms=both(ARM, 20)), "a"), [Group(usual, "b")]
        )
        for row, contrast in enumerate((side, own)):
            hits[row] += np.abs(contrast.difference_ms - truth) <= contrast.half_width_ms(0.025)
    assert (hits / 600 >= 0.92).all()
    assert (hits / 600 <= 0.985).all()


def test_clocks_cancel_within_one_session() -> None:
    random, offsets = np.random.RandomState(5), np.array([20.0, -20, 15, 0, 5])
    now = made_steps(random, 12, jitter_ms=1, sync_ms=20, offsets_ms=offsets)
    before = made_steps(random, 40, jitter_ms=1, sync_ms=20, offsets_ms=offsets)
    same = against(Group(now, "a"), [Group(before, "a")])
    other = against(Group(now, "a"), [Group(before, "b")])
    assert (np.abs(same.difference_ms) < 2).all()
    assert (same.se_ms < 1).all()
    assert (other.se_ms > 10).all()


def test_what_could_be_told_is_told_in_80_percent() -> None:
    random = np.random.RandomState(6)
    found = compare(question(made_steps(random, 24, sync_ms=1)))
    smallest = np.mean(
        [compare(question(made_steps(random, 24, sync_ms=1)))[ARM].smallest_tellable_ms for _ in range(60)]
    )
    assert all(one.smallest_tellable_ms > 5 for one in found if not one.reason)
    names = rates(300, 24, {(1, ARM): float(smallest)}, reference=False)
    assert names["other_side", ARM] / 300 == pytest.approx(0.8, abs=0.08)


def test_reasons_for_no_comparison() -> None:
    steps = made_steps(np.random.RandomState(7), 24)

    def reasons(asked: Question) -> dict[str, set[str]]:
        found = compare(asked)
        return {basis: {one.reason for one in found if one.basis == basis} for basis in BASES}

    plain = question(steps)
    assert reasons(plain) == {"other_side": {""}, "reference": {"no_reference"}, "earlier_strides": {""}}
    coarse = reasons(replace(plain, sync_ms=3.0))
    assert coarse == {"other_side": {"clocks_poor"}, "reference": {"clocks_poor"}, "earlier_strides": {""}}
    assert set.union(*reasons(replace(plain, sync_ms=5.1)).values()) == {"clocks_poor"}
    assert set.union(*reasons(replace(plain, few_strides=True)).values()) == {"few_strides"}
    few = steps.rows(np.arange(7))
    assert set.union(*reasons(replace(plain, steps=few, from_fifth=few)).values()) == {"few_steps"}
    one_side = steps.rows(steps.stance == 0)
    assert reasons(replace(plain, steps=one_side, from_fifth=one_side))["other_side"] == {
        "contributor_missing"
    }


def test_a_missing_contributor_is_not_compared_and_moves_nobody() -> None:
    """Without the torso in half of the steps, lags against two and against three others are not mixed."""
    random = np.random.RandomState(8)
    steps = made_steps(random, 24, jitter_ms=1)
    times = steps.times_ms.copy()
    times[steps.stance == 1, TRUNK] = np.nan
    found = compare(question(replace(steps, times_ms=times)))
    assert not bases_compared([one for one in found if one.basis == "other_side"])
    times[:, TRUNK] = np.nan
    found = compare(question(replace(steps, times_ms=times)))
    assert [one.reason for one in found[:4]] == ["", "", "", "contributor_missing"]
    assert verdict(found) is None


def test_at_most_one_is_named_per_basis() -> None:
    random = np.random.RandomState(9)
    for _ in range(100):
        steps = made_steps(random, 24, jitter_ms=3, late_ms={(1, ARM): 30, (1, PUSH): -30, (0, SWING): 15})
        found = compare(question(steps))
        assert all(sum(one.named for one in found if one.basis == basis) <= 1 for basis in BASES)


def test_holm() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert len(holm(np.array([]))) == 0
