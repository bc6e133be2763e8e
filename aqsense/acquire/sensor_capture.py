"""One sensor over its whole capture: connect, configure, stream, watch, connect again.

In:  a sensor that a scan found, what it is to send.
Out: records: `connected`, its notifications, the description of its stream, `lost`, `reconnected` ...
Refuses: to end because something failed. It tries again until it is stopped, and says what was wrong.
A watchdog ends a connection that is silent: on every system a radio can fall silent without saying so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from aqsense.acquire.exchange_driver import Talk
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Connection, Found, Link
from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.stream_facts import facts_of
from aqsense.errors import SensorError
from firmware_protocol import FAMILIES
from firmware_protocol.exchange import Exchange, ExchangeError, Stream, Wish, WriteRefused

Put = Callable[[LogRecord], None]
TROUBLES = (SensorError, ExchangeError, WriteRefused, TimeoutError)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A sensor that is to be recorded.

    facts   of the sensor for recording.json: serial, placement ...
    """

    site: str
    found: Found
    wish: Wish = field(default_factory=Wish)
    facts: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a capture waits, s.

    silence_s     without a notification: the connection is taken as dead
    configure_s   for the whole exchange
    again_s       before the first, second ... attempt to connect again; the last holds for all later ones
    battery_s     between two looks at the battery
    stop_s        for the exchange that stops a sensor
    """

    silence_s: float = 3.0
    configure_s: float = 30.0
    again_s: tuple[float, ...] = (0.5, 1.0, 2.0, 4.0)
    battery_s: float = 60.0
    stop_s: float = 5.0


USUAL = Patience()


class SensorCapture:
    """Run it as a task on the radio's loop; `stop` ends it.

    connecting   lock shared by all sensors of a radio: one connect at a time
    """

    def __init__(
        self, wanted: Wanted, link: Link, put: Put, connecting: asyncio.Lock, clock: HostClock,
        patience: Patience,
    ):  # fmt: skip
        self._wanted = wanted
        self._family = FAMILIES[wanted.found.identity.family]
        self._link = link
        self._put = put
        self._connecting = connecting
        self._clock = clock
        self._patience = patience
        self._stopping = asyncio.Event()
        self._was_connected = False
        self._heard_ns = 0

    def stop(self) -> None:
        """End the stream and the connection, then `run` returns."""
        self._stopping.set()

    async def run(self) -> None:
        """Capture until `stop`."""
        attempt = 0
        while not self._stopping.is_set():
            began_ns = self._clock.now_ns()
            try:
                await self._connection()
            except TROUBLES as trouble:
                self._tell(stage="waiting", trouble=str(trouble) or "no answer in time")
            if self._seconds_since(began_ns) > 30:
                attempt = 0
            pause_s = self._patience.again_s[min(attempt, len(self._patience.again_s) - 1)]
            attempt += 1
            await self._wait(self._stopping, pause_s)
        self._tell(stage="stopped")

    async def _connection(self) -> None:
        """One connection from its begin to its end."""
        ended = asyncio.Event()
        self._tell(stage="connecting")
        async with self._connecting:
            if self._stopping.is_set():
                return
            connection = await self._link.connect(self._wanted.found, ended.set)
        self._mark("reconnected" if self._was_connected else "connected")
        self._was_connected = True
        talk = Talk(connection, self._notified, self._clock)
        reason = "the connection broke off"
        try:
            stream = await self._configure(talk, ended)
            reason = await self._watch(talk, ended, stream)
            if self._stopping.is_set() and connection.is_connected:
                await self._within(self._patience.stop_s, talk, self._family.stop(stream))
        except TROUBLES as trouble:
            reason = str(trouble) or "no answer in time"
            if not self._stopping.is_set():
                raise
        finally:
            talk.end()
            if not self._stopping.is_set():
                self._mark("lost", reason)
            await _disconnect(connection)

    async def _configure(self, talk: Talk, ended: asyncio.Event) -> Stream:
        self._tell(stage="configuring")
        self._heard_ns = self._clock.now_ns()
        exchange = self._family.configure(self._wanted.wish)
        stream = await self._unless(ended, self._within(self._patience.configure_s, talk, exchange))
        facts = facts_of(stream) | self._wanted.facts | {"since_ns": talk.last_write_ns}
        facts |= {"title": self._family.title}
        self._put(LogRecord(What.STREAM, self._clock.now_ns(), self._wanted.site, facts=facts))
        self._tell(stage="streaming", rssi_dbm=self._wanted.found.rssi_dbm, trouble="")
        return stream

    async def _watch(self, talk: Talk, ended: asyncio.Event, stream: Stream) -> str:
        """Until the connection ends, falls silent or the capture stops; why."""
        looked_ns = self._heard_ns = self._clock.now_ns()
        # A family that packs many samples is silent that long by nature.
        packet_s = stream.samples_per_packet / stream.rate_hz
        silence_s = max(self._patience.silence_s, 5.0 * packet_s)
        while not self._stopping.is_set():
            if ended.is_set():
                return "the connection broke off"
            silent_s = self._seconds_since(self._heard_ns)
            if silent_s > silence_s:
                return f"silent for {silent_s:.1f} s"
            if self._seconds_since(looked_ns) > self._patience.battery_s:
                looked_ns = self._clock.now_ns()
                await self._look_at_battery(talk, ended)
            await self._wait(self._stopping, 0.1)
        return "stopped"

    async def _look_at_battery(self, talk: Talk, ended: asyncio.Event) -> None:
        with suppress(*TROUBLES):
            looking = self._within(self._patience.stop_s, talk, self._family.battery())
            percent = await self._unless(ended, looking)
            if percent is not None:
                self._tell(battery_percent=percent)

    async def _within(self, seconds: float, talk: Talk, exchange: Exchange) -> Any:
        async with asyncio.timeout(self._clock.real_s(seconds)):
            return await talk.carry_out(exchange)

    async def _unless(self, ended: asyncio.Event, doing: Coroutine[Any, Any, Any]) -> Any:
        """The result; SensorError as soon as the connection ends."""
        task, end = asyncio.ensure_future(doing), asyncio.ensure_future(ended.wait())
        try:
            await asyncio.wait((task, end), return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise SensorError("the connection broke off")
        finally:
            for one in (task, end):
                one.cancel()
            await asyncio.gather(task, end, return_exceptions=True)

    async def _wait(self, event: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), self._clock.real_s(seconds))

    def _seconds_since(self, time_ns: int) -> float:
        return (self._clock.now_ns() - time_ns) * 1e-9

    def _notified(self, characteristic: str, arrival_ns: int, payload: bytes) -> None:
        self._heard_ns = arrival_ns
        self._put(LogRecord(What.PACKET, arrival_ns, self._wanted.site, characteristic, payload))

    def _mark(self, kind: str, text: str = "") -> None:
        facts = {"kind": kind, "run": "", "text": text}
        self._put(LogRecord(What.MARK, self._clock.now_ns(), self._wanted.site, facts=facts))

    def _tell(self, **facts: Any) -> None:
        self._put(LogRecord(What.STATE, self._clock.now_ns(), self._wanted.site, facts=facts))


async def _disconnect(connection: Connection) -> None:
    """End it; a radio that refuses even that must not stop the others."""
    with suppress(*TROUBLES):
        await connection.disconnect()
