"""The sensors of a session: what each delivers. Made in pieces, so that an hour fits into memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Samples, Sensor
from aqsense.simulate.body import Body
from aqsense.simulate.course import PAD
from aqsense.simulate.imu import Imu, imu, sharp, soft
from aqsense.simulate.losses import arriving
from aqsense.simulate.motion import motion, shocks
from aqsense.simulate.pace import STEP_S
from aqsense.simulate.radio import arrivals
from aqsense.simulate.soft_tissue import SoftTissue, soft_tissue
from aqsense.simulate.spec import SimulationSpec
from aqsense.simulate.wearing import Mounting, mounting, worn_at

_PIECE: Final = 20_000  # rows of the 1 kHz grid at a time
_PLACEMENT: Final = {
    "wrist": "dorsal forearm",
    "shin": "antero-medial tibia",
    "pelvis": "sacrum",
    "thigh": "front of the thigh",
    "foot": "instep",
    "upper_arm": "outside of the upper arm",
}


@dataclass(frozen=True)
class Delivered:
    """What one sensor delivered.

    arrivals  ARRIVAL rows; None where the samples have `time_s`
    """

    sensor: Sensor
    arrivals: NDArray[Any] | None


def delivered(spec: SimulationSpec, seed: int, body: Body, site: str) -> Delivered:
    """Samples of one sensor, and over a link the arrivals of their packets."""
    duration_s = body.course.duration_s
    device = imu(site, spec, seed, duration_s)
    time = device.clock.times(min(_end_of(spec, site), duration_s))
    readings = np.concatenate(list(_Site(spec, seed, body, device).pieces(time)), axis=1)
    kept = arriving(spec, seed, site, time)
    ticks = None if spec.link is None else device.clock.ticks(len(time))
    packets = (
        None
        if spec.link is None or ticks is None
        else arrivals(spec.link, seed, site, ticks, time, kept, duration_s)
    )
    # A copy of everything would cost as much as the samples; mostly all of them are kept.
    if not kept.all():
        time, readings = time[kept], readings[:, kept]
        ticks = None if ticks is None else ticks[kept]
    samples = Samples(
        ticks,
        time + device.clock.offset_s if ticks is None else None,
        _three(readings[:3]),
        _three(readings[3:]),
    )
    return Delivered(_described(spec, site, device, samples), packets)


def _described(spec: SimulationSpec, site: str, device: Imu, samples: Samples) -> Sensor:
    tick_hz = None
    if spec.link is not None:
        tick_hz = device.rate_hz if spec.link.tick_hz is None else spec.link.tick_hz
    part = site.removeprefix("left_").removeprefix("right_")
    return Sensor(
        site=site,
        samples=samples,
        rate_hz=device.rate_hz,
        tick_hz=tick_hz,
        accel_range_m_s2=spec.accel_range_g * STANDARD_GRAVITY_M_S2,
        gyro_range_rad_s=float(np.radians(spec.gyro_range_deg_s)),
        placement=spec.trunk_placement if part == "trunk" else _PLACEMENT[part],
    )


def _three(readings: Floats) -> tuple[Floats, Floats, Floats]:
    x, y, z = readings
    return x, y, z


def _end_of(spec: SimulationSpec, site: str) -> float:
    return min((lost.from_s for lost in spec.lost if lost.site == site), default=float("inf"))


class _Site:
    """One sensor on one body."""

    def __init__(self, spec: SimulationSpec, seed: int, body: Body, device: Imu):
        self.body = body
        self.device = device
        self.impacts = spec.impacts
        self.place = worn_at(spec, seed, device.site)
        self.mounting: Mounting = mounting(spec, seed, device.site, body.course)
        self.tissue: SoftTissue | None = None
        if spec.soft_tissue and spec.impacts:
            self.tissue = soft_tissue(body, self.place, spec.soft_tissue, seed)

    def pieces(self, time_s: Floats) -> Iterator[Floats]:
        """Readings (6, n) of samples that fall into the same piece of the grid; at least one, maybe empty."""
        piece = np.floor(time_s / (STEP_S * _PIECE)).astype(int)
        edges = [0, *(np.flatnonzero(np.diff(piece)) + 1).tolist(), len(time_s)]
        for start, stop in pairwise(edges):
            yield self._readings(time_s[start:stop], slice(start, stop))

    def _readings(self, wanted: Floats, rows: slice) -> Floats:
        """Readings (6, n) of the samples `rows`, taken at `wanted`: accelerometer, gyroscope."""
        if not len(wanted):
            return np.empty((6, 0))
        device = self.device
        reach = round(device.reach_s / STEP_S) + 1
        start = PAD + int(wanted[0] / STEP_S) - reach
        stop = PAD + int(wanted[-1] / STEP_S) + reach + 1
        clean_accel, clean_gyro = self._clean(start, stop)
        from_s = (start - PAD) * STEP_S
        accel, gyro = self.mounting.worn(
            device.sampled(clean_accel, from_s, wanted, soft),
            device.sampled(clean_gyro, from_s, wanted, sharp),
            wanted,
        )
        return np.concatenate([device.accel.read(accel, rows), device.gyro.read(gyro, rows)])

    def _clean(self, start: int, stop: int) -> tuple[Floats, Floats]:
        """Specific force and rate (3, n) on rows of the grid, in segment axes, shocks and wobble included."""
        clean = motion(self.body, self.place, start, stop)
        if self.impacts:
            clean.accel[2] += shocks(self.body, self.place, start, stop)
        if self.tissue is None:
            return clean.accel, clean.gyro
        force, rate = self.tissue.wobble(self.body, self.place, start, stop)
        return clean.accel + force, clean.gyro + rate
