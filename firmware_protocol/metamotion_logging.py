"""Recording in the memory of a MetaMotion board: start, download, erase.

In:  Wish; what was recorded where (`Recording`, which the host keeps until it downloads).
Out: packets of log entries; rows of accelerometer and of gyroscope with the board's own ticks.
Refuses: to record behind what is still in the memory; to erase by itself.

A logger keeps 4 bytes of a signal: a sample of 6 bytes needs two. An entry has 9 bytes: number of the logger
(5 bits) and of the board's reset (3), the tick (u32, 48/32768 s) and the 4 bytes. The two entries of a sample
may differ by one tick. The board sends pages and waits after each until it is confirmed.
Known from: MbientLab's C++ SDK (core/cpp/logging.cpp, test/test_logging.py, test/test_logging_mms.py).
Not verified without hardware: all of it; entries per page, how long the memory lasts, whether 100 Hz of both
     sensors is kept without loss, whether a board frees erased memory before the connection ends.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from firmware_protocol.exchange import Exchange, ExchangeError, Expect, Pause, Step, Subscribe, Wish
from firmware_protocol.family import no_samples
from firmware_protocol.metamotion_board import (
    ANSWER_TIMEOUT_S,
    CREATE,
    HIGHEST_COUNTED_HZ,
    Settings,
    asked,
    begin_sampling,
    identify,
    set_up,
    tear_down,
    write,
)
from firmware_protocol.metamotion_packets import (
    ACC,
    CLIPPED_FROM,
    GYRO,
    LOGGING,
    NOTIFY,
    READ,
    REGISTERS,
    accel_unit,
    decode,
    gyro_unit,
)
from firmware_protocol.packet import ProtocolError, Rows, Ticks

PAGES_REVISION, FLUSH_REVISION = 2, 3  # revisions of the module that want pages announced, or flushed
KEPT = 4  # bytes of a signal that a logger keeps
REPORTS = 20  # progress reports of a download
ENTRY = np.dtype([("which", "u1"), ("tick", "<u4"), ("data", "<i2", (2,))])


class Log(IntEnum):
    """Registers of the logging module."""

    ENABLE = 0x01
    TIME = 0x04
    LENGTH = 0x05
    READOUT = 0x06
    ENTRIES = 0x07
    PROGRESS = 0x08
    REMOVE = 0x09
    OVERWRITE = 0x0B
    PAGE = 0x0D
    CONFIRM = 0x0E
    FLUSH = 0x10


@dataclass(frozen=True, slots=True)
class Recording:
    """What runs on the board.

    accel, gyro   numbers of the loggers that keep x and y, and z
    tick, reset   the board's clock when it began, and how often it had been reset (mod 8)
    """

    settings: Settings
    accel: tuple[int, int]
    gyro: tuple[int, int]
    tick: int
    reset: int


def record(wish: Wish) -> Exchange:
    """Begin; up to 100 Hz. It goes on without a connection until the memory is full.

    returns  Recording
    raises   ExchangeError where the memory isn't empty
    """
    yield Subscribe(NOTIFY)
    chip = yield from identify()
    kept = yield from _entries()
    if kept:
        raise ExchangeError(f"the memory holds {kept} entries. Download them, or erase them, then again")
    settings = yield from set_up(wish, chip, HIGHEST_COUNTED_HZ)
    of = REGISTERS[chip]
    accel = yield from _loggers(ACC, of.acc_single)
    gyro = yield from _loggers(GYRO, of.gyro_single)
    clock = yield from _told(Log.TIME, "clock of the log")
    yield _set(Log.OVERWRITE, 0)
    yield _set(Log.ENABLE, 1)
    yield from begin_sampling()
    return Recording(settings, accel, gyro, clock["log_tick"], clock["reset"])


def download() -> Exchange:
    """Stop recording and fetch all entries: packets as sent. They stay in the memory."""
    yield Subscribe(NOTIFY)
    yield write(bytes((GYRO, 0x01, 0)))
    yield write(bytes((ACC, 0x01, 0)))
    yield _set(Log.ENABLE, 0)
    revision = yield from _revision()
    if revision == FLUSH_REVISION:
        yield _set(Log.FLUSH, 1)
        yield Pause(0.2)
    if revision == PAGES_REVISION:
        yield _set(Log.PAGE, 1)
    yield _set(Log.ENTRIES, 1)
    yield _set(Log.PROGRESS, 1)
    kept = yield from _entries()
    if not kept:
        return []
    yield _set(Log.READOUT, *kept.to_bytes(4, "little"), *max(1, kept // REPORTS).to_bytes(4, "little"))
    return (yield from _fetched(kept))


def erase() -> Exchange:
    """Give up all entries and loggers."""
    yield Subscribe(NOTIFY)
    if (yield from _revision()) == PAGES_REVISION:
        yield _set(Log.PAGE, 1)
    yield _set(Log.REMOVE, 0xFF, 0xFF, 0xFF, 0xFF)
    yield from tear_down()


def _set(register: Log, *data: int) -> Step:
    return write(bytes((LOGGING, register, *data)))


def _fetched(kept: int) -> Generator[Step, bytes | None, list[bytes]]:
    heads = [bytes((LOGGING, register)) for register in (Log.ENTRIES, Log.PROGRESS, Log.PAGE)]
    part = Expect(NOTIFY, lambda payload: payload[:2] in heads, ANSWER_TIMEOUT_S, "part of the log")
    fetched: list[bytes] = []
    while True:
        try:
            payload = (yield part) or b""
        except TimeoutError:
            raise ExchangeError(
                f"log of {kept} entries: silent after {len(fetched)} packets. Download again"
            ) from None
        fields = _read(payload, "log")
        if "log" in fields:
            fetched.append(payload)
        elif "page_completed" in fields:
            yield write(bytes((LOGGING, Log.CONFIRM)))
        elif not fields["log_entries_left"]:
            return fetched


def _loggers(module: int, register: int) -> Generator[Step, bytes | None, tuple[int, int]]:
    """Two loggers keep a sample of 6 bytes; their numbers."""
    numbers: list[int] = []
    for offset, size in ((0, KEPT), (KEPT, 2)):
        which = bytes((LOGGING, CREATE, module, register, 0xFF, (size - 1) << 5 | offset))
        answer = yield from asked(which, bytes((LOGGING, CREATE)), "new logger")
        numbers.append(_read(answer, "new logger")["logger"])
    return numbers[0], numbers[1]


def _told(register: int, what: str) -> Generator[Step, bytes | None, dict[str, Any]]:
    head = bytes((LOGGING, READ | register))
    return _read((yield from asked(head, head, what)), what)


def _read(answer: bytes, what: str) -> dict[str, Any]:
    try:
        return dict(decode(NOTIFY, answer, {}).fields)
    except ProtocolError as wrong:
        raise ExchangeError(f"{what}: {wrong}. Connect again") from None


def _entries() -> Generator[Step, bytes | None, int]:
    return (yield from _told(Log.LENGTH, "number of log entries"))["log_entries"]


def _revision() -> Generator[Step, bytes | None, int]:
    told = yield from _told(0, "module information of the log")
    if not told["present"]:
        raise ExchangeError("this board has no memory for recordings. Stream from it")
    return told["revision"]


def rows_of(recording: Recording, packets: Sequence[bytes]) -> tuple[Rows, Rows]:
    """Rows of the accelerometer (gyroscope NaN) and of the gyroscope (accelerometer NaN); 48/32768 s a tick.

    Entries of other loggers and other resets are left out, and samples of which a half is missing.
    """
    entries = np.frombuffer(b"".join(packet[2:] for packet in packets), ENTRY)
    entries = entries[entries["which"] >> 5 == recording.reset]
    settings = recording.settings
    tick, raw = _samples(entries, recording.accel, recording.tick)
    force = np.multiply(raw, accel_unit(settings.accel_range_g), dtype=np.float64)
    accel = Rows(tick, force, no_samples(len(tick)), _clipped(raw))
    tick, raw = _samples(entries, recording.gyro, recording.tick)
    turning = np.multiply(raw, gyro_unit(settings.gyro_range_dps), dtype=np.float64)
    return accel, Rows(tick, no_samples(len(tick)), turning, _clipped(raw))


def _samples(
    entries: NDArray[np.void], loggers: tuple[int, int], begin: int
) -> tuple[Ticks, NDArray[np.int16]]:
    """Ticks and digits of the samples whose two halves stand behind each other, in either order."""
    which = entries["which"] & 0x1F
    ours = entries[(which == loggers[0]) | (which == loggers[1])]
    since = (ours["tick"].astype(np.int64) - begin) % 2**32
    front = (ours["which"] & 0x1F) == loggers[0]
    pairs = np.flatnonzero((front[1:] != front[:-1]) & (np.abs(np.diff(since)) <= 1))
    xy, z = np.where(front[pairs], pairs, pairs + 1), np.where(front[pairs], pairs + 1, pairs)
    raw = np.hstack((ours["data"][xy], ours["data"][z][:, :1]))
    tick = begin + since[pairs]
    rising = np.diff(tick, prepend=-1) > 0
    return tick[rising], raw[rising]


def _clipped(raw: NDArray[np.int16]) -> NDArray[np.bool_]:
    beyond: NDArray[np.bool_] = (raw >= CLIPPED_FROM) | (raw <= -CLIPPED_FROM)
    return np.asarray(beyond.any(axis=1), np.bool_)
