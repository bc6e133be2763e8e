"""Where in a recording all sensors turned as one: shakes that nobody marked.

In:  times and |angular rate| of each sensor over the whole recording, clocks good to SEARCH_S.
Out: begin and end of each stretch in which all sensors that were heard turned at the same rate.
Worn on a body no five sensors do that: limbs turn in turns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

GRID_HZ = 40.0
SEARCH_S = 0.25
WINDOW_S = 2.0
LEAST_S = 3.0
TURNING_RAD_S = 1.0  # RMS over the window
DIFFERENT = 0.08  # share of the power in which two sensors may differ
HOLE_S = 0.2
MARGIN_S = 1.0


def find_shakes(rates: Mapping[str, tuple[Floats, Floats]]) -> Sequence[tuple[float, float]]:
    """Begin and end of each shake, s.

    rates   by site: (n,) times in s, rising; (n,) size of the angular rate, rad/s
    """
    heard = {site: pair for site, pair in rates.items() if len(pair[0]) > 1}
    if len(heard) < 2:
        return ()
    begin = min(time[0] for time, _ in heard.values())
    end = max(time[-1] for time, _ in heard.values())
    grid = np.arange(begin, end, 1.0 / GRID_HZ)
    rows = np.stack([_on_grid(*pair, grid) for pair in heard.values()])
    together = _together(rows)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], together.astype(np.int8), [0]])))
    # A window tells about its middle; those at both ends still reach half a window further.
    spans = [
        (grid[a] - 0.5 * WINDOW_S, grid[b - 1] + 0.5 * WINDOW_S)
        for a, b in zip(edges[::2], edges[1::2], strict=True)
    ]
    return tuple((float(a), float(b)) for a, b in spans if b - a >= LEAST_S)


def _on_grid(time_s: Floats, rate: Floats, grid: Floats) -> Floats:
    """Mean rate around each place of the grid; NaN where the sensor was not heard."""
    sums = np.concatenate([[0.0], np.cumsum(rate)])
    half = 0.5 / GRID_HZ
    first = np.searchsorted(time_s, grid - half)
    last = np.searchsorted(time_s, grid + half)
    near = np.interp(grid, time_s, rate)
    value = np.where(last > first, (sums[last] - sums[first]) / np.maximum(last - first, 1), near)
    place = np.clip(np.searchsorted(time_s, grid), 1, len(time_s) - 1)
    hole = time_s[place] - time_s[place - 1] > HOLE_S
    return np.where(hole | (grid < time_s[0]) | (grid > time_s[-1]), np.nan, value)


def _together(rows: Floats) -> NDArray[np.bool_]:
    """(n,) where all rows that have values are alike around this place, and turn."""
    known = _summed(np.isnan(rows).astype(float)) < 0.5
    filled = np.nan_to_num(rows)
    power = _summed(filled**2)
    turning = np.any(known & (power > TURNING_RAD_S**2 * WINDOW_S * GRID_HZ), axis=0)
    out = np.zeros(rows.shape[1], bool)
    if not turning.any():
        return out
    reference = np.argmax(known, axis=0)
    alike = np.ones(rows.shape[1], bool)
    for model in np.unique(reference[turning]):
        here = reference == model
        for other in range(model + 1, len(rows)):
            difference = _least_difference(filled[model], filled[other], power[model], power[other])
            alike &= ~here | ~known[other] | (difference < DIFFERENT)
    return turning & alike & (known.sum(axis=0) >= 2)


def _least_difference(model: Floats, other: Floats, power: Floats, other_power: Floats) -> Floats:
    """Share of the power that differs between two sensors, at the lag at which it is least."""
    best = np.full(len(model), np.inf)
    reach = round(SEARCH_S * GRID_HZ)
    for lag in range(-reach, reach + 1):
        total = power + np.roll(other_power, lag)
        different = 1.0 - 2.0 * _summed((model * np.roll(other, lag))[None])[0] / np.maximum(total, 1e-9)
        np.minimum(best, different, out=best)
    return best


def _summed(rows: Floats) -> Floats:
    """Sums over the window around each place."""
    half = round(0.5 * WINDOW_S * GRID_HZ)
    sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(rows, axis=1)], axis=1)
    at = np.arange(int(rows.shape[1]), dtype=np.int64)
    return sums[:, np.minimum(at + half, len(at))] - sums[:, np.maximum(at - half, 0)]
