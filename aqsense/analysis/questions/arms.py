"""Do the arms swing with the legs? Frequency ratio and relative phase (METHOD 5.10).

Frequency: the strongest line of the forearm's rate between 0.4 and 3.4 times the stride frequency, over the
stride frequency; 1 where the arm swings once a stride, 2 where it only shakes along with every step. Phase:
where the forward peak lies in the cycle of the opposite shin's swing peaks, circular mean, and how steady
(R, 1 = the same each time).
"""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.quantity import Quantity
from aqsense.analysis.questions.question import Answer, Number, number
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.analysis.questions.waves import sampled
from aqsense.model import Event, Floats

TITLE = "Do the arms swing with the legs?"
MEANS = (
    "The frequency ratio is 1 where an arm swings once in every stride. The phase says where in the stride "
    "of the opposite leg the arm's forward peak lies (0 = at that leg's swing peak, 50 = half a stride "
    "later); steadiness is 1 where it is the same in every stride. Arm swing is the size of the swing once "
    "a stride, beside the opposite shin's."
)
DOES_NOT_MEAN = "A phase is a place, not a fault. One sensor on the wrist does not see the elbow."
TOLERANCE = 0.02  # METHOD 5.10
STILL_SHARE = 0.15  # of the shin's swing: a wrist that rides along moves so much (simulated and dsads p1)
GRID_HZ = 50.0
LINES = np.linspace(0.4, 3.4, 151)
FEWEST = 6


def arms(run: RunData) -> Answer:
    """Question 8, arms and legs."""
    numbers: list[Number] = []
    for side in SIDES:
        ratio, swing = _swing(run, side)
        phase, steadiness = _phase(run, side)
        numbers += [
            Number("frequency_ratio", f"{side} arm, frequency over the legs'", "", ratio, side, "arm"),
            Number(
                "arm_swing_percent", f"{side} arm, swing over the opposite shin's", "%", swing, side, "arm"
            ),
            Number("phase_percent", f"{side} arm, phase of the forward peak", "%", phase, side, "arm"),
            Number("phase_steadiness", f"{side} arm, steadiness of the phase", "", steadiness, side, "arm"),
        ]
    return Answer("arms", TITLE, _answer(numbers), MEANS, DOES_NOT_MEAN, tuple(numbers))


def _swing(run: RunData, side: str) -> tuple[Quantity, Quantity]:
    """Frequency ratio, and size of the swing once a stride in % of the opposite shin's."""
    stride_s = run.step_column("stride_time_s")[run.of_headline]
    stride_s = stride_s[~np.isnan(stride_s)]
    wrist = run.streams.get(f"{side}_wrist")
    shin = run.streams.get(f"{_other(side)}_shin")
    if wrist is None or shin is None:
        missing = Quantity.missing("missing_sensor")
        return missing, missing
    if len(stride_s) < FEWEST:
        missing = Quantity.missing("few_strides", len(stride_s))
        return missing, missing
    rows = np.flatnonzero(run.of_headline)
    contacts = run.step_column("contact_s")[rows]
    time_s = np.arange(float(np.nanmin(contacts)), float(np.nanmax(contacts)), 1.0 / GRID_HZ)
    stride_hz = 1.0 / float(stride_s.mean())
    arm, leg = sampled(wrist, 0, time_s), sampled(shin, 0, time_s)
    known = ~np.isnan(arm) & ~np.isnan(leg)
    n = len(np.unique(run.steps["stride"][rows]))
    if known.mean() < 0.9:
        return Quantity.missing("no_data", n), Quantity.missing("no_data", n)
    of_arm = _lines(time_s[known], arm[known], stride_hz)
    of_leg = _lines(time_s[known], leg[known], stride_hz)
    line = LINES[int(np.argmax(of_arm))]
    half = 0.5 / (stride_hz * (time_s[-1] - time_s[0]))  # resolution of so short a stretch
    once = (LINES > 0.85) & (LINES < 1.15)
    share = 100.0 * float(of_arm[once].max() / of_leg[once].max())
    return (
        Quantity(float(line), float(line - half), float(line + half), n),
        Quantity(share, math.nan, math.nan, n, interval_reason="none_defined"),
    )


def _other(side: str) -> str:
    return SIDES[1 - SIDES.index(side)]


def _lines(time_s: Floats, values: Floats, stride_hz: float) -> Floats:
    """Amplitude at each of LINES (times the stride frequency), under a Hann window."""
    window = np.hanning(len(values))
    centred = (values - np.average(values, weights=window)) * window
    angle = 2.0 * np.pi * stride_hz * (time_s - time_s[0])
    turning = np.exp(-1j * np.outer(LINES, angle))
    return 2.0 * np.abs(turning @ centred) / window.sum()


def _phase(run: RunData, side: str) -> tuple[Quantity, Quantity]:
    """Circular mean of the forward peak's phase in the opposite shin's cycle, %, and R."""
    peaks = run.event(Event.ARM_FORWARD_PEAK, side).time_s
    peaks = peaks[run.in_headline(peaks)]
    swings = run.event(Event.SWING_PEAK, _other(side)).time_s
    if len(peaks) < FEWEST or len(swings) < 2:
        missing = Quantity.missing("few_strides" if len(peaks) else "no_peak", len(peaks))
        return missing, missing
    cycle = np.searchsorted(swings, peaks, side="right") - 1
    whole = (cycle >= 0) & (cycle < len(swings) - 1)
    peaks, cycle = peaks[whole], cycle[whole]
    length = swings[cycle + 1] - swings[cycle]
    regular = length < 1.2
    turn = np.exp(2j * np.pi * (peaks[regular] - swings[cycle[regular]]) / length[regular])
    n = len(turn)
    if n < FEWEST:
        missing = Quantity.missing("few_strides", n)
        return missing, missing
    mean = turn.mean()
    r = float(np.abs(mean))
    value = 100.0 * float(np.angle(mean)) / (2 * np.pi)
    sd = math.sqrt(max(-2.0 * math.log(max(r, 1e-9)), 0.0)) / (2 * np.pi)
    half = 196.0 * sd / math.sqrt(n)
    return (
        Quantity(value, value - half, value + half, n),
        Quantity(r, math.nan, math.nan, n, interval_reason="none_defined"),
    )


def is_still(ratio: Quantity, swing: Quantity) -> bool:
    """The arm does not swing once a stride, or hardly."""
    if math.isnan(ratio.value):
        return False
    off = abs(ratio.value - 1.0) > max(TOLERANCE, ratio.high - ratio.value)
    return off or swing.value < 100.0 * STILL_SHARE


def _answer(numbers: list[Number]) -> str:
    by = {(one.name, one.side): one.quantity for one in numbers}
    known = [side for side in SIDES if not math.isnan(by["frequency_ratio", side].value)]
    if not known:
        return "Can't be told: no wrist sensor with whole strides."
    still = [side for side in known if is_still(by["frequency_ratio", side], by["arm_swing_percent", side])]
    if len(still) == 2:
        return "Neither arm swings with the legs: they are held still or move with every step only."
    swinging = [side for side in known if side not in still]
    places = " and ".join(f"{number(by['phase_percent', side].value, 0)} % ({side})" for side in swinging)
    if still:
        return f"The {still[0]} arm does not swing with the legs; the other peaks at {places} of the stride."
    return f"Both arms swing once a stride; their forward peaks lie at {places} of the opposite leg's stride."
