"""Pattern and jitter are found again, whatever clocks and noise add (METHOD 4.3)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from made_steps import PATTERN_MS, made_steps

from aqsense.analysis.intervals import run_spread
from aqsense.analysis.pattern import basis_of, decompose, pattern_spreads, residuals
from aqsense.analysis.surrogates import coupling_z, random_lag_p, shift_z

TRUE_PATTERN = float(PATTERN_MS.std(ddof=1))


@pytest.mark.parametrize(("sync_ms", "noise_ms"), [(0, 0), (1, 3), (2, 3)])
def test_pattern_and_jitter_are_recovered(sync_ms: float, noise_ms: float) -> None:
    random = np.random.RandomState(3)
    found = [decompose(made_steps(random, 24, sync_ms=sync_ms, noise_ms=noise_ms)) for _ in range(400)]
    assert np.mean([one.pattern_ms for one in found if one]) == pytest.approx(TRUE_PATTERN, abs=0.5)
    assert np.mean([one.jitter_ms for one in found if one]) == pytest.approx(8.0, abs=0.5)
    covered = [one.pattern_low_ms <= TRUE_PATTERN <= one.pattern_high_ms for one in found if one]
    assert 0.90 <= np.mean(covered) <= 0.985
    assert 0.88 <= np.mean([one.jitter_low_ms <= 8 <= one.jitter_high_ms for one in found if one]) <= 0.985


def test_clocks_alone_make_no_pattern() -> None:
    random = np.random.RandomState(4)
    squares = [
        one.pattern_ms**2
        for _ in range(400)
        if (one := decompose(made_steps(random, 24, jitter_ms=2, sync_ms=3, pattern_ms=np.zeros(4))))
    ]
    # Cut at zero, a square of mean zero has half its SD left.
    assert np.mean(squares) < 3.0**2 * 0.5


def test_one_step_has_no_pattern() -> None:
    assert decompose(made_steps(np.random.RandomState(1), 1)) is None


def test_own_pattern_is_taken_out() -> None:
    """Held against the same athlete's other steps only the jitter is left."""
    random = np.random.RandomState(5)
    left = []
    for _ in range(200):
        basis = basis_of("reference", made_steps(random, 40), math.sqrt(2))
        left.append(run_spread(residuals(made_steps(random, 24), basis)).value_ms)
    # The mean square of spreads of normal times is 1.18 of their variance.
    assert np.mean(left) == pytest.approx(8.0 * math.sqrt(1.18), abs=0.4)


def test_earlier_strides_are_not_held_against_themselves() -> None:
    steps = made_steps(np.random.RandomState(6), 24)
    basis = basis_of("earlier_strides", steps.rows(steps.stride < 9), 0.0, 9)
    off = pattern_spreads(steps, basis)
    assert np.isnan(off[steps.stride < 9]).all()
    assert not np.isnan(off[steps.stride >= 9]).any()


def test_other_side_is_held_against_the_other() -> None:
    steps = made_steps(np.random.RandomState(7), 24, jitter_ms=0.001, late_ms={(1, 2): 20.0})
    off = pattern_spreads(steps, basis_of("other_side", steps, math.sqrt(2)))
    # One of four 20 ms away: half of all pairs differ by 20 ms.
    assert off == pytest.approx(np.full(24, math.sqrt(math.pi) / 2 * 10.0), abs=0.01)


def test_independent_contributors_are_not_coupled() -> None:
    random = np.random.RandomState(8)
    z = [coupling_z(made_steps(random, 24), 5) for _ in range(200)]
    assert np.mean(z) == pytest.approx(0.0, abs=0.2)
    assert np.std(z) == pytest.approx(1.0, abs=0.25)


def test_steps_that_come_as_a_whole_are_coupled() -> None:
    random = np.random.RandomState(9)
    steps = made_steps(random, 24, jitter_ms=4)
    steps.times_ms[:] += 8 * random.randn(24, 1)
    assert coupling_z(steps, 5) > 3
    assert shift_z(steps) > 1


def test_random_lags_are_told_from_a_sprinter() -> None:
    random = np.random.RandomState(10)
    assert random_lag_p(made_steps(random, 24), 460.0, 5) < 0.02
    lags = [random.uniform(-115, 115, 4) for _ in range(200)]
    p = [random_lag_p(made_steps(random, 24, pattern_ms=lag), 460.0, 5) for lag in lags]
    assert np.mean(np.array(p) < 0.05) < 0.11
    assert np.mean(p) == pytest.approx(0.5, abs=0.07)


def test_few_steps_have_no_surrogates() -> None:
    steps = made_steps(np.random.RandomState(11), 7)
    assert all(math.isnan(x) for x in (coupling_z(steps, 5), shift_z(steps), random_lag_p(steps, 460.0, 5)))
