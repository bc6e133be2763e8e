"""Final rows of the open run -> the steps that the window shows, each as soon as it is final (METHOD 4.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from aqsense.analysis.convergence import score, spread_sd
from aqsense.analysis.steps import FinalRows
from aqsense.analysis.tables import StepValues, step_values
from aqsense.model import Contributor, Quality, Side, quality_text
from aqsense.settings import Settings
from aqsense.snapshot import LiveStep

# A step's stride time looks one contact ahead and three back.
REACH_STEPS = 6
_SIDES = (Side.LEFT, Side.RIGHT)
_REASONS = {
    Quality.MISSING_SENSOR: "sensor missing",
    Quality.NO_DATA: "no data",
    Quality.NO_PEAK: "no peak",
}


@dataclass
class OpenRun:
    """A run of the pipeline as it grows; `take` its new rows."""

    settings: Settings
    clock_sd_s: Mapping[str, float]
    started_s: float = np.nan
    newest_s: float = np.nan
    steps: dict[int, LiveStep] = field(default_factory=dict[int, LiveStep])
    _tail: FinalRows = field(default_factory=FinalRows.nothing)

    def take(self, rows: FinalRows) -> None:
        """New CONTACT and STEP rows of this run."""
        swings = rows.contacts["swing_peak"]["time_s"]
        swings = swings[~np.isnan(swings)]
        if len(swings):
            self.started_s = float(np.fmin(self.started_s, swings.min()))
            self.newest_s = float(np.fmax(self.newest_s, swings.max()))
        tail = FinalRows.joined([self._tail, rows])
        values = step_values(tail, self.clock_sd_s)
        new = {int(step) for step in rows.steps["order"]}
        for row, step in enumerate(values.step.tolist()):
            if step in new:
                self.steps[step] = _live_step(values, tail, row)
            if step in self.steps and np.isnan(self.steps[step].stride_time_s):
                self.steps[step] = self._closed(self.steps[step], values, tail, row)
        last = int(tail.contacts["order"].max(initial=0))
        near_contacts = tail.contacts["order"] > last - REACH_STEPS
        near_steps = tail.steps["order"] > last - REACH_STEPS
        self._tail = FinalRows(tail.contacts[near_contacts], tail.steps[near_steps], tail.loose[:0])

    def _closed(self, step: LiveStep, values: StepValues, tail: FinalRows, row: int) -> LiveStep:
        """With percent and score, once the contact that closes the stride is there."""
        if int(tail.contacts["order"].max(initial=0)) < step.step + 1:
            return step
        stride_s = float(values.stride_time_s[row])
        percent = 0.1 * step.spread_ms / stride_s
        convergence = float(score(np.array([percent]), self.settings.half_percent)[0])
        return replace(step, stride_time_s=stride_s, spread_percent=percent, convergence=convergence)

    def close(self) -> None:
        """No contact comes any more: the last strides are closed by what there is."""
        values = step_values(self._tail, self.clock_sd_s)
        for row, number in enumerate(values.step.tolist()):
            step = self.steps.get(number)
            if step is not None and np.isnan(step.stride_time_s):
                stride_s = float(values.stride_time_s[row])
                percent = 0.1 * step.spread_ms / stride_s
                convergence = float(score(np.array([percent]), self.settings.half_percent)[0])
                self.steps[number] = replace(
                    step, stride_time_s=stride_s, spread_percent=percent, convergence=convergence
                )


def _live_step(values: StepValues, rows: FinalRows, row: int) -> LiveStep:
    times, sds, missing = {}, {}, {}
    doubtful: set[Contributor] = set()
    for column, contributor in enumerate(Contributor):
        time_s, flags = float(values.times_s[row, column]), Quality(int(values.flags[row, column]))
        if np.isnan(time_s):
            missing[contributor] = next((word for flag, word in _REASONS.items() if flags & flag), "no peak")
            continue
        times[contributor], sds[contributor] = time_s, float(values.sd_s[row, column])
        if flags:
            doubtful.add(contributor)
    spread_s = float(values.spread_s[row])
    sd_s = float(spread_sd(values.times_s[row : row + 1], values.sd_s[row : row + 1])[0])
    order = int(values.step[row])
    contacts = rows.contacts[rows.contacts["order"] == order]
    zero_s = float(contacts["swing_peak"]["time_s"][0]) if len(contacts) else np.nan
    unscored = "" if not np.isnan(spread_s) else quality_text(int(values.quality[row]))
    return LiveStep(
        order, int(values.stride[row]), _SIDES[int(values.stance[row])], zero_s,
        float(values.contact_s[row]), float(values.toe_off_s[row]), times, sds, frozenset(doubtful), missing,
        1e3 * spread_s, 1e3 * sd_s, unscored,
    )  # fmt: skip
