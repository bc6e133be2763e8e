"""A value with its 95 % interval and n, or why there is none: what runs.csv and summary.json are made of."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aqsense.analysis.intervals import student
from aqsense.model import Floats

TOO_FEW = "fewer_than_two"


@dataclass(frozen=True, slots=True)
class Quantity:
    """Value, low and high end of its 95 % interval, n; NaN where there is none.

    reason             why there is no value
    interval_reason    why there is no interval
    """

    value: float
    low: float
    high: float
    n: int
    reason: str = ""
    interval_reason: str = TOO_FEW

    @staticmethod
    def missing(reason: str, n: int = 0) -> Quantity:
        return Quantity(math.nan, math.nan, math.nan, n, reason, reason)

    def scaled(self, factor: float) -> Quantity:
        """In another unit; `factor` above 0."""
        return replace(self, value=self.value * factor, low=self.low * factor, high=self.high * factor)

    def through_falling(self, function: Callable[[float], float]) -> Quantity:
        """Passed through a falling function: the ends change places."""
        value, low, high = (
            function(x) if not math.isnan(x) else x for x in (self.value, self.high, self.low)
        )
        return replace(self, value=value, low=low, high=high)

    def as_json(self) -> dict[str, Any]:
        """`value`, `low`, `high`, `n`; None with a reason beside it where there is none."""
        out: dict[str, Any] = {"n": self.n}
        ends = (("value", self.value, self.reason), ("low", self.low, self.interval_reason),
                ("high", self.high, self.interval_reason))  # fmt: skip
        for name, value, reason in ends:
            out |= stated(name, value, reason or self.reason or TOO_FEW)
        return out


def stated(name: str, value: float, reason: str, digits: int = 9) -> dict[str, Any]:
    """A number for JSON, or None with `<name>_reason` beside it."""
    if math.isfinite(value):
        return {name: round(float(value), digits)}
    return {name: None, f"{name}_reason": reason}


def mean_quantity(values: Floats, reason: str = "no_scored_step") -> Quantity:
    """Mean of independent values with Student's interval; NaN are left out."""
    known = values[~np.isnan(values)]
    n = len(known)
    if not n:
        return Quantity.missing(reason)
    mean = float(known.mean())
    if n < 2:
        return Quantity(mean, math.nan, math.nan, n)
    half = student(n - 1) * float(known.std(ddof=1)) / math.sqrt(n)
    return Quantity(mean, mean - half, mean + half, n)


def difference_quantity(one: Floats, other: Floats, reason: str = "no_scored_step") -> Quantity:
    """Mean of `one` minus mean of `other`, two independent sets, with Welch's interval; n = the smaller
    set."""
    one, other = one[~np.isnan(one)], other[~np.isnan(other)]
    n = min(len(one), len(other))
    if not n:
        return Quantity.missing(reason)
    value = float(one.mean() - other.mean())
    if n < 2:
        return Quantity(value, math.nan, math.nan, n)
    a, b = (float(x.var(ddof=1)) / len(x) for x in (one, other))
    if a + b == 0.0:
        return Quantity(value, value, value, n)
    freedom = (a + b) ** 2 / (a * a / (len(one) - 1) + b * b / (len(other) - 1))
    half = student(freedom) * math.sqrt(a + b)
    return Quantity(value, value - half, value + half, n)
