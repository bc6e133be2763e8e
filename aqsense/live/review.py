"""A recording or a results folder in the window: the same picture, its waveforms, corrections by hand.

In:  a recording folder, a CSV, or a folder of results.
Out: snapshots with all its runs; edits.csv and a `video` mark in a recording's folder.
Refuses: changing raw data; edits of what has no recording folder.
"""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from aqsense.acquire import read_recording
from aqsense.acquire.edits import append_edit, undo_last_edit
from aqsense.acquire.marks import append_mark
from aqsense.analysis.pipeline import analyze_with_streams
from aqsense.errors import AqsenseError
from aqsense.live.backstage import Backstage
from aqsense.live.closing import waves
from aqsense.live.editing import edit_of
from aqsense.live.words import video_offset
from aqsense.model import Mark, Recording, Result
from aqsense.snapshot import (
    Action,
    Do,
    Level,
    Message,
    RunResult,
    Saving,
    Screen,
    Setup,
    SetupStage,
    Snapshot,
    Wave,
)
from aqsense.view.tables import read_result

_REST_S = 0.05
_NO_EDIT = "This can't be corrected here: open its recording folder."


class Review(Backstage):
    """One recording or result, analysed again after every correction."""

    def __init__(self, path: Path, columns: Path | None = None):
        self._path, self._columns = path, columns
        self._is_result = (path / "summary.json").is_file()
        self._can_edit = path.is_dir() and not self._is_result
        setup = Setup(SetupStage.READY, f"Analysing {path.name} ...")
        saving = "edits.csv in the recording's folder" if self._can_edit else "nothing is written"
        first = Snapshot(1, Screen.READY, math.nan, setup, saving=Saving(saving))
        super().__init__(first, "aqsense view")

    def _work(self) -> None:
        try:
            self._analyse()
            while not self._closing.wait(_REST_S):
                while not self._wishes.empty():
                    self._do(self._wishes.get())
        except Exception as error:  # noqa: BLE001 - shown, and raised again by `close`
            self._failure = error
            what = str(error) if isinstance(error, AqsenseError) else f"a defect of aqsense: {error!r}"
            self._say(Level.ERROR, " ".join(what.splitlines()))

    def _analyse(self) -> None:
        if self._is_result:
            result, recording, traces = read_result(self._path), None, {}
        else:
            recording = read_recording(self._path, columns=self._columns)
            result, streams = analyze_with_streams(recording)
            runs = result.tables["runs"]
            spans = zip(runs["run"].tolist(), runs["start_s"].tolist(), runs["end_s"].tolist(), strict=True)
            traces = {run: waves(streams, begin_s, end_s) for run, begin_s, end_s in spans}
        results = _results(result, traces)
        first = str(result.summary["session"].get("reason") or "no run was found in this recording.")
        self._latest = replace(
            self._latest, serial=self._latest.serial + 1, screen=Screen.RESULT, results=results,
            video_offset_s=_video(recording), finished=True,
            setup=replace(self._latest.setup, sentence="" if results else first),
        )  # fmt: skip

    def _do(self, action: Action) -> None:
        if action.do not in (Do.EXCLUDE, Do.MOVE, Do.INCLUDE, Do.VIDEO):
            return
        if not self._can_edit:
            self._say(Level.WARNING, _NO_EDIT)
            return
        if action.do is Do.VIDEO:
            if math.isnan(video_offset(action.time_s, action.text)):
                self._say(Level.WARNING, f"{action.text!r} is no time: write 12.34 or 1:02.34.")
                return
            append_mark(self._path, Mark(action.time_s, "video", text=action.text))
        elif action.do is Do.INCLUDE:
            if undo_last_edit(self._path) is None:
                self._say(Level.INFO, "There is no correction left to undo.")
                return
        else:
            one = next((one for one in self._latest.results if one.number == action.run), None)
            edit = None if one is None else edit_of(one, action)
            if edit is None:
                self._say(Level.WARNING, "There is no such event in this run.")
                return
            append_edit(self._path, edit)
        self._say(Level.INFO, "Written. Analysing again ...")
        self._analyse()
        self._say(Level.INFO, "Done.")

    def _say(self, level: Level, text: str) -> None:
        message = Message(math.nan, level, text, "review")
        self._latest = replace(self._latest, serial=self._latest.serial + 1, messages=(message,))


def _results(result: Result, traces: dict[int, tuple[Wave, ...]]) -> tuple[RunResult, ...]:
    runs = result.tables["runs"]
    return tuple(
        RunResult(
            int(run), str(runs["athlete"][row]), str(runs["tag"][row]), float(runs["start_s"][row]),
            float(runs["end_s"][row]), result, int(run), waves=traces.get(int(run), ()),
            edited="edited" in str(runs["quality"][row]).split(";"),
        )
        for row, run in enumerate(runs["run"].tolist())
        if int(run) in result.tables["strides"]["run"].tolist()
    )  # fmt: skip


def _video(recording: Recording | None) -> float:
    marks = () if recording is None else recording.marks
    offsets = [video_offset(mark.time_s, mark.text) for mark in marks if mark.kind == "video"]
    return offsets[-1] if offsets else math.nan
