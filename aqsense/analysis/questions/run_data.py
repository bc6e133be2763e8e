"""One run as the coach's questions see it: its rows of the result tables, and waveforms where they are kept.

In:  finished tables (FORMATS 4) of this analysis, or of an earlier Result.
Out: columns of one run by event and side.
Refuses: detecting anything anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.comparable_steps import before_braking
from aqsense.analysis.events import Stream
from aqsense.analysis.questions.body_motion import BodySensor
from aqsense.analysis.verdicts import Comparison
from aqsense.model import Columns, Event, Floats

SIDES = ("left", "right")


@dataclass(frozen=True)
class EventRows:
    """Rows of one event of one limb in one run, in order of time.

    step   number of the step in which it lies; -1 for none
    """

    time_s: Floats
    sd_s: Floats
    amplitude: Floats
    width_s: Floats
    step: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.time_s)


@dataclass(frozen=True)
class RunData:
    """One run.

    row         its row of runs.csv
    steps       its rows of steps.csv
    strides     its rows of strides.csv
    events      its rows of events.csv
    sensors     `session.sensors` of summary.json: rates, placement
    streams     waveforms by site; {} for a Result read from files
    body        sensors that can be asked for their samples in body axes; {} for a Result read from files
    comparisons   of its timing with every basis (METHOD 5.1)
    usual         the athlete's earlier runs at like step frequency, with the same trunk placement
    usual_reason  why there are none
    """

    row: Mapping[str, Any]
    steps: Columns
    strides: Columns
    events: Columns
    sensors: Mapping[str, Any] = field(default_factory=dict[str, Any])
    streams: Mapping[str, Stream] = field(default_factory=dict[str, Stream])
    body: Mapping[str, BodySensor] = field(default_factory=dict[str, BodySensor])
    comparisons: Sequence[Comparison] = ()
    usual: Sequence[RunData] = ()
    usual_reason: str = "no_reference"

    @staticmethod
    def of(
        tables: Mapping[str, Columns],
        number: int,
        sensors: Mapping[str, Any],
        streams: Mapping[str, Stream] | None = None,
    ) -> RunData:
        """Run `number` (1-based) of finished tables."""
        parts = {
            name: {column: values[tables[name]["run"] == number] for column, values in tables[name].items()}
            for name in ("runs", "steps", "strides", "events")
        }
        row = {name: values[0] for name, values in parts["runs"].items()}
        return RunData(row, parts["steps"], parts["strides"], parts["events"], sensors, streams or {})

    @cached_property
    def of_headline(self) -> NDArray[np.bool_]:
        """Steps that the headline covers (METHOD 4.2); all steps where it covers none."""
        stride = self.steps["stride"]
        chosen = (stride >= self.row["first_stride"]) & (stride <= self.row["last_stride"])
        return chosen if chosen.any() else np.ones(len(stride), bool)

    def at_steps(self, event: Event, sides: Sequence[str]) -> Floats:
        """(n,) amplitude of an event at each step; NaN where it was not found."""
        number = self.steps["step"].astype(np.int64)
        out = np.full(len(number), np.nan)
        for side in sides:
            rows = self.event(event, side)
            row = np.searchsorted(number, rows.step)
            known = (rows.step > 0) & (row < len(number))
            known[known] = number[row[known]] == rows.step[known]
            out[row[known]] = rows.amplitude[known]
        return out

    @cached_property
    def before_braking(self) -> NDArray[np.bool_]:
        """Steps before the athlete brakes: those that may be compared with each other."""
        rate = self.at_steps(Event.SWING_PEAK, SIDES)
        return before_braking(self.steps["stride"], rate)

    def rows(self, chosen: NDArray[np.bool_]) -> RunData:
        """The run with some of its steps only."""
        return replace(self, steps={name: column[chosen] for name, column in self.steps.items()})

    @cached_property
    def stance(self) -> NDArray[np.int64]:
        """(n,) 0 where the left foot is on the ground, 1 for the right."""
        return (self.steps["stance_side"] == "right").astype(np.int64)

    def step_column(self, name: str) -> Floats:
        return np.asarray(self.steps[name], float)

    def on_side(self, side: int) -> NDArray[np.bool_]:
        """Headline steps of one foot."""
        return self.of_headline & (self.stance == side)

    def event(self, event: Event, side: str) -> EventRows:
        """All rows of one event of one limb; `side` is the limb's, `none` for the trunk."""
        rows = (self.events["event"] == event.value) & (self.events["side"] == side)
        time_s = np.asarray(self.events["time_s"][rows], float)
        order = np.argsort(time_s, kind="stable")
        names = ("time_sd_s", "amplitude", "width_s")
        sd_s, amplitude, width_s = (np.asarray(self.events[n][rows], float)[order] for n in names)
        return EventRows(
            time_s[order], sd_s, amplitude, width_s, self.events["step"][rows][order].astype(np.int64)
        )

    def in_headline(self, time_s: Floats) -> NDArray[np.bool_]:
        """Which session times lie in the strides that the headline covers."""
        rows = np.flatnonzero(self.of_headline)
        begin = self.step_column("contact_s")[rows]
        end = begin + self.step_column("stride_time_s")[rows]
        if not len(rows) or np.isnan(begin).all():
            return np.zeros(len(time_s), bool)
        return (time_s >= np.nanmin(begin)) & (time_s < np.nanmax(end))
