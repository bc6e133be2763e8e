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

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_protocol.exchange import Stream
from firmware_protocol.packet import Floats, Kind, ProtocolError, Rows, Ticks
from firmware_protocol.polar_control import decode_control
from firmware_protocol.polar_frames import Measurement, decode_frame
from firmware_protocol.polar_sensor import CONTROL, DATA

TICK_HZ = 1e6
NS_PER_TICK = 1000
LOST_FROM = 0.05
LONGEST_WAIT_S = 8.0


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


@dataclass(slots=True)
class _Queue:
    """Samples of one stream that wait: times ns, values, clipped."""

    clock: FrameClock
    time_ns: Ticks = field(default_factory=lambda: np.empty(0, np.int64))
    value: Floats = field(default_factory=lambda: np.empty((0, 3)))
    clipped: NDArray[np.bool_] = field(default_factory=lambda: np.empty(0, np.bool_))

    def add(self, time_ns: Ticks, value: Floats, clipped: NDArray[np.bool_]) -> None:
        self.time_ns = np.concatenate((self.time_ns, time_ns))
        self.value = np.concatenate((self.value, value))
        self.clipped = np.concatenate((self.clipped, clipped))

    def drop(self, n: int) -> None:
        self.time_ns, self.value, self.clipped = self.time_ns[n:], self.value[n:], self.clipped[n:]


class PolarReceiver:
    """See Receiver."""

    def __init__(self, stream: Stream):
        self._mode = stream.mode
        self._period_ns = 1e9 / stream.rate_hz
        self._has_gyro = str(int(Measurement.GYRO)) in stream.mode["ranges"]
        self._offset = 0
        self._last_tick: int | None = None
        self._restarted = False
        self._begin()

    def _begin(self) -> None:
        self._queues = {
            one: _Queue(FrameClock(self._period_ns)) for one in (Measurement.ACC, Measurement.GYRO)
        }

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
        if value is None or not 0 < packet.tick < 2**62:
            if value is None:
                return Rows.nothing()
            raise ProtocolError(f"a stamp of {packet.tick} ns", payload, 1)
        measurement = Measurement.ACC if packet.accel_m_s2 is not None else Measurement.GYRO
        last = self._queues[measurement].clock.last_ns
        if last == packet.tick:
            return Rows.nothing()
        if last is not None and packet.tick < last:
            self._begin()
            self._restarted = True
        queue = self._queues[measurement]
        queue.add(queue.clock.times(packet.tick, len(value)), value, packet.clipped)
        return self._paired() if self._has_gyro else self._alone()

    def _alone(self) -> Rows:
        """All accelerometer samples, without gyroscope."""
        acc = self._queues[Measurement.ACC]
        time_ns, value, clipped = acc.time_ns, acc.value, acc.clipped
        acc.drop(len(time_ns))
        return self._rows(time_ns, value, np.full_like(value, np.nan), clipped)

    def _paired(self) -> Rows:
        """Gyroscope samples that no later accelerometer sample can be nearest to, or that waited too long."""
        acc, gyro = self._queues[Measurement.ACC], self._queues[Measurement.GYRO]
        if not len(gyro.time_ns):
            return Rows.nothing()
        seen_ns = int(acc.time_ns[-1]) if len(acc.time_ns) else -(2**62)
        given_up_ns = int(gyro.time_ns[-1]) - round(LONGEST_WAIT_S * 1e9)
        n = int(np.count_nonzero(gyro.time_ns <= max(seen_ns, given_up_ns)))
        time_ns, turning, clipped = gyro.time_ns[:n], gyro.value[:n], gyro.clipped[:n]
        gyro.drop(n)
        force, force_clipped = self._nearest(acc, time_ns)
        if n:  # what is older than a period before the last row can be nearest to none that follows
            acc.drop(int(np.count_nonzero(acc.time_ns < time_ns[-1] - round(self._period_ns))))
        return self._rows(time_ns, force, turning, clipped | force_clipped)

    def _nearest(self, acc: _Queue, time_ns: Ticks) -> tuple[Floats, NDArray[np.bool_]]:
        """Accelerometer values at these times: the nearest sample's, NaN beyond half a period."""
        force, clipped = np.full((len(time_ns), 3), np.nan), np.zeros(len(time_ns), np.bool_)
        if len(acc.time_ns) and len(time_ns):
            after = np.searchsorted(acc.time_ns, time_ns).clip(0, len(acc.time_ns) - 1)
            before = (after - 1).clip(0)
            nearer = np.abs(acc.time_ns[before] - time_ns) < np.abs(acc.time_ns[after] - time_ns)
            place: Ticks = np.where(nearer, before, after)
            near = np.abs(acc.time_ns[place] - time_ns) <= 0.5 * self._period_ns
            force[near], clipped[near] = acc.value[place[near]], acc.clipped[place[near]]
        return force, clipped

    def _rows(self, time_ns: Ticks, accel: Floats, gyro: Floats, clipped: NDArray[np.bool_]) -> Rows:
        """Rows with rising ticks; a sample that a frame's stamp puts before the last row is left out."""
        tick = np.rint(time_ns / NS_PER_TICK).astype(np.int64)
        restarted = self._restarted and len(tick) > 0
        if restarted and self._last_tick is not None:
            self._offset = self._last_tick + round(self._period_ns / NS_PER_TICK) - int(tick[0])
        self._restarted = self._restarted and not restarted
        tick = tick + self._offset
        floor = -(2**62) if self._last_tick is None else self._last_tick
        later = tick > np.maximum.accumulate(np.concatenate(([floor], tick[:-1]))) if len(tick) else tick > 0
        if not later.any():
            return Rows.nothing()
        self._last_tick = int(tick[later][-1])
        return Rows(tick[later], accel[later], gyro[later], clipped[later], restarted=restarted)
