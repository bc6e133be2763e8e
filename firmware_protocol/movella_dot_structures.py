"""Fixed structures of a Movella DOT: what it is, how it is set, what it reports; all little-endian.

In:  the value of a characteristic of the configuration, measurement or battery service.
Out: Packet; the bytes of each.
Refuses: other lengths, values outside the documented ranges. Reserved bits and bytes aren't looked
         at.
The address in the device information is little-endian as all numbers are, though no document shows it: where
only the other order begins with the maker's D4:22:CD, that one is taken.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from firmware_protocol.movella_dot_uuids import (
    BATTERY,
    DEVICE_CONTROL,
    DEVICE_INFO,
    DEVICE_REPORT,
    HEADING_CONTROL,
    HEADING_RESULT,
    MEASUREMENT_CONTROL,
)
from firmware_protocol.packet import Kind, Packet, ProtocolError

STREAM_RATES_HZ = (1, 4, 10, 12, 15, 20, 30, 60)
RECORDING_RATES_HZ = (*STREAM_RATES_HZ, 120)
VISITS = ("identify", "power", "timeouts", "tag", "rate", "profile")  # bits of the first byte of a control
PROFILES = ("General", "Dynamic")
MODELS = {"XS-T01": "Movella DOT v1", "XS-T02": "Movella DOT v2"}
REPORTS = {1: "power_off", 4: "power_saving", 5: "single_click", 6: "double_click", 7: "triple_click"}
HEADINGS = {1: "reset", 7: "revert", 8: "default"}
MAKER = bytes((0xD4, 0x22, 0xCD))
LENGTHS = {
    DEVICE_INFO: 34,
    DEVICE_CONTROL: 32,
    DEVICE_REPORT: 36,
    MEASUREMENT_CONTROL: 3,
    HEADING_CONTROL: 2,
    HEADING_RESULT: 1,
    BATTERY: 2,
}
_INFO = struct.Struct("<6s3BH5BIQ6s")
_CONTROL = struct.Struct("<8B16sHB5x")
_MINUTES, _SECONDS, _TAG = 30, 60, 16


@dataclass(frozen=True, slots=True)
class DeviceControl:
    """Settings (1002). Written, only what `visits` names takes effect; read, all of it holds."""

    visits: tuple[str, ...] = ()
    identify: bool = False
    power_off: bool = False
    usb_power_on: bool = False
    advertising_timeout_s: int = 600
    connected_timeout_s: int = 1800
    tag: str = ""
    rate_hz: int = 0
    profile: int = 0

    def to_bytes(self) -> bytes:
        """What isn't visited is 0, as in the document's examples; all of it where nothing is visited."""
        seen = self.visits or VISITS
        timeouts = self.advertising_timeout_s, self.connected_timeout_s
        clocks = [part for one in timeouts for part in divmod(one, 60)] if "timeouts" in seen else [0] * 4
        tag = self.tag.encode("utf-8") if "tag" in seen else b""
        if len(tag) > _TAG:
            raise ValueError(f"a tag has {_TAG} bytes at most, {self.tag!r} has {len(tag)}")
        return _CONTROL.pack(
            sum(1 << VISITS.index(one) for one in self.visits),
            self.identify if "identify" in seen else 0,
            (self.power_off | self.usb_power_on << 1) if "power" in seen else 0,
            *clocks,
            len(tag),
            tag,
            self.rate_hz if "rate" in seen else 0,
            self.profile if "profile" in seen else 0,
        )


def read_control(payload: bytes) -> DeviceControl:
    """The settings that these bytes hold; ProtocolError."""
    _check_length(DEVICE_CONTROL, payload)
    visit, identify, power, *clocks, size, tag, rate, profile = _CONTROL.unpack(payload)
    visits = tuple(name for bit, name in enumerate(VISITS) if visit >> bit & 1)
    for place, (value, most) in enumerate(zip(clocks, (_MINUTES, _SECONDS) * 2, strict=True), start=3):
        if value > most:
            raise ProtocolError(f"a part of a timeout is {most} at most, this is {value}", payload, place)
    if size > _TAG:
        raise ProtocolError(f"a tag has {_TAG} bytes at most, this {size}", payload, 7)
    if rate not in RECORDING_RATES_HZ and (rate or "rate" in visits):
        raise ProtocolError(f"no rate of the sensor: {rate} Hz", payload, 24)
    return DeviceControl(
        visits,
        bool(identify & 1),
        bool(power & 1),
        bool(power & 2),
        clocks[0] * 60 + clocks[1],
        clocks[2] * 60 + clocks[3],
        _text(tag[:size], payload, 8),
        rate,
        profile,
    )


def address_text(data: bytes) -> str:
    """`D4:22:CD:00:12:34` of six bytes, most significant first."""
    return ":".join(f"{one:02X}" for one in data)


def address_bytes(text: str) -> bytes:
    """Six bytes, most significant first; ValueError for other text."""
    data = bytes.fromhex(text.replace(":", ""))
    if len(data) != 6:
        raise ValueError(f"an address has six bytes, {text!r} hasn't")
    return data


def encode_info(
    address: str, firmware: tuple[int, int, int], built: tuple[int, ...], serial: int, product: str
) -> bytes:
    """Device information; `built` is year, month, day, hour, minute, second."""
    backwards = address_bytes(address)[::-1]
    return _INFO.pack(backwards, *firmware, *built, 0, serial, product.encode("ascii"))


def encode_report(kind: int, time_ms: int = 0) -> bytes:
    """A device report; clicks carry the local clock."""
    body = struct.pack("<BBI", kind, 4, time_ms % 2**32) if kind >= 5 else bytes((kind,))
    return body.ljust(LENGTHS[DEVICE_REPORT], b"\0")


def encode_measurement(start: bool, mode: int) -> bytes:
    """Start or stop a payload mode."""
    return bytes((1, start, mode))


def encode_battery(percent: int, charging: bool = False) -> bytes:
    return bytes((percent, charging))


def encode_heading(what: str) -> bytes:
    """One of `HEADINGS`."""
    number = next(key for key, name in HEADINGS.items() if name == what)
    return number.to_bytes(2, "little")


def decode(characteristic: str, payload: bytes) -> Packet:
    """The value of one of `LENGTHS`; ProtocolError for anything else."""
    reader = _READERS.get(characteristic)
    if reader is None:
        raise ProtocolError(f"characteristic {characteristic} has no fixed structure", payload)
    _check_length(characteristic, payload)
    kind = Kind.STATUS if characteristic in (DEVICE_REPORT, BATTERY) else Kind.ANSWER
    return Packet(kind, fields=reader(payload))


def _check_length(characteristic: str, payload: bytes) -> None:
    expected = LENGTHS[characteristic]
    if len(payload) != expected:
        raise ProtocolError(
            f"this characteristic has {expected} bytes, this value {len(payload)}",
            payload,
            min(expected, len(payload)),
        )


def _text(data: bytes, payload: bytes, offset: int) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ProtocolError("text is UTF-8; this byte can't be", payload, offset + error.start) from error


def _info(payload: bytes) -> dict[str, object]:
    address, major, minor, revision, year, *rest, softdevice, serial, product = _INFO.unpack(payload)
    month, day, hour, minute, second = rest
    text = _text(product.rstrip(b"\0"), payload, 28)
    forwards = address.startswith(MAKER) and not address.endswith(MAKER[::-1])
    return {
        "address": address_text(address if forwards else address[::-1]),
        "firmware": f"{major}.{minor}.{revision}",
        "built": f"{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}",
        "softdevice": softdevice,
        "serial": f"{serial:X}",
        "product": text,
        "model": MODELS.get(text, text),
    }


def _control(payload: bytes) -> dict[str, object]:
    control = read_control(payload)
    fields: dict[str, object] = {name: getattr(control, name) for name in DeviceControl.__dataclass_fields__}
    return {**fields, "visits": list(control.visits)}


def _report(payload: bytes) -> dict[str, object]:
    kind = payload[0]
    if kind not in REPORTS:
        raise ProtocolError(f"report {kind} isn't documented", payload)
    if kind < 5:
        return {"report": REPORTS[kind]}
    if payload[1] != 4:
        raise ProtocolError(f"a click's time has 4 bytes, this says {payload[1]}", payload, 1)
    return {"report": REPORTS[kind], "local_time_ms": int.from_bytes(payload[2:6], "little")}


def _measurement(payload: bytes) -> dict[str, object]:
    target, action, mode = payload
    if target != 1:
        raise ProtocolError(f"the control target is 1 (measurement), this is {target}", payload)
    if action > 1:
        raise ProtocolError(f"the action is 0 (stop) or 1 (start), this is {action}", payload, 1)
    return {"start": bool(action), "mode": mode}


def _heading(payload: bytes) -> dict[str, object]:
    number = int.from_bytes(payload, "little")
    if number not in HEADINGS:
        raise ProtocolError(f"heading control is 1, 7 or 8, this is {number}", payload)
    return {"heading": HEADINGS[number]}


def _heading_result(payload: bytes) -> dict[str, object]:
    if payload[0] > 1:
        raise ProtocolError(f"a heading result is 0 or 1, this is {payload[0]}", payload)
    return {"heading_ok": bool(payload[0])}


def _battery(payload: bytes) -> dict[str, object]:
    percent, charging = payload
    if percent > 100:
        raise ProtocolError(f"a battery level is 0 to 100 %, this says {percent}", payload)
    if charging > 1:
        raise ProtocolError(f"charging is 0 or 1, this is {charging}", payload, 1)
    return {"battery_percent": percent, "charging": bool(charging)}


_READERS: Mapping[str, Callable[[bytes], dict[str, object]]] = {
    DEVICE_INFO: _info,
    DEVICE_CONTROL: _control,
    DEVICE_REPORT: _report,
    MEASUREMENT_CONTROL: _measurement,
    HEADING_CONTROL: _heading,
    HEADING_RESULT: _heading_result,
    BATTERY: _battery,
}
