"""Notifications of a MetaMotion board -> rows: numbered samples, or packed ones without number.

In:  notifications of one connection.
Out: rows; ticks are the accounter's count, or samples as received.
Refuses: host time.

Packed samples: both sensors sit on one chip and fill their packets in turn. Which kind leads is seen at the
first packet; two of a kind in a row mean that the partner between them was lost, and the one that is left
alone gives rows with NaN for the other. Losing both, or the very first packet, can't be seen.
"""

from __future__ import annotations

import numpy as np

from firmware_protocol.exchange import Stream
from firmware_protocol.family import Receiver, no_samples
from firmware_protocol.metamotion_packets import decode
from firmware_protocol.packet import Kind, Packet, Rows
from firmware_protocol.unwrap import Unwrapper


def receiver(stream: Stream) -> Receiver:
    """The receiver that the stream needs."""
    return CountedReceiver(stream) if stream.tick_source == "counter" else PackedReceiver(stream)


class CountedReceiver:
    """Samples with the accounter's count."""

    def __init__(self, stream: Stream):
        self._mode = stream.mode
        self._count = Unwrapper(32, stream.tick_hz, step=1, repeated_s=0)

    def push(self, characteristic: str, payload: bytes) -> Rows:
        """One row; none for answers, other processors' packets and repetitions."""
        packet = decode(characteristic, payload, self._mode)
        ours = packet.fields.get("processor") == self._mode["processor"]
        if packet.counter is None or not ours or packet.accel_m_s2 is None or packet.gyro_rad_s is None:
            return Rows.nothing()
        placed = self._count.place(packet.counter)
        if placed is None or packet.clipped is None:
            return Rows.nothing()
        tick, restarted = placed
        return Rows(
            np.array([tick], np.int64),
            packet.accel_m_s2,
            packet.gyro_rad_s,
            packet.clipped,
            sequence=tick,
            restarted=restarted,
        )


class PackedReceiver:
    """Three samples at a time, accelerometer and gyroscope in turn."""

    def __init__(self, stream: Stream):
        self._mode = stream.mode
        self._ticks = 0
        self._accel_leads: bool | None = None
        self._leader: Packet | None = None

    def push(self, characteristic: str, payload: bytes) -> Rows:
        """Rows of a pair, or of a packet whose partner is lost."""
        packet = decode(characteristic, payload, self._mode)
        if packet.kind is not Kind.SAMPLES or packet.counter is not None or packet.mag_ut is not None:
            return Rows.nothing()
        is_accel = packet.accel_m_s2 is not None
        if self._accel_leads is None:
            self._accel_leads = is_accel
        leader = self._leader
        if is_accel == self._accel_leads:
            self._leader = packet
            return Rows.nothing() if leader is None else self._rows(leader, None)
        self._leader = None
        return self._rows(packet, leader)

    def _rows(self, one: Packet, other: Packet | None) -> Rows:
        n = one.n_samples
        accel, gyro, clipped = one.accel_m_s2, one.gyro_rad_s, one.clipped
        if other is not None and other.n_samples == n and clipped is not None and other.clipped is not None:
            accel = other.accel_m_s2 if accel is None else accel
            gyro = other.gyro_rad_s if gyro is None else gyro
            clipped = clipped | other.clipped
        tick = np.arange(self._ticks, self._ticks + n, dtype=np.int64)
        self._ticks += n
        return Rows(
            tick,
            no_samples(n) if accel is None else accel,
            no_samples(n) if gyro is None else gyro,
            np.zeros(n, np.bool_) if clipped is None else clipped,
        )
