"""Two runs, or two sets of runs, of one athlete: how far apart, and can we tell? (METHOD 4.4, 5.12)

In:  one value per run on either side, the repeats of single days, how well the clocks agree.
Out: difference with its 95 % interval, the smallest difference that would be told, yes / no / not yet.
Refuses: "yes" without repeats: the interval of one run's steps does not hold what differs between runs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum

import numpy as np
from scipy.special import stdtr

from aqsense.analysis.detectable import Repeats
from aqsense.analysis.intervals import student
from aqsense.analysis.quantity import Quantity
from aqsense.model import Floats

FALSE_ALARM = 0.05
NO_REPEATS = "no_repeats"
EQUAL_REPEATS = "not yet (all repeats are equal: the measure is too coarse)"
_MANY_DEGREES = 1e6


class Told(Enum):
    """Can we tell that something changed?"""

    YES = "yes"
    NO = "no"
    BY_CHANCE = "one_of_many"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Side:
    """The runs on one side of a comparison.

    values     (n,) the quantity of each run; NaN are left out
    low, high  95 % interval of the only run by its own steps and clocks; NaN where it has none, or of a set
    """

    values: Floats
    low: float = math.nan
    high: float = math.nan

    @property
    def known(self) -> Floats:
        return self.values[np.isfinite(self.values)]


@dataclass(frozen=True, slots=True)
class Difference:
    """`other` minus `one`.

    quantity    with the interval of this quantity alone
    told_from   the smallest difference whose interval leaves out 0; NaN without repeats
    chance      probability of so large a difference where nothing changed; NaN without repeats
    told        of all quantities of the comparison together
    reason      why not yet; "" else
    """

    quantity: Quantity
    told_from: float
    chance: float
    told: Told
    reason: str = ""


def told_difference(one: Side, other: Side, repeated: Repeats, clock_sd: float) -> Difference:
    """How far `other` lies from `one`, judged as the only quantity.

    repeated   of single days, each side's runs about their own mean
    clock_sd   what the clocks of both sides add to the difference, 1 SD; 0 within one session

    With repeats the interval is Student's with their degrees, widened by the clocks, whose SD is known.
    Without, or where all repeats are equal, it is made of what the two runs say of themselves, and nothing is
    told.
    """
    a, b = one.known, other.known
    if not len(a) or not len(b):
        return Difference(Quantity.missing("no_value"), math.nan, math.nan, Told.NOT_YET, "no value")
    value = float(b.mean() - a.mean())
    n = min(len(a), len(b))
    if not repeated.degrees or not repeated.sd:
        own = _of_own_intervals(one, other, value, n)
        return Difference(own, math.nan, math.nan, Told.NOT_YET, repeated.reason or EQUAL_REPEATS)
    sd = repeated.sd * math.sqrt(1 / len(a) + 1 / len(b))
    total = math.hypot(sd, clock_sd)
    degrees = _degrees(sd, total, repeated.degrees)
    half = student(degrees) * total
    chance = 2.0 * float(stdtr(degrees, -abs(value) / total))
    told = Told.YES if chance < FALSE_ALARM else Told.NO
    return Difference(Quantity(value, value - half, value + half, n), half, chance, told)


def _degrees(sd: float, total: float, of_repeats: int) -> float:
    """Degrees of freedom where the clocks' share of the SD is known (Welch-Satterthwaite)."""
    return min(of_repeats * (total / sd) ** 4, _MANY_DEGREES)


def _of_own_intervals(one: Side, other: Side, value: float, n: int) -> Quantity:
    """Difference of two runs from their own intervals (square-and-add of each end's distance)."""
    if len(one.known) > 1 or len(other.known) > 1 or any(
        math.isnan(end) for end in (one.low, one.high, other.low, other.high)
    ):  # fmt: skip
        return Quantity(value, math.nan, math.nan, n, interval_reason=NO_REPEATS)
    a, b = float(one.known[0]), float(other.known[0])
    low = value - math.hypot(b - other.low, one.high - a)
    high = value + math.hypot(other.high - b, a - one.low)
    return Quantity(value, low, high, n)


def share_false_alarms(found: Mapping[str, Difference]) -> dict[str, Difference]:
    """Holm's rule over the quantities of one comparison: where nothing changed, any "yes" comes up in at most
    5 % of comparisons. What only looks so by itself becomes `BY_CHANCE`."""
    judged = sorted((name for name, one in found.items() if not math.isnan(one.chance)),
                    key=lambda name: found[name].chance)  # fmt: skip
    out, is_told = dict(found), True
    for place, name in enumerate(judged):
        is_told = is_told and found[name].chance * (len(judged) - place) < FALSE_ALARM
        if found[name].told is Told.YES and not is_told:
            out[name] = replace(found[name], told=Told.BY_CHANCE)
    return out
