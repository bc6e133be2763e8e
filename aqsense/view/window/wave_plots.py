"""Stacked waveforms with their peaks: one plot per channel, time in common, the chosen event in ink.

Curves are one pixel wide and not smoothed: thick smooth ones cost four times as much without a graphics card.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QSizePolicy

from aqsense.model import Event
from aqsense.snapshot import Wave
from aqsense.view import tokens
from aqsense.view.window.marks_on_screen import token_of_site
from aqsense.view.window.stride_facts import EventFact, StrideFact
from aqsense.view.window.theme import ON_GROUND, font

MARGIN_S = 0.12
_SYMBOLS = {"circle": "o", "diamond": "d", "triangle": "t1", "square": "s"}
_HIT_PX = 24


class WavePlots(pg.GraphicsView):
    """`event_clicked` tells the index of the event nearest to a click."""

    event_clicked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setBackground(tokens.PAPER)
        self.setCacheMode(self.CacheModeFlag.CacheNone)  # a cached background is pixels in an SVG
        self._grid: Any = pg.GraphicsLayout()
        self.setCentralWidget(self._grid)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._scale = 1.0
        self._plots: list[pg.PlotItem] = []
        self._waves: Sequence[Wave] = ()
        self._stride: StrideFact | None = None
        self._chosen = -1
        scene: Any = self.scene()
        scene.sigMouseClicked.connect(self._clicked)

    @property
    def plots(self) -> list[pg.PlotItem]:
        return self._plots

    def rescale(self, scale: float) -> None:
        if scale != self._scale:
            self._scale = scale
            self._build()

    def show_stride(self, waves: Sequence[Wave], stride: StrideFact | None, chosen: int) -> None:
        """Draw a stride; built anew only where the run, the stride or the choice is another one."""
        if waves is self._waves and stride is self._stride and chosen == self._chosen:
            return
        self._waves, self._stride, self._chosen = waves, stride, chosen
        self._build()

    def _build(self) -> None:
        self._grid.clear()
        self._plots = []
        stride = self._stride
        if stride is None:
            return
        shown = [wave for wave in self._waves if wave.channel != "pitch rate"]
        for i, wave in enumerate(shown):
            plot = self._plot(i, wave, is_last=i == len(shown) - 1)
            self._fill(plot, wave, stride)
            self._plots.append(plot)

    def _plot(self, row: int, wave: Wave, *, is_last: bool) -> pg.PlotItem:
        plot: Any = self._grid.addPlot(row=row, col=0)
        plot.setMouseEnabled(x=False, y=False)
        plot.hideButtons()
        plot.setMenuEnabled(False)
        left, bottom = plot.getAxis("left"), plot.getAxis("bottom")
        ink = QColor(tokens.INK)
        left.setWidth(round(118 * self._scale))
        left.setStyle(showValues=False, tickLength=0)
        left.setPen(QColor(tokens.LANE_EDGE))
        left.enableAutoSIPrefix(False)
        style = {"color": tokens.INK, "font-size": f"{round(14 * self._scale)}px"}
        left.setLabel(wave.site.replace("_", " "), **style)
        left.label.setRotation(0)
        left.resizeEvent = lambda *_: _place_label(left)  # upright words, beside their plot
        bottom.setTextPen(ink)
        bottom.setPen(QColor(tokens.LANE_EDGE))
        bottom.setStyle(tickFont=font(13 * self._scale))
        if not is_last:
            plot.hideAxis("bottom")
        return plot

    def _fill(self, plot: Any, wave: Wave, stride: StrideFact) -> None:
        begin_s, end_s = stride.start_s - MARGIN_S, stride.end_s + MARGIN_S
        first, stop = np.searchsorted(wave.time_s, [begin_s, end_s])
        time_s, rate = wave.time_s[first:stop], wave.rad_s[first:stop]
        for step in stride.steps:
            on_ground = f"{step.stance.value}_" in wave.site and wave.site.endswith("shin")
            if on_ground and math.isfinite(step.contact_s) and math.isfinite(step.toe_off_s):
                region = pg.LinearRegionItem(
                    (step.contact_s, step.toe_off_s), movable=False, brush=ON_GROUND, pen=pg.mkPen(None)
                )
                region.setZValue(-10)
                plot.addItem(region)
        plot.plot(time_s, rate, pen=pg.mkPen(tokens.INK, width=1))
        plot.setXRange(begin_s, end_s, padding=0)
        for i, event in enumerate(stride.events):
            if i == self._chosen:
                is_own = event.site == wave.site
                style = Qt.PenStyle.SolidLine if is_own else Qt.PenStyle.DotLine
                pen = pg.mkPen(tokens.INK, width=2 if is_own else 1, style=style)
                plot.addItem(pg.InfiniteLine(event.time_s, angle=90, pen=pen))
            if event.site == wave.site and event.event is not Event.TRUNK_PITCH_PEAK and len(time_s):
                height = float(np.interp(event.time_s, time_s, rate))
                self._mark(plot, event, height, is_chosen=i == self._chosen)

    def _mark(self, plot: pg.PlotItem, event: EventFact, height: float, *, is_chosen: bool) -> None:
        token = event.token or token_of_site(event.site)
        is_companion = event.token is None
        of_foot = event.event in (Event.INITIAL_CONTACT, Event.TOE_OFF)
        symbol = "|" if of_foot else _SYMBOLS[token.mark.value]
        hollow = is_companion and not of_foot
        brush = pg.mkBrush(tokens.INK if of_foot else tokens.PAPER if hollow else token.colour)
        edge = pg.mkPen(token.colour if hollow else tokens.INK if of_foot else tokens.PAPER, width=1.5)
        size = (17 if is_chosen else 12) * self._scale
        plot.addItem(
            pg.ScatterPlotItem(
                [event.time_s], [height], symbol=symbol, size=size, brush=brush, pen=edge, useCache=False
            )
        )

    def _clicked(self, click: Any) -> None:
        if self._stride is None or not self._plots:
            return
        position = click.scenePos()
        for plot in self._plots:
            box = plot.getViewBox()
            if not box.sceneBoundingRect().contains(position):
                continue
            away = [
                abs(box.mapViewToScene(pg.Point(event.time_s, 0)).x() - position.x())
                + (0 if plot is self._plot_of(event) else 1e4)
                for event in self._stride.events
            ]
            if away and min(away) <= _HIT_PX * self._scale:
                self.event_clicked.emit(away.index(min(away)))
            return

    def _plot_of(self, event: EventFact) -> pg.PlotItem | None:
        shown = [wave.site for wave in self._waves if wave.channel != "pitch rate"]
        return self._plots[shown.index(event.site)] if event.site in shown else None


def _place_label(axis: Any) -> None:
    label = axis.label
    label.setPos(4, axis.size().height() / 2 - label.boundingRect().height() / 2)
