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
     issues of node-metawear and pymetawear. Packed streams need firmware 1.2.3. Recording in the
     board's memory: `metamotion_logging`.
Not verified without hardware: fuser and accounter on a BMI270 (its vendor tests are the BMI160's), 100
     notifications/s with five boards, order of packed accelerometer and gyroscope packets.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

import numpy as np

from firmware_protocol.exchange import Exchange, ExchangeError, Step, Stream, Subscribe, Wish
from firmware_protocol.family import Advertisement, Family, Identity
from firmware_protocol.metamotion_board import (
    HIGHEST_COUNTED_HZ,
    HIGHEST_PACKED_HZ,
    asked,
    begin_sampling,
    identify,
    read_battery,
    set_up,
    tear_down,
    write,
)
from firmware_protocol.metamotion_packets import (
    ACC,
    GYRO,
    NOTIFY,
    PROCESSOR,
    REGISTERS,
    SERVICE,
    decode,
    gyro_unit,
    processor,
)
from firmware_protocol.metamotion_receiver import receiver
from firmware_protocol.metamotion_sensor import VirtualMetamotion
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, ProtocolError, Stamp
from firmware_protocol.standard_services import read_information

NAME = "metamotion"
RESET = bytes.fromhex("fe01")


def recognise(advertisement: Advertisement) -> Identity | None:
    """By the service in the advertisement or the factory's name; users may change the name."""
    known = SERVICE in advertisement.services or advertisement.name == "MetaWear"
    return Identity(NAME) if known else None


def configure(wish: Wish) -> Exchange:
    """Identify, clear, set rate and ranges, start. returns Stream; raises ExchangeError."""
    info = yield from read_information()
    yield Subscribe(NOTIFY)
    percent = yield from read_battery()
    if percent is not None:
        info["battery_percent"] = percent
    board = yield from set_up(wish, (yield from identify()), HIGHEST_PACKED_HZ)
    counted = board.rate_hz <= HIGHEST_COUNTED_HZ
    number = (yield from _counting(board.chip)) if counted else (yield from _packing(board.chip))
    yield from begin_sampling()
    mode = {
        "chip": board.chip,
        "accel_range_g": board.accel_range_g,
        "gyro_range_dps": board.gyro_range_dps,
        "processor": number,
        "accounter": "count" if counted else "",
    }
    return stream_of(board.rate_hz, mode, info)


def _counting(chip: str) -> Generator[Step, bytes | None, int]:
    """Buffer the gyroscope, fuse it behind the accelerometer, number the result; the number to listen to."""
    of = REGISTERS[chip]
    gyro = processor((GYRO, of.gyro_single, 0xFF), 6, bytes((0x0F, 0x05)))
    buffer = yield from _made(gyro, "buffer of the gyroscope")
    fuse = processor((ACC, of.acc_single, 0xFF), 6, bytes((0x1B, 0x01, buffer)) + bytes(11))
    fuser = yield from _made(fuse, "fuser")
    count = processor((PROCESSOR, 0x03, fuser), 12, bytes((0x11, 0x30, 0x03)))
    number = yield from _made(count, "accounter")
    yield write(bytes((PROCESSOR, 0x07, number, 1)))
    yield write(bytes((PROCESSOR, 0x03, 1)))
    return number


def _made(create: bytes, what: str) -> Generator[Step, bytes | None, int]:
    """Create a processor; its number."""
    answer = yield from asked(create, create[:2], what)
    try:
        return decode(NOTIFY, answer, {}).fields["processor"]
    except ProtocolError as wrong:
        raise ExchangeError(f"{what}: {wrong}. Switch it off and on") from None


def _packing(chip: str) -> Generator[Step, bytes | None, int]:
    of = REGISTERS[chip]
    yield write(bytes((ACC, of.acc_packed, 1)))
    yield write(bytes((GYRO, of.gyro_packed, 1)))
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
    yield from tear_down()
    yield Subscribe(NOTIFY, on=False)


def battery() -> Exchange:
    """Percent; None where the board doesn't answer."""
    yield Subscribe(NOTIFY)
    return (yield from read_battery())


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
