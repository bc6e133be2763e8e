"""The trunk: how far it turns to each side, how much it rolls, and which way it is pushed (METHOD 5.11).

Turning: the angle of yaw between the reversals of its rate, one half-turn a step. Roll: RMS rate about the
forward axis. Non-forward share: of the trunk's acceleration during contact, the part that is lateral or
vertical. Axes are those of the trunk in quiet standing: lean turns a part of forward into up (METHOD 1.3);
no attitude filter.
"""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.quantity import Quantity, difference_quantity, mean_quantity
from aqsense.analysis.questions.question import Answer, Number, in_words
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.analysis.questions.waves import sampled
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats

TITLE = "How does the trunk turn and roll?"
MEANS = (
    "Turning is the angle that the trunk turns during a step, from one reversal of its turning to the "
    "next, on left and right steps. Roll is the RMS rate of rocking from side to side. The non-forward "
    "share is the part of the trunk's mean squared acceleration, gravity taken off, that points sideways "
    "or up and down while a foot is on the ground."
)
DOES_NOT_MEAN = (
    "The share is not energy lost: running needs vertical acceleration. Pelvis and upper back turn "
    "differently, so only the same place of the sensor may be compared."
)
GRID_S = 0.005
FEWEST_SAMPLES = 4


def trunk(run: RunData) -> Answer:
    """Question 8, trunk."""
    turned = _half_turns(run)
    numbers: list[Number] = []
    for number, side in enumerate(SIDES):
        mean = mean_quantity(turned[run.on_side(number)], _reason(run))
        numbers.append(Number("turn_deg", "turning", "deg", mean, side, "trunk"))
    uneven = difference_quantity(turned[run.on_side(0)], turned[run.on_side(1)], _reason(run))
    numbers.append(Number("turn_difference_deg", "turning, left minus right", "deg", uneven, "", "trunk"))
    roll, share = _roll_and_share(run)
    numbers.append(Number("roll_rms_deg_s", "roll", "deg/s", mean_quantity(roll, _reason(run)), "", "trunk"))
    numbers.append(
        Number(
            "non_forward_percent",
            "non-forward share",
            "%",
            mean_quantity(share, _why_no_share(run)),
            "",
            "trunk",
        )
    )
    return Answer("trunk", TITLE, _answer(numbers), MEANS, DOES_NOT_MEAN, tuple(numbers))


def _reason(run: RunData) -> str:
    return "no_contact" if "trunk" in run.streams else "missing_sensor"


def _why_no_share(run: RunData) -> str:
    return "no_toe_off" if run.body.get("trunk") else "missing_sensor"


def _half_turns(run: RunData) -> Floats:
    """(n,) angle of yaw around each step's peak, deg: integral of the rate's lobe; NaN where it isn't whole.

    The sign is left out: left steps turn one way, right steps the other.
    """
    stream = run.streams.get("trunk")
    peaks = run.step_column("trunk_s")
    if stream is None:
        return np.full(len(peaks), np.nan)
    reach = np.arange(-0.4, 0.4, GRID_S)
    waves = sampled(stream, 0, np.nan_to_num(peaks)[:, None] + reach)
    middle = len(reach) // 2
    out = np.full(len(peaks), np.nan)
    for row, wave in enumerate(waves):
        if not math.isnan(peaks[row]):
            out[row] = lobe_deg(wave, middle, GRID_S)
    return out


def lobe_deg(wave: Floats, middle: int, step_s: float) -> float:
    """Integral of the lobe around `middle` between its zeros, deg; NaN where an end is not seen."""
    sign = np.sign(wave[middle])
    against = np.flatnonzero(~(np.sign(wave) == sign))
    before, after = against[against < middle], against[against > middle]
    if not len(before) or not len(after):
        return math.nan
    first, last = int(before[-1]), int(after[0])
    if np.isnan(wave[first]) or np.isnan(wave[last]):
        return math.nan
    return abs(math.degrees(float(wave[first + 1 : last].sum()) * step_s))


def _roll_and_share(run: RunData) -> tuple[Floats, Floats]:
    """Per headline step RMS roll rate, deg/s, and non-forward share during contact, %; NaN where unknown."""
    body = run.body.get("trunk")
    rows = np.flatnonzero(run.of_headline)
    roll, share = np.full(len(rows), np.nan), np.full(len(rows), np.nan)
    begin = run.step_column("contact_s")[rows]
    toe_off = run.step_column("toe_off_s")[rows]
    end = begin + run.step_column("step_time_s")[rows]
    if body is None or not np.isfinite(end).any():
        return roll, share
    motion = body.between(float(np.nanmin(begin)), float(np.nanmax(end)))
    accel = motion.accel_m_s2 - np.array([[0.0], [0.0], [STANDARD_GRAVITY_M_S2]])
    clipped = motion.is_clipped
    edges = np.searchsorted(motion.time_s, np.nan_to_num(np.stack([begin, end, toe_off], axis=1)))
    for row, (first, last, off) in enumerate(edges.tolist()):
        step, contact = slice(first, last), slice(first, off)
        if last - first >= FEWEST_SAMPLES:
            roll[row] = math.degrees(math.sqrt(float((motion.rate_rad_s[0, step] ** 2).mean())))
        if off - first >= FEWEST_SAMPLES and not clipped[contact].any():
            power = (accel[:, contact] ** 2).mean(axis=1)
            share[row] = 100.0 * float(power[1:].sum() / power.sum())
    return roll, share


def _answer(numbers: list[Number]) -> str:
    by = {(one.name, one.side): one.quantity for one in numbers}
    left, right = by["turn_deg", "left"], by["turn_deg", "right"]
    if math.isnan(left.value) or math.isnan(right.value):
        return "Can't be told: no trunk sensor, or too few whole turns."
    sides = f"{in_words(left, 'deg')} on left steps and {in_words(right, 'deg')} on right steps"
    return f"The trunk turns {sides}{_difference(by['turn_difference_deg', ''])}."


def _difference(difference: Quantity) -> str:
    if math.isnan(difference.low) or difference.low <= 0 <= difference.high:
        return ", alike within what can be told"
    return f", {'more' if difference.value > 0 else 'less'} on left steps"
