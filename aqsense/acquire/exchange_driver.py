"""Carries out a family's exchanges over a connection, real or simulated.

In:  exchanges (`firmware_protocol.exchange`), a Connection.
Out: their results; every notification of the connection, answers too, to one callable, from then on.
Refuses: two exchanges at once on a connection; waiting for ever; going on when the connection has ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Connection
from aqsense.errors import SensorError
from firmware_protocol.exchange import Exchange, Expect, Pause, Read, Step, Subscribe, Write, WriteRefused

# (characteristic, arrival_ns, payload)
Heard = Callable[[str, int, bytes], None]


class Talk:
    """What host and sensor say to each other on one connection.

    notified        gets every notification, first of all
    last_write_ns   host time of the newest write

    `carry_out` raises what the exchange raises, and SensorError when the connection ends meanwhile.
    """

    def __init__(self, connection: Connection, notified: Heard, clock: HostClock | None = None):
        self._connection = connection
        self._notified = notified
        self._clock = clock or HostClock()
        self._lock = asyncio.Lock()
        self._subscribed: set[str] = set()
        self._waiting: list[tuple[str, bytes]] = []  # since the last Write, while an exchange runs
        self._came = asyncio.Event()
        self._is_over = False
        self.last_write_ns = 0

    def end(self) -> None:
        """The connection has ended: nothing is passed on any more, a running exchange breaks off."""
        self._is_over = True
        self._came.set()

    async def carry_out(self, exchange: Exchange) -> Any:
        """Run an exchange to its end; its result."""
        async with self._lock:
            self._waiting = []
            answer: bytes | None = None
            problem: Exception | None = None
            try:
                while True:
                    step = exchange.throw(problem) if problem else exchange.send(answer)
                    answer, problem = None, None
                    try:
                        answer = await self._take(step)
                    except (TimeoutError, WriteRefused) as refused:
                        problem = refused
            except StopIteration as done:
                return done.value
            finally:
                exchange.close()

    async def _take(self, step: Step) -> bytes | None:
        if self._is_over:
            raise SensorError("the connection ended")
        if isinstance(step, Write):
            self._waiting = []
            self.last_write_ns = self._clock.now_ns()
            await self._connection.write(step.characteristic, step.data, response=step.response)
        elif isinstance(step, Subscribe):
            await self._subscribe(step)
        elif isinstance(step, Read):
            return await self._connection.read(step.characteristic)
        elif isinstance(step, Expect):
            return await self._expected(step)
        elif isinstance(step, Pause):
            await self._clock.sleep(step.seconds)
        return None

    async def _subscribe(self, step: Subscribe) -> None:
        is_on = step.characteristic in self._subscribed
        if step.on and not is_on:
            await self._connection.subscribe(step.characteristic, self._hearing(step.characteristic))
            self._subscribed.add(step.characteristic)
        elif is_on and not step.on:
            await self._connection.unsubscribe(step.characteristic)
            self._subscribed.discard(step.characteristic)

    def _hearing(self, characteristic: str) -> Callable[[int, bytes], None]:
        def heard(arrival_ns: int, payload: bytes) -> None:
            if self._is_over:
                return
            self._notified(characteristic, arrival_ns, payload)
            if self._lock.locked():
                self._waiting.append((characteristic, payload))
                self._came.set()

        return heard

    async def _expected(self, step: Expect) -> bytes:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._clock.real_s(step.timeout_s)):
                while True:
                    for place, (characteristic, payload) in enumerate(self._waiting):
                        if characteristic == step.characteristic and step.matches(payload):
                            del self._waiting[place]
                            return payload
                    if self._is_over:
                        raise SensorError(f"the connection ended while waiting for {step.what}")
                    self._came.clear()
                    await self._came.wait()
        raise TimeoutError(f"no {step.what} within {step.timeout_s:g} s")


async def carry_out(exchange: Exchange, connection: Connection, notified: Heard) -> Any:
    """Run one exchange over a connection that nothing else uses; its result. See Talk."""
    return await Talk(connection, notified).carry_out(exchange)
