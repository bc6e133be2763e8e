"""A board with the open profile: the sensor's side of PROTOCOL.md.

In:  operations of the control point; samples with the device's time.
Out: answers, sample packets, recordings of its memory.
Refuses: values that its information doesn't offer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from firmware_protocol import open_profile_packets as packets
from firmware_protocol.exchange import Stream, WriteRefused
from firmware_protocol.family import Advertisement, Characteristic, Notification
from firmware_protocol.open_profile_packets import (
    ACCEL_RANGES_G,
    CONTROL,
    DATA,
    END,
    GYRO_RANGES_DPS,
    INFORMATION,
    MEMORY,
    RATES_HZ,
    SERVICE,
    VERSION,
    Op,
    encode_answer,
    mask_of,
    read_layout,
    size_of,
)
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Floats, Ticks

OFFERED_RATES = (25, 50, 100, 200)
OFFERED_ACCEL = (4, 8, 16)
OFFERED_GYRO = (500, 1000, 2000)
MOST_SAMPLES = 18
MEMORY_S = 3600
CAPABILITIES = 0x03  # memory, blinking


class VirtualBoard:
    """See VirtualSensor."""

    def __init__(self, serial: str = ""):
        self._serial = serial
        self._boot = 0
        self._recordings: list[list[bytes]] = []
        self._now_us = 0
        self.reboot()

    @property
    def advertisement(self) -> Advertisement:
        return Advertisement("aqsense board", services=(SERVICE,))

    @property
    def services(self) -> Mapping[str, Sequence[Characteristic]]:
        return {
            SERVICE: (
                Characteristic(INFORMATION, ("read",)),
                Characteristic(DATA, ("notify",)),
                Characteristic(CONTROL, ("write", "indicate")),
                Characteristic(MEMORY, ("notify",)),
            )
        }

    @property
    def stream(self) -> Stream | None:
        from firmware_protocol.open_profile import stream_of  # the family imports this module

        return stream_of(self._settings, {}) if self._streams else None

    def connect(self) -> None:
        self._subscribed: set[str] = set()

    def disconnect(self) -> None:
        self._subscribed = set()
        self._streams = False

    def reboot(self) -> None:
        self._boot += 1
        self._counter = 0
        self._streams = False
        self._recording: int | None = None
        self._record_until_us: int | None = None
        self._settings = {"rate_hz": 100, "accel_range_g": 16, "gyro_range_dps": 2000, "samples": 10}
        self._waiting: tuple[Ticks, Ticks, Ticks] = _empty()
        self.connect()

    def read(self, characteristic: str) -> bytes:
        if characteristic != INFORMATION:
            raise WriteRefused(0x02)
        return packets.write_layout(
            "information",
            {
                "version": VERSION,
                "capabilities": CAPABILITIES,
                "rates": mask_of(OFFERED_RATES, RATES_HZ),
                "accel_ranges": mask_of(OFFERED_ACCEL, ACCEL_RANGES_G),
                "gyro_ranges": mask_of(OFFERED_GYRO, GYRO_RANGES_DPS),
                "most_samples": MOST_SAMPLES,
                "battery_percent": 90,
                "free_memory_s": MEMORY_S,
                "boot": self._boot,
                "serial": self._serial.encode("ascii", errors="replace")[:16],
            },
        )

    def subscribe(self, characteristic: str, on: bool) -> list[Notification]:
        (self._subscribed.add if on else self._subscribed.discard)(characteristic)
        return []

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        if characteristic != CONTROL:
            raise WriteRefused(0x03)
        op = data[0] if data else 0
        if op not in {int(known) for known in Op}:
            return self._say(encode_answer(op, 1))
        name = Op(op).name.lower()
        if len(data) != 1 + (size_of(name) if name in packets.LAYOUTS else 0):
            return self._say(encode_answer(op, 2))
        values = read_layout(name, data, 1) if name in packets.LAYOUTS else {}
        return self._carry_out(Op(op), values)

    def _say(self, answer: bytes) -> list[Notification]:
        return [Notification(CONTROL, answer)] if CONTROL in self._subscribed else []

    def _carry_out(self, op: Op, values: Mapping[str, int]) -> list[Notification]:
        if op is Op.CONFIGURE:
            return self._say(self._configure(values))
        if op in (Op.START, Op.STOP):
            self._streams = op is Op.START
            self._waiting = _empty()
        if op is Op.TIME:
            times = {"token": values["token"], "received_us": self._now_us, "sent_us": self._now_us}
            return self._say(encode_answer(op, 0, times))
        if op is Op.STATUS:
            state = self._streams | (self._recording is not None) << 1
            status = {
                "battery_percent": 90,
                "free_memory_s": MEMORY_S,
                "state": state,
                "time_us": self._now_us,
            }
            return self._say(encode_answer(op, 0, status))
        if op >= Op.RECORD:
            return self._remember(op, values)
        return self._say(encode_answer(op, 0))

    def _configure(self, wanted: Mapping[str, int]) -> bytes:
        offers = {"rate_hz": OFFERED_RATES, "accel_range_g": OFFERED_ACCEL, "gyro_range_dps": OFFERED_GYRO}
        if any(wanted[name] not in offer for name, offer in offers.items()):
            return encode_answer(Op.CONFIGURE, 3)
        if not 1 <= wanted["samples"] <= MOST_SAMPLES:
            return encode_answer(Op.CONFIGURE, 3)
        if self._streams or self._recording is not None:
            return encode_answer(Op.CONFIGURE, 4)
        self._settings = dict(wanted)
        return encode_answer(Op.CONFIGURE, 0, self._settings)

    def _remember(self, op: Op, values: Mapping[str, int]) -> list[Notification]:
        number = values.get("recording", 0)
        if op in (Op.DESCRIBE, Op.FETCH) and not number < len(self._recordings):
            return self._say(encode_answer(op, 6))
        if op is Op.RECORD:
            if self._recording is not None:
                return self._say(encode_answer(op, 4))
            self._recording = len(self._recordings)
            self._recordings.append([])
            self._waiting = _empty()
            seconds = values["seconds"]
            self._record_until_us = self._now_us + seconds * 1_000_000 if seconds else None
            return self._say(encode_answer(op, 0, {"recording": self._recording}))
        if op is Op.RECORD_STOP:
            self._recording = None
        elif op is Op.ERASE:
            self._recordings, self._recording = [], None
        elif op is Op.LIST:
            return self._say(encode_answer(op, 0, {"recordings": len(self._recordings)}))
        elif op is Op.DESCRIBE:
            return self._say(encode_answer(op, 0, self._described(number)))
        elif op is Op.FETCH:
            return self._say(encode_answer(op, 0)) + self._fetched(number, values["skip"])
        return self._say(encode_answer(op, 0))

    def _described(self, number: int) -> dict[str, int]:
        kept = self._recordings[number]
        head = (
            read_layout("samples", kept[0]) if kept else {"boot": self._boot % 2**16, "time_us": self._now_us}
        )
        return {
            "recording": number,
            "samples": sum(packet[packets.HEADER - 1] for packet in kept),
            "rate_hz": self._settings["rate_hz"],
            "boot": head["boot"],
            "time_us": head["time_us"],
        }

    def _fetched(self, number: int, skip: int) -> list[Notification]:
        """Packets behind the first `skip` samples, and the end."""
        sent: list[Notification] = []
        samples = 0
        for packet in self._recordings[number]:
            samples += packet[packets.HEADER - 1]
            if samples > skip:
                sent.append(Notification(MEMORY, packet))
        end = {"type": END, "result": 0, "recording": number, "samples": samples}
        return [*sent, Notification(MEMORY, packets.write_layout("end", end))]

    def feed(self, device_s: Floats, accel_m_s2: Floats, gyro_rad_s: Floats) -> list[Notification]:
        time_us = np.rint(np.asarray(device_s) * 1e6).astype(np.int64)
        if len(time_us):
            self._now_us = int(time_us[-1])
        if not self._streams and self._recording is None:
            return []
        accel_full = self._settings["accel_range_g"] * STANDARD_GRAVITY_M_S2
        gyro_full = float(np.deg2rad(self._settings["gyro_range_dps"]))
        fresh = (
            time_us,
            packets.digits(np.asarray(accel_m_s2), accel_full),
            packets.digits(np.asarray(gyro_rad_s), gyro_full),
        )
        times, accel, gyro = (np.concatenate(pair) for pair in zip(self._waiting, fresh, strict=True))
        size = self._settings["samples"]
        full = len(times) // size * size
        self._waiting = times[full:], accel[full:], gyro[full:]
        parts = [slice(start, start + size) for start in range(0, full, size)]
        made = [self._packet(times[part], accel[part], gyro[part]) for part in parts]
        self._keep(made)
        return [Notification(DATA, packet) for packet in made if self._streams and DATA in self._subscribed]

    def _packet(self, times: Ticks, accel: Ticks, gyro: Ticks) -> bytes:
        ranges = self._settings["accel_range_g"], self._settings["gyro_range_dps"]
        packet = packets.encode_samples(self._boot, self._counter, times, accel, gyro, *ranges)
        self._counter += len(times)
        return packet

    def _keep(self, made: list[bytes]) -> None:
        if self._recording is not None:
            self._recordings[self._recording] += made
            if self._record_until_us is not None and self._now_us >= self._record_until_us:
                self._recording = None


def _empty() -> tuple[Ticks, Ticks, Ticks]:
    return np.empty(0, np.int64), np.empty((0, 3), np.int64), np.empty((0, 3), np.int64)
