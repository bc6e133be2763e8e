"""Measurement payloads of a Movella DOT: one sample with its stamp per notification. All little-endian.

In:  notification of the short, medium or long payload characteristic, measurement mode.
Out: Packet with one sample in SI units. `encode` is the inverse.
Refuses: to guess past doubt: a payload is always as long as its characteristic, and zero behind its mode's
         fields; anything else is no payload of that mode. Modes 1, 17 and 25 need the vendor's SDK.
The angular rate is in deg/s on the air (the manual's rad/s are the SDK's). Acceleration of modes 4 and 22 is
free of gravity and in the earth's frame: it is a field, not `accel_m_s2`. Magnetic values are multiples of
the local field at calibration, not uT: fields too.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

import numpy as np

from firmware_protocol.movella_dot_uuids import (
    LONG_PAYLOAD,
    MEDIUM_PAYLOAD,
    PAYLOAD_LENGTH,
    SHORT_PAYLOAD,
)
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Kind, Packet, ProtocolError, Stamp

TICK_HZ = 1e6
RATE_HZ = 60
ACCEL_RANGE_M_S2 = 16 * STANDARD_GRAVITY_M_S2
GYRO_RANGE_DPS = 2000.0
MAG_PER_FIELD = 4096.0
_CLIPPED = 0.99
_IMPOSSIBLE = 2.0  # times full scale: calibration adds percents, never as much
_RAD = math.pi / 180

_EULER = ("euler_x_deg", "euler_y_deg", "euler_z_deg")
_FREE = ("free_accel_x_m_s2", "free_accel_y_m_s2", "free_accel_z_m_s2")
_QUATERNION = ("quaternion_w", "quaternion_x", "quaternion_y", "quaternion_z")
_DQ = ("delta_q_w", "delta_q_x", "delta_q_y", "delta_q_z")
_DV = ("delta_v_x_m_s", "delta_v_y_m_s", "delta_v_z_m_s")
_ACCEL, _GYRO = ("accel",) * 3, ("gyro",) * 3
_MAG = ("mag_x_of_local_field", "mag_y_of_local_field", "mag_z_of_local_field")


class Layout:
    """Fields of a mode in order: floats, then three int16 of the magnetic field where `mag`."""

    def __init__(self, characteristic: str, floats: Sequence[str], mag: bool = False):
        self.characteristic = characteristic
        self.names = tuple(floats) + (_MAG if mag else ())
        self.struct = struct.Struct(f"<I{len(floats)}f" + ("3h" if mag else ""))
        self.length = PAYLOAD_LENGTH[characteristic]
        self.padding = bytes(self.length - self.struct.size)
        self.accel_at = floats.index("accel") if "accel" in floats else None
        self.gyro_at = floats.index("gyro") if "gyro" in floats else None
        self.delta_at = floats.index(_DQ[0]) if _DQ[0] in floats else None
        self.mag_at = len(floats) if mag else None
        self.others = tuple((i, name) for i, name in enumerate(self.names) if name not in ("accel", "gyro"))


LAYOUTS: Mapping[int, Layout] = {
    4: Layout(SHORT_PAYLOAD, _EULER),
    18: Layout(MEDIUM_PAYLOAD, _DQ + _DV, mag=True),
    19: Layout(MEDIUM_PAYLOAD, _DQ + _DV),
    20: Layout(MEDIUM_PAYLOAD, _ACCEL + _GYRO, mag=True),
    21: Layout(MEDIUM_PAYLOAD, _ACCEL + _GYRO),
    22: Layout(MEDIUM_PAYLOAD, _EULER + _FREE + _GYRO),
    26: Layout(LONG_PAYLOAD, _QUATERNION + _ACCEL + _GYRO),
}


def decode(characteristic: str, payload: bytes, mode: int | None = None, rate_hz: float = RATE_HZ) -> Packet:
    """One sample.

    mode      as written to the measurement control; None = the one that the bytes fit (`likely_mode`)
    rate_hz   of the stream; modes 18 and 19 carry increments over one sample
    """
    length = PAYLOAD_LENGTH[characteristic]
    if len(payload) != length:
        hint = ", cut by a small MTU" if len(payload) < length else ""
        raise ProtocolError(
            f"a payload here has {length} bytes, this has {len(payload)}{hint}",
            payload,
            min(length, len(payload)),
        )
    number = likely_mode(characteristic, payload) if mode is None else mode
    layout = LAYOUTS.get(number)
    if layout is None or layout.characteristic != characteristic:
        known = ", ".join(str(one) for one, its in LAYOUTS.items() if its.characteristic == characteristic)
        raise ProtocolError(f"mode {number} is not decoded here (this characteristic: {known})", payload)
    return _sample(number, layout, payload, rate_hz)


def likely_mode(characteristic: str, payload: bytes) -> int:
    """The mode with the fewest fields that explains all bytes; a unit quaternion first means increments."""
    if characteristic == SHORT_PAYLOAD:
        return 4
    if characteristic == LONG_PAYLOAD:
        return 26
    used = len(payload.rstrip(b"\0"))
    if used > 38:
        return 22
    norm = math.hypot(*struct.unpack_from("<4f", payload, 4))
    if abs(norm - 1) < 1e-3:
        return 18 if used > 32 else 19
    return 22 if used > 34 else 20 if used > 28 else 21


def _sample(number: int, layout: Layout, payload: bytes, rate_hz: float) -> Packet:
    if layout.padding and not payload.endswith(layout.padding):
        offset = next(i for i in range(layout.struct.size, layout.length) if payload[i])
        raise ProtocolError(f"mode {number} ends before this byte, which must be 0", payload, offset)
    tick, *values = layout.struct.unpack_from(payload)
    if not math.isfinite(sum(values)):
        offset = next((4 + 4 * i for i, value in enumerate(values) if not math.isfinite(value)), 4)
        raise ProtocolError("a value is no finite number", payload, offset)
    accel = gyro = None
    if layout.accel_at is not None:
        accel = values[layout.accel_at : layout.accel_at + 3]
    if layout.gyro_at is not None:
        gyro = values[layout.gyro_at : layout.gyro_at + 3]
    if layout.delta_at is not None:
        accel, gyro = _rates(values, layout.delta_at, rate_hz)
    if layout.mag_at is not None:
        values[layout.mag_at :] = [value / MAG_PER_FIELD for value in values[layout.mag_at :]]
    clipped = False
    if accel is not None:
        clipped = _is_clipped(accel, ACCEL_RANGE_M_S2, payload, 4 + 4 * (layout.accel_at or 0))
    if gyro is not None:
        clipped |= _is_clipped(gyro, GYRO_RANGE_DPS, payload, 4 + 4 * (layout.gyro_at or 0))
    return Packet(
        Kind.SAMPLES,
        accel_m_s2=None if accel is None else np.array([accel]),
        gyro_rad_s=None if gyro is None else np.array([gyro]) * _RAD,
        stamp=Stamp.FIRST,
        tick=tick,
        tick_hz=TICK_HZ,
        tick_bits=32,
        clipped=None if accel is None and gyro is None else np.array([clipped]),
        fields={"mode": number} | {name: values[i] for i, name in layout.others},
    )


def _is_clipped(values: Sequence[float], full_scale: float, payload: bytes, offset: int) -> bool:
    largest = max(abs(values[0]), abs(values[1]), abs(values[2]))
    if largest > _IMPOSSIBLE * full_scale:
        raise ProtocolError(f"{largest:g} is far beyond the range of {full_scale:g}", payload, offset)
    return largest >= _CLIPPED * full_scale


def _rates(values: Sequence[float], at: int, rate_hz: float) -> tuple[list[float], list[float]]:
    """Mean specific force (m/s^2) and angular rate (deg/s) over one sample, from its increments."""
    w, x, y, z = values[at : at + 4]
    sine = math.hypot(x, y, z)
    angle = 2 * math.atan2(sine, w)
    scale = (angle / sine if sine else 2.0) * rate_hz / _RAD
    return [dv * rate_hz for dv in values[at + 4 : at + 7]], [x * scale, y * scale, z * scale]


def encode(mode: int, tick: int, values: Sequence[float]) -> bytes:
    """The notification of one sample.

    values   the mode's fields in their order and with the units on the air: angular rate in deg/s, magnetic
             field as multiples of the local one
    """
    layout = LAYOUTS[mode]
    numbers = list(values)
    if layout.mag_at is not None:
        numbers[layout.mag_at :] = [round(value * MAG_PER_FIELD) for value in numbers[layout.mag_at :]]
    return layout.struct.pack(tick % 2**32, *numbers) + layout.padding
