"""The pushing leg and the whole body (METHOD 5.5): proxies of each, and whether one rises without the other.

Leg: the dive of the shin at toe-off. Body: mean vertical load on the ground in body weights, which in steady
level running is step time over contact time exactly; and the speed gained per step, where speed is known.

Differs from METHOD 5.5: the stall's sharpness is left out; the stall is a ripple without a plateau and has
no width. Whether the body rises is judged by its speed, not by the speed gained per step: that falls in every
sprint from a start while the dive rises.
"""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.quantity import Quantity, mean_quantity
from aqsense.analysis.questions.amplitudes import amplitudes
from aqsense.analysis.questions.breakdown import slope
from aqsense.analysis.questions.question import Answer, Number, in_words
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.model import Floats

TITLE = "The pushing leg and the whole body: do they rise together?"
MEANS = (
    "The leg's number is how fast the shin dives forward at toe-off. The mean vertical load follows from "
    "times alone: over a whole step the ground carries the body, so during contact it carries step time over "
    "contact time body weights, in steady level running. Speed gained per step needs speed from outside."
)
DOES_NOT_MEAN = (
    "Sensors on limbs measure how they turn, not what the leg does to the ground. The leg's number stands "
    "for the push only as far as it moves with it."
)
FEWEST = 8


def push(run: RunData) -> Answer:
    """Question 3."""
    running = run.rows(run.before_braking)
    dive = amplitudes(running)[:, 0]
    load = running.step_column("step_time_s") / running.step_column("contact_time_s")
    gain = _speed_gain(running)
    numbers: list[Number] = []
    for number, side in enumerate(SIDES):
        here = running.on_side(number)
        mean_dive = mean_quantity(dive[here], "no_toe_off")
        mean_load = mean_quantity(load[here], "no_toe_off")
        numbers.append(Number("dive_deg_s2", "dive at toe-off", "deg/s^2", mean_dive, side, "push"))
        numbers.append(Number("vertical_load_bw", "mean vertical load", "body weights", mean_load, side))
    gained = mean_quantity(gain[running.of_headline], _why_no_gain(running))
    numbers.append(Number("speed_gain_m_s", "speed gained per step", "m/s", gained))
    order = np.asarray(running.steps["step"], float)
    slopes = {
        "dive": _relative_slope(order, dive, "no_toe_off"),
        "vertical_load": _relative_slope(order, load, "no_toe_off"),
        "speed": slope(order, running.step_column("speed_m_s")),
        "speed_gain": slope(order, gain),
    }
    labels = {
        "dive": "dive",
        "vertical_load": "vertical load",
        "speed": "speed",
        "speed_gain": "speed gained",
    }
    for name, found in slopes.items():
        is_speed = name in ("speed", "speed_gain")
        unit, suffix = ("m/s per step", "m_s") if is_speed else ("% per step", "percent")
        numbers.append(Number(f"{name}_slope_{suffix}", f"{labels[name]}, change per step", unit, found))
    return Answer("push", TITLE, _answer(numbers, slopes), MEANS, DOES_NOT_MEAN, tuple(numbers))


def _speed_gain(run: RunData) -> Floats:
    """(n,) speed at the next step's contact minus speed at this one's."""
    speed = run.step_column("speed_m_s")
    return np.append(np.diff(speed), np.nan)[: len(speed)]


def _why_no_gain(run: RunData) -> str:
    return "few_steps" if np.isfinite(run.step_column("speed_m_s")).any() else "no_outside_speed"


def _relative_slope(order: Floats, values: Floats, reason: str) -> Quantity:
    """% of the mean per step."""
    known = np.isfinite(values)
    if known.sum() < FEWEST:
        return Quantity.missing(reason if not known.any() else "few_steps", int(known.sum()))
    return slope(order, values).scaled(100.0 / abs(float(values[known].mean())))


def _answer(numbers: list[Number], slopes: dict[str, Quantity]) -> str:
    loads = {one.side: one.quantity for one in numbers if one.name == "vertical_load_bw"}
    known = {side: load for side, load in loads.items() if not math.isnan(load.value)}
    if not known:
        return "Can't be told: toe-off is not known in this run."
    sides = " and ".join(f"{in_words(load, '', 2)} on the {side}" for side, load in known.items())
    text = f"During contact the ground carries, in body weights, {sides}"
    leg = slopes["dive"]
    for name, words in (("vertical_load", "the load"), ("speed", "the speed")):
        body = slopes[name]
        if not math.isnan(body.low) and not math.isnan(leg.low) and leg.low > 0 >= body.high:
            return f"{text}; along the run the shin's dive rises while {words} does not."
    return f"{text}; no rise of the leg's numbers without the body's was found."
