"""A finished run's tables -> what LOOK CLOSER lists of one stride. Numbers as they stand, times as words."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aqsense.model import Columns, Contributor, Event, Side
from aqsense.snapshot import RunResult
from aqsense.view.tokens import CONTRIBUTORS, ContributorToken
from aqsense.view.words import signed

# In the order in which they are stepped through; who is scored, the others are companions or the foot's.
_SHOWN = (
    Event.INITIAL_CONTACT, Event.ARM_FORWARD_PEAK, Event.TRUNK_YAW_PEAK, Event.SWING_PEAK, Event.SHIN_STALL,
    Event.TOE_OFF, Event.ARM_BACKWARD_PEAK, Event.TRUNK_PITCH_PEAK,
)  # fmt: skip
_CONTRIBUTOR = {
    Event.ARM_FORWARD_PEAK: Contributor.ARM, Event.TRUNK_YAW_PEAK: Contributor.TRUNK,
    Event.SWING_PEAK: Contributor.SWING, Event.SHIN_STALL: Contributor.PUSH,
}  # fmt: skip
_WORDS = {
    Event.INITIAL_CONTACT: "touchdown", Event.TOE_OFF: "toe-off", Event.ARM_BACKWARD_PEAK: "other arm, back",
    Event.TRUNK_PITCH_PEAK: "torso tilt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventFact:
    """One event of a stride.

    token   of its contributor, None for what is not scored
    lag_ms  from the mean of the other contributors; NaN for what is not scored
    """

    step: int
    stance: Side
    event: Event
    site: str
    time_s: float
    sd_s: float
    quality: str
    token: ContributorToken | None
    lag_ms: float

    @property
    def name(self) -> str:
        return self.token.name(self.stance) if self.token else _WORDS[self.event]

    @property
    def words(self) -> str:
        lag = f"{signed(self.lag_ms)} ms" if math.isfinite(self.lag_ms) else ""
        doubt = f"± {1.96e3 * self.sd_s:.0f}" if math.isfinite(self.sd_s) else ""
        return "  ".join(part for part in (lag, doubt, self.quality.replace(";", ", ")) if part)


@dataclass(frozen=True, slots=True)
class StrideFact:
    """One stride: its place in the list, its numbers, its events in order of time of their steps."""

    number: int
    start_s: float
    end_s: float
    spread_ms: float
    score: float
    steps: tuple[StepFact, ...]
    events: tuple[EventFact, ...]


@dataclass(frozen=True, slots=True)
class StepFact:
    """One step's numbers."""

    step: int
    stance: Side
    contact_s: float
    toe_off_s: float
    spread_ms: float
    quality: str


def strides_of(one: RunResult) -> list[StrideFact]:
    """All strides of a run, in order."""
    strides, steps, events = (one.result.tables[name] for name in ("strides", "steps", "events"))
    found: list[StrideFact] = []
    for row in np.flatnonzero(strides["run"] == one.run).tolist():
        number = int(strides["stride"][row])
        of_stride = np.flatnonzero((steps["run"] == one.run) & (steps["stride"] == number))
        facts = tuple(_step(steps, i) for i in of_stride.tolist())
        moments = [
            event for i, fact in zip(of_stride.tolist(), facts, strict=True)
            for event in _events(events, steps, one.run, i, fact)
        ]  # fmt: skip
        times = [event.time_s for event in moments]
        start_s, end_s = float(strides["start_s"][row]), float(strides["end_s"][row])
        start_s = min(times, default=one.started_s) if math.isnan(start_s) else start_s
        end_s = max(times, default=start_s) if math.isnan(end_s) else end_s
        found.append(
            StrideFact(
                number, start_s, end_s, float(strides["spread_ms"][row]),
                float(strides["convergence"][row]), facts, tuple(moments),
            )
        )  # fmt: skip
    return found


def _step(table: Columns, i: int) -> StepFact:
    return StepFact(
        int(table["step"][i]), Side(str(table["stance_side"][i])), float(table["contact_s"][i]),
        float(table["toe_off_s"][i]), float(table["spread_ms"][i]), str(table["quality"][i]),
    )  # fmt: skip


def _events(table: Columns, of_step: Columns, run: int, i: int, fact: StepFact) -> list[EventFact]:
    found: list[EventFact] = []
    here = (table["run"] == run) & (table["step"] == fact.step)
    for event in _SHOWN:
        for row in np.flatnonzero(here & (table["event"] == event.value)).tolist():
            who = _CONTRIBUTOR.get(event)
            lag_ms = float(of_step[f"lag_{who.value}_ms"][i]) if who else math.nan
            found.append(
                EventFact(
                    fact.step, fact.stance, event, str(table["site"][row]), float(table["time_s"][row]),
                    float(table["time_sd_s"][row]), str(table["quality"][row]),
                    CONTRIBUTORS[who] if who else None, lag_ms,
                )
            )  # fmt: skip
    return found
