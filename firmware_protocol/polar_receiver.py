"""Two Polar streams with stamps of their own -> rows.

In:  data frames of accelerometer and gyroscope, each stamped with its last sample.
Out: a row per gyroscope sample with the accelerometer sample nearest in time, NaN where none lies within half
     a period; a row per accelerometer sample with NaN gyroscope where the sensor has none. Ticks are us since
     2000-01-01 of the device, moved on after a restart.
Refuses: host time; waiting for ever: a gyroscope sample waits `LONGEST_WAIT_S` of device time at most.

Times inside a frame, by Polar's rule: equal steps from the previous frame's stamp to this one's. Where that
step is more than 5 % off the one before (the first time: the nominal one) a frame was lost: the step before
is taken, back from the stamp. The first frame takes the nominal step.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from firmware_protocol.exchange import Stream
from firmware_protocol.family import no_samples
from firmware_protocol.packet import Floats, Kind, ProtocolError, Rows, Ticks
from firmware_protocol.pairing import Columns, Pairing, Rising
from firmware_protocol.polar_control import decode_control
from firmware_protocol.polar_frames import Measurement, decode_frame
from firmware_protocol.polar_sensor import CONTROL, DATA

TICK_HZ = 1e6
NS_PER_TICK = 1000
LOST_FROM = 0.05
LONGEST_WAIT_S = 8.0
LONGEST_GAP_NS = 3_600_000_000_000  # an hour; what leaps further is a clock that was set, a new one


@dataclass(slots=True)
class FrameClock:
    """Times of the samples of one stream's frames, ns."""

    nominal_ns: float
    last_ns: int | None = None
    step_ns: float = 0.0

    def times(self, stamp_ns: int, n: int) -> Ticks:
        """Times of the n samples of a frame with this stamp; moves on."""
        before = self.step_ns or self.nominal_ns
        step = before if self.last_ns is None else (stamp_ns - self.last_ns) / n
        if abs(step / before - 1) > LOST_FROM:
            step = before
        elif self.last_ns is not None:
            self.step_ns = step
        self.last_ns = stamp_ns
        return stamp_ns - np.rint(np.arange(n - 1, -1, -1) * step).astype(np.int64)


class PolarReceiver:
    """See Receiver."""

    def __init__(self, stream: Stream):
        self._mode = stream.mode
        self._period_ns = 1e9 / stream.rate_hz
        self._has_gyro = str(int(Measurement.GYRO)) in stream.mode["ranges"]
        self._rising = Rising(self._period_ns / NS_PER_TICK)
        self._begin()

    def _begin(self) -> None:
        self._pairing = Pairing(self._period_ns, LONGEST_WAIT_S * 1e9)
        self._clocks = {one: FrameClock(self._period_ns) for one in (Measurement.ACC, Measurement.GYRO)}

    def push(self, characteristic: str, payload: bytes) -> Rows:
        """Rows that are complete now."""
        if characteristic.lower() == CONTROL:
            decode_control(payload)
            return Rows.nothing()
        if characteristic.lower() not in ("", DATA):
            raise ProtocolError(f"characteristic {characteristic} sends no data; {DATA} does", payload)
        packet = decode_frame(payload, self._mode)
        if packet.kind is not Kind.SAMPLES or packet.tick is None or packet.clipped is None:
            return Rows.nothing()
        value = packet.accel_m_s2 if packet.accel_m_s2 is not None else packet.gyro_rad_s
        if value is None:
            return Rows.nothing()
        if not 0 < packet.tick < 2**62:
            raise ProtocolError(f"a stamp of {packet.tick} ns", payload, 1)
        measurement = Measurement.ACC if packet.accel_m_s2 is not None else Measurement.GYRO
        last = self._clocks[measurement].last_ns
        if last == packet.tick:
            return Rows.nothing()
        if last is not None and not 0 < packet.tick - last < LONGEST_GAP_NS:
            self._begin()
            self._rising.restart()
        times = self._clocks[measurement].times(packet.tick, len(value))
        waiting = self._pairing.accel if measurement is Measurement.ACC else self._pairing.gyro
        waiting.add(times, value, packet.clipped)
        return self._rows(*(self._pairing.take() if self._has_gyro else self._alone()), int(times[-1]))

    def _alone(self) -> Columns:
        """All accelerometer samples, without gyroscope."""
        accel = self._pairing.accel
        time_ns, value, clipped = accel.time, accel.value, accel.clipped
        accel.drop(len(time_ns))
        return time_ns, value, no_samples(len(value)), clipped

    def _rows(
        self, time_ns: Ticks, accel: Floats, gyro: Floats, clipped: NDArray[np.bool_], newest_ns: int
    ) -> Rows:
        tick = (time_ns + NS_PER_TICK // 2) // NS_PER_TICK
        newest = (newest_ns + NS_PER_TICK // 2) // NS_PER_TICK
        return self._rising.rows(tick, accel, gyro, clipped, newest=newest)
