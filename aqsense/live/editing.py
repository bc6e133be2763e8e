"""A correction asked for in the window -> an edit that knows its event by time (edits.csv)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from aqsense.analysis.pipeline import analyze
from aqsense.model import STEP_EVENT, Edit, Event, Recording
from aqsense.settings import Settings
from aqsense.snapshot import Action, Do, RunResult

KEPT_RUNS = 12


def edit_of(one: RunResult, action: Action) -> Edit | None:
    """The edit that an EXCLUDE or MOVE means; None where the run has no such event."""
    is_step = action.event in ("", STEP_EVENT)
    name = Event.SWING_PEAK.value if is_step else action.event
    events = one.result.tables["events"]
    rows = np.flatnonzero(
        (events["run"] == one.run) & (events["step"] == action.step) & (events["event"] == name)
    )
    if not len(rows) or (is_step and action.do is Do.MOVE):
        return None
    row = int(rows[0])
    side = str(events["stance_side" if is_step else "side"][row])
    event, time_s = STEP_EVENT if is_step else name, float(events["time_s"][row])
    if action.do is Do.MOVE:
        return Edit("move", event, side, time_s, action.time_s, action.text)
    return Edit("exclude", event, side, time_s, why=action.text)


class Corrections:
    """Corrections of a live session's newest runs: each is analysed again from its own rows.

    Of runs before the newest KEPT_RUNS only the edits stay, so that memory doesn't grow with the session.
    """

    def __init__(self, settings: Settings):
        self._settings = settings
        self._recordings: dict[int, Recording] = {}
        self._older: list[Edit] = []

    def keep(self, number: int, recording: Recording) -> None:
        """The rows that run `number` of the session was analysed from."""
        self._recordings[number] = recording
        while len(self._recordings) > KEPT_RUNS:
            self._older += self._recordings.pop(min(self._recordings)).edits

    def edits(self) -> list[Edit]:
        """All that count now, by run; for edits.csv."""
        newest = [edit for number in sorted(self._recordings) for edit in self._recordings[number].edits]
        return [*self._older, *newest]

    def corrected(self, one: RunResult, action: Action) -> RunResult | None:
        """The run with one edit more, or with the newest one less (INCLUDE); None where nothing fits."""
        recording = self._recordings.get(one.number)
        if recording is None:
            return None
        edits = recording.edits[:-1]
        if action.do is not Do.INCLUDE:
            edit = edit_of(one, action)
            if edit is None:
                return None
            edits = (*recording.edits, edit)
        elif not recording.edits:
            return None
        recording = replace(recording, edits=edits)
        result = analyze(recording, self._settings)
        if one.run not in result.tables["runs"]["run"].tolist():
            return None
        self._recordings[one.number] = recording
        return replace(one, result=result, edited=bool(edits))
