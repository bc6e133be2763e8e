"""The regression figures of METHOD 4.1, 4.2 and 4.4: what the chosen spread does with known times."""

from __future__ import annotations

import numpy as np
import pytest
from made_steps import PATTERN_MS, made_steps

from aqsense.analysis.convergence import score, spread
from aqsense.analysis.intervals import run_spread

STRIDE_MS = 460.0


def draws(sigma: float, n: int = 200_000) -> np.ndarray:
    return sigma * np.random.RandomState(2).randn(n, 4)


@pytest.mark.parametrize("sigma", [5.0, 15.0, 45.0])
def test_mean_spread_is_the_sd_of_the_peaks(sigma: float) -> None:
    assert spread(draws(sigma)).mean() == pytest.approx(sigma, rel=0.005)


def test_no_bias_when_a_contributor_drops_out() -> None:
    times = draws(10.0)
    times[:, 3] = np.nan
    assert spread(times).mean() == pytest.approx(10.0, rel=0.005)


def test_one_step_scatters_by_43_percent() -> None:
    found = spread(draws(10.0))
    assert found.std() / found.mean() == pytest.approx(0.43, abs=0.01)


def test_spread_of_the_published_means() -> None:
    """8.7 ms at 9.5 m/s, 57.9 at 3.5; with the arm in its own plane 6.2 (METHOD 3.4)."""
    slow, own_plane = np.array([202.0, 243.0, 146.0, 131.0]), np.array([100.1, 88.4, 87.0, 86.6])
    assert spread(np.stack([PATTERN_MS, slow, own_plane])) == pytest.approx([8.7, 57.9, 6.2], abs=0.06)


def test_random_lags_of_half_a_stride() -> None:
    """Mean spread 14.8 % of the stride, score 16.5 (METHOD 4.2); 1 step of 20 falls below 6.1 %."""
    percent = 100 * spread(np.random.RandomState(3).uniform(0, 0.5, (200_000, 4)))
    assert percent.mean() == pytest.approx(14.8, abs=0.1)
    assert score(percent, 5.0).mean() == pytest.approx(16.5, abs=1.0)
    assert np.percentile(percent, 5) == pytest.approx(6.1, abs=0.1)


def run_score(n_steps: int, sync_ms: float, random: np.random.RandomState) -> float:
    value = run_spread(made_steps(random, n_steps, jitter_ms=5, sync_ms=sync_ms)).value_ms
    percent = np.array(0.0 if np.isnan(value) else 100 * value / STRIDE_MS)
    return float(score(percent, 5.0))


@pytest.mark.parametrize(
    ("n_steps", "sync_ms", "smallest_change"),
    [
        (10, 0, 5.9), (10, 2, 7.5), (10, 5, 13.4), (20, 0, 4.0), (20, 2, 6.4), (20, 5, 12.6), (40, 0, 2.9),
        (40, 2, 5.9), (40, 5, 12.4),
    ],
)  # fmt: skip
def test_smallest_detectable_change_of_the_score(
    n_steps: int, sync_ms: float, smallest_change: float
) -> None:
    """The table of METHOD 4.4, with a jitter of 5 ms."""
    random = np.random.RandomState(4)
    scores = [run_score(n_steps, sync_ms, random) for _ in range(500)]
    assert 1.96 * np.sqrt(2) * np.std(scores) == pytest.approx(smallest_change, rel=0.15)
