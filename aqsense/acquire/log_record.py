"""One record of the packet log, as a value and as bytes.

In:  what happened, with the host's monotonic time.
Out: `length (u32), CRC-32 of the body (u32), body`, little-endian; the body is `what (u8), time_ns (i64),
     length of the site (u8), site`, then for a packet `16 or 0 (u8), characteristic (UUID)`, payload; for
     anything else one JSON object.
Every record stands alone: whatever lies before it may be lost.
"""

from __future__ import annotations

import json
import struct
import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

VERSION = 1
MAGIC = b"AQSLOG"
FILE_HEAD = MAGIC + struct.pack("<H", VERSION)
RECORD_HEAD = struct.Struct("<II")
BODY_HEAD = struct.Struct("<BqB")
LONGEST_BODY = 1 << 20


class What(IntEnum):
    """What a record is about. The numbers stand in files."""

    START = 1  # a segment begins: facts of the session
    PACKET = 2  # a notification, as it came
    STREAM = 3  # what a sensor sends from now on: facts of the exchange
    MARK = 4  # something happened: kind, run, text
    CLOCK = 5  # the host's two clocks: utc_ns at time_ns
    STATE = 6  # what a sensor said of itself meanwhile: battery, signal
    DAMAGE = 7  # never written: the reader puts it where bytes can't be read (offset, n_bytes, is_tail)


@dataclass(frozen=True, slots=True)
class LogRecord:
    """See What.

    time_ns         time.perf_counter_ns() of the host; for a packet the stamp of the radio's callback
    site            "" where it is about the session
    characteristic  of a packet: its UUID, "" for the only one
    payload         of a packet
    facts           of anything else: plain JSON values
    """

    what: What
    time_ns: int
    site: str = ""
    characteristic: str = ""
    payload: bytes = b""
    facts: Mapping[str, Any] = field(default_factory=dict[str, Any])


def to_bytes(record: LogRecord) -> bytes:
    """The record as it stands in the file. ValueError for one that could not be read again."""
    site = record.site.encode()
    head = BODY_HEAD.pack(record.what, record.time_ns, len(site)) + site
    if record.what is What.PACKET:
        name = uuid.UUID(record.characteristic).bytes if record.characteristic else b""
        body = b"".join((head, bytes((len(name),)), name, record.payload))
    else:
        body = head + json.dumps(dict(record.facts), ensure_ascii=False, allow_nan=False).encode()
    if len(body) > LONGEST_BODY:
        raise ValueError(f"a record of {len(body)} bytes; at most {LONGEST_BODY} fit")
    return RECORD_HEAD.pack(len(body), zlib.crc32(body)) + body


def from_bytes(data: memoryview, offset: int) -> tuple[LogRecord, int] | None:
    """The record at this offset and where the next one begins; None where no whole record stands."""
    start = offset + RECORD_HEAD.size
    if start > len(data):
        return None
    length, crc = RECORD_HEAD.unpack_from(data, offset)
    stop = start + length
    if not BODY_HEAD.size <= length <= LONGEST_BODY or stop > len(data):
        return None
    body = data[start:stop]
    if zlib.crc32(body) != crc:
        return None
    record = _from_body(bytes(body))
    return None if record is None else (record, stop)


def _from_body(body: bytes) -> LogRecord | None:
    what, time_ns, n_site = BODY_HEAD.unpack_from(body)
    if what not in _WRITTEN:
        return None
    rest = BODY_HEAD.size + n_site
    try:
        site = body[BODY_HEAD.size : rest].decode()
        if what != What.PACKET:
            return LogRecord(What(what), time_ns, site, facts=json.loads(body[rest:]))
        n_name = body[rest]
        name = str(uuid.UUID(bytes=body[rest + 1 : rest + 1 + n_name])) if n_name else ""
        return LogRecord(What.PACKET, time_ns, site, name, body[rest + 1 + n_name :])
    except (ValueError, IndexError):
        return None


_WRITTEN = frozenset(int(what) for what in What) - {int(What.DAMAGE)}
