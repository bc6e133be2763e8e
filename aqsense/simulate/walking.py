"""A plain walking pattern at 1.4 m/s. METHOD gives none: this one is ours, drawn by eye from smooth bumps.

It is there so that sessions have something between runs that is not running: stride time 1.1 s, shin swing
peak about 320 deg/s, double support, small arm swing. No timing is ever claimed from it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

STRIDE_TIME_S: Final = 1.10
CONTACT_TIME_S: Final = 0.68
IMPACT_G: Final = 2.0
BOUNCE: Final = -0.02 * np.exp(-2j * np.pi * 0.3)  # m, lowest soon after each contact
# Bumps of the rate over the own cycle: height deg/s, centre and SD in cycles.
_BUMPS: Final = {
    "shank_w": ((400.0, 0.82, 0.075), (-170.0, 0.56, 0.06)),
    "thigh_w": ((230.0, 0.70, 0.09), (-60.0, 0.35, 0.12)),
}
# Single harmonics: deg/s, number of the harmonic, phase of the maximum in own cycles.
_WAVES: Final = {
    "forearm_w": (75.0, 1, 0.25),
    "upperarm_w": (45.0, 1, 0.23),
    "thorax_axial_w": (22.0, 1, 0.15),
    "thorax_pitch_w": (14.0, 2, 0.20),
    "pelvis_axial_w": (25.0, 1, 0.65),
    "pelvis_pitch_w": (12.0, 2, 0.05),
}


def harmonics(name: str, count: int) -> NDArray[np.complex128]:
    """Coefficients (count,), deg/s, of a walking rate; mean left out."""
    harmonic = np.arange(1, count + 1)
    if name in _WAVES:
        height, number, maximum = _WAVES[name]
        return np.where(harmonic == number, height * np.exp(-2j * np.pi * number * maximum), 0j)
    return np.sum([_bump(harmonic, *bump) for bump in _BUMPS[name]], axis=0)


def _bump(harmonic: NDArray[np.int64], height: float, centre: float, sd: float) -> NDArray[np.complex128]:
    size = 2 * height * sd * np.sqrt(2 * np.pi) * np.exp(-2 * (np.pi * harmonic * sd) ** 2)
    return size * np.exp(-2j * np.pi * harmonic * centre)
