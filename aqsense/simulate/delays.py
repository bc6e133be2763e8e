"""How late each limb is at any moment: step-to-step jitter and injected lateness.

A delay is constant around its event, so that the peak is shifted and not bent, and passes to the next event's
delay over all the time between, so that no new peak is made. It acts on the limb's phase. Contacts stay where
they are: a late shin meets the ground in another attitude, not at another time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aqsense.model import Contributor, Floats, Side, Ticks
from aqsense.simulate.course import Course
from aqsense.simulate.draws import stream
from aqsense.simulate.footfalls import Footfalls
from aqsense.simulate.moments import Moment, moments_of, occurrences
from aqsense.simulate.plateaus import Plateaus, merged
from aqsense.simulate.spec import SimulationSpec


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

    def of(self, site: str) -> Plateaus:
        """Delay of the limb at a site, s, positive = late."""
        return merged([self._plateaus(moment, site, side) for moment, side in moments_of(site)])

    def _plateaus(self, moment: Moment, site: str, side: Side) -> Plateaus:
        """One plateau per cycle of the side."""
        found = occurrences(moment, side, self.course)
        delay = self._delays(moment, site, side, found.contact)
        # The plateau moves with its event.
        start = found.time_s - moment.before * found.stride_time_s
        end = found.time_s + moment.after * found.stride_time_s
        return Plateaus(start + delay, end + delay, delay)

    def _delays(self, moment: Moment, site: str, side: Side, contact: Ticks) -> Floats:
        own = stream(self.seed, f"jitter/{site}/{side.value}/{moment.name}").randn(len(contact))
        jitter = own if not self.spec.jitter_shared else self._shared(own, contact + moment.later)
        late = [self._late_s(moment.contributor, side, int(number) + moment.later) for number in contact]
        return moment.jitter * self.spec.jitter_of(moment.contributor) * jitter + np.array(late)

    def _shared(self, own: Floats, step: Ticks) -> Floats:
        """Jitter of SD 1 of which a part is the step's, the same for all its contributors."""
        first = int(np.floor(2 * self.course.phase[0])) - 2
        last = int(np.ceil(2 * self.course.phase[-1])) + 4
        common = stream(self.seed, "jitter/step").randn(last - first)[step - first]
        share = self.spec.jitter_shared
        return np.sqrt(1.0 - share) * own + np.sqrt(share) * common

    def _late_s(self, contributor: Contributor, side: Side, contact: int) -> float:
        stride = self.feet.stride_of(contact)
        return sum(
            late.ms / 1000.0
            for late in self.spec.late
            if late.concerns(contributor, side) and stride >= late.from_stride
        )
