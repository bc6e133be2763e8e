"""How closely peaks converge: spread and score of steps, strides and runs (METHOD 3.4, 4.2).

The spread is the Gini mean difference times sqrt(pi) / 2: for normal times it estimates their SD without
bias for any number of contributors. All arrays are (steps, contributors) in the order push, swing, arm,
trunk; NaN = missing.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

PUSH, SWING, ARM, TRUNK = range(4)
N_CONTRIBUTORS = 4
LEAST_CONTRIBUTORS = 3
GINI_TO_SD = np.sqrt(np.pi) / 2


def spread(times_s: Floats) -> Floats:
    """S_obs of each step, in the unit of the times; NaN without push, swing and a third contributor.

    Source: METHOD 4.2 (all weights 1).
    """
    total = np.zeros(len(times_s))
    pairs = np.zeros(len(times_s))
    for i in range(N_CONTRIBUTORS):
        for j in range(i + 1, N_CONTRIBUTORS):
            difference = np.abs(times_s[:, i] - times_s[:, j])
            present = ~np.isnan(difference)
            total += np.where(present, difference, 0.0)
            pairs += present
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(scorable(times_s), GINI_TO_SD * total / pairs, np.nan)


def scorable(times_s: Floats) -> NDArray[np.bool_]:
    """Steps with at least three contributors, push and swing among them."""
    present = ~np.isnan(times_s)
    return (present.sum(axis=1) >= LEAST_CONTRIBUTORS) & present[:, PUSH] & present[:, SWING]


def noise(sd_s: Floats, times_s: Floats) -> Floats:
    """N of each step: root mean square of the SDs of the contributors present."""
    present = ~np.isnan(times_s)
    total = np.zeros(len(times_s))
    for i in range(N_CONTRIBUTORS):
        total += np.where(present[:, i], np.nan_to_num(sd_s[:, i]) ** 2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(total / present.sum(axis=1))


def spread_sd(times_s: Floats, sd_s: Floats) -> Floats:
    """SD of a single step's S_obs from the uncertainty of its peaks, first order (delta method)."""
    present = ~np.isnan(times_s)
    pairs = present.sum(axis=1) * (present.sum(axis=1) - 1) / 2
    variance = np.zeros(len(times_s))
    for i in range(N_CONTRIBUTORS):
        rank = np.zeros(len(times_s))
        for j in range(N_CONTRIBUTORS):
            rank += np.nan_to_num(np.sign(times_s[:, i] - times_s[:, j]))
        variance += np.where(present[:, i], (rank * np.nan_to_num(sd_s[:, i])) ** 2, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(scorable(times_s), GINI_TO_SD * np.sqrt(variance) / pairs, np.nan)


def score(spread_percent: Floats, half_percent: float) -> Floats:
    """Convergence 0-100: 100 * 2^(-S% / half_percent)."""
    return 100.0 * np.exp2(-np.asarray(spread_percent) / half_percent)


def lags(times_s: Floats) -> Floats:
    """Each contributor minus the mean of the others that are present; NaN where fewer than two are."""
    present = ~np.isnan(times_s)
    n = present.sum(axis=1, keepdims=True)
    mean = _row_sum(times_s) / np.maximum(n, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(present & (n >= 2), (times_s - mean) * n / (n - 1), np.nan)


def places(times_s: Floats) -> Floats:
    """Each contributor minus the mean of all that are present."""
    present = ~np.isnan(times_s)
    n = present.sum(axis=1, keepdims=True)
    return np.where(present, times_s - _row_sum(times_s) / np.maximum(n, 1), np.nan)


def _row_sum(times_s: Floats) -> Floats:
    # Added column by column: a step's bits don't depend on how many steps are computed together.
    total = np.zeros(len(times_s))
    for i in range(N_CONTRIBUTORS):
        total += np.nan_to_num(times_s[:, i])
    return total[:, None]


def debiased(mean_square_spread: float, mean_square_noise: float) -> float:
    """S of a run from the mean of S_obs^2 and of N^2; NaN where it is below the noise (METHOD 4.2)."""
    square = mean_square_spread - mean_square_noise
    return float(np.sqrt(square)) if square > 0 else float("nan")
