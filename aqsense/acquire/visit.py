"""A short visit to a sensor: connect, ask who it is, leave it as found.

In:  a link, a sensor that a scan found.
Out: `Visited`: serial, battery, firmware, free memory, whether it could be had at all.
Refuses: to raise because a sensor is taken, asleep or odd: that is what a visit finds out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aqsense.acquire.exchange_driver import Talk
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Found, Link
from aqsense.errors import SensorError
from firmware_protocol import FAMILIES
from firmware_protocol.exchange import ExchangeError, Stream, Wish, WriteRefused

VISIT_S = 20.0
TROUBLES = (SensorError, ExchangeError, WriteRefused, TimeoutError)


@dataclass(frozen=True, slots=True)
class Visited:
    """What a visit found out.

    is_free   it could be connected
    trouble   what went wrong; "" where nothing did
    stream    what it would send; None where it could not be configured
    info      what it says of itself: serial, battery_percent, firmware, free_memory_s ...
    """

    found: Found
    is_free: bool
    trouble: str = ""
    stream: Stream | None = None
    info: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def serial(self) -> str:
        """As it tells itself, else as it advertises."""
        return str(self.info.get("serial") or self.found.identity.serial)

    @property
    def battery_percent(self) -> float | None:
        value = self.info.get("battery_percent")
        return None if value is None else float(value)


async def visit(link: Link, found: Found, clock: HostClock | None = None) -> Visited:
    """Connect, configure, stop, disconnect."""
    try:
        connection = await link.connect(found, lambda: None)
    except (SensorError, TimeoutError) as trouble:
        return Visited(found, is_free=False, trouble=str(trouble) or "it does not answer in time.")
    clock = clock or HostClock()
    family = FAMILIES[found.identity.family]
    talk = Talk(connection, lambda *_: None, clock)
    try:
        async with asyncio.timeout(clock.real_s(VISIT_S)):
            stream = await talk.carry_out(family.configure(Wish()))
            await talk.carry_out(family.stop(stream))
    except TROUBLES as trouble:
        return Visited(found, is_free=True, trouble=str(trouble) or "it does not answer in time.")
    finally:
        talk.end()
        await connection.disconnect()
    return Visited(found, is_free=True, stream=stream, info=stream.info)
