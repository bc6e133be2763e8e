"""Bytes of the open profile, our own for people who program a board: PROTOCOL.md, as tables and code.

In:  values of a characteristic.
Out: Packet; the bytes of every message in both directions.
Refuses: wrong lengths, reserved bits, times that don't rise within a packet.
`LAYOUTS` are the tables of PROTOCOL.md; all numbers are little-endian.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from enum import IntEnum
from functools import cache
from typing import Any

import numpy as np

from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Floats, Kind, Packet, ProtocolError, Stamp, Ticks

VERSION = 1
SERVICE = "5d1a0001-7c3e-4b52-9a64-0f8e2c6b91d7"
INFORMATION = "5d1a0002-7c3e-4b52-9a64-0f8e2c6b91d7"
DATA = "5d1a0003-7c3e-4b52-9a64-0f8e2c6b91d7"
CONTROL = "5d1a0004-7c3e-4b52-9a64-0f8e2c6b91d7"
MEMORY = "5d1a0005-7c3e-4b52-9a64-0f8e2c6b91d7"

TICK_HZ = 1e6
SAMPLES, END = 0x01, 0x02
ACCEL, GYRO, MAG = 0x01, 0x02, 0x04
ANSWER = 0x80
MAG_UNIT_UT = 0.1
RATES_HZ = (25, 50, 100, 200, 400, 800)
ACCEL_RANGES_G = (2, 4, 8, 16, 32)
GYRO_RANGES_DPS = (250, 500, 1000, 2000, 4000)
UNKNOWN_BATTERY = 0xFF
CLIPPED_FROM = round(0.99 * 32768)  # digits
NO_MEMORY_END = 2**62  # us; a clock that reads more is wrong


class Op(IntEnum):
    """Operations of the control point."""

    STATUS = 0x01
    CONFIGURE = 0x02
    START = 0x03
    STOP = 0x04
    TIME = 0x05
    BLINK = 0x06
    RECORD = 0x10
    RECORD_STOP = 0x11
    LIST = 0x12
    DESCRIBE = 0x13
    FETCH = 0x14
    ERASE = 0x15


RESULTS: Mapping[int, str] = {
    0: "ok",
    1: "operation not known",
    2: "wrong length",
    3: "value not offered",
    4: "not possible now",
    5: "no memory",
    6: "no such recording",
}
Layout = tuple[tuple[str, str], ...]
_TYPES = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "text16": "16s"}
LAYOUTS: Mapping[str, Layout] = {
    "information": (
        ("version", "u8"),
        ("capabilities", "u8"),
        ("rates", "u16"),
        ("accel_ranges", "u8"),
        ("gyro_ranges", "u8"),
        ("most_samples", "u8"),
        ("battery_percent", "u8"),
        ("free_memory_s", "u32"),
        ("boot", "u32"),
        ("serial", "text16"),
    ),
    "samples": (
        ("type", "u8"),
        ("contents", "u8"),
        ("boot", "u16"),
        ("counter", "u32"),
        ("time_us", "u64"),
        ("span_us", "u32"),
        ("accel_range_g", "u8"),
        ("gyro_range_dps", "u16"),
        ("count", "u8"),
    ),
    "end": (("type", "u8"), ("result", "u8"), ("recording", "u16"), ("samples", "u32")),
    "status answer": (
        ("battery_percent", "u8"),
        ("free_memory_s", "u32"),
        ("state", "u8"),
        ("time_us", "u64"),
    ),
    "configure": (("rate_hz", "u16"), ("accel_range_g", "u8"), ("gyro_range_dps", "u16"), ("samples", "u8")),
    "configure answer": (
        ("rate_hz", "u16"),
        ("accel_range_g", "u8"),
        ("gyro_range_dps", "u16"),
        ("samples", "u8"),
    ),
    "time": (("token", "u32"),),
    "time answer": (("token", "u32"), ("received_us", "u64"), ("sent_us", "u64")),
    "record": (("seconds", "u32"),),
    "record answer": (("recording", "u16"),),
    "list answer": (("recordings", "u16"),),
    "describe": (("recording", "u16"),),
    "describe answer": (
        ("recording", "u16"),
        ("samples", "u32"),
        ("rate_hz", "u16"),
        ("boot", "u16"),
        ("time_us", "u64"),
    ),
    "fetch": (("recording", "u16"), ("skip", "u32")),
}
HEADER = 24


@cache
def _layout(name: str) -> tuple[struct.Struct, tuple[str, ...]]:
    """How a layout is packed, and its fields: asked for with every packet."""
    layout = LAYOUTS[name]
    packing = struct.Struct("<" + "".join(_TYPES[kind] for _, kind in layout))
    return packing, tuple(field for field, _ in layout)


def size_of(name: str) -> int:
    """Bytes of a layout."""
    return _layout(name)[0].size


def write_layout(name: str, values: Mapping[str, int | bytes]) -> bytes:
    """Bytes of a layout from its fields."""
    packing, fields = _layout(name)
    return packing.pack(*(values[field] for field in fields))


def read_layout(name: str, data: bytes, offset: int = 0) -> dict[str, Any]:
    """Fields of a layout that begins at `offset`; the data must be long enough."""
    packing, fields = _layout(name)
    return dict(zip(fields, packing.unpack_from(data, offset), strict=True))


def command(op: Op, values: Mapping[str, int] | None = None) -> bytes:
    """What the host writes to the control point."""
    name = op.name.lower()
    return bytes((op,)) + (write_layout(name, values or {}) if name in LAYOUTS else b"")


def encode_answer(op: int, result: int, values: Mapping[str, int] | None = None) -> bytes:
    """What the board indicates: operation with the highest bit set, result, and fields where it is ok."""
    head = bytes((ANSWER | op & 0x7F, result))
    return head if values is None else head + write_layout(f"{Op(op).name.lower()} answer", values)


def choices(mask: int, of: tuple[int, ...]) -> tuple[int, ...]:
    """Values whose bit is set: bit 0 is the first."""
    return tuple(value for bit, value in enumerate(of) if mask >> bit & 1)


def mask_of(values: tuple[int, ...], of: tuple[int, ...]) -> int:
    """Bits of values."""
    return sum(1 << of.index(value) for value in values)


def decode(characteristic: str, payload: bytes, mode: Mapping[str, object]) -> Packet:
    """See Family.decode; `mode` isn't needed: packets say their ranges."""
    del mode
    place = characteristic.lower()
    if place in ("", DATA, MEMORY):
        return _decode_data(payload)
    if place == CONTROL:
        return _decode_answer(payload)
    if place == INFORMATION:
        return _decode_information(payload)
    raise ProtocolError(f"characteristic {characteristic} isn't one of this profile", payload)


def _need(payload: bytes, length: int, what: str) -> None:
    if len(payload) != length:
        raise ProtocolError(
            f"{what}: {len(payload)} bytes, expected {length}", payload, min(length, len(payload))
        )


def _decode_information(payload: bytes) -> Packet:
    _need(payload, size_of("information"), "information")
    fields = read_layout("information", payload)
    if fields["version"] != VERSION:
        raise ProtocolError(f"version {fields['version']}; this program knows {VERSION}", payload)
    fields["rates_hz"] = list(choices(fields.pop("rates"), RATES_HZ))
    fields["accel_ranges_g"] = list(choices(fields.pop("accel_ranges"), ACCEL_RANGES_G))
    fields["gyro_ranges_dps"] = list(choices(fields.pop("gyro_ranges"), GYRO_RANGES_DPS))
    fields["serial"] = fields["serial"].rstrip(b"\0").decode("ascii", errors="replace")
    if fields["battery_percent"] == UNKNOWN_BATTERY:
        fields["battery_percent"] = None
    return Packet(Kind.ANSWER, fields=fields)


def _decode_answer(payload: bytes) -> Packet:
    if len(payload) < 2 or not payload[0] & ANSWER:
        raise ProtocolError("no answer: expected an operation with bit 7 set and a result", payload)
    known = {int(op) for op in Op}
    op, result = payload[0] & 0x7F, payload[1]
    if op not in known and result != 1:
        raise ProtocolError(f"operation {op:02X} isn't known", payload)
    if result not in RESULTS:
        raise ProtocolError(f"result {result} isn't known", payload, 1)
    fields: dict[str, Any] = {"op": op, "result": result, "result_text": RESULTS[result]}
    name = f"{Op(op).name.lower()} answer" if op in known else ""
    if result or name not in LAYOUTS:
        _need(payload, 2, "answer")
    else:
        _need(payload, 2 + size_of(name), name)
        fields |= read_layout(name, payload, 2)
    return Packet(Kind.ANSWER, fields=fields)


def _decode_data(payload: bytes) -> Packet:
    if not payload:
        raise ProtocolError("an empty packet", payload)
    if payload[0] == END:
        _need(payload, size_of("end"), "end of a recording")
        return Packet(Kind.STATUS, fields=read_layout("end", payload))
    if payload[0] != SAMPLES:
        raise ProtocolError(f"type {payload[0]:02X}; expected 01 or 02", payload)
    if len(payload) < HEADER:
        raise ProtocolError(f"{len(payload)} bytes; samples begin at {HEADER}", payload, len(payload))
    head = read_layout("samples", payload)
    contents, count, span = head["contents"], head["count"], head["span_us"]
    if not contents or contents & ~(ACCEL | GYRO | MAG):
        raise ProtocolError(f"contents {contents:02X}; expected bits 0 to 2", payload, 1)
    if head["time_us"] >= NO_MEMORY_END:
        raise ProtocolError(f"a time of {head['time_us']} us", payload, 8)
    if not count or (span != 0 if count == 1 else span < count - 1):
        raise ProtocolError(f"{count} samples within {span} us", payload, 16)
    if not head["accel_range_g"] or not head["gyro_range_dps"]:
        raise ProtocolError("a range of 0", payload, 20)
    axes = 3 * contents.bit_count()
    _need(payload, HEADER + 2 * axes * count, f"{count} samples")
    raw = np.frombuffer(payload, "<i2", offset=HEADER).astype(np.int64).reshape(count, axes)
    return _packet(head, raw)


def _packet(head: Mapping[str, Any], raw: Ticks) -> Packet:
    values: dict[int, Floats] = {}
    start = 0
    for block in (ACCEL, GYRO, MAG):
        if head["contents"] & block:
            values[block] = np.asarray(raw[:, start : start + 3] * _unit(block, head), np.float64)
            start += 3
    n_moving = start - 3 * (MAG in values)
    return Packet(
        Kind.SAMPLES,
        accel_m_s2=values.get(ACCEL),
        gyro_rad_s=values.get(GYRO),
        mag_ut=values.get(MAG),
        stamp=Stamp.FIRST,
        tick=head["time_us"],
        tick_hz=TICK_HZ,
        tick_bits=64,
        counter=head["counter"],
        clipped=np.asarray((np.abs(raw[:, :n_moving]) >= CLIPPED_FROM).any(axis=1), np.bool_),
        fields={name: head[name] for name in ("boot", "span_us", "accel_range_g", "gyro_range_dps")},
    )


def _unit(block: int, head: Mapping[str, Any]) -> float:
    """What a digit of a block means in SI units (uT for the magnetometer)."""
    if block == ACCEL:
        return head["accel_range_g"] * STANDARD_GRAVITY_M_S2 / 32768
    return math.radians(head["gyro_range_dps"]) / 32768 if block == GYRO else MAG_UNIT_UT


def sample_ticks(packet: Packet) -> Ticks:
    """Times of a packet's samples, us: equal steps from the first to the last."""
    n, first, span = packet.n_samples, packet.tick or 0, int(packet.fields["span_us"])
    return first + np.rint(np.arange(n) * (span / max(1, n - 1))).astype(np.int64)


def digits(values: Floats, full_scale: float) -> Ticks:
    """SI units -> digits; what is beyond full scale sticks to it."""
    return np.clip(np.rint(values * (32768 / full_scale)), -32768, 32767).astype(np.int64)


def encode_samples(
    boot: int,
    counter: int,
    time_us: Ticks,
    accel: Ticks,
    gyro: Ticks,
    accel_range_g: int,
    gyro_range_dps: int,
) -> bytes:
    """Digits (n, 3) of accelerometer and gyroscope at these times -> packet."""
    head = write_layout(
        "samples",
        {
            "type": SAMPLES,
            "contents": ACCEL | GYRO,
            "boot": boot % 2**16,
            "counter": counter % 2**32,
            "time_us": int(time_us[0]),
            "span_us": int(time_us[-1] - time_us[0]),
            "accel_range_g": accel_range_g,
            "gyro_range_dps": gyro_range_dps,
            "count": len(time_us),
        },
    )
    return head + np.hstack((accel, gyro)).astype("<i2").tobytes()
