"""Skin and muscle under a strap: after each shock the sensor wobbles against the bone (METHOD 7.2).

A mass on a spring that the shock pulls at: a 2nd-order resonance. Its frequency, damping, size and directions
belong to the sensor; size and direction differ a little from shock to shock. The truth knows nothing of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import STANDARD_GRAVITY_M_S2, Floats
from aqsense.simulate.body import Body
from aqsense.simulate.draws import stream
from aqsense.simulate.motion import SHOCK_S, share_of, shock
from aqsense.simulate.pace import STEP_S

_FREQUENCY_HZ: Final = (10.0, 20.0)
_DAMPING: Final = (0.1, 0.2)
_RATE_RAD_S: Final = (float(np.radians(10.0)), float(np.radians(30.0)))
_FORCE_M_S2: Final = (STANDARD_GRAVITY_M_S2, 3.0 * STANDARD_GRAVITY_M_S2)
_FULL_SHOCK_M_S2: Final = 35.0 * STANDARD_GRAVITY_M_S2  # whose wobble has those sizes: a sprint's, METHOD 7.2
# Against a shin's; METHOD says half at the trunk, the others are ours.
_SIZE: Final = {
    "shin": 1.0,
    "foot": 0.5,
    "thigh": 1.5,
    "pelvis": 0.5,
    "trunk": 0.5,
    "upper_arm": 0.5,
    "wrist": 0.4,
}
_VARIES: Final = 0.25  # SD of size and direction from shock to shock
_LASTS_S: Final = 1.2


@dataclass(frozen=True)
class SoftTissue:
    """What one sensor's wobble looks like.

    rate, force  (m,) rad/s and m/s^2 after a full shock, at STEP_S from its arrival on
    rate_way     (k, 3) rotation axis for each of the session's shocks, length = size
    force_way    (k, 3) direction for each of them, length = size
    """

    rate: Floats
    force: Floats
    rate_way: Floats
    force_way: Floats

    def wobble(self, body: Body, site: str, start: int, stop: int) -> tuple[Floats, Floats]:
        """Force (3, n), m/s^2, and rate (3, n), rad/s, over rows [start, stop) of the grid."""
        time = body.course.times(slice(start, stop))
        force, rate = np.zeros((3, len(time))), np.zeros((3, len(time)))
        shocks = body.feet.shocks
        earliest, latest = np.searchsorted(shocks.time_s, [time[0] - 1.1 * _LASTS_S, time[-1]])
        for index in range(int(earliest), int(latest)):
            share, delay = share_of(site, shocks.side(index))
            arrival = shocks.time_s[index] + delay
            first, last = np.searchsorted(time, [arrival, arrival + _LASTS_S - STEP_S])
            if not share or last <= first:
                continue
            place = (time[first:last] - arrival) / STEP_S
            grid = np.arange(len(self.rate))
            size = shocks.impact[index] / _FULL_SHOCK_M_S2
            force[:, first:last] += np.outer(self.force_way[index], size * np.interp(place, grid, self.force))
            rate[:, first:last] += np.outer(self.rate_way[index], size * np.interp(place, grid, self.rate))
        return force, rate


def soft_tissue(body: Body, site: str, amount: float, seed: int) -> SoftTissue:
    """The wobble of one site's sensor; `amount` 1 = METHOD's size."""
    random = stream(seed, f"soft tissue/{site}")
    omega = 2 * np.pi * random.uniform(*_FREQUENCY_HZ)
    damping = random.uniform(*_DAMPING)
    rate, force = _response(omega, damping)
    amount *= _SIZE[site.removeprefix("left_").removeprefix("right_")]
    rate_height, force_height = random.uniform(*_RATE_RAD_S), random.uniform(*_FORCE_M_S2)
    axis, direction = _unit(random.randn(3)), _unit(random.randn(3))
    count = len(body.feet.shocks.time_s)
    varied = stream(seed, f"soft tissue/{site}/shocks").randn(count, 6) * _VARIES
    return SoftTissue(
        amount * rate_height * rate,
        amount * force_height * force,
        axis * (1.0 + varied[:, :1]) + varied[:, 1:3] @ _across(axis),
        direction * (1.0 + varied[:, 3:4]) + varied[:, 4:6] @ _across(direction),
    )


def _response(omega: float, damping: float) -> tuple[Floats, Floats]:
    """Velocity and spring force of a mass on a spring whose foot gets the shock; each of height 1."""
    time = np.arange(0.0, _LASTS_S, STEP_S)
    drive = np.where(time < SHOCK_S, shock(time), 0.0)
    rate, force = np.zeros(len(time)), np.zeros(len(time))
    place = speed = 0.0
    for index, pull in enumerate(drive.tolist()):
        back = omega * omega * place + 2 * damping * omega * speed
        rate[index], force[index] = speed, back
        speed -= (pull + back) * STEP_S
        place += speed * STEP_S
    return rate / np.max(np.abs(rate)), force / np.max(np.abs(force))


def _unit(values: Floats) -> Floats:
    return values / np.sqrt(np.sum(values * values))


def _across(axis: Floats) -> Floats:
    """Two directions (2, 3) across an axis."""
    other = np.eye(3)[int(np.argmin(np.abs(axis)))]
    first = _unit(other - axis * np.sum(axis * other))
    x, y, z = axis
    across = np.array([[0.0, -z, y], [z, 0.0, -x], [-y, x, 0.0]])
    return np.array([first, across @ first])
