"""Bytes of the WitMotion BLE 5 family: frames of 20 bytes, `55 flag` and 18 more, little-endian, no checksum.

In:  one notification: whole frames, oldest first (flag 61 = motion, 71 = registers read back).
Out: Packet; the bytes of motion frames, read-backs and commands.
Refuses: frames cut off or glued to something else (the receiver puts straddling ones together).
Full scale of motion frames is 16 g and 2000 deg/s whatever the sensor's settings are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntEnum

import numpy as np

from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Floats, Kind, Packet, ProtocolError

SERVICE = "0000ffe5-0000-1000-8000-00805f9a34fb"
NOTIFY = "0000ffe4-0000-1000-8000-00805f9a34fb"
WRITE = "0000ffe9-0000-1000-8000-00805f9a34fb"

FRAME = 20
HEAD, MOTION, READ_BACK = 0x55, 0x61, 0x71
ACCEL_RANGE_M_S2 = 16 * STANDARD_GRAVITY_M_S2
GYRO_RANGE_RAD_S = float(np.deg2rad(2000))
FULL = 32768
CLIPPED_FROM = round(0.99 * FULL)
RATES_HZ: Mapping[int, float] = {0x06: 10.05, 0x07: 19.86, 0x08: 49.45, 0x09: 99.26, 0x0B: 198.43}  # measured
UNLOCK = bytes.fromhex("ffaa6988b5")
SAVE = bytes.fromhex("ffaa000000")
_BATTERY_STEPS = (
    (396, 100), (393, 90), (387, 75), (382, 60), (379, 50), (377, 40), (373, 30), (370, 20), (368, 15),
    (350, 10), (340, 5),
)  # fmt: skip


class Register(IntEnum):
    """Registers that are written or read here."""

    SAVE = 0x00
    CALIBRATE = 0x01
    RATE = 0x03
    BANDWIDTH = 0x1F
    ALGORITHM = 0x24
    READ = 0x27
    VERSION = 0x2E
    MAG = 0x3A
    QUATERNION = 0x51
    BATTERY = 0x64
    LOCK = 0x69
    CONTENT = 0x96


def command(register: int, value: int) -> bytes:
    """Write a register: `FF AA register low high`."""
    return bytes((0xFF, 0xAA, register)) + value.to_bytes(2, "little")


def read_command(start: int) -> bytes:
    """Ask for the registers from `start` on."""
    return command(Register.READ, start)


def battery_percent(hundredths_of_volts: int) -> int | None:
    """By the maker's table; 0 and negative readings are no readings: None."""
    if not 0 < hundredths_of_volts < FULL:
        return None
    return next((percent for volts, percent in _BATTERY_STEPS if hundredths_of_volts >= volts), 0)


def _is_head(data: bytes, place: int) -> bool:
    return data[place] == HEAD and (place + 1 == len(data) or data[place + 1] in (MOTION, READ_BACK))


def frames_within(data: bytes) -> tuple[bytes, bytes]:
    """Whole frames of a byte stream, joined, and the begun frame behind them.

    Bytes in front of a frame are left out; a frame counts when another begins, or the data end, behind it.
    """
    found: list[bytes] = []
    place = 0
    while place < len(data):
        end = place + FRAME
        if not _is_head(data, place):
            place += 1
        elif end > len(data):
            return b"".join(found), data[place:]
        elif end == len(data) or _is_head(data, end):
            found.append(data[place:end])
            place = end
        else:
            place += 1
    return b"".join(found), b""


def registers_of(payload: bytes, start: int) -> dict[int, int]:
    """The first four registers of the read-back from `start`, by number; empty where there is none.

    The frame has room for eight; the maker's programs use four, so we trust no more.
    """
    for place in range(0, len(payload) - FRAME + 1, FRAME):
        frame = payload[place : place + FRAME]
        if frame[:2] == bytes((HEAD, READ_BACK)) and int.from_bytes(frame[2:4], "little") == start:
            words = np.frombuffer(frame, "<u2", 4, 4)
            return {start + i: int(word) for i, word in enumerate(words)}
    return {}


def decode(characteristic: str, payload: bytes, mode: Mapping[str, object]) -> Packet:
    """One notification. See Family.decode; `mode` isn't needed."""
    del mode
    if characteristic.lower() not in ("", NOTIFY):
        raise ProtocolError(f"characteristic {characteristic} isn't {NOTIFY}", payload)
    return decode_frames(payload)


def decode_frames(payload: bytes) -> Packet:
    """Whole frames -> Packet; an answer where there are read-backs only.

    fields  angle_deg [[roll, pitch, yaw], ...] of the motion frames; registers {number: value} as hex names
    """
    if not payload or len(payload) % FRAME:
        whole = len(payload) // FRAME * FRAME
        raise ProtocolError(f"{len(payload)} bytes are no whole frames of {FRAME}", payload, whole)
    for place in range(0, len(payload), FRAME):
        if payload[place] != HEAD:
            raise ProtocolError(f"0x{payload[place]:02X} begins no frame; expected 55", payload, place)
        if payload[place + 1] not in (MOTION, READ_BACK):
            raise ProtocolError(f"flag 0x{payload[place + 1]:02X}; expected 61 or 71", payload, place + 1)
    fields: dict[str, object] = {}
    flags = payload[1::FRAME]
    raw = np.frombuffer(payload, "<i2").reshape(-1, FRAME // 2)[:, 1:].astype(np.int64)
    if READ_BACK in flags:
        motion = np.array([flag == MOTION for flag in flags])
        told = (raw[~motion] & 0xFFFF).tolist()
        fields["registers"] = {f"{row[0] + i:02x}": word for row in told for i, word in enumerate(row[1:])}
        raw = raw[motion]
    if not len(raw):
        return Packet(Kind.ANSWER, fields=fields)
    return Packet(
        Kind.SAMPLES,
        accel_m_s2=np.asarray(raw[:, :3] * (ACCEL_RANGE_M_S2 / FULL), np.float64),
        gyro_rad_s=np.asarray(raw[:, 3:6] * (GYRO_RANGE_RAD_S / FULL), np.float64),
        clipped=np.asarray((np.abs(raw[:, :6]) >= CLIPPED_FROM).any(axis=1), np.bool_),
        fields={"angle_deg": (raw[:, 6:] * (180 / FULL)).tolist(), **fields},
    )


def encode_motion(accel_m_s2: Floats, gyro_rad_s: Floats, angle_deg: Floats | None = None) -> bytes:
    """(n, 3) each -> n motion frames; values beyond full scale stick to it."""
    angle = np.zeros_like(accel_m_s2) if angle_deg is None else angle_deg
    scaled = np.hstack(
        (
            accel_m_s2 * (FULL / ACCEL_RANGE_M_S2),
            gyro_rad_s * (FULL / GYRO_RANGE_RAD_S),
            angle * (FULL / 180),
        )
    )
    raw = np.clip(np.rint(scaled), -FULL, FULL - 1).astype("<i2")
    return b"".join(bytes((HEAD, MOTION)) + row.tobytes() for row in raw)


def encode_read_back(start: int, words: Sequence[int]) -> bytes:
    """Up to eight registers from `start` -> a read-back frame."""
    return (
        bytes((HEAD, READ_BACK))
        + start.to_bytes(2, "little")
        + np.array(words, "<u2").tobytes().ljust(16, b"\0")
    )
