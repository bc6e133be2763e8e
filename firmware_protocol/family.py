"""The face that every sensor family shows: recognise, configure, receive, stop; and the sensor's own side.

A family is one module with one `FAMILY` value of this type; `firmware_protocol.FAMILIES` lists them by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from firmware_protocol.exchange import Exchange, Stream, Wish
from firmware_protocol.packet import Floats, Packet, Rows


@dataclass(frozen=True, slots=True)
class Advertisement:
    """What a scan hears. `manufacturer` by company id, `services` as full lower-case UUIDs."""

    name: str
    manufacturer: Mapping[int, bytes] = field(default_factory=dict[int, bytes])
    services: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a sensor is, as far as the advertisement tells. `serial` is "" until it is connected."""

    family: str
    serial: str = ""


class Receiver(Protocol):
    """Notifications of one connection in, rows with unwrapped ticks out.

    Knows nothing of host time. A repeated notification, a half packet or a status gives no rows. A
    ProtocolError
    leaves it as it was; the next good packet is decoded as if the bad one had been lost.
    """

    def push(self, characteristic: str, payload: bytes) -> Rows: ...


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A characteristic of a virtual sensor; properties of the ATT words: read, write, write-without-response,
    notify, indicate."""

    uuid: str
    properties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Notification:
    """Bytes that a sensor sends on a characteristic."""

    characteristic: str
    payload: bytes


class VirtualSensor(Protocol):
    """The sensor's side of a family, without radio: answers like the real one, sends what it is fed.

    It has no clock: `feed` is told the device time of each sample. A new connection starts with
    `connect()`; the
    device clock goes on over connections and begins anew with `reboot()`.
    """

    @property
    def advertisement(self) -> Advertisement: ...
    @property
    def services(self) -> Mapping[str, Sequence[Characteristic]]: ...
    @property
    def stream(self) -> Stream | None:
        """What it is sending; None while it does not stream."""
        ...

    def connect(self) -> None: ...
    def disconnect(self) -> None: ...
    def reboot(self) -> None: ...
    def read(self, characteristic: str) -> bytes:
        """Raises WriteRefused."""
        ...

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        """What the sensor answers at once. Raises WriteRefused."""
        ...

    def subscribe(self, characteristic: str, on: bool) -> list[Notification]: ...
    def feed(self, device_s: Floats, accel_m_s2: Floats, gyro_rad_s: Floats) -> list[Notification]:
        """Samples taken at these times of the device's clock ((n,) and (n, 3)); packets that became full.

        The sensor digitises (range, resolution) and packs as the real one does. Nothing while not streaming.
        """
        ...


@dataclass(frozen=True, slots=True)
class Family:
    """A sensor family.

    name          as in the files: `movella_dot`
    title         for people: `Movella DOT`
    recognise     advertisement -> who it is, or None
    decode        (characteristic UUID or "" for the only or usual one, bytes) -> Packet; ProtocolError for
                  anything
                  that is none. Whatever it is given, nothing else happens. `mode` as in `Stream.mode`, where
                  the bytes alone don't tell
    configure     Wish -> exchange that returns a Stream: identify, set ranges and rate, subscribe, start
    stop          Stream -> exchange: stop the stream, leave the sensor as found
    receiver      Stream -> Receiver
    battery       exchange that returns percent, or None where the family can't tell
    blink         exchange that makes the sensor show itself; None where the family can't
    virtual       serial -> VirtualSensor
    """

    name: str
    title: str
    recognise: Callable[[Advertisement], Identity | None]
    decode: Callable[[str, bytes, Mapping[str, object]], Packet]
    configure: Callable[[Wish], Exchange]
    stop: Callable[[Stream], Exchange]
    receiver: Callable[[Stream], Receiver]
    battery: Callable[[], Exchange]
    virtual: Callable[[str], VirtualSensor]
    blink: Callable[[], Exchange] | None = None


def no_samples(n: int) -> Floats:
    """(n, 3) of NaN: a component that a stream does not deliver."""
    return np.full((n, 3), np.nan)
