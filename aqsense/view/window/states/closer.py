"""LOOK CLOSER: strides, their picture, five waveforms with peaks, numbers of the chosen one (VISUAL 5)."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from aqsense.snapshot import Action, Do, RunResult, Snapshot
from aqsense.view.window.picture import Picture
from aqsense.view.window.picture_rows import finished_run
from aqsense.view.window.stride_facts import EventFact, StrideFact, strides_of
from aqsense.view.window.stride_list import ChoiceList
from aqsense.view.window.text import RIGHT, Text
from aqsense.view.window.wave_plots import WavePlots
from aqsense.view.words import joined, run_of_strides


class Closer(QWidget):
    """The whole screen. It keeps what is chosen by numbers, so that it survives a new analysis."""

    def __init__(self) -> None:
        super().__init__()
        self._snapshot: Snapshot | None = None
        self.run: RunResult | None = None
        self._wanted = 0
        self.strides: list[StrideFact] = []
        self._stride, self._event = 0, 0
        self._head = Text(24, bold=True)
        self._state = Text(18, align=RIGHT)
        self.list = ChoiceList(18)
        self._events = ChoiceList(15)
        self._numbers = Text(15, lines=5)
        self.picture = Picture(has_score=True)
        self.plots = WavePlots()
        self.list.currentRowChanged.connect(self.choose_stride)
        self._events.currentRowChanged.connect(self.choose_event)
        self.plots.event_clicked.connect(self.choose_event)
        self.picture.stride_clicked.connect(self._choose_number)
        head = QHBoxLayout()
        head.addWidget(self._head, 3)
        head.addWidget(self._state, 2)
        left = QVBoxLayout()
        left.addWidget(self.list)
        centre = QVBoxLayout()
        centre.addWidget(self.picture, 13)
        centre.addWidget(self.plots, 10)
        right = QVBoxLayout()
        right.addWidget(self._numbers)
        right.addWidget(self._events, 1)
        body = QHBoxLayout()
        for part, share in ((left, 18), (centre, 57), (right, 25)):
            body.addLayout(part, share)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addLayout(head)
        page.addLayout(body, 1)

    @property
    def stride(self) -> StrideFact | None:
        return self.strides[self._stride] if self.strides else None

    @property
    def chosen(self) -> EventFact | None:
        stride = self.stride
        return stride.events[self._event] if stride is not None and stride.events else None

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Put the wanted run as it is now."""
        offset_moved = self._snapshot is not None and _differ(
            self._snapshot.video_offset_s, snapshot.video_offset_s
        )
        self._snapshot = snapshot
        results = snapshot.results
        if not results:
            return
        one = next((one for one in results if one.number == self._wanted), snapshot.result or results[-1])
        if one is not self.run:
            is_other = self.run is None or self.run.number != one.number
            self.run, self._wanted = one, one.number
            self.strides = strides_of(one)
            if is_other:
                self._stride = self._event = 0
            self._stride = min(self._stride, len(self.strides) - 1)
            self._show()
        elif offset_moved:
            self._show()

    def choose_run(self, by: int) -> None:
        """The run before or after."""
        if self._snapshot is None or not self._snapshot.results:
            return
        numbers = [one.number for one in self._snapshot.results]
        at = numbers.index(self._wanted) if self._wanted in numbers else 0
        self._wanted = numbers[(at + by) % len(numbers)]
        self.show_snapshot(self._snapshot)

    def choose_stride(self, index: int) -> None:
        if self.strides and 0 <= index < len(self.strides):
            self._stride, self._event = index, 0
            self._show()

    def choose_event(self, index: int) -> None:
        stride = self.stride
        if stride is not None and 0 <= index < len(stride.events):
            self._event = index
            self._show()

    def step_stride(self, by: int) -> None:
        self.choose_stride(min(max(self._stride + by, 0), len(self.strides) - 1))

    def step_event(self, by: int) -> None:
        stride = self.stride
        if stride is not None and stride.events:
            self.choose_event((self._event + by) % len(stride.events))

    def wish(self, do: Do, text: str) -> Action | str:
        """The action that a key means here, or why there is none."""
        stride, event, run = self.stride, self.chosen, self.run
        if run is None or stride is None or event is None:
            return "There is nothing chosen."
        if do is Do.EXCLUDE:
            return Action(do, run=run.number, step=event.step, event=event.event.value, text=text)
        if do is Do.MOVE:
            first, _, why = text.partition(" ")
            try:
                by_ms = float(first.replace("−", "-"))
            except ValueError:
                by_ms = math.nan
            if not math.isfinite(by_ms) or abs(by_ms) > 500:
                return f"{first!r} is no move: write ms and why, such as `-8 seen on video`."
            time_s = event.time_s + by_ms / 1e3
            return Action(
                do, run=run.number, step=event.step, event=event.event.value, time_s=time_s, text=why.strip()
            )
        if do is Do.VIDEO:
            known = [step.contact_s for step in stride.steps if math.isfinite(step.contact_s)]
            if not known:
                return "This stride has no touchdown; choose another one."
            return Action(do, run=run.number, time_s=known[0], text=text)
        return Action(do, run=run.number, text=text)

    def exclude_step(self, text: str) -> Action | str:
        """Take out the whole step of the chosen event."""
        if self.run is None or self.chosen is None:
            return "There is nothing chosen."
        return Action(Do.EXCLUDE, run=self.run.number, step=self.chosen.step, event="step", text=text)

    def _choose_number(self, number: int) -> None:
        numbers = [stride.number for stride in self.strides]
        if number in numbers:
            self.choose_stride(numbers.index(number))

    def _show(self) -> None:
        one, stride = self.run, self.stride
        if one is None or stride is None:
            return
        self._event = min(self._event, max(0, len(stride.events) - 1))
        runs = one.result.tables["runs"]
        headline = str(runs["headline"][runs["run"].tolist().index(one.run)])
        self._head.say(joined([one.athlete, f"run {one.number}", headline]))
        self._state.say(joined(["edited by hand" if one.edited else "", f"provisional: {one.provisional}"
                                if one.provisional else ""]), inverted=one.edited)  # fmt: skip
        lines = [self._line(fact) for fact in self.strides]
        self.list.show_lines(lines, self._stride)
        self._events.show_lines([_event_line(event) for event in stride.events], self._event)
        self._numbers.say(self._numbers_of(stride))
        self.picture.show_run(finished_run(one), chosen=stride.number)
        self.plots.show_stride(one.waves, stride, self._event)

    def _line(self, stride: StrideFact) -> str:
        spread = f"{stride.spread_ms:.0f} ms" if math.isfinite(stride.spread_ms) else "not scored"
        return f"{stride.number:>3}   {self._when(stride.start_s)}   {spread}"

    @property
    def offset_s(self) -> float:
        """Video time less session time; NaN where it is not known."""
        return math.nan if self._snapshot is None else self._snapshot.video_offset_s

    def _when(self, time_s: float) -> str:
        if math.isfinite(self.offset_s):
            return f"video {time_s + self.offset_s:.2f}"
        return f"{max(0.0, time_s - (self.run.started_s if self.run else 0.0)):.1f} s"

    def _numbers_of(self, stride: StrideFact) -> str:
        spread = f"spread {stride.spread_ms:.1f} ms" if math.isfinite(stride.spread_ms) else "not scored"
        score = f"score {stride.score:.0f}" if math.isfinite(stride.score) else ""
        lines = [joined([run_of_strides(stride.number, stride.number), spread, score])]
        for step in stride.steps:
            contact = f"contact {1e3 * (step.toe_off_s - step.contact_s):.0f} ms"
            contact = contact if math.isfinite(step.toe_off_s - step.contact_s) else ""
            touch = f"touchdown {self._when(step.contact_s)}" if math.isfinite(step.contact_s) else ""
            lines.append(joined([step.stance.value, touch, contact]))
        return "\n".join(lines)


def _event_line(event: EventFact) -> str:
    return f"{event.stance.value[0].upper()}  {event.name}   {event.words}"


def _differ(one: float, other: float) -> bool:
    return one != other and not (math.isnan(one) and math.isnan(other))
