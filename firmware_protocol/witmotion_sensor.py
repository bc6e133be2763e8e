"""The sensor's side of the WitMotion family: registers, lock, and motion frames four to a notification.

In:  commands of 5 bytes; samples with the device's time (not sent: the family has none).
Out: notifications as `witmotion_frames` reads them.
Refuses: saving to flash (a reboot brings the factory's settings back).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from firmware_protocol.exchange import Stream, WriteRefused
from firmware_protocol.family import Advertisement, Characteristic, Notification
from firmware_protocol.packet import Floats
from firmware_protocol.witmotion_frames import (
    NOTIFY,
    RATES_HZ,
    SERVICE,
    UNLOCK,
    WRITE,
    Register,
    encode_motion,
    encode_read_back,
)

FACTORY = {Register.RATE: 0x06, Register.BANDWIDTH: 0x04, Register.ALGORITHM: 0, Register.BATTERY: 394}
NOT_PERMITTED = 0x03


class VirtualWitmotion:
    """See VirtualSensor."""

    def __init__(self, serial: str = ""):
        self._serial = serial
        self.reboot()

    @property
    def advertisement(self) -> Advertisement:
        return Advertisement("WT901BLE67")

    @property
    def services(self) -> Mapping[str, Sequence[Characteristic]]:
        return {
            SERVICE: (
                Characteristic(NOTIFY, ("notify",)),
                Characteristic(WRITE, ("write", "write-without-response")),
            )
        }

    @property
    def stream(self) -> Stream | None:
        from firmware_protocol.witmotion import stream_of  # the family imports this module

        if not self._subscribed:
            return None
        return stream_of({"rate_code": self._registers[Register.RATE], "found_rate_code": self._found}, {})

    def connect(self) -> None:
        self._subscribed = False
        self._unlocked = False
        self._found = self._registers[Register.RATE]

    def disconnect(self) -> None:
        self._subscribed = False
        self._waiting = b""

    def reboot(self) -> None:
        self._registers: dict[int, int] = {int(name): value for name, value in FACTORY.items()}
        self._waiting = b""
        self.connect()

    def read(self, characteristic: str) -> bytes:
        raise WriteRefused(0x02, f"{characteristic} can't be read")

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        """Reads are answered; registers are written where unlocked, as the real one does without a word."""
        if characteristic != WRITE:
            raise WriteRefused(NOT_PERMITTED, f"{characteristic} can't be written")
        if len(data) != 5 or data[:2] != b"\xff\xaa":
            return []
        register, value = data[2], int.from_bytes(data[3:], "little")
        if data == UNLOCK:
            self._unlocked = True
        elif register == Register.READ:
            words = [self._registers.get(value + i, 0) for i in range(8)]
            return [Notification(NOTIFY, encode_read_back(value, words))] if self._subscribed else []
        elif self._unlocked and (register != Register.RATE or value in RATES_HZ):
            self._registers[register] = value
        return []

    def subscribe(self, characteristic: str, on: bool) -> list[Notification]:
        self._subscribed = on and characteristic == NOTIFY
        return []

    def feed(self, device_s: Floats, accel_m_s2: Floats, gyro_rad_s: Floats) -> list[Notification]:
        del device_s
        if not self._subscribed:
            return []
        self._waiting += encode_motion(np.asarray(accel_m_s2), np.asarray(gyro_rad_s))
        size = 80 if RATES_HZ[self._registers[Register.RATE]] > 60 else 20
        n = len(self._waiting) // size * size
        full, self._waiting = self._waiting[:n], self._waiting[n:]
        return [Notification(NOTIFY, full[i : i + size]) for i in range(0, n, size)]
