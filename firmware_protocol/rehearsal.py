"""Host and virtual sensor talk to each other in memory: no radio, no time, no threads.

In:  an exchange (the host's part) and a virtual sensor (the sensor's part).
Out: the exchange's result with all that was said; what a fed sensor sends.
Refuses: waiting (an answer that isn't there is a TimeoutError at once); a step that the sensor's GATT table
         doesn't allow: that is a mistake of the family, not of the sensor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from firmware_protocol.exchange import (
    Exchange,
    Expect,
    Read,
    Step,
    Stream,
    Subscribe,
    Wish,
    Write,
    WriteRefused,
)
from firmware_protocol.family import Family, Notification, VirtualSensor
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Floats

Spoil = Callable[[Step], Exception | None]


class NotInTable(Exception):
    """A step uses a characteristic, or a way of using it, that the sensor's GATT table doesn't have."""


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said.

    result         of the exchange
    steps          in order
    notifications  all that the sensor sent, answers too
    """

    result: Any
    steps: tuple[Step, ...]
    notifications: tuple[Notification, ...]


def rehearse(exchange: Exchange, sensor: VirtualSensor, spoil: Spoil | None = None) -> Talk:
    """Run an exchange against a connected virtual sensor.

    spoil    called before each step; what it returns is thrown into the exchange instead of the step
    returns  the talk; whatever the exchange raises comes out
    """
    return _Talking(sensor, spoil).carry_out(exchange)


class _Talking:
    def __init__(self, sensor: VirtualSensor, spoil: Spoil | None):
        self._sensor = sensor
        self._spoil = spoil
        self._properties = {
            one.uuid: set(one.properties) for group in sensor.services.values() for one in group
        }
        self._heard: list[Notification] = []
        self._waiting: list[Notification] = []  # since the last Write, not yet taken by an Expect

    def carry_out(self, exchange: Exchange) -> Talk:
        steps: list[Step] = []
        answer: bytes | None = None
        problem: Exception | None = None
        while True:
            try:
                step = exchange.throw(problem) if problem else exchange.send(answer)
            except StopIteration as done:
                return Talk(done.value, tuple(steps), tuple(self._heard))
            steps.append(step)
            answer, problem = None, self._spoil(step) if self._spoil else None
            if problem is None:
                try:
                    answer = self._take(step)
                except (TimeoutError, WriteRefused) as refused:
                    problem = refused

    def _take(self, step: Step) -> bytes | None:
        if isinstance(step, Write):
            self._must_have(step.characteristic, "write" if step.response else "write-without-response")
            self._waiting = []
            self._hear(self._sensor.write(step.characteristic, step.data))
        elif isinstance(step, Subscribe):
            self._must_have(step.characteristic, "notify", "indicate")
            self._hear(self._sensor.subscribe(step.characteristic, step.on))
        elif isinstance(step, Read):
            self._must_have(step.characteristic, "read")
            return self._sensor.read(step.characteristic)
        elif isinstance(step, Expect):
            return self._expected(step)
        return None

    def _expected(self, step: Expect) -> bytes:
        for place, one in enumerate(self._waiting):
            if one.characteristic == step.characteristic and step.matches(one.payload):
                del self._waiting[place]
                return one.payload
        raise TimeoutError(f"no {step.what} within {step.timeout_s:g} s")

    def _hear(self, notifications: list[Notification]) -> None:
        for one in notifications:
            self._must_have(one.characteristic, "notify", "indicate")
        self._heard += notifications
        self._waiting += notifications

    def _must_have(self, characteristic: str, *one_of: str) -> None:
        if not self._properties.get(characteristic, set()) & set(one_of):
            raise NotInTable(f"{characteristic} with {' or '.join(one_of)} is not in the GATT table")


def started(family: Family, serial: str = "", wish: Wish | None = None) -> tuple[VirtualSensor, Stream, Talk]:
    """A virtual sensor of the family, connected and streaming what the wish asks for."""
    sensor = family.virtual(serial)
    sensor.connect()
    talk = rehearse(family.configure(wish or Wish()), sensor)
    return sensor, talk.result, talk


def moving(rate_hz: float, seconds: float, seed: int = 0) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Times, specific force and angular rate of something that moves, a tenth of a second at a time.

    Values stay below 4 g and 400 deg/s, so that every family's smallest usual range holds them.
    """
    draw = np.random.RandomState(seed)
    n = round(rate_hz * seconds)
    times = 1.0 + np.arange(n) / rate_hz
    phase, speed = draw.uniform(0, 6.28, 6), draw.uniform(2, 20, 6)
    waves = np.sin(np.outer(times, speed) + phase)
    accel = 1.5 * STANDARD_GRAVITY_M_S2 * waves[:, :3] + [0.5, -1.0, STANDARD_GRAVITY_M_S2]
    gyro = 6.0 * waves[:, 3:] + [0.03, -0.02, 0.01]
    at_once = max(1, round(rate_hz / 10))
    for start in range(0, n, at_once):
        part = slice(start, start + at_once)
        yield times[part], accel[part], gyro[part]


def sent(sensor: VirtualSensor, rate_hz: float, seconds: float, seed: int = 0) -> list[Notification]:
    """What a streaming virtual sensor sends while it moves."""
    return [one for part in moving(rate_hz, seconds, seed) for one in sensor.feed(*part)]
