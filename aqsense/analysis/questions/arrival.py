"""How the swing leg arrives, and the contact as an outcome (METHOD 5.8, 5.9).

Rate of the landing shin at contact (negative: it already swings back), time from the shin's forward turning
coming to zero until contact, and what changes at contact in the step after the timing changed.
"""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.quantity import Quantity, mean_quantity
from aqsense.analysis.questions.question import Answer, Number, in_words
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.analysis.questions.waves import sampled
from aqsense.model import Event, Floats

TITLE = "How does the swing leg arrive, and what follows at contact?"
MEANS = (
    "The shin's rate at contact is negative where the lower leg already swings back when the foot lands; "
    "retraction time is how long it has done so. The last number says how strongly the contact time of a "
    "step goes with the peaks' spread of the step before (rank correlation, with its interval)."
)
DOES_NOT_MEAN = (
    "The shin stands for the leg: the thigh is not seen, and neither is how far in front of the body the "
    "foot lands. What follows after something need not come from it."
)
LONGEST_RETRACTION_S = 0.15
FEWEST_PAIRS = 12


def arrival(run: RunData) -> Answer:
    """Question 9."""
    numbers: list[Number] = []
    for side in SIDES:
        rate, retraction = _arrivals(run, side)
        numbers += [
            Number(
                "contact_rate_deg_s",
                "shin's rate at contact",
                "deg/s",
                mean_quantity(rate, "no_contact"),
                side,
            ),
            Number(
                "retraction_ms",
                "retraction time",
                "ms",
                mean_quantity(1e3 * retraction, "no_retraction"),
                side,
            ),
        ]
    follows = _follows(run)
    numbers.append(Number("contact_after_spread", "contact time after a larger spread", "", follows))
    return Answer("arrival", TITLE, _answer(numbers), MEANS, DOES_NOT_MEAN, tuple(numbers), exploratory=True)


def _arrivals(run: RunData, side: str) -> tuple[Floats, Floats]:
    """Rate of the landing shin at each contact of the headline, deg/s, and its retraction time, s."""
    contacts = run.event(Event.INITIAL_CONTACT, side).time_s
    contacts = contacts[run.in_headline(contacts)]
    stream = run.streams.get(f"{side}_shin")
    if stream is None or not len(contacts):
        return np.full(len(contacts), np.nan), np.full(len(contacts), np.nan)
    rate = sampled(stream, 0, contacts[:, None])[:, 0]
    back = np.arange(0.0, LONGEST_RETRACTION_S, 0.0005)
    before = sampled(stream, 0, contacts[:, None] - back)
    forward = before > 0
    first = np.argmax(forward, axis=1)
    retracts = (rate < 0) & forward.any(axis=1)
    return np.rad2deg(rate), np.where(retracts, back[first], np.nan)


def _follows(run: RunData) -> Quantity:
    """Spearman correlation of contact time with the spread of the step before, sides' means taken out."""
    from scipy.stats import rankdata

    spread, contact = run.step_column("spread_ms"), run.step_column("contact_time_s")
    rows = np.flatnonzero(run.of_headline)
    pairs = rows[1:][np.diff(rows) == 1]
    x, y, side = spread[pairs - 1], contact[pairs], run.stance[pairs]
    known = np.isfinite(x) & np.isfinite(y)
    x, y, side = x[known], y[known], side[known]
    n = len(x)
    if n < FEWEST_PAIRS:
        return Quantity.missing("few_steps", n)
    for values in (x, y):
        for one in (0, 1):
            values[side == one] -= values[side == one].mean() if (side == one).any() else 0.0
    r = float(np.corrcoef(rankdata(x), rankdata(y))[0, 1])
    se = math.sqrt(
        (1 + r * r / 2) / max(n - 4, 1)
    )  # Bonett & Wright 2000; a degree less for the sides' means
    low, high = (math.tanh(math.atanh(np.clip(r, -0.999, 0.999)) + 1.96 * sign * se) for sign in (-1, 1))
    return Quantity(r, low, high, n)


def _answer(numbers: list[Number]) -> str:
    by = {(one.name, one.side): one.quantity for one in numbers}
    rates = [by["contact_rate_deg_s", side] for side in SIDES]
    if any(math.isnan(rate.value) for rate in rates):
        return "Can't be told: too few contacts, or a shin has no data at them."
    left, right = (in_words(rate, "deg/s") for rate in rates)
    text = f"At contact the left shin turns at {left}, the right at {right}"
    follows = by["contact_after_spread", ""]
    if math.isnan(follows.value) or follows.low <= 0 <= follows.high:
        return f"{text}; contact time does not clearly follow the timing of the step before."
    longer = "longer" if follows.value > 0 else "shorter"
    return f"{text}; after steps with a larger spread the contact is {longer} than on average."
