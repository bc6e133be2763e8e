"""Five simulated sensors of mixed families on an invented sprinter: shake, stand, sprint, shake.

In:  a seed.
Out: sensors for the simulated link, what happens when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.acquire.simulated_link import Habits, SimulatedSensor, Source
from aqsense.model import Floats, Mark, Sensor
from aqsense.simulate import SimulationSpec, read_phases, simulate
from firmware_protocol import FAMILIES

PHASES = "shake 5, stand 4, sprint 60m at 9.5, decelerate 3, stand 2, shake 4"
SAMPLED_HZ = 400.0  # finer than any sensor samples
# No WitMotion: it numbers no samples, so no lag could be claimed. No Polar: its own buffering, unseen by the
# radio, would show as a lag in every recording without a shake.
FAMILY_OF: Mapping[str, str] = {
    "left_wrist": "movesense",
    "right_wrist": "open_profile",
    "left_shin": "metamotion",
    "right_shin": "open_profile",
    "trunk": "movella_dot",
}


@dataclass(frozen=True, slots=True)
class Demo:
    """What is simulated.

    sensors   by site
    facts     of the sensors for recording.json, by site
    marks     in s since the motion began
    length_s  of the motion
    """

    sensors: Mapping[str, SimulatedSensor]
    facts: Mapping[str, dict[str, Any]]
    marks: tuple[Mark, ...]
    length_s: float


def demo(seed: int = 1, phases: str = PHASES) -> Demo:
    """The same seed gives the same motion and the same radio habits."""
    spec = SimulationSpec(name="demo", athlete="demo", phases=read_phases(phases), rate_hz=SAMPLED_HZ)
    recording = simulate(spec, seed, truth=False).recording
    draw = np.random.RandomState(seed)
    sensors: dict[str, SimulatedSensor] = {}
    facts: dict[str, dict[str, Any]] = {}
    for site, sensor in recording.sensors.items():
        serial = f"{draw.randint(16**4):04X}"
        sensors[site] = _sensor(sensor, serial, draw)
        facts[site] = {"serial": serial, "placement": sensor.placement}
    ends = [
        float(one.samples.time_s[-1]) for one in recording.sensors.values() if one.samples.time_s is not None
    ]
    return Demo(sensors, facts, recording.marks, max(ends))


def _sensor(sensor: Sensor, serial: str, draw: np.random.RandomState) -> SimulatedSensor:
    family = FAMILY_OF.get(sensor.site, "open_profile")
    habits = Habits(
        interval_s=float(draw.choice([0.0075, 0.01125, 0.015])),
        per_interval=8,
        retransmit=0.05,
        stalls=((float(draw.uniform(15, 25)), float(draw.uniform(0.1, 0.4))),),
        clock_ppm=float(30.0 * draw.randn()),
        first_s=float(draw.uniform(20, 500)),
        rssi_dbm=int(draw.randint(-78, -50)),
    )
    return SimulatedSensor(family, FAMILIES[family].virtual(serial), motion_of(sensor), habits)


def motion_of(sensor: Sensor) -> Source:
    """What a recorded sensor felt, at any time; before and after it holds still as it did last."""
    samples = sensor.samples
    time_s = samples.time_s
    assert time_s is not None

    def source(wanted_s: Floats) -> tuple[Floats, Floats]:
        found = [np.interp(wanted_s, time_s, axis) for axis in (*samples.accel, *samples.gyro)]
        return np.column_stack(found[:3]), np.column_stack(found[3:])

    return source
