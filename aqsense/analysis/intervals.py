"""Spread of a run with its 95 % interval (METHOD 4.2, 4.4).

The steps' S_obs^2 are skew, so their mean has a Student interval on its logarithm; what the clocks may have
added or hidden is first order in the sensors' offsets and widens both sides. One formula for any number of
steps, without random numbers.

Differs from METHOD 4.4 (chi-square below 12 steps, bootstrap up to 64): measured on written-down steps this
covers 0.93-0.98 in every cell of 8-64 steps, jitter 4-15 ms, clocks 0-5 ms, where the chi-square covers
0.998-1.000 with twice the width and the bootstrap 0.88-1.00 (tests/statistics/test_intervals.py holds both
claims).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtri, stdtrit

from aqsense.analysis.convergence import GINI_TO_SD, ranks
from aqsense.analysis.run_steps import SENSORS, RunSteps
from aqsense.model import Floats

FEW_STEPS = 12
TAIL = 0.025
Z95 = 1.959964
_ONE_SIDED = 1.645


@dataclass(frozen=True, slots=True)
class RunSpread:
    """Debiased spread of a run in ms with its 95 % interval.

    value_ms         NaN if the spread is below the noise; `high_ms` is then its 95 % bound and `low_ms` NaN
    low_ms, high_ms  NaN for a single step
    """

    value_ms: float
    low_ms: float
    high_ms: float
    n: int

    @property
    def is_below_noise(self) -> bool:
        return math.isnan(self.value_ms)


def run_spread(steps: RunSteps) -> RunSpread:
    """Spread over some scored steps (at least one), debiased, with its interval.

    Source: METHOD 4.2, 4.4.
    """
    square = float(steps.square_ms2.mean())
    debiased = square - steps.noise_ms2
    if debiased <= 0:
        return RunSpread(math.nan, math.nan, _bound(steps, square), len(steps))
    low, high = square_interval(steps)
    return RunSpread(math.sqrt(debiased), _root(low), _root(high), len(steps))


def _root(square: float) -> float:
    return square if math.isnan(square) else math.sqrt(max(square, 0.0))


def square_interval(steps: RunSteps) -> tuple[float, float]:
    """95 % interval of the debiased square, ms^2; NaN for a single step."""
    k = len(steps)
    if k < 2:
        return math.nan, math.nan
    square = float(steps.square_ms2.mean())
    factor = math.exp(student(k - 1) * float(steps.square_ms2.std(ddof=1)) / math.sqrt(k) / square)
    clocks = Z95 * math.sqrt(_clock_variance(steps))
    value = square - steps.noise_ms2
    return value - math.hypot(square - square / factor, clocks), value + math.hypot(
        square * (factor - 1), clocks
    )


def _bound(steps: RunSteps, square: float) -> float:
    """95 % bound where the noise hides the spread: nothing is subtracted, and the clocks may have hidden
    some.

    S_obs^2 of K steps of n contributors is at least as steady as chi-square with K (n - 1) / 2 degrees.
    """
    degrees = len(steps) * (steps.mean_contributors - 1) / 2
    clock_square = float((np.where(steps.present, steps.sensor_sd_ms[steps.sensor], 0.0) ** 2).mean())
    return math.sqrt(square * degrees / float(chdtri(degrees, 0.95))) + _ONE_SIDED * math.sqrt(clock_square)


def _clock_variance(steps: RunSteps) -> float:
    """Variance of the mean S_obs^2 by the sensors' offsets: first order, and second where all peaks agree."""
    n = steps.counted
    scale = 2 * np.sqrt(steps.square_ms2) * GINI_TO_SD / (n * (n - 1) / 2)
    slope = scale[:, None] * ranks(steps.times_ms)
    sensor = steps.sensor[steps.present]
    per_sensor = np.bincount(sensor, slope[steps.present], len(SENSORS))
    variance = steps.sensor_sd_ms**2
    mean_variance = float(variance[sensor].mean())
    second = 2 * mean_variance**2 / (steps.mean_contributors - 1)
    return float(((per_sensor / len(steps)) ** 2 * variance).sum()) + second


def student(degrees: float, tail: float = TAIL) -> float:
    """Quantile of Student's t with `tail` above it."""
    return float(stdtrit(degrees, 1 - tail))


def students(degrees: Floats | NDArray[np.int64], tail: float = TAIL) -> Floats:
    """The same for an array; NaN of NaN."""
    return np.asarray(stdtrit(degrees, 1 - tail), np.float64)
