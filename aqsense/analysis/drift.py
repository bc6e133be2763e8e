"""From which stride on does a contributor leave its place? The basis `earlier_strides` of METHOD 5.1.

Only strides from the 5th on and at like step frequency are looked at: while a runner still accelerates, or
brakes, the pattern changes for reasons of speed. Within one session and side the clocks cancel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.contrasts import Contrast
from aqsense.analysis.convergence import N_CONTRIBUTORS
from aqsense.analysis.run_steps import RunSteps
from aqsense.model import Floats

FEWEST_BEFORE, FEWEST_AFTER = 4, 3  # strides
LIKE_FREQUENCY = 0.03
_WINDOW = 2  # strides to each side over which the step time of a stride is taken


@dataclass(frozen=True)
class Drifts:
    """For each contributor the change along the run that stands out most.

    stride     (4,) first stride after the change
    contrast   after minus before, left and right steps compared with their like
    places     (4, 4) row c: differences of all places at the change of contributor c
    searched   how many strides were tried as the first
    """

    stride: NDArray[np.int64]
    contrast: Contrast
    places: Floats
    searched: int


def find_drifts(steps: RunSteps, first_stride: int) -> Drifts | None:
    """Search for changes from `first_stride` on.

    steps   steps of one run from the 5th stride on, all with the same contributors

    None where no stride has four strides at like step frequency before it and three from it on.
    """
    like, strides, step_ms = _at_like_frequency(steps)
    tried = _to_try(strides, step_ms, first_stride)
    if not len(tried):
        return None
    difference, se, degrees, place = _changes(like, tried)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(difference) / se
    best = np.where(np.isnan(ratio), 0.0, ratio).argmax(axis=0)
    each = np.arange(N_CONTRIBUTORS)
    contrast = Contrast(difference[best, each], se[best, each], degrees[best, each], place[best, each])
    return Drifts(tried[best], contrast, place[best], len(tried))


def _to_try(strides: NDArray[np.int64], step_ms: Floats, first_stride: int) -> NDArray[np.int64]:
    """Strides with enough before and after them, and like step frequencies on average."""
    index = np.arange(len(strides))
    enough = (index >= FEWEST_BEFORE) & (index <= len(strides) - FEWEST_AFTER) & (strides >= first_stride)
    total = np.concatenate([[0.0], np.cumsum(step_ms)])
    with np.errstate(divide="ignore", invalid="ignore"):
        before, after = total[:-1] / index, (total[-1] - total[:-1]) / (len(strides) - index)
        return strides[enough & (np.abs(after / before - 1) <= LIKE_FREQUENCY)]


def _changes(steps: RunSteps, tried: NDArray[np.int64]) -> tuple[Floats, Floats, Floats, Floats]:
    """(tried, 4) differences of the lags, their errors and degrees, differences of the places."""
    after = steps.stride >= tried[:, None]
    side = steps.stance == np.array([[0], [1]])
    # (2 stances, 2 before and after, tried, K)
    chosen = (np.array([~after, after]) & side[:, None, None]).astype(float)
    n = chosen.sum(axis=3, keepdims=True)
    lag = steps.lags_ms
    sums = chosen @ np.concatenate([lag, steps.centred_ms, lag**2], axis=1)
    lag_sum, place_sum, square_sum = np.split(sums, 3, axis=3)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, place = lag_sum / n, place_sum / n
        squares = (square_sum - n * mean**2).sum(axis=(0, 1))
        share, degrees = (0.25 / n).sum(axis=(0, 1)), (n - 1).sum(axis=(0, 1))
        se = np.sqrt(share * squares / degrees)
    difference, places = (0.5 * (each[:, 1] - each[:, 0]).sum(axis=0) for each in (mean, place))
    usable = np.isfinite(se) & (se > 0)
    hide = np.where(usable, 1.0, np.nan)
    return difference * hide, se * hide, degrees * hide, places


def _at_like_frequency(steps: RunSteps) -> tuple[RunSteps, NDArray[np.int64], Floats]:
    """Steps of strides whose step time is within 3 % of the median stride's; these strides, their times."""
    strides, index = np.unique(steps.stride, return_inverse=True)
    if len(strides) < FEWEST_BEFORE + FEWEST_AFTER:
        return steps, strides[:0], np.empty(0)
    count = np.bincount(index)
    middle = np.bincount(index, steps.middle_ms) / count
    number = np.bincount(index, steps.step) / count
    each = np.arange(len(strides))
    first, last = np.maximum(each - _WINDOW, 0), np.minimum(each + _WINDOW, len(strides) - 1)
    step_ms = (middle[last] - middle[first]) / (number[last] - number[first])
    like = np.abs(step_ms / np.median(step_ms) - 1) <= LIKE_FREQUENCY
    return steps.rows(like[index]), strides[like], step_ms[like]
