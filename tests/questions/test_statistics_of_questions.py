"""What the questions' statistics find when something is there, and how often when nothing is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from aqsense.analysis.questions.amplitudes import Pool
from aqsense.analysis.questions.balance import growth, theil_sen
from aqsense.analysis.questions.breakdown import find_knot
from aqsense.analysis.questions.continuity import dwells, half_cycles, ldlj, sparc
from aqsense.analysis.questions.coupling import lag_one, rank_correlation
from aqsense.analysis.questions.sequence import in_order
from aqsense.analysis.questions.step_timing import symmetry_angle, wilson
from aqsense.analysis.questions.trunk import lobe_deg

DRAWS = 400


def made_pool(
    beta: tuple[float, ...], random: np.random.RandomState, n: int = 48, noise: float = 0.04
) -> Pool:
    speed = np.linspace(5.0, 9.5, n)
    size = np.stack([speed**b * np.exp(noise * random.randn(n)) for b in beta], axis=1)
    return Pool(size, speed, np.repeat(np.arange(n / 2), 2)[:n])


def test_exponents_come_back() -> None:
    found = growth(made_pool((2.0, 0.8, 0.8, 0.3), np.random.RandomState(1)))
    for quantity, true in zip(found.beta, (2.0, 0.8, 0.8, 0.3), strict=True):
        assert quantity.low < true < quantity.high
    assert found.least == 3
    assert found.ratio.value == pytest.approx(0.8 / 2.0, abs=0.06)


def test_exponent_intervals_cover() -> None:
    random = np.random.RandomState(2)
    inside = [g.beta[1].low < 0.8 < g.beta[1].high for g in (
        growth(made_pool((2.0, 0.8, 0.8, 0.8), random)) for _ in range(DRAWS))]  # fmt: skip
    assert 0.91 <= np.mean(inside) <= 0.99


def test_alike_exponents_name_nobody() -> None:
    random = np.random.RandomState(3)
    named = [growth(made_pool((2.0, 0.8, 0.8, 0.8), random)).least >= 0 for _ in range(DRAWS)]
    assert np.mean(named) <= 0.07  # 5 % and three standard errors of 400 draws


@pytest.mark.parametrize("speeds", [np.full(40, 9.0), np.linspace(9.0, 9.8, 40), np.full(40, np.nan)])
def test_exponents_need_a_span_of_speeds(speeds: np.ndarray) -> None:
    pool = Pool(np.ones((40, 4)), speeds, np.arange(40.0))
    assert growth(pool).reason in ("speed_hardly_changes", "no_outside_speed")


def test_theil_sen_ignores_an_outlier() -> None:
    x = np.arange(20.0)
    y = 3.0 * x
    y[4] = 1e6
    assert theil_sen(x, y) == pytest.approx(3.0)


def test_a_knot_is_found_where_it_is() -> None:
    random = np.random.RandomState(4)
    x = np.arange(60.0)
    y = 10.0 + np.maximum(x - 35.0, 0.0) + random.randn(60)
    knot = find_knot(x, y, x, n_tried=5)
    assert knot.place.low <= 35.0 <= knot.place.high
    assert abs(knot.place.value - 35.0) <= 3.0
    assert knot.is_worse(1.0)
    assert not knot.is_worse(-1.0)


def test_no_knot_in_noise() -> None:
    random = np.random.RandomState(5)
    x = np.arange(48.0)
    found = [not find_knot(x, 0.1 * x + random.randn(48), x, n_tried=5).reason for _ in range(DRAWS)]
    assert np.mean(found) <= 0.01 + 0.02  # five series together stay below 5 %


def test_order_of_events() -> None:
    right = np.arange(5.0) + np.arange(10.0)[:, None] * 10
    assert in_order(right).value == 100.0
    wrong = right.copy()
    wrong[:3, [1, 2]] = wrong[:3, [2, 1]]
    assert in_order(wrong).value == 70.0
    assert math.isnan(in_order(right[:2]).value)


def test_wilson_never_leaves_zero_to_one() -> None:
    assert wilson(1.0, 12)[1] == 1.0
    assert wilson(0.0, 12)[0] == pytest.approx(0.0, abs=1e-12)
    low, high = wilson(0.5, 20)
    assert low == pytest.approx(1 - high)


def test_symmetry_angle() -> None:
    same = np.array([100.0, 101.0, 99.0])
    assert symmetry_angle(same, same).value == pytest.approx(0.0, abs=1e-12)
    right_longer = symmetry_angle(same, 1.1 * same)
    assert right_longer.value == pytest.approx(100 * (45 - math.degrees(math.atan(1 / 1.1))) / 90)
    assert symmetry_angle(1.1 * same, same).value == pytest.approx(-right_longer.value)


def test_ties_are_found_and_chance_is_not() -> None:
    random = np.random.RandomState(6)
    x = random.randn(48)
    assert rank_correlation(x, -x + 0.3 * random.randn(48)).high < -0.5
    outside = []
    for _ in range(DRAWS):
        found = rank_correlation(np.diff(random.randn(25)), np.diff(random.randn(25)))
        outside.append(found.low > 0 or found.high < 0)
    assert np.mean(outside) <= 0.07


def test_adjustment_needs_forty_steps_and_sees_overcorrection() -> None:
    random = np.random.RandomState(7)
    x = np.zeros(80)
    for i in range(1, 80):
        x[i] = -0.7 * x[i - 1] + random.randn()
    assert lag_one(x).high < 0
    assert lag_one(x[:39]).reason == "few_steps"


def test_smoother_is_nearer_to_zero() -> None:
    t = np.linspace(0, 1, 64)
    bell = 30 * t**2 * (1 - t) ** 2
    bumpy = bell * (1 + 0.2 * np.sin(12 * np.pi * t))
    length = np.array([0.25, 0.25])
    smooth, rough = ldlj(np.stack([bell, bumpy]), length)
    assert rough < smooth < 0
    # Minimum-jerk: the integral of the second derivative squared of 30 t^2 (1-t)^2 is 720 (by hand).
    assert smooth == pytest.approx(-math.log(720 / 1.875**2), abs=0.25)
    arc = sparc(np.stack([bell, bumpy]), 4 * length)  # ripples of 6 Hz: SPARC looks up to 20
    assert arc[1] < arc[0] < -1.0


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_smoothness_does_not_depend_on_size_or_length(scale: float) -> None:
    t = np.linspace(0, 1, 64)
    bell = 30 * t**2 * (1 - t) ** 2
    one, other = ldlj(np.stack([bell, scale * bell]), np.array([0.25, 0.25 * scale]))
    assert other == pytest.approx(one, rel=1e-6)


def test_half_cycles_and_dwell_of_a_sine() -> None:
    t = np.arange(0.0, 2.0, 0.0025)
    rate = np.sin(2 * np.pi * 2.0 * t + 0.3)
    begin, end = half_cycles(t, rate)
    np.testing.assert_allclose(end - begin, 0.25, atol=1e-4)
    # |sin| < 0.1 * P95 around a zero: 2 * asin(0.1 * P95) / (2 pi f)
    expected = 2 * math.asin(0.1 * np.percentile(np.abs(rate), 95)) / (4 * math.pi)
    np.testing.assert_allclose(dwells(rate, 0.0025), expected, atol=0.0026)


def test_a_lobe_is_integrated_between_its_zeros() -> None:
    t = np.arange(-0.4, 0.4, 0.005)
    wave = np.cos(2 * np.pi * 2 * t)
    middle = int(np.argmin(np.abs(t)))
    assert lobe_deg(wave, middle, 0.005) == pytest.approx(math.degrees(2 / (4 * np.pi)), rel=0.01)
    wave[:40] = np.nan
    assert math.isnan(lobe_deg(np.where(t < -0.05, np.nan, wave), middle, 0.005))
