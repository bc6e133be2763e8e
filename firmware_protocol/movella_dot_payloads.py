"""Measurement payloads of a Movella DOT: one sample with its stamp per notification. All little-endian.

In:  notification of the short, medium or long payload characteristic, measurement mode; a recorded sample.
Out: Packet with one sample in SI units. `encode` is the inverse.
Refuses: to guess past doubt: a payload is always as long as its characteristic, and zero behind its mode's
         fields; anything else is no payload of that mode. Modes 1, 17 and 25 need the vendor's SDK.
The angular rate is in deg/s on the air (the manual's rad/s are the SDK's). `free_accel` is without gravity
and in the earth's frame: it is a field, not `accel_m_s2`. Magnetic values are multiples of the local field at
calibration, not uT: fields too.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence
from functools import cache

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
DELTA_Q = ("delta_q_w", "delta_q_x", "delta_q_y", "delta_q_z")
DELTA_V = ("delta_v_x_m_s", "delta_v_y_m_s", "delta_v_z_m_s")
_ACCEL, _GYRO = ("accel",) * 3, ("gyro",) * 3
_MAG = ("mag_x_of_local_field", "mag_y_of_local_field", "mag_z_of_local_field")


_TAILS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "mag": ("3h", _MAG),
    "status": ("H", ("status",)),
    "clip_accel": ("B", ("clipped_accel_samples",)),
    "clip_gyro": ("B", ("clipped_gyro_samples",)),
}
_CLIP_BITS = 0x3F  # of the status: accelerometer x y z, gyroscope x y z


class Layout:
    """Fields of a sample in order: stamp where `stamped`, floats, then parts of `_TAILS`."""

    def __init__(
        self, characteristic: str, floats: Sequence[str], tail: Sequence[str] = (), stamped: bool = True
    ):
        self.characteristic = characteristic
        self.stamped = stamped
        self.n_floats = len(floats)
        self.names = tuple(floats) + tuple(name for part in tail for name in _TAILS[part][1])
        formats = "".join(_TAILS[part][0] for part in tail)
        self.struct = struct.Struct(f"<{'I' if stamped else ''}{len(floats)}f{formats}")
        self.length = PAYLOAD_LENGTH.get(characteristic, self.struct.size)
        self.padding = bytes(self.length - self.struct.size)
        self.accel_at = floats.index("accel") if "accel" in floats else None
        self.gyro_at = floats.index("gyro") if "gyro" in floats else None
        self.dq_at = floats.index(DELTA_Q[0]) if DELTA_Q[0] in floats else None
        self.dv_at = floats.index(DELTA_V[0]) if DELTA_V[0] in floats else None
        self.mag_at = len(floats) if "mag" in tail else None
        self.status_at = self.names.index("status") if "status" in tail else None
        self.counts = tuple(i for i, name in enumerate(self.names) if name.startswith("clipped_"))
        self.others = tuple((i, name) for i, name in enumerate(self.names) if name not in ("accel", "gyro"))


_CLIPPING = ("status", "clip_accel", "clip_gyro")
LAYOUTS: Mapping[int, Layout] = {
    2: Layout(MEDIUM_PAYLOAD, _QUATERNION + _FREE, _CLIPPING),
    3: Layout(MEDIUM_PAYLOAD, _QUATERNION + _FREE),
    4: Layout(SHORT_PAYLOAD, _EULER),
    5: Layout(SHORT_PAYLOAD, _QUATERNION),
    6: Layout(SHORT_PAYLOAD, _FREE),
    7: Layout(MEDIUM_PAYLOAD, _EULER + _FREE, _CLIPPING),
    16: Layout(MEDIUM_PAYLOAD, _EULER + _FREE),
    18: Layout(MEDIUM_PAYLOAD, DELTA_Q + DELTA_V, ("mag",)),
    19: Layout(MEDIUM_PAYLOAD, DELTA_Q + DELTA_V),
    20: Layout(MEDIUM_PAYLOAD, _ACCEL + _GYRO, ("mag",)),
    21: Layout(MEDIUM_PAYLOAD, _ACCEL + _GYRO),
    22: Layout(MEDIUM_PAYLOAD, _EULER + _FREE + _GYRO),
    23: Layout(MEDIUM_PAYLOAD, _EULER + _FREE, ("mag",)),
    24: Layout(MEDIUM_PAYLOAD, _QUATERNION + _GYRO),
    26: Layout(LONG_PAYLOAD, _QUATERNION + _ACCEL + _GYRO),
}
_EXPORT_FLOATS: Mapping[int, tuple[str, ...]] = {
    0x01: _QUATERNION,
    0x04: _EULER,
    0x05: DELTA_Q,
    0x06: DELTA_V,
    0x07: _ACCEL,
    0x08: _GYRO,
}
_EXPORT_TAILS: Mapping[int, str] = {0x09: "mag", 0x0A: "status", 0x0B: "clip_accel", 0x0C: "clip_gyro"}
STAMP_FIELD = 0x00
EXPORT_FIELDS = (STAMP_FIELD, *_EXPORT_FLOATS, *_EXPORT_TAILS)


@cache
def export_layout(fields: tuple[int, ...]) -> Layout:
    """Layout of a recorded sample with these of `EXPORT_FIELDS`, which must rise."""
    floats = tuple(name for one in fields for name in _EXPORT_FLOATS.get(one, ()))
    tail = tuple(_EXPORT_TAILS[one] for one in fields if one in _EXPORT_TAILS)
    return Layout("", floats, tail, stamped=STAMP_FIELD in fields)


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
    if layout.padding and not payload.endswith(layout.padding):
        offset = next(i for i in range(layout.struct.size, layout.length) if payload[i])
        raise ProtocolError(f"mode {number} ends before this byte, which must be 0", payload, offset)
    return sample(layout, payload, 0, rate_hz, {"mode": number})


def likely_mode(characteristic: str, payload: bytes) -> int:
    """The mode with the fewest fields that explains all bytes; a unit quaternion first means increments.

    Modes 2, 3, 6, 7, 16, 23 and 24 are never guessed: their bytes could be those of another mode.
    """
    if characteristic == SHORT_PAYLOAD:
        return 5 if any(payload[16:]) else 4
    if characteristic == LONG_PAYLOAD:
        return 26
    used = len(payload.rstrip(b"\0"))
    if used > 38:
        return 22
    norm = math.hypot(*struct.unpack_from("<4f", payload, 4))
    if abs(norm - 1) < 1e-3:
        return 18 if used > 32 else 19
    return 22 if used > 34 else 20 if used > 28 else 21


def sample(
    layout: Layout,
    payload: bytes,
    start: int,
    rate_hz: float,
    fields: Mapping[str, object],
    counter: int | None = None,
) -> Packet:
    """The sample whose fields begin at `start`; `fields` are given on."""
    values: list[float] = list(layout.struct.unpack_from(payload, start))
    tick = int(values.pop(0)) if layout.stamped else None
    first = start + 4 * layout.stamped
    if not math.isfinite(sum(values)):
        offset = next((first + 4 * i for i, value in enumerate(values) if not math.isfinite(value)), first)
        raise ProtocolError("a value is no finite number", payload, offset)
    accel = gyro = None
    if layout.dv_at is not None:
        accel = [one * rate_hz for one in values[layout.dv_at : layout.dv_at + 3]]
    if layout.dq_at is not None:
        gyro = _mean_rate(values[layout.dq_at : layout.dq_at + 4], rate_hz)
    if layout.accel_at is not None:
        accel = values[layout.accel_at : layout.accel_at + 3]
    if layout.gyro_at is not None:
        gyro = values[layout.gyro_at : layout.gyro_at + 3]
    if layout.mag_at is not None:
        mag = slice(layout.mag_at, layout.mag_at + 3)
        values[mag] = [value / MAG_PER_FIELD for value in values[mag]]
    clipped = bool(layout.counts) and any(values[i] for i in layout.counts)
    if layout.status_at is not None:
        clipped |= bool(int(values[layout.status_at]) & _CLIP_BITS)
    if accel is not None:
        place = layout.dv_at if layout.accel_at is None else layout.accel_at
        clipped |= _is_clipped(accel, ACCEL_RANGE_M_S2, payload, first + 4 * (place or 0))
    if gyro is not None:
        place = layout.dq_at if layout.gyro_at is None else layout.gyro_at
        clipped |= _is_clipped(gyro, GYRO_RANGE_DPS, payload, first + 4 * (place or 0))
    return Packet(
        Kind.SAMPLES,
        accel_m_s2=None if accel is None else np.array([accel]),
        gyro_rad_s=None if gyro is None else np.array([[one * _RAD for one in gyro]]),
        stamp=Stamp.NONE if tick is None else Stamp.FIRST,
        tick=tick,
        tick_hz=None if tick is None else TICK_HZ,
        tick_bits=None if tick is None else 32,
        counter=counter,
        clipped=None if accel is None and gyro is None else np.array([clipped]),
        fields={**fields, **{name: values[i] for i, name in layout.others}},
    )


def _is_clipped(values: Sequence[float], full_scale: float, payload: bytes, offset: int) -> bool:
    largest = max(abs(values[0]), abs(values[1]), abs(values[2]))
    if largest > _IMPOSSIBLE * full_scale:
        raise ProtocolError(f"{largest:g} is far beyond the range of {full_scale:g}", payload, offset)
    return largest >= _CLIPPED * full_scale


def _mean_rate(delta_q: Sequence[float], rate_hz: float) -> list[float]:
    """Angular rate (deg/s) that turns by this in one sample."""
    w, x, y, z = delta_q
    sine = math.hypot(x, y, z)
    scale = (2 * math.atan2(sine, w) / sine if sine else 2.0) * rate_hz / _RAD
    return [x * scale, y * scale, z * scale]


def encode(mode: int, tick: int, values: Sequence[float]) -> bytes:
    """The notification of one sample.

    values   the mode's fields in their order and with the units on the air: angular rate in deg/s, magnetic
             field as multiples of the local one
    """
    return encode_sample(LAYOUTS[mode], tick, values)


def encode_sample(layout: Layout, tick: int, values: Sequence[float]) -> bytes:
    """The bytes of one sample; see `encode`."""
    numbers = list(values)
    if layout.mag_at is not None:
        mag = slice(layout.mag_at, layout.mag_at + 3)
        numbers[mag] = [round(value * MAG_PER_FIELD) for value in numbers[mag]]
    stamp = (tick % 2**32,) if layout.stamped else ()
    whole = (int(value) for value in numbers[layout.n_floats :])
    return layout.struct.pack(*stamp, *numbers[: layout.n_floats], *whole) + layout.padding
