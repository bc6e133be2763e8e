"""Messages of a Movella DOT: recording, export, synchronisation, configuration; numbers little-endian.

In:  the value of a message characteristic: control (7001), acknowledge (7002), notification (7003).
Out: Packet; `encode` is the inverse.
Refuses: a wrong checksum (two examples of the vendor's document have one), lengths that don't fit, bytes
         behind the message other than zeros up to the characteristic's 160.
A frame is number of the service, length, id and data, checksum: all bytes add up to 0 modulo 256. Answers of
the configuration service carry no id: `mode["asked"]` says which they answer, else the length does as far as
it can. Acknowledges count on the notification characteristic too: the document shows one there.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from firmware_protocol import movella_dot_flash as flash
from firmware_protocol.movella_dot_structures import address_bytes, address_text
from firmware_protocol.movella_dot_uuids import (
    MESSAGE_ACKNOWLEDGE,
    MESSAGE_CONTROL,
    MESSAGE_NOTIFICATION,
    MESSAGES,
)
from firmware_protocol.packet import Kind, Packet, ProtocolError

LONGEST = 160
MOST_DATA = 157
RECORDING, SYNC, CONFIG = 1, 2, 3
RECORDING_ACK, SYNC_ACK = 0x01, 0x03
UNTIMED = 0xFFFF  # seconds of a recording that lasts until it is stopped
FLASH_INFO, FILE_INFO, NO_RECORDING, EXPORTED, EXPORT_INVALID = 0x51, 0x61, 0x63, 0x71, 0x76

Key = tuple[int, int]
Fields = tuple[tuple[str, str], ...]
CONTROLS: Mapping[Key, tuple[str, Fields]] = {
    (1, 0x02): ("recording.get_state", ()),
    (1, 0x30): ("recording.erase_flash", (("erase_utc", "I"),)),
    (1, 0x40): ("recording.start", (("start_utc", "I"), ("seconds", "H"))),
    (1, 0x41): ("recording.stop", ()),
    (1, 0x42): ("recording.request_recording_time", ()),
    (1, 0x50): ("recording.request_flash_info", ()),
    (1, 0x60): ("recording.request_file_info", (("index", "B"),)),
    (1, 0x70): ("recording.request_file_data", (("index", "B"),)),
    (1, 0x73): ("recording.stop_export_data", ()),
    (1, 0x74): ("recording.select_export_data", (("fields", "list"),)),
    (1, 0x75): ("recording.retransmission", (("number", "I"),)),
    (2, 0x01): ("sync.start_sync", (("root", "address"),)),
    (2, 0x02): ("sync.stop_sync", ()),
    (2, 0x08): ("sync.get_sync_status", ()),
    (3, 0x01): ("config.request_mac_address", ()),
    (3, 0x02): ("config.request_tag", ()),
    (3, 0x03): ("config.request_serial_number", ()),
    (3, 0x04): ("config.revert_to_factory", ()),
    (3, 0x05): ("config.request_filter_profile_count", ()),
    (3, 0x06): ("config.request_filter_profile_name", (("index", "B"),)),
}
ACKNOWLEDGES: Mapping[Key, tuple[str, Fields]] = {
    (1, RECORDING_ACK): ("recording.ack", (("result", "B"), ("echo", "rest"))),
    (2, SYNC_ACK): ("sync.ack", (("result", "B"), ("echo", "rest"))),
}
NOTIFICATIONS: Mapping[Key, tuple[str, Fields]] = {
    (1, 0x03): ("recording.flash_busy", ()),
    (1, 0x31): ("recording.erase_done", ()),  # of older firmware, by the vendor's server
    (1, 0x33): ("recording.erase_done", ()),
    (1, 0x34): ("recording.flash_full", ()),
    (1, 0x35): ("recording.invalid_flash_format", ()),
    (1, 0x41): ("recording.stopped", ()),
    (1, 0x43): (
        "recording.recording_time",
        (("start_utc", "I"), ("total_s", "H"), ("remaining_s", "H")),
    ),
    (1, 0x52): ("recording.export_flash_info_done", ()),
    (1, 0x62): ("recording.export_file_info_done", ()),
    (1, 0x63): ("recording.no_recording_file", ()),
    (1, 0x72): ("recording.export_file_data_done", ()),
    (1, 0x73): ("recording.export_data_stopped", ()),
    (2, 0x50): ("sync.stop_sync_result", (("result", "B"),)),
    (2, 0x51): ("sync.sync_status", (("result", "B"),)),
}
RECORDING_RESULTS: Mapping[int, str] = {
    0x00: "ok",
    0x02: "invalid command",
    0x03: "flash is busy",
    0x06: "idle",
    0x30: "erasing",
    0x40: "recording",
    0x50: "exporting flash information",
    0x60: "exporting file information",
    0x70: "exporting file data",
}
SYNC_RESULTS: Mapping[int, str] = {
    0x00: "success",
    0x05: "not enough samples",
    0x07: "skew too large",
    0x08: "start timing error",
    0x09: "not started",
}
SYNCED, NOT_SYNCED = 0x04, 0x09
_BY_NAME = {
    name: (place, key, fields)
    for place, table in (
        (MESSAGE_CONTROL, CONTROLS),
        (MESSAGE_ACKNOWLEDGE, ACKNOWLEDGES),
        (MESSAGE_NOTIFICATION, NOTIFICATIONS),
    )
    for key, (name, fields) in table.items()
}


def frame(service: int, data: bytes) -> bytes:
    """A whole message around id and data."""
    if len(data) > MOST_DATA:
        raise ValueError(f"a message carries {MOST_DATA} bytes at most, not {len(data)}")
    body = bytes((service, len(data))) + data
    return body + bytes((-sum(body) % 256,))


def unframe(payload: bytes) -> tuple[int, bytes]:
    """Service and data of a message; ProtocolError."""
    if len(payload) < 4:
        raise ProtocolError("a message has service, length, id and checksum", payload, len(payload))
    service, size = payload[0], payload[1]
    if service not in (RECORDING, SYNC, CONFIG):
        raise ProtocolError(f"message service {service}; expected 1, 2 or 3", payload)
    if not 1 <= size <= MOST_DATA:
        raise ProtocolError(f"a message carries 1 to {MOST_DATA} bytes, this says {size}", payload, 1)
    end = size + 3
    padded = len(payload) == LONGEST and not any(payload[end:])
    if len(payload) != end and not padded:
        reason = f"a message with {size} bytes has {end} in all, this has {len(payload)}"
        raise ProtocolError(reason, payload, min(end, len(payload)))
    if sum(payload[:end]) % 256:
        right = -sum(payload[: end - 1]) % 256
        raise ProtocolError(
            f"checksum 0x{payload[end - 1]:02X}; the rule gives 0x{right:02X}", payload, end - 1
        )
    return service, payload[2 : end - 1]


def encode(name: str, values: Mapping[str, Any] | None = None) -> bytes:
    """A message by its name and fields, as `decode` gives them."""
    _, (service, number), fields = _BY_NAME[name]
    given = values or {}
    return frame(service, bytes((number,)) + b"".join(_pack(kind, given[one]) for one, kind in fields))


def encode_acknowledge(control: bytes, result: int) -> bytes:
    """The receipt of a recording or synchronisation message, which it repeats."""
    service, data = unframe(control)
    number = RECORDING_ACK if service == RECORDING else SYNC_ACK
    return frame(service, bytes((number, result)) + data)


def decode(characteristic: str, payload: bytes, mode: Mapping[str, object]) -> Packet:
    """One message.

    mode     `asked`: id of the configuration message that an acknowledge answers; `export_fields`: which
             were selected, `rate_hz`: of the recording
    fields   message, then as in the tables; result_text, synced, ok
    """
    if characteristic not in MESSAGES:
        raise ProtocolError(f"characteristic {characteristic} carries no messages", payload)
    service, data = unframe(payload)
    key = (service, data[0])
    if characteristic == MESSAGE_CONTROL:
        return Packet(Kind.ANSWER, fields=_read(CONTROLS, key, data, payload))
    if characteristic == MESSAGE_ACKNOWLEDGE and service == CONFIG:
        asked = mode.get("asked")
        return Packet(Kind.ANSWER, fields=_configuration(data, payload, asked))
    if key in ACKNOWLEDGES:
        return Packet(Kind.ANSWER, fields=_acknowledge(key, data, payload))
    if characteristic == MESSAGE_ACKNOWLEDGE:
        raise ProtocolError(f"id 0x{data[0]:02X} is no acknowledge", payload, 2)
    if key == (RECORDING, FLASH_INFO):
        return Packet(Kind.STATUS, fields=flash.read_flash_info(data[1:], payload, 3))
    if key == (RECORDING, FILE_INFO):
        return Packet(Kind.STATUS, fields=flash.read_file_info(data[1:], payload, 3))
    if key in ((RECORDING, EXPORTED), (RECORDING, EXPORT_INVALID)):
        return flash.read_exported(data, payload, mode)
    fields = _read(NOTIFICATIONS, key, data, payload)
    return Packet(Kind.STATUS, fields=fields | _sync_words(fields, payload))


def _sync_words(fields: Mapping[str, Any], payload: bytes) -> dict[str, bool]:
    """What the result of a synchronisation's notification means."""
    words = {
        "sync.stop_sync_result": ("ok", {0: True, 1: False}),
        "sync.sync_status": ("synced", {SYNCED: True, NOT_SYNCED: False}),
    }
    if fields["message"] not in words:
        return {}
    name, meanings = words[fields["message"]]
    if fields["result"] not in meanings:
        raise ProtocolError(f"result {fields['result']} isn't documented", payload, 3)
    return {name: meanings[fields["result"]]}


def _acknowledge(key: Key, data: bytes, payload: bytes) -> dict[str, Any]:
    fields = _read(ACKNOWLEDGES, key, data, payload)
    texts = RECORDING_RESULTS if key[0] == RECORDING else SYNC_RESULTS
    if fields["result"] not in texts:
        raise ProtocolError(f"result 0x{fields['result']:02X} isn't documented", payload, 3)
    fields["result_text"] = texts[fields["result"]]
    echo = bytes.fromhex(fields["echo"])
    if echo:
        fields["echo_id"] = echo[0]
    elif key[0] == RECORDING:
        raise ProtocolError("an acknowledge repeats the id that it answers", payload, 4)
    return fields


def _configuration(data: bytes, payload: bytes, asked: object) -> dict[str, Any]:
    """Answers have no id of their own except those about filter profiles."""
    if asked == 1 or (asked is None and len(data) == 6 and data[:3] == bytes((0xD4, 0x22, 0xCD))):
        _size(data, 6, "an address", payload)
        return {"message": "config.mac_address", "address": address_text(data)}
    if asked == 2:
        _size(data, min(len(data), 16), "a tag", payload)
        return {"message": "config.tag", "tag": _ascii(data, payload, 2)}
    if asked == 3:
        _size(data, 8, "a serial number", payload)
        return {"message": "config.serial_number", "serial": f"{int.from_bytes(data, 'little'):X}"}
    if asked == 4 or (asked is None and len(data) == 8 and max(data[:2]) <= 1 and not any(data[2:])):
        _size(data, 8, "the result of a revert", payload)
        if max(data[:2]) > 1:
            raise ProtocolError("a result is 0 or 1", payload, 2 + (data[0] <= 1))
        ok = {"settings_ok": data[0] == 0, "mag_ok": data[1] == 0}
        return {"message": "config.revert_to_factory.ack", "ok": all(ok.values()), **ok}
    if data[0] == 5 and len(data) >= 2 and len(data) == 2 + data[1] and asked in (None, 5):
        return {"message": "config.filter_profile_count", "profiles": list(data[2:])}
    if data[0] == 6 and asked in (None, 6):
        return {"message": "config.filter_profile_name", "name": _ascii(data[1:], payload, 3)}
    if asked is None:
        return {"message": "config.ack", "data": data.hex()}
    raise ProtocolError(f"this doesn't answer configuration message {asked}", payload, 2)


def _size(data: bytes, expected: int, what: str, payload: bytes) -> None:
    if len(data) != expected:
        raise ProtocolError(f"{what} has {expected} bytes, this has {len(data)}", payload, 1)


def _ascii(data: bytes, payload: bytes, offset: int) -> str:
    place = next((i for i, one in enumerate(data) if one > 127), None)
    if place is not None:
        raise ProtocolError("text is ASCII; this byte isn't", payload, offset + place)
    return data.decode("ascii").rstrip("\0")


def _read(table: Mapping[Key, tuple[str, Fields]], key: Key, data: bytes, payload: bytes) -> dict[str, Any]:
    if key not in table:
        raise ProtocolError(f"message {key[0]} has no id 0x{key[1]:02X} here", payload, 2)
    name, fields = table[key]
    found: dict[str, Any] = {"message": name}
    place = 1
    for one, kind in fields:
        size = _width(kind, len(data) - place)
        if place + size > len(data) or (kind == "list" and not size):
            raise ProtocolError(f"{name} ends before its {one}", payload, 2 + place)
        found[one] = _unpack(kind, data[place : place + size])
        place += size
    if place != len(data):
        raise ProtocolError(f"{name} has {place} bytes, this has {len(data)}", payload, 2 + place)
    return found


def _width(kind: str, left: int) -> int:
    if kind in ("rest", "list"):
        return left
    return 6 if kind == "address" else struct.calcsize(kind)


def _unpack(kind: str, data: bytes) -> int | str | list[int]:
    if kind == "address":
        return address_text(data[::-1])
    if kind == "list":
        return list(data)
    return data.hex() if kind == "rest" else struct.unpack("<" + kind, data)[0]


def _pack(kind: str, value: int | str | Sequence[int]) -> bytes:
    if isinstance(value, str):
        return address_bytes(value)[::-1] if kind == "address" else bytes.fromhex(value)
    return struct.pack("<" + kind, value) if isinstance(value, int) else bytes(value)
