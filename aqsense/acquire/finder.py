"""Finds wanted sensors among those that are near: one scan serves all that are looked for.

In:  a link; who is looked for: serial, name or address, as people wrote it down.
Out: what a scan heard of them.
Refuses: guessing. Whoever isn't heard is not found; a name that two sensors have is refused.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from aqsense.acquire.link import Found, Link
from aqsense.errors import SensorError

SCAN_S = 6.0


class Finder:
    """On the radio's loop. `radio` is held during a scan: controllers can't scan and connect at once."""

    def __init__(self, link: Link, radio: asyncio.Lock):
        self._link = link
        self._radio = radio
        self._heard: dict[str, Found] = {}

    async def find(self, who: str) -> Found:
        """The sensor. Raises SensorError where it is not heard, or more than one answers to this."""
        known = list(self._heard)
        async with self._radio:
            # Somebody else's scan may have heard it while this one waited for the radio.
            if list(self._heard) == known or not matching(who, self._heard.values()):
                for one in await self._link.scan(SCAN_S, lambda _: None):
                    self._heard[one.address] = one
        found = matching(who, self._heard.values())
        if not found:
            raise SensorError(f"{who} is not heard: press its button or bring it nearer")
        if len(found) > 1:
            addresses = ", ".join(one.address for one in found)
            raise SensorError(f"{len(found)} sensors answer to {who}: name one by its address ({addresses})")
        return found[0]


def matching(who: str, heard: Iterable[Found]) -> list[Found]:
    """Sensors whose serial, name or address this is."""
    wanted = who.strip().casefold()

    def names(one: Found) -> set[str]:
        return {
            name.casefold() for name in (one.identity.serial, one.advertisement.name, one.address) if name
        }

    return [one for one in heard if wanted in names(one)]
