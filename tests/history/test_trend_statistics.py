"""Statistics over sessions, on tables with known truth."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm, theilslopes

from aqsense.analysis.association import association
from aqsense.analysis.change import Difference, Side, Told, share_false_alarms, told_difference
from aqsense.analysis.detectable import Repeats, detectable_change, pooled_detectable_change, repeats
from aqsense.analysis.quantity import Quantity
from aqsense.analysis.trends import Best, Course, session_value, theil_sen, trend

DRAWS = 2000
NONE_YET = Quantity.missing("not yet (1 more run of one day)", 2)


def test_session_value_is_the_median_of_the_best_three() -> None:
    runs = np.array([9.0, 14.0, 11.0, np.nan, 30.0])
    assert session_value(runs, Best.SMALLEST) == Quantity(11.0, 9.0, 14.0, 3)
    assert session_value(runs, Best.GREATEST) == Quantity(14.0, 11.0, 30.0, 3)
    assert session_value(runs, Best.NONE) == Quantity(12.5, 9.0, 30.0, 4)
    assert session_value(runs[:2], Best.SMALLEST).value == 11.5
    nothing = session_value(np.array([np.nan]), Best.SMALLEST)
    assert math.isnan(nothing.value)
    assert nothing.reason == "no_value"


def test_the_best_three_of_many_are_better_with_nothing_changed() -> None:
    """The known bias of METHOD's rule, which the history says beside sessions of unlike numbers of runs."""
    draws = np.random.RandomState(3).normal(10, 1, (DRAWS, 9))
    of_three = np.mean([session_value(row[:3], Best.SMALLEST).value for row in draws])
    of_nine = np.mean([session_value(row, Best.SMALLEST).value for row in draws])
    assert of_three == pytest.approx(10.0, abs=0.1)
    assert -1.1 < of_nine - of_three < -0.8


@pytest.mark.parametrize("n", [5, 8, 12, 30, 60])
def test_slope_interval_covers(n: int) -> None:
    """0.95 or more; the fewer sessions, the coarser the choice of slopes. n = 60 is the normal form."""
    random, slope = np.random.RandomState(n), 0.3
    hits, middles = [], []
    for _ in range(DRAWS):
        day = np.sort(random.uniform(0, 90, n))
        found = theil_sen(day, 12 + slope * day + random.standard_t(4, n))
        hits.append(found.low <= slope <= found.high)
        middles.append(found.value)
    assert 0.935 <= np.mean(hits) <= 0.995
    assert np.mean(middles) == pytest.approx(slope, abs=0.005)


def test_slope_agrees_with_scipy() -> None:
    random = np.random.RandomState(8)
    day, value = random.uniform(0, 90, 50), random.normal(0, 1, 50)
    theirs = theilslopes(value, day, 0.95)
    ours = theil_sen(day, value)
    assert ours.value == pytest.approx(theirs.slope)
    width = theirs.high_slope - theirs.low_slope
    assert ours.low == pytest.approx(theirs.low_slope, abs=0.03 * width)
    assert ours.high == pytest.approx(theirs.high_slope, abs=0.03 * width)


def test_slope_of_sessions_at_the_same_time() -> None:
    day = np.array([0.0, 0.0, 7.0, 7.0, 14.0, 14.0, 21.0, 21.0])
    found = theil_sen(day, 1.0 + 2.0 * day)
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)
    assert theil_sen(np.zeros(6), np.arange(6.0)).reason == "fewer_than_two_sessions"


def test_four_sessions_have_a_slope_and_no_interval() -> None:
    found = trend(np.arange(4.0), np.array([4.0, 3.0, 2.0, 1.0]), NONE_YET)
    assert found.slope.value == -1.0
    assert math.isnan(found.slope.low)
    assert (found.course, found.reason) == (Course.NOT_YET, "not yet (1 more session)")


def test_injected_trends_are_found_with_their_sign() -> None:
    random, day = np.random.RandomState(5), np.arange(0.0, 84, 7)
    up = [trend(day, 10 + day / 14 + random.normal(0, 1, 12), NONE_YET).course for _ in range(200)]
    down = [trend(day, 10 - day / 14 + random.normal(0, 1, 12), NONE_YET).course for _ in range(200)]
    assert np.mean([one is Course.RISING for one in up]) > 0.95
    assert np.mean([one is Course.FALLING for one in down]) > 0.95


def test_no_trend_is_claimed_where_there_is_none() -> None:
    """At most 5 % (upper end of what 2000 draws of a true 5 % give)."""
    random, day = np.random.RandomState(6), np.arange(0.0, 70, 7)
    found = [trend(day, random.normal(10, 1, 10), NONE_YET) for _ in range(DRAWS)]
    assert np.mean([one.course in (Course.RISING, Course.FALLING) for one in found]) <= 0.06
    rest = [one for one in found if one.course is Course.OPEN]
    assert rest
    assert {one.reason for one in rest} == {NONE_YET.reason}


def test_plateau_needs_both_halves_of_the_rule() -> None:
    day = np.arange(0.0, 56, 7)
    flat = np.array([10.0, 10.4, 9.7, 10.2, 9.9, 10.3, 9.8, 10.1])
    assert trend(day, flat, Quantity(2.0, 1.0, 6.0, 3)).course is Course.PLATEAU
    unclear = np.array([10.0, 15.0, 8.0, 14.0, 9.0, 16.0, 11.0, 15.0])
    found = trend(day, unclear, Quantity(2.0, 1.0, 6.0, 3))
    assert found.slope.low < 0 < found.slope.high
    assert (found.course, found.reason) == (Course.OPEN, "slope_unclear")
    rising = trend(day, 10 + 0.01 * day, Quantity(2.0, 1.0, 6.0, 3))
    assert rising.course is Course.RISING  # smaller than detectable in one pair, but resolved by eight


def test_detectable_change_by_the_stated_formula() -> None:
    values = np.array([10.0, 12.0, 11.0, np.nan])
    found = detectable_change(values)
    assert found.value == pytest.approx(1.96 * math.sqrt(2) * 1.0, rel=1e-4)
    assert found.n == 3
    assert found.low < found.value < found.high
    assert found.as_json()["value"] == pytest.approx(2.7718, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([], "not yet (3 more runs of one day)"),
        ([10.0, np.nan], "not yet (2 more runs of one day)"),
        ([10.0, 11.0], "not yet (1 more run of one day)"),
    ],
)
def test_too_few_repeats(values: list[float], words: str) -> None:
    found = detectable_change(np.array(values, float))
    assert math.isnan(found.value)
    assert found.reason == words
    assert found.as_json()["value_reason"] == words


def test_days_are_pooled_about_their_own_means() -> None:
    days = [np.array([10.0, 11.0, 12.0]), np.array([20.0, 21.0, 22.0]), np.array([50.0, 90.0])]
    assert repeats(days) == Repeats(1.0, 4, 6)
    assert pooled_detectable_change(days).value == pytest.approx(detectable_change(days[0]).value)


def test_detectable_change_interval_covers() -> None:
    draws, truth = np.random.RandomState(2).normal(0, 1.5, (DRAWS, 4)), 1.96 * math.sqrt(2) * 1.5
    found = [detectable_change(row) for row in draws]
    assert 0.935 <= np.mean([one.low <= truth <= one.high for one in found]) <= 0.965


def test_false_alarms_of_three_repeats() -> None:
    """METHOD's factor 1.96 takes the SD of three runs for the truth: 19 % instead of 5 %. Ours keeps 5 %."""
    random = np.random.RandomState(4)
    by_method, by_us = [], []
    for _ in range(DRAWS):
        days, pair = random.normal(0, 1, 3), random.normal(0, 1, 2)
        by_method.append(abs(pair[1] - pair[0]) > detectable_change(days).value)
        found = told_difference(Side(pair[:1]), Side(pair[1:]), repeats([days]), 0.0)
        by_us.append(found.told is Told.YES)
    assert 0.16 < np.mean(by_method) < 0.22
    assert 0.035 < np.mean(by_us) < 0.065


@pytest.mark.parametrize(("n_runs", "clock_sd"), [(3, 0.0), (3, 2.0), (5, 0.5), (8, 0.0)])
def test_any_yes_where_nothing_changed(n_runs: int, clock_sd: float) -> None:
    """Eleven quantities, sets of runs, clocks shared by a side's runs: any "yes" in at most 5 % of pairs."""
    random, names = np.random.RandomState(11), [f"measure {i}" for i in range(11)]
    alarms = 0
    for _ in range(DRAWS):
        found: dict[str, Difference] = {}
        for name in names:
            one, other = random.normal(10, 1, n_runs), random.normal(10, 1, n_runs)
            one, other = one + clock_sd * random.randn(), other + clock_sd * random.randn()
            found[name] = told_difference(
                Side(one), Side(other), repeats([one, other]), clock_sd * math.sqrt(2)
            )
        alarms += any(one.told is Told.YES for one in share_false_alarms(found).values())
    assert alarms / DRAWS <= 0.06  # 5 %, and the draw


def test_a_change_is_told_and_its_interval_covers() -> None:
    random, change = np.random.RandomState(12), 4.0
    told, covered = [], []
    for _ in range(DRAWS):
        one, other = random.normal(10, 1, 4), random.normal(10 + change, 1, 4)
        found = told_difference(Side(one), Side(other), repeats([one, other]), 0.0)
        told.append(found.told is Told.YES)
        covered.append(found.quantity.low <= change <= found.quantity.high)
    assert np.mean(told) > 0.95
    assert 0.935 <= np.mean(covered) <= 0.965


def test_holm_keeps_what_is_clear_and_says_what_may_be_chance() -> None:
    def made(chance: float) -> Difference:
        told = Told.YES if chance < 0.05 else Told.NO
        return Difference(Quantity(1.0, 0.5, 1.5, 3), 0.5, chance, told)

    unknown = Difference(Quantity.missing("no_value"), math.nan, math.nan, Told.NOT_YET, "no value")
    found = share_false_alarms({"a": made(0.001), "b": made(0.03), "c": made(0.7), "d": unknown})
    assert [found[name].told for name in "abcd"] == [Told.YES, Told.BY_CHANCE, Told.NO, Told.NOT_YET]


def test_without_repeats_nothing_is_told() -> None:
    one, other = Side(np.array([10.0]), 8.0, 12.0), Side(np.array([30.0]), 27.0, 34.0)
    found = told_difference(one, other, repeats([one.values, other.values]), 0.0)
    assert found.told is Told.NOT_YET
    assert found.reason == "not yet (2 more runs of one day)"
    assert found.quantity.value == 20.0
    assert found.quantity.low == pytest.approx(20 - math.hypot(3, 2))
    assert found.quantity.high == pytest.approx(20 + math.hypot(4, 2))


@pytest.mark.parametrize("n", [8, 20])
@pytest.mark.parametrize("pearson", [0.0, 0.6])
def test_association_interval_covers(n: int, pearson: float) -> None:
    random = np.random.RandomState(n)
    truth = 6 / math.pi * math.asin(pearson / 2)
    hits = []
    for _ in range(DRAWS):
        one = random.randn(n)
        other = pearson * one + math.sqrt(1 - pearson**2) * random.randn(n)
        found = association(norm.cdf(one), other)
        hits.append(found.low <= truth <= found.high)
    assert 0.92 <= np.mean(hits) <= 0.98


def test_no_coefficient_below_eight_sessions() -> None:
    found = association(np.arange(9.0), np.array([1.0, 2.0, np.nan, 4.0, 5.0, np.nan, 7.0, 8.0, 9.0]))
    assert math.isnan(found.value)
    assert (found.reason, found.n) == ("not yet (1 more session)", 7)
    assert association(np.arange(8.0), np.ones(8)).reason == "constant"
    assert association(np.arange(8.0), np.arange(8.0) ** 3).value == pytest.approx(1.0)
