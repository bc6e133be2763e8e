"""A live session: packets and wishes in, snapshots out. What the worker thread runs (ARCHITECTURE 10).

In:  `Packet`s, `Mark`s of the capture, `Action`s of the coach; and the promise up to when all was given.
Out: a `Snapshot` at any time; marks to be written into the recording.
Refuses: threads, files, wall clock. Whoever drives it gives everything and asks for the snapshot.
Why it is replayed exactly: see `aqsense.live`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from aqsense.live.calibration import Standing
from aqsense.live.closing import AFTER_S, Stretch, analyse_stretch, waves
from aqsense.live.editing import KEPT_RUNS, Corrections
from aqsense.live.lane import Lane, Packet, SensorFacts
from aqsense.live.steps import OpenRun
from aqsense.live.turn import KEEP_S, Turn
from aqsense.live.words import sensor_state, setup_of, straps_phrase, video_offset
from aqsense.model import Edit, Mark
from aqsense.settings import Settings
from aqsense.snapshot import Action, Do, Level, LiveRun, Message, RunResult, Saving, Screen, Snapshot

GRID_S = 0.5
MOST_MESSAGES = 20
_ABOUT_THE_PAST = (Do.MOVE, Do.VIDEO)


class LiveSession:
    """Give it packets and wishes by `take`, ask for `snapshot`, end it by `finish`.

    facts      sensors that are expected, by site
    name       of the recording
    athlete    whose turn it is at first, "" = not stated
    saving     where the data go, as shown
    """

    def __init__(
        self, facts: Mapping[str, SensorFacts], settings: Settings | None = None, *, name: str = "live",
        athlete: str = "", saving: Saving | None = None,
    ):  # fmt: skip
        self._settings = settings or Settings()
        self._name = name
        self._lanes = {site: Lane(known) for site, known in facts.items()}
        self._athlete, self._tag = athlete, ""
        self._athletes: list[str] = [athlete] if athlete else []
        self._turn = Turn(self._lanes, self._settings, -np.inf)
        self._last_standing: dict[str, Standing] = {}
        self._straps = "not checked"
        self._waiting: list[OpenRun] = []
        self._results: list[RunResult] = []
        self._messages: list[Message] = []
        self._marks: list[Mark] = []
        self._screen = Screen.READY
        self._next_s = np.nan  # next half second to be decided
        self._serial = 0
        self._saving = saving or Saving()
        self._finished = False
        self._actions: list[Action] = []
        self._corrections = Corrections(self._settings)
        self._video_offset_s = np.nan
        self._unwanted = False  # the open run was none, says the coach

    def take(
        self, packets: Sequence[Packet], actions: Sequence[Action] = (), heard_until_s: float = -np.inf
    ) -> None:
        """Take what came. Packets of one sensor come in its order; sensors in any.

        heard_until_s   everything that arrived up to this host time has been given
        """
        for packet in packets:
            if packet.site in self._lanes:
                self._lanes[packet.site].take(packet)
        for lane in self._lanes.values():
            lane.heard_until(heard_until_s)
        self._actions += actions
        self._advance()

    def finish(self) -> None:
        """The source has no more data."""
        self._finished = True
        for lane in self._lanes.values():
            lane.heard_until(np.inf)
        self._advance()
        ends = [lane.known_s for lane in self._lanes.values() if lane.is_heard]
        if ends:
            self._waiting += self._turn.finish(float(np.nextafter(max(ends), np.inf)))
            self._close_runs(np.inf)
        self._apply(np.inf)

    def after_end(self, actions: Sequence[Action]) -> None:
        """Wishes after `finish`: runs can still be discarded, notes be written."""
        self._actions += actions
        self._apply(np.inf)

    def edits(self) -> list[Edit]:
        """Corrections that count now, for edits.csv."""
        return self._corrections.edits()

    def marks(self) -> list[Mark]:
        """Marks made since the last call, to be written into the recording."""
        made, self._marks = self._marks, []
        return made

    def snapshot(self) -> Snapshot:
        """The whole session as it is now."""
        self._serial += 1
        known = [lane.known_s for lane in self._lanes.values() if lane.is_heard]
        run = self._open_run()
        return Snapshot(
            serial=self._serial,
            screen=Screen.RUNNING if run is not None else self._screen,
            time_s=max(known, default=np.nan),
            setup=setup_of(self._lanes, self._turn.calibration, self._straps),
            athlete=self._athlete,
            athletes=tuple(self._athletes),
            tag=self._tag,
            sensors=tuple(sensor_state(lane) for lane in self._lanes.values()),
            run=run,
            next_run=len(self._results) + 1,
            results=tuple(self._results),
            messages=tuple(self._messages),
            saving=self._saving,
            finished=self._finished,
            video_offset_s=self._video_offset_s,
        )

    def _open_run(self) -> LiveRun | None:
        number = len(self._results) + 1
        if self._waiting:
            done = self._waiting[0]
            return LiveRun(number, done.started_s, done.newest_s, tuple(done.steps.values()))
        if not self._turn.open:
            return None
        run = self._turn.open[min(self._turn.open)]
        return LiveRun(number, run.started_s, np.nan, tuple(run.steps[k] for k in sorted(run.steps)))

    def _advance(self) -> None:
        """Decide every half second that all sensors are known up to; push what lies behind the last one."""
        if np.isnan(self._next_s):
            heard = [lane for lane in self._lanes.values() if lane.is_heard]
            if not heard:
                return
            self._next_s = GRID_S
        while self._all_know(self._next_s):
            self._decide(self._next_s)
            self._next_s += GRID_S
        if not self._turn.is_quiet:
            self._turn.feed(self._next_s)

    def _all_know(self, time_s: float) -> bool:
        lanes = self._lanes.values()
        newest = max(lane.known_s for lane in lanes)
        return newest >= time_s and all(lane.knows(time_s) for lane in lanes)

    def _decide(self, now_s: float) -> None:
        self._apply(now_s)
        before = self._turn.calibration.standing
        ended = self._turn.decide(now_s)
        standing = self._turn.calibration.standing
        if standing is not None and standing is not before:
            self._stood(standing, first=before is None)
        if self._turn.open and self._screen is not Screen.RUNNING:
            self._screen = Screen.RUNNING
        for run in ended:
            self._waiting.append(run)
        self._close_runs(now_s)
        needed_s = min([now_s, self._turn.needs_from_s, *(run.started_s for run in self._waiting)])
        for lane in self._lanes.values():
            lane.forget(needed_s - KEEP_S)

    def _stood(self, standing: Standing, *, first: bool) -> None:
        earlier = self._last_standing.get(self._athlete)
        self._straps = straps_phrase(earlier, standing)
        self._last_standing[self._athlete] = standing
        if first:
            self._say(standing.start_s, Level.INFO, "Standing still was found.", "standing")

    def _close_runs(self, now_s: float) -> None:
        """Analyse the runs whose surroundings are all there."""
        while self._waiting and self._waiting[0].newest_s + AFTER_S <= now_s:
            self._close(self._waiting.pop(0))

    def _close(self, run: OpenRun) -> None:
        frames = self._turn.calibration.frames
        assert frames is not None
        stretch = Stretch(
            self._lanes, self._turn.calibration.standing, self._turn.since_s, run.started_s, run.newest_s,
            self._name, self._athlete, self._tag,
        )  # fmt: skip
        usual = [
            one.result
            for one in self._results
            if self._athlete and one.athlete == self._athlete and not one.discarded
        ]
        steps = [run.steps[number] for number in sorted(run.steps)]
        recording = stretch.recording()
        result, number, moved = analyse_stretch(stretch, recording, frames, steps, self._settings, usual)
        if not number:
            told = [str(w["text"]) for w in result.summary["session"]["warnings"] if w["code"] == "no_flight"]
            reason = told[0] if told else str(result.summary["session"].get("reason") or "no run is left")
            self._unwanted = False
            self._say(run.newest_s, Level.INFO, f"That was no run: {reason}.", "no_run")
            self._screen = Screen.RESULT if self._results else Screen.READY
            return
        pipeline = self._turn.pipeline
        traces = () if pipeline is None else waves(pipeline.streams, run.started_s, run.newest_s)
        row = int(np.flatnonzero(result.tables["runs"]["run"] == number)[0])
        begin_s = float(result.tables["runs"]["start_s"][row])
        end_s = float(result.tables["runs"]["end_s"][row])
        ordinal = len(self._results) + 1
        self._results.append(
            RunResult(
                ordinal, self._athlete, self._tag, begin_s, end_s, result, number,
                provisional="" if self._clocks_are_stated() else "closing shake pending",
                moved=() if moved is None else (moved,), waves=traces, discarded=self._unwanted,
            )
        )  # fmt: skip
        self._corrections.keep(ordinal, recording)
        if ordinal > KEPT_RUNS:
            old = self._results[ordinal - 1 - KEPT_RUNS]
            self._results[ordinal - 1 - KEPT_RUNS] = replace(old, waves=())
        if self._unwanted:
            self._mark(end_s, "discard", "", str(ordinal))
        self._unwanted = False
        self._marks += [Mark(begin_s, "run_start", str(ordinal)), Mark(end_s, "run_end", str(ordinal))]
        self._screen = Screen.RESULT

    def _clocks_are_stated(self) -> bool:
        return all(lane.facts.clock.method == "common" for lane in self._lanes.values())

    def _apply(self, now_s: float) -> None:
        """Wishes up to this session time; one without a time counts from now."""
        due = [a for a in self._actions if np.isnan(a.time_s) or a.time_s <= now_s or a.do in _ABOUT_THE_PAST]
        self._actions = [action for action in self._actions if action not in due]
        for action in due:
            time_s = action.time_s if not np.isnan(action.time_s) else now_s
            self._do(action, time_s)

    def _do(self, action: Action, time_s: float) -> None:
        if action.do is Do.NEXT and not self._turn.open:
            self._screen = Screen.READY
        elif action.do is Do.ATHLETE:
            self._new_turn(time_s)  # runs that are still open are the one before's
            self._athlete = action.text
            if action.text not in self._athletes:
                self._athletes.append(action.text)
            self._mark(time_s, "athlete", action.text)
        elif action.do is Do.STAND:
            self._new_turn(time_s)
        elif action.do is Do.TAG:
            self._tag = action.text
            self._mark(time_s, "tag", action.text)
        elif action.do in (Do.NOTE, Do.FEEL):
            self._mark(time_s, action.do.value, action.text, str(action.run) if action.run else "")
        elif action.do is Do.VIDEO:
            self._video_offset_s = video_offset(time_s, action.text)
            self._mark(time_s, "video", action.text)
        elif action.do in (Do.EXCLUDE, Do.MOVE, Do.INCLUDE):
            self._correct(action)
        elif action.do is Do.END_RUN and self._turn.open:
            self._waiting += self._turn.end_run(time_s)
        elif action.do is Do.UNDO and (self._turn.open or self._waiting):
            self._unwanted = not self._unwanted
            self._say(time_s, Level.INFO, "This run will be discarded." if self._unwanted else
                      "This run will be kept.", "undo")  # fmt: skip
        elif action.do in (Do.UNDO, Do.DISCARD) and self._results:
            self._toggle(action.run or len(self._results), time_s)
        elif action.do is Do.QUIT:
            self._finished = True
        elif action.do is Do.SHAKE:
            self._say(time_s, Level.WARNING, "Shakes are not compared live yet; clocks stay as they are.")

    def _correct(self, action: Action) -> None:
        if not 1 <= action.run <= len(self._results):
            return
        corrected = self._corrections.corrected(self._results[action.run - 1], action)
        if corrected is None:
            text = "There is no such event in this run, or the run is too old: correct its recording later."
            self._say(np.nan, Level.WARNING, text, "correction")
        else:
            self._results[action.run - 1] = corrected

    def _new_turn(self, time_s: float) -> None:
        self._waiting += self._turn.finish(time_s)
        self._close_runs(np.inf)
        self._turn = Turn(self._lanes, self._settings, time_s)
        self._straps = "not checked"
        self._screen = Screen.READY

    def _toggle(self, number: int, time_s: float) -> None:
        if not 1 <= number <= len(self._results):
            return
        one = self._results[number - 1]
        self._results[number - 1] = replace(one, discarded=not one.discarded)
        self._mark(time_s, "note" if one.discarded else "discard", "taken back" if one.discarded else "",
                   str(number))  # fmt: skip

    def _mark(self, time_s: float, kind: str, text: str, run: str = "") -> None:
        if np.isfinite(time_s):
            self._marks.append(Mark(time_s, kind, run, "", text))

    def _say(self, time_s: float, level: Level, text: str, key: str = "") -> None:
        kept = [message for message in self._messages if not key or message.key != key]
        self._messages = [*kept, Message(time_s, level, text, key)][-MOST_MESSAGES:]
