"""How far wobble moves an event: s per rad/s of flat noise, 8 to 25 Hz before the low-pass (METHOD 2.2).

First order in the noise, which holds as long as the low-passed wobble stays below what a plateau rises over
its floor (docs/event-sds.md). For a curve x the instant of
  a zero crossing moves by  n / slope,
  an extremum by            n' / curvature,
  the steepest fall by      n'' / third derivative,
  a centroid by             the integral of (t - centroid) n over the plateau, less what the floor moves with
                            the top, over the area above the floor.
Source: derived here; METHOD 2.2's 2 rho W / A is the centroid's at widths of about 50 ms.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from aqsense.model import Floats

BAND_HZ = (8.0, 25.0)
CUTOFF_HZ = 20.0
_WIDEST_S, _WIDTH_STEP_S = 0.6, 0.001


def response(frequency_hz: Floats) -> Floats:
    """What the low-pass leaves of an amplitude (METHOD 2.1)."""
    return 1.0 / (1.0 + (frequency_hz / CUTOFF_HZ) ** 4)


def band_nodes(n: int) -> tuple[Floats, Floats]:
    """Frequencies, Hz, and weights that sum to 1 of a mean over the band (Gauss-Legendre)."""
    node, weight = np.polynomial.legendre.leggauss(n)
    half = 0.5 * (BAND_HZ[1] - BAND_HZ[0])
    return BAND_HZ[0] + half * (node + 1.0), 0.5 * weight


@cache
def derivative_gain(order: int) -> float:
    """RMS of the order-th derivative of wobble of RMS 1 behind the low-pass, 1/s^order."""
    frequency, weight = band_nodes(32)
    return float(np.sqrt((weight * response(frequency) ** 2 * (2 * np.pi * frequency) ** (2 * order)).sum()))


def cap_sensitivity(width_s: Floats, height: Floats, level: float) -> Floats:
    """Centroid of a symmetric parabola-like cap of that width above level * height; s per rad/s.

    width_s   (n,) s, up to 0.6
    height    (n,) rad/s
    """
    width, moment = _moments()
    area = (2.0 / 3.0) * (1.0 - level) * height * width_s
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.interp(width_s, width, moment) / area


@cache
def _moments() -> tuple[Floats, Floats]:
    """Widths W and the RMS of the integral of t n(t) over [-W/2, W/2], s^2."""
    width = np.arange(_WIDTH_STEP_S, _WIDEST_S, _WIDTH_STEP_S)
    frequency, weight = band_nodes(64)
    omega = 2 * np.pi * frequency
    angle = 0.5 * width[:, None] * omega
    moment = 2.0 * (np.sin(angle) - angle * np.cos(angle)) / omega**2
    return width, np.sqrt((weight * (response(frequency) * moment) ** 2).sum(axis=1))
