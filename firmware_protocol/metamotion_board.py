"""What streaming and logging on a MetaMotion board share: ask, identify, clear, set rate and ranges.

In:  Wish.
Out: exchanges; what the board was set to.
Refuses: boards whose chips aren't known.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass

from firmware_protocol.exchange import (
    Exchange,
    ExchangeError,
    Expect,
    Pause,
    Step,
    Wish,
    Write,
    WriteRefused,
    ask,
)
from firmware_protocol.metamotion_packets import (
    ACC,
    ACC_RANGE_CODES,
    BMI160,
    BMI270,
    COMMAND,
    DEFAULT_ACCEL_RANGE_G,
    DEFAULT_GYRO_RANGE_DPS,
    EVENT,
    GYRO,
    GYRO_RANGE_CODES,
    LOGGING,
    NOTIFY,
    ODR,
    PROCESSOR,
    SETTINGS,
    accel_config,
    connection_parameters,
    gyro_config,
)

HIGHEST_COUNTED_HZ = 100
HIGHEST_PACKED_HZ = 400
ANSWER_TIMEOUT_S = 2.0
ACC_CHIPS = {1: BMI160, 4: BMI270}
GYRO_CHIPS = {0: BMI160, 1: BMI270}
CREATE = 0x02  # register of processors and loggers: what is written twice exists twice


@dataclass(frozen=True, slots=True)
class Settings:
    """Chip, samples per second, full scales."""

    chip: str
    rate_hz: int
    accel_range_g: int
    gyro_range_dps: int


def write(data: bytes) -> Write:
    return Write(COMMAND, data, response=False)


def _begins(head: bytes) -> Callable[[bytes], bool]:
    return lambda payload: payload[: len(head)] == head


def asked(data: bytes, head: bytes, what: str) -> Generator[Step, bytes | None, bytes]:
    """Write and wait for the answer with this head. Nothing is written twice that would exist twice."""
    tries = 1 if data[0] in (PROCESSOR, LOGGING) and data[1] == CREATE else 3
    try:
        answer = Expect(NOTIFY, _begins(head), ANSWER_TIMEOUT_S, what)
        return (yield from ask(write(data), answer, tries))
    except WriteRefused as refused:
        raise ExchangeError(f"{what}: {refused}. Switch it off and on") from None
    except TimeoutError:
        raise ExchangeError(
            f"{what}: no answer within {ANSWER_TIMEOUT_S:g} s. Switch it off and on"
        ) from None


def _chip(module: int, chips: Mapping[int, str], what: str) -> Generator[Step, bytes | None, str]:
    answer = yield from asked(
        bytes((module, 0x80)), bytes((module, 0x80)), f"module information of the {what}"
    )
    if len(answer) < 4 or answer[2] not in chips:
        said = answer[2:].hex() or "no such module"
        raise ExchangeError(f"{what}: the board says {said}; expected BMI160 or BMI270. It can't be used")
    return chips[answer[2]]


def read_battery() -> Generator[Step, bytes | None, int | None]:
    head = bytes((SETTINGS, 0x8C))
    try:
        answer = yield from asked(head, head, "battery")
    except ExchangeError:
        return None
    return answer[2] if len(answer) == 5 and answer[2] <= 100 else None


def tear_down() -> Exchange:
    """Stop and forget all that an earlier session left."""
    off = [bytes((ACC, 0x01, 0)), bytes((GYRO, 0x01, 0)), bytes((ACC, 0x02, 0, 1)), bytes((GYRO, 0x02, 0, 1))]
    silent = [bytes((ACC, r, 0)) for r in (0x04, 0x05, 0x1C)] + [
        bytes((GYRO, r, 0)) for r in (0x04, 0x05, 0x07)
    ]
    forget = [bytes((PROCESSOR, 0x08)), bytes((EVENT, 0x05)), bytes((LOGGING, 0x0A))]
    for data in off + silent + forget:
        yield write(data)
    yield Pause(0.2)


def identify() -> Generator[Step, bytes | None, str]:
    """Name of the chip; ExchangeError where it is none that we know."""
    chip = yield from _chip(ACC, ACC_CHIPS, "accelerometer")
    if (yield from _chip(GYRO, GYRO_CHIPS, "gyroscope")) != chip:
        raise ExchangeError("accelerometer and gyroscope are of different chips. This board can't be used")
    return chip


def set_up(wish: Wish, chip: str, highest_hz: int) -> Generator[Step, bytes | None, Settings]:
    """Clear the board, ask for a short interval, set rate and ranges."""
    yield from tear_down()
    yield write(connection_parameters(7.5, 7.5, 0, 6000))
    yield Pause(1.0)
    rate = min(_rate(wish), highest_hz)
    accel_range = _enough(wish.accel_range_g, ACC_RANGE_CODES[chip], DEFAULT_ACCEL_RANGE_G)
    gyro_range = _enough(wish.gyro_range_dps, GYRO_RANGE_CODES, DEFAULT_GYRO_RANGE_DPS)
    yield write(accel_config(chip, rate, accel_range))
    yield write(gyro_config(rate, gyro_range))
    return Settings(chip, rate, accel_range, gyro_range)


def begin_sampling() -> Exchange:
    """Both sensors on; the gyroscope first: the fuser waits for its samples."""
    for data in ((ACC, 0x02, 1, 0), (GYRO, 0x02, 1, 0), (GYRO, 0x01, 1), (ACC, 0x01, 1)):
        yield write(bytes(data))


def _rate(wish: Wish) -> int:
    """The slowest rate that gives what is wished; 100 Hz (counted) where nothing is."""
    wished = HIGHEST_COUNTED_HZ if wish.rate_hz is None else wish.rate_hz
    return min((int(r) for r in ODR if wished <= r <= HIGHEST_PACKED_HZ), default=HIGHEST_PACKED_HZ)


def _enough(wished: float | None, offered: Mapping[int, int], default: int) -> int:
    return default if wished is None else min((r for r in offered if r >= wished), default=max(offered))
