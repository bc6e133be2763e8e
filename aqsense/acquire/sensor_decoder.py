"""One sensor's notifications, over all its connections -> samples with rising ticks.

In:  its streams' descriptions and its packets, in the order of the log, with session times.
Out: `Batch`es and `clock_reset` marks.
Packets that come before the description of the stream wait for it: the first samples come before the exchange
that started them has ended. A new connection is a new clock segment: its ticks go on behind the old ones by
the time that went by, or as they are where the device's own clock went on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.acquire.log_record import LogRecord
from aqsense.acquire.stream_facts import stream_from
from aqsense.model import Floats, Mark, Ticks
from firmware_protocol import FAMILIES
from firmware_protocol.exchange import Stream
from firmware_protocol.family import Receiver
from firmware_protocol.packet import ProtocolError, Rows

SAME_CLOCK_S, SAME_CLOCK_SHARE = 0.5, 0.02


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples of one notification.

    arrival_s   session time of the notification that completed them
    tick        (n,) rising over the whole recording; unit: `tick_hz` of the sensor's first stream
    accel       (n, 3) m/s^2; NaN = not delivered
    gyro        (n, 3) rad/s; NaN = not delivered
    clipped     (n,) bool
    sequence    as sent, unwrapped; -1 where the family sends none
    newest      tick of the newest sample that the notification itself brought, for the clock; rising. It is
                beyond the last row where that sample still waits for its partner
    """

    site: str
    arrival_s: float
    tick: Ticks
    accel: Floats
    gyro: Floats
    clipped: NDArray[np.bool_]
    sequence: int
    newest: int


class SensorDecoder:
    """What is known of the sensor at a site.

    first, stream   description of the first and of the newest connection's stream; None before
    facts           what else the newest description told: serial, placement, title ...
    packets         notifications, answers included
    undecodable     notifications that are no legal packets
    """

    def __init__(self, site: str):
        self.site = site
        self.first: Stream | None = None
        self.stream: Stream | None = None
        self.facts: Mapping[str, Any] = {}
        self.packets = 0
        self.undecodable = 0
        self._receiver: Receiver | None = None
        self._waiting: list[tuple[LogRecord, float]] = []
        self._offset = 0
        self._newest: tuple[int, float] | None = None  # tick and arrival of the newest row
        self._is_new_segment = False
        self._brought = -(2**62)

    @property
    def is_streaming(self) -> bool:
        """Samples have come on the connection that is open."""
        return self._receiver is not None and not self._is_new_segment

    def forget_connection(self) -> None:
        """The connection ended, or a new one begins: what comes now waits for its description."""
        self._receiver, self.stream, self._waiting = None, None, []

    def describe(self, facts: Mapping[str, Any]) -> list[Batch | Mark]:
        """The exchange has ended: what came since it began can be read now. ValueError where this can't."""
        stream = stream_from(facts)
        if stream.family not in FAMILIES:
            raise ValueError(f"this version does not know the family {stream.family}")
        self._receiver = FAMILIES[stream.family].receiver(stream)
        self.stream, self.first, self.facts = stream, self.first or stream, facts
        self._is_new_segment = True
        waiting, self._waiting = self._waiting, []
        # Samples that are only counted must not count those of the rate before.
        since_ns = int(facts.get("since_ns", 0)) if stream.tick_source == "count" else 0
        ours = [(packet, arrival_s) for packet, arrival_s in waiting if packet.time_ns >= since_ns]
        return [one for packet, arrival_s in ours for one in self._decoded(self._receiver, packet, arrival_s)]

    def push(self, packet: LogRecord, arrival_s: float) -> list[Batch | Mark]:
        """A notification."""
        self.packets += 1
        if self._receiver is not None:
            return self._decoded(self._receiver, packet, arrival_s)
        self._waiting.append((packet, arrival_s))
        return []

    def _decoded(self, receiver: Receiver, packet: LogRecord, arrival_s: float) -> list[Batch | Mark]:
        try:
            rows = receiver.push(packet.characteristic, packet.payload)
        except ProtocolError:
            self.undecodable += 1
            return []
        if not len(rows):
            return []
        tick, marks = self._placed(rows, arrival_s)
        brought = int(rows.tick[-1]) if rows.newest is None else rows.newest
        # Two streams' notifications come in turns: one may bring older samples than the one before it.
        self._brought = max(self._scaled(brought) + self._offset, self._brought + 1)
        batch = Batch(
            self.site, arrival_s, tick, rows.accel_m_s2, rows.gyro_rad_s, rows.clipped, rows.sequence,
            self._brought,
        )  # fmt: skip
        return [*marks, batch]

    def _placed(self, rows: Rows, arrival_s: float) -> tuple[Ticks, list[Mark]]:
        """Ticks behind all ticks before them; the mark where a clock segment begins."""
        assert self.stream is not None
        assert self.first is not None
        raw, marks = self._scaled(rows.tick), list[Mark]()
        if self._newest is not None and (self._is_new_segment or rows.restarted):
            goes_on = not rows.restarted and self._goes_on(raw, arrival_s)
            if not goes_on:
                self._offset = self._new_offset(raw, arrival_s)
            text = (
                "new connection, the sensor's clock went on" if goes_on else "the sensor's clock began anew"
            )
            marks.append(Mark(arrival_s, "clock_reset", site=self.site, text=text))
        self._is_new_segment = False
        tick = raw + self._offset
        self._newest = (int(tick[-1]), arrival_s)
        return tick, marks

    def _scaled(self, tick: Any) -> Any:
        """Ticks, one or many, in the unit of the first stream."""
        assert self.stream is not None
        assert self.first is not None
        if self.stream.tick_hz == self.first.tick_hz:
            return tick
        scaled = np.rint(np.multiply(tick, self.first.tick_hz / self.stream.tick_hz)).astype(np.int64)
        return int(scaled) if np.ndim(tick) == 0 else scaled

    def _expected(self, arrival_s: float) -> tuple[float, float]:
        """Tick at which a clock that went on would stand now, and the ticks since the newest row."""
        assert self._newest is not None
        assert self.first is not None
        elapsed = (arrival_s - self._newest[1]) * self.first.tick_hz
        return self._newest[0] + elapsed, elapsed

    def _goes_on(self, raw: Ticks, arrival_s: float) -> bool:
        """The device's clock ran on while it was away."""
        assert self.stream is not None
        assert self.first is not None
        assert self._newest is not None
        if self.stream.tick_source == "count":
            return False
        expected, elapsed = self._expected(arrival_s)
        near = SAME_CLOCK_S * self.first.tick_hz + SAME_CLOCK_SHARE * elapsed
        return bool(
            raw[0] + self._offset > self._newest[0] and abs(raw[-1] + self._offset - expected) <= near
        )

    def _new_offset(self, raw: Ticks, arrival_s: float) -> int:
        assert self.stream is not None
        assert self.first is not None
        assert self._newest is not None
        step = max(1, round(self.first.tick_hz / self.stream.rate_hz))
        expected, _ = self._expected(arrival_s)
        return max(round(expected) - int(raw[-1]), self._newest[0] + step - int(raw[0]))
