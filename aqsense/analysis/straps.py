"""Frames against each run: a strap that slipped, an axis triad that is not what it claims (ARCHITECTURE 3).

In:  timed sensors, session frames, runs in session time.
Out: which sensors are doubtful in which runs, with the angle.
Refuses: refitting a frame.

A slip turns the sensor against its limb, so it turns both what stays fixed in running: the axis of the
swing and the mean force. The turn that carries one run's pair onto another's is the slip. The begin and the
end of every run are held against the first run's begin (the trunk's against the like part: it leans while
accelerating). On real running of 80 s shins stay within 11 degrees, fast wrists within 10, trunks within 8.
Wrists in slow jogging wander by up to 55 degrees on their own and are not judged.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import COARSE_HZ, Spans
from aqsense.analysis.tick_search import count_before
from aqsense.model import Floats

LARGEST_SLIP = {"shin": 13.0, "wrist": 20.0, "trunk": 25.0, "pelvis": 25.0}
LEAST_PART_S, LONGEST_PART_S = 2.0, 10.0
LEAST_WRIST_RAD_S = np.deg2rad(250.0)


@dataclass(frozen=True, slots=True)
class Slip:
    """A sensor that sits otherwise than in the first run.

    run        0-based run
    degrees    angle of the turn
    """

    site: str
    run: int
    time_s: float
    degrees: float


def find_slips(timed: Mapping[str, TimedSensor], runs: Spans) -> list[Slip]:
    """Sensors that turned on their strap: one entry for each run in which they sit otherwise than at "
    "first."""
    parts = [(run, part) for run, (begin, end) in enumerate(runs) for part in _parts(begin, end)]
    found: list[Slip] = []
    for site, sensor in timed.items():
        if site.split("_")[-1] not in LARGEST_SLIP:
            continue
        triads = _triads(sensor, [span for _, span in parts], site.split("_")[-1])
        known = [
            (run, span, triad) for (run, span), triad in zip(parts, triads, strict=True) if triad is not None
        ]
        found += _slips_of(site, known)
    return found


def _slips_of(site: str, known: list[tuple[int, _Part, Floats]]) -> list[Slip]:
    worst: dict[int, Slip] = {}
    for run, part, triad in known:
        like = [t for _, p, t in known if len(t) > 1 or p.late == part.late]
        degrees = _angle(like[0], triad)
        if degrees > LARGEST_SLIP[site.split("_")[-1]] and run not in worst:
            worst[run] = Slip(site, run, part.begin_s, degrees)
    return list(worst.values())


@dataclass(frozen=True, slots=True)
class _Part:
    begin_s: float
    end_s: float
    late: bool


def _parts(begin: float, end: float) -> list[_Part]:
    """Begin and end of a run; the whole of a short one."""
    if end - begin < 2 * LEAST_PART_S:
        return [_Part(begin, end, late=False)] if end - begin >= LEAST_PART_S else []
    length = min(0.5 * (end - begin), LONGEST_PART_S)
    return [_Part(begin, begin + length, late=False), _Part(end - length, end, late=True)]


def _triads(sensor: TimedSensor, spans: list[_Part], part: str) -> list[Floats | None]:
    """Per part of a run (3, 3) rows: mean force, swing axis made orthogonal to it, their product; None
    without data."""
    if not spans:
        return []
    edges_s = np.array([(span.begin_s, span.end_s) for span in spans])
    first_s, last_s = sensor.clock.time_at(sensor.ticks[[0, -1]].astype(float))
    inside = (edges_s[:, 0] >= first_s) & (edges_s[:, 1] <= last_s)
    rows = count_before(sensor.ticks, sensor.clock.tick_at(edges_s.reshape(-1))).reshape(-1, 2)
    fewest = 0.7 * (edges_s[:, 1] - edges_s[:, 0]) * COARSE_HZ / 2
    return [
        _triad(_block_means(sensor, slice(*of_part)), part, least) if is_inside else None
        for of_part, least, is_inside in zip(rows.tolist(), fewest.tolist(), inside.tolist(), strict=True)
    ]


def _block_means(sensor: TimedSensor, rows: slice) -> Floats:
    """(6, n) accelerometer and gyroscope at about 50 Hz, as `coarse` has them."""
    samples = sensor.samples
    values = np.array([column[rows] for column in (*samples.accel, *samples.gyro)])
    if math.isnan(values.sum()):
        values = values[:, ~np.isnan(values).any(axis=0)]
    size = max(1, round(sensor.rate_hz / COARSE_HZ))
    n = values.shape[1] // size * size
    total = values[:, 0:n:size].astype(float)
    for offset in range(1, size):
        total += values[:, offset:n:size]
    return total / size


def _triad(means: Floats, part: str, fewest: float) -> Floats | None:
    n = means.shape[1]
    if n < fewest:
        return None
    middle = means.sum(axis=1) / n
    force = middle[:3] / math.sqrt(middle[:3] @ middle[:3])
    if part in ("trunk", "pelvis"):
        # A trunk has no one axis of swing; its lean is seen, its turn about the vertical is not.
        return force[None]
    rate = means[3:] - middle[3:, None]
    moment = rate @ rate.T
    if part == "wrist" and float(moment.trace()) / n < LEAST_WRIST_RAD_S**2:
        return None
    axis = np.linalg.eigh(moment)[1][:, -1]
    axis = axis - (axis @ force) * force
    axis /= math.sqrt(axis @ axis)
    (fx, fy, fz), (ax, ay, az) = force.tolist(), axis.tolist()
    return np.array([force, axis, (fy * az - fz * ay, fz * ax - fx * az, fx * ay - fy * ax)])


def _angle(a: Floats, b: Floats) -> float:
    """Turn between two triads, degrees; an axis has no sign, so the smaller of two."""
    if len(a) == 1:
        return math.degrees(math.acos(min(max(float(a[0] @ b[0]), -1.0), 1.0)))
    force, axis, third = (a * b).sum(axis=1).tolist()
    cosine = (force + abs(axis + third) - 1) / 2
    return math.degrees(math.acos(min(max(cosine, -1.0), 1.0)))
