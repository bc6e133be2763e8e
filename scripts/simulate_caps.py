"""How much farther wobble moves the centroid of a broad cap than first order says: sensitivity.py's table.

A cap broader than a wave of the wobble breaks up into several humps. Cosines of the width asked for, flat
noise of 8 to 25 Hz behind the low-pass, the program's own centroid; printed: what holds 95 % of the errors
/ 1.96, over first order.

    python scripts/simulate_caps.py
"""

from __future__ import annotations

import numpy as np

from aqsense.analysis.peaks import refine
from aqsense.analysis.sensitivity import BAND_HZ, cap_sensitivity, derivative_gain, response
from aqsense.model import Floats

GRID_HZ, LEVEL, WAVES, REPEATS = 250.0, 0.9, 1500, 8
WIDTHS_S = (0.050, 0.060, 0.070, 0.080, 0.090, 0.100, 0.120)
NOISE_SHARES = (0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6, 0.9, 1.3)


def wobble(n: int, random: np.random.RandomState) -> Floats:
    """Low-passed wobble of RMS 1 before the low-pass."""
    frequency = np.asarray(np.fft.rfftfreq(n, 1.0 / GRID_HZ), float)
    inside = (frequency >= BAND_HZ[0]) & (frequency < BAND_HZ[1])
    draws = random.standard_normal((2, len(frequency)))
    spectrum = np.where(inside, draws[0] + 1j * draws[1], 0.0) * response(frequency)
    return np.fft.irfft(spectrum, n) * n / (2.0 * np.sqrt(inside.sum()))


def factor(width_s: float, share: float, random: np.random.RandomState) -> float:
    """share = RMS of the low-passed wobble over what the cap rises above its floor."""
    turning = np.sqrt(8.0 * (1.0 - LEVEL)) / width_s
    period_s = 2.0 * np.pi / turning
    n = int(period_s * WAVES * GRID_HZ)
    rho = share * (1.0 - LEVEL) / derivative_gain(0)
    errors = []
    for _ in range(REPEATS):
        x = np.cos(turning * np.arange(n) / GRID_HZ) + rho * wobble(n, random)
        true_s = np.arange(1, WAVES - 1) * period_s
        window = ((true_s[:, None] + np.linspace(-0.3, 0.3, 301) * period_s) * GRID_HZ).astype(int)
        top = window[np.arange(len(window)), np.argmax(x[window], axis=1)]
        peaks = refine(x, top, np.zeros_like(top), np.full_like(top, n), LEVEL, int(0.3 * GRID_HZ))
        errors.append(peaks.position / GRID_HZ - true_s)
    first_order = cap_sensitivity(np.array([width_s]), np.array([1.0]), LEVEL)[0] * rho
    return float(np.nanquantile(np.abs(np.concatenate(errors)), 0.95) / 1.96 / first_order)


def main() -> None:
    random = np.random.RandomState(20)
    print("width ms  noise share", *NOISE_SHARES)
    for width_s in WIDTHS_S:
        row = [round(factor(width_s, share, random), 2) for share in NOISE_SHARES]
        print(f"{1e3 * width_s:5.0f}    ", row)


if __name__ == "__main__":
    main()
