"""What is constant and what changes from step to step: pattern, jitter, off own pattern (METHOD 4.3, 4.6).

A clock offset is the same in all steps. Shins change their roles from left to right steps, so their offsets
go partly into the pattern and partly into the jitter: both shares are computed per sensor and taken out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtri

from aqsense.analysis.convergence import spread
from aqsense.analysis.intervals import TAIL, Z95
from aqsense.analysis.run_steps import SENSORS, RunSteps
from aqsense.model import Floats

_FEWEST_FOR_BASIS = 4


@dataclass(frozen=True, slots=True)
class Decomposition:
    """Pattern (constant lags) and jitter (step to step) in ms with 95 % intervals; 0 where the noise hides
    them.

    n   steps with all the contributors of the set
    """

    pattern_ms: float
    pattern_low_ms: float
    pattern_high_ms: float
    jitter_ms: float
    jitter_low_ms: float
    jitter_high_ms: float
    n: int


def decompose(steps: RunSteps) -> Decomposition | None:
    """Pattern and jitter over the steps in which nobody is missing; None with fewer than two such steps.

    The interval of the jitter is that of a variance; the pattern's is exact only where the pattern is well
    above its error. Recovered within 0.5 ms in the mean (tests/statistics/test_pattern.py).
    Source: METHOD 4.3.
    """
    columns, whole = steps.columns, steps.whole()
    k, n = len(whole), len(columns)
    if k < 2 or n < 2:
        return None
    x = whole.centred_ms[:, columns]
    mean = x.mean(axis=0)
    degrees = (k - 1) * (n - 1)
    within = float(((x - mean) ** 2).sum()) / degrees
    between = float((mean**2).sum()) / (n - 1)
    clock_between, clock_within = _clock_shares(whole, columns)
    noise = float(np.mean(whole.event_sd_ms[:, columns] ** 2)) + clock_within
    jitter = [_root(within * ratio - noise) for ratio in _variance_interval(degrees)]
    pattern = _root(between - within / k - clock_between + clock_within / k)
    half = Z95 * math.sqrt((within / k + clock_between) / (n - 1))
    value, low, high = jitter
    return Decomposition(pattern, max(pattern - half, 0.0), pattern + half, value, low, high, k)


def _variance_interval(degrees: int) -> tuple[float, float, float]:
    """Value, low and high end of a variance, as factors."""
    return 1.0, degrees / float(chdtri(degrees, TAIL)), degrees / float(chdtri(degrees, 1 - TAIL))


def _clock_shares(steps: RunSteps, columns: list[int]) -> tuple[float, float]:
    """Mean square that the sensors' offsets put into the pattern and into the jitter, ms^2."""
    k, n = len(steps), len(columns)
    # (K, columns, sensors)
    moved = (steps.sensor[:, columns, None] == np.arange(len(SENSORS))).astype(float)
    moved -= moved.sum(axis=1, keepdims=True) / n
    mean = moved.sum(axis=0) / k
    variance = steps.sensor_sd_ms**2 / (n - 1)
    between = float(((mean**2).sum(axis=0) * variance).sum())
    within = float((((moved - mean) ** 2).sum(axis=(0, 1)) * variance).sum()) / (k - 1)
    return between, within


def _root(square: float) -> float:
    return math.sqrt(max(square, 0.0))


@dataclass(frozen=True)
class Basis:
    """Where an athlete's contributors are expected, to be taken out of a run (METHOD 4.3, 5.1).

    name           other_side, reference or earlier_strides
    place_ms       (2, 4) mean places on left and right steps; NaN = not known
    variance_ms2   (2, 4) of these means
    clock_factor   by how much the clocks' SDs grow in the comparison: 0 where they cancel
    first_stride   strides before this one make the basis and are not held against it; 0 otherwise
    """

    name: str
    place_ms: Floats
    variance_ms2: Floats
    clock_factor: float
    first_stride: int = 0


def basis_of(name: str, steps: RunSteps, clock_factor: float, first_stride: int = 0) -> Basis:
    """The mean places of some steps. For `other_side` left and right change places."""
    place, variance = np.full((2, 4), np.nan), np.full((2, 4), np.nan)
    for stance, side in enumerate(steps.sides):
        n = side.present.sum(axis=0)
        known = n >= _FEWEST_FOR_BASIS
        some = np.where(known, n, 2)
        mean = np.where(side.present, side.centred_ms, 0.0).sum(axis=0) / some
        squares = np.where(side.present, (side.centred_ms - mean) ** 2, 0.0).sum(axis=0)
        place[stance] = np.where(known, mean, np.nan)
        variance[stance] = np.where(known, squares / (some - 1) / some, np.nan)
    if name == "other_side":
        place, variance = place[::-1], variance[::-1]
    return Basis(name, place, variance, clock_factor, first_stride)


def residuals(steps: RunSteps, basis: Basis) -> RunSteps:
    """The scorable steps with the basis taken out, its own error added to theirs."""
    rows = steps.rows(steps.stride >= basis.first_stride)
    sd = np.sqrt(rows.event_sd_ms**2 + basis.variance_ms2[rows.stance])
    left = rows.centred_ms - basis.place_ms[rows.stance]
    whole = RunSteps(left, sd, rows.stance, rows.stride, rows.step, basis.clock_factor * rows.sensor_sd_ms)
    return whole.rows(~np.isnan(whole.square_ms2))


def pattern_spreads(steps: RunSteps, basis: Basis) -> Floats:
    """(K,) off own pattern of each step, ms: the spread of what is left after the basis, not debiased."""
    off = spread(steps.centred_ms - basis.place_ms[steps.stance])
    return np.where(steps.stride >= basis.first_stride, off, np.nan)
