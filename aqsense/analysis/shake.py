"""Sensors held together and shaken: how far each sensor's time is off the others'.

In:  times and |angular rate| of each sensor over the shake, any rate each.
Out: offsets against the first sensor, or the reason why the shake must be done again.
Why it is legal: a rigid bundle turns at one rate everywhere, so its size needs neither mounting nor axes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aqsense.model import Floats

GRID_HZ = 1000.0
SEARCH_S = 0.5
SHORTEST_S = 3.0
STILL_RAD_S = 0.5  # RMS below which a sensor did not turn
LEAST_CORRELATION = 0.95
REGULAR = 0.97  # a second peak of this share of the first: the shake repeats itself


@dataclass(frozen=True, slots=True)
class ShakeOffsets:
    """What one shake tells.

    offset_s  by site: to be taken from a sensor's times so that they agree with the first's; {} if refused
    reason    why it must be done again, "" when accepted
    """

    offset_s: Mapping[str, float]
    reason: str

    @property
    def accepted(self) -> bool:
        return not self.reason


def align_shake(rates: Mapping[str, tuple[Floats, Floats]]) -> ShakeOffsets:
    """Offsets of all sensors against the first.

    rates   by site: (n,) times in s, rising; (n,) size of the angular rate, rad/s
    """
    if len(rates) < 2:
        return _again("fewer than two sensors")
    begin = max(time[0] if len(time) else np.inf for time, _ in rates.values())
    end = min(time[-1] if len(time) else -np.inf for time, _ in rates.values())
    if not end - begin >= SHORTEST_S + 2 * SEARCH_S:
        return _again(f"too short: less than {SHORTEST_S + 2 * SEARCH_S:g} s from all sensors")
    for site, (_, rate) in rates.items():
        if float(np.sqrt(np.mean(rate**2))) < STILL_RAD_S:
            return _again(f"{site} did not turn")
    first, *others = rates
    inner = np.arange(begin + SEARCH_S, end - SEARCH_S, 1.0 / GRID_HZ)
    offsets = {first: 0.0}
    model = _on_grid(*rates[first], inner)
    for site in others:
        outer = inner[0] - SEARCH_S + np.arange(len(inner) + 2 * round(SEARCH_S * GRID_HZ)) / GRID_HZ
        offset, reason = _best_shift(model, _on_grid(*rates[site], outer))
        if reason:
            return _again(f"{site}: {reason}")
        offsets[site] = offset
    return ShakeOffsets(offsets, "")


def _again(reason: str) -> ShakeOffsets:
    return ShakeOffsets({}, reason)


def _on_grid(time_s: Floats, rate: Floats, grid: Floats) -> Floats:
    from scipy.interpolate import CubicSpline

    return np.asarray(CubicSpline(time_s, rate)(grid), np.float64)


def _best_shift(model: Floats, other: Floats) -> tuple[float, str]:
    """Shift of `other` with the highest correlation, s, and why it can't be believed."""
    from scipy.signal import correlate

    n, centred = len(model), model - model.mean()
    sums, squares = np.cumsum(np.append(0.0, other)), np.cumsum(np.append(0.0, other**2))
    spread = squares[n:] - squares[:-n] - (sums[n:] - sums[:-n]) ** 2 / n
    scale = np.sqrt(np.maximum(spread, 1e-12) * np.sum(centred**2))
    found: Floats = np.asarray(correlate(other, centred, "valid"), np.float64) / scale
    best = int(np.argmax(found))
    if best in (0, len(found) - 1):
        return 0.0, f"off by {SEARCH_S:g} s or more"
    if found[best] < LEAST_CORRELATION:
        return 0.0, "did not turn with the others"
    tops = np.flatnonzero((found[1:-1] > found[:-2]) & (found[1:-1] >= found[2:])) + 1
    if np.any(found[tops[np.abs(tops - best) > 20]] > REGULAR * found[best]):
        return 0.0, "too regular: several shifts fit"
    before, at, after = (float(one) for one in found[best - 1 : best + 2])
    vertex = best + 0.5 * (before - after) / (before - 2 * at + after)
    return vertex / GRID_HZ - SEARCH_S, ""
