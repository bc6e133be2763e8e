"""Who is late or early, and against what: verdicts with a basis (METHOD 5.1).

In:  scored steps of one run, and the athlete's earlier runs where there are any.
Out: a Comparison for every basis and contributor, with interval, p and the smallest difference that could
be told. Refuses: a verdict without a basis. A pattern as such is nobody's fault; only a difference may be
named.

A difference is named if its 95 % interval lies outside +-5 ms, if it survives Holm's rule among all
comparisons of the run (5 % that anybody is named where nothing differs), and if leaving the contributor out
explains most.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.contrasts import Contrast, Group, against, other_side, spread_without
from aqsense.analysis.convergence import N_CONTRIBUTORS
from aqsense.analysis.drift import find_drifts
from aqsense.analysis.intervals import TAIL, student
from aqsense.analysis.run_steps import RunSteps
from aqsense.model import COMPARABLE_MS, ORDERED_MS, Floats

OTHER_SIDE, REFERENCE, EARLIER_STRIDES = BASES = ("other_side", "reference", "earlier_strides")
NOT_TOLD_APART_MS = 5.0
BUDGET = 0.05
FEWEST_STEPS = 8
_POWER_80 = 0.8416
_EACH = np.arange(N_CONTRIBUTORS)


@dataclass(frozen=True, slots=True)
class Comparison:
    """One contributor against one basis. Numbers are NaN where `reason` says why there is no comparison.

    difference_ms         later than the basis is positive; for the other side: right minus left steps
    low_ms, high_ms       95 % interval
    smallest_tellable_ms  the smallest difference that would be named in 80 % of such runs
    p, p_holm             of no difference; the second within all comparisons of the run
    degrees, searched     of the standard error; number of strides tried as the beginning of a change
    from_stride           where a change along the run begins; -1 otherwise
    """

    basis: str
    contributor: int
    difference_ms: float = math.nan
    low_ms: float = math.nan
    high_ms: float = math.nan
    se_ms: float = math.nan
    degrees: float = math.nan
    searched: int = 1
    p: float = math.nan
    p_holm: float = math.nan
    smallest_tellable_ms: float = math.nan
    explains_most: bool = False
    named: bool = False
    from_stride: int = -1
    reason: str = ""

    @property
    def is_outside(self) -> bool:
        """The interval lies outside what is not told apart."""
        return self.low_ms > NOT_TOLD_APART_MS or self.high_ms < -NOT_TOLD_APART_MS


@dataclass(frozen=True)
class Question:
    """What is asked about a run.

    steps               the headline's scored steps
    from_fifth          all scored steps from the 5th stride on: where earlier strides are looked for
    session             whose clocks these are
    sync_ms             worst SD of a clock; an unknown one counts as 0
    few_strides         the headline covers too few strides for a verdict
    reference           the athlete's usual, at like speed; empty with `reference_reason`
    low_rate            a sensor below 50 Hz: its aliased peaks can be off by more than any interval says
    """

    steps: RunSteps
    from_fifth: RunSteps
    session: str
    sync_ms: float
    few_strides: bool
    reference: Sequence[Group] = ()
    reference_reason: str = "no_reference"
    low_rate: bool = False


def compare(question: Question) -> list[Comparison]:
    """Every basis and contributor, in the order of BASES; at most one per basis is named."""
    question = _with_whole_steps(question)
    found = [
        comparison
        for basis, contrast_of in (
            (OTHER_SIDE, _other_side), (REFERENCE, _reference), (EARLIER_STRIDES, _earlier),
        )
        for comparison in (_refused(question, basis) or contrast_of(question))
    ]  # fmt: skip
    return _judged(found)


def _with_whole_steps(question: Question) -> Question:
    """A lag against three others is not a lag against two: only steps with everybody are compared."""
    columns = question.steps.columns
    return replace(
        question,
        steps=question.steps.whole(),
        from_fifth=_having_exactly(question.from_fifth, columns),
        reference=[
            Group(_having_exactly(group.steps, columns), group.session) for group in question.reference
        ],
    )


def _having_exactly(steps: RunSteps, columns: list[int]) -> RunSteps:
    if steps.columns == columns:
        return steps.whole()
    wanted = np.isin(_EACH, columns)
    return steps.rows((steps.present == wanted).all(axis=1))


def verdict(comparisons: Sequence[Comparison]) -> Comparison | None:
    """The one that the headline names: the first basis that names anybody."""
    return next((comparison for comparison in comparisons if comparison.named), None)


def bases_compared(comparisons: Sequence[Comparison]) -> tuple[str, ...]:
    """Bases on which at least one contributor could be compared."""
    return tuple(basis for basis in BASES if any(c.basis == basis and not c.reason for c in comparisons))


def _refused(question: Question, basis: str) -> list[Comparison]:
    """The reason why nothing can be compared on this basis, per contributor; empty if it can."""
    worst = ORDERED_MS if basis == EARLIER_STRIDES else COMPARABLE_MS
    if question.sync_ms > worst:
        return _none(basis, "clocks_poor")
    if question.low_rate:
        return _none(basis, "low_rate")
    if question.few_strides:
        return _none(basis, "few_strides")
    if len(question.steps) < FEWEST_STEPS:
        return _none(basis, "few_steps")
    return []


def _none(basis: str, reason: str) -> list[Comparison]:
    return [Comparison(basis, column, reason=reason) for column in range(N_CONTRIBUTORS)]


def _other_side(question: Question) -> list[Comparison]:
    return _from_contrast(OTHER_SIDE, other_side(question.steps))


def _reference(question: Question) -> list[Comparison]:
    if not question.reference:
        return _none(REFERENCE, question.reference_reason)
    return _from_contrast(REFERENCE, against(Group(question.steps, question.session), question.reference))


def _from_contrast(basis: str, contrast: Contrast) -> list[Comparison]:
    return _comparisons(basis, contrast, (_explains_most(contrast.place_ms) == _EACH).tolist())


def _earlier(question: Question) -> list[Comparison]:
    """Each contributor at the stride from which on it differs most from the strides before."""
    drifts = find_drifts(question.from_fifth, int(question.steps.stride[0]))
    if drifts is None:
        return _none(EARLIER_STRIDES, "no_earlier_strides_at_like_speed")
    explains_most = (_explains_most(drifts.places) == _EACH).tolist()
    return _comparisons(
        EARLIER_STRIDES, drifts.contrast, explains_most, drifts.searched, drifts.stride.tolist()
    )


def _explains_most(place_ms: Floats) -> NDArray[np.int64]:
    """(...) whose leaving out leaves the least spread of places (..., 4); -1 where there are too few."""
    left = spread_without(place_ms)
    known = ~np.isnan(left)
    return np.where(known.any(axis=-1), np.where(known, left, np.inf).argmin(axis=-1), -1)


def _comparisons(
    basis: str, contrast: Contrast, explains_most: list[bool], searched: int = 1,
    from_stride: Sequence[int] = (-1,) * N_CONTRIBUTORS,
) -> list[Comparison]:  # fmt: skip
    half, p = contrast.half_width_ms(TAIL / searched).tolist(), contrast.p().tolist()
    difference, se = contrast.difference_ms.tolist(), contrast.se_ms.tolist()
    degrees = contrast.degrees.tolist()
    return [
        Comparison(basis, column, from_stride=from_stride[column], reason="contributor_missing")
        if math.isnan(difference[column])
        else Comparison(
            basis, column, difference[column], difference[column] - half[column],
            difference[column] + half[column], se[column], degrees[column], searched,
            min(1.0, searched * p[column]), explains_most=explains_most[column],
            from_stride=from_stride[column],
        )
        for column in range(N_CONTRIBUTORS)
    ]  # fmt: skip


def _judged(found: list[Comparison]) -> list[Comparison]:
    """With Holm's p, the smallest tellable difference and the names."""
    p = np.array([comparison.p for comparison in found])
    tested = ~np.isnan(p)
    p[tested] = holm(p[tested])
    n_tested = int(tested.sum())
    return [
        comparison if comparison.reason else _named(comparison, float(p_holm), n_tested)
        for comparison, p_holm in zip(found, p, strict=True)
    ]


def _named(comparison: Comparison, p_holm: float, n_tested: int) -> Comparison:
    named = comparison.is_outside and p_holm < BUDGET and comparison.explains_most
    smallest = _smallest_tellable(comparison, n_tested)
    return replace(comparison, p_holm=p_holm, named=named, smallest_tellable_ms=smallest)


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """Holm's adjusted p values, in the order given."""
    order = np.argsort(p, kind="stable")
    steps = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order]) if len(p) else p
    out = np.empty(len(p))
    out[order] = np.minimum(steps, 1.0)
    return out


def _smallest_tellable(comparison: Comparison, n_tested: int) -> float:
    """Difference that passes both hurdles, the interval and Holm's first step, in 80 % of such runs."""
    tail = TAIL / comparison.searched
    interval = student(comparison.degrees, tail) + _POWER_80
    first_step = student(comparison.degrees, tail / n_tested) + _POWER_80
    return max(NOT_TOLD_APART_MS + interval * comparison.se_ms, first_step * comparison.se_ms)
