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
from numpy.typing import NDArray

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


def cap_sd(width_s: Floats, height: Floats, level: float, wobble: float) -> Floats:
    """SD, s, of the centroid of a symmetric cap under wobble (rad/s), for want of a mean stride."""
    broken = breakup(width_s, noise_share(wobble, height, level))
    return wobble * cap_sensitivity(width_s, height, level) * broken


def noise_share(wobble: Floats | float, height: Floats, level: float) -> Floats:
    """RMS of the low-passed wobble over what a cap of that height rises above its floor."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return derivative_gain(0) * np.asarray(wobble) / ((1.0 - level) * height)


# A cap broader than a wave of the wobble breaks up into humps: its centroid then moves farther than first
# order says (scripts/simulate_caps.py; below 50 ms first order holds).
_BREAKUP_WIDTH_S = np.array([0.040, 0.050, 0.060, 0.070, 0.080, 0.090, 0.100, 0.120])
_BREAKUP_SHARE = np.array([0.0, 0.05, 0.1, 0.15, 0.2, 0.3, 0.45, 0.6, 0.9, 1.3])
_BREAKUP = np.array(
    [
        [1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00, 1.00],
        [1.00, 1.00, 1.00, 1.02, 1.03, 1.03, 1.06, 1.06, 1.00, 1.00],
        [1.00, 1.01, 1.02, 1.04, 1.05, 1.07, 1.14, 1.14, 1.00, 1.00],
        [1.00, 1.02, 1.04, 1.07, 1.09, 1.13, 1.27, 1.25, 1.10, 1.00],
        [1.00, 1.02, 1.04, 1.10, 1.13, 1.26, 1.43, 1.40, 1.18, 1.00],
        [1.00, 1.02, 1.06, 1.12, 1.20, 1.41, 1.66, 1.60, 1.35, 1.10],
        [1.00, 1.02, 1.10, 1.15, 1.27, 1.63, 1.98, 1.85, 1.53, 1.26],
        [1.00, 1.03, 1.11, 1.21, 1.43, 2.25, 2.69, 2.55, 2.12, 1.75],
    ]
)


def breakup(width_s: Floats, share: Floats) -> Floats:
    """How much farther than by first order the centroid of a cap moves; 1 for narrow caps, little noise."""
    i, in_width = _cell(width_s, _BREAKUP_WIDTH_S)
    j, in_share = _cell(share, _BREAKUP_SHARE)
    narrow = _BREAKUP[i, j] + in_share * (_BREAKUP[i, j + 1] - _BREAKUP[i, j])
    broad = _BREAKUP[i + 1, j] + in_share * (_BREAKUP[i + 1, j + 1] - _BREAKUP[i + 1, j])
    return narrow + in_width * (broad - narrow)


def _cell(x: Floats, knots: Floats) -> tuple[NDArray[np.int64], Floats]:
    """Cell of the table that holds x, and where in it (0 to 1); beyond the table its edge."""
    inside = np.clip(np.nan_to_num(x, nan=knots[0]), knots[0], knots[-1])
    cell = np.clip(np.searchsorted(knots, inside, side="right") - 1, 0, len(knots) - 2)
    return cell, (inside - knots[cell]) / (knots[cell + 1] - knots[cell])
