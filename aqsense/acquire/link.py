"""The link to sensors, as capture sees it: the real radio and simulated sensors look alike.

In:  nothing; these are the shapes that `bleak_link` and `simulated_link` fill.
Why arrival is stamped in the link: the stamp must be taken in the radio's own callback, before any queue.
All coroutines of one link run on one asyncio loop. Operations of one connection are serialised by the caller.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from firmware_protocol.family import Advertisement, Identity

# (arrival, payload): arrival is time.perf_counter_ns() at the first line of the radio's callback.
Notified = Callable[[int, bytes], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A sensor that a scan heard.

    address   how the link connects to it; differs between operating systems, never stored as identity
    rssi_dbm  signal strength of the last advertisement; None where unknown
    handle    what the link itself needs to connect (its own object)
    """

    address: str
    advertisement: Advertisement
    identity: Identity
    rssi_dbm: int | None = None
    handle: object = None


class Connection(Protocol):
    """One connected sensor. A write or read that the sensor refuses raises `firmware_protocol.WriteRefused`;
    what the radio can't do raises SensorError; every operation ends within its timeout (TimeoutError)."""

    @property
    def is_connected(self) -> bool: ...
    async def subscribe(self, characteristic: str, notified: Notified) -> None: ...
    async def unsubscribe(self, characteristic: str) -> None: ...
    async def read(self, characteristic: str) -> bytes: ...
    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None: ...
    async def disconnect(self) -> None: ...


class Link(Protocol):
    """A radio, or something that behaves like one."""

    async def scan(self, seconds: float, found: Callable[[Found], None]) -> list[Found]:
        """Listen for so long; `found` is called for each sensor as it is heard (and again when it changes).
        Returns the sensors of known families, strongest first."""
        ...

    async def connect(self, found: Found, lost: Callable[[], None]) -> Connection:
        """Connect; `lost` is called once, on the loop, when the connection ends unasked."""
        ...
