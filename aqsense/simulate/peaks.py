"""Event times by brute force on a clean 1 kHz waveform: METHOD 2.2's definitions, written down plainly.

Waveforms are low-passed here (20 Hz, zero lag: 2nd-order Butterworth forward and back). A window without a
local maximum has no event: NaN.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Floats
from aqsense.simulate.pace import STEP_S

_LEVEL: Final = 0.9
_CUTOFF_HZ: Final = 20.0


@dataclass(frozen=True)
class Peak:
    """time_s of an event; amplitude and width_s (of the part above 0.9 of the peak) NaN where it has none."""

    time_s: float
    amplitude: float = float("nan")
    width_s: float = float("nan")


NONE: Final = Peak(float("nan"))


@dataclass(frozen=True)
class Waveform:
    """One rate on the 1 kHz grid.

    start_s  session time of the first value
    value    (n,) rad/s, low-passed
    """

    start_s: float
    value: Floats

    def negative(self) -> Waveform:
        """The same movement seen the other way round."""
        return Waveform(self.start_s, -self.value)

    def highest(self, from_s: float, to_s: float) -> Peak:
        """Upper-10 % centroid of the highest local maximum in a window."""
        index = self._maxima(from_s, to_s)
        positive = index[self.value[index] > 0]
        if not len(positive):
            return NONE
        return self._centroid(int(positive[np.argmax(self.value[positive])]))

    def last_maximum(self, from_s: float, to_s: float) -> Peak:
        """Vertex of the last local maximum in a window; no plateau is asked for, so no width."""
        index = self._maxima(from_s, to_s)
        return self._vertex(int(index[-1])) if len(index) else NONE

    def first_maximum(self, from_s: float, to_s: float) -> Peak:
        """Vertex of the first local maximum in a window."""
        index = self._maxima(from_s, to_s)
        return self._vertex(int(index[0])) if len(index) else NONE

    def first_rise(self, from_s: float, to_s: float) -> Peak:
        """First crossing of zero from below."""
        crossings = self._rises(from_s, to_s)
        return Peak(float(crossings[0])) if len(crossings) else NONE

    def last_rise(self, from_s: float, to_s: float) -> Peak:
        """Last crossing of zero from below."""
        crossings = self._rises(from_s, to_s)
        return Peak(float(crossings[-1])) if len(crossings) else NONE

    def _rows(self, from_s: float, to_s: float) -> tuple[int, int]:
        first = int(np.ceil((from_s - self.start_s) / STEP_S))
        last = int(np.floor((to_s - self.start_s) / STEP_S))
        return max(first, 1), min(last, len(self.value) - 2)

    def _maxima(self, from_s: float, to_s: float) -> np.ndarray:
        first, last = self._rows(from_s, to_s)
        here = self.value[first : last + 1]
        before, after = self.value[first - 1 : last], self.value[first + 1 : last + 2]
        return first + np.flatnonzero((here > before) & (here >= after))

    def _rises(self, from_s: float, to_s: float) -> Floats:
        first, last = self._rows(from_s, to_s)
        here, after = self.value[first:last], self.value[first + 1 : last + 1]
        index = np.flatnonzero((here < 0) & (after >= 0))
        return self.start_s + STEP_S * (first + index + here[index] / (here[index] - after[index]))

    def _vertex(self, index: int) -> Peak:
        before, here, after = self.value[index - 1 : index + 2]
        shift = 0.5 * (before - after) / (before - 2 * here + after)
        return Peak(self.start_s + STEP_S * (index + float(shift)))

    def _centroid(self, index: int) -> Peak:
        level = _LEVEL * self.value[index]
        below = np.flatnonzero(self.value <= level)
        left, right = below[below < index], below[below > index]
        if not len(left) or not len(right):
            return NONE
        start, stop = int(left[-1]), int(right[0])
        height = self.value[start : stop + 1] - level
        place = np.arange(start, stop + 1, dtype=float)
        place[0] -= height[0] / (height[1] - height[0])
        place[-1] -= height[-1] / (height[-1] - height[-2])
        height[[0, -1]] = 0.0
        time = self.start_s + STEP_S * np.trapezoid(height * place, place) / np.trapezoid(height, place)
        return Peak(float(time), float(self.value[index]), float(STEP_S * (place[-1] - place[0])))


def low_passed(value: Floats) -> Floats:
    """|H| = 1 / (1 + (f/20 Hz)^4), zero lag, for a waveform (n,) on the 1 kHz grid."""
    from scipy.signal import butter, sosfiltfilt

    return np.asarray(sosfiltfilt(butter(2, _CUTOFF_HZ, fs=1.0 / STEP_S, output="sos"), value), float)
