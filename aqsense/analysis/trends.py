"""A quantity over weeks: one value per session, its slope, and whether it stands still (METHOD 5.12).

In:  values of runs, times of sessions in any unit, the detectable change.
Out: session values, Theil-Sen slope with its 95 % interval, one of rising, falling, plateau, open, not yet.
Refuses: an interval below five sessions (no choice of slopes reaches 95 %), a plateau without a detectable
change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from functools import cache
from statistics import median

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.intervals import Z95
from aqsense.analysis.quantity import Quantity
from aqsense.model import Floats

BEST_RUNS = 3
FEWEST_SESSIONS = 5
_EXACT_UP_TO = 40


class Best(Enum):
    """Which runs of a session count as its best."""

    SMALLEST = "smallest"
    GREATEST = "greatest"
    NONE = "none"


class Course(Enum):
    """What a quantity does over the sessions."""

    RISING = "rising"
    FALLING = "falling"
    PLATEAU = "plateau"
    OPEN = "open"
    NOT_YET = "not_yet"


@dataclass(frozen=True, slots=True)
class Trend:
    """Slope of a quantity over sessions.

    slope    in the quantity's unit per unit of time, n = sessions
    course   by the stated rule
    reason   why `course` is open or not yet, "" else
    """

    slope: Quantity
    course: Course
    reason: str = ""


def session_value(values: Floats, best: Best) -> Quantity:
    """Median of the three best runs of a session; of all its runs where no direction is better.

    values    (n,) one per run; NaN are left out
    returns   the median, n = runs behind it, their range as `low` and `high`; fewer than three: of those
              there are

    The best three of many runs are better than the best three of few, with nothing changed: compare sessions
    of like numbers of runs.
    Source: METHOD 5.12.
    """
    known = sorted(value for value in values.tolist() if math.isfinite(value))
    if not known:
        return Quantity.missing("no_value")
    if best is Best.SMALLEST:
        known = known[:BEST_RUNS]
    elif best is Best.GREATEST:
        known = known[-BEST_RUNS:]
    return Quantity(median(known), known[0], known[-1], len(known))


def theil_sen(day: Floats, value: Floats) -> Quantity:
    """Median of the slopes of all pairs, with Sen's 95 % interval.

    day     (n,) times, any order and unit; pairs at the same time have no slope and are left out
    value   (n,) NaN are left out

    The interval comes from the exact distribution of Kendall's S up to 40 sessions without ties, from its
    normal form else. It covers 95 to 99 % of injected slopes
    (tests/history/test_trend_statistics.py::test_slope_interval_covers). Below five sessions there is none.
    Source: Sen 1968.
    """
    known = np.isfinite(day) & np.isfinite(value)
    x, y = day[known], value[known]
    n, slopes = len(x), _slopes(x, y)
    m = len(slopes)
    if not m:
        return Quantity.missing("fewer_than_two_sessions", n)
    cut = _pairs_outside(x, y)
    slopes.partition(sorted({cut or 0, (m - 1) // 2, m // 2, m - 1 - (cut or 0)}))
    middle = 0.5 * float(slopes[(m - 1) // 2] + slopes[m // 2])
    if n < FEWEST_SESSIONS or cut is None:
        return Quantity(middle, math.nan, math.nan, n, interval_reason="fewer_than_five_sessions")
    return Quantity(middle, float(slopes[cut]), float(slopes[m - 1 - cut]), n)


def _slopes(x: Floats, y: Floats) -> Floats:
    """Of all pairs that lie apart, in no order."""
    pieces = [np.empty(0)]
    for i in range(len(x) - 1):
        run = x[i + 1 :] - x[i]
        rise = y[i + 1 :] - y[i]
        pieces.append(rise / run if run.all() else rise[run != 0] / run[run != 0])
    return np.concatenate(pieces)


def _pairs_outside(x: Floats, y: Floats) -> int | None:
    """How many slopes lie outside either end of the 95 % interval; None where none can be left out."""
    n, ties = len(x), _ties(x)
    if not ties.any() and not _ties(y).any() and n <= _EXACT_UP_TO:
        below = np.cumsum(_share_of_discordant(n))
        cut = int(np.searchsorted(below, 0.025, side="right")) - 1
    else:
        variance = (n * (n - 1) * (2 * n + 5) - (ties * (ties - 1) * (2 * ties + 5)).sum()) / 18
        pairs = (n * (n - 1) - (ties * (ties - 1)).sum()) / 2
        cut = math.floor((pairs - Z95 * math.sqrt(variance)) / 2) - 1
    return cut if cut >= 0 else None


def _ties(values: Floats) -> NDArray[np.int64]:
    """Sizes of the groups of equal values."""
    counts = np.unique(values, return_counts=True)[1]
    return counts[counts > 1]


@cache
def _share_of_discordant(n: int) -> Floats:
    """Probability of 0, 1, 2 ... discordant pairs among n values in random order."""
    share = np.ones(1)
    for size in range(2, n + 1):
        share = np.convolve(share, np.full(size, 1.0 / size))
    return share


def trend(day: Floats, value: Floats, detectable: Quantity) -> Trend:
    """Slope and course of a quantity.

    day, value   (n,) of the sessions
    detectable   MDC95 in the quantity's unit

    Plateau: the interval of the slope holds 0, and the slope times the time between first and last session
    stays below the detectable change. The interval alone without that: open.
    Source: METHOD 5.12.
    """
    slope = theil_sen(day, value)
    if math.isnan(slope.low):
        more = FEWEST_SESSIONS - slope.n
        reason = (
            f"not yet ({more} more {'session' if more == 1 else 'sessions'})" if more > 0 else "same_time"
        )
        return Trend(slope, Course.NOT_YET, reason)
    if slope.low > 0:
        return Trend(slope, Course.RISING)
    if slope.high < 0:
        return Trend(slope, Course.FALLING)
    if math.isnan(detectable.value):
        return Trend(slope, Course.OPEN, detectable.reason)
    known = np.isfinite(day) & np.isfinite(value)
    window = float(np.ptp(day[known]))
    if abs(slope.value) * window < detectable.value:
        return Trend(slope, Course.PLATEAU)
    return Trend(slope, Course.OPEN, "slope_unclear")
