"""The first steep rise of a scalar around an instant, on a fine grid: where it begins, how high it goes.

In:  samples (n, w), one instant per row.
Out: onset (where the slope last reached a share of its peak), steepest slope, height.
The curve between samples is a Lanczos interpolation with fixed weights: the same bits in any company.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

# The steepest rise lies this far around the instant; the first one of a share of it counts.
BEFORE_S, AFTER_S, FIRST_SHARE = 0.020, 0.006, 0.6
FOOT_S = 0.015
ONSET_SHARE = 0.7
FINE_HZ = 500.0
LANCZOS = 5


@dataclass(frozen=True, slots=True)
class Rise:
    """Arrays of one length, a row per instant.

    onset    columns of the samples
    slope    the steepest, per s
    height   from the lowest value FOOT_S before to the highest FOOT_S after the steepest point
    found    False where nothing rises
    """

    onset: Floats
    slope: Floats
    height: Floats
    found: NDArray[np.bool_]


def margin_s(rate_hz: float) -> float:
    """How far the samples must reach before and after the instants."""
    return BEFORE_S + FOOT_S + (LANCZOS + 3) / rate_hz


def first_rise(values: Floats, position: Floats, rate_hz: float) -> Rise:
    """The rise around each position (columns) of values (n, w)."""
    factor = max(1, int(np.ceil(FINE_HZ / rate_hz)))
    behind = int(np.ceil((BEFORE_S + FOOT_S) * rate_hz)) + 1
    ahead = int(np.ceil((AFTER_S + FOOT_S) * rate_hz)) + 2
    first = np.floor(position).astype(np.int64) - behind
    fine = _interpolated(values, first, behind + ahead, factor)
    slope = np.zeros_like(fine)
    slope[:, 1:-1] = (fine[:, 2:] - fine[:, :-2]) * (0.5 * factor * rate_hz)
    column = _columns(fine)
    away_s: Floats = ((first - position)[:, None] + column / factor) / rate_hz
    peak, rises = _first_top(slope, (away_s >= -BEFORE_S) & (away_s <= AFTER_S))
    steepest = slope[np.arange(len(peak)), peak]
    onset, begins = _last_below(slope, peak, ONSET_SHARE * steepest)
    height = _height(fine, peak, int(FOOT_S * factor * rate_hz))
    return Rise(first + onset / factor, steepest, height, rises & begins)


def _first_top(slope: Floats, near: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The first local maximum of FIRST_SHARE of the highest, and whether there is one."""
    top = np.zeros(slope.shape, bool)
    top[:, 1:-1] = near[:, 1:-1] & (slope[:, 1:-1] >= slope[:, :-2]) & (slope[:, 1:-1] > slope[:, 2:])
    steepest = np.where(top, slope, 0.0).max(axis=1)
    return np.argmax(top & (slope >= FIRST_SHARE * steepest[:, None]), axis=1), steepest > 0


def _last_below(slope: Floats, peak: NDArray[np.int64], level: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Where the slope last reached the level before its peak, in fine columns; and whether it did."""
    column = _columns(slope)
    below = (slope <= level[:, None]) & (column < peak[:, None]) & (column > 0)
    last = slope.shape[1] - 1 - np.argmax(below[:, ::-1], axis=1)
    rows: NDArray[np.int64] = np.arange(len(last))
    low, high = slope[rows, last], slope[rows, np.minimum(last + 1, slope.shape[1] - 1)]
    return last + (level - low) / np.where(high > low, high - low, 1.0), np.any(below, axis=1)


def _height(fine: Floats, peak: NDArray[np.int64], reach: int) -> Floats:
    column = _columns(fine)
    behind = column - peak[:, None]
    foot = np.where((behind <= 0) & (behind >= -reach), fine, np.inf).min(axis=1)
    return np.where((behind >= 0) & (behind <= reach), fine, -np.inf).max(axis=1) - foot


def _columns(values: Floats) -> NDArray[np.int64]:
    return np.arange(values.shape[1], dtype=np.int64)


def _interpolated(values: Floats, first: NDArray[np.int64], count: int, factor: int) -> Floats:
    """(n, count * factor) values from each row's column `first` on, `factor` points per sample."""
    fine = np.empty((len(values), count * factor))
    index: NDArray[np.int64] = first[:, None] + np.arange(-LANCZOS + 1, count + LANCZOS)
    near = np.take_along_axis(values, np.clip(index, 0, values.shape[1] - 1), axis=1)
    for phase, weights in enumerate(_lanczos(factor)):
        total = np.zeros((len(values), count))
        for tap, weight in enumerate(weights):
            total += weight * near[:, tap : tap + count]
        fine[:, phase::factor] = total
    return fine


@cache
def _lanczos(factor: int) -> list[list[float]]:
    """Weights of the samples -LANCZOS + 1 .. LANCZOS around a point `phase / factor` behind sample 0."""
    weights: list[list[float]] = []
    for phase in range(factor):
        away: Floats = phase / factor - np.arange(-LANCZOS + 1, LANCZOS + 1, dtype=float)
        row: Floats = np.sinc(away) * np.sinc(away / LANCZOS) * (np.abs(away) < LANCZOS)
        weights.append([float(weight) for weight in row / row.sum()])
    return weights
