"""Runs and what was written down -> warnings that concern whole runs: slipped straps, silence, athletes,
discards.

In:  final rows, timed sensors, marks.
Out: warnings (code, site, time_s, text), and which sensors are doubtful in which runs.
Refuses: leaving a run out. What is marked as discarded stays in the tables and is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import Spans
from aqsense.analysis.readings import Notice, silences
from aqsense.analysis.steps import FinalRows
from aqsense.analysis.straps import find_slips
from aqsense.model import Mark


def spans_of_runs(found: FinalRows) -> Spans:
    """First and last swing peak of every run, session time."""
    runs = found.contacts["run"]
    times = found.contacts["swing_peak"]["time_s"]
    return [
        (float(np.nanmin(times[runs == run])), float(np.nanmax(times[runs == run])))
        for run in np.unique(runs)
    ]


def note_runs(
    timed: Mapping[str, TimedSensor], runs: Spans, marks: Sequence[Mark]
) -> tuple[list[Notice], dict[str, list[int]]]:
    """Warnings about runs, and site -> 0-based runs in which its frame is doubtful."""
    notices = [*silences(timed, runs), *_athletes(runs, marks), *_discarded(runs, marks)]
    doubtful: dict[str, list[int]] = {}
    for slip in find_slips(timed, runs):
        doubtful.setdefault(slip.site, []).append(slip.run)
        text = (
            f"{slip.site} sits {slip.degrees:.0f} degrees otherwise in run {slip.run + 1} at "
            f"{slip.time_s:.1f} s than "
            "in the first: a slipped strap? Its peaks there are flagged frame_doubtful"
        )
        notices.append(("strap_slipped", slip.site, slip.time_s, text))
    return notices, doubtful


def _athletes(runs: Spans, marks: Sequence[Mark]) -> list[Notice]:
    """Runs of different people have different body axes; they belong into recordings of their own."""
    told = [(mark.time_s, mark.text) for mark in marks if mark.kind == "athlete"]
    ids: list[str] = []
    for _, end in runs:
        before = [text for time_s, text in told if time_s <= end]
        if before and before[-1] not in ids:
            ids.append(before[-1])
    if len(ids) < 2:
        return []
    text = (
        f"runs of {len(ids)} athletes ({', '.join(ids)}) share one calibration: body axes are certain "
        "only for who "
        "stood still in it. Record each athlete on their own"
    )
    return [("athletes_mixed", "", None, text)]


def _discarded(runs: Spans, marks: Sequence[Mark]) -> list[Notice]:
    notices: list[Notice] = []
    for mark in marks:
        if mark.kind != "discard":
            continue
        begun = [number for number, (begin, _) in enumerate(runs) if begin <= mark.time_s]
        if mark.run.isdecimal() and 1 <= int(mark.run) <= len(runs):
            begun = [int(mark.run) - 1]
        if begun:
            text = f"run {begun[-1] + 1} is marked discard at {mark.time_s:.1f} s; its numbers are still here"
            notices.append(("discarded", "", mark.time_s, text))
    return notices
