"""RUNNING: nobody reads. The picture grows row by row; no headline, no verdict, no score yet."""

from __future__ import annotations

import math
from collections.abc import Mapping

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from aqsense.model import Contributor, Side
from aqsense.snapshot import Health, LiveStep, Snapshot
from aqsense.view.window.picture import Picture
from aqsense.view.window.picture_rows import open_run, step_spreads
from aqsense.view.window.signs import HEALTH_WORDS, Sign
from aqsense.view.window.text import RIGHT, Text

FIRST_ROWS = 12
# What a step's panel loses with a sensor: contributor, and the sides whose panels show it.
_LOSES: Mapping[str, tuple[tuple[Contributor, Side], ...]] = {
    "left_wrist": ((Contributor.ARM, Side.LEFT),),
    "right_wrist": ((Contributor.ARM, Side.RIGHT),),
    "left_shin": ((Contributor.PUSH, Side.LEFT), (Contributor.SWING, Side.RIGHT)),
    "right_shin": ((Contributor.PUSH, Side.RIGHT), (Contributor.SWING, Side.LEFT)),
    "trunk": ((Contributor.TRUNK, Side.LEFT), (Contributor.TRUNK, Side.RIGHT)),
}


class Running(QWidget):
    """The whole screen."""

    def __init__(self) -> None:
        super().__init__()
        self._rec = Text(30, bold=True, wide=False)
        self._rec.say("● REC")
        self._run = Text(30, bold=True, wide=False, sample="run 10")
        self._time = Text(30, bold=True, wide=False, sample="00:00.0")
        self._signs = QHBoxLayout()
        self._sensors: dict[str, Sign] = {}
        self._label = Text(20, wide=False)
        self._label.say("sensors")
        self._words = Text(20, align=RIGHT)
        self._note = Text(22)
        self.picture = Picture(has_score=False, room_for=FIRST_ROWS)
        self._shown: tuple[object, ...] = ()
        head = QHBoxLayout()
        for widget in (self._rec, self._run, self._time):
            head.addWidget(widget)
        head.addWidget(self._words, 1)
        head.addWidget(self._label)
        head.addLayout(self._signs)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addLayout(head)
        page.addWidget(self._note)
        page.addWidget(self.picture, 1)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Put the newest facts; the picture is drawn anew only when a row changed."""
        run = snapshot.run
        if run is None:
            return
        self._show_signs(snapshot)
        self._run.say(f"run {run.number}")
        is_open = math.isnan(run.ended_s)
        end_s = snapshot.time_s if is_open else run.ended_s
        self._time.say(_stopwatch(end_s - run.started_s))
        self._rec.say("● REC" if is_open else "○ REC")
        note = run.note or (
            "" if run.steps else "steps appear when the body axes are known, from the 8th stride on"
        )
        self._note.say(note if is_open else "run is over: analysing it whole")
        absent = frozenset(
            place
            for one in snapshot.sensors
            if one.health in (Health.LOST, Health.MISSING)
            for place in _LOSES.get(one.site, ())
        )
        shown = (run.number, _drawn(run.steps), absent)
        if shown != self._shown:
            self._shown = shown
            self.picture.show_run(
                open_run(run, snapshot.setup.clock_bound_s), spreads=step_spreads(run), absent=absent
            )

    def _show_signs(self, snapshot: Snapshot) -> None:
        if list(self._sensors) != [one.site for one in snapshot.sensors]:
            for sign in self._sensors.values():
                self._signs.removeWidget(sign)
                sign.deleteLater()
            self._sensors = {one.site: Sign(26) for one in snapshot.sensors}
            for sign in self._sensors.values():
                sign.rescale(getattr(self.window(), "scale", 1.0))
                self._signs.addWidget(sign)
        for one in snapshot.sensors:
            self._sensors[one.site].show_health(one.health)
        bad = [one for one in snapshot.sensors if one.health is not Health.GOOD]
        words = [f"{one.site.replace('_', ' ')}: {HEALTH_WORDS[one.health]}" for one in bad[:2]]
        self._words.say("; ".join(words) + (f" and {len(bad) - 2} more" if len(bad) > 2 else ""))


def _drawn(steps: tuple[LiveStep, ...]) -> tuple[int, ...]:
    """A step's part that is drawn is final when it appears."""
    return tuple(step.step for step in steps)


def _stopwatch(seconds: float) -> str:
    if not math.isfinite(seconds) or seconds < 0:
        seconds = 0.0
    tenths = int(10 * seconds)
    return f"{tenths // 600:02d}:{tenths // 10 % 60:02d}.{tenths % 10}"
