"""Made step times: what the score does with times that are known exactly (METHOD 4, 7.3)."""

from __future__ import annotations

import math
from statistics import fmean

import numpy as np

from aqsense.analysis.convergence import N_CONTRIBUTORS, score, spread
from aqsense.analysis.intervals import run_spread
from aqsense.analysis.run_steps import SENSOR_OF, SENSORS, RunSteps
from aqsense.model import Floats

HALF_PERCENT = 5.0
STRIDE_MS = 450.0
STEPS_OF_A_RUN = 20
TRUE_SCORE = 85.7  # METHOD 4.4
EVENT_NOISE_MS = 2.5
# SD of the times of four contributors whose root mean square spread gives the true score.
_TRUE_SD_MS = 4.61


def run_score(times_ms: Floats, stride_ms: float) -> float:
    """Score of a run from its steps' times (k, 4), not debiased: root mean square of the steps' spreads."""
    mean_square = float(np.nanmean(spread(times_ms) ** 2))
    return _score(100.0 * math.sqrt(mean_square) / stride_ms)


def _score(spread_percent: float) -> float:
    return float(score(np.array([spread_percent]), HALF_PERCENT)[0])


def null_level_percent(n_steps: int, seed: int) -> Floats:
    """(n_steps,) spread in % of the stride of times that are uniform over half a stride."""
    times = np.random.RandomState(seed).uniform(0.0, STRIDE_MS / 2, (n_steps, N_CONTRIBUTORS))
    return 100.0 * spread(times) / STRIDE_MS


def worst_change_with_time(times_ms: Floats, stride_ms: float, factors: Floats) -> float:
    """Largest change of the score, points, when the whole movement takes `factors` times as long."""
    before = run_score(times_ms, stride_ms)
    return max(abs(run_score(times_ms * f, stride_ms * f) - before) for f in factors)


def scores_by_injected_spread(sds_ms: Floats, n_runs: int, seed: int) -> Floats:
    """(n_sds,) mean score over runs on a zero pattern with the injected SD."""
    random = np.random.RandomState(seed)
    return np.array([fmean(_zero_pattern_score(random, sd) for _ in range(n_runs)) for sd in sds_ms])


def _zero_pattern_score(random: np.random.RandomState, sd_ms: float) -> float:
    return run_score(sd_ms * random.randn(STEPS_OF_A_RUN, N_CONTRIBUTORS), STRIDE_MS)


def change_when_one_is_missing(n_runs: int, seed: int, sd_ms: float = 5.0) -> Floats:
    """(n_runs,) change of a run's score, points, when half of the steps lack the arm or the trunk."""
    random = np.random.RandomState(seed)
    out = np.empty(n_runs)
    for run in range(n_runs):
        times = sd_ms * random.randn(STEPS_OF_A_RUN, N_CONTRIBUTORS)
        dropped = times.copy()
        rows = np.flatnonzero(random.random_sample(STEPS_OF_A_RUN) < 0.5)
        dropped[rows, random.randint(2, N_CONTRIBUTORS, len(rows))] = np.nan
        out[run] = run_score(dropped, STRIDE_MS) - run_score(times, STRIDE_MS)
    return out


def scores_with_clock_errors(sync_ms: float, n_sessions: int, seed: int) -> tuple[Floats, Floats]:
    """(n_sessions,) raw and (n_sessions,) debiased scores of runs whose true score is TRUE_SCORE.

    METHOD 4.4's table: every contributor's clock is off by a constant of SD `sync_ms`. METHOD doesn't
    state its event noise; EVENT_NOISE_MS is ours. A spread below the noise counts as none (METHOD 4.2).
    """
    random = np.random.RandomState(seed)
    found = [_scores_of_session(random, sync_ms) for _ in range(n_sessions)]
    raw, debiased = np.array(found).T
    return raw, debiased


def _scores_of_session(random: np.random.RandomState, sync_ms: float) -> tuple[float, float]:
    shape = (STEPS_OF_A_RUN, N_CONTRIBUTORS)
    one_side, number = np.zeros(STEPS_OF_A_RUN, np.int64), np.arange(STEPS_OF_A_RUN)
    clocks = sync_ms * random.randn(len(SENSORS))
    times = np.hypot(_TRUE_SD_MS, EVENT_NOISE_MS) * random.randn(*shape) + clocks[SENSOR_OF[one_side]]
    steps = RunSteps(
        times, np.full(shape, EVENT_NOISE_MS), one_side, number, number, np.full(len(SENSORS), sync_ms)
    )
    percent = 100.0 * float(np.nan_to_num(run_spread(steps).value_ms)) / STRIDE_MS
    return run_score(times, STRIDE_MS), _score(percent)
