"""How continuous is each limb's movement? LDLJ, SPARC and dwell at the reversals (METHOD 5.7).

LDLJ = -ln((t2 - t1)^3 / w_peak^2 * integral of (d2w/dt2)^2) over each half-cycle between two zeros of the
sagittal rate: nearer to 0 is smoother. SPARC is the arc length of the rate's amplitude spectrum up to 20 Hz
(or where it falls below 5 %), over each half-cycle. Dwell: how long |w| stays below 10 % of its 95th
percentile around a reversal. Source: Balasubramanian 2015 (SPARC), Hogan & Sternad 2009 (LDLJ), Melendez-
Calderon 2021 (on angular rates). Differs from METHOD 5.7: SPARC and LDLJ see the waveform behind the 20 Hz
filter of the events, so that sensors of different rates agree.
"""

from __future__ import annotations

import math

import numpy as np

from aqsense.analysis.events import Stream
from aqsense.analysis.quantity import Quantity, mean_quantity
from aqsense.analysis.questions.question import Answer, Number, in_words
from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.analysis.questions.waves import sampled, stretches
from aqsense.model import Floats

TITLE = "How continuous is each limb's movement?"
MEANS = (
    "LDLJ and SPARC are measures of smoothness: nearer to 0 means fewer changes of pace within one swing, "
    "forward or backward. Dwell is how long a limb nearly stands still where it turns round."
)
DOES_NOT_MEAN = (
    "Smoother is not faster, and both measures change with pace: hold them only against runs at like step "
    "frequency."
)
N = 64  # points of a half-cycle
GRID_S = 0.0025
SHORTEST_S, LONGEST_S = 0.08, 0.8
STILL_SHARE = 0.10
SPARC_HZ, SPARC_FLOOR = 20.0, 0.05
LIMBS = (("arm", "wrist"), ("leg", "shin"))


def continuity(run: RunData) -> Answer:
    """Question 8, continuity."""
    numbers: list[Number] = []
    for word, site in LIMBS:
        for side in SIDES:
            values = _measures(run, run.streams.get(f"{side}_{site}"))
            contributor = "arm" if word == "arm" else ""
            for (name, label, unit), quantity in zip(NAMES, values, strict=True):
                numbers.append(
                    Number(f"{word}_{name}", f"{side} {word}, {label}", unit, quantity, side, contributor)
                )
    return Answer("continuity", TITLE, _answer(numbers), MEANS, DOES_NOT_MEAN, tuple(numbers))


NAMES = (("ldlj", "LDLJ", ""), ("sparc", "SPARC", ""), ("dwell_ms", "dwell at the reversals", "ms"))


def _measures(run: RunData, stream: Stream | None) -> tuple[Quantity, Quantity, Quantity]:
    if stream is None:
        missing = Quantity.missing("missing_sensor")
        return missing, missing, missing
    contacts = run.step_column("contact_s")[run.of_headline]
    if not np.isfinite(contacts).any():
        missing = Quantity.missing("no_contact")
        return missing, missing, missing
    time_s = np.arange(float(np.nanmin(contacts)), float(np.nanmax(contacts)), GRID_S)
    rate = sampled(stream, 0, time_s)
    begin, end = half_cycles(time_s, rate)
    waves = stretches(stream, 0, begin, end, N) if len(begin) else np.empty((0, N))
    whole = ~np.isnan(waves).any(axis=1)
    waves, length = waves[whole], (end - begin)[whole]
    return (
        mean_quantity(ldlj(waves, length), "no_data"),
        mean_quantity(sparc(waves, length), "no_data"),
        mean_quantity(1e3 * dwells(rate, GRID_S), "no_data"),
    )


def half_cycles(time_s: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Begin and end of each stretch between two zeros of the rate, s; too short or long ones are left out."""
    sign = np.signbit(rate)
    known = ~np.isnan(rate)
    crossing = np.flatnonzero((sign[1:] != sign[:-1]) & known[1:] & known[:-1])
    step = rate[crossing] / (rate[crossing] - rate[crossing + 1])
    zero_s = time_s[crossing] + step * (time_s[1] - time_s[0]) if len(crossing) else np.empty(0)
    length = np.diff(zero_s)
    fits = (length >= SHORTEST_S) & (length <= LONGEST_S)
    return zero_s[:-1][fits], zero_s[1:][fits]


def ldlj(waves: Floats, length_s: Floats) -> Floats:
    """(k,) log dimensionless jerk of (k, n) rates that take length_s (k,) each."""
    if not len(waves):
        return np.empty(0)
    step = length_s[:, None] / (waves.shape[1] - 1)
    jerk = np.gradient(np.gradient(waves, axis=1) / step, axis=1) / step
    area = np.trapezoid(jerk**2, axis=1) * step[:, 0]
    return -np.log(length_s**3 / np.abs(waves).max(axis=1) ** 2 * area)


def sparc(waves: Floats, length_s: Floats) -> Floats:
    """(k,) spectral arc lengths of (k, n) rates that take length_s (k,) each."""
    if not len(waves):
        return np.empty(0)
    n = 4 * waves.shape[1]
    spectrum = np.asarray(np.abs(np.fft.rfft(np.abs(waves), n, axis=1)), float)
    spectrum = spectrum / spectrum[:, :1]
    n_hz = spectrum.shape[1]
    lines = np.arange(n_hz, dtype=float)
    hz = ((waves.shape[1] - 1) / n / length_s)[:, None] * lines
    counts = np.logical_and(spectrum >= SPARC_FLOOR, hz <= SPARC_HZ)
    last = np.maximum(n_hz - 1 - np.argmax(counts[:, ::-1], axis=1), 1)
    along = np.diff(hz, axis=1) / hz[np.arange(len(hz)), last][:, None]
    arc = np.hypot(along, np.diff(spectrum, axis=1))
    counted = np.where(lines[:-1] < last[:, None], arc, 0.0)
    return -counted.sum(axis=1)


def dwells(rate: Floats, step_s: float) -> Floats:
    """Length of each stretch with |rate| below a tenth of its 95th percentile and a change of sign, s."""
    known = ~np.isnan(rate)
    if not known.any():
        return np.empty(0)
    still = known & (np.abs(rate) < STILL_SHARE * float(np.percentile(np.abs(rate[known]), 95)))
    edges = np.flatnonzero(np.diff(np.concatenate([[0], still.astype(np.int8), [0]])))
    first, last = edges[::2], edges[1::2]
    lengths = [
        (b - a) * step_s
        for a, b in zip(first.tolist(), last.tolist(), strict=True)
        if a > 0 and b < len(rate) and np.signbit(rate[a - 1]) != np.signbit(rate[b])
    ]
    return np.array(lengths)


def _answer(numbers: list[Number]) -> str:
    by = {(one.name, one.side): one.quantity for one in numbers}
    arms = [by["arm_dwell_ms", side] for side in SIDES]
    if any(math.isnan(dwell.value) for dwell in arms):
        return "Can't be told for both arms: a wrist sensor is missing or has too little data."
    left, right = (in_words(dwell, "ms") for dwell in arms)
    return f"At their reversals the left arm dwells {left}, the right {right}."
