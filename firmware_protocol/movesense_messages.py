"""Frames of the GATT SensorData Protocol (GSP) of a Movesense: commands, responses, data cut in two parts.

In:  the bytes of a write to 34800001 or of a notification of 34800002; what to say.
Out: Message, Packet; bytes.
Refuses: to know what a body means (`movesense_payloads`); a third part, which the maker's source names and
         never sends; a status that is none of HTTP's.

A command is `command, reference, payload`; a notification `code, reference, payload`. A body of more than 150
bytes comes as part 1 with its first 150 and part 2 with the rest, without total length or number: what
belongs together is told by order only. A response begins with a status, little-endian; two exceptions: HELLO
is answered with text, and one firmware says 507 as `01 FB`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from firmware_protocol.packet import Kind, Packet, ProtocolError

SERVICE = "34802252-7185-4d5d-b431-630e7050e8f0"
COMMAND = "34800001-7185-4d5d-b431-630e7050e8f0"
DATA = "34800002-7185-4d5d-b431-630e7050e8f0"

HEADER = 2
FIRST_PART = 150
LONGEST_PART = 156  # 158 bytes of the sensor's buffer less the header
LONGEST_COMMAND = 160
OK, ACCEPTED, NO_SLOT = 200, 202, 507
SWAPPED_NO_SLOT = NO_SLOT.to_bytes(2, "big")
HELLO_TEXT = b"Hello"
HELLO_NAMES = ("serial", "product", "dfu_mac", "app", "app_version")
STATUS_TEXT: Mapping[int, str] = {
    200: "ok",
    202: "accepted",
    401: "can only be subscribed to",
    404: "not there",
    409: "in conflict with what runs",
    429: "too many requests without answer; only a restart of the sensor clears them",
    501: "rate not offered",
    503: "not possible now",
    507: "no slot free: 4 subscriptions at most",
}


class Command(IntEnum):
    """What is written. The sample app knows the first four only."""

    HELLO = 0
    SUBSCRIBE = 1
    UNSUBSCRIBE = 2
    FETCH_LOG = 3
    GET = 4
    CLEAR_LOGBOOK = 5
    PUT_DATALOGGER_CONFIG = 6
    PUT_SYSTEM_MODE = 7
    PUT_UTC_TIME = 8
    PUT_DATALOGGER_STATE = 9


_COMMANDS = frozenset(Command)


class Code(IntEnum):
    """First byte of a notification."""

    RESPONSE = 1
    DATA = 2
    DATA_PART_2 = 3


_CODES = frozenset(Code)
SYSTEM_MODES = {1: "off", 5: "restart", 12: "firmware_update"}
LOGGER_STATES = {2: "ready", 3: "logging"}
_LENGTHS: Mapping[Command, int] = {
    Command.HELLO: 0,
    Command.UNSUBSCRIBE: 0,
    Command.FETCH_LOG: 4,
    Command.CLEAR_LOGBOOK: 0,
    Command.PUT_SYSTEM_MODE: 1,
    Command.PUT_UTC_TIME: 8,
    Command.PUT_DATALOGGER_STATE: 1,
}


@dataclass(frozen=True, slots=True)
class Message:
    """A notification: its code, the reference of the command that it belongs to, and what follows."""

    code: Code
    reference: int
    body: bytes


def read_message(payload: bytes) -> Message:
    """Head and body of a notification; ProtocolError for anything that is none."""
    if len(payload) < HEADER:
        raise ProtocolError(f"{len(payload)} bytes are no message: code and reference come first", payload)
    if payload[0] not in _CODES:
        raise ProtocolError(f"code {payload[0]} is neither response (1) nor data (2, 3)", payload)
    if not payload[1]:
        raise ProtocolError("the reference is 0, which no command has", payload, 1)
    if len(payload) > HEADER + LONGEST_PART and payload[0] != Code.RESPONSE:
        reason = f"a part of {len(payload) - HEADER} bytes; the sensor's buffer holds {LONGEST_PART}"
        raise ProtocolError(reason, payload, HEADER + LONGEST_PART)
    if payload[0] == Code.DATA_PART_2 and len(payload) == HEADER:
        raise ProtocolError("a second part without bytes", payload, HEADER)
    return Message(Code(payload[0]), payload[1], bytes(payload[HEADER:]))


def answers(reference: int, *codes: Code) -> Callable[[bytes], bool]:
    """Whether a notification belongs to this reference and has one of the codes."""
    return lambda payload: len(payload) >= HEADER and payload[0] in codes and payload[1] == reference


def status_of(payload: bytes) -> int | None:
    """Status of a response; None where it has none, as the one to HELLO."""
    data = payload[HEADER : HEADER + 2]
    if payload[HEADER:] == SWAPPED_NO_SLOT:
        return NO_SLOT
    status = int.from_bytes(data, "little")
    return status if len(data) == 2 and 100 <= status < 600 else None


def decode_response(payload: bytes) -> Packet:
    """A response. A version and text never look like a status: the second byte of text is no 0, 1 or 2.

    fields  reference, status, status_text, data of a command; reference, protocol_version (None for the
            sample app), serial, product, dfu_mac, app, app_version (and `more`, should there
            be other texts behind) of HELLO
    """
    message = read_message(payload)
    if message.code is not Code.RESPONSE:
        raise ProtocolError(f"code {message.code} is no response", payload)
    status = status_of(payload)
    fields: dict[str, Any] = {"reference": message.reference}
    if status is not None:
        fields |= {"status": status, "status_text": STATUS_TEXT.get(status, "not known")}
        return Packet(Kind.ANSWER, fields=fields | {"data": message.body[2:].hex()})
    return Packet(Kind.ANSWER, fields=fields | _hello(payload))


def _hello(payload: bytes) -> dict[str, Any]:
    body = payload[HEADER:]
    if body.removesuffix(b"\0") == HELLO_TEXT:
        return {"protocol_version": None}
    if len(body) < 3:
        raise ProtocolError("neither a status of 100 to 599 nor an answer to HELLO", payload, HEADER)
    closed = body[1:].endswith(b"\0")
    parts = (body[1:-1] if closed else body[1:]).split(b"\0")
    if len(parts) < len(HELLO_NAMES):
        reason = f"neither a status nor HELLO's version and 5 texts (this has {len(parts)})"
        raise ProtocolError(reason, payload, HEADER)
    texts = [_text(part, payload) for part in parts]
    more = {"more": texts[len(HELLO_NAMES) :]} if len(texts) > len(HELLO_NAMES) else {}
    return {"protocol_version": body[0], **dict(zip(HELLO_NAMES, texts, strict=False)), **more}


def _text(data: bytes, payload: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ProtocolError(f"{data[:20].hex()} is no UTF-8 text", payload, HEADER) from None
    if not text.isprintable():
        raise ProtocolError(f"{text[:20]!r} has control characters", payload, HEADER)
    return text


def decode_command(payload: bytes) -> Packet:
    """What the host writes.

    fields  command, reference and what the command carries: path, paths, log_id, mode, utc_us, state
    """
    if not HEADER <= len(payload) <= HEADER + LONGEST_COMMAND:
        raise ProtocolError(f"a command has {HEADER} to {HEADER + LONGEST_COMMAND} bytes", payload)
    if payload[0] not in _COMMANDS:
        raise ProtocolError(f"command {payload[0]} isn't known; 0 to {max(Command)} are", payload)
    command, body = Command(payload[0]), payload[HEADER:]
    if command in _LENGTHS and len(body) != _LENGTHS[command]:
        reason = f"{command.name} carries {_LENGTHS[command]} bytes, this {len(body)}"
        raise ProtocolError(reason, payload, min(len(payload), HEADER + _LENGTHS[command]))
    fields = {"command": command.name.lower(), "reference": payload[1]}
    return Packet(Kind.ANSWER, fields=fields | _carried(command, body, payload))


def _carried(command: Command, body: bytes, payload: bytes) -> dict[str, Any]:
    number = int.from_bytes(body, "little")
    if command in (Command.SUBSCRIBE, Command.GET):
        return {"path": _path(body.removesuffix(b"\0"), payload)}
    if command is Command.PUT_DATALOGGER_CONFIG:
        if not body.endswith(b"\0"):
            raise ProtocolError("the last path isn't closed by 0", payload, len(payload))
        return {"paths": [_path(one, payload) for one in body[:-1].split(b"\0")]}
    if command is Command.PUT_SYSTEM_MODE:
        return {"mode": SYSTEM_MODES.get(number, number)}
    if command is Command.PUT_DATALOGGER_STATE:
        return {"state": LOGGER_STATES.get(number, number)}
    names = {Command.FETCH_LOG: "log_id", Command.PUT_UTC_TIME: "utc_us"}
    return {names[command]: number} if command in names else {}


def _path(data: bytes, payload: bytes) -> str:
    path = _text(data, payload)
    if not path.startswith("/"):
        raise ProtocolError(f"{path[:20]!r} is no path: it begins with /", payload, HEADER)
    return path


def encode_command(command: Command, reference: int, carried: bytes = b"") -> bytes:
    """What to write; the reference is 1 to 255."""
    return bytes((command, reference)) + carried


def encode_paths(*paths: str) -> bytes:
    """Paths as commands carry them. The sample app takes the closing 0 too."""
    return b"".join(path.encode() + b"\0" for path in paths)


def encode_response(reference: int, status: int, data: bytes = b"") -> bytes:
    """The response to any command but HELLO."""
    return bytes((Code.RESPONSE, reference)) + status.to_bytes(2, "little") + data


def encode_hello(reference: int, version: int | None, texts: Sequence[str] = ()) -> bytes:
    """The response to HELLO: five texts by `HELLO_NAMES`; without a version the sample app's."""
    body = HELLO_TEXT if version is None else bytes((version,)) + b"\0".join(text.encode() for text in texts)
    return bytes((Code.RESPONSE, reference)) + body + (b"" if version is None else b"\0")


def encode_data(reference: int, body: bytes) -> list[bytes]:
    """One or two notifications that carry a body."""
    if len(body) > FIRST_PART + LONGEST_PART:
        raise ValueError(f"{len(body)} bytes are more than two parts hold ({FIRST_PART + LONGEST_PART})")
    parts = [bytes((Code.DATA, reference)) + body[:FIRST_PART]]
    if len(body) > FIRST_PART:
        parts.append(bytes((Code.DATA_PART_2, reference)) + body[FIRST_PART:])
    return parts
