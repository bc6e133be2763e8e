"""The jolt of a landing foot in the shin's specific force -> the instant of contact (METHOD 2.3 IC).

In:  the shin's three raw axes, and where the gyroscope expects the contact.
Out: onset of the jolt with its SD, NaN where none stands out.
Refuses: axes of the body, the gyroscope, other sensors. Any mounting gives the same instant.

How. A template finds the jolt and its direction (`jolt`). Along this direction the force is a scalar, and
its onset is where its slope last reached 0.7 of the steepest (`rise`). The norm of the acceleration, or of
its jerk, mixes the jolt with the swing's own acceleration in other directions: SD 5 to 13 ms at 100 Hz.

Against force plates, bias +- SD in ms: one athlete at 9.5 m/s -2.3 +- 1.5 (100 Hz -1.6 +- 1.7), at 3.5 m/s
-0.5 +- 0.6 (0.3 +- 0.6); another one on a treadmill at 2.5 m/s 4.8 +- 1.5 as the markers show it and
-0.7 +- 4.1 with impacts added. The offset was balanced on all of them: fitted on either athlete alone, the
other's bias is 3 to 6 ms. Soft landings show late; nothing that we found in the signal tells them from hard
ones.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis import jolt, rise
from aqsense.analysis.accelerometer import Accelerometer, Window
from aqsense.analysis.jolt import Expected, find_jolts
from aqsense.analysis.rise import first_rise
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats

# After the shin's rate fell through zero (METHOD 2.3).
EXPECTED = Expected(-0.020, 0.090, 0.035, 0.020)
# Slower sampling smears the onset forwards, a soft sole delays the shin: offsets that balance both over the
# recordings with force plates and the simulated impacts. Not derived from theory.
SAMPLE_S = np.array([1 / 150, 1 / 100])
OFFSET_S = np.array([-0.0015, 0.0015])
# Below this rate the slope says less than the fit of the template itself.
SLOW_HZ, SLOW_OFFSET_S, SLOW_SD_S = 95.0, -0.0025, 0.006
LEAST_RISE_M_S2 = 1.0 * STANDARD_GRAVITY_M_S2
LEAST_RISE_SDS = 6.0
# Foot, shoe and ground: what the same onset means for the force differs by this much between people.
PERSON_SD_S = 0.004
SAMPLING_SD_SAMPLES = 0.17
MEDIAN_OF_CHI_3 = 1.5382  # of the length of a vector with three normal parts of SD 1
_NOISE_SAMPLES = 7
_FOURTH_DIFFERENCE_SD = np.sqrt(70.0)
_BLOCK = 2048  # steps at a time: temporaries stay in the cache


@dataclass(frozen=True, slots=True)
class Impacts:
    """Onsets, arrays of one length; NaN where no jolt stands out.

    time_s    session time
    sd_s
    bridged   a hole of the accelerometer was bridged beside the onset
    """

    time_s: Floats
    sd_s: Floats
    bridged: NDArray[np.bool_]

    @staticmethod
    def none(n: int) -> Impacts:
        return Impacts(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, bool))


def find_impacts(accelerometer: Accelerometer, zero_s: Floats, swing_s: Floats) -> Impacts:
    """The jolt that follows each fall of the shin's rate through zero.

    zero_s    session time of the fall; NaN gives NaN
    swing_s   session time of the swing peak before it: there the noise is measured
    """
    found = Impacts.none(len(zero_s))
    for begin in range(0, len(zero_s), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        block = _find(accelerometer, zero_s[part], _noise(accelerometer, swing_s[part]))
        found.time_s[part], found.sd_s[part], found.bridged[part] = block.time_s, block.sd_s, block.bridged
    return found


def _find(accelerometer: Accelerometer, zero_s: Floats, noise: Floats) -> Impacts:
    rate_hz = accelerometer.rate_hz
    margin_s = max(jolt.BEFORE_S + 3 / rate_hz, rise.margin_s(rate_hz))
    window = accelerometer.around(zero_s, margin_s - EXPECTED.earliest_s, margin_s + EXPECTED.latest_s)
    whole = _whole(window)
    values = np.where(whole[:, None], window.values, 0.0)
    found = find_jolts(values, window.before, np.where(whole, window.offset, 0.0), rate_hz, EXPECTED)
    x, y, z = found.direction
    along = values[0] * x[:, None] + values[1] * y[:, None] + values[2] * z[:, None]
    rises = first_rise(along, found.position, rate_hz)
    seen = whole & rises.found & (rises.height > np.maximum(LEAST_RISE_M_S2, LEAST_RISE_SDS * noise))
    slow = rate_hz < SLOW_HZ
    onset = found.position if slow else rises.onset
    offset_s = SLOW_OFFSET_S if slow else float(np.interp(1 / rate_hz, SAMPLE_S, OFFSET_S))
    time_s = accelerometer.time_at(window, onset) + offset_s
    sd_s = _sd(noise, np.where(seen, rises.slope, 1.0), rate_hz)
    bridged = _bridged_near(window, onset, rate_hz) & seen
    return Impacts(np.where(seen, time_s, np.nan), np.where(seen, sd_s, np.nan), bridged)


def _whole(window: Window) -> NDArray[np.bool_]:
    return ~np.any(np.isnan(window.values), axis=(0, 2))


def _sd(noise: Floats, slope: Floats, rate_hz: float) -> Floats:
    sampling = SAMPLING_SD_SAMPLES / rate_hz
    by_noise = noise / slope
    slow = SLOW_SD_S * SLOW_SD_S if rate_hz < SLOW_HZ else 0.0
    return np.sqrt(PERSON_SD_S * PERSON_SD_S + sampling * sampling + slow + by_noise * by_noise)


def _noise(accelerometer: Accelerometer, swing_s: Floats) -> Floats:
    """SD of the accelerometer's noise in mid-swing, m/s^2, by fourth differences; 0 without data."""
    reach_s = _NOISE_SAMPLES / accelerometer.rate_hz
    values = accelerometer.around(swing_s, reach_s, reach_s).values
    x, y, z = np.diff(values, 4, axis=2)
    # The length of the difference, not its parts: the sensor's mounting must not matter.
    length = np.sqrt(x * x + y * y + z * z)
    lost = np.any(np.isnan(length), axis=1)
    median: Floats = np.median(np.where(lost[:, None], 0.0, length), axis=1)
    return median / (MEDIAN_OF_CHI_3 * _FOURTH_DIFFERENCE_SD)


def _bridged_near(window: Window, onset: Floats, rate_hz: float) -> NDArray[np.bool_]:
    """True where a bridged sample lies in the foot or the rise."""
    column = np.arange(window.bridged.shape[1], dtype=np.int64)
    away_s = (column - onset[:, None]) / rate_hz
    return np.any(window.bridged & (away_s >= -rise.FOOT_S) & (away_s <= rise.FOOT_S), axis=1)
