"""The sensor's side of a Movella DOT: settings, measurement, synchronisation, configuration.

In:  writes to its characteristics; samples with the device's time.
Out: values, receipts (those of the vendor's document) and payloads of one sample each.
Refuses: sensor fusion and a magnetic field: its orientation is always "not turned", Euler angles, free
         acceleration and field are 0. Recordings are kept in `movella_dot_memory`.
As the real one it goes on measuring when the link is lost, and keeps rate, tag and recordings when it is
switched off. A synchronisation succeeds when the link was closed after its start, as it must be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from zlib import crc32

import numpy as np

from firmware_protocol import movella_dot_messages as messages
from firmware_protocol import movella_dot_structures as structures
from firmware_protocol import movella_dot_uuids as uuids
from firmware_protocol.exchange import Stream, WriteRefused
from firmware_protocol.family import Advertisement, Characteristic, Notification
from firmware_protocol.movella_dot_memory import Memory, Taken, sample_values
from firmware_protocol.movella_dot_payloads import ACCEL_RANGE_M_S2, GYRO_RANGE_DPS, LAYOUTS, encode
from firmware_protocol.movella_dot_structures import MAKER, PROFILES, DeviceControl
from firmware_protocol.packet import Floats, ProtocolError

COMPANY = 0x0886
NOT_READABLE, NOT_WRITABLE, WRONG_LENGTH, NOT_ALLOWED = 0x02, 0x03, 0x0D, 0x13
_READ, _BOTH, _NOTIFY = ("read",), ("read", "write"), ("notify",)
SERVICES: Mapping[str, Sequence[Characteristic]] = {
    uuids.CONFIGURATION_SERVICE: (
        Characteristic(uuids.DEVICE_INFO, _READ),
        Characteristic(uuids.DEVICE_CONTROL, _BOTH),
        Characteristic(uuids.DEVICE_REPORT, _NOTIFY),
    ),
    uuids.MEASUREMENT_SERVICE: (
        Characteristic(uuids.MEASUREMENT_CONTROL, _BOTH),
        Characteristic(uuids.LONG_PAYLOAD, _NOTIFY),
        Characteristic(uuids.MEDIUM_PAYLOAD, _NOTIFY),
        Characteristic(uuids.SHORT_PAYLOAD, _NOTIFY),
        Characteristic(uuids.HEADING_CONTROL, _BOTH),
        Characteristic(uuids.HEADING_RESULT, _READ),
    ),
    uuids.BATTERY_SERVICE: (Characteristic(uuids.BATTERY, ("read", "notify")),),
    uuids.MESSAGE_SERVICE: (
        Characteristic(uuids.MESSAGE_CONTROL, ("write",)),
        Characteristic(uuids.MESSAGE_ACKNOWLEDGE, _READ),
        Characteristic(uuids.MESSAGE_NOTIFICATION, _NOTIFY),
    ),
}
FACTORY = DeviceControl(tag="Movella DOT", rate_hz=60)
PERCENT = 76


class VirtualDot:
    """See VirtualSensor."""

    def __init__(self, serial: str = ""):
        text = serial or "D422CD001234"
        is_hex = len(text) <= 16 and all(one in "0123456789abcdefABCDEF" for one in text)
        self._serial = int(text, 16) if is_hex else crc32(text.encode())
        self.address = structures.address_text(MAKER + (self._serial % 2**24).to_bytes(3, "big"))
        self._settings = FACTORY
        self._memory = Memory()
        self.reboot()

    @property
    def advertisement(self) -> Advertisement:
        return Advertisement(self._settings.tag, {COMPANY: b""})

    @property
    def services(self) -> Mapping[str, Sequence[Characteristic]]:
        return SERVICES

    @property
    def stream(self) -> Stream | None:
        from firmware_protocol.movella_dot import stream_of  # the family imports this module

        if not self._measuring:
            return None
        rate = self._settings.rate_hz
        return stream_of({"payload_mode": self._mode, "rate_hz": rate, "found_rate_hz": self._found}, {})

    def connect(self) -> None:
        self._subscribed: set[str] = set()
        self._found = self._settings.rate_hz
        if self._syncing:
            self._syncing, self._synced = False, self._left
            result = 0 if self._synced else 9
            self._acknowledge = messages.encode("sync.ack", {"result": result, "echo": ""})

    def disconnect(self) -> None:
        self._subscribed = set()
        self._left = True

    def reboot(self) -> None:
        self._measuring, self._mode = False, 0
        self._syncing = self._synced = self._left = False
        self._heading = structures.encode_heading("default")
        self._heading_ok = False
        self._acknowledge = b""
        self._memory.power_off()
        self.connect()

    def read(self, characteristic: str) -> bytes:
        if characteristic == uuids.DEVICE_INFO:
            return structures.encode_info(
                self.address, (3, 0, 0), (2023, 7, 3, 12, 0, 0), self._serial, "XS-T02"
            )
        values = {
            uuids.DEVICE_CONTROL: self._settings.to_bytes(),
            uuids.MEASUREMENT_CONTROL: structures.encode_measurement(self._measuring, self._mode),
            uuids.HEADING_CONTROL: self._heading,
            uuids.HEADING_RESULT: bytes((self._heading_ok,)),
            uuids.BATTERY: structures.encode_battery(PERCENT),
            uuids.MESSAGE_ACKNOWLEDGE: self._acknowledge,
        }
        if characteristic not in values:
            raise WriteRefused(NOT_READABLE, f"{characteristic} can't be read")
        return values[characteristic]

    def subscribe(self, characteristic: str, on: bool) -> list[Notification]:
        (self._subscribed.add if on else self._subscribed.discard)(characteristic)
        return []

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        if characteristic == uuids.MESSAGE_CONTROL:
            return self._say(uuids.MESSAGE_NOTIFICATION, self._answer(data))
        if characteristic not in (uuids.DEVICE_CONTROL, uuids.MEASUREMENT_CONTROL, uuids.HEADING_CONTROL):
            raise WriteRefused(NOT_WRITABLE, f"{characteristic} can't be written")
        if len(data) != structures.LENGTHS[characteristic]:
            raise WriteRefused(WRONG_LENGTH, f"{len(data)} bytes are a wrong length")
        try:
            fields = structures.decode(characteristic, data).fields
        except ProtocolError as wrong:
            raise WriteRefused(NOT_ALLOWED, str(wrong)) from None
        if characteristic == uuids.DEVICE_CONTROL:
            return self._say(uuids.DEVICE_REPORT, self._take(structures.read_control(data)))
        if characteristic == uuids.HEADING_CONTROL:
            self._heading, self._heading_ok = data, self._measuring
        elif not fields["start"]:
            self._measuring = False
        elif fields["mode"] in LAYOUTS and not self._memory.records and self._settings.rate_hz <= 60:
            self._measuring, self._mode = True, fields["mode"]
        return []

    def _say(self, characteristic: str, payloads: list[bytes]) -> list[Notification]:
        return [Notification(characteristic, one) for one in payloads if characteristic in self._subscribed]

    def _take(self, wanted: DeviceControl) -> list[bytes]:
        """Settings that are visited; rate and profile don't change while it measures or is synchronised."""
        held = self._measuring or self._synced or self._memory.records
        if "timeouts" in wanted.visits:
            times = wanted.advertising_timeout_s, wanted.connected_timeout_s
            self._settings = replace(
                self._settings, advertising_timeout_s=times[0], connected_timeout_s=times[1]
            )
        if "tag" in wanted.visits:
            self._settings = replace(self._settings, tag=wanted.tag)
        if "rate" in wanted.visits and not held:
            self._settings = replace(self._settings, rate_hz=wanted.rate_hz)
        if "profile" in wanted.visits and not held and wanted.profile < len(PROFILES):
            self._settings = replace(self._settings, profile=wanted.profile)
        if "power" in wanted.visits and not wanted.power_off:
            self._settings = replace(self._settings, usb_power_on=wanted.usb_power_on)
        elif "power" in wanted.visits:
            self._measuring = False
            return [structures.encode_report(1)]
        return []

    def _answer(self, message: bytes) -> list[bytes]:
        """Notifications to a message; its receipt waits to be read. Broken ones change nothing."""
        try:
            fields = messages.decode(uuids.MESSAGE_CONTROL, message, {}).fields
        except ProtocolError:
            return []
        service, name = message[0], fields["message"]
        if service == messages.RECORDING:
            result, notes = self._memory.answer(fields, self._measuring, self._settings.rate_hz)
            self._acknowledge = messages.encode_acknowledge(message, result)
            return notes
        if service == messages.CONFIG:
            self._acknowledge = messages.frame(service, self._configured(name, fields))
            return []
        if name == "sync.get_sync_status":
            status = messages.SYNCED if self._synced else messages.NOT_SYNCED
            return [messages.encode("sync.sync_status", {"result": status})]
        if name == "sync.stop_sync":
            failed = not self._synced
            self._synced = self._syncing = False
            return [messages.encode("sync.stop_sync_result", {"result": int(failed)})]
        self._syncing, self._left = not (self._measuring or self._synced), False
        self._acknowledge = messages.encode("sync.ack", {"result": 9, "echo": ""})
        return []

    def _configured(self, name: str, fields: Mapping[str, object]) -> bytes:
        if name == "config.request_mac_address":
            return structures.address_bytes(self.address)
        if name == "config.request_tag":
            return self._settings.tag.encode()
        if name == "config.request_serial_number":
            return self._serial.to_bytes(8, "little")
        if name == "config.request_filter_profile_count":
            return bytes((5, len(PROFILES), *range(len(PROFILES))))
        if name == "config.request_filter_profile_name":
            index = int(str(fields["index"]))
            return b"\x06" + (PROFILES[index] if index < len(PROFILES) else "reserved").encode()
        self._settings = FACTORY
        self._measuring = self._synced = self._syncing = False
        return bytes(8)

    def feed(self, device_s: Floats, accel_m_s2: Floats, gyro_rad_s: Floats) -> list[Notification]:
        times_us = np.rint(np.asarray(device_s) * 1e6).astype(np.int64).tolist()
        accel = np.asarray(accel_m_s2, np.float64)
        gyro = np.rad2deg(np.asarray(gyro_rad_s, np.float64))
        taken = [
            Taken(
                times_us[i],
                tuple(np.clip(accel[i], -ACCEL_RANGE_M_S2, ACCEL_RANGE_M_S2).tolist()),
                tuple(np.clip(gyro[i], -GYRO_RANGE_DPS, GYRO_RANGE_DPS).tolist()),
                tuple((np.abs(accel[i]) >= ACCEL_RANGE_M_S2).tolist()),
                tuple((np.abs(gyro[i]) >= GYRO_RANGE_DPS).tolist()),
            )
            for i in range(len(times_us))
        ]
        sent = self._say(uuids.MESSAGE_NOTIFICATION, self._memory.keep(taken))
        if not self._measuring:
            return sent
        layout, rate = LAYOUTS[self._mode], self._settings.rate_hz
        made = [encode(self._mode, one.tick, sample_values(layout, one, rate)) for one in taken]
        return sent + self._say(layout.characteristic, made)
