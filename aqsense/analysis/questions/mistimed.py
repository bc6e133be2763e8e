"""Mistimed, or too small? Each contributor's timing and amplitude against the athlete's own usual (METHOD
5.2).

Timing is the comparison with the reference that verdicts use (METHOD 5.1): one contributor at most is
called late or
early. Amplitude is the logarithm of the ratio of the run's mean to the usual's, left and right alike.

Differs from METHOD 5.2: the usual are the reference runs at like step frequency, not the quarter of steps
at the highest
speed, which asks for a speed from outside; and |z| > 2 is Student's t with Holm over the contributors,
whose error holds
the scatter from run to run: straps sit differently, days differ. That scatter is taken as common to all
contributors
(each alone has too few runs) and at least the sensors' scale error of 1 %.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aqsense.analysis.intervals import student
from aqsense.analysis.quantity import Quantity
from aqsense.analysis.questions.amplitudes import NAMES, WORDS, amplitudes
from aqsense.analysis.questions.question import Answer, Number, in_words, number
from aqsense.analysis.questions.run_data import RunData
from aqsense.analysis.verdicts import BUDGET, REFERENCE, holm
from aqsense.model import Floats

TITLE = "Mistimed, or too small?"
MEANS = (
    "Timing: by how many ms the peak comes later (+) or earlier (−) than this athlete's usual, against the "
    "other "
    "contributors. Amplitude: how large the movement's rate is in % of the usual's; for the push leg how "
    "fast the shin "
    "dives at toe-off. Each is called unusual only if chance would do it in less than 5 % of runs, all "
    "contributors "
    "together."
)
DOES_NOT_MEAN = (
    "A rate of turning is not a force. A smaller rate may come from a shorter stride, another pace or a "
    "sensor that sits "
    "differently."
)
FEWEST_STEPS, FEWEST_RUNS = 8, 2
SCALE_SD = 0.01  # METHOD 7.2

WHY_NOT = {
    "no_reference": "there is no usual of this athlete yet; give earlier recordings with --reference",
    "other_athlete": "the reference is another athlete's",
    "other_placement": "the trunk sensor sat elsewhere in the reference",
    "other_contributors": "other sensors were there in the reference",
    "other_step_frequency": "the reference was run at another step frequency",
    "reference_too_small": "the reference is too small: 40 steps from two runs are needed",
    "clocks_poor": "the clocks agree too poorly",
}


@dataclass(frozen=True, slots=True)
class Test:
    """A difference with its error; NaN with a reason where it can't be had."""

    difference: float
    se: float
    degrees: float
    n: int
    reason: str = ""

    @property
    def p(self) -> float:
        """Two-sided, of no difference."""
        from scipy.special import stdtr

        if self.reason:
            return math.nan
        return 2.0 * float(stdtr(self.degrees, -abs(self.difference) / self.se)) if self.se > 0 else 0.0

    @property
    def ends(self) -> tuple[float, float]:
        half = student(self.degrees) * self.se
        return self.difference - half, self.difference + half


def mistimed(run: RunData) -> Answer:
    """Question 2."""
    timing = [_timing(run, column) for column in range(4)]
    sizes = _sizes(run)
    numbers: list[Number] = []
    for column, name in enumerate(NAMES):
        numbers += [
            Number("timing_ms", f"{WORDS[column]}, timing", "ms", timing[column][0], "", name),
            Number(
                "amplitude_percent", f"{WORDS[column]}, amplitude", "%", _percent(sizes[column]), "", name
            ),
        ]
    answer = _answer(timing, sizes, _unusual([size.p for size in sizes]))
    return Answer("mistimed", TITLE, answer, MEANS, DOES_NOT_MEAN, tuple(numbers))


def _timing(run: RunData, column: int) -> tuple[Quantity, bool]:
    """Later than the usual, and whether it is named for it."""
    for comparison in run.comparisons:
        if comparison.basis == REFERENCE and comparison.contributor == column:
            if comparison.reason:
                return Quantity.missing(comparison.reason), False
            n = int(run.of_headline.sum())
            later = Quantity(comparison.difference_ms, comparison.low_ms, comparison.high_ms, n)
            return later, comparison.named
    return Quantity.missing("no_reference"), False


def _sizes(run: RunData) -> list[Test]:
    """Logarithm of amplitude over the usual's, per contributor; each side against its own."""
    if not run.usual:
        return [_no_test(run.usual_reason)] * 4
    if len(run.usual) < FEWEST_RUNS:
        return [_no_test("reference_too_small")] * 4
    now = [_logs(run, column) for column in range(4)]
    before = [[_logs(other, column) for other in run.usual] for column in range(4)]
    whole = [[sides for sides in runs if _is_enough(sides)] for runs in before]
    counted = [len(runs) >= FEWEST_RUNS for runs in whole]
    scatter = [_scatter(runs) for runs, enough in zip(whole, counted, strict=True) if enough]
    between = max(float(np.mean(scatter)), 0.0) + SCALE_SD**2 if scatter else math.nan
    degrees = sum(len(runs) - 1 for runs, enough in zip(whole, counted, strict=True) if enough)
    tests: list[Test] = []
    for sides, runs, enough in zip(now, whole, counted, strict=True):
        if not _is_enough(sides) or not enough:
            tests.append(_no_test("reference_too_small" if _is_enough(sides) else "few_steps"))
            continue
        usual = float(np.mean([_mean(one) for one in runs]))
        of_usual = between / len(runs) + sum(map(_variance, runs)) / len(runs) ** 2
        se = math.sqrt(between + _variance(sides) + of_usual)
        tests.append(Test(_mean(sides) - usual, se, float(degrees), sum(map(len, sides))))
    return tests


def _no_test(reason: str) -> Test:
    return Test(math.nan, math.nan, math.nan, 0, reason)


def _is_enough(sides: list[Floats]) -> bool:
    return all(len(side) >= FEWEST_STEPS // 2 for side in sides)


def _scatter(runs: list[list[Floats]]) -> float:
    """Variance between runs beyond what their steps explain; below 0 by chance."""
    return float(np.var([_mean(sides) for sides in runs], ddof=1) - np.mean(list(map(_variance, runs))))


def _logs(run: RunData, column: int) -> list[Floats]:
    """Logarithms of the headline steps' amplitudes, left and right feet apart."""
    values = amplitudes(run)[:, column]
    sides = [values[run.on_side(side)] for side in (0, 1)]
    return [np.log(side[side > 0]) for side in sides]


def _mean(sides: list[Floats]) -> float:
    return float(np.mean([side.mean() for side in sides]))


def _variance(sides: list[Floats]) -> float:
    """Of the mean of both sides' means."""
    return sum(float(side.var(ddof=1)) / len(side) for side in sides) / 4.0


def _percent(test: Test) -> Quantity:
    if test.reason:
        return Quantity.missing(test.reason, test.n)
    low, high = test.ends
    value, low, high = (100.0 * math.exp(x) for x in (test.difference, low, high))
    return Quantity(value, low, high, test.n)


def _unusual(p: list[float]) -> list[bool]:
    """Which differences are no chance, all together within the budget."""
    values = np.array(p)
    known = ~np.isnan(values)
    out = np.zeros(len(values), bool)
    out[known] = holm(values[known]) < BUDGET
    return out.tolist()


def _answer(timing: list[tuple[Quantity, bool]], sizes: list[Test], unusual: list[bool]) -> str:
    if all(math.isnan(quantity.value) for quantity, _ in timing) and all(size.reason for size in sizes):
        return f"Can't be told: {WHY_NOT.get(sizes[0].reason, 'the run has too few steps')}."
    said = [_part(WORDS[c], *timing[c], sizes[c], unusual[c]) for c in range(4)]
    text = "; ".join(part for part in said if part)
    if not text:
        return "Neither mistimed nor too small against the usual, as far as can be told."
    return f"{text[0].upper()}{text[1:]}."


def _part(word: str, timing: Quantity, is_named: bool, size: Test, is_unusual: bool) -> str:
    parts: list[str] = []
    if is_named:
        parts.append(
            f"{number(abs(timing.value), 0)} ms {'later' if timing.value > 0 else 'earlier'} than usual"
        )
    if is_unusual:
        percent = _percent(size)
        kind = "smaller" if percent.value < 100 else "larger"
        parts.append(f"{kind} than usual, {in_words(percent, '%')} of it")
    return f"{word} {' and '.join(parts)}" if parts else ""
