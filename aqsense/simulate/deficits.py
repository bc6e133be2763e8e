"""How much smaller each limb's movement is at any moment: injected deficits of amplitude.

A deficit is constant around its event, where angle and rate shrink together and the peak stays where it is.
"""

from __future__ import annotations

import numpy as np

from aqsense.model import Contributor, Side
from aqsense.simulate.course import Course
from aqsense.simulate.footfalls import Footfalls
from aqsense.simulate.moments import Moment, moments_of, occurrences
from aqsense.simulate.plateaus import Plateaus, merged
from aqsense.simulate.spec import SimulationSpec


def deficits(spec: SimulationSpec, site: str, course: Course, feet: Footfalls) -> Plateaus | None:
    """What is missing of the usual amplitude (share, 0 = nothing) of the limb at a site; None = nothing."""
    moments = moments_of(site)
    if not any(weak.concerns(moment.contributor, side) for weak in spec.weak for moment, side in moments):
        return None
    return merged([_plateaus(spec, moment, side, course, feet) for moment, side in moments])


def _plateaus(spec: SimulationSpec, moment: Moment, side: Side, course: Course, feet: Footfalls) -> Plateaus:
    found = occurrences(moment, side, course)
    strides = [feet.stride_of(int(number) + moment.later) for number in found.contact]
    missing = np.array([1.0 - _factor(spec, moment.contributor, side, stride) for stride in strides])
    start = found.time_s - moment.before * found.stride_time_s
    return Plateaus(start, found.time_s + moment.follows * found.stride_time_s, missing)


def _factor(spec: SimulationSpec, contributor: Contributor, side: Side, stride: int) -> float:
    factor = 1.0
    for weak in spec.weak:
        if weak.concerns(contributor, side) and stride >= weak.from_stride:
            factor *= weak.factor
    return factor
