"""All sensors held together in one hand and shaken: every gyroscope turns alike, whatever way it points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Floats
from aqsense.simulate.draws import stream
from aqsense.simulate.turning import about_right, about_x, about_z

_WAVES: Final = 3  # per axis
_FREQUENCY_HZ: Final = (0.8, 2.6)
_ANGLE_RAD: Final = np.radians(25.0)
_WAY_M: Final = 0.03
_SOFT_S: Final = 0.6  # how gently the shaking begins and ends
_QUIET_S: Final = 0.3  # held still at both ends of the phase


@dataclass(frozen=True)
class Shake:
    """One shake.

    begin_s, end_s  of the phase
    frequency_hz    (6, _WAVES) of three angles and three directions
    offset          (6, _WAVES) rad
    """

    begin_s: float
    end_s: float
    frequency_hz: Floats
    offset: Floats

    def overlaps(self, from_s: float, to_s: float) -> bool:
        """Is any of it within these times?"""
        return from_s < self.end_s and to_s > self.begin_s

    def attitude(self, time_s: Floats) -> Floats:
        """(n, 3, 3) how the hand is turned against how it was before."""
        x, y, z = self._waves(time_s)[:3] * _ANGLE_RAD
        return about_z(z) @ about_right(y) @ about_x(x)

    def way(self, time_s: Floats) -> Floats:
        """(n, 3) m, where the hand is against where it was before."""
        return self._waves(time_s)[3:].T * _WAY_M

    def _waves(self, time_s: Floats) -> Floats:
        """(6, n) sums of sines, 0 outside the shake."""
        begin, end = self.begin_s + _QUIET_S, self.end_s - _QUIET_S
        inside = np.clip(np.minimum(time_s - begin, end - time_s) / _SOFT_S, 0.0, 1.0)
        soft = inside**3 * (10.0 + inside * (6.0 * inside - 15.0))
        turning = 2 * np.pi * self.frequency_hz[..., None] * (time_s - begin) + self.offset[..., None]
        return soft * np.sin(turning).sum(axis=1)


def shake(seed: int, number: int, begin_s: float, end_s: float) -> Shake:
    """The session's shake of this number, as some hand did it."""
    random = stream(seed, f"shake/{number}")
    return Shake(
        begin_s,
        end_s,
        random.uniform(*_FREQUENCY_HZ, (6, _WAVES)),
        random.uniform(0.0, 2 * np.pi, (6, _WAVES)),
    )
