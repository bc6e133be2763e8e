"""The mean stride as a fine curve: how far wobble moves each of its events (METHOD 2.2, `sensitivity`).

In:  mean strides of all runs on N_PHASES phases, and the phase around which an event was found.
Out: the SD of the event under the run's wobble; NaN where the mean stride shows no such event there.
All runs at once, on the ring of one stride.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.events import Kind
from aqsense.analysis.sensitivity import BAND_HZ, breakup, derivative_gain, noise_share, response
from aqsense.model import Floats

Flags = NDArray[np.bool_]
DENSE = 512  # points of a stride: about 1 ms
REACH = 0.06  # of a stride: the mean stride's event lies so near the mean of the single ones'
PLATEAU_REACH = 0.25  # of a stride: half of the widest plateau


class MeanWave:
    """mean (runs, channels, phases) rad/s, period_s (runs,), level of the centroid."""

    def __init__(self, mean: Floats, period_s: Floats, level: float):
        self._series: NDArray[np.complex128] = np.fft.rfft(mean, axis=-1)
        self._n = mean.shape[-1]
        self._period_s = period_s
        self._level = level
        self._middle = DENSE // 2
        self._weight = self._band_weight()

    def wobble_sd(self, kind: Kind, channel: int, sign: float, phase: Floats, wobble: Floats) -> Floats:
        """(runs,) SD, s, of an event near `phase` (cycles) of each run under its wobble (rad/s)."""
        if kind is Kind.HIGHEST:
            return self._plateau(channel, sign, phase, wobble)
        if kind is Kind.LOWEST:
            return self._plateau(channel, -sign, phase, wobble)
        if kind is Kind.LAST_HIGHEST:
            return wobble * self._extremum(channel, sign, phase)
        return wobble * self._zero(channel, phase)

    def _curve(self, channel: int, phase: Floats, derivative: int = 0) -> Floats:
        """(runs, DENSE) the curve, or its derivative by s, turned so that `phase` is in the middle."""
        order = np.arange(self._series.shape[-1], dtype=float)
        shift = np.exp(2j * np.pi * order * (np.nan_to_num(phase)[:, None] - 0.5))
        series = self._series[:, channel] * shift
        with np.errstate(divide="ignore", invalid="ignore"):  # without strides there is no period
            series = series * (2j * np.pi * order / self._period_s[:, None]) ** derivative
        return np.fft.irfft(series, DENSE, axis=-1) * (DENSE / self._n)

    def _near(self) -> slice:
        reach = int(REACH * DENSE)
        return slice(self._middle - reach, self._middle + reach + 1)

    def _nearest(self, candidate: Flags) -> tuple[NDArray[np.int64], Flags]:
        """Index of the candidate that is nearest to the middle, and whether there is one."""
        near: Flags = np.asarray(candidate[:, self._near()], bool)
        away = np.abs(np.arange(near.shape[1], dtype=np.int64) - near.shape[1] // 2)
        best = np.argmin(np.where(near, away, DENSE), axis=1)
        return best + self._near().start, np.asarray(near.any(axis=1))

    def _extremum(self, channel: int, sign: float, phase: Floats) -> Floats:
        x = sign * self._curve(channel, phase)
        peak, found = self._nearest((x > np.roll(x, 1, -1)) & (x >= np.roll(x, -1, -1)))
        bend = np.abs(self._curve(channel, phase, 2)[np.arange(len(x)), peak])
        return np.where(found & ~np.isnan(phase), derivative_gain(1) / bend, np.nan)

    def _zero(self, channel: int, phase: Floats) -> Floats:
        x = self._curve(channel, phase)
        crossing, found = self._nearest((x >= 0) != (np.roll(x, -1, -1) >= 0))
        slope = np.abs(self._curve(channel, phase, 1)[np.arange(len(x)), crossing])
        return np.where(found & ~np.isnan(phase), derivative_gain(0) / slope, np.nan)

    def _plateau(self, channel: int, sign: float, phase: Floats, wobble: Floats) -> Floats:
        x = sign * self._curve(channel, phase)
        row, near = np.arange(len(x)), self._near()
        peak = near.start + np.argmax(x[:, near], axis=1)
        top = x[row, peak]
        place = np.arange(DENSE) - peak[:, None]
        above = x - self._level * top[:, None]
        outside = (above <= 0) | (np.abs(place) > PLATEAU_REACH * DENSE)
        left = np.where(outside & (place < 0), place, -DENSE).max(axis=1)
        right = np.where(outside & (place > 0), place, DENSE).min(axis=1)
        above = np.where((place > left[:, None]) & (place < right[:, None]), above, 0.0)
        found = (peak > near.start) & (peak < near.stop - 1) & (top > 0) & ~np.isnan(phase)
        found &= np.maximum(-left, right) < PLATEAU_REACH * DENSE
        width_s = (right - left - 1) * self._period_s / DENSE
        sensitivity = self._centroid_sensitivity(above, place, peak)
        return np.where(
            found, wobble * sensitivity * breakup(width_s, noise_share(wobble, top, self._level)), np.nan
        )

    def _centroid_sensitivity(self, above: Floats, place: Floats, peak: NDArray[np.int64]) -> Floats:
        """(runs,) s per rad/s of the centroid of what lies above the floor, from its kernel's spectrum."""
        area = above.sum(axis=1)[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            centroid = (above * place).sum(axis=1)[:, None] / area
            kernel = np.where(above > 0, place - centroid, 0.0) * (self._period_s[:, None] / DENSE / area)
        kernel[np.arange(len(peak)), peak] -= self._level * kernel.sum(axis=1)
        power = np.abs(np.fft.rfft(kernel, axis=-1)) ** 2
        return np.sqrt((power * self._weight).sum(axis=1))

    def _band_weight(self) -> Floats:
        """(runs, harmonics) share of the band that belongs to each harmonic of the stride, low-passed."""
        low, high = np.array(BAND_HZ)[:, None, None] * np.nan_to_num(self._period_s, nan=1.0)[:, None]
        order = np.arange(DENSE // 2 + 1)
        share = np.clip(np.minimum(order + 0.5, high) - np.maximum(order - 0.5, low), 0.0, 1.0) / (high - low)
        return share * response(order / np.nan_to_num(self._period_s, nan=1.0)[:, None]) ** 2
