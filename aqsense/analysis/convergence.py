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
_ONE, _OTHER = np.triu_indices(N_CONTRIBUTORS, 1)  # the pairs


def spread(times_s: Floats) -> Floats:
    """S_obs of each step, in the unit of the times; NaN without push, swing and a third contributor.

    Source: METHOD 4.2 (all weights 1).
    """
    difference = np.abs(times_s[:, _ONE] - times_s[:, _OTHER])
    present = ~np.isnan(difference)
    total = np.where(present, difference, 0.0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(scorable(times_s), GINI_TO_SD * total / present.sum(axis=1), np.nan)


def scorable(times_s: Floats) -> NDArray[np.bool_]:
    """Steps with at least three contributors, push and swing among them."""
    present = ~np.isnan(times_s)
    return (present.sum(axis=1) >= LEAST_CONTRIBUTORS) & present[:, PUSH] & present[:, SWING]


def noise(sd_s: Floats, times_s: Floats) -> Floats:
    """N of each step: root mean square of the SDs of the contributors present."""
    present = ~np.isnan(times_s)
    total = np.where(present & ~np.isnan(sd_s), sd_s**2, 0.0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.sqrt(total / present.sum(axis=1))


def spread_sd(times_s: Floats, sd_s: Floats) -> Floats:
    """SD of a single step's S_obs from the uncertainty of its peaks, first order (delta method)."""
    present = ~np.isnan(times_s)
    n = present.sum(axis=1)
    pairs = n * (n - 1) / 2
    variance = np.where(present & ~np.isnan(sd_s), (ranks(times_s) * sd_s) ** 2, 0.0).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(scorable(times_s), GINI_TO_SD * np.sqrt(variance) / pairs, np.nan)


def ranks(times_s: Floats) -> Floats:
    """(K, 4) how many contributors of the step are before each one, less how many are after it."""
    sign = np.sign(times_s[:, :, None] - times_s[:, None, :])
    return np.where(np.isnan(sign), 0.0, sign).sum(axis=2)


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
    # Of four numbers in the order of their columns: a step's bits don't depend on how many steps are
    # computed together.
    return np.where(np.isnan(times_s), 0.0, times_s).sum(axis=1, keepdims=True)


def debiased(mean_square_spread: float, mean_square_noise: float) -> float:
    """S of a run from the mean of S_obs^2 and of N^2; NaN where it is below the noise (METHOD 4.2)."""
    square = mean_square_spread - mean_square_noise
    return float(np.sqrt(square)) if square > 0 else float("nan")
