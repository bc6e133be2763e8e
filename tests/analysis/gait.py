"""A made runner: exact waveforms on the measured harmonic templates (METHOD 7.2), and whole sensors of them.

Uses no code of the analysis and none of the simulator, only the templates' numbers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from aqsense.analysis.clock import Clock
from aqsense.analysis.frames import Frame
from aqsense.analysis.pipeline import SensorSetup
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Ticks

TEMPLATES = Path(__file__).resolve().parents[2] / "aqsense" / "simulate" / "templates.json"
SITES = ("left_shin", "right_shin", "left_wrist", "right_wrist", "trunk")
# Axes of a made sensor: x points to the athlete's right, z up.
X, Z = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True)
class Wave:
    """mean + sum of harmonics, deg/s in the file, rad/s here; `stride_s` is the period."""

    stride_s: float
    mean: float
    cosine: Floats
    sine: Floats

    def at(self, phase: Floats) -> Floats:
        total = np.full(np.shape(phase), self.mean)
        for h, (c, s) in enumerate(zip(self.cosine, self.sine, strict=True), 1):
            total = total + c * np.cos(2 * np.pi * h * phase) + s * np.sin(2 * np.pi * h * phase)
        return np.deg2rad(total)


@cache
def wave(speed: str, channel: str) -> Wave:
    """One channel of a template; KeyError where that speed was measured without arms."""
    template = json.loads(TEMPLATES.read_text())[speed]
    part = template[channel]
    return Wave(template["T"], part["mean"], np.array(part["cos"]), np.array(part["sin"]))


@cache
def speeds() -> tuple[str, ...]:
    return tuple(json.loads(TEMPLATES.read_text()))


@dataclass(frozen=True)
class MadeSensor:
    """Rows of one sensor with its set-up for the pipeline."""

    setup: SensorSetup
    tick: Ticks
    accel: tuple[Floats, Floats, Floats]
    gyro: tuple[Floats, Floats, Floats]

    @property
    def rows(self) -> tuple[Ticks, Floats, Floats, Floats, Floats, Floats, Floats]:
        return (self.tick, *self.accel, *self.gyro)


def made_sensor(
    site: str,
    rate_hz: float,
    *,
    speed: str = "sprint_9.5",
    seconds: float = 8.0,
    run_s: tuple[float, float] = (2.0, 7.0),
    lost: np.ndarray | None = None,
    nan: np.ndarray | None = None,
    begin_s: float = 0.0,
    seed: int = 0,
) -> MadeSensor:
    """A sensor of someone who stands, runs during `run_s` and stands again.

    lost, nan   session times (k, 2) of holes: rows missing, rows full of NaN
    begin_s     the sensor sends from there on
    """
    random = np.random.RandomState((seed * 101 + SITES.index(site)) % 2**31)
    per_sample, first_tick = 1000, int(random.randint(10**6))
    n = int((seconds - begin_s) * rate_hz)
    tick = first_tick + per_sample * np.arange(n, dtype=np.int64)
    start_s = begin_s + random.random_sample() / rate_hz
    time_s = start_s + np.arange(n) / rate_hz
    gyro, accel = _motion(site, time_s, speed, run_s, random)
    for begin, end in nan if nan is not None else ():
        inside = (time_s >= begin) & (time_s < end)
        gyro[:, inside] = accel[:, inside] = np.nan
    kept = np.ones(n, bool)
    for begin, end in lost if lost is not None else ():
        kept &= ~((time_s >= begin) & (time_s < end))
    knots = np.array([first_tick, first_tick + per_sample * n], float)
    clock = Clock("common", knots, start_s + (knots - first_tick) / per_sample / rate_hz, 0.001)
    frame = Frame(np.zeros(3), X, Z, "made")
    setup = SensorSetup(site, rate_hz, float(per_sample), np.deg2rad(2000.0), clock, frame)
    a, g = accel[:, kept], gyro[:, kept]
    return MadeSensor(setup, tick[kept], (a[0], a[1], a[2]), (g[0], g[1], g[2]))


def _motion(
    site: str, time_s: Floats, speed: str, run_s: tuple[float, float], random: np.random.RandomState
) -> tuple[Floats, Floats]:
    """(3, n) gyro and accel: templates under a soft envelope, an impact at each contact, noise."""
    stride_s = wave(speed, "shank_w").stride_s
    # The stride breathes a little, each limb in its own way: nothing repeats to the bit.
    own = SITES.index(site)
    phase = (time_s - run_s[0]) / stride_s + 0.02 * np.sin(1.9 * time_s)
    phase = phase + 0.004 * np.sin((2.3 + 0.4 * own) * time_s + own)
    phase = phase - 0.5 if site.startswith("right") else phase
    envelope = np.clip((time_s - run_s[0]) / 0.4, 0, 1) * np.clip((run_s[1] - time_s) / 0.4, 0, 1)
    gyro = 0.002 * random.standard_normal((3, len(time_s)))
    accel = 0.05 * random.standard_normal((3, len(time_s)))
    accel[2] += STANDARD_GRAVITY_M_S2
    if site == "trunk":
        # The trunk's templates have phase 0 at the right foot's contact.
        gyro[2] += envelope * wave(speed, "thorax_axial_w").at(phase - 0.5)
        gyro[0] += envelope * wave(speed, "thorax_pitch_w").at(phase - 0.5)
        # Loaded in the first part of each step, near free fall in flight.
        load = np.sin(4 * np.pi * phase) + 0.3 * np.sin(8 * np.pi * phase)
        accel[2] += envelope * STANDARD_GRAVITY_M_S2 * 1.3 * load
        return gyro, accel
    gyro[0] += envelope * wave(speed, "shank_w" if site.endswith("shin") else "forearm_w").at(phase)
    if site.endswith("shin"):
        since_s = (phase % 1.0) * stride_s
        accel[2] += envelope * 150.0 * np.exp(-since_s / 0.012) * np.sin(2 * np.pi * 30.0 * since_s)
    return gyro, accel
