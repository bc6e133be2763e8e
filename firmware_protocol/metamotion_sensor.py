"""The sensor's side of the MetaMotion family: modules, processors, and the streams that they feed.

In:  commands; samples with the device's time.
Out: answers and data packets, as a board of the given chip sends them.
Refuses: modules other than accelerometer, gyroscope, settings, processors and the log.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from firmware_protocol import standard_services
from firmware_protocol.exchange import Stream, WriteRefused
from firmware_protocol.family import Advertisement, Characteristic, Notification
from firmware_protocol.metamotion_memory import Memory
from firmware_protocol.metamotion_packets import (
    ACC,
    ACC_RANGE_CODES,
    BMI160,
    COMMAND,
    DEBUG,
    GYRO,
    GYRO_RANGE_CODES,
    LOGGING,
    NOTIFY,
    ODR,
    PROCESSOR,
    READ,
    REGISTERS,
    SERVICE,
    SETTINGS,
    TICK_HZ,
    accel_unit,
    digits,
    encode_accounted,
    encode_samples,
    gyro_unit,
)
from firmware_protocol.packet import Floats, Ticks

BATTERY_ANSWER = bytes.fromhex("118c633410")
INFORMATION = {
    BMI160: {ACC: bytes((1, 1)), GYRO: bytes((0, 1)), LOGGING: bytes((0, 2))},
    "BMI270": {ACC: bytes((4, 0)), GYRO: bytes((1, 0)), LOGGING: bytes((0, 3))},
}
FUSER, ACCOUNTER = 0x1B, 0x11


@dataclass
class _Part:
    """Accelerometer or gyroscope: what was written to its registers."""

    odr: int = 8
    range_code: int = 0
    enabled: bool = False
    started: bool = False

    @property
    def runs(self) -> bool:
        return self.enabled and self.started


class VirtualMetamotion:
    """See VirtualSensor. `chip` is BMI160 (MetaMotion R, RL) or BMI270 (S)."""

    def __init__(self, serial: str = "", chip: str = BMI160):
        self._serial = serial
        self._chip = chip
        self._last_s = 0.0
        self._resets = 4
        self._memory = Memory()
        self.reboot()

    @property
    def advertisement(self) -> Advertisement:
        return Advertisement("MetaWear", services=(SERVICE,))

    @property
    def services(self) -> Mapping[str, Sequence[Characteristic]]:
        return {
            SERVICE: (
                Characteristic(COMMAND, ("write-without-response", "write")),
                Characteristic(NOTIFY, ("notify",)),
            ),
            standard_services.INFORMATION_SERVICE: tuple(
                Characteristic(uuid, ("read",)) for uuid in standard_services.TEXTS
            ),
        }

    @property
    def stream(self) -> Stream | None:
        from firmware_protocol.metamotion import stream_of  # the family imports this module

        accounter = self._accounter()
        packed = self._packed()
        if (
            not self._subscribed
            or not self._acc.runs
            or not self._gyro.runs
            or (accounter is None and not packed)
        ):
            return None
        mode = {
            "chip": self._chip,
            "accel_range_g": self._accel_range(),
            "gyro_range_dps": self._gyro_range(),
            "processor": -1 if accounter is None else accounter,
            "accounter": "" if accounter is None else "count",
        }
        return stream_of(self._rate(), mode, {})

    def connect(self) -> None:
        self._subscribed = False

    def disconnect(self) -> None:
        self._subscribed = False

    def reboot(self) -> None:
        self._resets = (self._resets + 1) % 8
        self._memory.reset()
        self._acc, self._gyro = _Part(), _Part()
        self._streams: set[tuple[int, int]] = set()
        self._processors: list[bytes] = []
        self._enabled: set[int] = set()
        self._count = 0
        self._waiting = (np.empty((0, 3), np.int64), np.empty((0, 3), np.int64))
        self.connect()

    def _rate(self) -> float:
        return next(rate for rate, code in ODR.items() if code == self._acc.odr)

    def _accel_range(self) -> int:
        return _named(ACC_RANGE_CODES[self._chip], self._acc.range_code)

    def _gyro_range(self) -> int:
        return _named(GYRO_RANGE_CODES, self._gyro.range_code)

    def _accounter(self) -> int | None:
        """Number of an enabled accounter whose packets are subscribed to."""
        if (PROCESSOR, 0x03) not in self._streams:
            return None
        made = enumerate(self._processors)
        return next((n for n, what in made if what[6] == ACCOUNTER and n in self._enabled), None)

    def _packed(self) -> bool:
        of = REGISTERS[self._chip]
        return {(ACC, of.acc_packed), (GYRO, of.gyro_packed)} <= self._streams

    def read(self, characteristic: str) -> bytes:
        values = {"manufacturer": "MbientLab Inc", "model": "5", "serial": self._serial, "firmware": "1.7.3"}
        name = standard_services.TEXTS.get(characteristic)
        if name is not None:
            return values.get(name, "0.1").encode()
        raise WriteRefused(0x02)

    def subscribe(self, characteristic: str, on: bool) -> list[Notification]:
        self._subscribed = on and characteristic == NOTIFY
        return []

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        if characteristic != COMMAND:
            raise WriteRefused(0x03)
        if len(data) >= 2 and data[0] == LOGGING and not data[1] & READ:
            answers = self._memory.command(data)
        else:
            answers = [self._carry_out(data)] if len(data) >= 2 else []
        return [Notification(NOTIFY, answer) for answer in answers if answer and self._subscribed]

    def _carry_out(self, data: bytes) -> bytes:
        module, register = data[0], data[1]
        if register & READ:
            return self._told(module, register)
        if module == PROCESSOR:
            return self._process(data)
        if module in (ACC, GYRO) and len(data) >= 3:
            self._set(self._acc if module == ACC else self._gyro, data)
        elif module == DEBUG and register == 0x01:
            self.reboot()
        elif module == DEBUG and register == 0x06:
            self.disconnect()
        return b""

    def _told(self, module: int, register: int) -> bytes:
        if register == READ:
            return bytes((module, READ)) + INFORMATION[self._chip].get(module, b"")
        if (module, register) == (SETTINGS, 0x8C):
            return BATTERY_ANSWER
        if (module, register) == (LOGGING, 0x84):
            tick = round(self._last_s * TICK_HZ) % 2**32
            return bytes((module, register)) + tick.to_bytes(4, "little") + bytes((self._resets,))
        if (module, register) == (LOGGING, 0x85):
            return bytes((module, register)) + len(self._memory).to_bytes(4, "little")
        return b""

    def _process(self, data: bytes) -> bytes:
        register = data[1]
        if register == 0x02 and len(data) > 6:
            self._processors.append(data)
            return bytes((PROCESSOR, 0x02, len(self._processors) - 1))
        if register == 0x07 and len(data) == 4:
            (self._enabled.add if data[3] else self._enabled.discard)(data[2])
        elif register == 0x03 and len(data) == 3:
            (self._streams.add if data[2] else self._streams.discard)((PROCESSOR, 0x03))
        elif register == 0x08:
            self._processors, self._enabled, self._count = [], set(), 0
            self._streams.discard((PROCESSOR, 0x03))
        return b""

    def _set(self, part: _Part, data: bytes) -> None:
        module, register, value = data[0], data[1], data[2]
        if register == 0x01:
            part.started = value == 1
        elif register == 0x02 and len(data) == 4:
            part.enabled = bool(data[2]) and not data[3]
        elif register == 0x03 and len(data) == 4 and value & 0x0F in ODR.values():
            part.odr, part.range_code = value & 0x0F, data[3]
        else:
            (self._streams.add if value else self._streams.discard)((module, register))

    def feed(self, device_s: Floats, accel_m_s2: Floats, gyro_rad_s: Floats) -> list[Notification]:
        if len(device_s):
            self._last_s = float(device_s[-1])
        acc = digits(np.asarray(accel_m_s2), accel_unit(self._accel_range()))
        gyro = digits(np.asarray(gyro_rad_s), gyro_unit(self._gyro_range()))
        self._log(device_s, acc, gyro)
        if self.stream is None:
            return []
        number = self._accounter()
        return self._packs(acc, gyro) if number is None else self._numbered(number, acc, gyro)

    def _log(self, device_s: Floats, acc: Ticks, gyro: Ticks) -> None:
        """Samples into the memory; a connection isn't needed."""
        of = REGISTERS[self._chip]
        for second, one, other in zip(device_s, acc, gyro, strict=True):
            tick = round(float(second) * TICK_HZ)
            if self._acc.runs:
                self._memory.log(ACC, of.acc_single, tick, self._resets, one)
            if self._gyro.runs:
                self._memory.log(GYRO, of.gyro_single, tick, self._resets, other)

    def _numbered(self, number: int, acc: Ticks, gyro: Ticks) -> list[Notification]:
        sent: list[Notification] = []
        for one, other in zip(acc, gyro, strict=True):
            packet = encode_accounted(number, self._count, np.vstack((one, other)))
            sent.append(Notification(NOTIFY, packet))
            self._count += 1
        return sent

    def _packs(self, acc: Ticks, gyro: Ticks) -> list[Notification]:
        of = REGISTERS[self._chip]
        acc, gyro = (np.concatenate(pair) for pair in zip(self._waiting, (acc, gyro), strict=True))
        n = len(acc) // 3 * 3
        self._waiting = acc[n:], gyro[n:]
        pairs = ((ACC, of.acc_packed, acc), (GYRO, of.gyro_packed, gyro))
        return [
            Notification(NOTIFY, encode_samples(module, register, raw[i : i + 3]))
            for i in range(0, n, 3)
            for module, register, raw in pairs
        ]


def _named(codes: Mapping[int, int], code: int) -> int:
    """The range of a code; the widest for a code that doesn't exist."""
    return next((name for name, known in codes.items() if known == code), max(codes))
