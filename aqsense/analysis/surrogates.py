"""Could it be chance? Surrogates of a run (METHOD 4.5): for summary.json only, never for a headline.

Running is periodic by anatomy, so that passing the random-lag test is easy: a sanity check and no evidence.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.convergence import GINI_TO_SD, N_CONTRIBUTORS
from aqsense.analysis.run_steps import RunSteps
from aqsense.model import Floats

FEWEST_STEPS = 8
RANDOM_LAGS, SHUFFLES = 1000, 200
_RHYTHM_DEGREE = 3
Singles = NDArray[np.float32]


def random_lag_p(steps: RunSteps, stride_ms: float, seed: int) -> float:
    """Share of runs with constant lags drawn from +-T/4, jitter kept, whose spread is as small; at least
    1/1001.

    NaN for fewer than 8 steps. Source: METHOD 4.5 (a).
    """
    if len(steps) < FEWEST_STEPS:
        return math.nan
    x = np.nan_to_num(steps.centred_ms)
    jitter = x - x.sum(axis=0) / np.maximum(steps.present.sum(axis=0), 1)
    drawn = _uniform(seed) * np.float32(stride_ms / 4)
    times = [jitter[:, [c]].astype(np.float32) + drawn[c] for c in range(N_CONTRIBUTORS)]
    as_small = int((_mean_squares(times, steps.present) <= steps.square_ms2.mean()).sum())
    return (1 + as_small) / (1 + RANDOM_LAGS)


def coupling_z(steps: RunSteps, seed: int) -> float:
    """How much tighter the steps are than with every contributor's steps shuffled, in SDs of the shuffles.

    Above 0 the contributors come early or late together within a step. Shuffled within left and within right
    steps, so that every mean lag stays, and against the run's smooth rhythm. NaN for fewer than 8 steps.
    Source: METHOD 4.5 (b).
    """
    steps = steps.whole()
    if len(steps) < FEWEST_STEPS:
        return math.nan
    times = _from_rhythm(steps)
    moved = [np.empty((len(steps), SHUFFLES), np.float32) for _ in range(N_CONTRIBUTORS)]
    for stance in (0, 1):
        rows = np.flatnonzero(steps.stance == stance)
        for column, out in enumerate(moved):
            order = _orders(seed + 4 * stance + column, len(rows))
            out[rows] = times[rows, column][order]
    return _z(moved, steps)


def shift_z(steps: RunSteps) -> float:
    """The same with one contributor's steps shifted by 1 to K/2 steps of its side (METHOD 4.5 (c))."""
    steps = steps.whole()
    if len(steps) < FEWEST_STEPS:
        return math.nan
    times = _from_rhythm(steps)
    shifts = range(1, max(len(steps) // 4, 1) + 1)
    moved = [np.repeat(times[:, [c]], N_CONTRIBUTORS * len(shifts), axis=1) for c in range(N_CONTRIBUTORS)]
    for column in range(N_CONTRIBUTORS):
        for number, shift in enumerate(shifts):
            for stance in (0, 1):
                rows = np.flatnonzero(steps.stance == stance)
                moved[column][rows, column * len(shifts) + number] = np.roll(times[rows, column], shift)
    return _z(moved, steps)


def _from_rhythm(steps: RunSteps) -> Singles:
    """Times from the smooth course of the steps' middles; missing ones 0.

    The course takes a little of the steps' own scatter with it; that is given back, so that independent
    contributors have a z of 0 on average.
    """
    middle = steps.middle_ms
    number = (steps.step - steps.step.mean()) / max(float(np.ptp(steps.step)), 1.0)
    powers = np.vander(number, _RHYTHM_DEGREE + 1)
    smooth: Floats = powers @ (np.linalg.pinv(powers) @ middle)
    left = np.nan_to_num(steps.times_ms - smooth[:, None])
    given_back = np.sqrt(1 + (_RHYTHM_DEGREE + 1) / (len(steps.columns) * len(steps)))
    for stance in np.unique(steps.stance):
        rows = steps.stance == stance
        mean = left[rows].mean(axis=0)
        left[rows] = mean + given_back * (left[rows] - mean)
    return left.astype(np.float32)


def _z(moved: list[Singles], steps: RunSteps) -> float:
    """Against the run's own spread."""
    squares = _mean_squares(moved, steps.present).astype(np.float64)
    sd = float(squares.std())
    return (float(squares.mean()) - float(steps.square_ms2.mean())) / sd if sd > 0 else math.nan


def _mean_squares(times: list[Singles], present: NDArray[np.bool_]) -> Singles:
    """(R,) mean S_obs^2 of K steps under R surrogates; `times` holds a (K, R) array per contributor."""
    total = np.zeros(times[0].shape, np.float32)
    pairs = np.zeros(len(present))
    for i in range(N_CONTRIBUTORS):
        for j in range(i + 1, N_CONTRIBUTORS):
            both = present[:, i] & present[:, j]
            pairs += both
            total += np.abs(times[i] - times[j]) * both[:, None].astype(np.float32)
    total *= (GINI_TO_SD / pairs).astype(np.float32)[:, None]
    return (total**2).mean(axis=0)


# The numbers depend on the settings only: equal data give equal surrogates, and runs share the cost.
@lru_cache(maxsize=2)
def _uniform(seed: int) -> Singles:
    return np.random.RandomState(seed).uniform(-1, 1, (N_CONTRIBUTORS, RANDOM_LAGS)).astype(np.float32)


@lru_cache(maxsize=64)
def _orders(seed: int, n: int) -> NDArray[np.int64]:
    """(n, SHUFFLES) random orders of n."""
    return np.random.RandomState(seed).random_sample((n, SHUFFLES)).argsort(axis=0)


def seed_of(settings_hash: str) -> int:
    """Seed of all surrogates."""
    return int(settings_hash[:7], 16)
