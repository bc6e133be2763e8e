"""How an outside measure (a lift, a jump, a 30 m time) and a session's value go together.

In:  pairs of numbers, one per session.
Out: Spearman's coefficient with a 95 % interval.
Refuses: fewer than eight sessions (METHOD 5.12). Two things that both change over weeks go together without
touching each other: the coefficient says nothing about why.
"""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.intervals import Z95
from aqsense.analysis.quantity import Quantity
from aqsense.model import Floats

FEWEST_SESSIONS = 8
_NEAREST_TO_ONE = 1 - 1e-12


def association(one: Floats, other: Floats) -> Quantity:
    """Spearman's rank coefficient of two measures of the same sessions.

    one, other   (n,) NaN are left out
    returns      -1 to 1; below eight sessions NaN with the reason "not yet (3 more sessions)"

    The interval is Fisher's with the variance of Bonett and Wright; it covers 92 to 98 % of written-down
    coefficients at 8 and 20 sessions
    (tests/history/test_trend_statistics.py::test_association_interval_covers).
    Source: Bonett & Wright 2000.
    """
    known = np.isfinite(one) & np.isfinite(other)
    n = int(known.sum())
    if n < FEWEST_SESSIONS:
        more = FEWEST_SESSIONS - n
        return Quantity.missing(f"not yet ({more} more {'session' if more == 1 else 'sessions'})", n)
    a, b = _ranks(one[known]), _ranks(other[known])
    if not np.ptp(a) or not np.ptp(b):
        return Quantity.missing("constant", n)
    value = float(np.corrcoef(a, b)[0, 1])
    angle = math.atanh(max(-_NEAREST_TO_ONE, min(_NEAREST_TO_ONE, value)))
    half = Z95 * math.sqrt((1 + value * value / 2) / (n - 3))
    return Quantity(value, math.tanh(angle - half), math.tanh(angle + half), n)


def _ranks(values: Floats) -> Floats:
    """Ranks from 1; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - 0.5 * (counts - 1))[place]
