"""Data frames of Polar's PMD service: raw and delta-compressed, little-endian, stamped with the last sample.

In:  one notification of FB005C82; factors and ranges by type in `mode` (what the start was answered).
Out: Packet with SI units; the bytes of a frame.
Refuses: measurements without accelerometer, gyroscope or magnetometer (ECG, PPG, PPI); a frame that ends
     before, or goes on behind, what its blocks declare.

A delta frame: a reference sample, then blocks `bits, count` and count x channels deltas of so many bits, a
bit stream that begins at the lowest bit of the first byte. 0 bits means that the sample before is repeated
(inferred; Polar's own reader gives no samples there).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Kind, Packet, ProtocolError, Stamp, Ticks

HEADER = 10
DELTA = 0x80
LONGEST_DELTA_BITS = 32
MILLI_G_M_S2 = STANDARD_GRAVITY_M_S2 / 1000
GAUSS_UT = 100.0


class Measurement(IntEnum):
    """Types of the PMD service."""

    ECG = 0
    PPG = 1
    ACC = 2
    PPI = 3
    GYRO = 5
    MAG = 6
    SKIN_TEMPERATURE = 7
    SDK_MODE = 9
    LOCATION = 10
    PRESSURE = 11
    TEMPERATURE = 12


@dataclass(frozen=True, slots=True)
class Layout:
    """How samples stand in a frame: bytes of a value, channels, whether the integers are float patterns."""

    width: int
    channels: int = 3
    floats: bool = False


LAYOUTS: Mapping[tuple[int, int], Layout] = {
    (Measurement.ACC, 0): Layout(1),
    (Measurement.ACC, 1): Layout(2),
    (Measurement.ACC, 2): Layout(3),
    (Measurement.ACC, DELTA): Layout(2),
    (Measurement.ACC, DELTA | 1): Layout(2),
    (Measurement.GYRO, DELTA): Layout(2),
    (Measurement.GYRO, DELTA | 1): Layout(4, floats=True),
    (Measurement.MAG, DELTA): Layout(2),
    (Measurement.MAG, DELTA | 1): Layout(2, channels=4),
}
# Factor where the start was answered without one: the specification's for ACC frames in g, else 1.
DEFAULT_FACTORS: Mapping[tuple[int, int], float] = {(Measurement.ACC, DELTA): 0.000244}
DEFAULT_ACCEL_RANGE_G, DEFAULT_GYRO_RANGE_DPS = 8.0, 2000.0


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame as sent: raw (n, channels); integers, or float patterns already read as floats."""

    measurement: int
    stamp_ns: int
    kind: int
    raw: NDArray[Any]


def read_frame(payload: bytes) -> Frame:
    """Header and raw samples of a frame; ProtocolError for anything that is none."""
    if len(payload) < HEADER:
        raise ProtocolError(
            f"{len(payload)} bytes are no PMD frame, which has {HEADER} before its samples", payload
        )
    measurement, kind = payload[0] & 0x3F, payload[9]
    layout = LAYOUTS.get((measurement, kind))
    if layout is None:
        known = ", ".join(f"{t}/{k:02X}" for t, k in LAYOUTS)
        raise ProtocolError(f"type/frame {measurement}/{kind:02X} isn't decoded; known: {known}", payload, 9)
    raw = _delta_samples(payload, layout) if kind & DELTA else _raw_samples(payload, layout)
    if layout.floats:
        floats = (raw & 0xFFFFFFFF).astype("<u4").view("<f4").astype(np.float64)
        if not (np.abs(floats) < 1e9).all():  # false for NaN too
            raise ProtocolError("a value is no finite angular rate", payload, HEADER)
        raw = floats
    return Frame(measurement, int.from_bytes(payload[1:9], "little"), kind, raw)


def _integers(data: bytes, width: int) -> Ticks:
    """Little-endian two's complement of 1 to 4 bytes each."""
    rows: Ticks = np.frombuffer(data, np.uint8).reshape(-1, width).astype(np.int64)
    values = (rows << (8 * np.arange(width, dtype=np.int64))).sum(axis=1)
    values[rows[:, -1] >= 0x80] -= 1 << 8 * width
    return values


def _raw_samples(payload: bytes, layout: Layout) -> Ticks:
    size = layout.width * layout.channels
    n, over = divmod(len(payload) - HEADER, size)
    if over or not n:
        raise ProtocolError(
            f"{len(payload) - HEADER} bytes are no whole samples of {size}", payload, HEADER + n * size
        )
    return _integers(payload[HEADER:], layout.width).reshape(n, layout.channels)


def _delta_samples(payload: bytes, layout: Layout) -> Ticks:
    place = HEADER + layout.width * layout.channels
    if len(payload) < place:
        raise ProtocolError("the reference sample is cut off", payload, HEADER)
    parts = [_integers(payload[HEADER:place], layout.width).reshape(1, -1)]
    while place < len(payload):
        if place + 2 > len(payload):
            raise ProtocolError("a block of deltas is cut off in its head", payload, place)
        bits, count = payload[place], payload[place + 1]
        if bits > LONGEST_DELTA_BITS or not count:
            raise ProtocolError(f"a block of {count} deltas of {bits} bits", payload, place)
        end = place + 2 + math.ceil(bits * count * layout.channels / 8)
        if end > len(payload):
            raise ProtocolError(f"a block of {count} deltas of {bits} bits needs {end} bytes", payload, place)
        deltas = _unpacked(payload[place + 2 : end], bits, count * layout.channels)
        parts.append(deltas.reshape(count, layout.channels))
        place = end
    return np.cumsum(np.concatenate(parts), axis=0)


def _unpacked(data: bytes, bits: int, n: int) -> Ticks:
    """n two's complement numbers of so many bits, lowest bit first."""
    if not bits:
        return np.zeros(n, np.int64)
    stream = np.unpackbits(np.frombuffer(data, np.uint8), bitorder="little")[: n * bits]
    weights = 1 << np.arange(bits, dtype=np.int64)
    weights[-1] = -weights[-1]
    return stream.reshape(n, bits).astype(np.int64) @ weights


def _number(mode: Mapping[str, object], group: str, measurement: int, default: float) -> float:
    """A number of a type in `mode`, e.g. {"factors": {"2": 0.000244}}."""
    by_type: Any = mode.get(group)
    found: Any = by_type.get(str(measurement)) if isinstance(by_type, dict) else None  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
    return float(found) if isinstance(found, int | float) else default


def decode_frame(payload: bytes, mode: Mapping[str, object]) -> Packet:
    """A data frame -> Packet. `mode` may have `factors` and `ranges` (g, deg/s) by type as text."""
    frame = read_frame(payload)
    factor = _number(
        mode, "factors", frame.measurement, DEFAULT_FACTORS.get((frame.measurement, frame.kind), 1.0)
    )
    fields: dict[str, Any] = {"frame_type": frame.kind, "factor": factor}
    values = np.asarray(frame.raw[:, :3] * factor, np.float64)
    accel = gyro = mag = None
    clipped = np.zeros(len(values), np.bool_)
    if frame.measurement == Measurement.ACC:
        milli_g = values * 1000 if frame.kind == DELTA else values
        accel = milli_g * MILLI_G_M_S2
        full = 1000 * _number(mode, "ranges", frame.measurement, DEFAULT_ACCEL_RANGE_G)
        clipped = (np.abs(milli_g) >= 0.99 * full).any(axis=1)
    elif frame.measurement == Measurement.GYRO:
        gyro = np.deg2rad(values)
        full = _number(mode, "ranges", frame.measurement, DEFAULT_GYRO_RANGE_DPS)
        clipped = (np.abs(values) >= 0.99 * full).any(axis=1)
    else:
        gauss = values / 1000 if frame.kind == DELTA | 1 else values
        mag = gauss * GAUSS_UT
        if frame.raw.shape[1] > 3:
            fields["calibration_status"] = frame.raw[:, 3].tolist()
    return Packet(
        Kind.SAMPLES,
        accel_m_s2=accel,
        gyro_rad_s=gyro,
        mag_ut=mag,
        stamp=Stamp.LAST,
        tick=frame.stamp_ns,
        tick_hz=1e9,
        tick_bits=64,
        clipped=np.asarray(clipped, np.bool_),
        fields=fields,
    )


def encode_head(measurement: int, stamp_ns: int, kind: int) -> bytes:
    """The ten bytes in front of the samples."""
    return bytes((measurement,)) + stamp_ns.to_bytes(8, "little") + bytes((kind,))


def encode_raw(measurement: int, stamp_ns: int, kind: int, raw: Ticks) -> bytes:
    """(n, channels) integers -> raw frame."""
    width = LAYOUTS[measurement, kind].width
    body = b"".join(int(value).to_bytes(width, "little", signed=True) for value in raw.ravel())
    return encode_head(measurement, stamp_ns, kind) + body


def bits_needed(deltas: Ticks) -> int:
    """Bits that hold all of these in two's complement; never the 1 that Polar's own reader gets wrong."""
    highest = int(max(deltas.max(initial=0), -deltas.min(initial=0) - 1))
    return max(2, highest.bit_length() + 1)


def encode_block(deltas: Ticks) -> bytes:
    """(count, channels) deltas, at most 255 -> block."""
    bits = bits_needed(deltas)
    column = (deltas.reshape(-1, 1) >> np.arange(bits, dtype=np.int64)) & 1
    return (
        bytes((bits, len(deltas))) + np.packbits(column.astype(np.uint8).ravel(), bitorder="little").tobytes()
    )


def encode_delta(measurement: int, stamp_ns: int, kind: int, raw: Ticks, block: int = 10) -> bytes:
    """(n, channels) integers -> delta frame in blocks of at most so many deltas."""
    layout = LAYOUTS[measurement, kind]
    reference = b"".join(int(value).to_bytes(layout.width, "little", signed=True) for value in raw[0])
    deltas = np.diff(raw, axis=0)
    if layout.floats:  # patterns are added modulo 2**32
        deltas = (deltas + 2**31) % 2**32 - 2**31
    blocks = [encode_block(deltas[i : i + block]) for i in range(0, len(deltas), block)]
    return encode_head(measurement, stamp_ns, kind) + reference + b"".join(blocks)
