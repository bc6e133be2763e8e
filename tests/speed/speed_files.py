"""Speed files written by hand: the same curve as CSV, GPX and FIT."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

Samples = Iterable[tuple[float, float]]
STARTED = datetime(2026, 6, 14, 10, 0, 0, tzinfo=UTC)
_FIT_EPOCH = datetime(1989, 12, 31, tzinfo=UTC)
_M_PER_DEGREE = 6371000.0 * math.pi / 180


def csv(path: Path, header: str, rows: Iterable[tuple[object, object]]) -> Path:
    path.write_text("\n".join([header, *(f"{a},{b}" for a, b in rows)]) + "\n")
    return path


def gpx(path: Path, samples: Samples) -> Path:
    """Points along a meridian, one per sample."""
    points, along, before = [], 0.0, None
    for time, speed in samples:
        along += 0.0 if before is None else speed * (time - before)
        before = time
        moment = (STARTED + timedelta(seconds=time)).isoformat().replace("+00:00", "Z")
        points.append(f'<trkpt lat="{along / _M_PER_DEGREE:.10f}" lon="0"><time>{moment}</time></trkpt>')
    body = "".join(points)
    path.write_text(
        '<?xml version="1.0"?><gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1">'
        f"<trk><trkseg>{body}</trkseg></trk></gpx>"
    )
    return path


def fit(path: Path, samples: Samples) -> Path:
    """Record messages with timestamp and enhanced_speed (FIT protocol 2: header, definition, data, CRC)."""
    data = struct.pack("<BBBHB", 0x40, 0, 0, 20, 2) + bytes([253, 4, 0x86, 73, 4, 0x86])
    for time, speed in samples:
        moment = STARTED + timedelta(seconds=time) - _FIT_EPOCH
        data += struct.pack("<BII", 0, int(moment.total_seconds()), round(1000 * speed))
    head = struct.pack("<BBHI4s", 14, 0x20, 2100, len(data), b".FIT")
    head += struct.pack("<H", _crc(head))
    path.write_bytes(head + data + struct.pack("<H", _crc(head + data)))
    return path


def _crc(data: bytes) -> int:
    table = (0x0, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
             0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400)  # fmt: skip
    crc = 0
    for byte in data:
        for half in (byte & 0xF, byte >> 4):
            crc = (crc >> 4) & 0x0FFF ^ table[crc & 0xF] ^ table[half]
    return crc
