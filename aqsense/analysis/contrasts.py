"""How much later one group of steps has its peaks than another, with everything that makes the answer
uncertain.

Left and right steps are compared with their like and then averaged, unless left against right is the
question. The clocks enter by the sensors' own offsets (METHOD 5.1): between two sides of one run those of
both sides' sensors, between two sessions those of both sessions, within one session and side nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtr

from aqsense.analysis.convergence import GINI_TO_SD, N_CONTRIBUTORS
from aqsense.analysis.intervals import students
from aqsense.analysis.run_steps import SENSORS, LagSums, RunSteps, pooled
from aqsense.model import Floats

# Cells smaller than this have no variance of their own.
FEWEST_PER_CELL = 2
_EXACT = 1e9  # degrees of freedom of a variance that is known
# The pairs of contributors, and (pair, contributor) 1 where the pair stays when the contributor is left out.
_ONE, _OTHER = np.triu_indices(N_CONTRIBUTORS, 1)
_STAYS = np.array(
    [[float(column not in pair) for column in range(N_CONTRIBUTORS)]
     for pair in zip(_ONE, _OTHER, strict=True)]
)  # fmt: skip


@dataclass(frozen=True)
class Group:
    """Some steps of one session (sensors from shake to shake: one set of clock offsets)."""

    steps: RunSteps
    session: str


@dataclass(frozen=True)
class Contrast:
    """Arrays of 4, per contributor; NaN where it is missing.

    difference_ms   mean lag of the one group minus that of the other
    se_ms           its standard error, clocks included
    degrees         degrees of freedom of that error
    place_ms        the same difference as places (against the mean of all contributors present in both)
    """

    difference_ms: Floats
    se_ms: Floats
    degrees: Floats
    place_ms: Floats

    def p(self) -> Floats:
        """Two-sided p of no difference at all."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return 2 * stdtr(self.degrees, -np.abs(self.difference_ms) / self.se_ms)

    def half_width_ms(self, tail: float) -> Floats:
        """Half the interval that leaves `tail` on each side."""
        return students(self.degrees, tail) * self.se_ms


def spread_without(place_ms: Floats) -> Floats:
    """Spread of places that remains when each contributor is left out; (..., 4) as the places."""
    apart = np.abs(place_ms[..., _ONE] - place_ms[..., _OTHER])
    known = ~np.isnan(apart)
    with np.errstate(invalid="ignore"):
        mean = (np.where(known, apart, 0.0) @ _STAYS) / (known @ _STAYS)
    return np.where(np.isnan(place_ms), np.nan, GINI_TO_SD * mean)


@dataclass(frozen=True)
class _Cell:
    """Mean lags of some steps: value, variance sum and degrees."""

    mean: Floats  # (4,)
    place: Floats  # (4,)
    n: Floats  # (4,)
    squares: Floats  # (4,) about the mean


def _cell(sums: LagSums) -> _Cell:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, place = sums.lag / sums.n, sums.place / sums.n
    enough = sums.n >= FEWEST_PER_CELL
    return _Cell(
        np.where(enough, mean, np.nan), np.where(enough, place, np.nan), sums.n,
        np.where(enough, sums.squares, 0.0),
    )  # fmt: skip


def other_side(steps: RunSteps) -> Contrast:
    """Right steps minus left steps of one run; steps in which somebody is missing are left out.

    What changes along the run in both sides alike, a sprinter who brakes, is taken out by a smooth course.
    """
    steps = steps.whole()
    side = np.where(steps.stance == 1, 0.5, -0.5)
    degree = _course_degree(len(steps))
    if degree < 0 or min((side > 0).sum(), (side < 0).sum()) < FEWEST_PER_CELL:
        return _nothing()
    along = (steps.step - steps.step.mean()) / max(float(steps.step.max() - steps.step.min()), 1.0)
    design = np.concatenate([side[:, None], along[:, None] ** np.arange(degree + 1)], axis=1)
    inverse = np.linalg.pinv(design)
    both = np.concatenate([steps.lags_ms, steps.centred_ms], axis=1)
    found = inverse @ np.where(np.isnan(both), 0.0, both)
    left = both - design @ found
    degrees = len(steps) - design.shape[1]
    variance = (left[:, :N_CONTRIBUTORS] ** 2).sum(axis=0) / degrees * float((inverse[0] ** 2).sum())
    gradient = steps.gradients
    moved = gradient[side > 0].mean(axis=0) - gradient[side < 0].mean(axis=0)
    clocks = _clock_variance(moved, steps.sensor_sd_ms)
    hide = np.where(steps.present[0], 1.0, np.nan)
    total = (variance + clocks) ** 2 / np.maximum(variance**2 / degrees, 1e-30)
    difference, place = found[0, :N_CONTRIBUTORS], found[0, N_CONTRIBUTORS:]
    return Contrast(
        difference * hide, np.sqrt(variance + clocks) * hide, np.minimum(total, _EXACT) * hide, place * hide
    )


def _course_degree(n_steps: int) -> int:
    """Degree of the course along the run: none with few steps, cubic from 20 on."""
    return min(3, n_steps // 4 - 2)


def _nothing() -> Contrast:
    none = np.full(N_CONTRIBUTORS, np.nan)
    return Contrast(none, none, none, none)


def against(now: Group, before: Sequence[Group]) -> Contrast:
    """Steps of one run minus steps of the same or other sessions, side by side, sides averaged."""
    terms: list[tuple[_Cell, float]] = []
    new_cells: list[_Cell] = []
    old_cells: list[_Cell] = []
    sds = {now.session: now.steps.sensor_sd_ms} | {g.session: g.steps.sensor_sd_ms for g in before}
    moved = {session: np.zeros((N_CONTRIBUTORS, len(SENSORS))) for session in sds}
    for stance in (0, 1):
        sums = now.steps.sides[stance].lag_sums
        earlier = [group.steps.sides[stance].lag_sums for group in before]
        new, together = _cell(sums), pooled(earlier)
        old = _cell(together)
        with np.errstate(divide="ignore", invalid="ignore"):
            moved[now.session] += 0.5 * sums.gradient / sums.n[:, None]
        share = 0.5 / np.maximum(together.n, 1)[:, None]
        for group, part in zip(before, earlier, strict=True):
            moved[group.session] -= share * part.gradient
        terms += [(new, 0.5), (old, -0.5)]
        new_cells.append(new)
        old_cells.append(old)
    variance = sum(
        (_clock_variance(moved[session], sds[session]) for session in sds), np.zeros(N_CONTRIBUTORS)
    )
    return _contrast(terms, [new_cells, old_cells], variance)


def _clock_variance(gradient: Floats, sensor_sd_ms: Floats) -> Floats:
    return (gradient**2 * sensor_sd_ms**2).sum(axis=1)


def _contrast(
    terms: Sequence[tuple[_Cell, float]], pools: Sequence[Sequence[_Cell]], clock_variance: Floats
) -> Contrast:
    """Sum of weighted cells. Cells of one pool share a variance; pools are joined as by Welch."""
    difference = sum((weight * cell.mean for cell, weight in terms), np.zeros(N_CONTRIBUTORS))
    place = sum((weight * cell.place for cell, weight in terms), np.zeros(N_CONTRIBUTORS))
    weight_of = {id(cell): weight for cell, weight in terms}
    variance, shares = clock_variance.copy(), np.zeros(N_CONTRIBUTORS)
    with np.errstate(divide="ignore", invalid="ignore"):
        for pool in pools:
            degrees = sum((cell.n - 1 for cell in pool), np.zeros(N_CONTRIBUTORS))
            one = sum((cell.squares for cell in pool), np.zeros(N_CONTRIBUTORS)) / degrees
            part = one * sum((weight_of[id(c)] ** 2 / c.n for c in pool), np.zeros(N_CONTRIBUTORS))
            variance += part
            shares += part**2 / degrees
        total = np.where(shares > 0, variance**2 / shares, _EXACT)
    missing = np.isnan(difference) | ~(variance > 0)
    hide = np.where(missing, np.nan, 1.0)
    return Contrast(difference * hide, np.sqrt(np.abs(variance)) * hide, total * hide, place * hide)
