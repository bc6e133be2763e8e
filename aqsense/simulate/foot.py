"""How a foot turns over a stride. METHOD gives none: this one follows from the shin's template.

Flat on the ground from contact on, the heel rising through the later part of stance, and in the air hanging
on the shin with the toes a little down.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

_TOES_DOWN_RAD: Final = np.radians(15.0)
_LANDS: Final = 0.06  # cycles before contact in which the foot becomes flat
_HEEL_RISES: Final = 0.35  # share of the contact after which the heel leaves the ground
_POINTS: Final = 512


def angle(shin: NDArray[np.complex128], mean: float, contact: float) -> tuple[float, NDArray[np.complex128]]:
    """Mean and harmonics of the foot's angle, rad, positive = toes up.

    shin     (n,) harmonics of the shin's angle, rad
    mean     its mean, rad
    contact  share of the stride on the ground
    """
    phase = np.arange(0.0, 1.0, 1.0 / _POINTS)
    order = np.arange(1, len(shin) + 1)
    hanging = mean + (np.exp(2j * np.pi * np.outer(phase, order)) @ shin).real - _TOES_DOWN_RAD
    foot = (1.0 - _flat(phase, contact)) * hanging
    harmonics = 2.0 * np.fft.rfft(foot)[1 : len(shin) + 1] / _POINTS
    return float(foot.mean()), harmonics


def _flat(phase: Floats, contact: float) -> Floats:
    """1 while the foot stands flat, 0 in the air."""
    landing = _soft((phase - (1.0 - _LANDS)) / _LANDS)
    rising = _soft((phase - _HEEL_RISES * contact) / ((1.0 - _HEEL_RISES) * contact))
    return np.where(phase < contact, 1.0 - rising, landing)


def _soft(share: Floats) -> Floats:
    share = np.clip(share, 0.0, 1.0)
    return share * share * (3.0 - 2.0 * share)
