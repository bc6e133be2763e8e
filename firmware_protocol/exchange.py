"""What host and sensor say to each other, without radio: the host's part as a generator of steps.

A driver (real radio, simulated sensor, test) runs it:

    steps = family.configure(wish)
    answer = None
    while True:
        try:
            step = steps.send(answer)      # a Step to carry out
        except StopIteration as done:
            stream = done.value            # the Stream now running
            break
        answer = carry_out(step)           # bytes for Read and Expect, else None

What goes wrong on the way is thrown into the generator where it waits (`steps.throw`): TimeoutError for an
Expect or a Read that got no answer, WriteRefused for a write that the sensor refuses. It goes on, tries
again, or ends with ExchangeError. Nothing here sleeps, waits or opens anything.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from firmware_protocol.packet import Stamp


class ExchangeError(Exception):
    """The sensor can't be configured; the text says what was asked, what it answered and what to do."""


class WriteRefused(Exception):
    """The sensor answered a write (or read) with an ATT error. `code` is the ATT error, e.g. 0x05."""

    def __init__(self, code: int, text: str = ""):
        self.code = code
        super().__init__(text or f"refused with ATT error 0x{code:02X}")


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Switch notifications (or indications) of a characteristic on; or off."""

    characteristic: str
    on: bool = True


@dataclass(frozen=True, slots=True)
class Write:
    """Write bytes; `response` says whether ATT acknowledges it."""

    characteristic: str
    data: bytes
    response: bool


@dataclass(frozen=True, slots=True)
class Read:
    """Read a characteristic; the answer are its bytes."""

    characteristic: str


@dataclass(frozen=True, slots=True)
class Expect:
    """Wait for a notification that `matches`; the answer are its bytes. Others go on to the receiver.

    Notifications since the last Write count too: an answer may come before the driver gets here.
    """

    characteristic: str
    matches: Callable[[bytes], bool]
    timeout_s: float
    what: str  # in words, for messages


@dataclass(frozen=True, slots=True)
class Pause:
    """Do nothing for so long."""

    seconds: float


Step = Subscribe | Write | Read | Expect | Pause
Exchange = Generator[Step, bytes | None, Any]


def ask(question: Write, answer: Expect, tries: int = 3) -> Generator[Step, bytes | None, bytes]:
    """Write, wait for the answer; again where none comes. TimeoutError after the last try."""
    for _ in range(tries - 1):
        yield question
        try:
            return (yield answer) or b""
        except TimeoutError:
            continue
    yield question
    return (yield answer) or b""


def try_read(characteristic: str) -> Generator[Step, bytes | None, bytes | None]:
    """Bytes of a characteristic, None where the sensor doesn't let us or doesn't answer."""
    try:
        return (yield Read(characteristic))
    except (TimeoutError, WriteRefused):
        return None


@dataclass(frozen=True, slots=True)
class Wish:
    """What the host would like. None = the family's highest that streams both accelerometer and gyroscope.

    rate_hz            samples per second
    gyro_range_dps     full scale, deg/s
    accel_range_g      full scale, g
    """

    rate_hz: float | None = None
    gyro_range_dps: float | None = None
    accel_range_g: float | None = None


@dataclass(frozen=True, slots=True)
class Stream:
    """What a sensor sends once it is configured: everything a receiver must know.

    family             as in FAMILIES
    rate_hz            nominal samples per second
    tick_hz            ticks per second of the rows' `tick`, nominal
    ticks_per_sample   nominal
    tick_source        `counter` (sample counter), `stamp` (device time) or `count` (samples as received: a
                       lost
                       packet doesn't show)
    stamp              which sample of a packet the device's stamp belongs to
    samples_per_packet nominal; 0 = varies
    accel_range_m_s2   full scale
    gyro_range_rad_s   full scale
    mode               what else the receiver and `stop` need, plain JSON values
    info               what the sensor said of itself: model, serial, firmware, battery_percent,
                       free_memory_s ...
    """

    family: str
    rate_hz: float
    tick_hz: float
    ticks_per_sample: float
    tick_source: str
    stamp: Stamp
    samples_per_packet: int
    accel_range_m_s2: float
    gyro_range_rad_s: float
    mode: Mapping[str, Any] = field(default_factory=dict[str, Any])
    info: Mapping[str, Any] = field(default_factory=dict[str, Any])
