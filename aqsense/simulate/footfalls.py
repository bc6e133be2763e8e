"""Contacts of the feet: when, which run, which stride. Known from the phase, not from signals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Side, Ticks
from aqsense.simulate import drills, templates
from aqsense.simulate.course import Course
from aqsense.simulate.draws import stream

_SLOWEST_INTENT: Final = 2.0 / 3.5  # share of the jog's pattern from which a movement counts as running
_LONGEST_STEP_S: Final = 0.6
_BEFORE_S, _AFTER_S = 0.2, 0.6


@dataclass(frozen=True)
class Shocks:
    """Everything that shakes the body from below: contacts, and a skip's hops, in order of time.

    time_s  (m,)
    left    (m,) bool, which foot
    impact  (m,) at the tibia, m/s^2
    """

    time_s: Floats
    left: NDArray[np.bool_]
    impact: Floats

    def side(self, index: int) -> Side:
        """Foot of a shock."""
        return Side.LEFT if self.left[index] else Side.RIGHT


@dataclass(frozen=True)
class Footfalls:
    """Every contact of the session, walking included, in order of time.

    number   (n,) half strides of the course's phase: even = right foot, odd = left
    time_s   (n,)
    run      (n,) 1.. for contacts of running, 0 for others
    stride   (n,) 1.. within the run, two contacts each; 0 outside runs
    impact   (n,) shock at the tibia, m/s^2
    shocks   contacts and hops
    """

    number: Ticks
    time_s: Floats
    run: Ticks
    stride: Ticks
    impact: Floats
    shocks: Shocks

    def side(self, index: int) -> Side:
        """Foot of a contact."""
        return Side.LEFT if self.number[index] % 2 else Side.RIGHT

    def stride_of(self, number: int) -> int:
        """Stride of the contact with this number; 0 where there is none or it belongs to no run."""
        index = int(np.searchsorted(self.number, number))
        found = index < len(self.number) and self.number[index] == number
        return int(self.stride[index]) if found else 0


def footfalls(course: Course, seed: int) -> Footfalls:
    """The contacts of a course; each shock varies by a tenth."""
    number = np.arange(np.ceil(2 * course.phase[0]), np.floor(2 * course.phase[-1]) + 1).astype(np.int64)
    at = np.interp(number / 2, course.phase, np.arange(len(course.phase)))
    index = np.round(at).astype(int)
    time = np.interp(at, np.arange(len(course.phase)), course.time_s)
    # A step whose events would lie outside the session is none that anybody could find.
    whole = (time > _BEFORE_S) & (time < course.duration_s - _AFTER_S)
    run = _runs(time, _is_running(course)[index] & whole)
    size = course.blend(templates.IMPACT_G)[index] * STANDARD_GRAVITY_M_S2
    varied = size * (1.0 + 0.1 * np.clip(stream(seed, "impacts").randn(len(number)), -2.0, 2.0))
    shocks = Shocks(time, number % 2 == 1, varied)
    return Footfalls(number, time, run, _strides(run), varied, _with_hops(shocks, number, course, seed))


def _with_hops(shocks: Shocks, number: Ticks, course: Course, seed: int) -> Shocks:
    """In a skip each foot lands a second time before the other foot does."""
    skip = templates.DRILL["a_skip"]
    if skip not in course.weights:
        return shocks
    at = np.interp(number / 2 + drills.HOP_PHASE, course.phase, np.arange(len(course.phase)))
    skipping = course.weights[skip][np.round(at).astype(int)] > 0.5
    time = np.interp(at, np.arange(len(course.phase)), course.time_s)[skipping]
    varied = 1.0 + 0.1 * np.clip(stream(seed, "hops").randn(len(number)), -2.0, 2.0)[skipping]
    impact = drills.HOP_SHARE * templates.IMPACT_G[skip] * STANDARD_GRAVITY_M_S2 * varied
    all_times = np.concatenate([shocks.time_s, time])
    order = np.argsort(all_times, kind="stable")
    return Shocks(
        all_times[order],
        np.concatenate([shocks.left, number[skipping] % 2 == 1])[order],
        np.concatenate([shocks.impact, impact])[order],
    )


def _is_running(course: Course) -> np.ndarray:
    full = course.cadence * course.blend(templates.STRIDE_TIME_S) > 0.9
    slow = course.weight(templates.STILL) > 1.0 - _SLOWEST_INTENT
    return full & ~slow & ~_walks_or_drills(course)


def _walks_or_drills(course: Course) -> np.ndarray:
    other = np.zeros(len(course.phase), bool)
    for knot in (templates.WALK, *templates.DRILL.values()):
        if knot in course.weights:
            other |= course.weights[knot] >= 0.05
    return other


def _runs(time: Floats, running: np.ndarray) -> Ticks:
    apart = np.concatenate([[True], (np.diff(time) > _LONGEST_STEP_S) | ~running[:-1]])
    return np.where(running, np.cumsum(running & apart), 0).astype(np.int64)


def _strides(run: Ticks) -> Ticks:
    stride = np.zeros(len(run), np.int64)
    for number in range(1, int(run.max(initial=0)) + 1):
        mine = np.flatnonzero(run == number)
        stride[mine] = np.arange(len(mine)) // 2 + 1
    return stride
