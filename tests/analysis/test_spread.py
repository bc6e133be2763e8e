"""Spread, score, lags, places: METHOD 3.4 and 4.2 held against values known without the code."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from aqsense.analysis.convergence import debiased, lags, noise, places, scorable, score, spread, spread_sd
from aqsense.model import Floats

HALF_PERCENT = 5.0
NAN = np.nan
# METHOD 3.2, ms after contact: push, swing, arm, trunk; stride time.
SPRINT_MS, SPRINT_STRIDE_MS = np.array([[100.1, 88.4, 81.0, 86.6]]), 459.0
JOG_MS, JOG_STRIDE_MS = np.array([[202.0, 243.0, 146.0, 131.0]]), 754.0


def by_definition(times: Floats) -> float:
    known = times[~np.isnan(times)]
    return float(np.sqrt(np.pi) / 2 * np.mean([abs(a - b) for a, b in combinations(known, 2)]))


# Times of steps in ms, to whole microseconds: sums stay exact enough for equality of properties.
instants = st.integers(-200_000, 200_000).map(lambda us: us / 1000.0)
steps = arrays(np.float64, st.tuples(st.integers(1, 8), st.just(4)), elements=instants)


def test_spread_of_known_sets() -> None:
    times = np.array([[0.0, 0, 0, 0], [0, 10, 0, 10], [0, 10, 20, 30], [0, 12, NAN, 6]])
    unit = np.sqrt(np.pi) / 2
    np.testing.assert_allclose(spread(times), unit * np.array([0, 40 / 6, 100 / 6, 24 / 3]), rtol=1e-12)


def test_the_mean_times_of_the_method() -> None:
    """METHOD 3.4: 8.7 ms (1.9 % of the stride) at 9.5 m/s, 57.9 ms (7.7 %) at 3.5 m/s."""
    sprint, jog = spread(SPRINT_MS)[0], spread(JOG_MS)[0]
    assert sprint == pytest.approx(8.7, abs=0.05)
    assert jog == pytest.approx(57.9, abs=0.05)
    assert 100 * sprint / SPRINT_STRIDE_MS == pytest.approx(1.9, abs=0.05)
    assert 100 * jog / JOG_STRIDE_MS == pytest.approx(7.7, abs=0.05)
    # Section 4.2's anchors: 77 in the sprint, 34 to 38 in the jog.
    assert score(np.float64(100 * sprint / SPRINT_STRIDE_MS), HALF_PERCENT) == pytest.approx(77, abs=0.6)
    assert 34 <= score(np.float64(100 * jog / JOG_STRIDE_MS), HALF_PERCENT) <= 38


@given(steps)
def test_spread_is_the_gini_mean_difference(times: Floats) -> None:
    np.testing.assert_allclose(spread(times), [by_definition(row) for row in times], rtol=1e-9, atol=1e-9)


@given(steps, st.permutations(range(4)), st.integers(-10_000, 10_000), st.floats(0.01, 100.0))
def test_spread_does_not_care_who_or_when_and_scales(
    times: Floats, order: list[int], later: int, factor: float
) -> None:
    plain = spread(times)
    np.testing.assert_allclose(spread(times[:, order]), plain, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(spread(times + later), plain, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(spread(times * factor), plain * factor, rtol=1e-9, atol=1e-9)


@given(steps, st.integers(0, 7))
def test_a_step_does_not_depend_on_the_steps_beside_it(times: Floats, which: int) -> None:
    row = which % len(times)
    for function in (spread, lags, places):
        assert function(times[row : row + 1]).tobytes() == function(times)[row : row + 1].tobytes()


@pytest.mark.parametrize(
    ("times", "is_scored"),
    [
        ([1.0, 2.0, 3.0, 4.0], True),
        ([1.0, 2.0, 3.0, NAN], True),
        ([1.0, 2.0, NAN, 4.0], True),
        ([NAN, 2.0, 3.0, 4.0], False),  # no push
        ([1.0, NAN, 3.0, 4.0], False),  # no swing
        ([1.0, 2.0, NAN, NAN], False),  # two are no score
        ([NAN, NAN, NAN, NAN], False),
    ],
)
def test_what_a_score_needs(times: list[float], is_scored: bool) -> None:
    step = np.array([times])
    sd = np.ones((1, 4))
    assert scorable(step)[0] == is_scored
    assert np.isnan(spread(step)[0]) == (not is_scored)
    assert np.isnan(spread_sd(step, sd)[0]) == (not is_scored)


@pytest.mark.parametrize("missing", [[], [2], [3]])
def test_spread_of_normal_times_is_their_sd(missing: list[int]) -> None:
    times = np.random.RandomState(4).normal(0.0, 12.0, (200_000, 4))
    times[:, missing] = NAN
    assert spread(times).mean() == pytest.approx(12.0, rel=0.01)


@given(steps)
def test_lags_and_places(times: Floats) -> None:
    """lag = minus the mean of the others = place * n / (n - 1); places sum to nothing."""
    by_hand = np.stack([times[:, c] - np.delete(times, c, axis=1).mean(axis=1) for c in range(4)], axis=1)
    np.testing.assert_allclose(lags(times), by_hand, atol=1e-9)
    np.testing.assert_allclose(places(times).sum(axis=1), 0.0, atol=1e-9)
    np.testing.assert_allclose(lags(times).sum(axis=1), 0.0, atol=1e-9)
    np.testing.assert_allclose(lags(times), places(times) * 4 / 3, atol=1e-9)


def test_lags_and_places_with_contributors_missing() -> None:
    times = np.array([[0.0, 6.0, NAN, 3.0], [0.0, 6.0, NAN, NAN], [5.0, NAN, NAN, NAN], [NAN] * 4])
    expected_lags = [[-4.5, 4.5, NAN, 0.0], [-6.0, 6.0, NAN, NAN], [NAN] * 4, [NAN] * 4]
    expected_places = [[-3.0, 3.0, NAN, 0.0], [-3.0, 3.0, NAN, NAN], [0.0, NAN, NAN, NAN], [NAN] * 4]
    np.testing.assert_allclose(lags(times), expected_lags)
    np.testing.assert_allclose(places(times), expected_places)


@pytest.mark.parametrize(
    ("percent", "expected"),
    [(0, 100), (1, 87), (2, 76), (3, 66), (5, 50), (7, 38), (10, 25), (14, 14)],
)
def test_scores_of_the_methods_table(percent: float, expected: float) -> None:
    assert score(np.float64(percent), HALF_PERCENT) == pytest.approx(expected, abs=0.5)


@given(st.floats(0, 100), st.floats(1, 20))
def test_half_percent_halves_the_score(percent: float, half: float) -> None:
    one, further = score(np.array([percent, percent + half]), half)
    assert further == pytest.approx(one / 2, rel=1e-9)


def test_noise_is_the_root_mean_square_of_those_present() -> None:
    times = np.array([[1.0, 2, 3, 4], [1, 2, NAN, 4]])
    sd = np.array([[3.0, 4, 0, 5], [3, 4, 99, 5]])
    np.testing.assert_allclose(noise(sd, times), [np.sqrt(50 / 4), np.sqrt(50 / 3)])


def test_debiasing() -> None:
    assert debiased(25.0, 9.0) == pytest.approx(4.0)
    assert np.isnan(debiased(9.0, 9.0))
    assert np.isnan(debiased(8.0, 9.0))


def test_debiasing_takes_the_noise_out_of_a_run() -> None:
    """True spread and noise, both normal: the debiased mean of the squares is the true one's."""
    random = np.random.RandomState(7)
    true = random.normal(0.0, 10.0, (100_000, 4))
    measured = true + random.normal(0.0, 6.0, true.shape)
    n_square = noise(np.full(true.shape, 6.0), measured)[0] ** 2
    expected = np.sqrt((spread(true) ** 2).mean())
    # E[S_obs^2] of four normal times is a little more than their variance: the small rest is the method's.
    assert debiased(float((spread(measured) ** 2).mean()), n_square) == pytest.approx(expected, rel=0.05)


@pytest.mark.parametrize(
    ("times", "sd"),
    [
        ([0.0, 40.0, 90.0, 150.0], [2.0, 3.0, 4.0, 5.0]),
        ([0.0, 12.0, -8.0, 25.0], [1.0, 1.0, 2.0, 1.5]),
        ([0.0, 30.0, NAN, 70.0], [3.0, 3.0, 3.0, 3.0]),
        ([0.0, 60.0, 55.0, 110.0], [0.5, 0.5, 1.0, 3.0]),
    ],
)
def test_spread_sd_against_monte_carlo(times: list[float], sd: list[float]) -> None:
    step, sds = np.array([times]), np.array([sd])
    drawn = step + sds * np.random.RandomState(3).standard_normal((40_000, 4))
    assert spread_sd(step, sds)[0] == pytest.approx(spread(drawn).std(), rel=0.15)
