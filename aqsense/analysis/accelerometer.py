"""Raw specific force of one sensor -> windows of steady samples around given times.

In:  (tick, accel) rows of one sensor, any batch size, ticks rising.
Out: `Window`s: the same number of samples around every time asked for, with the holes told.
Refuses: filters, events, other sensors.
Why it may fill: a lost sample must not cost the contact beside it. Holes up to 30 ms (at least two samples)
are bridged by straight lines and flagged; longer ones become NaN, so that no window reaches across them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import Clock
from aqsense.analysis.signals import LONGEST_BRIDGE_S, SHORTEST_BRIDGE_SAMPLES
from aqsense.analysis.tape import Tape
from aqsense.analysis.tick_search import count_up_to
from aqsense.model import Floats, Ticks


@dataclass(frozen=True, slots=True)
class Window:
    """Samples around n times: w of them, sample `before` being the last one not after the time.

    values    (c, n, w) m/s^2; NaN where the sensor has no data
    bridged   (n, w)
    offset    (n,) the time asked for, in samples behind sample `before`, 0 to 1
    tick      (n,) device tick of sample `before`
    before    column of that sample
    """

    values: Floats
    bridged: NDArray[np.bool_]
    offset: Floats
    tick: Floats
    before: int


class Accelerometer:
    """Specific force of one sensor as it came: all three axes, or along fixed directions.

    directions   (c, 3) unit vectors in sensor axes, None = the sensor's own three axes
    """

    def __init__(
        self, clock: Clock, ticks_per_sample: float, rate_hz: float, directions: Floats | None = None
    ):
        self.clock = clock
        self.rate_hz = rate_hz
        self._ticks_per_sample = ticks_per_sample
        self._directions = directions
        self._longest_hole = max(SHORTEST_BRIDGE_SAMPLES, int(LONGEST_BRIDGE_S * rate_hz + 1e-9))
        self._ticks = Tape(np.int64)
        self._values = Tape(np.float64, 3 if directions is None else len(directions))
        self._bridged = Tape(np.bool_)

    def push(self, tick: Ticks, accel: tuple[Floats, Floats, Floats]) -> None:
        """Take rows. Rows with NaN count as lost."""
        values = self._along(accel)
        lost = np.isnan(values[0])
        for row in values[1:]:
            lost |= np.isnan(row)
        if lost.any():
            tick, values = tick[~lost], values[:, ~lost]
        if not len(tick):
            return
        previous = self._ticks.values[-1] if len(self._ticks) else tick[0] - self._ticks_per_sample
        missing = np.rint(np.diff(tick, prepend=previous) / self._ticks_per_sample).astype(np.int64) - 1
        begin = 0
        for hole in np.flatnonzero(missing > 0).tolist():
            self._append(tick[begin:hole], values[:, begin:hole])
            self._fill(int(missing[hole]), int(tick[hole]), values[:, hole])
            begin = hole
        self._append(tick[begin:], values[:, begin:])

    def around(self, time_s: Floats, before_s: float, after_s: float) -> Window:
        """Windows that reach at least from `before_s` before to `after_s` after each time, session s.

        A NaN time gives a window of NaN.
        """
        before = int(np.ceil(before_s * self.rate_hz)) + 1
        width = before + int(np.ceil(after_s * self.rate_hz)) + 2
        known = ~np.isnan(time_s) & (len(self._ticks) > 0)
        if not known.any():
            return _nothing(len(self._values.values), len(time_s), width, before)
        ticks = self._ticks.values
        wanted = self.clock.tick_at(np.where(known, time_s, 0.0))
        base = count_up_to(ticks, wanted) - 1
        index = base[:, None] + np.arange(-before, width - before)
        inside = (index >= 0) & (index < len(ticks)) & known[:, None]
        safe = np.clip(index, 0, len(ticks) - 1)
        tick = ticks[np.clip(base, 0, None)].astype(float)
        values = self._values.values[:, safe]
        values[:, ~inside] = np.nan
        offset = (wanted - tick) / self._ticks_per_sample
        return Window(values, self._bridged.values[safe] & inside, offset, tick, before)

    def time_at(self, window: Window, position: Floats) -> Floats:
        """Session time of positions in columns of the windows."""
        return self.clock.time_at(window.tick + (position - window.before) * self._ticks_per_sample)

    def _along(self, accel: tuple[Floats, Floats, Floats]) -> Floats:
        if self._directions is None:
            return np.stack(accel)
        values = np.zeros((len(self._directions), len(accel[0])))
        for row, direction in zip(values, self._directions, strict=True):
            for component, weight in zip(accel, direction, strict=True):
                row += weight * component
        return values

    def _append(self, tick: Ticks, values: Floats, *, bridged: bool = False) -> None:
        self._ticks.append(tick)
        self._values.append(values)
        self._bridged.extend(len(tick))[...] = bridged

    def _fill(self, missing: int, tick: int, after: Floats) -> None:
        """A straight line over a short hole; one row of NaN stands for a long one."""
        last = int(self._ticks.values[-1])
        if missing > self._longest_hole:
            step = np.array([last + max(1, round(self._ticks_per_sample))])
            self._append(step, np.full((len(after), 1), np.nan))
            return
        part = np.arange(1, missing + 1) / (missing + 1)
        before = self._values.values[:, -1:].copy()
        ticks = last + np.rint(part * (tick - last)).astype(np.int64)
        self._append(ticks, before + part * (after[:, None] - before), bridged=True)


def _nothing(channels: int, n: int, width: int, before: int) -> Window:
    nan = np.full(n, np.nan)
    return Window(np.full((channels, n, width), np.nan), np.zeros((n, width), bool), nan, nan, before)
