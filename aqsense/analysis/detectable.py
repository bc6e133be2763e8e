"""The smallest change that an athlete's own repeats let us see (METHOD 5.12).

In:  one number per run, of runs of one day in the same phase; several days are pooled.
Out: MDC95 = 1.96 sqrt(2) SD of such runs with its interval, or "not yet (n more runs of one day)".
Refuses: days with fewer than three runs; borrowing another athlete's repeats.
What differs between days (clocks, straps, the athlete) is not in same-day repeats: they bound what one day
can show, and no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from scipy.special import chdtri

from aqsense.analysis.intervals import TAIL, Z95
from aqsense.analysis.quantity import Quantity
from aqsense.model import Floats

FEWEST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Repeats:
    """How far same-day runs of one athlete lie apart.

    sd        SD of a single run, pooled over the days that have enough runs; NaN if none has
    degrees   of freedom of `sd`
    n         runs behind it; without such a day the most runs that one day has
    """

    sd: float
    degrees: int
    n: int

    @property
    def missing_runs(self) -> int:
        """How many more runs of one day are needed."""
        return 0 if self.degrees else FEWEST_REPEATS - self.n

    @property
    def reason(self) -> str:
        """Why there is no SD, in the report's words; "" if there is one."""
        more = self.missing_runs
        return f"not yet ({more} more {'run' if more == 1 else 'runs'} of one day)" if more else ""


def repeats(days: Iterable[Floats]) -> Repeats:
    """Pooled SD of the days that have at least three known values.

    days   values of one athlete's runs in the same phase, an array per day; NaN are left out
    """
    known = [[value for value in day.tolist() if math.isfinite(value)] for day in days]
    enough = [day for day in known if len(day) >= FEWEST_REPEATS]
    if not enough:
        return Repeats(math.nan, 0, max((len(day) for day in known), default=0))
    degrees = sum(len(day) - 1 for day in enough)
    squares = 0.0
    for day in enough:
        mean = sum(day) / len(day)
        squares += sum((value - mean) ** 2 for value in day)
    return Repeats(math.sqrt(squares / degrees), degrees, sum(len(day) for day in enough))


def detectable_change(values: Floats) -> Quantity:
    """MDC95 of a quantity from the runs of one day in the same phase.

    values    (n,) the quantity of each run, any unit; NaN are left out
    returns   value, interval and n in that unit; below three runs NaN with the reason
              "not yet (2 more runs of one day)"

    The interval is the chi-square one of an SD. With three runs its high end is six times the value, and a
    change as large as the value is seen by chance in 19 % of pairs, not in 5 %: `told_difference` allows for
    that (tests/history/test_trend_statistics.py::test_false_alarms_of_three_repeats).
    Source: METHOD 5.12.
    """
    return pooled_detectable_change([values])


def pooled_detectable_change(days: Iterable[Floats]) -> Quantity:
    """The same from several days, each about its own mean."""
    found = repeats(days)
    if not found.degrees:
        return Quantity.missing(found.reason, found.n)
    value = Z95 * math.sqrt(2.0) * found.sd
    low, high = (math.sqrt(found.degrees / float(chdtri(found.degrees, tail))) for tail in (TAIL, 1 - TAIL))
    return Quantity(value, value * low, value * high, found.n)
