"""READY: before the run. One sentence says ready, or the next thing to do."""

from __future__ import annotations

import math
from datetime import datetime

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from aqsense.snapshot import Health, SensorState, SetupStage, Snapshot
from aqsense.view.window.body_drawing import BodyDrawing
from aqsense.view.window.marks_on_screen import draw_mark, token_of_site
from aqsense.view.window.signs import HEALTH_WORDS, Sign
from aqsense.view.window.text import RIGHT, Text
from aqsense.view.window.theme import ABSENT, INK
from aqsense.view.words import joined

NOBODY = "no athlete named: press A"


class Ready(QWidget):
    """The whole screen."""

    def __init__(self) -> None:
        super().__init__()
        self._who = Text(30, bold=True)
        self._clock = Text(22, align=RIGHT, wide=False, sample="00:00")
        self._body = BodyDrawing()
        self._sensors = QGridLayout()
        self._rows: list[_SensorRow] = []
        self._facts = {name: Text(20) for name in ("clocks", "straps", "saving")}
        self.sentence = Text(31, bold=True, lines=2)
        self._progress = _Progress()
        self._refused = Text(22)
        head = QHBoxLayout()
        head.addWidget(self._who, 1)
        head.addWidget(self._clock)
        right = QVBoxLayout()
        right.addStretch(1)
        right.addLayout(self._sensors)
        right.addWidget(_line())
        right.addLayout(self._fact_rows())
        right.addStretch(1)
        middle = QHBoxLayout()
        middle.addWidget(self._body)
        middle.addLayout(right, 1)
        page = QVBoxLayout(self)
        page.setContentsMargins(0, 0, 0, 0)
        page.addLayout(head)
        page.addLayout(middle, 1)
        page.addWidget(self._progress)
        page.addWidget(self._refused)
        page.addWidget(self.sentence)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Put the newest facts."""
        setup = snapshot.setup
        tag = f"tag: {snapshot.tag}" if snapshot.tag else ""
        self._who.say(joined([snapshot.athlete or NOBODY, f"run {snapshot.next_run} of today", tag]))
        self._clock.say(datetime.now().strftime("%H:%M"))
        self._body.show_sensors(snapshot.sensors, setup.site)
        self._show_sensors(snapshot)
        self._facts["clocks"].say(setup.clocks)
        self._facts["straps"].say(setup.straps)
        saving = snapshot.saving
        self._facts["saving"].say(saving.failed or saving.text or "not known", inverted=bool(saving.failed))
        self.sentence.say(setup.sentence, inverted=setup.stage is SetupStage.SENSORS)
        self._progress.show_share(setup.progress)
        self._refused.setVisible(bool(setup.refused))
        self._refused.say(f"again: {setup.refused}" if setup.refused else "")

    def _show_sensors(self, snapshot: Snapshot) -> None:
        if [row.site for row in self._rows] != [one.site for one in snapshot.sensors]:
            for row in self._rows:
                for widget in row.widgets():
                    self._sensors.removeWidget(widget)
                    widget.deleteLater()
            self._rows = [_SensorRow(one.site, len(snapshot.sensors)) for one in snapshot.sensors]
            window = self.window()
            for i, row in enumerate(self._rows):
                for column, widget in enumerate(row.widgets()):
                    self._sensors.addWidget(widget, i, column)
                    widget.rescale(getattr(window, "scale", 1.0))
            self._sensors.setColumnStretch(6, 1)
        for row, one in zip(self._rows, snapshot.sensors, strict=True):
            row.show_state(one)

    def _fact_rows(self) -> QGridLayout:
        grid = QGridLayout()
        for i, (name, text) in enumerate(self._facts.items()):
            label = Text(20, bold=True, wide=False, sample="clocks ")
            label.say(name)
            grid.addWidget(label, i, 0)
            grid.addWidget(text, i, 1)
        grid.setColumnStretch(1, 1)
        return grid


class _SensorRow:
    """Mark, name, sign, word, rate, battery or what arrived, advice."""

    def __init__(self, site: str, of: int):
        self.site = site
        px = 22 if of <= 6 else 22 * 6 / of
        self._mark = _Mark(site, px)
        self._name = Text(px, bold=True, wide=False)
        self._name.say(site.replace("_", " "))
        self._sign = Sign(px * 1.2)
        self._word = Text(px, wide=False, sample="weak signal")
        self._rate = Text(px, wide=False, align=RIGHT, sample="1000 Hz")
        self._share = Text(px, wide=False, align=RIGHT, sample="100 % heard")
        self._advice = Text(px)

    def widgets(self) -> list[_Mark | Text | Sign]:
        return [self._mark, self._name, self._sign, self._word, self._rate, self._share, self._advice]

    def show_state(self, one: SensorState) -> None:
        self._sign.show_health(one.health)
        is_loud = one.health is Health.LOST
        self._word.say(HEALTH_WORDS[one.health], inverted=is_loud)
        self._rate.say("" if math.isnan(one.rate_hz) else f"{one.rate_hz:.0f} Hz")
        if not math.isnan(one.battery):
            self._share.say(f"battery {one.battery:.0%}".replace("%", " %"))
        elif not math.isnan(one.arrived):
            self._share.say(f"{100 * one.arrived:.0f} % heard")
        else:
            self._share.say("")
        self._advice.say(one.advice)


class _Mark(QWidget):
    def __init__(self, site: str, px: float):
        super().__init__()
        self._token, self._px, self._scale = token_of_site(site), px, 1.0
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        side = round(1.2 * self._px * self._scale)
        return QSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        size = 0.8 * self._px * self._scale
        draw_mark(painter, self.width() / 2, self.height() / 2, self._token, size)


class _Progress(QWidget):
    """A bar while something is being done; no height otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self._share = math.nan
        self._scale = 1.0
        self.setVisible(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_share(self, share: float) -> None:
        self.setVisible(not math.isnan(share))
        if share != self._share:
            self._share = share
            self.update()

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self.updateGeometry()

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(100, round(26 * self._scale))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002, N802
        if math.isnan(self._share):
            return
        painter = QPainter(self)
        box = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        painter.setPen(QPen(INK, 2))
        painter.drawRect(box)
        painter.fillRect(
            QRectF(box.left(), box.top(), box.width() * min(1.0, self._share), box.height()), INK
        )


def _line() -> QFrame:
    made = QFrame()
    made.setFrameShape(QFrame.Shape.HLine)
    made.setStyleSheet(f"color: {ABSENT.name()};")
    made.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return made
