"""What a Movesense answers to GET: lists of rates and ranges, settings, battery, clocks. All little-endian.

In:  the resource's path and the data behind the status.
Out: fields by name with units; the bytes of an object.
Refuses: paths whose layout isn't known; lists that end early, bytes behind the object.
Lists begin with their count, unlike those of subscriptions. The layout of /Meas/IMU/Config is from the
maker's API files and not captured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from firmware_protocol.packet import ProtocolError

INFO, CONFIG = "/Meas/IMU/Info", "/Meas/IMU/Config"
BATTERY, CLOCKS = "/System/Energy/Level", "/Time/Detailed"
Layout = tuple[tuple[str, int, bool], ...]  # name, bytes of a number, whether it is a list of them

_RATES = ("rates_hz", 2, True)
_ACCEL, _GYRO, _MAG = ("accel_ranges_g", 1, True), ("gyro_ranges_dps", 2, True), ("mag_ranges_ut", 2, True)
LAYOUTS: Mapping[str, Layout] = {
    "/Meas/Acc/Info": (_RATES, _ACCEL),
    "/Meas/Gyro/Info": (_RATES, _GYRO),
    "/Meas/Magn/Info": (_RATES, _MAG),
    INFO: (_RATES, _ACCEL, _GYRO, _MAG),
    CONFIG: (("accel_range_g", 1, False), ("gyro_range_dps", 2, False), ("mag_range_ut", 2, False)),
    BATTERY: (("battery_percent", 1, False),),
    "/Mem/DataLogger/State": (("state", 1, False),),
    CLOCKS: (
        ("utc_us", 8, False),
        ("relative_ms", 4, False),
        ("tick_hz", 4, False),
        ("accuracy_ppm", 4, False),
    ),
}


def decode_object(path: str, data: bytes) -> dict[str, Any]:
    """Fields of an object; ProtocolError for anything that isn't one of this path."""
    layout = LAYOUTS.get(path)
    if layout is None:
        raise ProtocolError(f"the layout of {path[:40]!r} isn't known; known: {', '.join(LAYOUTS)}", data)
    fields: dict[str, Any] = {}
    place = 0
    for name, size, is_list in layout:
        count = 1
        if is_list:
            if place >= len(data):
                raise ProtocolError(f"{path} ends before the count of {name}", data, place)
            count, place = data[place], place + 1
        end = place + count * size
        if end > len(data):
            raise ProtocolError(f"{path}: {name} needs bytes up to {end}", data, place)
        numbers = [int.from_bytes(data[i : i + size], "little") for i in range(place, end, size)]
        fields[name] = numbers if is_list else numbers[0]
        place = end
    if place != len(data):
        raise ProtocolError(f"{path} has {place} bytes, these are {len(data)}", data, place)
    if fields.get("battery_percent", 0) > 100:
        raise ProtocolError(f"a battery level of {fields['battery_percent']} %", data)
    return fields


def encode_object(path: str, fields: Mapping[str, int | Sequence[int]]) -> bytes:
    """The bytes of an object; the fields are those that `decode_object` gives."""
    parts: list[bytes] = []
    for name, size, is_list in LAYOUTS[path]:
        value = fields[name]
        numbers = (value,) if isinstance(value, int) else tuple(value)
        parts.append(bytes((len(numbers),)) if is_list else b"")
        parts += [number.to_bytes(size, "little") for number in numbers]
    return b"".join(parts)
