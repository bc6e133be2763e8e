"""Does one contributor make up for another, and do steps correct each other? (METHOD 5.14). Exploratory.

Compensation: rank correlation, over the headline's steps, of how two contributors' amplitudes change from a
step to the next of the same foot; negative = one grows where the other falls. Changes, because all amplitudes
follow speed and cadence, which wander over several strides: taking a straight or curved course out instead
tied amplitudes of simulated runs, in which nothing compensates, in 26 to 40 of 64. Continuous adjustment:
lag-1 autocorrelation of a contributor's timing from step to step; negative = a late one is followed by an
early one.
"""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
from scipy.stats import rankdata

from aqsense.analysis.quantity import Quantity
from aqsense.analysis.questions.amplitudes import NAMES, WORDS, amplitudes
from aqsense.analysis.questions.question import Answer, Number, in_words
from aqsense.analysis.questions.run_data import RunData
from aqsense.analysis.verdicts import BUDGET, holm
from aqsense.model import Floats

TITLE = "Does one contributor make up for another?"
MEANS = (
    "Each pair's number is the rank correlation of how their sizes change from a step to the next of the "
    "same foot, −1 to 1; below 0 one grows where the other falls. Adjustment is the correlation of a "
    "contributor's timing with that of the step before; below 0 a late step tends to be followed by an "
    "early one."
)
DOES_NOT_MEAN = "Going together is not causing. With a dozen strides only close ties can be told from chance."
FEWEST, FEWEST_ADJUSTMENT = 16, 40
# Neighbours of a series of changes of white noise are correlated by -1/2: r varies 1.5 times as much.
SHARED_STEP = 2.0 / 3.0


def coupling(run: RunData) -> Answer:
    """METHOD 5.14: compensation and continuous adjustment."""
    sizes = _changes(amplitudes(run)[run.of_headline], run)
    pairs = list(combinations(range(4), 2))
    found = [rank_correlation(sizes[:, a], sizes[:, b]) for a, b in pairs]
    numbers = [
        Number("compensation", f"{WORDS[a]} with {WORDS[b]}", "", quantity)
        for (a, b), quantity in zip(pairs, found, strict=True)
    ]
    for column, name in enumerate(NAMES):
        lag = run.step_column(f"lag_{name}_ms")[run.of_headline]
        adjustment = lag_one(_without_course(lag[:, None], run)[:, 0])
        numbers.append(Number("adjustment", f"{WORDS[column]}, adjustment", "", adjustment, "", name))
    answer = _answer(pairs, found)
    return Answer("coupling", TITLE, answer, MEANS, DOES_NOT_MEAN, tuple(numbers), exploratory=True)


def _changes(values: Floats, run: RunData) -> Floats:
    """From each step to the next of the same foot, one side after the other; NaN over a missing step."""
    side = run.stance[run.of_headline]
    order = np.asarray(run.steps["step"], float)[run.of_headline]
    parts: list[Floats] = []
    for number in (0, 1):
        here = side == number
        change = np.diff(values[here], axis=0)
        change[np.diff(order[here]) != 2.0] = np.nan
        parts.append(change)
    return np.concatenate(parts)


def _without_course(values: Floats, run: RunData) -> Floats:
    """Columns without each side's mean and the straight course along the run."""
    side = run.stance[run.of_headline].astype(float)
    order = np.asarray(run.steps["step"], float)[run.of_headline]
    design = np.stack([np.ones_like(order), side, order - order.mean()], axis=1)
    out = np.full(values.shape, np.nan)
    for column in range(values.shape[1]):
        known = np.isfinite(values[:, column])
        if known.sum() > 4:
            rows, wanted = np.asarray(design[known], float), np.asarray(values[known, column], float)
            out[known, column] = wanted - rows @ np.linalg.lstsq(rows, wanted, rcond=None)[0]
    return out


def rank_correlation(x: Floats, y: Floats) -> Quantity:
    """Spearman's r of two series of changes, with the interval of Bonett & Wright 2000.

    Neighbouring changes share a step, which makes r as uncertain as from two thirds as many values.
    """
    known = np.isfinite(x) & np.isfinite(y)
    n = int(known.sum())
    if n < FEWEST:
        return Quantity.missing("few_steps", n)
    r = float(np.corrcoef(rankdata(x[known]), rankdata(y[known]))[0, 1])
    return _with_interval(r, n, n * SHARED_STEP)


def lag_one(x: Floats) -> Quantity:
    """Correlation of each value with the one before; NaN below 40 values."""
    known = np.isfinite(x[1:]) & np.isfinite(x[:-1])
    n = int(known.sum())
    if n + 1 < FEWEST_ADJUSTMENT:
        return Quantity.missing("few_steps", n)
    # Two less for the course that was taken out.
    return _with_interval(float(np.corrcoef(x[1:][known], x[:-1][known])[0, 1]), n, n - 2.0)


def _with_interval(r: float, n: int, independent: float) -> Quantity:
    """`independent`: as uncertain as from so many independent values."""
    se = math.sqrt((1.0 + r * r / 2.0) / (independent - 3))
    z = _fisher(r)
    return Quantity(r, math.tanh(z - 1.96 * se), math.tanh(z + 1.96 * se), n)


def _fisher(r: float) -> float:
    """Fisher's z; ranks of few steps can agree fully, where it has no value."""
    return math.atanh(min(max(r, -0.999), 0.999))


def _answer(pairs: list[tuple[int, int]], found: list[Quantity]) -> str:
    from scipy.special import ndtr

    known = [row for row, one in enumerate(found) if not math.isnan(one.value)]
    if not known:
        return "Can't be told: too few steps with both amplitudes."
    z = np.array([_fisher(found[row].value) * math.sqrt(found[row].n * SHARED_STEP - 3) for row in known])
    p = holm(2.0 * ndtr(-np.abs(z)))
    best = int(np.argmin(np.where(z < 0, p, 2.0)))
    if z[best] >= 0 or p[best] >= BUDGET:
        return "No contributor was found to grow where another falls."
    a, b = pairs[known[best]]
    tie = in_words(found[known[best]], "", 2)
    return f"Where the {WORDS[a]} is smaller the {WORDS[b]} tends to be larger: {tie}."
