"""WitMotion BLE 5 sensors (WT901BLECL5.0, WT901BLE67/68, WT9011DCL, BWT901BLE): exchange and receiver.

In:  notifications of ffe4 (base 00805f9A34fb, not Bluetooth's own): frames of 20 bytes, `witmotion_frames`.
Out: rows that are counted as received (tick_source `count`): the family sends neither counter nor time, a
     lost notification doesn't show and a repeated one can't be told from a still sensor. Two halves of
     different frames that fit together by their lengths can't be told from one frame: there is no checksum.
Known from: the maker's Python, Android and C# sources and manual (WT901BLECL 5.0); measured rates and
     captured notifications of WT901BLE67 and WT9011DCL-BT50 by a public project (macOS). Firmware numbers
     aren't stated there. True rates are 0.7 to 1.1 % below the nominal ones: `RATES_HZ` has the measured
     ones, a stream's `rate_hz` is one of these. Code 0x0A (125 Hz) isn't honoured by the sensor (99.29 Hz)
     and never chosen.
Not verified without hardware: frames per notification at 200 Hz (4 at 100 Hz is captured), that frames may
     straddle notifications (handled, never seen), reading registers 03, 1F, 24 and 96 back, that writes need
     a response.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import numpy as np

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
    WriteRefused,
    ask,
)
from firmware_protocol.family import Advertisement, Family, Identity
from firmware_protocol.packet import Kind, ProtocolError, Rows, Stamp
from firmware_protocol.witmotion_frames import (
    ACCEL_RANGE_M_S2,
    FRAME,
    GYRO_RANGE_RAD_S,
    NOTIFY,
    RATES_HZ,
    READ_BACK,
    UNLOCK,
    WRITE,
    Register,
    battery_percent,
    command,
    decode,
    decode_frames,
    frames_within,
    read_command,
    registers_of,
)
from firmware_protocol.witmotion_sensor import VirtualWitmotion

NAME = "witmotion"
ALGORITHM_6_AXIS = 1
BANDWIDTH_256_HZ = 0
CONTENT_MOTION = 0  # register 96: 1 puts displacement and speed into the same frames, and nothing tells
BETWEEN_WRITES_S = 0.1
AFTER_WRITES_S = 0.5
FACTORY_RATE_CODE = 0x06


def recognise(advertisement: Advertisement) -> Identity | None:
    """By the name, as the maker's own programs do: it holds `WT901` or `WT9011`, or begins with WT/BWT."""
    name = advertisement.name
    return Identity(NAME) if "WT901" in name or name.startswith(("WT", "BWT")) else None


def _answers(start: int) -> Callable[[bytes], bool]:
    """Whether a notification holds the read-back that begins at this register."""
    head = bytes((0x55, READ_BACK)) + start.to_bytes(2, "little")

    def matches(payload: bytes) -> bool:
        return any(payload[place : place + 4] == head for place in range(0, len(payload) - FRAME + 1, FRAME))

    return matches


def _read(start: int) -> Generator[Step, bytes | None, dict[int, int]]:
    """Four registers from `start`; empty where the sensor stays silent."""
    question = Write(WRITE, read_command(start), response=True)
    answer = Expect(NOTIFY, _answers(start), 0.5, f"read-back of register 0x{start:02X}")
    try:
        payload = yield from ask(question, answer)
    except (TimeoutError, WriteRefused):
        return {}
    return registers_of(payload, start)


def _write(settings: Mapping[Register, int]) -> Exchange:
    """Unlock (valid for 10 s) and write registers, not saved: they last until power-off."""
    for data in (UNLOCK, *(command(register, value) for register, value in settings.items())):
        try:
            yield Write(WRITE, data, response=True)
        except WriteRefused as refused:
            raise ExchangeError(f"command {data.hex()}: {refused}. Switch it off and on") from None
        yield Pause(BETWEEN_WRITES_S)
    yield Pause(AFTER_WRITES_S - BETWEEN_WRITES_S)


def _rate_code(wish: Wish) -> int:
    """The slowest rate that gives what is wished; the fastest where none does or nothing is wished."""
    enough = [
        code for code, rate in RATES_HZ.items() if wish.rate_hz is not None and rate >= 0.985 * wish.rate_hz
    ]
    return min(enough) if enough else max(RATES_HZ)


def configure(wish: Wish) -> Exchange:
    """Ranges are fixed in this family (16 g, 2000 deg/s): the wish's ranges change nothing.

    returns  Stream
    raises   ExchangeError where the rate or the content of the frames isn't what was written
    """
    yield Subscribe(NOTIFY)
    info: dict[str, object] = {}
    volts = (yield from _read(Register.BATTERY)).get(Register.BATTERY)
    if volts is not None and (percent := battery_percent(volts)) is not None:
        info["battery_percent"] = percent
    found = (yield from _read(Register.RATE)).get(Register.RATE)
    code = _rate_code(wish)
    settings = {
        Register.CONTENT: CONTENT_MOTION,
        Register.ALGORITHM: ALGORITHM_6_AXIS,
        Register.BANDWIDTH: BANDWIDTH_256_HZ,
        Register.RATE: code,
    }
    yield from _write(settings)
    info["confirmed"] = yield from _confirm({r: settings[r] for r in (Register.RATE, Register.CONTENT)})
    known = found if found is not None and found in RATES_HZ else FACTORY_RATE_CODE
    mode = {"rate_code": code, "found_rate_code": known}
    return stream_of(mode, info)


def _confirm(settings: Mapping[Register, int]) -> Generator[Step, bytes | None, bool]:
    """Whether the sensor says that it took the settings; False where it says nothing."""
    answers = 0
    for register, value in settings.items():
        said = (yield from _read(register)).get(register)
        if said is not None and said != value:
            raise ExchangeError(
                f"register 0x{register:02X}: wrote {value}, the sensor says {said}. Switch it off and on"
            )
        answers += said is not None
    return answers == len(settings)


def stream_of(mode: Mapping[str, int], info: Mapping[str, object]) -> Stream:
    """The stream of a rate code."""
    rate = RATES_HZ[mode["rate_code"]]
    return Stream(
        family=NAME,
        rate_hz=rate,
        tick_hz=rate,
        ticks_per_sample=1.0,
        tick_source="count",
        stamp=Stamp.NONE,
        samples_per_packet=4 if rate > 60 else 1,
        accel_range_m_s2=ACCEL_RANGE_M_S2,
        gyro_range_rad_s=GYRO_RANGE_RAD_S,
        mode=dict(mode),
        info=dict(info),
    )


def stop(stream: Stream) -> Exchange:
    """There is no stop command: the rate that was found is set again, notifications are switched off."""
    yield from _write({Register.RATE: int(stream.mode["found_rate_code"])})
    yield Subscribe(NOTIFY, on=False)


def battery() -> Exchange:
    """Percent by the maker's table of voltages; None where the reading is 0 (right after a save)."""
    yield Subscribe(NOTIFY)
    volts = (yield from _read(Register.BATTERY)).get(Register.BATTERY)
    return None if volts is None else battery_percent(volts)


class WitmotionReceiver:
    """Puts frames that straddle notifications together and counts their samples."""

    def __init__(self, stream: Stream):
        self._rest = b""
        self._count = 0
        self._mode = stream.mode

    def push(self, characteristic: str, payload: bytes) -> Rows:
        """Rows of all frames that are whole now. See Receiver."""
        if characteristic.lower() not in ("", NOTIFY):
            raise ProtocolError(f"characteristic {characteristic} sends no frames; {NOTIFY} does", payload)
        whole, rest = frames_within(payload)
        if len(whole) != len(payload):  # one of whole frames only says that a half frame before it is lost
            whole, rest = frames_within(self._rest + payload)
        if not whole and not rest:
            raise ProtocolError("no frame: expected 55 61 or 55 71", payload)
        self._rest = rest
        if not whole:
            return Rows.nothing()
        packet = decode_frames(whole)
        if packet.kind is not Kind.SAMPLES or packet.accel_m_s2 is None or packet.gyro_rad_s is None:
            return Rows.nothing()
        n = packet.n_samples
        tick = np.arange(self._count, self._count + n, dtype=np.int64)
        self._count += n
        clipped = packet.clipped if packet.clipped is not None else np.zeros(n, np.bool_)
        return Rows(tick, packet.accel_m_s2, packet.gyro_rad_s, clipped)


FAMILY = Family(
    name=NAME,
    title="WitMotion",
    recognise=recognise,
    decode=decode,
    configure=configure,
    stop=stop,
    receiver=WitmotionReceiver,
    battery=battery,
    virtual=VirtualWitmotion,
)
