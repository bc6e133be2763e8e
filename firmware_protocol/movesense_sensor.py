"""The sensor's side of a Movesense: default firmware (protocol version 1), or the maker's sample app.

In:  commands; samples with the device's time.
Out: responses (captured bytes where there are any), bodies in one or two parts, logs that it was given.
Refuses: to measure anything else than motion; the magnetometer it sends stands still.
What it answers to commands that are broken isn't known of the real one: it stays silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from firmware_protocol.exchange import Stream, WriteRefused
from firmware_protocol.family import Advertisement, Characteristic, Notification
from firmware_protocol.movesense_log import encode_log
from firmware_protocol.movesense_messages import (
    ACCEPTED,
    COMMAND,
    DATA,
    NO_SLOT,
    OK,
    SERVICE,
    SWAPPED_NO_SLOT,
    Code,
    Command,
    decode_command,
    encode_data,
    encode_hello,
    encode_response,
)
from firmware_protocol.movesense_objects import BATTERY, CLOCKS, CONFIG, INFO, encode_object
from firmware_protocol.movesense_payloads import PER_PACKET, encode_body, motion_path
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Floats, ProtocolError

PROTOCOL_VERSION = 1
SLOTS = 4
CLOCK_HZ = 1024
DIGITS = 2**15
NOT_READABLE, NOT_PERMITTED = 0x02, 0x03
SUBSCRIBE_ONLY, NOT_THERE, CONFLICT, RATE_NOT_OFFERED = 401, 404, 409, 501
RATES_HZ = (13, 26, 52, 104, 208, 416, 833, 1666)
RANGES = {"accel_range_g": 8, "gyro_range_dps": 2000, "mag_range_ut": 5000}
FIELD_UT = (20.0, 0.0, -44.0)
CAPTURED = {
    "/Meas/Acc/Info": bytes.fromhex("080d001a0034006800d000a001410382060402040810"),
    "/Meas/Magn/Info": bytes.fromhex("080d001a0034006800d000a00141038206018813"),
    INFO: bytes.fromhex("080d001a0034006800d000a001410382060402040810057d00f500f401e803d007018813"),
    CLOCKS: bytes.fromhex("58d897e169590600d08924000004000014000000"),
}
GYRO_INFO = {"rates_hz": RATES_HZ, "gyro_ranges_dps": (125, 245, 500, 1000, 2000)}


class _Subscription:
    """Samples of a resource that wait until they fill a packet."""

    def __init__(self, path: str, names: tuple[str, ...], rate_hz: int):
        self.path = path
        self._names = names
        self._n = PER_PACKET[rate_hz]
        self._time = np.empty(0)
        self._waiting = {name: np.empty((0, 3)) for name in names}

    def full(self, time: Floats, samples: Mapping[str, Floats]) -> list[bytes]:
        """Bodies that are full with these samples."""
        self._time = np.concatenate((self._time, time))
        for name in self._names:
            self._waiting[name] = np.concatenate((self._waiting[name], samples[name]))
        bodies: list[bytes] = []
        while len(self._time) >= self._n:
            stamp_ms = int(self._time[0] * CLOCK_HZ) * 1000 // CLOCK_HZ
            bodies.append(encode_body(stamp_ms, *(self._waiting[name][: self._n] for name in self._names)))
            self._time = self._time[self._n :]
            self._waiting = {name: values[self._n :] for name, values in self._waiting.items()}
        return bodies


class VirtualMovesense:
    """See VirtualSensor. `sample_app` is the maker's example: four commands, subscriptions unanswered."""

    def __init__(self, serial: str = "", sample_app: bool = False):
        self._serial = serial or "000000000000"
        self._sample_app = sample_app
        self.logs: dict[int, bytes] = {}
        self.reboot()

    @property
    def advertisement(self) -> Advertisement:
        services = tuple(f"0000{one}-0000-1000-8000-00805f9b34fb" for one in ("fdf3", "180d"))
        return Advertisement(f"Movesense {self._serial}", {}, services)

    @property
    def services(self) -> Mapping[str, Sequence[Characteristic]]:
        return {SERVICE: (Characteristic(COMMAND, ("write",)), Characteristic(DATA, ("notify",)))}

    @property
    def stream(self) -> Stream | None:
        from firmware_protocol.movesense import mode_of, stream_of  # the family imports this module

        paths = {reference: one.path for reference, one in self._subscriptions.items()}
        if not self._subscribed or not paths:
            return None
        return stream_of(mode_of(paths, {} if self._sample_app else RANGES, gsp=not self._sample_app), {})

    def connect(self) -> None:
        self._subscribed = False
        self._subscriptions: dict[int, _Subscription] = {}

    def disconnect(self) -> None:
        self.connect()

    def reboot(self) -> None:
        self.connect()

    def read(self, characteristic: str) -> bytes:
        raise WriteRefused(NOT_READABLE, f"{characteristic} can't be read")

    def subscribe(self, characteristic: str, on: bool) -> list[Notification]:
        self._subscribed = on and characteristic == DATA
        return []

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        if characteristic != COMMAND:
            raise WriteRefused(NOT_PERMITTED, f"{characteristic} can't be written")
        try:
            fields = decode_command(data).fields
        except ProtocolError:
            return []
        command, reference = Command(data[0]), data[1]
        if self._sample_app and command > Command.FETCH_LOG:
            return []
        if command is Command.HELLO:
            said = [self._hello(reference)]
        elif command is Command.FETCH_LOG:
            said = self._log(reference, int(fields["log_id"]))
        else:
            said = self._carried_out(command, reference, str(fields.get("path", "")))
        if command is Command.PUT_SYSTEM_MODE:
            self._subscriptions.clear()
        return [Notification(DATA, one) for one in said] if self._subscribed else []

    def _hello(self, reference: int) -> bytes:
        if self._sample_app:
            return encode_hello(reference, None)
        texts = (self._serial, "Movesense Flash", "0CAE0102030A", "Default", "2.3.1")
        return encode_hello(reference, PROTOCOL_VERSION, texts)

    def _log(self, reference: int, log_id: int) -> list[bytes]:
        known = log_id in self.logs
        status = [] if self._sample_app else [encode_response(reference, OK if known else NOT_THERE)]
        return [*status, *(encode_log(reference, self.logs[log_id]) if known else [])]

    def _carried_out(self, command: Command, reference: int, path: str) -> list[bytes]:
        if command is Command.GET:
            return [self._get(reference, path)]
        status = OK
        if command is Command.SUBSCRIBE:
            status = self._begin(reference, path)
        elif command is Command.UNSUBSCRIBE:
            status = OK if self._subscriptions.pop(reference, None) else NOT_THERE
        elif command is Command.CLEAR_LOGBOOK:
            self.logs.clear()
        elif command is Command.PUT_SYSTEM_MODE:
            status = ACCEPTED
        if not self._sample_app:
            return [encode_response(reference, status)]
        return [bytes((Code.RESPONSE, reference)) + SWAPPED_NO_SLOT] if status == NO_SLOT else []

    def _begin(self, reference: int, path: str) -> int:
        motion = motion_path(path)
        if motion is None:
            return NOT_THERE
        if motion[1] not in PER_PACKET:
            return RATE_NOT_OFFERED
        if reference in self._subscriptions:
            return CONFLICT
        if len(self._subscriptions) >= SLOTS:
            return NO_SLOT
        self._subscriptions[reference] = _Subscription(path, *motion)
        return OK

    def _get(self, reference: int, path: str) -> bytes:
        if motion_path(path):
            return encode_response(reference, SUBSCRIBE_ONLY)
        objects = CAPTURED | {
            "/Meas/Gyro/Info": encode_object("/Meas/Gyro/Info", GYRO_INFO),
            CONFIG: encode_object(CONFIG, RANGES),
            BATTERY: encode_object(BATTERY, {"battery_percent": 74}),
        }
        if path not in objects:
            return encode_response(reference, NOT_THERE)
        return encode_response(reference, OK, objects[path])

    def feed(self, device_s: Floats, accel_m_s2: Floats, gyro_rad_s: Floats) -> list[Notification]:
        if not self._subscribed:
            return []
        time = np.asarray(device_s, np.float64)
        samples = {
            "accel": _digitised(np.asarray(accel_m_s2), RANGES["accel_range_g"] * STANDARD_GRAVITY_M_S2),
            "gyro": _digitised(np.rad2deg(np.asarray(gyro_rad_s)), RANGES["gyro_range_dps"]),
            "mag": np.tile(FIELD_UT, (len(time), 1)),
        }
        return [
            Notification(DATA, part)
            for reference, one in self._subscriptions.items()
            for body in one.full(time, samples)
            for part in encode_data(reference, body)
        ]


def _digitised(values: Floats, full: float) -> Floats:
    """As 16 bits of this full scale give it."""
    return np.rint(np.clip(values / full * DIGITS, -DIGITS, DIGITS - 1)) * (full / DIGITS)
