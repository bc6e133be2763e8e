"""Packet arrivals -> session time of ticks, while the packets still come.

In:  ARRIVAL rows of one sensor and one life of its counter, in the order of their ticks, any batch size.
Out: knots that no later packet can change; `time_at` up to `watermark_tick`.
Refuses: the nominal rate as a rate (it only spaces the knots), ticks that don't rise.
Why delivery doesn't matter: a knot at tick k is decided by the packets with ticks up to k + horizon and by
nothing else, and only when a packet from beyond has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.arrival_clock import FEWEST_PACKETS, LINK_SD_S, half_of, lower_hull_line, thinned
from aqsense.analysis.clock_value import Clock
from aqsense.analysis.connection import beat, blind_spots
from aqsense.errors import RecordingError
from aqsense.model import ARRIVAL, Floats

KNOT_EVERY_S = 1.0
HORIZON_S = 2.0
WINDOW_S = 120.0
READY_AFTER_S = 20.0
READY_PACKETS = 100
HALVES_KEPT = 24
JUDGED_EVERY = 5  # knots: how well the line is known changes slowly


@dataclass(frozen=True, slots=True)
class CausalState:
    """How far a causal clock is.

    ready        may be used
    reason       why not, "" when ready
    n            packets heard
    sd_s         SD against the common time, s; wider where packets and events keep step: the phase of such a
                 link can't be seen (METHOD 6); inf before the first knot
    residual_s   median delay above the line of least delay at the last knot, s; NaN before the first
    """

    ready: bool
    reason: str
    n: int
    sd_s: float
    residual_s: float


class CausalClock:
    """A stage: `push` arrivals, ask for times up to `watermark_tick`.

    tick_hz   nominal ticks per second
    """

    def __init__(self, tick_hz: float):
        self._per_s = tick_hz
        self._rows = np.empty(0, ARRIVAL)
        self._first_tick = 0
        self._first_s = 0.0
        self._last_tick: int | None = None
        self._n = 0
        self._next = 0
        self._line: tuple[float, float, float] | None = None  # tick, time, s per tick; from the first packet
        self._tick: list[float] = []
        self._time_s: list[float] = []
        self._residual_s = float("nan")
        self._fit_sd_s = float("inf")
        self._sd_s: list[float] = []
        self._halves: list[float] = []  # squares, s^2, of what lines under half of the packets differ

    def push(self, arrivals: NDArray[Any]) -> None:
        """Take ARRIVAL rows.

        Raises RecordingError where ticks don't rise: a counter that began again needs a clock of its own.
        """
        for row in arrivals:
            self._take(row)

    @property
    def watermark_tick(self) -> float:
        """Times up to this tick are final; -inf before there are two knots."""
        return self._tick[-1] if len(self._tick) > 1 else -np.inf

    @property
    def ready(self) -> bool:
        """Has it heard enough to be used?"""
        return self.state().ready

    def state(self) -> CausalState:
        """How far it is."""
        heard_s = 0.0 if self._last_tick is None else (self._last_tick - self._first_tick) / self._per_s
        reason = ""
        if heard_s < READY_AFTER_S:
            reason = f"heard for {heard_s:.0f} s of {READY_AFTER_S:.0f}"
        elif self._n < READY_PACKETS:
            reason = f"{self._n} packets of {READY_PACKETS}"
        elif len(self._tick) < 2:
            reason = "too few packets in one stretch"
        return CausalState(not reason, reason, self._n, self._fit_sd_s, self._residual_s)

    def time_at(self, ticks: Floats) -> Floats:
        """(n,) session time in s; NaN before the first knot and beyond the watermark."""
        if len(self._tick) < 2:
            return np.full(len(ticks), np.nan)
        known = (ticks >= self._tick[0]) & (ticks <= self._tick[-1])
        return np.where(known, self.clock_until(self._tick[-1]).time_at(ticks), np.nan)

    def clock_until(self, tick: float) -> Clock:
        """The clock by its knots up to a tick. Raises RecordingError where there are fewer than two."""
        count = int(np.searchsorted(self._tick, tick, side="right"))
        if count < 2:
            raise RecordingError(
                f"the clock has {count} knots up to tick {tick:.0f}; expected 2. Wait longer."
            )
        knots, times = np.array(self._tick[:count]), np.array(self._time_s[:count])
        return Clock("arrivals", knots, times, self._sd_s[count - 1])

    def _take(self, row: Any) -> None:
        tick = int(row["tick"])
        if self._last_tick is None:
            self._first_tick, self._first_s = tick, float(row["arrival_s"])
        elif tick <= self._last_tick:
            raise RecordingError(
                f"arrival at tick {tick} does not rise (previous {self._last_tick}). Start a new clock."
            )
        # This packet is the first beyond the horizon of these knots.
        while self._knot() + HORIZON_S * self._per_s < tick - self._first_tick:
            self._decide()
        self._last_tick, self._n = tick, self._n + 1
        self._rows = np.append(self._rows, np.array([row], ARRIVAL))

    def _knot(self) -> float:
        """Ticks from the first packet to the next knot."""
        return self._next * KNOT_EVERY_S * self._per_s

    def _decide(self) -> None:
        knot = self._knot()
        self._next += 1
        oldest = self._first_tick + knot + (HORIZON_S - WINDOW_S) * self._per_s
        self._rows = self._rows[self._rows["tick"] > oldest]
        if len(self._rows) >= FEWEST_PACKETS:
            self._fit()
        if self._line is None:
            return
        at, time_s, slope = self._line
        found = self._first_s + time_s + (knot - at) * slope
        if self._time_s:  # a line that fell must not turn time back
            found = max(found, self._time_s[-1] + 0.5 * KNOT_EVERY_S * self._per_s * slope)
        self._tick.append(self._first_tick + knot)
        self._time_s.append(found)
        self._sd_s.append(self._fit_sd_s)

    def _fit(self) -> None:
        tick = (self._rows["tick"] - self._first_tick).astype(float)
        arrival_s = self._rows["arrival_s"] - self._first_s
        ends, times = lower_hull_line(*thinned(tick, arrival_s))
        slope = float((times[1] - times[0]) / (ends[1] - ends[0]))
        if slope <= 0.0:  # a burst of packets that waited; the last line goes on
            return
        self._line = (float(ends[0]), float(times[0]), slope)
        delay = arrival_s - times[0] - (tick - ends[0]) * slope
        self._residual_s = float(np.median(delay))
        if (self._next - 1) % JUDGED_EVERY == 0 or np.isinf(self._fit_sd_s):
            self._fit_sd_s = self._judged(tick, arrival_s, delay)

    def _judged(self, tick: Floats, arrival_s: Floats, delay_s: Floats) -> float:
        """SD of the line at the newest knot, s. What it can't see is one-sided here."""
        assert self._line is not None
        at, time_s, slope = self._line
        ready_s = arrival_s - delay_s
        blind = blind_spots(arrival_s, ready_s, *beat(arrival_s, ready_s))
        knot = (self._next - 1) * KNOT_EVERY_S * self._per_s
        first_half = half_of(len(tick))
        off = [_line_at(tick[half], arrival_s[half], knot) for half in (first_half, ~first_half)]
        self._halves.append(0.5 * (off[0] - off[1]) ** 2)
        noise_s = np.sqrt(np.mean(self._halves[-HALVES_KEPT:]))
        bias_s = 0.5 * (off[0] + off[1]) - time_s - (knot - at) * slope
        one_sided_s = np.hypot(blind.hidden_s, blind.queued_s) / np.sqrt(3.0)
        return float(np.sqrt(LINK_SD_S**2 + one_sided_s**2 + noise_s**2 + bias_s**2))


def _line_at(tick: Floats, arrival_s: Floats, knot: float) -> float:
    ends, times = lower_hull_line(*thinned(tick, arrival_s))
    return float(times[0] + (knot - ends[0]) * (times[1] - times[0]) / (ends[1] - ends[0]))
