"""The dialogue: "Move the left shin sensor now."

In:  a link, the sites that are wanted, somebody to talk to.
Out: `KnownSensor`s.
Refuses: to leave a sensor streaming or connected, whatever ends the dialogue.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any, Protocol

from aqsense.acquire.exchange_driver import Talk
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Found, Link
from aqsense.acquire.sensor_set import KnownSensor
from aqsense.acquire.visit import TROUBLES
from aqsense.errors import SensorError
from aqsense.sensors.moved import Watched, moved
from firmware_protocol import FAMILIES, Exchange, Wish

LISTEN_S = 5.0
CONFIGURE_S = 20.0
STOP_S = 5.0
MOVE_S = 30.0
LOOK_EVERY_S = 0.2


class Partner(Protocol):
    """The person at the sensors."""

    def say(self, text: str) -> None: ...
    async def ask(self, text: str) -> str:
        """Their line; "" for none."""
        ...


async def choose(
    link: Link, sites: Sequence[str], partner: Partner, clock: HostClock | None = None
) -> list[KnownSensor]:
    """Ask for one site after the other; a site for which nothing moves is left out.

    Raises SensorError where the radio can't be used or no sensor could be connected.
    """
    clock = clock or HostClock()
    partner.say("Lay all sensors down, switched on.")
    heard = await link.scan(LISTEN_S, lambda _: None)
    talking = _Talking(link, partner, clock)
    try:
        for found in heard:
            await talking.begin(found)
        if not talking.watched:
            raise SensorError("no sensor could be connected. Wake them, bring them near, try again.")
        return [known for site in sites if (known := await _one(talking, site)) is not None]
    finally:
        await talking.end()


async def _one(talking: _Talking, site: str) -> KnownSensor | None:
    partner, place = talking.partner, site.replace("_", " ")
    if not talking.watched:
        partner.say(f"No sensor is left for the {place}.")
        return None
    partner.say(f"Move the {place} sensor now.")
    watched = await talking.moved(MOVE_S)
    if watched is None:
        partner.say(f"No sensor moved alone. The {place} stays without one.")
        return None
    blinks = await talking.blink(watched)
    found, info = watched.found, watched.stream.info
    serial = str(info.get("serial") or found.identity.serial)
    title = FAMILIES[found.identity.family].title
    partner.say(
        f"{place.capitalize()}: {title} {serial or found.address}{', it blinks now' if blinks else ''}."
    )
    tape = (await partner.ask("Colour of the tape on it (Enter: none): ")).strip()
    await talking.stop(watched)
    name = found.advertisement.name
    return KnownSensor(site, found.identity.family, serial, tape, name, found.address, sys.platform)


class _Talking:
    """The sensors that stream meanwhile."""

    def __init__(self, link: Link, partner: Partner, clock: HostClock):
        self.partner = partner
        self.watched: list[Watched] = []
        self._link = link
        self._clock = clock
        self._talks: dict[str, Talk] = {}

    async def begin(self, found: Found) -> None:
        """Connect and stream; a sensor that can't is said and left out."""
        who = found.advertisement.name or found.address
        family = FAMILIES[found.identity.family]
        try:
            connection = await self._link.connect(found, lambda: self._lost(found))
        except (SensorError, TimeoutError) as trouble:
            self.partner.say(f"{who} is left out: {trouble}")
            return
        streams: list[Watched] = []

        def heard(characteristic: str, arrival_ns: int, payload: bytes) -> None:
            for one in streams:
                one.notified(characteristic, arrival_ns, payload)

        talk = Talk(connection, heard, self._clock)
        try:
            stream = await self._within(CONFIGURE_S, talk, family.configure(Wish()))
        except TROUBLES as trouble:
            self.partner.say(f"{who} is left out: {trouble}")
            talk.end()
            await connection.disconnect()
            return
        watched = Watched(found, connection, stream, family.receiver(stream))
        streams.append(watched)
        self._talks[found.address] = talk
        self.watched.append(watched)
        self.partner.say(f"{who} is connected.")

    async def moved(self, seconds: float) -> Watched | None:
        """The one that is moved alone within so many s."""
        for _ in range(round(seconds / LOOK_EVERY_S)):
            one = moved(self.watched, self._clock.now_ns() * 1e-9)
            if one is not None:
                return one
            await self._clock.sleep(LOOK_EVERY_S)
        return None

    async def blink(self, watched: Watched) -> bool:
        """Where the family can."""
        family = FAMILIES[watched.found.identity.family]
        if family.blink is None:
            return False
        try:
            await self._within(STOP_S, self._talks[watched.found.address], family.blink())
        except TROUBLES:
            return False
        return True

    async def stop(self, watched: Watched) -> None:
        """End its stream and its connection."""
        if watched in self.watched:
            self.watched.remove(watched)
        talk = self._talks.pop(watched.found.address, None)
        if talk is None:
            return
        family = FAMILIES[watched.found.identity.family]
        with suppress(*TROUBLES):
            await self._within(STOP_S, talk, family.stop(watched.stream))
        talk.end()
        await watched.connection.disconnect()

    async def end(self) -> None:
        for watched in list(self.watched):
            await self.stop(watched)

    def _lost(self, found: Found) -> None:
        gone = [one for one in self.watched if one.found.address == found.address]
        for one in gone:
            self.watched.remove(one)
            self._talks.pop(found.address).end()
            self.partner.say(f"{found.advertisement.name or found.address} is lost.")

    async def _within(self, seconds: float, talk: Talk, exchange: Exchange) -> Any:
        async with asyncio.timeout(self._clock.real_s(seconds)):
            return await talk.carry_out(exchange)


def merged(before: Iterable[KnownSensor], chosen: Sequence[KnownSensor]) -> list[KnownSensor]:
    """The set with newly chosen sensors: their sites and their sensors are taken from what was before."""
    sites = {one.site for one in chosen}
    who = {(one.family, one.serial or one.address) for one in chosen}
    kept = [one for one in before if one.site not in sites]
    return [one for one in kept if (one.family, one.serial or one.address) not in who] + list(chosen)
