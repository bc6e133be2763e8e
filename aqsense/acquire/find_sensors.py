"""The sensors of a set among those that are near.

In:  a link, known sensors.
Out: which is which.
Refuses: to take a sensor for another one: where the advertisement has no serial, the sensor is asked.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress

from aqsense.acquire.link import Found, Link
from aqsense.acquire.sensor_set import KnownSensor
from aqsense.acquire.visit import visit


async def find_sensors(
    link: Link, known: Sequence[KnownSensor], told: Callable[[str], None], seconds: float
) -> dict[KnownSensor, Found]:
    """Listen until all are heard or the time is over; those that are not there are not in the answer.

    told   gets a line on what takes time
    """
    heard = await _listen(link, known, seconds)
    sure = {one: match for one in known if (match := sure_match(one, heard.values())) is not None}
    taken = {one.address for one in sure.values()}
    for one in known:
        if one in sure or not one.serial:
            continue
        for found in [
            found for found in heard.values() if _may_be(one, found) and found.address not in taken
        ]:
            told(f"Asking {found.advertisement.name or found.address} who it is.")
            serial = (await visit(link, found)).serial
            owner = next((other for other in known if _is(other, found, serial)), None)
            if owner is not None:
                sure[owner] = found
                taken.add(found.address)
            if owner is one:
                break
    return sure


def sure_match(known: KnownSensor, heard: Iterable[Found]) -> Found | None:
    """The one that can be no other: its serial is advertised, or it has the address known on this system."""
    of_family = [one for one in heard if one.identity.family == known.family]
    for one in of_family:
        if known.serial and one.identity.serial == known.serial:
            return one
    silent = [one for one in of_family if not one.identity.serial]
    return next((one for one in silent if known.here and one.address == known.here), None)


def _may_be(known: KnownSensor, found: Found) -> bool:
    return found.identity.family == known.family and not found.identity.serial


def _is(known: KnownSensor, found: Found, serial: str) -> bool:
    return bool(serial) and (known.family, known.serial) == (found.identity.family, serial)


async def _listen(link: Link, known: Sequence[KnownSensor], seconds: float) -> Mapping[str, Found]:
    heard: dict[str, Found] = {}
    all_there = asyncio.Event()

    def one_more(found: Found) -> None:
        heard[found.address] = found
        if all(sure_match(one, heard.values()) is not None for one in known):
            all_there.set()

    scanning = asyncio.ensure_future(link.scan(seconds, one_more))
    waiting = asyncio.ensure_future(all_there.wait())
    try:
        await asyncio.wait((scanning, waiting), return_when=asyncio.FIRST_COMPLETED)
        if scanning.done():
            scanning.result()  # raises what the radio has to say
    finally:
        for one in (scanning, waiting):
            one.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await one
    return heard
