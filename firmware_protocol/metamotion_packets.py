"""Packets of MbientLab's MetaMotion boards: `module, register, data`, at most 20 bytes, little-endian.

In:  notifications of 326a9006; what runs in `mode` (chip, ranges, accounter), because the bytes don't tell.
Out: Packet; commands; the bytes of data packets.
Refuses: modules that don't exist, data whose length doesn't fit its register.

The same register means different things on the two chips: 13 05 is one gyroscope sample on a BMI160 and three
on a BMI270. Their lengths (8, 20) differ, so length decides; `mode["chip"]` decides what we subscribe to.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Floats, Kind, Packet, ProtocolError, Stamp, Ticks

SERVICE = "326a9000-85cb-9195-d9dd-464cfbbae75a"
COMMAND = "326a9001-85cb-9195-d9dd-464cfbbae75a"
NOTIFY = "326a9006-85cb-9195-d9dd-464cfbbae75a"
LONGEST = 20
READ = 0x80
TICK_HZ = 32768 / 48  # of the accounter and the logger: 1.46484375 ms

ACC, PROCESSOR, EVENT, LOGGING, SETTINGS, GYRO, MAG, DEBUG = 0x03, 0x09, 0x0A, 0x0B, 0x11, 0x13, 0x15, 0xFE
MODULES = frozenset(range(0x01, 0x1A)) | {DEBUG}
BMI160, BMI270 = "BMI160", "BMI270"

ODR: Mapping[float, int] = {25: 6, 50: 7, 100: 8, 200: 9, 400: 10, 800: 11, 1600: 12}
ACC_RANGE_CODES: Mapping[str, Mapping[int, int]] = {
    BMI160: {2: 0x03, 4: 0x05, 8: 0x08, 16: 0x0C},
    BMI270: {2: 0, 4: 1, 8: 2, 16: 3},
}
GYRO_RANGE_CODES: Mapping[int, int] = {2000: 0, 1000: 1, 500: 2, 250: 3, 125: 4}
DEFAULT_ACCEL_RANGE_G, DEFAULT_GYRO_RANGE_DPS = 16, 2000
GYRO_LSB_PER_DPS_AT_2000 = 16.4
CLIPPED_FROM = round(0.99 * 32768)
Digits = NDArray[np.int16]
_I16 = np.dtype("<i2")


@dataclass(frozen=True, slots=True)
class Registers:
    """Where a chip's streams come from: single and packed samples."""

    acc_single: int
    acc_packed: int
    gyro_single: int
    gyro_packed: int


REGISTERS: Mapping[str, Registers] = {
    BMI160: Registers(0x04, 0x1C, 0x05, 0x07),
    BMI270: Registers(0x04, 0x05, 0x04, 0x05),
}
_DATA = {
    (ACC, 0x04),
    (ACC, 0x05),
    (ACC, 0x1C),
    (GYRO, 0x04),
    (GYRO, 0x05),
    (GYRO, 0x07),
    (MAG, 0x05),
    (MAG, 0x09),
}


def accel_config(chip: str, rate_hz: float, range_g: int) -> bytes:
    """Rate and range of the accelerometer."""
    filtering = 0x20 if chip == BMI160 else 0xA0
    return bytes((ACC, 0x03, filtering | ODR[rate_hz], ACC_RANGE_CODES[chip][range_g]))


def gyro_config(rate_hz: float, range_dps: int) -> bytes:
    """Rate and range of the gyroscope."""
    return bytes((GYRO, 0x03, 0x20 | ODR[rate_hz], GYRO_RANGE_CODES[range_dps]))


def processor(source: tuple[int, int, int], size: int, config: bytes) -> bytes:
    """Create a processor on a signal: (module, register, id or FF) and its bytes."""
    return bytes((PROCESSOR, 0x02, *source, ((size - 1) << 5) & 0xFF)) + config


def connection_parameters(low_ms: float, high_ms: float, latency: int, timeout_ms: float) -> bytes:
    """Ask for a connection interval (steps of 1.25 ms) and a supervision timeout (10 ms)."""
    numbers = (round(low_ms / 1.25), round(high_ms / 1.25), latency, round(timeout_ms / 10))
    return bytes((SETTINGS, 0x09)) + struct.pack("<4H", *numbers)


def accel_unit(range_g: float) -> float:
    """m/s2 of a digit."""
    return range_g / 32768 * STANDARD_GRAVITY_M_S2


def gyro_unit(range_dps: float) -> float:
    """rad/s of a digit."""
    return float(np.deg2rad(range_dps / 2000 / GYRO_LSB_PER_DPS_AT_2000))


def _number(mode: Mapping[str, object], name: str, default: float) -> float:
    found = mode.get(name)
    return float(found) if isinstance(found, int | float) and 0 < found < 1e9 else default


def decode(characteristic: str, payload: bytes, mode: Mapping[str, object]) -> Packet:
    """See Family.decode.

    mode    chip, accel_range_g, gyro_range_dps, accounter (`count`, the default, or `time`), rate_hz. Without
            ranges 16 g and 2000 deg/s are taken: what we configure
    fields  module, register; of data: raw; of accounters: processor, value
    """
    if characteristic.lower() not in ("", NOTIFY):
        raise ProtocolError(f"characteristic {characteristic} isn't {NOTIFY}", payload)
    if not 2 <= len(payload) <= LONGEST:
        raise ProtocolError(f"{len(payload)} bytes; expected 2 to {LONGEST}", payload)
    if payload[0] not in MODULES:
        raise ProtocolError(f"module {payload[0]:02X} isn't known", payload)
    module, register = payload[0], payload[1] & 0x3F
    if payload[1] & 0xC0 == 0:
        if (module, register) in _DATA:
            return _samples(payload, mode)
        if (module, register) == (PROCESSOR, 0x03):
            return _accounted(payload, mode)
    if payload[1] & 0xC0 == 0x40:
        raise ProtocolError(f"register {payload[1]:02X} is none: bit 6 without bit 7", payload, 1)
    return _answer(payload, module, register)


def _raw(payload: bytes, start: int) -> Digits:
    return np.frombuffer(payload, _I16, offset=start).reshape(-1, 3)


def _scaled(raw: Digits, unit: float) -> Floats:
    return np.multiply(raw, unit, dtype=np.float64)


def _clipped(rows: Sequence[Sequence[int]]) -> NDArray[np.bool_]:
    """Rows of plain integers: for the one to three of a packet that is quicker than arrays are."""
    return np.array([max(map(abs, row)) >= CLIPPED_FROM for row in rows], np.bool_)


def _samples(payload: bytes, mode: Mapping[str, object]) -> Packet:
    """One sample or three, oldest first, without counter or time."""
    if len(payload) not in (8, 20):
        raise ProtocolError(f"{len(payload) - 2} bytes; expected one sample of 6 or three", payload, 2)
    packed = (payload[0], payload[1]) in ((ACC, 0x1C), (ACC, 0x05), (GYRO, 0x07), (MAG, 0x09))
    if (packed and len(payload) != 20) or (
        (payload[0], payload[1]) in ((ACC, 0x04), (GYRO, 0x04)) and len(payload) != 8
    ):
        raise ProtocolError("one sample where three belong, or the other way round", payload, 2)
    raw = _raw(payload, 2)
    rows = raw.tolist()
    fields = {"module": payload[0], "register": payload[1], "raw": rows}
    clipped = _clipped(rows)
    if payload[0] == ACC:
        unit = accel_unit(_number(mode, "accel_range_g", DEFAULT_ACCEL_RANGE_G))
        return Packet(Kind.SAMPLES, accel_m_s2=_scaled(raw, unit), clipped=clipped, fields=fields)
    if payload[0] == GYRO:
        unit = gyro_unit(_number(mode, "gyro_range_dps", DEFAULT_GYRO_RANGE_DPS))
        return Packet(Kind.SAMPLES, gyro_rad_s=_scaled(raw, unit), clipped=clipped, fields=fields)
    return Packet(Kind.SAMPLES, mag_ut=_scaled(raw, 1 / 16), clipped=clipped, fields=fields)


def _accounted(payload: bytes, mode: Mapping[str, object]) -> Packet:
    """An accelerometer sample, or an accelerometer and a gyroscope sample, behind the accounter's number."""
    if len(payload) not in (13, 19):
        raise ProtocolError(
            f"{len(payload)} bytes with a processor's data; expected 13 or 19", payload, min(3, len(payload))
        )
    value = int.from_bytes(payload[3:7], "little")
    raw = _raw(payload, 7)
    timed = mode.get("accounter") == "time"
    gyro = raw[1:]
    rows: list[list[int]] = raw.tolist()
    return Packet(
        Kind.SAMPLES,
        accel_m_s2=_scaled(raw[:1], accel_unit(_number(mode, "accel_range_g", DEFAULT_ACCEL_RANGE_G))),
        gyro_rad_s=_scaled(gyro, gyro_unit(_number(mode, "gyro_range_dps", DEFAULT_GYRO_RANGE_DPS)))
        if len(gyro)
        else None,
        stamp=Stamp.FIRST if timed else Stamp.NONE,
        tick=value if timed else None,
        tick_hz=TICK_HZ if timed else None,
        tick_bits=32 if timed else None,
        counter=None if timed else value,
        clipped=_clipped([[digit for row in rows for digit in row]]),
        fields={"processor": payload[2], "value": value, "raw": rows},
    )


def _answer(payload: bytes, module: int, register: int) -> Packet:
    """Answers to reads, and what a board says by itself."""
    fields: dict[str, Any] = {"module": module, "register": register, "data": payload[2:].hex()}
    data = payload[2:]
    asked = bool(payload[1] & READ)
    if asked and register == 0:
        if len(data) not in range(19) or len(data) == 1:
            raise ProtocolError(
                "module information: expected nothing or implementation and revision", payload, 2
            )
        fields["present"] = bool(data)
        if data:
            fields |= {"implementation": data[0], "revision": data[1]}
    elif asked and (module, register) == (SETTINGS, 0x0C):
        _must_be(payload, 5, "battery: percent and millivolts")
        if data[0] > 100:
            raise ProtocolError(f"battery: {data[0]} percent", payload, 2)
        fields |= {"battery_percent": data[0], "battery_mv": int.from_bytes(data[1:], "little")}
    elif asked and (module, register) == (SETTINGS, 0x0B):
        _must_be(payload, 9, "address: type and 6 bytes")
        fields |= {"address_type": data[0], "address": data[:0:-1].hex(":")}
    elif (module, register) == (PROCESSOR, 0x02):
        _must_be(payload, 3, "number of a new processor")
        fields["processor"] = data[0]
    elif module == LOGGING:
        fields |= _logging(payload, register, asked=asked)
    return Packet(Kind.ANSWER if asked or register == 2 else Kind.STATUS, fields=fields)


def _must_be(payload: bytes, length: int, what: str) -> None:
    if len(payload) != length:
        raise ProtocolError(
            f"{len(payload)} bytes; expected {length}: {what}", payload, min(length, len(payload))
        )


def _logging(payload: bytes, register: int, *, asked: bool) -> dict[str, Any]:
    """Loggers, clock, number of entries, progress and entries (9 bytes each) of the on-board log."""
    if register == 0x02 and not asked:
        _must_be(payload, 3, "number of a new logger")
        return {"logger": payload[2]}
    if register == 0x04 and asked:
        _must_be(payload, 7, "tick and reset number")
        return {"log_tick": int.from_bytes(payload[2:6], "little"), "reset": payload[6]}
    if register == 0x05 and asked:
        if len(payload) not in (4, 6):
            raise ProtocolError("number of log entries: expected 2 or 4 bytes", payload, 2)
        return {"log_entries": int.from_bytes(payload[2:], "little")}
    if register == 0x07:
        if len(payload) not in (11, 20):
            raise ProtocolError("log entries: expected one of 9 bytes or two", payload, 2)
        entries = (payload[i : i + 9] for i in range(2, len(payload), 9))
        return {"log": [_log_entry(entry) for entry in entries]}
    if register == 0x08:
        if len(payload) not in (4, 6):
            raise ProtocolError("log progress: expected 2 or 4 bytes", payload, 2)
        return {"log_entries_left": int.from_bytes(payload[2:], "little")}
    return {"page_completed": True} if register == 0x0D else {}


def _log_entry(entry: bytes) -> dict[str, Any]:
    tick = int.from_bytes(entry[1:5], "little")
    return {"logger": entry[0] & 0x1F, "reset": entry[0] >> 5, "tick": tick, "data": entry[5:].hex()}


def digits(values: Floats, unit: float) -> Ticks:
    """SI units -> digits; beyond full scale they stick to it."""
    return np.clip(np.rint(values / unit), -32768, 32767).astype(np.int64)


def encode_samples(module: int, register: int, raw: Ticks) -> bytes:
    """(1, 3) or (3, 3) digits -> data packet."""
    return bytes((module, register)) + raw.astype("<i2").tobytes()


def encode_accounted(number: int, value: int, raw: Ticks) -> bytes:
    """Digits behind the accounter's number; it wraps at 2**32."""
    return (
        bytes((PROCESSOR, 0x03, number)) + (value % 2**32).to_bytes(4, "little") + raw.astype("<i2").tobytes()
    )
