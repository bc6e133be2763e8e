"""Bytes <-> samples, one module per sensor family. Standard library and numpy; no I/O; knows nothing of
aqsense.

    from firmware_protocol import FAMILIES
    packet = FAMILIES["witmotion"].decode("", payload, {})
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from firmware_protocol import metamotion, movella_dot, movesense, open_profile, polar, witmotion
from firmware_protocol.exchange import (
    Exchange,
    ExchangeError,
    Expect,
    Pause,
    Read,
    Step,
    Stream,
    Subscribe,
    Wish,
    Write,
    WriteRefused,
)
from firmware_protocol.family import (
    Advertisement,
    Characteristic,
    Family,
    Identity,
    Notification,
    Receiver,
    VirtualSensor,
)
from firmware_protocol.packet import Kind, Packet, ProtocolError, Rows, Stamp

__all__ = [
    "FAMILIES",
    "Advertisement",
    "Characteristic",
    "Exchange",
    "ExchangeError",
    "Expect",
    "Family",
    "Identity",
    "Kind",
    "Notification",
    "Packet",
    "Pause",
    "ProtocolError",
    "Read",
    "Receiver",
    "Rows",
    "Stamp",
    "Step",
    "Stream",
    "Subscribe",
    "VirtualSensor",
    "Wish",
    "Write",
    "WriteRefused",
]

_FAMILIES: tuple[Family, ...] = (
    metamotion.FAMILY,
    movella_dot.FAMILY,
    movesense.FAMILY,
    open_profile.FAMILY,
    polar.FAMILY,
    witmotion.FAMILY,
)
FAMILIES: Mapping[str, Family] = MappingProxyType({one.name: one for one in _FAMILIES})
