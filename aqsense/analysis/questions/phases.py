"""Phases of a leg's cycle from its own events (METHOD 2.3): push, swing, return.

push     contact to toe-off
swing    toe-off to swing peak: the shin folds up and comes forward
return   swing peak to contact: the leg comes down to the ground
One sensor a leg: clocks don't enter.
"""

from __future__ import annotations

import math

from aqsense.analysis.quantity import difference_quantity, mean_quantity
from aqsense.analysis.questions.question import Answer, Number, in_words, number
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.analysis.questions.sequence import limb_cycles
from aqsense.model import Event, Floats

TITLE = "How does each leg divide its cycle?"
MEANS = (
    "Push lasts from contact to toe-off, swing from toe-off to the fastest forward turning of the shin, "
    "return from "
    "there to the next contact. Shares are of that leg's stride; the cycling rate is how many such cycles a "
    "leg would "
    "make in a second. The difference is left minus right."
)
DOES_NOT_MEAN = (
    "Push is the time on the ground, not how hard the leg pushes. No division is the right one: it changes "
    "with speed."
)
CYCLE = (Event.INITIAL_CONTACT, Event.TOE_OFF, Event.SWING_PEAK)
PHASES = ("push", "swing", "return")


def phases(run: RunData) -> Answer:
    """Question 6."""
    cycles = {side: limb_cycles(run, CYCLE, side) for side in SIDES}
    numbers: list[Number] = []
    for column, phase in enumerate(PHASES):
        lasts = {side: _durations_ms(cycles[side], column) for side in SIDES}
        for side in SIDES:
            mean = mean_quantity(lasts[side], "no_toe_off")
            share = mean_quantity(100.0 * lasts[side] / _stride_ms(cycles[side]), "no_toe_off")
            numbers.append(Number(f"{phase}_ms", phase, "ms", mean, side))
            numbers.append(Number(f"{phase}_percent", f"{phase}, share of the stride", "%", share, side))
        uneven = difference_quantity(lasts["left"], lasts["right"], "no_toe_off")
        numbers.append(Number(f"{phase}_difference_ms", f"{phase}, left minus right", "ms", uneven))
    for side in SIDES:
        period = mean_quantity(_stride_ms(cycles[side]), "no_contact")
        rate = period.through_falling(lambda ms: 1e3 / ms)
        numbers.append(Number("cycling_rate_hz", "cycling rate", "Hz", rate, side))
    return Answer("phases", TITLE, _answer(numbers), MEANS, DOES_NOT_MEAN, tuple(numbers))


def _durations_ms(cycles: Floats, column: int) -> Floats:
    return 1e3 * (cycles[:, column + 1] - cycles[:, column])


def _stride_ms(cycles: Floats) -> Floats:
    return 1e3 * (cycles[:, -1] - cycles[:, 0])


def _answer(numbers: list[Number]) -> str:
    by = {(one.name, one.side): one.quantity for one in numbers}
    pushes = [by["push_percent", side].value for side in SIDES]
    if any(math.isnan(value) for value in pushes):
        rates = [by["cycling_rate_hz", side] for side in SIDES]
        if any(math.isnan(rate.value) for rate in rates):
            return "The legs' cycles can't be told: too few contacts were found."
        left, right = (in_words(rate, "Hz", 2) for rate in rates)
        return f"The left leg cycles at {left}, the right at {right}; without toe-off there are no phases."
    shares = [" / ".join(number(by[f"{phase}_percent", side].value, 0) for phase in PHASES) for side in SIDES]
    left, right = shares
    return f"Push, swing and return take {left} % of the left leg's stride and {right} % of the right's."
