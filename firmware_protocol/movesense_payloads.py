"""Bodies of a Movesense's subscriptions: a stamp, then blocks of float vectors that fill the body.

In:  the resource's path and the body (behind code and reference, parts joined); ranges for clipping.
Out: Packet in SI units; the bytes of a body.
Refuses: a body that its path can't have; values beyond twice the full scale, that no such sensor measures.

All is little-endian. Blocks follow each other (all accelerations, then all angular rates, then all of the
magnetometer), so a body that lost its end would still divide but be read from the wrong places: where there
are several blocks the samples must be as many as the rate's. Those numbers are captured at 52 Hz (4) and in
the maker's client at 104 Hz (8); for other rates they are inferred as rate / 13. The stamp is the first
sample's, ms since the sensor's start; the sensor's clock runs at 1024 Hz, so it is quantised.
"""

from __future__ import annotations

import math
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from firmware_protocol.movesense_messages import FIRST_PART
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Floats, Kind, Packet, ProtocolError, Stamp

STAMP = struct.Struct("<I")
VECTOR = 12
TICK_HZ = 1000.0
TICK_BITS = 32
HIGHEST_ACCEL_RANGE_G, HIGHEST_GYRO_RANGE_DPS, MAG_RANGE_UT = 16.0, 2000.0, 5000.0
ECG_SAMPLES = 16
ECG_COUNT_UV = 0.381469726563
PER_PACKET: Mapping[int, int] = {13: 1, 26: 2, 52: 4, 104: 8, 208: 16, 416: 32}
BLOCKS: Mapping[str, tuple[str, ...]] = {
    "Acc": ("accel",),
    "Gyro": ("gyro",),
    "Magn": ("mag",),
    "IMU6": ("accel", "gyro"),
    "IMU6m": ("accel", "mag"),
    "IMU9": ("accel", "gyro", "mag"),
}
_MOTION = re.compile(r"/Meas/(Acc|Gyro|Magn|IMU6m|IMU6|IMU9)/([0-9]{1,4})", re.ASCII)
_ECG = re.compile(r"/Meas/ECG/[0-9]{1,4}(/mV)?", re.ASCII)
HEART_RATE, TEMPERATURE = "/Meas/HR", "/Meas/Temp"


@dataclass(frozen=True, slots=True)
class Ranges:
    """Full scale: where a value counts as clipped, and beyond twice of which it can't be."""

    accel_g: float = HIGHEST_ACCEL_RANGE_G
    gyro_dps: float = HIGHEST_GYRO_RANGE_DPS

    @staticmethod
    def of(mode: Mapping[str, object]) -> Ranges:
        """From `accel_range_g` and `gyro_range_dps` of a mode; the highest where it has none."""
        accel, gyro = mode.get("accel_range_g"), mode.get("gyro_range_dps")
        return Ranges(
            float(accel) if isinstance(accel, int | float) and accel > 0 else HIGHEST_ACCEL_RANGE_G,
            float(gyro) if isinstance(gyro, int | float) and gyro > 0 else HIGHEST_GYRO_RANGE_DPS,
        )

    def full(self, block: str) -> float:
        """Full scale of a block in the unit that is sent."""
        full = {"accel": self.accel_g * STANDARD_GRAVITY_M_S2, "gyro": self.gyro_dps, "mag": MAG_RANGE_UT}
        return full[block]


_HIGHEST = Ranges()


def motion_path(path: str) -> tuple[tuple[str, ...], int] | None:
    """Blocks and rate of a motion resource; None for any other path."""
    found = _MOTION.fullmatch(path)
    return (BLOCKS[found[1]], int(found[2])) if found else None


def may_be_longer(path: str) -> bool:
    """Whether 150 bytes of this path can be a first part: not where a body is known to be shorter."""
    motion = motion_path(path)
    if motion is None:
        return False
    n = PER_PACKET.get(motion[1])
    return n is None or STAMP.size + VECTOR * len(motion[0]) * n > FIRST_PART


def names_that_fit(length: int) -> list[str]:
    """Motion resources that a body of this length could be from."""
    over = length - STAMP.size
    return [name for name, b in BLOCKS.items() if over > 0 and over % (VECTOR * len(b)) == 0]


def decode_body(path: str, body: bytes, ranges: Ranges = _HIGHEST) -> Packet:
    """The body of a subscription; ProtocolError with an offset in the body."""
    motion = motion_path(path)
    if motion:
        return _motion(path, *motion, body, ranges)
    if _ECG.fullmatch(path):
        return _ecg(path, body)
    if path == TEMPERATURE:
        _must_have(body, 8, path)
        kelvin: float = struct.unpack_from("<f", body, 4)[0]
        if not math.isfinite(kelvin) or kelvin < 0:
            raise ProtocolError(f"{kelvin} K is no temperature", body, 4)
        return _stamped(body, {"path": path, "temperature_k": kelvin})
    if path == HEART_RATE:
        return _heart_rate(path, body)
    raise ProtocolError(f"what {path[:40]!r} sends isn't known; /Meas/{{{','.join(BLOCKS)}}}/RATE is", body)


def _must_have(body: bytes, expected: int, path: str) -> None:
    if len(body) != expected:
        reason = f"{path} sends {expected} bytes, these are {len(body)}"
        raise ProtocolError(reason, body, min(expected, len(body)))


def _stamped(body: bytes, fields: Mapping[str, Any]) -> Packet:
    return Packet(
        Kind.STATUS,
        stamp=Stamp.FIRST,
        tick=STAMP.unpack_from(body)[0],
        tick_hz=TICK_HZ,
        tick_bits=TICK_BITS,
        fields=fields,
    )


def _motion(path: str, blocks: tuple[str, ...], rate_hz: int, body: bytes, ranges: Ranges) -> Packet:
    n = _samples(path, len(blocks), rate_hz, body)
    values: dict[str, Floats] = {}
    clipped = np.zeros(n, np.bool_)
    for place, name in enumerate(blocks):
        offset, full = STAMP.size + place * n * VECTOR, ranges.full(name)
        sent = np.frombuffer(body, "<f4", 3 * n, offset)
        possible = np.abs(sent) <= 2 * full  # false for NaN too
        if not possible.all():
            first = int(np.argmin(possible))
            reason = f"{name} {float(sent[first]):g} is beyond twice the full scale of {full:g}"
            raise ProtocolError(reason, body, offset + 4 * first)
        block = sent.astype(np.float64).reshape(n, 3)
        clipped |= (np.abs(block) >= 0.99 * full).any(axis=1)
        values[name] = block
    return Packet(
        Kind.SAMPLES,
        accel_m_s2=values.get("accel"),
        gyro_rad_s=np.deg2rad(values["gyro"]) if "gyro" in values else None,
        mag_ut=values.get("mag"),
        stamp=Stamp.FIRST,
        tick=STAMP.unpack_from(body)[0],
        tick_hz=TICK_HZ,
        tick_bits=TICK_BITS,
        clipped=clipped,
        fields={"path": path},
    )


def _samples(path: str, blocks: int, rate_hz: int, body: bytes) -> int:
    size = VECTOR * blocks
    n, over = divmod(len(body) - STAMP.size, size)
    if over or n < 1:
        reason = f"{len(body)} bytes are no stamp and whole samples of {size} bytes ({path})"
        raise ProtocolError(reason, body, max(0, len(body) - over))
    expected = PER_PACKET.get(rate_hz)
    if blocks > 1 and n != expected:
        reason = f"{path} sends {expected or 'an unknown number of'} samples at once, these are {n}"
        raise ProtocolError(reason, body, len(body))
    return n


def _ecg(path: str, body: bytes) -> Packet:
    """The resource that is called mV sends microvolts."""
    in_uv = path.endswith("/mV")
    _must_have(body, STAMP.size + ECG_SAMPLES * (2 if in_uv else 4), path)
    counts = struct.unpack_from(f"<{ECG_SAMPLES}{'h' if in_uv else 'i'}", body, STAMP.size)
    return _stamped(body, {"path": path, "ecg_uv": [one * (1 if in_uv else ECG_COUNT_UV) for one in counts]})


def _heart_rate(path: str, body: bytes) -> Packet:
    if len(body) < 4 or len(body) % 2:
        raise ProtocolError("a heart rate has 4 bytes and 2 for each interval", body, len(body))
    average: float = struct.unpack_from("<f", body)[0]
    if not math.isfinite(average):
        raise ProtocolError("the average is no number", body)
    intervals = list(struct.unpack_from(f"<{(len(body) - 4) // 2}H", body, 4))
    fields = {"path": path, "average_per_minute": average, "rr_intervals_ms": intervals}
    return Packet(Kind.STATUS, fields=fields)


def encode_body(stamp_ms: int, *blocks: Floats) -> bytes:
    """A motion body: its blocks (n, 3) in the order of the path and the units that are sent (deg/s)."""
    floats = b"".join(np.asarray(block, "<f4").tobytes() for block in blocks)
    return STAMP.pack(stamp_ms % 2**TICK_BITS) + floats
