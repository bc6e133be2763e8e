"""One sensor: how it filters and samples, how it errs. Clean 1 kHz signals in, readings out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import STANDARD_GRAVITY_M_S2, Floats
from aqsense.simulate.draws import stream, vector
from aqsense.simulate.pace import STEP_S
from aqsense.simulate.sample_clock import SampleClock, sample_clock
from aqsense.simulate.spec import SimulationSpec

_BANDWIDTH: Final = 0.4  # of the sampling rate
_LOBES: Final = 2.5  # half-length of the low-pass, in periods of its cut-off
_STEPS: Final = 2**15  # 16 bit
Kernel = Callable[[Floats, float], Floats]


@dataclass(frozen=True)
class Imu:
    """A sensor.

    rate_hz     nominal sampling rate
    clock       when it truly samples
    accel, gyro its two parts
    """

    site: str
    rate_hz: float
    clock: SampleClock
    accel: Part
    gyro: Part

    def sampled(self, clean: Floats, clean_from_s: float, time_s: Floats, kernel: Kernel) -> Floats:
        """Clean signals (3, m) on the 1 kHz grid as (3, n) at `time_s`, low-passed without delay.

        `clean` reaches `reach_s` beyond the first and last time.
        """
        half = round(self.reach_s / STEP_S)
        place = (time_s - clean_from_s) / STEP_S
        taps = np.floor(place).astype(int)[:, None] + np.arange(-half + 1, half + 1)
        away = (place[:, None] - taps) * STEP_S
        cutoff_hz = _BANDWIDTH * self.rate_hz
        weight = kernel(away * cutoff_hz, self.reach_s * cutoff_hz)
        weight /= np.sum(weight, axis=1, keepdims=True)
        return np.einsum("nt,cnt->cn", weight, clean[:, taps])

    @property
    def reach_s(self) -> float:
        """Half-length of the low-pass, s."""
        return np.ceil(_LOBES / (_BANDWIDTH * self.rate_hz) / STEP_S) * STEP_S


@dataclass(frozen=True)
class Part:
    """Accelerometer or gyroscope: reading = clip(matrix @ true + bias + noise), rounded to 16 bit.

    matrix       (3, 3) scale and cross-axis errors
    bias         (3,)
    noise        (3, n) for the whole session, by sample; or zeros (3, 1)
    full_scale   where it clips
    """

    matrix: Floats
    bias: Floats
    noise: Floats
    full_scale: float

    def read(self, true: Floats, rows: slice) -> Floats:
        """Readings (3, n) of true values (3, n) that are the session's samples `rows`."""
        noise = self.noise if self.noise.shape[1] == 1 else self.noise[:, rows]
        reading = np.einsum("ij,jn->in", self.matrix, true) + self.bias[:, None] + noise
        step = self.full_scale / _STEPS
        return np.clip(np.round(reading / step), -_STEPS, _STEPS - 1) * step


def sharp(periods: Floats, reach: float) -> Floats:
    """Low-pass kernel that keeps everything below the cut-off: for rotation.

    periods  distance in periods of the cut-off
    reach    where it ends
    """
    return np.sinc(2 * periods) * np.cos(np.pi * periods / (2 * reach)) ** 2


def soft(periods: Floats, reach: float) -> Floats:
    """Gaussian low-pass kernel, -3 dB at the cut-off: for acceleration.

    A sharp filter without delay rings before a shock and so announces a contact that hasn't happened yet.
    """
    return np.where(np.abs(periods) < reach, np.exp(-2 * (np.pi * periods) ** 2 / np.log(2)), 0.0)


def imu(site: str, spec: SimulationSpec, seed: int, duration_s: float) -> Imu:
    """The sensor of a site, its errors drawn from the seed (METHOD 7.2)."""
    rate = spec.rate_of(site)
    clock = sample_clock(spec, site, seed, duration_s)
    count = len(clock.times(duration_s))
    milli_g, degree = STANDARD_GRAVITY_M_S2 / 1000.0, np.radians(1.0)
    accel = _part(spec, seed, f"{site}/accel_m_s2", count, (5 * milli_g, 10 * milli_g), 30 * milli_g)
    gyro = _part(spec, seed, f"{site}/gyro_rad_s", count, (0.05 * degree, 0.2 * degree), 2 * degree)
    return Imu(
        site,
        rate,
        clock,
        _ranged(accel, spec.accel_range_g * STANDARD_GRAVITY_M_S2),
        _ranged(gyro, np.radians(spec.gyro_range_deg_s)),
    )


def _part(
    spec: SimulationSpec, seed: int, name: str, count: int, noise: tuple[float, float], bias: float
) -> Part:
    if not spec.noise:
        return _ideal(1.0)
    level = stream(seed, f"noise level/{name}").uniform(*noise)
    errors = stream(seed, f"scale/{name}").uniform(-0.01, 0.01, (3, 3))
    drawn = np.array([stream(seed, f"noise/{name}/{axis}").randn(count) for axis in "xyz"])
    return Part(np.eye(3) + errors, vector(stream(seed, f"bias/{name}"), bias), level * drawn, 1.0)


def _ideal(full_scale: float) -> Part:
    return Part(np.eye(3), np.zeros(3), np.zeros((3, 1)), full_scale)


def _ranged(part: Part, full_scale: float) -> Part:
    return Part(part.matrix, part.bias, part.noise, full_scale)
