"""Timing between steps (METHOD 5.6): step, contact and flight times, duty, symmetry, alternation,
variability."""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.intervals import students
from aqsense.analysis.quantity import Quantity, mean_quantity
from aqsense.analysis.questions.question import Answer, Number, in_words
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.model import Floats

TITLE = "How steady and even are the steps?"
MEANS = (
    "Times from one contact to the next (step), on the ground (contact) and in the air (flight). Duty is "
    "the share of "
    "a stride that a foot is on the ground. The symmetry angle is 0 % where left and right are equal and "
    "100 % where "
    "they are opposite; variability is the standard deviation in % of the mean."
)
DOES_NOT_MEAN = (
    "Uneven steps are neither slow nor unhealthy by themselves: asymmetry goes with neither sprint "
    "performance nor "
    "injury in the studies we know (Haugen 2018). Published symmetry angles, as context: contact 0.6 to 1.3 "
    "%, flight "
    "1.7 % (Girard 2019), step frequency 1.7 % (Exell)."
)
_TIMES = (
    ("step", "step_time_s", "no_contact"),
    ("contact", "contact_time_s", "no_toe_off"),
    ("flight", "flight_time_s", "no_toe_off"),
)


def step_timing(run: RunData) -> Answer:
    """Question 7."""
    numbers: list[Number] = []
    for word, column, reason in _TIMES:
        values = 1e3 * run.step_column(column)
        means = [mean_quantity(values[run.on_side(side)], reason) for side in (0, 1)]
        for side, mean in zip(SIDES, means, strict=True):
            numbers.append(Number(f"{word}_time_ms", f"{word} time", "ms", mean, side))
        angle = symmetry_angle(values[run.on_side(0)], values[run.on_side(1)], reason)
        numbers.append(Number(f"{word}_symmetry_percent", f"{word} time, symmetry angle", "%", angle))
        varied = variation(values[run.of_headline], run.stance[run.of_headline], reason)
        numbers.append(Number(f"{word}_variation_percent", f"{word} time, variability", "%", varied))
    duty = 100.0 * run.step_column("contact_time_s") / run.step_column("stride_time_s")
    for number, side in enumerate(SIDES):
        share = mean_quantity(duty[run.on_side(number)], "no_toe_off")
        numbers.append(Number("duty_percent", "duty", "%", share, side))
    numbers.append(Number("alternation_percent", "alternation", "%", alternation(run)))
    return Answer("step_timing", TITLE, _answer(numbers), MEANS, DOES_NOT_MEAN, tuple(numbers))


def _answer(numbers: list[Number]) -> str:
    by = {(number.name, number.side): number.quantity for number in numbers}
    left, right = by["contact_time_ms", "left"], by["contact_time_ms", "right"]
    steps = by["step_variation_percent", ""]
    if math.isnan(by["step_time_ms", "left"].value) or math.isnan(steps.value):
        return "Step times can't be told: too few contacts were found."
    varied = f"Step times vary by {in_words(steps, '%', 1)}"
    if math.isnan(left.value) or math.isnan(right.value):
        return f"{varied}; contact times can't be told in this run."
    sides = f"{in_words(left, 'ms')} on the left and {in_words(right, 'ms')} on the right"
    return f"{varied}; contact lasts {sides}."


def symmetry_angle(left: Floats, right: Floats, reason: str = "no_contact") -> Quantity:
    """100 (45 deg - atan(left / right)) / 90 deg of the means, %; positive where the right is larger.

    The interval follows from the sides' means to first order.
    Source: Zifchock et al. 2008; METHOD 5.6.
    """
    left, right = left[~np.isnan(left)], right[~np.isnan(right)]
    n = min(len(left), len(right))
    if not n:
        return Quantity.missing(reason)
    a, b = float(left.mean()), float(right.mean())
    value = 100.0 * (45.0 - math.degrees(math.atan2(a, b))) / 90.0
    if n < 2:
        return Quantity(value, math.nan, math.nan, n)
    slope = 100.0 / 90.0 * math.degrees(1.0) / (a * a + b * b)
    se_a, se_b = (float(x.std(ddof=1)) / math.sqrt(len(x)) for x in (left, right))
    half = float(students(np.array([n - 1]))[0]) * slope * math.hypot(b * se_a, a * se_b)
    return Quantity(value, value - half, value + half, n)


def variation(values: Floats, stance: np.ndarray, reason: str) -> Quantity:
    """SD in % of the mean, about each side's own mean; chi-square interval (n = steps)."""
    from scipy.stats import chi2

    known = ~np.isnan(values)
    groups = [values[known & (stance == side)] for side in (0, 1)]
    groups = [group for group in groups if len(group)]
    freedom = sum(len(group) - 1 for group in groups)
    if freedom < 1:
        return Quantity.missing(reason if not groups else "few_steps")
    squares = sum(float(((group - group.mean()) ** 2).sum()) for group in groups)
    scale = 100.0 / float(values[known].mean())
    low, high = (math.sqrt(squares / float(chi2.ppf(q, freedom))) for q in (0.975, 0.025))
    return Quantity(scale * math.sqrt(squares / freedom), scale * low, scale * high, int(known.sum()))


def alternation(run: RunData) -> Quantity:
    """Share of neighbouring steps whose step times go the same way as the sides' means (%): 50 by chance, 100
    where one side's step is always the longer one."""
    step_time = run.step_column("step_time_s")
    rows = np.flatnonzero(run.of_headline)
    pairs = rows[:-1][(np.diff(rows) == 1) & (run.stance[rows[:-1]] != run.stance[rows[1:]])]
    change = (step_time[pairs + 1] - step_time[pairs]) * np.where(run.stance[pairs] == 0, 1.0, -1.0)
    change = change[~np.isnan(change)]
    n = len(change)
    if n < 4:
        return Quantity.missing("few_steps", n)
    longer = float((change > 0).mean())
    share = max(longer, 1.0 - longer)
    low, high = wilson(share, n)
    return Quantity(100.0 * share, 100.0 * low, 100.0 * high, n)


def wilson(share: float, n: int) -> tuple[float, float]:
    """95 % interval of a share. Source: Wilson 1927."""
    z2 = 1.959964**2
    middle = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * (share * (1 - share) / n + z2 / (4 * n * n))) / (1 + z2 / n)
    return max(0.0, middle - half), min(1.0, middle + half)
