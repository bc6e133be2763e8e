"""MbientLab MetaMotion R/RL (BMI160) and S (BMI270): exchange and receivers.

In:  Wish.
Out: the running stream. Two ways:
     counted (default, up to 100 Hz): gyroscope buffered, fused behind the accelerometer, numbered by an
       accounter on the board. One sample per notification of 19 bytes; a loss shows, ticks are exact.
     packed (above 100 Hz): three accelerometer samples per notification, three gyroscope samples in another;
       a third of the notifications, but no time and no counter: ticks are counted as received and a loss
       doesn't show in them. Such packets can't be numbered: the board processes unpacked signals only.
     Counting is preferred to the accounter's time, whose step of 1.46 ms is coarser than what a fit over
     arrivals gives; `decode` reads both.
Leftovers of an earlier session are stopped and processors, events and loggers removed. A soft reset (FE 01)
does that too but ends the connection, so `configure` doesn't send it; `RESET` is there for who wants to.
Known from: MbientLab's C++ SDK (sources and unit tests), their cppdocs; one console log of a MetaMotion R;
     issues of node-metawear and pymetawear. Packed streams need firmware 1.2.3. Layout of log entries: the
     vendor's SDKs.
Not verified without hardware: fuser and accounter on a BMI270 (its vendor tests are the BMI160's), 100
     notifications/s with five boards, order of packed accelerometer and gyroscope packets.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import numpy as np

from firmware_protocol.asking import ask, read_information
from firmware_protocol.exchange import (
    Exchange,
    ExchangeError,
    Expect,
    Pause,
    Step,
    Stream,
    Subscribe,
    Wish,
    Write,
)
from firmware_protocol.family import Advertisement, Family, Identity
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
    REGISTERS,
    SERVICE,
    SETTINGS,
    accel_config,
    connection_parameters,
    decode,
    gyro_config,
    gyro_unit,
    processor,
)
from firmware_protocol.metamotion_receiver import receiver
from firmware_protocol.metamotion_sensor import VirtualMetamotion
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Stamp

NAME = "metamotion"
HIGHEST_COUNTED_HZ = 100
HIGHEST_PACKED_HZ = 400
ANSWER_TIMEOUT_S = 2.0
RESET = bytes.fromhex("fe01")
ACC_CHIPS = {1: BMI160, 4: BMI270}
GYRO_CHIPS = {0: BMI160, 1: BMI270}


def recognise(advertisement: Advertisement) -> Identity | None:
    """By the service in the advertisement or the factory's name; users may change the name."""
    known = SERVICE in advertisement.services or advertisement.name == "MetaWear"
    return Identity(NAME) if known else None


def _write(data: bytes) -> Write:
    return Write(COMMAND, data, response=False)


def _begins(head: bytes) -> Callable[[bytes], bool]:
    return lambda payload: payload[: len(head)] == head


def _ask(data: bytes, head: bytes, what: str) -> Generator[Step, bytes | None, bytes]:
    """Write and wait for the answer with this head. Nothing is written twice that would exist twice."""
    tries = 1 if data[:2] == bytes((PROCESSOR, 0x02)) else 3
    try:
        answer = Expect(NOTIFY, _begins(head), ANSWER_TIMEOUT_S, what)
        return (yield from ask(_write(data), answer, tries))
    except TimeoutError:
        raise ExchangeError(
            f"{what}: no answer within {ANSWER_TIMEOUT_S:g} s. Switch it off and on"
        ) from None


def _chip(module: int, chips: Mapping[int, str], what: str) -> Generator[Step, bytes | None, str]:
    answer = yield from _ask(
        bytes((module, 0x80)), bytes((module, 0x80)), f"module information of the {what}"
    )
    if len(answer) < 4 or answer[2] not in chips:
        said = answer[2:].hex() or "no such module"
        raise ExchangeError(f"{what}: the board says {said}; expected BMI160 or BMI270. It can't be used")
    return chips[answer[2]]


def _battery() -> Generator[Step, bytes | None, int | None]:
    head = bytes((SETTINGS, 0x8C))
    try:
        answer = yield from _ask(head, head, "battery")
    except ExchangeError:
        return None
    return answer[2] if len(answer) == 5 and answer[2] <= 100 else None


def _tear_down() -> Exchange:
    """Stop and forget all that an earlier session left."""
    off = [bytes((ACC, 0x01, 0)), bytes((GYRO, 0x01, 0)), bytes((ACC, 0x02, 0, 1)), bytes((GYRO, 0x02, 0, 1))]
    silent = [bytes((ACC, r, 0)) for r in (0x04, 0x05, 0x1C)] + [
        bytes((GYRO, r, 0)) for r in (0x04, 0x05, 0x07)
    ]
    forget = [bytes((PROCESSOR, 0x08)), bytes((EVENT, 0x05)), bytes((LOGGING, 0x0A))]
    for data in off + silent + forget:
        yield _write(data)
    yield Pause(0.2)


def configure(wish: Wish) -> Exchange:
    """Identify, clear, set rate and ranges, start. returns Stream; raises ExchangeError."""
    info = yield from read_information()
    yield Subscribe(NOTIFY)
    percent = yield from _battery()
    if percent is not None:
        info["battery_percent"] = percent
    chip = yield from _chip(ACC, ACC_CHIPS, "accelerometer")
    if (yield from _chip(GYRO, GYRO_CHIPS, "gyroscope")) != chip:
        raise ExchangeError("accelerometer and gyroscope are of different chips. This board can't be used")
    yield from _tear_down()
    yield _write(connection_parameters(7.5, 7.5, 0, 6000))
    yield Pause(1.0)
    rate = _rate(wish)
    accel_range = _enough(wish.accel_range_g, ACC_RANGE_CODES[chip], DEFAULT_ACCEL_RANGE_G)
    gyro_range = _enough(wish.gyro_range_dps, GYRO_RANGE_CODES, DEFAULT_GYRO_RANGE_DPS)
    yield _write(accel_config(chip, rate, accel_range))
    yield _write(gyro_config(rate, gyro_range))
    counted = rate <= HIGHEST_COUNTED_HZ
    number = (yield from _counting(chip)) if counted else (yield from _packing(chip))
    for data in ((ACC, 0x02, 1, 0), (GYRO, 0x02, 1, 0), (GYRO, 0x01, 1), (ACC, 0x01, 1)):
        yield _write(bytes(data))
    mode = {
        "chip": chip,
        "accel_range_g": accel_range,
        "gyro_range_dps": gyro_range,
        "processor": number,
        "accounter": "count" if counted else "",
    }
    return stream_of(rate, mode, info)


def _rate(wish: Wish) -> int:
    """The slowest rate that gives what is wished; 100 Hz (counted) where nothing is."""
    wished = HIGHEST_COUNTED_HZ if wish.rate_hz is None else wish.rate_hz
    return min((int(r) for r in ODR if wished <= r <= HIGHEST_PACKED_HZ), default=HIGHEST_PACKED_HZ)


def _enough(wished: float | None, offered: Mapping[int, int], default: int) -> int:
    return default if wished is None else min((r for r in offered if r >= wished), default=max(offered))


def _counting(chip: str) -> Generator[Step, bytes | None, int]:
    """Buffer the gyroscope, fuse it behind the accelerometer, number the result; the number to listen to."""
    of = REGISTERS[chip]
    made = bytes((PROCESSOR, 0x02))
    gyro = processor((GYRO, of.gyro_single, 0xFF), 6, bytes((0x0F, 0x05)))
    buffer = (yield from _ask(gyro, made, "buffer of the gyroscope"))[2]
    fuse = processor((ACC, of.acc_single, 0xFF), 6, bytes((0x1B, 0x01, buffer)) + bytes(11))
    fuser = (yield from _ask(fuse, made, "fuser"))[2]
    count = processor((PROCESSOR, 0x03, fuser), 12, bytes((0x11, 0x30, 0x03)))
    number = (yield from _ask(count, made, "accounter"))[2]
    yield _write(bytes((PROCESSOR, 0x07, number, 1)))
    yield _write(bytes((PROCESSOR, 0x03, 1)))
    return number


def _packing(chip: str) -> Generator[Step, bytes | None, int]:
    of = REGISTERS[chip]
    yield _write(bytes((ACC, of.acc_packed, 1)))
    yield _write(bytes((GYRO, of.gyro_packed, 1)))
    return -1


def stream_of(rate_hz: float, mode: Mapping[str, str | int], info: Mapping[str, object]) -> Stream:
    """The stream of a rate; `mode["accounter"]` is empty where samples come packed."""
    counted = bool(mode["accounter"])
    return Stream(
        family=NAME,
        rate_hz=float(rate_hz),
        tick_hz=float(rate_hz),
        ticks_per_sample=1.0,
        tick_source="counter" if counted else "count",
        stamp=Stamp.FIRST if counted else Stamp.NONE,
        samples_per_packet=1 if counted else 3,
        accel_range_m_s2=float(mode["accel_range_g"]) * STANDARD_GRAVITY_M_S2,
        gyro_range_rad_s=gyro_unit(float(mode["gyro_range_dps"])) * np.iinfo(np.int16).max,
        mode=dict(mode),
        info=dict(info),
    )


def stop(stream: Stream) -> Exchange:
    """Stop, and remove what we put on the board."""
    del stream
    yield from _tear_down()
    yield Subscribe(NOTIFY, on=False)


def battery() -> Exchange:
    """Percent; None where the board doesn't answer."""
    yield Subscribe(NOTIFY)
    return (yield from _battery())


FAMILY = Family(
    name=NAME,
    title="MbientLab MetaMotion",
    recognise=recognise,
    decode=decode,
    configure=configure,
    stop=stop,
    receiver=receiver,
    battery=battery,
    virtual=VirtualMetamotion,
)
