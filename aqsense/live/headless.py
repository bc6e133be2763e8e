"""A live session without a window: what changes is told in lines of text or JSON.

In:  a source, wishes with times, how fast.
Out: lines; the session's results.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from aqsense.live.drive import drive
from aqsense.live.session import LiveSession
from aqsense.live.sources import Replay
from aqsense.snapshot import Action, Do, LiveStep, RunResult, Snapshot


def follow(
    source: Replay, actions: Sequence[Action], *, speed: float, seconds: float | None, as_json: bool,
    tell: Callable[[str], None],
) -> tuple[RunResult, ...]:  # fmt: skip
    """Drive a session to its end.

    speed     times real time; 0 = without waiting
    seconds   of session time, None = all
    """
    wishes = [*source.actions(), *actions]
    stop_s = min((a.time_s for a in wishes if a.do is Do.QUIT), default=math.inf)
    stop_s = min(stop_s, math.inf if seconds is None else seconds)
    session = LiveSession(source.facts, name=source.name)
    teller = _Teller(tell, as_json=as_json)
    given = iter([wishes])
    drive(
        session, source, speed=speed, stop_s=stop_s, wishes=lambda: next(given, []), show=teller.look,
    )  # fmt: skip
    last = session.snapshot()
    return tuple(one for one in last.results if not one.discarded)


class _Teller:
    """Says what is new in a snapshot."""

    def __init__(self, tell: Callable[[str], None], *, as_json: bool):
        self._tell = tell
        self._as_json = as_json
        self._sentence = ""
        self._screen = ""
        self._steps: dict[tuple[int, int], bool] = {}
        self._results = 0
        self._messages: set[str] = set()

    def look(self, snapshot: Snapshot) -> bool:
        """Say it; True: never has enough."""
        now_s = snapshot.time_s
        if snapshot.setup.sentence != self._sentence and not snapshot.finished:
            self._sentence = snapshot.setup.sentence
            self._say({"setup": snapshot.setup.stage.value, "time_s": now_s, "text": self._sentence})
        if snapshot.screen.value != self._screen:
            self._screen = snapshot.screen.value
            self._say({"screen": self._screen, "time_s": now_s})
        for message in snapshot.messages:
            if message.text not in self._messages:
                self._messages.add(message.text)
                self._say({"message": message.level.value, "time_s": message.time_s, "text": message.text})
        if snapshot.run is not None:
            for step in snapshot.run.steps:
                self._step(snapshot.run.number, step, now_s)
        for one in snapshot.results[self._results :]:
            self._say(_result(one, now_s))
        self._results = len(snapshot.results)
        return True

    def _step(self, run: int, step: LiveStep, now_s: float) -> None:
        """Its spread when it is there, its score when the stride has closed."""
        closed = not math.isnan(step.stride_time_s)
        if self._steps.get((run, step.step)) in (True, closed):
            return
        self._steps[run, step.step] = closed
        row = {
            "step": step.step, "run": run, "time_s": now_s, "side": step.stance_side.value,
            "spread_ms": step.spread_ms, "convergence": step.convergence, "unscored": step.unscored,
        }  # fmt: skip
        self._say(row)

    def _say(self, row: dict[str, Any]) -> None:
        clean = {name: _plain(value) for name, value in row.items()}
        if self._as_json:
            self._tell(json.dumps(clean, allow_nan=False))
        else:
            self._tell("  ".join(f"{k} {v}" for k, v in clean.items() if v not in (None, "")))


def _result(one: RunResult, now_s: float) -> dict[str, Any]:
    runs = one.result.tables["runs"]
    row = runs["run"].tolist().index(one.run)
    names = ("kind", "steps_found", "spread_ms", "spread_low_ms", "spread_high_ms", "convergence", "headline")
    found = {name: runs[name][row] for name in names}
    return {
        "result": one.number, "time_s": now_s, "athlete": one.athlete, "started_s": one.started_s,
        "ended_s": one.ended_s, **found, "provisional": one.provisional,
        "moved": " ".join(moved.sentence for moved in one.moved),
    }  # fmt: skip


def _plain(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    return value
