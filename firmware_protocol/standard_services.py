"""Battery (180F) and device information (180A): the Bluetooth SIG's services that many sensors have.

In:  values of their characteristics.
Out: Packets; exchanges that read them.
Refuses: to let a connection fail because one of them is missing: every field is optional.
Known from the Bluetooth SIG's assigned numbers and service documents. Text is UTF-8, closed by NULs on some
sensors; the PnP ID and both halves of the System ID are little-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Generator, Mapping
from typing import Any

from firmware_protocol.exchange import Exchange, Step, try_read
from firmware_protocol.packet import Kind, Packet, ProtocolError


def uuid16(number: int) -> str:
    """The full UUID of a 16-bit one."""
    return f"0000{number:04x}-0000-1000-8000-00805f9b34fb"


BATTERY_SERVICE = uuid16(0x180F)
BATTERY_LEVEL = uuid16(0x2A19)
INFORMATION_SERVICE = uuid16(0x180A)
SYSTEM_ID = uuid16(0x2A23)
PNP_ID = uuid16(0x2A50)
TEXTS: Mapping[str, str] = {
    uuid16(0x2A29): "manufacturer",
    uuid16(0x2A24): "model",
    uuid16(0x2A25): "serial",
    uuid16(0x2A26): "firmware",
    uuid16(0x2A27): "hardware",
    uuid16(0x2A28): "software",
}
CHARACTERISTICS = (BATTERY_LEVEL, SYSTEM_ID, PNP_ID, *TEXTS)


def decode(characteristic: str, payload: bytes) -> Packet:
    """Value of one of `CHARACTERISTICS`; ProtocolError for anything else."""
    if characteristic == BATTERY_LEVEL:
        return Packet(Kind.STATUS, fields={"battery_percent": _battery(payload)})
    if characteristic in TEXTS:
        return Packet(Kind.ANSWER, fields={TEXTS[characteristic]: _text(payload)})
    if characteristic == SYSTEM_ID:
        return Packet(Kind.ANSWER, fields=_system_id(payload))
    if characteristic == PNP_ID:
        return Packet(Kind.ANSWER, fields=_pnp_id(payload))
    raise ProtocolError(f"no standard characteristic is {characteristic}", payload)


def encode_battery(percent: int) -> bytes:
    return bytes([percent])


def encode_system_id(manufacturer: int, oui: int) -> bytes:
    return manufacturer.to_bytes(5, "little") + oui.to_bytes(3, "little")


def encode_pnp_id(source: int, vendor: int, product: int, version: int) -> bytes:
    return struct.pack("<BHHH", source, vendor, product, version)


def read_battery() -> Exchange:
    """Percent, or None where the sensor doesn't tell."""
    try:
        return _battery((yield from try_read(BATTERY_LEVEL)) or b"")
    except ProtocolError:
        return None


def read_information() -> Generator[Step, bytes | None, dict[str, Any]]:
    """What the device information service tells, by the names in `TEXTS`; what it doesn't is left out."""
    found: dict[str, Any] = {}
    for characteristic, name in TEXTS.items():
        answer = yield from try_read(characteristic)
        try:
            text = _text(answer or b"")
        except ProtocolError:
            continue
        if text:
            found[name] = text
    return found


def _battery(payload: bytes) -> int:
    _length(payload, 1, "a battery level")
    if payload[0] > 100:
        raise ProtocolError(f"a battery level is 0 to 100 %, this says {payload[0]}", payload)
    return payload[0]


def _text(payload: bytes) -> str:
    try:
        return payload.rstrip(b"\0").decode("utf-8").strip()
    except UnicodeDecodeError as error:
        raise ProtocolError("text is UTF-8; this byte can't be", payload, error.start) from error


def _system_id(payload: bytes) -> dict[str, int]:
    _length(payload, 8, "a system ID")
    return {
        "manufacturer_id": int.from_bytes(payload[:5], "little"),
        "oui": int.from_bytes(payload[5:], "little"),
    }


def _pnp_id(payload: bytes) -> dict[str, int]:
    _length(payload, 7, "a PnP ID")
    names = ("vendor_source", "vendor", "product", "version")
    return dict(zip(names, struct.unpack("<BHHH", payload), strict=True))


def _length(payload: bytes, expected: int, what: str) -> None:
    if len(payload) != expected:
        raise ProtocolError(
            f"{what} has {expected} bytes, this has {len(payload)}", payload, min(expected, len(payload))
        )
