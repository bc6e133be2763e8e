"""The control point of Polar's PMD service: what is written to FB005C81 and what it says.

In:  settings as {number: value}; the bytes of an indication, or of a read.
Out: command bytes; Packet, settings that a sensor offers.
Refuses: answers whose head is cut off; setting lists that end within a value.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from enum import IntEnum
from typing import Any

from firmware_protocol.packet import Kind, Packet, ProtocolError
from firmware_protocol.polar_frames import Measurement

ANSWER, FEATURES, STOPPED = 0xF0, 0x0F, 0x01


class Op(IntEnum):
    """Operations."""

    SETTINGS = 1
    START = 2
    STOP = 3
    SDK_SETTINGS = 4
    STATUS = 5
    SDK_STATUS = 6


class Setting(IntEnum):
    """Settings of a measurement."""

    RATE_HZ = 0
    RESOLUTION_BITS = 1
    RANGE = 2
    RANGE_MILLI = 3
    CHANNELS = 4
    FACTOR = 5
    SECURITY = 6


WIDTHS: Mapping[int, int] = {0: 2, 1: 2, 2: 2, 3: 4, 4: 1, 5: 4, 6: 16}
ERRORS: Mapping[int, str] = {
    0: "ok",
    1: "operation not known",
    2: "measurement type not known",
    3: "not supported",
    4: "wrong length",
    5: "wrong parameter",
    6: "already in this state",
    7: "resolution not offered",
    8: "rate not offered",
    9: "range not offered",
    10: "MTU too small: 232 at least",
    11: "number of channels not offered",
    12: "not possible in this state",
    13: "not possible in the charger",
    14: "disk full",
}
ALREADY = 6
BITS: Mapping[int, str] = {0: "ECG", 1: "PPG", 2: "ACC", 3: "PPI", 5: "GYRO", 6: "MAG", 7: "SKIN_TEMPERATURE"}
Settings = Mapping[int, Sequence[int | float | str]]


def get_settings(measurement: int) -> bytes:
    """Ask what a measurement offers."""
    return bytes((Op.SETTINGS, measurement))


def start(measurement: int, settings: Mapping[int, int]) -> bytes:
    """Start with one value of each setting, in the order given."""
    parts = [bytes((key, 1)) + value.to_bytes(WIDTHS[key], "little") for key, value in settings.items()]
    return bytes((Op.START, measurement)) + b"".join(parts)


def stop(measurement: int) -> bytes:
    """Stop a measurement."""
    return bytes((Op.STOP, measurement))


def parse_settings(
    data: bytes, payload: bytes | None = None, offset: int = 0
) -> dict[int, list[int | float | str]]:
    """The list of settings of an answer. A single byte is reserved and no list."""
    whole = data if payload is None else payload
    found: dict[int, list[int | float | str]] = {}
    place = 0
    while place < len(data) and len(data) > 1:
        if place + 2 > len(data) or data[place] not in WIDTHS:
            raise ProtocolError("no setting: expected 0 to 6 and a count", whole, offset + place)
        key, count = data[place], data[place + 1]
        width = WIDTHS[key]
        end = place + 2 + width * count
        if end > len(data):
            raise ProtocolError(
                f"setting {key} with {count} values needs {end - place} bytes", whole, offset + place
            )
        values = [data[i : i + width] for i in range(place + 2, end, width)]
        found[key] = [_value(key, value) for value in values]
        place = end
    return found


def _value(key: int, data: bytes) -> int | float | str:
    if key == Setting.FACTOR:
        return struct.unpack("<f", data)[0]
    return data.hex() if key == Setting.SECURITY else int.from_bytes(data, "little")


def features(payload: bytes) -> list[str]:
    """Measurements that the value of a read names; ProtocolError for anything else."""
    if len(payload) < 2 or payload[0] != FEATURES:
        raise ProtocolError("no list of features: expected 0F and a mask", payload)
    return [name for bit, name in BITS.items() if payload[1] >> bit & 1]


def decode_control(payload: bytes) -> Packet:
    """An indication or a read of the control point.

    fields  op, measurement, error, error_text, more, settings {name: values} of an answer
    """
    if not payload:
        raise ProtocolError("an empty value", payload)
    if payload[0] == FEATURES:
        return Packet(Kind.ANSWER, fields={"features": features(payload)})
    if payload[0] == STOPPED and len(payload) > 1:
        return Packet(Kind.STATUS, fields={"stopped_measurements": list(payload[1:])})
    if payload[0] != ANSWER or len(payload) < 4:
        raise ProtocolError("no answer: expected F0, operation, type, error", payload)
    op, measurement, error = payload[1], payload[2], payload[3]
    fields: dict[str, Any] = {
        "op": op,
        "measurement": measurement,
        "error": error,
        "error_text": ERRORS.get(error, "not known"),
    }
    if len(payload) > 4:
        fields["more"] = bool(payload[4])
    if not error and op in (Op.SETTINGS, Op.START, Op.SDK_SETTINGS):
        settings = parse_settings(payload[5:], payload, 5) if not fields.get("more") else {}
        fields["settings"] = {Setting(key).name.lower(): values for key, values in settings.items()}
    return Packet(Kind.ANSWER, fields=fields)


def encode_answer(op: int, measurement: int, error: int = 0, parameters: bytes = b"") -> bytes:
    """An answer that is whole in one indication."""
    return bytes((ANSWER, op, measurement, error, 0)) + parameters


def encode_settings(settings: Settings) -> bytes:
    """Lists of integer settings as an answer holds them."""
    parts: list[bytes] = []
    for key, values in settings.items():
        parts.append(bytes((key, len(values))))
        parts += [
            struct.pack("<f", value) if key == Setting.FACTOR else int(value).to_bytes(WIDTHS[key], "little")
            for value in values
        ]
    return b"".join(parts)


def measurement_name(measurement: int) -> str:
    """For messages."""
    return next((one.name for one in Measurement if one == measurement), str(measurement))
