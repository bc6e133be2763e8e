"""Could it be chance? Surrogates of a run (METHOD 4.5): for summary.json only, never for a headline.

Running is periodic by anatomy, so that passing the random-lag test is easy: a sanity check and no evidence.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

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
    x = np.where(steps.present, steps.centred_ms, 0.0)
    jitter = (x - x.sum(axis=0) / np.maximum(steps.present.sum(axis=0), 1)).astype(np.float32)
    drawn = _uniform(seed) * np.float32(stride_ms / 4)
    times = jitter.T[:, :, None] + drawn[:, None, :]
    as_small = np.count_nonzero(_mean_squares(times, steps.present) <= steps.square_ms2.mean())
    return (1 + as_small) / (1 + RANDOM_LAGS)


def coupling_z(steps: RunSteps, seed: int) -> float:
    """How much tighter the steps are than with every contributor's steps shuffled, in SDs of the shuffles.

    Above 0 the contributors come early or late together within a step. Shuffled within left and within right
    steps, so that every mean lag stays, and against the run's smooth rhythm. NaN for fewer than 8 steps.
    Source: METHOD 4.5 (b).
    """
    steps = steps.whole()
    return math.nan if len(steps) < FEWEST_STEPS else _coupling_z(_from_rhythm(steps), steps, seed)


def _coupling_z(times: Singles, steps: RunSteps, seed: int) -> float:
    moved = np.empty((N_CONTRIBUTORS, len(steps), SHUFFLES), np.float32)
    for stance in (0, 1):
        rows = np.flatnonzero(steps.stance == stance)
        for column in range(N_CONTRIBUTORS):
            order = _orders(seed + 4 * stance + column, len(rows))
            moved[column, rows] = times[rows, column][order]
    return _z(_mean_squares(moved, steps.present), steps)


def shift_z(steps: RunSteps) -> float:
    """The same with one contributor's steps shifted by 1 to K/2 steps of its side (METHOD 4.5 (c))."""
    steps = steps.whole()
    return math.nan if len(steps) < FEWEST_STEPS else _shift_z(_from_rhythm(steps), steps)


def _shift_z(times: Singles, steps: RunSteps) -> float:
    """Of a shifted contributor only the pairs with the others change."""
    present = steps.present
    pair = present[:, :, None] & present[:, None, :] & ~np.eye(N_CONTRIBUTORS, dtype=bool)
    apart = np.abs(times[:, :, None] - times[:, None, :]) * pair
    of_one = apart.sum(axis=2)
    rest = 0.5 * of_one.sum(axis=1, keepdims=True) - of_one
    moved = times[_shifted(steps)]
    own = (np.abs(moved[:, :, :, None] - times[:, None, None, :]) * pair[:, None]).sum(axis=3)
    scale = 2 * GINI_TO_SD / pair.sum(axis=(1, 2))
    return _z((((rest[:, None] + own) * scale[:, None, None]) ** 2).mean(axis=0), steps)


def _shifted(steps: RunSteps) -> NDArray[np.int64]:
    """(K, shifts) the step that comes into each step's place, within left and within right steps."""
    shifts = np.arange(1, max(len(steps) // 4, 1) + 1)
    out = np.empty((len(steps), len(shifts)), np.int64)
    for stance in (0, 1):
        rows = np.flatnonzero(steps.stance == stance)
        if len(rows):
            out[rows] = rows[(np.arange(len(rows))[:, None] - shifts) % len(rows)]
    return out


def coupling_and_shift_z(steps: RunSteps, seed: int) -> tuple[float, float]:
    """`coupling_z` and `shift_z` in one."""
    steps = steps.whole()
    if len(steps) < FEWEST_STEPS:
        return math.nan, math.nan
    times = _from_rhythm(steps)
    return _coupling_z(times, steps, seed), _shift_z(times, steps)


def _from_rhythm(steps: RunSteps) -> Singles:
    """(K, 4) times from the smooth course of the steps' middles, ms; missing ones 0.

    The course takes a little of the steps' own scatter with it; that is given back, so that independent
    contributors have a z of 0 on average.
    """
    number = (steps.step - steps.step.mean()) / max(float(steps.step.max() - steps.step.min()), 1.0)
    powers, _ = np.linalg.qr(number[:, None] ** np.arange(_RHYTHM_DEGREE + 1))
    smooth: Floats = powers @ (powers.T @ steps.middle_ms)
    left = np.where(steps.present, steps.times_ms - smooth[:, None], 0.0)
    given_back = math.sqrt(1 + (_RHYTHM_DEGREE + 1) / (len(steps.columns) * len(steps)))
    for stance in (0, 1):
        rows = np.flatnonzero(steps.stance == stance)
        of_side = left[rows]
        mean = of_side.sum(axis=0) / max(len(rows), 1)
        left[rows] = mean + given_back * (of_side - mean)
    return left.astype(np.float32)


def _z(squares: NDArray[Any], steps: RunSteps) -> float:
    """Of the surrogates' mean squares against the run's own spread."""
    squares = squares.astype(np.float64)
    sd = float(squares.std())
    return (float(squares.mean()) - float(steps.square_ms2.mean())) / sd if sd > 0 else math.nan


def _mean_squares(times: Singles, present: NDArray[np.bool_]) -> Singles:
    """(R,) mean S_obs^2 of K steps under R surrogates; `times` is (4, K, R)."""
    total = np.zeros(times.shape[1:], np.float32)
    apart = np.empty_like(total)
    pairs = np.zeros(len(present))
    for i in range(N_CONTRIBUTORS):
        for j in range(i + 1, N_CONTRIBUTORS):
            both = present[:, i] & present[:, j]
            pairs += both
            np.abs(np.subtract(times[i], times[j], out=apart), out=apart)
            if not both.all():
                apart *= both[:, None]
            total += apart
    total *= (GINI_TO_SD / pairs).astype(np.float32)[:, None]
    return np.einsum("kr,kr->r", total, total) / np.float32(len(total))


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
