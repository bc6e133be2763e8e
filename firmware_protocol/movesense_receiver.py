"""Notifications of a Movesense -> rows: parts joined, stamps unwrapped, two resources paired.

In:  notifications of 34800002 in order, what is subscribed under which reference.
Out: rows; ticks are us of the sensor's clock: a packet's stamp for its first sample, from there on the period
     that the stamps show (the nominal one for the first `MEASURED_FROM_S`; stamps have 1 ms only).
Refuses: host time; a second part whose first is lost, a first part whose second is lost: no rows.

What can't be seen: where the second part of one packet and the first of the next are lost together, the
halves that are left are joined. Parts have no number.
The maker's list of known bugs says that the first packet of /Meas/Acc and /Meas/Gyro may be corrupt at high
rates: after the start and after a restart the first packet of each is left out where those are paired.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from firmware_protocol.exchange import Stream
from firmware_protocol.family import no_samples
from firmware_protocol.movesense_messages import (
    DATA,
    FIRST_PART,
    Code,
    Message,
    decode_response,
    read_message,
)
from firmware_protocol.movesense_payloads import BLOCKS, TICK_BITS, TICK_HZ, Ranges, decode_body, motion_path
from firmware_protocol.packet import Packet, ProtocolError, Rows
from firmware_protocol.pairing import Pairing, Rising
from firmware_protocol.unwrap import Unwrapper

ROW_TICK_HZ = 1e6
TICKS_PER_MS = 1000
LONGEST_WAIT_S = 2.0
MEASURED_FROM_S = 2.0  # where 1 ms of a stamp is 0.05 % of the span
ANCHORED_S = 60.0
LONGEST_BRIDGE = 20  # packets; a longer gap is none that the period is good enough to count through
OFF_BEAT = 0.25
FARTHEST_OFF = 0.15  # of the nominal period


def paths_of(mode: Mapping[str, object]) -> dict[int, str]:
    """What is subscribed: `paths` of a mode, by reference; what is no such thing is left out."""
    given: Any = mode.get("paths")
    pairs: list[tuple[Any, Any]] = list(given.items()) if isinstance(given, Mapping) else []  # pyright: ignore[reportUnknownArgumentType]
    return {
        int(reference): path
        for reference, path in pairs
        if isinstance(path, str)
        and isinstance(reference, str)
        and reference.isdecimal()
        and len(reference) < 4
    }


class Pace:
    """The period of one resource's samples by its stamps, ms.

    Stamps are counted from an anchor; packets that are lost between count too, where the gap is a whole
    number of packets. A gap that is none begins a new anchor, as does every `ANCHORED_S`.
    """

    def __init__(self, nominal_ms: float):
        self._nominal_ms = nominal_ms
        self.period_ms = nominal_ms
        self._anchor_ms = self._last_ms = self._last_n = self._samples = 0

    def take(self, stamp_ms: int, n: int) -> None:
        """The next packet's unwrapped stamp and its samples."""
        packets = (stamp_ms - self._last_ms) / (max(1, self._last_n) * self.period_ms)
        whole = round(packets)
        if not self._last_n or not 1 <= whole <= LONGEST_BRIDGE or abs(packets - whole) > OFF_BEAT:
            self._anchor_ms, self._samples = stamp_ms, 0
        else:
            self._samples += whole * self._last_n
        self._last_ms, self._last_n = stamp_ms, n
        span_ms = stamp_ms - self._anchor_ms
        if span_ms >= MEASURED_FROM_S * TICK_HZ:
            found = span_ms / self._samples
            if abs(found / self._nominal_ms - 1) <= FARTHEST_OFF:
                self.period_ms = found
        if span_ms >= ANCHORED_S * TICK_HZ:
            self._anchor_ms, self._samples = stamp_ms, 0


class Parts:
    """First parts that wait for their second."""

    def __init__(self) -> None:
        self._first: dict[int, bytes] = {}

    def join(self, message: Message) -> bytes | None:
        """The whole body, if this message makes one whole. Nothing is forgotten before `done`."""
        if message.code is Code.DATA:
            if len(message.body) != FIRST_PART:
                return message.body
            self._first[message.reference] = message.body
            return None
        first = self._first.get(message.reference)
        return None if first is None else first + message.body

    def done(self, reference: int) -> None:
        """The body was good, or a new one stands alone: no first part waits any more."""
        self._first.pop(reference, None)


class MovesenseReceiver:
    """See Receiver."""

    def __init__(self, stream: Stream):
        self._paths = {ref: path for ref, path in paths_of(stream.mode).items() if motion_path(path)}
        self._ranges = Ranges.of(stream.mode)
        self._period_us = ROW_TICK_HZ / stream.rate_hz
        blocks = [BLOCKS[path.split("/")[2]] for path in self._paths.values()]
        together = any({"accel", "gyro"} <= set(names) for names in blocks)
        both = {"accel", "gyro"} <= {name for names in blocks for name in names}
        self._paired = both and not together
        self._parts = Parts()
        self._rising = Rising(self._period_us)
        self._begin()

    def _begin(self) -> None:
        self._clocks = {ref: Unwrapper(TICK_BITS, TICK_HZ, 1) for ref in self._paths}
        self._paces = {ref: Pace(1000 * self._period_us / ROW_TICK_HZ) for ref in self._paths}
        self._pairing = Pairing(self._period_us, LONGEST_WAIT_S * ROW_TICK_HZ)
        self._fresh = set(self._paths) if self._paired else set[int]()

    def push(self, characteristic: str, payload: bytes) -> Rows:
        """Rows that are complete now."""
        if characteristic.lower() not in ("", DATA):
            raise ProtocolError(f"characteristic {characteristic} sends no data; {DATA} does", payload)
        message = read_message(payload)
        if message.code is Code.RESPONSE:
            decode_response(payload)
            return Rows.nothing()
        path = self._paths.get(message.reference)
        body = None if path is None else self._parts.join(message)
        if path is None or body is None:
            return Rows.nothing()
        packet = decode_body(path, body, self._ranges)
        self._parts.done(message.reference)
        return self._rows(message.reference, packet)

    def _rows(self, reference: int, packet: Packet) -> Rows:
        stamp = packet.tick or 0
        placed = self._clocks[reference].place(stamp)
        if placed is None or packet.clipped is None:
            return Rows.nothing()
        stamp_ms, restarted = placed
        if restarted:
            self._begin()
            self._rising.restart()
            stamp_ms, _ = self._clocks[reference].place(stamp) or (stamp, False)
        n, pace = packet.n_samples, self._paces[reference]
        pace.take(stamp_ms, n)
        period = pace.period_ms * TICKS_PER_MS
        time = stamp_ms * TICKS_PER_MS + np.rint(np.arange(n) * period).astype(np.int64)
        accel, gyro = packet.accel_m_s2, packet.gyro_rad_s
        if not self._paired:
            force = no_samples(n) if accel is None else accel
            turning = no_samples(n) if gyro is None else gyro
            return self._rising.rows(time, force, turning, packet.clipped, packet.mag_ut)
        if reference in self._fresh:
            self._fresh.discard(reference)
            return Rows.nothing()
        if accel is not None:
            self._pairing.accel.add(time, accel, packet.clipped)
        elif gyro is not None:
            self._pairing.gyro.add(time, gyro, packet.clipped)
        return self._rising.rows(*self._pairing.take(), newest=int(time[-1]))
