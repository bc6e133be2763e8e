"""Everything that is found out about one run: which strides count, spread, pattern, places, verdicts.

Sync rule of METHOD 6, applied here once for all: up to 2 ms SD per sensor everything; to 5 ms intervals and
order, verdicts only against earlier strides; to 10 ms spread without lags, places or order; above it no
score.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.convergence import N_CONTRIBUTORS, score
from aqsense.analysis.intervals import Z95, RunSpread, run_spread, students
from aqsense.analysis.pattern import Basis, Decomposition, basis_of, decompose, residuals
from aqsense.analysis.quantity import Quantity
from aqsense.analysis.reference import KnownRun, Usual, usual
from aqsense.analysis.run_steps import SENSORS, RunSteps, joined
from aqsense.analysis.verdicts import (
    EARLIER_STRIDES,
    OTHER_SIDE,
    REFERENCE,
    Comparison,
    Question,
    compare,
    verdict,
)
from aqsense.model import COMPARABLE_MS, ORDERED_MS, SCORED_MS, Floats

FIRST_STEADY_STRIDE, LONGEST_RANGE, FEWEST_STRIDES, FALLBACK_FIRST = 5, 12, 6, 3
FEWEST_EARLIER = 4


def headline_strides(scored: NDArray[np.int64]) -> tuple[NDArray[np.int64], bool]:
    """Strides that the headline covers, of the scored ones, and whether they are too few (METHOD 4.2)."""
    steady = scored[scored >= FIRST_STEADY_STRIDE]
    if len(steady):
        steady = steady[steady > steady[-1] - LONGEST_RANGE]
    if len(steady) >= FEWEST_STRIDES:
        return steady, False
    later = scored[scored >= FALLBACK_FIRST]
    if len(later) >= FEWEST_STRIDES:
        return later[-FEWEST_STRIDES:], False
    return scored, True


@dataclass(frozen=True)
class RunFindings:
    """Findings about one run.

    scored          all its scored steps
    stride_ms       mean stride time over the headline's steps
    sync_sd_ms      worst SD of a clock; NaN if not stated (then taken as exact)
    half_percent    spread in % of stride that halves the score
    self_known      the run as others may be held against it
    references      runs that may be the athlete's usual
    low_rate        a sensor is sampled below 50 Hz: no verdicts
    """

    scored: RunSteps
    stride_ms: float
    sync_sd_ms: float
    half_percent: float
    self_known: KnownRun
    references: Sequence[KnownRun]
    low_rate: bool = False

    @cached_property
    def _chosen(self) -> tuple[NDArray[np.int64], bool]:
        return headline_strides(np.unique(self.scored.stride))

    @property
    def few_strides(self) -> bool:
        return self._chosen[1]

    @property
    def first_stride(self) -> int:
        return int(self._chosen[0][0]) if len(self._chosen[0]) else -1

    @property
    def last_stride(self) -> int:
        return int(self._chosen[0][-1]) if len(self._chosen[0]) else -1

    @property
    def steps(self) -> RunSteps:
        """The headline's steps."""
        return self.self_known.steps

    @property
    def sync_ms(self) -> float:
        return 0.0 if math.isnan(self.sync_sd_ms) else self.sync_sd_ms

    @property
    def is_comparable(self) -> bool:
        """Clocks allow lags, places and order."""
        return self.sync_ms <= ORDERED_MS

    @cached_property
    def usual(self) -> Usual:
        return (
            usual(self.self_known, self.references) if len(self.steps) else Usual((), 0, 0, "no_scored_step")
        )

    @cached_property
    def comparisons(self) -> list[Comparison]:
        """Every basis and contributor."""
        from_fifth = self.scored.rows(
            (self.scored.stride >= FIRST_STEADY_STRIDE) & (self.scored.stride <= self.last_stride)
        )
        usual = self.usual
        return compare(
            Question(
                self.steps, from_fifth, self.self_known.session, self.sync_ms,
                self.few_strides, usual.groups, usual.reason, self.low_rate,
            )
        )  # fmt: skip

    @cached_property
    def named(self) -> Comparison | None:
        return verdict(self.comparisons)

    @cached_property
    def spread(self) -> Quantity:
        """Debiased spread over the headline steps, ms; below the noise only its bound."""
        if not len(self.steps):
            return Quantity.missing("no_scored_step")
        if self.sync_ms > SCORED_MS:
            return Quantity.missing("clocks_poor", len(self.steps))
        return _spread_quantity(run_spread(self.steps))

    def convergence(self, spread: Quantity) -> Quantity:
        """Score of a spread in ms; below the noise only its lower bound."""
        percent = spread.scaled(100.0 / self.stride_ms)
        return percent.through_falling(lambda x: float(score(np.array(x), self.half_percent)))

    @cached_property
    def decomposition(self) -> Decomposition | None:
        return decompose(self.steps) if len(self.steps) else None

    @property
    def pattern(self) -> Quantity:
        """sigma_P of METHOD 4.3, ms."""
        d = self.decomposition
        if d is None or not self.is_comparable:
            return Quantity.missing("clocks_poor" if d else "few_steps")
        return Quantity(d.pattern_ms, d.pattern_low_ms, d.pattern_high_ms, d.n)

    @property
    def jitter(self) -> Quantity:
        """sigma_J of METHOD 4.3, ms; clock offsets don't reach it."""
        d = self.decomposition
        return (
            Quantity(d.jitter_ms, d.jitter_low_ms, d.jitter_high_ms, d.n)
            if d
            else Quantity.missing("few_steps")
        )

    @cached_property
    def basis(self) -> Basis | None:
        """What the run is held against for `pattern_spread_ms`: the first basis that it has."""
        if self.few_strides or not self.is_comparable:
            return None
        if self.sync_ms <= COMPARABLE_MS:
            if self.usual.groups:
                steps = joined([group.steps for group in self.usual.groups])
                return basis_of(REFERENCE, steps, math.sqrt(2))
            found = basis_of(OTHER_SIDE, self.steps, math.sqrt(2))
            if not np.isnan(found.place_ms).all():
                return found
        return self._earlier_basis()

    def _earlier_basis(self) -> Basis | None:
        """The first four strides from the 5th on."""
        strides = np.unique(self.scored.stride)
        strides = strides[strides >= FIRST_STEADY_STRIDE]
        if len(strides) <= FEWEST_EARLIER:
            return None
        rows = np.isin(self.scored.stride, strides[:FEWEST_EARLIER])
        return basis_of(EARLIER_STRIDES, self.scored.rows(rows), 0.0, int(strides[FEWEST_EARLIER]))

    @cached_property
    def pattern_spread(self) -> Quantity:
        """Off own pattern over the headline steps, ms (METHOD 4.2, 4.6)."""
        if self.basis is None:
            reasons = ("few_strides", self.few_strides), ("clocks_poor", not self.is_comparable)
            return Quantity.missing(next((why for why, holds in reasons if holds), "no_basis"))
        left = residuals(self.steps, self.basis)
        return _spread_quantity(run_spread(left)) if len(left) else Quantity.missing("no_basis")

    def lags(self) -> list[Quantity]:
        """Mean lag of each contributor over the headline steps, ms."""
        return self.means_of(self.steps, self.steps.lags_ms, self.steps.gradients)

    def places(self, side: int) -> list[Quantity]:
        """Mean places on left (0) or right (1) steps, ms from the mean of all that are present."""
        steps = self.steps.sides[side]
        share = 1 - 1 / np.maximum(steps.counted, 1)
        return self.means_of(steps, steps.centred_ms, steps.gradients * share[:, None, None])

    def means_of(self, steps: RunSteps, values: Floats, gradients: Floats) -> list[Quantity]:
        """Means with their intervals: scatter over the steps and the sensors' clocks (METHOD 5.1).

        values      (K, 4) of some steps, a column per contributor; NaN = missing
        gradients   (K, 4, 5) by how many ms each value moves per ms of each sensor's clock
        """
        if not self.is_comparable:
            return [Quantity.missing("clocks_poor")] * N_CONTRIBUTORS
        known = ~np.isnan(values)
        n = known.sum(axis=0)
        some, more = np.maximum(n, 1), np.maximum(n - 1, 1)
        mean = np.where(known, values, 0.0).sum(axis=0) / some
        scatter = np.where(known, (values - mean) ** 2, 0.0).sum(axis=0) / more / some
        moved = np.where(known[:, :, None], gradients, 0.0).sum(axis=0) / some[:, None]
        clocks = (moved**2 * steps.sensor_sd_ms**2).sum(axis=1)
        half = np.hypot(students(more) * np.sqrt(scatter), Z95 * np.sqrt(clocks))
        half[n < 2] = np.nan
        return [
            Quantity(m, m - h, m + h, k) if k else Quantity.missing("no_scored_step")
            for m, h, k in zip(mean.tolist(), half.tolist(), n.tolist(), strict=True)
        ]

    def clock_bound_ms(self) -> float:
        """95 % bound of the worst pair of clocks, of the sensors that the run uses."""
        used = (
            np.unique(self.steps.sensor[self.steps.present]) if len(self.steps) else np.arange(len(SENSORS))
        )
        worst = np.sort(self.scored.sensor_sd_ms[used])[-2:]
        return Z95 * float(np.hypot(*worst)) if len(worst) == 2 else math.nan


def _spread_quantity(found: RunSpread) -> Quantity:
    reason = "below_noise" if found.is_below_noise else ""
    return Quantity(found.value_ms, found.low_ms, found.high_ms, found.n, reason, reason or "fewer_than_two")
