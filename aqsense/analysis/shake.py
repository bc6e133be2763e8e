"""Sensors held together and shaken: how far each sensor's time is off the others'.

In:  times and |angular rate| of each sensor over the shake, any rate each.
Out: offsets against the first sensor and how well they are known, or why the shake must be done again.
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
FEWEST_SAMPLES = 50
SATURATED = 0.02  # share of samples at full scale
FULL_SCALE = 0.99
BLOCKS = 5  # parts of a shake that must agree
WORST_SD_S = 0.001  # METHOD 6, issue: accepted up to here
LEAST_SD_S = 0.0001  # nobody measured less (METHOD 6)


@dataclass(frozen=True, slots=True)
class ShakeOffsets:
    """What one shake tells.

    offset_s  by site: to be taken from a sensor's times so that they agree with the first's; {} if refused
    reason    why it must be done again, "" when accepted
    sd_s      predicted residual: SD of an offset, by the shake's parts against each other; NaN if refused
    """

    offset_s: Mapping[str, float]
    reason: str
    sd_s: float = float("nan")

    @property
    def accepted(self) -> bool:
        """Can it be used?"""
        return not self.reason


def align_shake(
    rates: Mapping[str, tuple[Floats, Floats]], full_scale_rad_s: Mapping[str, float | None] | None = None
) -> ShakeOffsets:
    """Offsets of all sensors against the first.

    rates              by site: (n,) times in s, rising; (n,) size of the angular rate, rad/s
    full_scale_rad_s   by site, None where not stated
    """
    if len(rates) < 2:
        return _again("fewer than two sensors")
    missing = [site for site, (time, _) in rates.items() if len(time) < FEWEST_SAMPLES]
    if missing:
        return _again(f"{missing[0]} was not heard")
    begin = max(time[0] for time, _ in rates.values())
    end = min(time[-1] for time, _ in rates.values())
    if not end - begin >= SHORTEST_S + 2 * SEARCH_S:
        return _again(f"too short: less than {SHORTEST_S + 2 * SEARCH_S:g} s from all sensors")
    for site, (_, rate) in rates.items():
        if float(np.sqrt(np.mean(rate**2))) < STILL_RAD_S:
            return _again(f"{site} did not turn")
        full = (full_scale_rad_s or {}).get(site)
        if full is not None and np.mean(rate >= FULL_SCALE * full) > SATURATED:
            return _again(f"{site} turned faster than it can measure")
    return _aligned(rates, np.arange(begin + SEARCH_S, end - SEARCH_S, 1.0 / GRID_HZ))


def _aligned(rates: Mapping[str, tuple[Floats, Floats]], inner: Floats) -> ShakeOffsets:
    first, *others = rates
    offsets = {first: 0.0}
    variances: list[float] = []
    model = _on_grid(*rates[first], inner)
    for site in others:
        outer = inner[0] - SEARCH_S + np.arange(len(inner) + 2 * round(SEARCH_S * GRID_HZ)) / GRID_HZ
        offset, reason = _best_shift(model, _on_grid(*rates[site], outer))
        if reason:
            return _again(f"{site}: {reason}")
        offsets[site] = offset
        variances.append(_variance(model, _on_grid(*rates[site], inner + offset)))
    sd_s = max(float(np.sqrt(np.mean(variances))), LEAST_SD_S)
    if sd_s > WORST_SD_S:
        return _again(f"too slow: known to {1e3 * sd_s:.1f} ms only; turn faster and in all directions")
    return ShakeOffsets(offsets, "", sd_s)


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


def _variance(model: Floats, other: Floats) -> float:
    """Of the offset, s^2: by how much the parts of the shake want it moved, each for itself."""
    slope = np.gradient(other) * GRID_HZ
    off = model * float(np.dot(model, other) / np.dot(model, model)) - other
    edges = np.linspace(0, len(model), BLOCKS + 1).astype(np.int64)[:-1]
    wanted = np.add.reduceat(slope * off, edges)
    weight = np.add.reduceat(slope**2, edges)
    mean = float(wanted.sum() / weight.sum())
    # Blocks in which nothing moved say nothing and have no weight.
    spread = np.sum(weight * (wanted / np.maximum(weight, 1e-12) - mean) ** 2) / weight.sum()
    return float(spread) / (BLOCKS - 1)
