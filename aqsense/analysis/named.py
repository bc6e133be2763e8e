"""The named contributor of a run: for runs.csv, the headline and the picture's ghost (VISUAL 3.2)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aqsense.analysis.contrasts import other_side
from aqsense.analysis.convergence import N_CONTRIBUTORS, SWING, TRUNK
from aqsense.analysis.headline import LONG_WORDS, WORDS
from aqsense.analysis.intervals import TAIL
from aqsense.analysis.quantity import Quantity
from aqsense.analysis.run_findings import FIRST_STEADY_STRIDE, RunFindings
from aqsense.analysis.run_steps import RunSteps, joined
from aqsense.analysis.verdicts import EARLIER_STRIDES, OTHER_SIDE, REFERENCE, Comparison
from aqsense.model import Contributor, Floats

SIDES = ("left", "right")


@dataclass(frozen=True)
class Named:
    """Who is named in a run.

    stance            foot on the ground of the steps in question: 0 left, 1 right; None = both
    side              of the body: left, right or both; the torso takes the foot's
    difference        later than the basis is positive; against the other side it always is
    """

    comparison: Comparison
    stance: int | None
    side: str
    difference: Quantity

    @property
    def contributor(self) -> Contributor:
        return list(Contributor)[self.comparison.contributor]

    @property
    def direction(self) -> str:
        return "late" if self.difference.value > 0 else "early"


def named_of(findings: RunFindings) -> Named | None:
    """The verdict of a run in words of sides; None if nobody is named."""
    found = findings.named
    if found is None:
        return None
    ends = (found.difference_ms, found.low_ms, found.high_ms)
    if found.basis != OTHER_SIDE:
        return Named(found, None, "both", Quantity(*ends, len(findings.steps)))
    stance = 1 if found.difference_ms > 0 else 0
    if stance == 0:
        ends = (-ends[0], -ends[2], -ends[1])
    limb = 1 - stance if found.contributor == SWING else stance
    return Named(found, stance, SIDES[limb], Quantity(*ends, len(findings.steps)))


def kept_places(findings: RunFindings, named: Named) -> tuple[str, ...]:
    """Contributors whose places, the named one left out, don't differ between the sides."""
    contrast = other_side(_without(findings.steps, named.comparison.contributor))
    half = contrast.half_width_ms(TAIL)
    return tuple(
        contributor.value
        for column, contributor in enumerate(Contributor)
        if abs(contrast.difference_ms[column]) <= half[column]
    )


def _without(steps: RunSteps, column: int) -> RunSteps:
    times = steps.times_ms.copy()
    times[:, column] = np.nan
    return replace(steps, times_ms=times)


def named_json(findings: RunFindings, named: Named) -> dict[str, Any]:
    """What the picture needs, in ms from the mean peak of those that are not named (VISUAL 3.3)."""
    column = named.comparison.contributor
    strides = [findings.first_stride, findings.last_stride]
    if named.comparison.basis == EARLIER_STRIDES:
        strides[0] = named.comparison.from_stride
    now = findings.steps.rows(findings.steps.stride >= strides[0])
    panels = [side for stance, side in enumerate(SIDES) if named.stance in (None, stance)]
    basis, label = _basis_steps(findings, named)
    ghost = _ghost(basis, column, named)
    return {
        "contributor": named.contributor.value,
        "side": named.side,
        "basis": named.comparison.basis,
        "direction": named.direction,
        "difference_ms": named.difference.as_json(),
        "strides": strides,
        "panels": panels,
        "ghost_ms": {side: round(ghost[side], 3) for side in panels if not np.isnan(ghost[side])},
        "ghost_label": label,
        "places": {
            side: {
                contributor.value: place.as_json()
                for contributor, place in zip(
                    Contributor, _places(findings, now.sides[stance], column), strict=True
                )
            }
            for stance, side in enumerate(SIDES)
        },
    }


def _basis_steps(findings: RunFindings, named: Named) -> tuple[RunSteps, str]:
    """Steps that the named contributor is held against, and their label in the picture."""
    basis = named.comparison.basis
    if basis == REFERENCE:
        return joined([group.steps for group in findings.usual.groups]), "your usual"
    if basis == OTHER_SIDE:
        return findings.steps, _other_limb(named)
    before = findings.scored.rows(
        (findings.scored.stride >= FIRST_STEADY_STRIDE)
        & (findings.scored.stride < named.comparison.from_stride)
    )
    return before, f"strides {before.stride[0]} to {before.stride[-1]}"


def _other_limb(named: Named) -> str:
    other = SIDES[1 - SIDES.index(named.side)]
    if named.comparison.contributor == TRUNK:
        return f"{LONG_WORDS['trunk']}, {other} foot"
    return f"{other} {WORDS[named.contributor.value]}"


def _ghost(basis: RunSteps, column: int, named: Named) -> dict[str, float]:
    """Expected place per panel; against the other side it is that side's."""
    mean = [_mean(side.lags_ms[:, column]) for side in basis.sides]
    if named.comparison.basis == OTHER_SIDE:
        mean = mean[::-1]
    return dict(zip(SIDES, mean, strict=True))


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else float("nan")


def _places(findings: RunFindings, steps: RunSteps, named: int) -> list[Quantity]:
    """Mean places with the zero at the mean of all but the named one."""
    others = steps.present & (np.arange(N_CONTRIBUTORS) != named)
    n = np.maximum(others.sum(axis=1, keepdims=True), 1)
    zero = np.where(others, steps.times_ms, 0.0).sum(axis=1, keepdims=True) / n
    gradients = np.zeros((len(steps), N_CONTRIBUTORS, steps.sensor_sd_ms.size))
    row = np.arange(len(steps))[:, None]
    gradients[row, :, steps.sensor] = -(others / n)[:, :, None]
    gradients[row, np.arange(N_CONTRIBUTORS), steps.sensor] += 1.0
    return findings.means_of(steps, steps.times_ms - zero, gradients)
