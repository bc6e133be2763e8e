"""The athlete's body: where each sensor is and how its segment is turned, at any stretch of the session.

Body axes (METHOD 1.2): x forward, y left, z up; a positive sagittal angle brings the lower end forward, for
the trunk it leans backward. All segments hang upright while standing. World axes = body axes at the start.
Legs hang on the hips, arms on the shoulders, which turn with the trunk; the hips don't turn.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Floats, Side
from aqsense.simulate import templates
from aqsense.simulate.course import Course, wandering
from aqsense.simulate.delays import Delay, Lateness
from aqsense.simulate.footfalls import Footfalls, footfalls
from aqsense.simulate.pace import STEP_S
from aqsense.simulate.spec import SITES, SimulationSpec

# Metres, METHOD 7.2 where it says; left side, mirrored for the right.
_HIP: Final = np.array([0.0, 0.09, -0.30])
# From the middle of the trunk, about which it turns: turning about the waist would shake the upper back by
# 3 g forward and backward; markers on a sprinter show 1 g.
_SHOULDER: Final = np.array([0.0, 0.19, 0.15])
_TRUNK_SENSOR: Final = np.array([-0.10, 0.0, 0.08])
_THIGH: Final = np.array([0.0, 0.0, -0.42])
_SHIN_SENSOR: Final = np.array([0.04, 0.0, -0.30])
_UPPER_ARM: Final = np.array([0.0, 0.0, -0.30])
_WRIST_SENSOR: Final = np.array([0.0, 0.02, -0.27])
# The arm swings across the body: METHOD 1.3 saw 17-24 degrees in sprinters.
_ARM_PLANE_RAD: Final = np.radians(20.0)


@dataclass(frozen=True)
class Pose:
    """A sensor's place and its segment's attitude over a stretch.

    position  (n, 3) m, relative to the body's centre, in world directions
    attitude  (n, 3, 3) segment to world
    """

    position: Floats
    attitude: Floats


@dataclass(frozen=True)
class Body:
    """An athlete on a course.

    feet    the contacts
    delays  by site
    gains   by site, (n,) on the course's grid: how large the movement is against the template
    """

    course: Course
    feet: Footfalls
    delays: Mapping[str, Delay]
    gains: Mapping[str, Floats]

    def pose(self, site: str, rows: slice) -> Pose:
        """Pose of a site's sensor over rows of the course's grid."""
        return _Stretch(self, site, rows).pose()


def athlete(spec: SimulationSpec, seed: int, course: Course) -> Body:
    """The athlete that runs this course."""
    feet = footfalls(course, seed)
    lateness = Lateness(spec, seed, course, feet)
    length = len(course.phase)
    return Body(
        course,
        feet,
        {site: lateness.of(site) for site in SITES},
        {site: 1.0 + spec.amplitude_sd * wandering(seed, f"amplitude/{site}", length) for site in SITES},
    )


class _Stretch:
    """Rows of one course as one site sees them."""

    def __init__(self, body: Body, site: str, rows: slice):
        self.body = body
        self.site = site
        self.rows = rows
        self.weights = body.course.weights_at(rows)
        self.stride_time = body.course.blend(templates.STRIDE_TIME_S, rows)
        self.heading = _about_z(body.course.heading[rows])

    def pose(self) -> Pose:
        if self.site == "trunk":
            trunk = self.trunk()
            return Pose(self.centre() + _turned(trunk, _TRUNK_SENSOR), trunk)
        return self.leg() if self.site.endswith("shin") else self.arm()

    @property
    def side(self) -> Side:
        return Side(self.site.split("_")[0])

    @property
    def mirror(self) -> float:
        """+1 on the left, -1 on the right."""
        return 1.0 if self.side is Side.LEFT else -1.0

    def phase(self, site: str) -> Floats:
        """Own phase of a site's limb, its lateness included; the trunk's is the right foot's."""
        course = self.body.course
        delay = self.body.delays[site].at(course.time_s[self.rows])
        own = 0.5 if site.startswith("left") else 0.0
        return course.phase[self.rows] - own - delay * course.cadence[self.rows]

    def angle(self, name: str, site: str) -> Floats:
        gain = self.body.gains[site][self.rows]
        return templates.cycles()[name].at(self.phase(site), self.weights, self.stride_time, gain)

    def shift(self, name: str) -> Floats:
        phase = self.body.course.phase[self.rows]
        return templates.cycles()[name].at(phase, self.weights, self.stride_time)

    def centre(self) -> Floats:
        """Bobbing of the body about its mean way."""
        shift = np.stack([self.shift("surge"), self.shift("sway"), self.shift("bounce")], axis=-1)
        return np.einsum("nij,nj->ni", self.heading, shift)

    def trunk(self) -> Floats:
        course = self.body.course
        yaw, roll = self.angle("yaw", "trunk"), self.angle("roll", "trunk")
        pitch = self.angle("pitch", "trunk") - course.lean[self.rows]
        return self.heading @ _about_z(yaw) @ _about_right(pitch) @ _about_x(roll)

    def leg(self) -> Pose:
        thigh = self.heading @ _about_right(self.angle("thigh", self.site))
        shin = self.heading @ self.limb("shin")
        hip = _turned(self.heading, self.mirrored(_HIP))
        knee = self.centre() + hip + _turned(thigh, _THIGH)
        return Pose(knee + _turned(shin, _SHIN_SENSOR), shin)

    def arm(self) -> Pose:
        plane = self.heading @ _about_z(np.full(len(self.stride_time), -self.mirror * _ARM_PLANE_RAD))
        upper = plane @ _about_right(self.angle("upper_arm", self.site))
        forearm = plane @ self.limb("forearm")
        shoulder = self.centre() + _turned(self.trunk(), self.mirrored(_SHOULDER))
        elbow = shoulder + _turned(upper, _UPPER_ARM)
        return Pose(elbow + _turned(forearm, self.mirrored(_WRIST_SENSOR)), forearm)

    def limb(self, segment: str) -> Floats:
        """Attitude of a shin or forearm in its plane: swing, then the small tilt and spin."""
        swing = _about_right(self.angle(segment, self.site))
        tilt = _about_x(self.mirror * self.angle(f"{segment}_tilt", self.site))
        spin = _about_z(self.mirror * self.angle(f"{segment}_spin", self.site))
        return swing @ tilt @ spin

    def mirrored(self, place: Floats) -> Floats:
        return place * np.array([1.0, self.mirror, 1.0])


def angular_rate(attitude: Floats) -> Floats:
    """Angular rate (3, n - 4), rad/s, in segment axes, of attitudes (n, 3, 3) on the grid, both edges cut."""
    turning = np.einsum("nji,njk->nik", attitude[2:-2], _first_derivative(attitude))
    return np.array([turning[:, 2, 1], turning[:, 0, 2], turning[:, 1, 0]])


def acceleration(position: Floats) -> Floats:
    """Second derivative (n - 4, 3) of a position (n, 3) on the grid."""
    a, b, c, d, e = (position[k : len(position) - 4 + k] for k in range(5))
    return (-a + 16.0 * b - 30.0 * c + 16.0 * d - e) / (12.0 * STEP_S**2)


def _first_derivative(values: Floats) -> Floats:
    a, b, d, e = (values[k : len(values) - 4 + k] for k in (0, 1, 3, 4))
    return (a - 8.0 * b + 8.0 * d - e) / (12.0 * STEP_S)


def _turned(attitude: Floats, place: Floats) -> Floats:
    return np.einsum("nij,j->ni", attitude, place)


def _about_x(angle: Floats) -> Floats:
    return _rotations(angle, 1, 2, 1.0)


def _about_right(angle: Floats) -> Floats:
    """Rotations about the athlete's right, -y."""
    return _rotations(angle, 2, 0, -1.0)


def _about_z(angle: Floats) -> Floats:
    return _rotations(angle, 0, 1, 1.0)


def _rotations(angle: Floats, first: int, second: int, sense: float) -> Floats:
    """(n, 3, 3) rotations that bring axis `first` towards `second` (against it for sense -1)."""
    found = np.zeros((len(angle), 3, 3))
    found[:] = np.eye(3)
    cos, sin = np.cos(angle), sense * np.sin(angle)
    found[:, first, first] = cos
    found[:, second, second] = cos
    found[:, first, second] = -sin
    found[:, second, first] = sin
    return found
