"""How late each limb is at any moment: step-to-step jitter and injected lateness.

A delay is constant around its event, so that the peak is shifted and not bent, and passes to the next event's
delay over all the time between, so that no new peak is made. It acts on the limb's phase. Contacts stay where
they are: a late shin meets the ground in another attitude, not at another time.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Contributor, Floats, Side, Ticks
from aqsense.simulate.course import Course
from aqsense.simulate.draws import stream
from aqsense.simulate.footfalls import Footfalls
from aqsense.simulate.spec import SimulationSpec
from aqsense.simulate.templates import DRILL, STRIDE_TIME_S


@dataclass(frozen=True)
class _Moment:
    """An event of a limb's cycle whose delay is set.

    name         names its random numbers
    phase        own cycle at which it happens, by knot (METHOD 3.2); fixed for the trunk
    jitter       share of the contributor's jitter
    before       cycles before it with the same delay
    after        cycles after it: as far as the waveform stays near its peak
    contributor  whose delay
    later        1 if it belongs to the step of the next (the other foot's) contact
    """

    name: str
    phase: Floats
    jitter: float
    before: float
    after: float
    contributor: Contributor
    later: int


def _phases(jog: float, run: float, sprint: float) -> Floats:
    return np.array([jog, jog, run, sprint, sprint, jog] + [jog] * len(DRILL))


_STALL: Final = _Moment("stall", _phases(0.267, 0.264, 0.217), 1.0, 0.05, 0.05, Contributor.PUSH, 0)
_SWING: Final = _Moment("swing", _phases(0.823, 0.760, 0.680), 1.0, 0.09, 0.16, Contributor.SWING, 1)
_ARM_FORWARD: Final = _Moment("forward", _phases(0.194, 0.185, 0.180), 1.0, 0.08, 0.08, Contributor.ARM, 0)
_ARM_BACKWARD: Final = _Moment("backward", _phases(0.564, 0.530, 0.503), 0.5, 0.05, 0.05, Contributor.ARM, 1)
_TRUNK: Final = _Moment("peak", _phases(0.20, 0.20, 0.20), 1.0, 0.09, 0.09, Contributor.TRUNK, 0)

_LIMB_MOMENTS: Final = {"shin": (_STALL, _SWING), "wrist": (_ARM_FORWARD, _ARM_BACKWARD)}


@dataclass(frozen=True)
class Delay:
    """Delay of one limb over the session: plateaus, softly joined.

    start_s, end_s  (m,) of each plateau, rising
    delay_s         (m,) positive = late
    """

    start_s: Floats
    end_s: Floats
    delay_s: Floats

    def at(self, time_s: Floats) -> Floats:
        """Delay (n,), s, at session times (n,)."""
        if not len(self.delay_s):
            return np.zeros(len(time_s))
        index = np.clip(np.searchsorted(self.start_s, time_s, side="right") - 1, 0, len(self.delay_s) - 1)
        after = np.minimum(index + 1, len(self.delay_s) - 1)
        flank = np.maximum(self.start_s[after] - self.end_s[index], 1e-9)
        share = np.clip((time_s - self.end_s[index]) / flank, 0.0, 1.0)
        soft = share**3 * (10.0 + share * (6.0 * share - 15.0))
        return self.delay_s[index] + soft * (self.delay_s[after] - self.delay_s[index])


@dataclass(frozen=True)
class Lateness:
    """What makes limbs late in one session.

    spec    jitter and injected lateness
    seed    of the jitter
    course  phase and stride time
    feet    which stride a cycle belongs to
    """

    spec: SimulationSpec
    seed: int
    course: Course
    feet: Footfalls

    def of(self, site: str) -> Delay:
        """Delay of the limb at a site: `left_shin` ... `right_wrist`, `trunk`."""
        if site == "trunk":
            return _merged([self._plateaus(_TRUNK, site, side) for side in (Side.LEFT, Side.RIGHT)])
        side, limb = site.split("_")
        return _merged([self._plateaus(moment, site, Side(side)) for moment in _LIMB_MOMENTS[limb]])

    def _plateaus(self, moment: _Moment, site: str, side: Side) -> Delay:
        """One plateau per cycle of the side."""
        left = int(side is Side.LEFT)
        progress = self.course.phase - left / 2 - self.course.blend(moment.phase)
        cycle = np.arange(np.ceil(progress.min()), np.floor(progress.max()) + 1).astype(np.int64)
        # Phase stands still while the athlete does; the tiny slope keeps the inverse unique.
        rising = np.maximum.accumulate(progress) + 1e-12 * np.arange(len(progress))
        time = np.interp(cycle, rising, self.course.time_s)
        stride_time = np.interp(time, self.course.time_s, self._stride_time)
        delay = self._delays(moment, site, side, cycle, 2 * cycle + left)
        # The plateau moves with its event.
        start, end = time - moment.before * stride_time, time + moment.after * stride_time
        return Delay(start + delay, end + delay, delay)

    @property
    def _stride_time(self) -> Floats:
        return self.course.blend(STRIDE_TIME_S)

    def _delays(self, moment: _Moment, site: str, side: Side, cycle: Ticks, contact: Ticks) -> Floats:
        jitter = stream(self.seed, f"jitter/{site}/{side.value}/{moment.name}").randn(len(cycle))
        late = [self._late_s(moment.contributor, side, int(number) + moment.later) for number in contact]
        return moment.jitter * self.spec.jitter_of(moment.contributor) * jitter + np.array(late)

    def _late_s(self, contributor: Contributor, side: Side, contact: int) -> float:
        stride = self.feet.stride_of(contact)
        return sum(
            late.ms / 1000.0
            for late in self.spec.late
            if late.concerns(contributor, side) and stride >= late.from_stride
        )


def _merged(parts: list[Delay]) -> Delay:
    """The plateaus of several events of a limb in order of time."""
    start = np.concatenate([part.start_s for part in parts])
    order = np.argsort(start, kind="stable")
    end = np.concatenate([part.end_s for part in parts])
    delay = np.concatenate([part.delay_s for part in parts])
    return Delay(start[order], end[order], delay[order])
