"""What an ideal sensor on the body would measure: rotation and specific force in segment axes, 1 kHz."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np

from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Side
from aqsense.simulate.body import Body, acceleration, angular_rate
from aqsense.simulate.pace import STEP_S

_EDGE: Final = 2  # rows lost by a derivative
_WORTH: Final = 500  # rows of standing that are worth a case of their own
# Shock of a contact, METHOD 7.2: 30 Hz and 80 Hz, decaying in 12 ms; what arrives elsewhere, and when.
SHOCK_S: Final = 0.08
# Shares and delays (s) of other sites than those three are ours, in between.
_LEG: Final = {"foot": (1.2, 0.0), "shin": (1.0, 0.0), "thigh": (0.4, 0.004)}
_UPPER_BODY: Final = {
    "pelvis": (0.25, 0.007),
    "trunk": (0.15, 0.010),
    "upper_arm": (0.08, 0.011),
    "wrist": (0.05, 0.012),
}


@dataclass(frozen=True)
class Motion:
    """Clean signals of one site over a stretch.

    gyro   (3, n) rad/s
    accel  (3, n) m/s^2, gravity included, shocks not
    """

    gyro: Floats
    accel: Floats


def motion(body: Body, site: str, start: int, stop: int) -> Motion:
    """Clean signals of a site over rows [start, stop) of the course's grid."""
    whole = Motion(np.empty((3, stop - start)), np.empty((3, stop - start)))
    for first, last, still in _stretches(body, start, stop):
        # Nothing changes while somebody stands: one row stands for all.
        part = _moving(body, site, first, first + 1 if still else last)
        whole.gyro[:, first - start : last - start] = part.gyro
        whole.accel[:, first - start : last - start] = part.accel
    return whole


def _stretches(body: Body, start: int, stop: int) -> Iterator[tuple[int, int, bool]]:
    """Rows [start, stop) cut into stretches (first, last, still) where it is worth it."""
    # A row is still if all are that its derivatives need, and those that an acceleration among them needs.
    around = _EDGE + 1
    still = body.is_still(slice(start - around, stop + around))
    calm = np.all([still[shift : shift + stop - start] for shift in range(2 * around + 1)], axis=0)
    edges = np.flatnonzero(np.diff(calm)) + 1
    spans = [span for span in pairwise([0, *edges.tolist(), stop - start]) if calm[span[0]]]
    begin = 0
    for first, last in spans:
        if last - first >= _WORTH:
            if first > begin:
                yield start + begin, start + first, False
            yield start + first, start + last, True
            begin = last
    if begin < stop - start:
        yield start + begin, stop, False


def _moving(body: Body, site: str, start: int, stop: int) -> Motion:
    pose = body.pose(site, slice(start - _EDGE, stop + _EDGE))
    attitude = pose.attitude[_EDGE:-_EDGE]
    pull = acceleration(pose.position) + _way(body, start, stop)
    pull[:, 2] += STANDARD_GRAVITY_M_S2
    return Motion(angular_rate(pose.attitude), np.einsum("nji,nj->in", attitude, pull))


def _way(body: Body, start: int, stop: int) -> Floats:
    """Acceleration (n, 3) of the body along its way: gaining speed, and turning."""
    course = body.course
    heading, speed = course.heading[start:stop], course.speed[start:stop]
    turning = (course.heading[start + 1 : stop + 1] - course.heading[start - 1 : stop - 1]) / (2 * STEP_S)
    along, across = course.acceleration(slice(start, stop)), speed * turning
    cos, sin = np.cos(heading), np.sin(heading)
    return np.stack([along * cos - across * sin, along * sin + across * cos, np.zeros(len(cos))], axis=-1)


def shocks(body: Body, site: str, start: int, stop: int) -> Floats:
    """Shocks (n,), m/s^2 along the segment's upward axis, over rows [start, stop) of the grid.

    A shin feels its own foot's contacts; trunk and wrists feel both, weaker and later.
    """
    time = body.course.times(slice(start, stop))
    total = np.zeros(len(time))
    shocks = body.feet.shocks
    earliest, latest = np.searchsorted(shocks.time_s, [time[0] - 2 * SHOCK_S, time[-1]])
    for index in range(int(earliest), int(latest)):
        contact = shocks.time_s[index]
        share, delay = share_of(site, shocks.side(index))
        first = np.searchsorted(time, contact + delay)
        last = np.searchsorted(time, contact + delay + SHOCK_S)
        if share and last > first:
            total[first:last] += share * shocks.impact[index] * shock(time[first:last] - contact - delay)
    return total


def share_of(site: str, foot: Side) -> tuple[float, float]:
    """What part of a foot's shock reaches a site, and how much later, s."""
    side, _, part = site.partition("_")
    if part in _LEG:
        share, delay = _LEG[part]
        return (share if side == foot.value else 0.0), delay
    return _UPPER_BODY[part or site]


def shock(time_s: Floats) -> Floats:
    """A damped sine of height 1 that begins at 0."""
    wave = 0.75 * np.sin(2 * np.pi * 30.0 * time_s) + 0.25 * np.sin(2 * np.pi * 80.0 * time_s)
    return wave * np.exp(-time_s / 0.012) / _SHOCK_HEIGHT


_SHOCK_HEIGHT = 1.0
_SHOCK_HEIGHT = float(shock(np.arange(0.0, 0.05, 1e-5)).max())
