"""Simulated sessions and their signals back in segment axes, for the tests of this folder."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np

from aqsense.model import Floats
from aqsense.simulate import Simulation, SimulationSpec, read_phases, simulate
from aqsense.simulate.body import athlete
from aqsense.simulate.course import PAD, plan
from aqsense.simulate.draws import rotation, stream
from aqsense.simulate.motion import Motion, motion

EXACT = SimulationSpec(noise=False, jitter_ms=0.0, cadence_sd=0.0, amplitude_sd=0.0)
# No clipping, so that what the body does can be seen.
WIDE = replace(EXACT, accel_range_g=200.0)


def phased(spec: SimulationSpec, text: str) -> SimulationSpec:
    """The spec with other phases."""
    return replace(spec, phases=read_phases(text))


@cache
def sprint(seed: int = 1) -> Simulation:
    """The default session: 60 m with noise and jitter at 200 Hz."""
    return simulate(SimulationSpec(), seed)


_MADE: dict[str, Simulation] = {}


def made(spec: SimulationSpec, seed: int = 3) -> Simulation:
    """A simulation, made once per test run of a file. (Specs hold dicts, so `cache` can't.)"""
    key = f"{spec} {seed}"
    if key not in _MADE:
        _MADE[key] = simulate(spec, seed)
    return _MADE[key]


def clean(spec: SimulationSpec, site: str, from_s: float, to_s: float) -> Motion:
    """Clean 1 kHz signals of a site."""
    course = plan(spec, 1)
    body = athlete(spec, 1, course)
    return motion(body, site, PAD + round(1000 * from_s), PAD + round(1000 * to_s))


def in_segment(simulation: Simulation, site: str, seed: int) -> tuple[Floats, Floats]:
    """Accelerometer and gyroscope (3, n) of a recording turned back into the segment's axes."""
    samples = simulation.recording.sensors[site].samples
    mounting = rotation(stream(seed, f"mounting/{site}"))
    return mounting.T @ np.array(samples.accel), mounting.T @ np.array(samples.gyro)
