"""Angles of shin and trunk at contact and toe-off (METHOD 5.9, 5.14). Exploratory.

Within one stride the sagittal rate says how the segment turns; over a whole stride at steady pace the
segment neither gains nor loses speed, so its mean specific force points up: that fixes the one angle that
is left. No filter, no drift longer than a stride. Left out: strides with a clipped accelerometer sample,
and strides whose mean specific force is not gravity within 5 % (the athlete speeds up or brakes, or a
hole).

Positive: the segment's lower end is in front of its upper end; for the trunk: it leans back.
Differs from METHOD 5.14: not over the first strides, where speeding up looks like leaning.
"""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.quantity import Quantity, mean_quantity
from aqsense.analysis.questions.body_motion import BodyMotion, BodySensor
from aqsense.analysis.questions.question import Answer, Number, in_words
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats

TITLE = "How do shin and trunk stand at contact and toe-off?"
MEANS = (
    "The shin's angle is 0 where it stands upright and positive where the foot is in front of the knee. "
    "The trunk's is positive where it leans back. Both are of strides at steady pace."
)
DOES_NOT_MEAN = (
    "How far in front of the body the foot lands, and where the body is thrown, is not measured: the thigh "
    "is not seen."
)
OFF_GRAVITY = 0.05
FEWEST, FEWEST_SAMPLES = 3, 10


def posture(run: RunData) -> Answer:
    """Question 9 and METHOD 5.14, angles."""
    numbers: list[Number] = []
    contact, toe_off = run.step_column("contact_s"), run.step_column("toe_off_s")
    ends = contact + run.step_column("stride_time_s")
    for number, side in enumerate(SIDES):
        rows = np.flatnonzero(run.on_side(number))
        found = _angles(
            run.body.get(f"{side}_shin"), contact[rows], ends[rows], (contact[rows], toe_off[rows])
        )
        for word, quantity in zip(("contact", "toe_off"), found, strict=True):
            label = f"{side} shin's angle at {word.replace('_', '-')}"
            numbers.append(Number(f"shin_angle_{word}_deg", label, "deg", quantity, side))
    rows = np.flatnonzero(run.of_headline)
    (lean,) = _angles(run.body.get("trunk"), contact[rows], ends[rows], (toe_off[rows],))
    numbers.append(Number("trunk_angle_toe_off_deg", "trunk's angle at toe-off", "deg", lean, "", "trunk"))
    return Answer("posture", TITLE, _answer(numbers), MEANS, DOES_NOT_MEAN, tuple(numbers), exploratory=True)


def _angles(
    body: BodySensor | None, begin_s: Floats, end_s: Floats, at_s: tuple[Floats, ...]
) -> tuple[Quantity, ...]:
    """Mean angle of a segment at the given instants of each stride."""
    if body is None:
        return tuple(Quantity.missing("missing_sensor") for _ in at_s)
    whole = np.isfinite(begin_s) & np.isfinite(end_s)
    found = np.full((len(begin_s), len(at_s)), np.nan)
    why: list[str] = []
    if whole.any():
        motion = body.between(float(begin_s[whole].min()), float(end_s[whole].max()))
        for row in np.flatnonzero(whole).tolist():
            instants = np.array([times[row] for times in at_s])
            found[row], reason = stride_angles(motion, float(begin_s[row]), float(end_s[row]), instants)
            why.append(reason)
    usual = max(set(why), key=why.count) if why else "no_contact"
    out: list[Quantity] = []
    for index in range(len(at_s)):
        column = np.asarray(found[:, index], float)
        n = int(np.isfinite(column).sum())
        out.append(mean_quantity(column) if n >= FEWEST else Quantity.missing(usual or "no_toe_off", n))
    return tuple(out)


def stride_angles(motion: BodyMotion, begin_s: float, end_s: float, at_s: Floats) -> tuple[Floats, str]:
    """Angles of one stride at instants of it, deg; NaN with the reason where they can't be had."""
    motion = motion.cut(begin_s, end_s)
    if len(motion.time_s) < FEWEST_SAMPLES:
        return np.full(len(at_s), np.nan), "no_data"
    if motion.is_clipped.any():
        return np.full(len(at_s), np.nan), "clipped"
    rate = -np.asarray(motion.rate_rad_s[1], float)  # about the athlete's right
    step = np.diff(motion.time_s)
    turned = np.concatenate([[0.0], np.cumsum(0.5 * (rate[1:] + rate[:-1]) * step)])
    forward, up = motion.accel_m_s2[0], motion.accel_m_s2[2]
    mean_x = float((forward * np.cos(turned) - up * np.sin(turned)).mean())
    mean_z = float((forward * np.sin(turned) + up * np.cos(turned)).mean())
    if abs(math.hypot(mean_x, mean_z) / STANDARD_GRAVITY_M_S2 - 1.0) > OFF_GRAVITY:
        return np.full(len(at_s), np.nan), "not_steady"
    start = math.atan2(mean_x, mean_z)
    inside = (at_s >= motion.time_s[0]) & (at_s <= motion.time_s[-1])
    at = np.interp(np.nan_to_num(at_s), motion.time_s, turned)
    near_begin = np.abs(at_s - begin_s) < 2.0 * float(step.max())
    return np.where(inside | near_begin, np.degrees(start + at), np.nan), ""


def _answer(numbers: list[Number]) -> str:
    by = {(one.name, one.side): one.quantity for one in numbers}
    angles = [by["shin_angle_contact_deg", side] for side in SIDES]
    if any(math.isnan(angle.value) for angle in angles):
        reason = next(angle.reason for angle in angles if math.isnan(angle.value))
        return f"Can't be told: {WHY_NOT.get(reason, 'too few strides at steady pace')}."
    left, right = (in_words(angle, "deg") for angle in angles)
    return f"At contact the left shin stands at {left}, the right at {right}."


WHY_NOT = {
    "clipped": "the shins' accelerometers are saturated in these strides",
    "missing_sensor": "a shin sensor is missing",
    "not_steady": "the pace is not steady enough",
}
