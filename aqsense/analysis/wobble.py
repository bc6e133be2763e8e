"""Soft-tissue wobble: what of a sensor's rate is noise of 8 to 25 Hz, new in every stride (METHOD 2.2).

In:  strides of whole runs (`RunStrides`).
Out: rho, rad/s RMS before the low-pass, per run and channel.

What a run's strides have in common is movement. So are differences that are the same curve come earlier or
later, or larger: they are taken off before the rest is called wobble. Its flat-spectrum RMS follows from the
Fourier coefficients of 8 to 25 Hz, each divided by what the low-pass left of it.
What stays in: changes of a waveform's shape that are neither time nor size. What stays out: wobble that is
the same in every stride; no repetition can tell it from movement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.mean_stride import N_PHASES, RunStrides
from aqsense.analysis.sensitivity import BAND_HZ, band_nodes, response
from aqsense.model import Floats

FEWEST_STRIDES = 6
DRIFT_TERMS = 3  # the mean stride may drift over the run: constant, slope, bend
WARP_ORDER = 2  # a stride's timing: shift and two harmonics of the stride


def measured_wobble(strides: RunStrides) -> Floats:
    """(runs, channels) rho in rad/s; NaN with fewer than FEWEST_STRIDES strides.

    Its own relative SD is about 1 / sqrt(2 n), n = 10 per stride in sprinting, 20 in jogging.
    """
    weight = _whitening(strides)
    residual = _spectrum(_without_drift(strides.waves, strides.valid), weight)
    own = _orthonormal(_spectrum(_variations(strides.mean), weight))
    residual = residual - (residual @ np.swapaxes(own, -1, -2)) @ own
    count = strides.valid.sum(axis=2)
    in_band = 2.0 * (weight > 0).sum(axis=2)
    free = np.maximum(count - DRIFT_TERMS, 0) * np.maximum(in_band - own.shape[2], 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        rho = np.sqrt((residual**2).sum(axis=(2, 3)) / free)
    return np.where((count >= FEWEST_STRIDES) & (free > 0), rho, np.nan)


def _whitening(strides: RunStrides) -> Floats:
    """(runs, channels, harmonics) what turns a Fourier amplitude of the stride into an estimate of rho.

    1 / its SD under wobble of 1 rad/s, flat in the band, low-passed, interpolated linearly, cut out as a
    stride; 0 outside the band.
    """
    period = np.where(np.isnan(strides.period_s), 1.0, strides.period_s)[:, None]
    harmonic = np.arange(N_PHASES // 2)
    frequency, share = band_nodes(48)
    leak = np.sinc(frequency * period[..., None] - harmonic[:, None]) ** 2  # (r, h, f)
    left = response(frequency) * np.sinc(frequency / strides.grid_hz[:, None]) ** 2  # (c, f)
    variance = (share * left**2) @ np.swapaxes(leak, -1, -2)
    inside = (harmonic / period >= BAND_HZ[0]) & (harmonic / period <= BAND_HZ[1])
    return np.where(inside[:, None, :], 1.0 / np.sqrt(variance), 0.0)


def _spectrum(waves: Floats, weight: Floats) -> Floats:
    """(r, c, x, 2 harmonics) whitened cosine and sine amplitudes."""
    found = np.fft.rfft(waves, axis=-1)[..., :-1] * (2.0 / N_PHASES) * weight[:, :, None, :]
    return np.concatenate([found.real, found.imag], axis=-1)


def _without_drift(waves: Floats, valid: NDArray[np.bool_]) -> Floats:
    """Strides less their run's mean stride, which may drift slowly."""
    number = np.cumsum(valid, axis=2) - 1.0
    centred = np.where(valid, number - (valid.sum(axis=2)[..., None] - 1) / 2.0, 0.0)
    terms = np.stack([np.where(valid, centred**power, 0.0) for power in range(DRIFT_TERMS)], axis=2)
    basis = _orthonormal(terms)
    return waves - np.swapaxes(basis, -1, -2) @ (basis @ waves)


def _variations(mean: Floats) -> Floats:
    """(r, c, p, N_PHASES) how a stride changes when it is larger, or earlier here and later there."""
    order = np.arange(N_PHASES // 2 + 1)
    slope = np.fft.irfft(np.fft.rfft(mean, axis=-1) * 2j * np.pi * order, N_PHASES, axis=-1)
    phase = 2 * np.pi * np.arange(N_PHASES) / N_PHASES
    columns = [mean, slope]
    for harmonic in range(1, WARP_ORDER + 1):
        columns += [slope * np.cos(harmonic * phase), slope * np.sin(harmonic * phase)]
    return np.stack(columns, axis=2)


def _orthonormal(rows: Floats) -> Floats:
    """Orthonormal rows that span the same; rows that add nothing become 0."""
    size = np.sqrt((rows**2).sum(axis=-1, keepdims=True))
    q, r = np.linalg.qr(np.swapaxes(rows / np.where(size > 0, size, 1.0), -1, -2))
    used = np.abs(np.diagonal(r, axis1=-2, axis2=-1)) > 1e-9
    return np.swapaxes(q, -1, -2) * used[..., None]
