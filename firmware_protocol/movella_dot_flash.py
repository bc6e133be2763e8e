"""What a Movella DOT tells of its recordings: which there are, how each began, and their samples.

In:  data of the export messages.
Out: fields or a Packet; the bytes of each.
Refuses: headers without their magic number, samples of another length than the selected fields have. The
         fields are taken in the order of their numbers, as in all examples of the document.
Sizes are rough: a recording takes a header of 4 kB and sectors of 228 kB.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from firmware_protocol.movella_dot_payloads import (
    EXPORT_FIELDS,
    RATE_HZ,
    encode_sample,
    export_layout,
    sample,
)
from firmware_protocol.packet import Kind, Packet, ProtocolError

FLASH_MAGIC, FILE_MAGIC = 0x466C6173, 0x5265636F
DEFAULT_FIELDS = (0x00, 0x04, 0x07, 0x08)
HEADER_KB, SECTOR_KB = 4, 228
HEADER_MARK, DATA_MARK, EMPTY_MARK = 0xEE, 0xCC, 0xFF
_FLASH = struct.Struct("<IIHIII106x")
_FILE = struct.Struct("<IIHIH112x")
_DATA = 128
SECOND_REVISION = 0x0200  # 2.0, from which on the header says how long the indicators are


def read_flash_info(data: bytes, payload: bytes, start: int) -> dict[str, Any]:
    """The header, or a part of the file indicators (a file's sectors may go on in the next message)."""
    if len(data) != _DATA:
        raise ProtocolError(f"flash information has {_DATA} bytes, this has {len(data)}", payload, 1)
    magic, size, revision, utc, space, indicators = _FLASH.unpack(data)
    if magic == FLASH_MAGIC:
        return {
            "message": "recording.export_flash_info",
            "header_size": size,
            "revision": f"{revision >> 8}.{revision & 0xFF}",
            "initialised_utc": utc,
            "space_bytes": space,
            "indicators_bytes": indicators if revision >= SECOND_REVISION else None,
        }
    marks = (HEADER_MARK, DATA_MARK, EMPTY_MARK)
    place = next((i for i, one in enumerate(data) if one not in marks), None)
    if place is not None:
        reason = "neither the magic number of flash information nor file indicators (EE, CC, FF)"
        raise ProtocolError(reason, payload, start + place)
    return {"message": "recording.file_indicators", "indicators": data.hex()}


def files_in(indicators: bytes) -> list[int]:
    """Rough size in kB of each recording, from the indicators of all messages joined."""
    files: list[int] = []
    for mark in indicators:
        if mark == HEADER_MARK:
            files.append(HEADER_KB)
        elif mark == DATA_MARK and files:
            files[-1] += SECTOR_KB
    return files


def encode_flash_info(
    utc: int, space_bytes: int, indicators_bytes: int, revision: int = SECOND_REVISION
) -> bytes:
    """Data of the header."""
    return _FLASH.pack(FLASH_MAGIC, _DATA, revision, utc, space_bytes, indicators_bytes)


def encode_indicators(sectors: Sequence[int]) -> list[bytes]:
    """Data of the messages that say which recordings there are; sectors of data of each."""
    marks = b"".join(bytes((HEADER_MARK,)) + bytes((DATA_MARK,)) * count for count in sectors)
    return [marks[i : i + _DATA].ljust(_DATA, bytes((EMPTY_MARK,))) for i in range(0, len(marks), _DATA)]


def read_file_info(data: bytes, payload: bytes, start: int) -> dict[str, Any]:
    """When a recording began and how long it was to last."""
    if len(data) != _DATA:
        raise ProtocolError(f"file information has {_DATA} bytes, this has {len(data)}", payload, 1)
    magic, size, revision, utc, seconds = _FILE.unpack(data)
    if magic != FILE_MAGIC:
        raise ProtocolError(f"magic number 0x{magic:08X}; expected 0x{FILE_MAGIC:08X}", payload, start)
    if size != _DATA:
        raise ProtocolError(f"the header has {_DATA} bytes, this says {size}", payload, start + 4)
    return {
        "message": "recording.export_file_info",
        "revision": f"{revision >> 8}.{revision & 0xFF}",
        "start_utc": utc,
        "seconds": seconds,
    }


def encode_file_info(utc: int, seconds: int) -> bytes:
    return _FILE.pack(FILE_MAGIC, _DATA, 0x0100, utc, seconds)


def read_exported(data: bytes, payload: bytes, mode: Mapping[str, object]) -> Packet:
    """One recorded sample. `data` begins with the id (71, or 76 where the sensor finds it spoilt).

    A spoilt one gives its number only.
    """
    spoilt = data[0] == 0x76
    if len(data) < 5:
        raise ProtocolError("exported data begin with a number of 4 bytes", payload, 2 + len(data))
    number = int.from_bytes(data[1:5], "little")
    name = "recording.export_file_data_invalid" if spoilt else "recording.export_file_data"
    if spoilt:
        return Packet(Kind.STATUS, counter=number, fields={"message": name})
    selected = selected_fields(mode)
    layout = export_layout(selected)
    if len(data) - 5 != layout.struct.size:
        shown = " ".join(f"{one:02X}" for one in selected)
        reason = f"the fields {shown} have {layout.struct.size} bytes, this sample has {len(data) - 5}"
        raise ProtocolError(reason, payload, 7)
    rate = mode.get("rate_hz")
    known = rate if isinstance(rate, int | float) else RATE_HZ
    return sample(layout, payload, 7, known, {"message": name}, number)


def selected_fields(mode: Mapping[str, object]) -> tuple[int, ...]:
    """`export_fields` of a mode in rising order; the sensor's default where it has none."""
    wanted = mode.get("export_fields")
    if not isinstance(wanted, list | tuple):
        return DEFAULT_FIELDS
    return tuple(one for one in EXPORT_FIELDS if one in wanted)


def encode_exported(fields: tuple[int, ...], number: int, tick: int, values: Sequence[float]) -> bytes:
    """Id and data of one recorded sample; values as in `movella_dot_payloads.encode`."""
    head = bytes((0x71,)) + (number % 2**32).to_bytes(4, "little")
    return head + encode_sample(export_layout(fields), tick, values)
