"""What the picture on screen is drawn from: the open run's final steps, or a finished run's result."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from aqsense.model import Contributor, Side
from aqsense.snapshot import LiveRun, LiveStep, RunResult
from aqsense.view.rows_of_run import rows_of_run
from aqsense.view.run_rows import AlignmentRun, Estimate, Peak, StepRow, StrideRow
from aqsense.view.tokens import CONTRIBUTORS

MOST_ROWS = 24
_UNKNOWN = Estimate(math.nan, math.nan, math.nan)


def finished_run(one: RunResult) -> AlignmentRun:
    """Rows of a finished run, as they are printed."""
    return rows_of_run(one.result, one.run)


def open_run(run: LiveRun, clock_bound_s: float) -> AlignmentRun:
    """Rows of the run that is going on: nobody is named, nothing is meant over strides."""
    strides: dict[int, list[LiveStep]] = {}
    for step in run.steps:
        strides.setdefault(step.stride, []).append(step)
    rows = [_row(number, steps, run.started_s) for number, steps in sorted(strides.items())]
    return AlignmentRun(
        run=run.number, rows=rows, first=-1, last=-1, compared=(-1, -1), named=None,
        places={side: {} for side in (Side.LEFT, Side.RIGHT)},
        mean_toe_off_ms=dict.fromkeys((Side.LEFT, Side.RIGHT), math.nan),
        spread=_UNKNOWN, score=_UNKNOWN, sync_sd_ms=math.nan, clock_bound_ms=1e3 * clock_bound_s,
        longest_spread_ms=max(
            (step.spread_ms for step in run.steps if math.isfinite(step.spread_ms)), default=math.nan
        ),
        headline="", detail="", athlete="", count="", session=(),
    )  # fmt: skip


def step_spreads(run: LiveRun) -> Mapping[tuple[int, Side], float]:
    """Spread of every final step in ms, by stride and stance side."""
    return {(step.stride, step.stance_side): step.spread_ms for step in run.steps}


def shown_rows(run: AlignmentRun, most: int = MOST_ROWS) -> Sequence[StrideRow]:
    """As many as fit: the newest, or those that end with the compared ones."""
    compared = [index for index, row in enumerate(run.rows) if run.is_compared(row)]
    stop = max(compared[-1] + 1 if compared else len(run.rows), most)
    return run.rows[:stop][-most:]


def _row(number: int, steps: Sequence[LiveStep], started_s: float) -> StrideRow:
    first = min(steps, key=lambda step: step.zero_s)
    return StrideRow(
        number, f"{max(0.0, first.zero_s - started_s):.1f} s", first.stance_side,
        {step.stance_side: _step(step) for step in steps}, math.nan, math.nan,
    )  # fmt: skip


def _step(step: LiveStep) -> StepRow:
    missing = {who: _missing_words(CONTRIBUTORS[who].part, why) for who, why in step.missing.items()}
    if step.unscored or not step.times_s:
        why = ", ".join(missing[who] for who in CONTRIBUTORS if who in missing)
        return StepRow(math.nan, math.nan, {}, {}, f"not scored: {why}" if why else "not scored")
    zero_s = float(np.mean(list(step.times_s.values())))
    return StepRow(
        1e3 * (step.contact_s - zero_s), 1e3 * (step.toe_off_s - zero_s),
        {who: _peak(step, who, zero_s) for who in CONTRIBUTORS if who in step.times_s}, missing, "",
    )  # fmt: skip


def _missing_words(part: str, why: str) -> str:
    """`no torso data`, as on paper."""
    return f"no {part} peak" if why == "no peak" else f"no {part} data"


def _peak(step: LiveStep, who: Contributor, zero_s: float) -> Peak:
    return Peak(1e3 * (step.times_s[who] - zero_s), 1e3 * step.sds_s[who], who in step.doubtful)
