"""A recording in a Movesense's memory, fetched piece by piece.

In:  number of the log.
Out: an exchange that returns the log's bytes as stored (the maker's SBEM container).
Refuses: to read SBEM, whose layout isn't documented here; to list logs; a log with a hole: ExchangeError.

Each piece is data of the command's reference: u32 offset, then bytes; a piece without bytes is the end.
Whether a piece may come in two parts isn't documented: a second part is taken as the first's continuation.
"""

from __future__ import annotations

from collections.abc import Generator

from firmware_protocol.exchange import ExchangeError, Expect, Step, Subscribe, Write
from firmware_protocol.movesense_messages import (
    ACCEPTED,
    COMMAND,
    DATA,
    HEADER,
    LONGEST_PART,
    OK,
    STATUS_TEXT,
    Code,
    Command,
    Message,
    answers,
    encode_command,
    read_message,
    status_of,
)
from firmware_protocol.packet import ProtocolError

REFERENCE = 0x40
OFFSET = 4
PIECE_TIMEOUT_S = 5.0


class LogPieces:
    """Puts the pieces of a log together."""

    def __init__(self) -> None:
        self.data = b""
        self.complete = False

    def add(self, message: Message) -> None:
        """The next piece. A repeated one changes nothing; ProtocolError where one is missing before it."""
        if message.code is Code.DATA_PART_2:
            if not self.data:
                raise self._wrong("a second part before any first", message)
            self.data += message.body
            return
        if not message.body:
            self.complete = True
            return
        if len(message.body) < OFFSET:
            raise self._wrong(f"{len(message.body)} bytes are no offset of {OFFSET}", message)
        offset, piece = int.from_bytes(message.body[:OFFSET], "little"), message.body[OFFSET:]
        have = len(self.data)
        if offset + len(piece) <= have and piece and self.data[offset : offset + len(piece)] == piece:
            return
        if offset != have:
            raise self._wrong(f"a piece from byte {offset}; {have} bytes are there", message)
        self.data += piece
        self.complete = not piece

    @staticmethod
    def _wrong(reason: str, message: Message) -> ProtocolError:
        return ProtocolError(reason, bytes((message.code, message.reference)) + message.body, HEADER)


def encode_log(reference: int, data: bytes, size: int = LONGEST_PART - OFFSET) -> list[bytes]:
    """Notifications that carry a log, the end too."""
    head = bytes((Code.DATA, reference))
    offsets = range(0, len(data), size)
    pieces = [head + at.to_bytes(OFFSET, "little") + data[at : at + size] for at in offsets]
    return [*pieces, head]


def fetch_log(log_id: int) -> Generator[Step, bytes | None, bytes]:
    """Bytes of a log; ExchangeError where the sensor refuses or pieces are missing."""
    yield Subscribe(DATA)
    command = encode_command(Command.FETCH_LOG, REFERENCE, log_id.to_bytes(4, "little"))
    yield Write(COMMAND, command, response=True)
    ours = answers(REFERENCE, *Code)
    pieces = LogPieces()
    while not pieces.complete:
        try:
            payload = (yield Expect(DATA, ours, PIECE_TIMEOUT_S, f"next piece of log {log_id}")) or b""
            message = read_message(payload)
            if message.code is Code.RESPONSE:
                _must_be_ok(payload, log_id)
            else:
                pieces.add(message)
        except TimeoutError:
            reason = f"nothing more after {len(pieces.data)} bytes, and no end. Fetch it again"
            raise ExchangeError(f"log {log_id}: {reason}") from None
        except ProtocolError as wrong:
            raise ExchangeError(f"log {log_id}: {wrong}. Fetch it again") from None
    return pieces.data


def _must_be_ok(payload: bytes, log_id: int) -> None:
    status = status_of(payload)
    if status not in (OK, ACCEPTED):
        text = STATUS_TEXT.get(status or 0, "not known")
        raise ExchangeError(f"log {log_id}: the sensor answers {status} ({text}). Is there such a log?")
