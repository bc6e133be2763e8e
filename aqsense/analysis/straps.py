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

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import COARSE_HZ, Spans, coarse
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
        known = [
            (run, span, triad)
            for run, span in parts
            if (triad := _triad(sensor, span, site.split("_")[-1])) is not None
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


def _triad(sensor: TimedSensor, span: _Part, part: str) -> Floats | None:
    """(3, 3) rows: mean force, swing axis made orthogonal to it, their product; None without data."""
    first, last = sensor.clock.time_at(sensor.ticks[[0, -1]].astype(float))
    if span.begin_s < first or span.end_s > last:
        return None
    series = coarse(sensor, [(span.begin_s, span.end_s)])
    if len(series.time_s) < 0.7 * (span.end_s - span.begin_s) * COARSE_HZ / 2:
        return None
    force = series.accel.mean(axis=1)
    force /= np.linalg.norm(force)
    if part in ("trunk", "pelvis"):
        # A trunk has no one axis of swing; its lean is seen, its turn about the vertical is not.
        return force[None]
    rate = series.gyro - series.gyro.mean(axis=1, keepdims=True)
    if part == "wrist" and float((rate**2).sum(axis=0).mean()) < LEAST_WRIST_RAD_S**2:
        return None
    axis = np.linalg.eigh(rate @ rate.T)[1][:, -1]
    axis -= (axis @ force) * force
    axis /= np.linalg.norm(axis)
    return np.stack([force, axis, np.cross(force, axis)])


def _angle(a: Floats, b: Floats) -> float:
    """Turn between two triads, degrees; an axis has no sign, so the smaller of two."""
    if len(a) == 1:
        return float(np.degrees(np.arccos(np.clip(a[0] @ b[0], -1, 1))))
    turns = [np.trace(a.T @ (np.diag(signs) @ b)) for signs in ([1, 1, 1], [1, -1, -1])]
    return float(np.degrees(np.arccos(np.clip((max(turns) - 1) / 2, -1, 1))))
