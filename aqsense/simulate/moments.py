"""The events of each limb whose time or size can be changed, and when they happen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Contributor, Floats, Side, Ticks
from aqsense.simulate.course import Course
from aqsense.simulate.templates import DRILL, STRIDE_TIME_S


@dataclass(frozen=True)
class Moment:
    """An event of a limb's cycle.

    name         names its random numbers
    phase        own cycle at which it happens, by knot (METHOD 3.2); fixed for the trunk
    jitter       share of the contributor's jitter
    before       cycles before it with the same delay
    after        cycles after it: as far as the waveform stays near its peak
    follows      cycles after it that belong to the same movement and share its size
    contributor  whose
    later        1 if it belongs to the step of the next (the other foot's) contact
    """

    name: str
    phase: Floats
    jitter: float
    before: float
    after: float
    follows: float
    contributor: Contributor
    later: int


def _phases(jog: float, run: float, sprint: float) -> Floats:
    return np.array([jog, jog, run, sprint, sprint, jog] + [jog] * len(DRILL))


# A push's size is seen in the dive of the shin that follows the stall.
_STALL: Final = Moment("stall", _phases(0.267, 0.264, 0.217), 1.0, 0.05, 0.05, 0.20, Contributor.PUSH, 0)
_SWING: Final = Moment("swing", _phases(0.823, 0.760, 0.680), 1.0, 0.09, 0.16, 0.16, Contributor.SWING, 1)
_ARM_FORWARD: Final = Moment(
    "forward", _phases(0.194, 0.185, 0.180), 1.0, 0.08, 0.08, 0.08, Contributor.ARM, 0
)
_ARM_BACKWARD: Final = Moment(
    "backward", _phases(0.564, 0.530, 0.503), 0.5, 0.05, 0.05, 0.05, Contributor.ARM, 1
)
_TRUNK: Final = Moment("peak", _phases(0.20, 0.20, 0.20), 1.0, 0.09, 0.09, 0.09, Contributor.TRUNK, 0)

_LIMB_MOMENTS: Final = {"shin": (_STALL, _SWING), "wrist": (_ARM_FORWARD, _ARM_BACKWARD)}


def moments_of(site: str) -> list[tuple[Moment, Side]]:
    """The events of the limb at a site (`left_shin` ... `right_wrist`, `trunk`), with their sides."""
    if site == "trunk":
        return [(_TRUNK, Side.LEFT), (_TRUNK, Side.RIGHT)]
    side, limb = site.split("_")
    return [(moment, Side(side)) for moment in _LIMB_MOMENTS[limb]]


@dataclass(frozen=True)
class Occurrences:
    """One event in every cycle of a side.

    contact        (m,) number of the contact that begins the cycle
    time_s         (m,) when it happens, nobody being late
    stride_time_s  (m,)
    """

    contact: Ticks
    time_s: Floats
    stride_time_s: Floats


def occurrences(moment: Moment, side: Side, course: Course) -> Occurrences:
    """When an event happens."""
    left = int(side is Side.LEFT)
    progress = course.phase - left / 2 - course.blend(moment.phase)
    cycle = np.arange(np.ceil(progress.min()), np.floor(progress.max()) + 1).astype(np.int64)
    # Phase stands still while the athlete does; the tiny slope keeps the inverse unique.
    rising = np.maximum.accumulate(progress) + 1e-12 * np.arange(len(progress))
    time = np.interp(cycle, rising, course.time_s)
    stride_time = np.interp(time, course.time_s, course.blend(STRIDE_TIME_S))
    return Occurrences(2 * cycle + left, time, stride_time)
