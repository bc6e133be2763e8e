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
from numpy.typing import NDArray

from aqsense.model import Floats, Side
from aqsense.simulate import templates
from aqsense.simulate.course import Course, wandering
from aqsense.simulate.deficits import deficits
from aqsense.simulate.delays import Lateness
from aqsense.simulate.footfalls import Footfalls, footfalls
from aqsense.simulate.hand import Shake, shake
from aqsense.simulate.pace import STEP_S
from aqsense.simulate.plateaus import Plateaus
from aqsense.simulate.spec import SITES, SimulationSpec
from aqsense.simulate.turning import about_right, about_x, about_z, turned

# Metres, METHOD 7.2 where it says; left side, mirrored for the right.
_HIP: Final = np.array([0.0, 0.09, -0.30])
# From the middle of the trunk, about which it turns: turning about the waist would shake the upper back by
# 3 g forward and backward; markers on a sprinter show 1 g.
_SHOULDER: Final = np.array([0.0, 0.19, 0.15])
_TRUNK_SENSOR: Final = {
    "upper_back": np.array([-0.10, 0.0, 0.08]),
    "sternum": np.array([0.10, 0.0, 0.05]),
    "sacrum": np.array([-0.10, 0.0, 0.0]),
}
# The pelvis turns about the hips' middle; a sensor there sits on the sacrum.
_HIPS: Final = np.array([0.0, 0.0, -0.30])
_PELVIS_SENSOR: Final = np.array([-0.10, 0.0, 0.08])
_THIGH: Final = np.array([0.0, 0.0, -0.42])
_THIGH_SENSOR: Final = np.array([0.08, 0.0, -0.25])
_SHIN_SENSOR: Final = np.array([0.04, 0.0, -0.30])
_SHIN: Final = np.array([0.0, 0.0, -0.42])
_FOOT_SENSOR: Final = np.array([0.10, 0.0, -0.04])  # on the instep
_UPPER_ARM: Final = np.array([0.0, 0.0, -0.30])
_UPPER_ARM_SENSOR: Final = np.array([0.0, 0.04, -0.20])
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

    feet             the contacts
    delays           s, by limb (the five sites)
    wander           by limb, (n,) on the course's grid: how the size of its movement wanders about 1
    deficits         by limb, what is missing of that; limbs that miss nothing are left out
    still_arms       sides whose arm doesn't swing
    trunk_placement  where the trunk's sensor sits
    shakes           when all sensors are in a hand instead of on the body
    """

    course: Course
    feet: Footfalls
    delays: Mapping[str, Plateaus]
    wander: Mapping[str, Floats]
    deficits: Mapping[str, Plateaus]
    still_arms: frozenset[Side]
    trunk_placement: str
    shakes: tuple[Shake, ...]

    def pose(self, site: str, rows: slice) -> Pose:
        """Pose of a site's sensor over rows of the course's grid."""
        pose = _Stretch(self, site, rows).pose()
        time = self.course.times(rows)
        for shaken in self.shakes:
            if shaken.overlaps(float(time[0]), float(time[-1])):
                pose = Pose(pose.position + shaken.way(time), shaken.attitude(time) @ pose.attitude)
        return pose

    def is_still(self, rows: slice) -> NDArray[np.bool_]:
        """Where nothing moves: (n,) over rows of the grid."""
        course = self.course
        still = np.ones(rows.stop - rows.start, bool)
        constant = [course.phase, course.heading, course.speed, *course.weights.values()]
        for values in constant:
            still[1:] &= values[rows][1:] == values[rows][:-1]
        for knot, weight in course.weights.items():
            if knot != templates.STILL:
                still &= weight[rows] == 0.0
        time = course.times(rows)
        for shaken in self.shakes:
            still &= (time < shaken.begin_s) | (time > shaken.end_s)
        return still

    def gain(self, limb: str, rows: slice) -> Floats:
        """How large a limb's movement is against the template, (n,) over rows of the grid."""
        gain = self.wander[limb][rows]
        if limb in self.deficits:
            return gain * (1.0 - self.deficits[limb].at(self.course.times(rows)))
        return gain


def athlete(spec: SimulationSpec, seed: int, course: Course) -> Body:
    """The athlete that runs this course."""
    feet = footfalls(course, seed)
    lateness = Lateness(spec, seed, course, feet)
    length = len(course.phase)
    weak = {site: deficits(spec, site, course, feet) for site in SITES}
    return Body(
        course,
        feet,
        {site: lateness.of(site) for site in SITES},
        {site: 1.0 + spec.amplitude_sd * wandering(seed, f"amplitude/{site}", length) for site in SITES},
        {site: found for site, found in weak.items() if found is not None},
        frozenset(side for side in (Side.LEFT, Side.RIGHT) if spec.holds_still(side.value)),
        spec.trunk_placement,
        _shakes(spec, seed, course),
    )


def _shakes(spec: SimulationSpec, seed: int, course: Course) -> tuple[Shake, ...]:
    ends = (*course.phase_begin_s[1:], course.duration_s)
    spans = zip(spec.session(), course.phase_begin_s, ends, strict=True)
    return tuple(
        shake(seed, number, begin, end)
        for number, (phase, begin, end) in enumerate(spans)
        if phase.kind == "shake"
    )


class _Stretch:
    """Rows of one course as one site sees them."""

    def __init__(self, body: Body, site: str, rows: slice):
        self.body = body
        self.site = site
        self.rows = rows
        self.weights = body.course.weights_at(rows)
        self.stride_time = body.course.blend(templates.STRIDE_TIME_S, rows)
        self.heading = about_z(body.course.heading[rows])

    def pose(self) -> Pose:
        part = self.site.removeprefix("left_").removeprefix("right_")
        if part == "trunk" and self.body.trunk_placement != "sacrum":
            trunk = self.trunk()
            sensor = _TRUNK_SENSOR[self.body.trunk_placement]
            return Pose(self.centre() + turned(trunk, sensor), trunk)
        if part in ("trunk", "pelvis"):
            return self.pelvis()
        return self.arm(part) if part in ("wrist", "upper_arm") else self.leg(part)

    @property
    def side(self) -> Side:
        return Side(self.site.split("_")[0])

    @property
    def mirror(self) -> float:
        """+1 on the left, -1 on the right."""
        return 1.0 if self.side is Side.LEFT else -1.0

    def phase(self, limb: str) -> Floats:
        """Own phase of a limb, its lateness included; the trunk's is the right foot's."""
        course = self.body.course
        delay = self.body.delays[limb].at(course.times(self.rows))
        own = 0.5 if limb.startswith("left") else 0.0
        return course.phase[self.rows] - own - delay * course.cadence[self.rows]

    def angle(self, name: str, limb: str) -> Floats:
        held = limb.endswith("wrist") and self.side in self.body.still_arms
        gain = 0.0 if held else self.body.gain(limb, self.rows)
        return templates.cycles()[name].at(self.phase(limb), self.weights, self.stride_time, gain)

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
        pitch = self.angle("pitch", "trunk") - course.lean(self.rows)
        return self.heading @ about_z(yaw) @ about_right(pitch) @ about_x(roll)

    def pelvis(self) -> Pose:
        yaw, pitch = self.angle("pelvis_yaw", "trunk"), self.angle("pelvis_pitch", "trunk")
        pelvis = self.heading @ about_z(yaw) @ about_right(pitch)
        return Pose(self.centre() + turned(self.heading, _HIPS) + turned(pelvis, _PELVIS_SENSOR), pelvis)

    def leg(self, part: str) -> Pose:
        limb = f"{self.side.value}_shin"
        thigh = self.heading @ about_right(self.angle("thigh", limb))
        hip = turned(self.heading, self.mirrored(_HIP))
        if part == "thigh":
            return Pose(self.centre() + hip + turned(thigh, _THIGH_SENSOR), thigh)
        shin = self.heading @ self.limb("shin", limb)
        knee = self.centre() + hip + turned(thigh, _THIGH)
        if part == "shin":
            return Pose(knee + turned(shin, _SHIN_SENSOR), shin)
        foot = self.heading @ about_right(self.angle("foot", limb))
        return Pose(knee + turned(shin, _SHIN) + turned(foot, _FOOT_SENSOR), foot)

    def arm(self, part: str) -> Pose:
        limb = f"{self.side.value}_wrist"
        trunk = self.trunk()
        # An arm that is held still goes with the chest.
        carried = trunk if self.side in self.body.still_arms else self.heading
        plane = carried @ about_z(np.full(len(self.stride_time), -self.mirror * _ARM_PLANE_RAD))
        upper = plane @ about_right(self.angle("upper_arm", limb))
        shoulder = self.centre() + turned(trunk, self.mirrored(_SHOULDER))
        if part == "upper_arm":
            return Pose(shoulder + turned(upper, self.mirrored(_UPPER_ARM_SENSOR)), upper)
        forearm = plane @ self.limb("forearm", limb)
        elbow = shoulder + turned(upper, _UPPER_ARM)
        return Pose(elbow + turned(forearm, self.mirrored(_WRIST_SENSOR)), forearm)

    def limb(self, segment: str, limb: str) -> Floats:
        """Attitude of a shin or forearm in its plane: swing, then the small tilt and spin."""
        swing = about_right(self.angle(segment, limb))
        tilt = about_x(self.mirror * self.angle(f"{segment}_tilt", limb))
        spin = about_z(self.mirror * self.angle(f"{segment}_spin", limb))
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
