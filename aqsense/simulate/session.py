"""A whole session: athlete, sensors, recording. Made in pieces, so that an hour fits into memory."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np

from aqsense.model import STANDARD_GRAVITY_M_S2, Columns, Floats, Mark, Recording, Samples, Sensor
from aqsense.simulate.body import Body, athlete
from aqsense.simulate.course import PAD, Course, plan
from aqsense.simulate.imu import Imu, imu, sharp, soft
from aqsense.simulate.motion import motion, shocks
from aqsense.simulate.pace import STEP_S
from aqsense.simulate.spec import SITES, SimulationSpec
from aqsense.simulate.truth import true_steps
from aqsense.simulate.truth_tables import about, events, step_table

_PIECE: Final = 20_000  # rows of the 1 kHz grid at a time
_PLACEMENT: Final = {"wrist": "dorsal forearm", "shin": "antero-medial tibia", "trunk": "upper_back"}


@dataclass(frozen=True)
class Simulation:
    """A recording and what is true about it.

    recording    as a capture would have written it
    truth        events, columns of truth.csv; {} if switched off
    truth_steps  steps, columns of truth_steps.csv; {} if switched off
    about        content of truth.json; {} if switched off
    """

    recording: Recording
    truth: Columns
    truth_steps: Columns
    about: dict[str, Any]


def simulate(spec: SimulationSpec, seed: int, *, truth: bool = True) -> Simulation:
    """Five IMUs on a running athlete, with the exact truth (METHOD 7.2).

    seed    any integer; same spec and seed give the same bytes
    truth   False leaves the truth out (long sessions for speed tests)

    Events are found by brute force on the clean 1 kHz signals with METHOD 2.2's definitions; no code is
    shared with the analysis. A lost sensor loses samples, not truth.
    """
    course = plan(spec, seed)
    body = athlete(spec, seed, course)
    recording = _recording(spec, seed, body)
    if not truth:
        return Simulation(recording, {}, {}, {})
    steps = true_steps(body)
    return Simulation(recording, events(steps), step_table(steps), about(steps, spec, seed))


def _recording(spec: SimulationSpec, seed: int, body: Body) -> Recording:
    sensors = {site: _sensor(spec, seed, body, site) for site in SITES}
    return Recording(
        name=spec.name,
        sensors=sensors,
        metadata=_metadata(spec, seed, sensors),
        marks=_marks(spec, body.course),
    )


def _sensor(spec: SimulationSpec, seed: int, body: Body, site: str) -> Sensor:
    device = imu(site, spec, seed, body.course.duration_s)
    time = device.times(min(_end_of(spec, site), body.course.duration_s))
    readings = np.concatenate([_piece(spec, body, device, time, rows) for rows in _pieces(time)], axis=1)
    return Sensor(
        site=site,
        samples=Samples(None, time, _three(readings[:3]), _three(readings[3:])),
        rate_hz=device.rate_hz,
        accel_range_m_s2=spec.accel_range_g * STANDARD_GRAVITY_M_S2,
        gyro_range_rad_s=float(np.radians(spec.gyro_range_deg_s)),
        placement=_PLACEMENT[site.split("_")[-1]],
    )


def _three(readings: Floats) -> tuple[Floats, Floats, Floats]:
    x, y, z = readings
    return x, y, z


def _end_of(spec: SimulationSpec, site: str) -> float:
    return min((lost.from_s for lost in spec.lost if lost.site == site), default=float("inf"))


def _pieces(time_s: Floats) -> list[slice]:
    """Rows of samples that fall into the same piece of the grid; at least one, maybe empty."""
    piece = np.floor(time_s / (STEP_S * _PIECE)).astype(int)
    edges = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(time_s)]
    return [slice(start, stop) for start, stop in pairwise(edges)]


def _piece(spec: SimulationSpec, body: Body, device: Imu, time_s: Floats, rows: slice) -> Floats:
    """Readings (6, n) of the samples `rows`: accelerometer, gyroscope."""
    wanted = time_s[rows]
    if not len(wanted):
        return np.empty((6, 0))
    reach = round(device.reach_s / STEP_S) + 1
    start = PAD + int(wanted[0] / STEP_S) - reach
    stop = PAD + int(wanted[-1] / STEP_S) + reach + 1
    clean = motion(body, device.site, start, stop)
    if spec.impacts:
        clean.accel[2] += shocks(body, device.site, start, stop)
    from_s = (start - PAD) * STEP_S
    accel = device.mounting @ device.sampled(clean.accel, from_s, wanted, soft)
    gyro = device.mounting @ device.sampled(clean.gyro, from_s, wanted, sharp)
    return np.concatenate([device.accel.read(accel, rows), device.gyro.read(gyro, rows)])


def _marks(spec: SimulationSpec, course: Course) -> tuple[Mark, ...]:
    first = spec.session()[0]
    marks = [
        Mark(lost.from_s, "lost", site=lost.site) for lost in spec.lost if lost.from_s < course.duration_s
    ]
    if first.kind == "stand":
        marks += [Mark(0.0, "calibration_start"), Mark(float(first.seconds or 0.0), "calibration_end")]
    return tuple(sorted(marks, key=lambda mark: mark.time_s))


def _metadata(spec: SimulationSpec, seed: int, sensors: dict[str, Sensor]) -> dict[str, Any]:
    return {
        "format": 1,
        "name": spec.name,
        "athlete": spec.athlete,
        "source": "simulated",
        "device_clock": "common",
        "sync_sd_s": 0.0,
        "speed": {"source": "none", "samples": []},
        "sensors": {site: _described(sensor) for site, sensor in sensors.items()},
        "settings": {"seed": seed, "simulation": spec.as_json()},
    }


def _described(sensor: Sensor) -> dict[str, Any]:
    return {
        "family": "simulated",
        "model": "simulated IMU",
        "placement": sensor.placement,
        "rate_hz": sensor.rate_hz,
        "accel_range_m_s2": sensor.accel_range_m_s2,
        "gyro_range_rad_s": sensor.gyro_range_rad_s,
    }
