"""Simulated sensors behind the Link interface: the sensor's own bytes, a radio's habits, no radio.

In:  virtual sensors of any family, what each measures as a function of time, how its radio behaves.
Out: a Link. Notifications come in the beats of a connection interval, in order, late where the radio stalls,
     never lost while the connection lives, unless the sensor's own queue is full.
Refuses: inventing motion: sources are injected, so that this room never sees the simulator.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Connection, Found, Notified
from aqsense.errors import SensorError
from aqsense.model import Floats
from firmware_protocol import FAMILIES
from firmware_protocol.exchange import WriteRefused
from firmware_protocol.family import Identity, Notification, VirtualSensor

# (n,) s since the motion began -> specific force (n, 3) m/s^2 and angular rate (n, 3) rad/s in sensor axes.
Source = Callable[[Floats], tuple[Floats, Floats]]


@dataclass(frozen=True, slots=True)
class Habits:
    """How a simulated sensor and its radio behave. Times are s since the link was made.

    interval_s     connection interval
    per_interval   notifications that fit into one
    retransmit     chance that an interval brings nothing
    stalls         (begin, length): nothing comes, then all at once
    drops          (begin, length): the connection is lost; the sensor can't be reached for so long
    reboots        the sensor begins anew after each drop (battery contact)
    clock_ppm      how much faster than true its clock runs; its sampling goes with it
    first_s        its clock's time when the link is made
    connect_s      time that a connect takes
    refused        connects that fail before the first one that succeeds
    mute           (begin, length): connected, but nothing is measured
    queue          packets that the sensor keeps for sending; the oldest of more are lost
    rssi_dbm       as a scan hears it
    """

    interval_s: float = 0.015
    per_interval: int = 6
    retransmit: float = 0.0
    stalls: tuple[tuple[float, float], ...] = ()
    drops: tuple[tuple[float, float], ...] = ()
    reboots: bool = False
    clock_ppm: float = 0.0
    first_s: float = 100.0
    connect_s: float = 0.1
    refused: int = 0
    mute: tuple[tuple[float, float], ...] = ()
    queue: int = 400
    rssi_dbm: int = -60


@dataclass
class SimulatedSensor:
    """A virtual sensor in the air.

    sent   every notification that was handed to a subscriber, in order; for checks
    """

    family: str
    virtual: VirtualSensor
    source: Source
    habits: Habits = field(default_factory=Habits)
    keeps_sent: bool = False
    sent: list[Notification] = field(default_factory=list[Notification])
    n_sent: int = 0
    n_queue_lost: int = 0


class SimulatedLink:
    """See Link. Addresses are `sim:0`, `sim:1` ...

    Before `begin_motion` sources are asked for time 0: everybody holds still.
    """

    def __init__(self, sensors: Sequence[SimulatedSensor], clock: HostClock | None = None, seed: int = 0):
        self.clock = clock or HostClock()
        self.sensors = tuple(sensors)
        self._made_ns = self.clock.now_ns()
        self._motion_ns: int | None = None
        self._draw = np.random.RandomState(seed)
        self._refused = {index: sensor.habits.refused for index, sensor in enumerate(sensors)}

    def now_s(self) -> float:
        """s since the link was made."""
        return (self.clock.now_ns() - self._made_ns) * 1e-9

    def begin_motion(self) -> None:
        """What the sources hold happens from now on."""
        self._motion_ns = self.clock.now_ns()

    def motion_s(self, since_made_s: Floats) -> Floats:
        """Time of the motion; 0 before it begins."""
        if self._motion_ns is None:
            return np.zeros_like(since_made_s)
        return np.maximum(since_made_s - (self._motion_ns - self._made_ns) * 1e-9, 0.0)

    def is_busy(self, chance: float) -> bool:
        """By chance: this connection interval brings nothing."""
        return bool(chance) and self._draw.uniform() < chance

    async def scan(self, seconds: float, found: Callable[[Found], None]) -> list[Found]:
        await self.clock.sleep(min(seconds, 0.2))
        heard = [self._found(index, sensor) for index, sensor in enumerate(self.sensors)]
        heard = [one for one in heard if one is not None]
        for one in heard:
            found(one)
        return sorted(heard, key=lambda one: -(one.rssi_dbm or -127))

    async def connect(self, found: Found, lost: Callable[[], None]) -> Connection:
        index = int(found.address.removeprefix("sim:"))
        sensor = self.sensors[index]
        await self.clock.sleep(sensor.habits.connect_s)
        if self._refused[index] > 0:
            self._refused[index] -= 1
            raise SensorError("the radio is busy", sensor=found.address)
        if inside(sensor.habits.drops, self.now_s()):
            raise SensorError("it does not answer", sensor=found.address)
        return SimulatedConnection(self, sensor, lost)

    def _found(self, index: int, sensor: SimulatedSensor) -> Found | None:
        if inside(sensor.habits.drops, self.now_s()):
            return None
        told = sensor.virtual.advertisement
        identity = FAMILIES[sensor.family].recognise(told) or Identity(sensor.family)
        return Found(f"sim:{index}", told, identity, sensor.habits.rssi_dbm, sensor)


class SimulatedConnection:
    """See Connection. Made by SimulatedLink only; beats until it ends."""

    def __init__(self, link: SimulatedLink, sensor: SimulatedSensor, lost: Callable[[], None]):
        self._link = link
        self._sensor = sensor
        self._lost = lost
        self._notified: dict[str, Notified] = {}
        self._queue: deque[Notification] = deque(maxlen=sensor.habits.queue)
        self._is_connected = True
        self._next_sample = 0  # of the device's grid; 0 = not sampling
        self._rate_hz = 0.0
        sensor.virtual.connect()
        self._beating = asyncio.get_running_loop().create_task(self._beat())

    @property
    def is_connected(self) -> bool:
        return self._is_connected

    async def subscribe(self, characteristic: str, notified: Notified) -> None:
        self._need_connection()
        self._notified[characteristic] = notified
        self._say(self._sensor.virtual.subscribe(characteristic, True))

    async def unsubscribe(self, characteristic: str) -> None:
        self._need_connection()
        self._say(self._sensor.virtual.subscribe(characteristic, False))
        self._notified.pop(characteristic, None)

    async def read(self, characteristic: str) -> bytes:
        await self._turn_of_the_radio()
        return self._sensor.virtual.read(characteristic)

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        if response:
            await self._turn_of_the_radio()
        self._need_connection()
        try:
            self._say(self._sensor.virtual.write(characteristic, data))
        except WriteRefused:
            if response:
                raise

    async def disconnect(self) -> None:
        """Ends the connection; `lost` is not called."""
        if self._is_connected:
            self._is_connected = False
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating
            self._sensor.virtual.disconnect()

    async def _turn_of_the_radio(self) -> None:
        self._need_connection()
        await self._link.clock.sleep(self._sensor.habits.interval_s)
        self._need_connection()

    def _need_connection(self) -> None:
        if not self._is_connected:
            raise SensorError("it is not connected")

    def _say(self, notifications: Sequence[Notification]) -> None:
        for one in notifications:
            self._sensor.n_queue_lost += len(self._queue) == self._queue.maxlen
            self._queue.append(one)

    async def _beat(self) -> None:
        """A connection event after the other, by the clock, whatever the host did meanwhile."""
        habits, next_s = self._sensor.habits, self._link.now_s()
        while True:
            next_s += habits.interval_s
            await self._link.clock.sleep(max(0.0, next_s - self._link.now_s()))
            now_s = self._link.now_s()
            if inside(habits.drops, now_s):
                self._end()
                return
            self._measure(now_s)
            if not inside(habits.stalls, now_s) and not self._link.is_busy(habits.retransmit):
                missed = max(1, int((now_s - next_s) / habits.interval_s))
                self._deliver(habits.per_interval * missed)

    def _measure(self, now_s: float) -> None:
        """Feed all samples that the device has taken by now."""
        stream = self._sensor.virtual.stream
        if stream is None:
            self._rate_hz = 0.0
            return
        habits = self._sensor.habits
        device_now_s = habits.first_s + now_s * (1.0 + 1e-6 * habits.clock_ppm)
        stop = int(device_now_s * stream.rate_hz) + 1
        if self._rate_hz != stream.rate_hz:
            self._rate_hz, self._next_sample = stream.rate_hz, stop
        if stop <= self._next_sample:
            return
        device_s = np.arange(self._next_sample, stop) / stream.rate_hz
        self._next_sample = stop
        true_s = (device_s - habits.first_s) / (1.0 + 1e-6 * habits.clock_ppm)
        heard = np.array([not inside(habits.mute, float(one)) for one in true_s])
        accel, gyro = self._sensor.source(self._link.motion_s(true_s))
        if heard.any():
            self._say(self._sensor.virtual.feed(device_s[heard], accel[heard], gyro[heard]))

    def _deliver(self, most: int) -> None:
        sensor = self._sensor
        for _ in range(min(most, len(self._queue))):
            one = self._queue.popleft()
            notified = self._notified.get(one.characteristic)
            if notified is None:
                continue
            if sensor.keeps_sent:
                sensor.sent.append(one)
            sensor.n_sent += 1
            notified(self._link.clock.now_ns(), one.payload)

    def _end(self) -> None:
        self._is_connected = False
        self._sensor.virtual.disconnect()
        if self._sensor.habits.reboots:
            self._sensor.virtual.reboot()
        self._lost()


def inside(spans: Sequence[tuple[float, float]], time_s: float) -> bool:
    """Is it within one of the (begin, length)?"""
    return any(begin <= time_s < begin + length for begin, length in spans)
