"""Sequenced within a limb, synchronized across limbs (METHOD 3.4): the order of each limb's own events.

Shin: swing peak, contact, stall, toe-off, heel recovery, and again. Arm: front reversal, backward peak, back
reversal, forward peak. One sensor a limb: clocks don't enter.
"""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.quantity import Quantity
from aqsense.analysis.questions.question import Answer, Number, number
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.analysis.questions.step_timing import wilson
from aqsense.model import Event, Floats

TITLE = "In sequence within each limb, together across the limbs?"
MEANS = (
    "Within a limb events come one after the other; the share says in how many strides they came in the "
    "usual order, "
    "and each lag how long one follows the other, in % of the stride (median, and half of the strides lie "
    "within the "
    "spread). Across limbs the peaks' spread and score say how close together they came."
)
DOES_NOT_MEAN = (
    "One sensor a limb can't show how hip, knee and ankle, or shoulder and elbow, follow each other. A "
    "usual order is no "
    "target, and a score is a timing index, not a grade."
)
SHIN = (
    Event.SWING_PEAK,
    Event.INITIAL_CONTACT,
    Event.SHIN_STALL,
    Event.TOE_OFF,
    Event.HEEL_RECOVERY,
)
WRIST = (
    Event.ARM_FRONT_REVERSAL,
    Event.ARM_BACKWARD_PEAK,
    Event.ARM_BACK_REVERSAL,
    Event.ARM_FORWARD_PEAK,
)
LIMBS = (("leg", SHIN), ("arm", WRIST))
FEWEST = 4
WORDS = {
    Event.SWING_PEAK: "swing peak",
    Event.INITIAL_CONTACT: "contact",
    Event.SHIN_STALL: "stall",
    Event.TOE_OFF: "toe-off",
    Event.HEEL_RECOVERY: "heel recovery",
    Event.ARM_FRONT_REVERSAL: "front reversal",
    Event.ARM_BACKWARD_PEAK: "backward peak",
    Event.ARM_BACK_REVERSAL: "back reversal",
    Event.ARM_FORWARD_PEAK: "forward peak",
}


def sequence(run: RunData) -> Answer:
    """Question 1."""
    numbers: list[Number] = []
    for word, events in LIMBS:
        for side in SIDES:
            cycles = limb_cycles(run, events, side)
            numbers.append(
                Number("in_order_percent", f"{side} {word}, strides in order", "%", in_order(cycles), side)
            )
            for one, (this, following) in enumerate(zip(events, (*events[1:], events[0]), strict=True)):
                label = f"{side} {word}, {WORDS[this]} to {WORDS[following]}"
                numbers.append(Number("lag_percent", label, "%", median_lag(cycles, one), side))
                numbers.append(
                    Number("lag_iqr_percent", f"{label}, middle half", "%", lag_iqr(cycles, one), side)
                )
    return Answer("sequence", TITLE, _answer(run, numbers), MEANS, DOES_NOT_MEAN, tuple(numbers))


def limb_cycles(run: RunData, events: tuple[Event, ...], side: str) -> Floats:
    """(cycles, events + 1) times of a limb's cycle from its first event to the next of the same; NaN = not
    found.

    Cycles of the headline's strides whose ends are both known. Each event is the one nearest to its median
    place in the
    cycle, up to half a cycle away: so an event out of order is still the cycle's own.
    """
    rows = [run.event(event, side).time_s for event in events]
    first = rows[0]
    whole = np.flatnonzero(np.diff(first) < 1.2) if len(first) > 1 else np.empty(0, np.int64)
    whole = whole[run.in_headline(first[whole])] if len(whole) else whole
    cycles = np.full((len(whole), len(events) + 1), np.nan)
    if not len(whole):
        return cycles
    begin, length = first[whole], first[whole + 1] - first[whole]
    cycles[:, 0], cycles[:, -1] = begin, first[whole + 1]
    for column, times in enumerate(rows[1:], 1):
        if len(times):
            cycles[:, column] = _own(times, begin, length)
    return cycles


def _own(times: Floats, begin: Floats, length: Floats) -> Floats:
    """The event of each cycle: nearest to its circular median phase."""
    cycle = np.clip(np.searchsorted(begin, times, side="right") - 1, 0, len(begin) - 1)
    phase = (times - begin[cycle]) / length[cycle]
    near = (phase > -0.5) & (phase < 1.5)
    if not near.any():
        return np.full(len(begin), np.nan)
    angle = np.angle(np.mean(np.exp(2j * np.pi * phase[near]))) / (2 * np.pi) % 1.0
    expected = begin + angle * length
    right = np.clip(np.searchsorted(times, expected), 0, len(times) - 1)
    left = np.maximum(right - 1, 0)
    nearest = np.where(np.abs(times[left] - expected) < np.abs(times[right] - expected), left, right)
    found = times[nearest]
    return np.where(np.abs(found - expected) < 0.5 * length, found, np.nan)


def in_order(cycles: Floats) -> Quantity:
    """Share of complete cycles whose events come in the order of the columns, %, with Wilson's interval."""
    whole = cycles[~np.isnan(cycles).any(axis=1)]
    n = len(whole)
    if n < FEWEST:
        return Quantity.missing("few_strides" if n else "no_peak", n)
    share = float((np.diff(whole, axis=1) > 0).all(axis=1).mean())
    low, high = wilson(share, n)
    return Quantity(100.0 * share, 100.0 * low, 100.0 * high, n)


def _lags_percent(cycles: Floats, column: int) -> Floats:
    lag = 100.0 * (cycles[:, column + 1] - cycles[:, column]) / (cycles[:, -1] - cycles[:, 0])
    return lag[~np.isnan(lag)]


def median_lag(cycles: Floats, column: int) -> Quantity:
    """Median from one event to the next, % of the stride; interval by order statistics (binomial)."""
    from scipy.stats import binom

    lag = np.sort(_lags_percent(cycles, column))
    n = len(lag)
    if n < FEWEST:
        return Quantity.missing("few_strides" if n else "no_peak", n)
    rank = int(binom.ppf(0.025, n, 0.5))
    value = float(np.median(lag))
    if rank < 1:
        return Quantity(value, math.nan, math.nan, n, interval_reason="few_strides")
    return Quantity(value, float(lag[rank - 1]), float(lag[n - rank]), n)


def lag_iqr(cycles: Floats, column: int) -> Quantity:
    """Width of the middle half of the lags, % of the stride; no interval."""
    lag = _lags_percent(cycles, column)
    if len(lag) < FEWEST:
        return Quantity.missing("few_strides" if len(lag) else "no_peak", len(lag))
    low, high = np.percentile(lag, [25, 75])
    return Quantity(float(high - low), math.nan, math.nan, len(lag), interval_reason="none_defined")


def _answer(run: RunData, numbers: list[Number]) -> str:
    shares = [
        n.quantity for n in numbers if n.name == "in_order_percent" and not math.isnan(n.quantity.value)
    ]
    if not shares:
        return "The order within the limbs can't be told: too few whole strides."
    n, least = len(shares), min(share.value for share in shares)
    limbs = f"{n} limb{'s' if n > 1 else ''}"
    share = "every stride" if least == 100 else f"{number(least, 0)} % of strides or more"
    words = f"Within {limbs} events came in their usual order in {share}"
    spread = float(run.row["spread_ms"])
    if math.isnan(spread):
        return f"{words}; the spread across the limbs can't be told in this run."
    return f"{words}; across the limbs the peaks lie {number(spread, 1)} ms apart."
