"""The sensor's side of Polar's PMD service: Verity Sense (default) and H10.

In:  commands of the control point; samples with the device's time.
Out: answers (captured bytes where there are any) and frames: a Verity Sense sends when a delta frame is full
     (232 bytes), so their length varies with motion; an H10 sends 36 raw samples.
Refuses: everything that isn't accelerometer, gyroscope or SDK mode.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from firmware_protocol import polar_control as control
from firmware_protocol import standard_services
from firmware_protocol.exchange import Stream, WriteRefused
from firmware_protocol.family import Advertisement, Characteristic, Notification
from firmware_protocol.packet import Floats, Ticks
from firmware_protocol.polar_control import Op, Setting
from firmware_protocol.polar_frames import (
    DELTA,
    HEADER,
    MILLI_G_M_S2,
    Measurement,
    encode_block,
    encode_delta,
    encode_raw,
)

SERVICE = "fb005c80-02e7-f387-1cad-8acd2d8df0c8"
CONTROL = "fb005c81-02e7-f387-1cad-8acd2d8df0c8"
DATA = "fb005c82-02e7-f387-1cad-8acd2d8df0c8"
EPOCH_2019_NS = 599_616_000_000_000_000  # ns from 2000 to 2019, where an H10's clock begins
LONGEST = 232
H10_SAMPLES = 36
BLOCK = 10
GYRO_FACTOR = 2000 / 32768

FEATURES = {
    "Sense": bytes.fromhex("0f6e000000000000000000000000000000"),
    "H10": bytes.fromhex("0f05000000000000000000000000000000"),
}
H10_ACC_SETTINGS = bytes.fromhex("f0010200000004190032006400c800010110000203020004000800")
VERITY_ACC_SETTINGS = bytes.fromhex("f001020000000134000101100002010800040103")
STARTED = {"Sense": bytes.fromhex("f002020000"), "H10": bytes.fromhex("f00202000001")}
SDK_RATES = (26, 52, 104, 208, 416)
SDK_RANGES = {Measurement.ACC: (2, 4, 8, 16), Measurement.GYRO: (250, 500, 1000, 2000)}


class VirtualPolar:
    """See VirtualSensor. `model` is `Sense` or `H10`."""

    def __init__(self, serial: str = "", model: str = "Sense"):
        self._serial = serial or "00000000"
        self._model = model
        self.reboot()

    @property
    def advertisement(self) -> Advertisement:
        return Advertisement(f"Polar {self._model} {self._serial}", {0x006B: b"\0\0"})

    @property
    def services(self) -> Mapping[str, Sequence[Characteristic]]:
        readable = tuple(Characteristic(uuid, ("read",)) for uuid in standard_services.TEXTS)
        return {
            SERVICE: (
                Characteristic(CONTROL, ("read", "write", "indicate")),
                Characteristic(DATA, ("notify",)),
            ),
            standard_services.INFORMATION_SERVICE: readable,
            standard_services.BATTERY_SERVICE: (
                Characteristic(standard_services.BATTERY_LEVEL, ("read", "notify")),
            ),
        }

    @property
    def stream(self) -> Stream | None:
        from firmware_protocol.polar import stream_of  # the family imports this module

        acc = self._running.get(Measurement.ACC)
        if acc is None:
            return None
        ranges = {str(int(one)): float(chosen[Setting.RANGE]) for one, chosen in self._running.items()}
        gyro = str(int(Measurement.GYRO))
        factors = {gyro: float(np.float32(GYRO_FACTOR))} if gyro in ranges else {}
        mode = {"factors": factors, "ranges": ranges, "sdk": self._sdk}
        return stream_of(acc[Setting.RATE_HZ], mode, {})

    def connect(self) -> None:
        self._subscribed: set[str] = set()

    def disconnect(self) -> None:
        self._subscribed = set()
        self._stop_all()

    def reboot(self) -> None:
        self._sdk = False
        self._stop_all()
        self.connect()

    def _stop_all(self) -> None:
        self._running: dict[Measurement, dict[int, int]] = {}
        self._waiting: dict[Measurement, Ticks] = {}
        self._times_ns: dict[Measurement, Ticks] = {}

    def read(self, characteristic: str) -> bytes:
        values = {"manufacturer": "Polar Electro Oy", "model": self._model, "serial": self._serial}
        if characteristic == CONTROL:
            return FEATURES[self._model]
        if characteristic == standard_services.BATTERY_LEVEL:
            return bytes((88,))
        name = standard_services.TEXTS.get(characteristic)
        if name is not None:
            return values.get(name, "0").encode()
        raise WriteRefused(0x02)

    def subscribe(self, characteristic: str, on: bool) -> list[Notification]:
        (self._subscribed.add if on else self._subscribed.discard)(characteristic)
        return []

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        if characteristic != CONTROL:
            raise WriteRefused(0x03)
        answer = self._answer(data)
        return [Notification(CONTROL, answer)] if CONTROL in self._subscribed else []

    def _answer(self, data: bytes) -> bytes:
        if len(data) < 2:
            return control.encode_answer(data[0] if data else 0, 0, 4)[:5]
        op, kind = data[0], data[1]
        types = {Measurement.ACC, *([] if self._model == "H10" else [Measurement.GYRO, Measurement.SDK_MODE])}
        if kind not in types:
            return control.encode_answer(op, kind, 3)
        measurement = Measurement(kind)
        if measurement is Measurement.SDK_MODE:
            return control.encode_answer(op, kind, self._switch_sdk(op))
        if op == Op.SETTINGS:
            return self._offer(measurement)
        if op == Op.START:
            return self._start(measurement, data)
        if op == Op.STOP:
            known = self._running.pop(measurement, None) is not None
            return control.encode_answer(op, kind, 0 if known else control.ALREADY)
        return control.encode_answer(op, kind, 1)

    def _switch_sdk(self, op: int) -> int:
        if self._running:
            return 12
        on = op == Op.START
        if on == self._sdk:
            return control.ALREADY
        self._sdk = on
        return 0

    def _offer(self, measurement: Measurement) -> bytes:
        if self._model == "H10":
            return H10_ACC_SETTINGS
        if not self._sdk and measurement is Measurement.ACC:
            return VERITY_ACC_SETTINGS
        rates, ranges = (SDK_RATES, SDK_RANGES[measurement]) if self._sdk else ((52,), (2000,))
        offer: dict[int, Sequence[int | float | str]] = {
            Setting.RATE_HZ: rates,
            Setting.RESOLUTION_BITS: (16,),
            Setting.RANGE: ranges,
            Setting.CHANNELS: (3,),
        }
        return control.encode_answer(Op.SETTINGS, measurement, 0, control.encode_settings(offer))

    def _start(self, measurement: Measurement, data: bytes) -> bytes:
        offer = control.parse_settings(self._offer(measurement)[5:])
        asked = control.parse_settings(data[2:])
        wrong = {Setting.RESOLUTION_BITS: 7, Setting.RATE_HZ: 8, Setting.RANGE: 9, Setting.CHANNELS: 11}
        for key, values in asked.items():
            if key not in offer:
                return control.encode_answer(Op.START, measurement, 5)
            if len(values) != 1 or values[0] not in offer[key]:
                return control.encode_answer(Op.START, measurement, wrong.get(Setting(key), 5))
        if measurement in self._running:
            return control.encode_answer(Op.START, measurement, control.ALREADY)
        self._running[measurement] = {key: int(values[0]) for key, values in asked.items()}
        self._waiting[measurement], self._times_ns[measurement] = (
            np.empty((0, 3), np.int64),
            np.empty(0, np.int64),
        )
        if measurement is Measurement.GYRO:
            factor = control.encode_settings({Setting.FACTOR: (GYRO_FACTOR,)})
            return control.encode_answer(Op.START, measurement, 0, factor)
        return STARTED[self._model]

    def feed(self, device_s: Floats, accel_m_s2: Floats, gyro_rad_s: Floats) -> list[Notification]:
        sent: list[Notification] = []
        if DATA not in self._subscribed:
            return sent
        time_ns = EPOCH_2019_NS + np.rint(np.asarray(device_s) * 1e9).astype(np.int64)
        for measurement, chosen in self._running.items():
            full = chosen[Setting.RANGE]
            if measurement is Measurement.ACC:
                scaled, limit = np.asarray(accel_m_s2) / MILLI_G_M_S2, min(1000 * full, 32767)
            else:
                scaled = np.rad2deg(np.asarray(gyro_rad_s)) / GYRO_FACTOR
                limit = min(round(full / GYRO_FACTOR), 32767)
            raw = np.rint(np.clip(scaled, -limit, limit)).astype(np.int64)
            self._waiting[measurement] = np.concatenate((self._waiting[measurement], raw))
            self._times_ns[measurement] = np.concatenate((self._times_ns[measurement], time_ns))
            sent += [Notification(DATA, frame) for frame in self._full_frames(measurement)]
        return sent

    def _full_frames(self, measurement: Measurement) -> list[bytes]:
        frames: list[bytes] = []
        while n := self._fitting(self._waiting[measurement]):
            raw, times = self._waiting[measurement][:n], self._times_ns[measurement][:n]
            stamp = int(times[-1])
            if self._model == "H10":
                frames.append(encode_raw(measurement, stamp, 1, raw))
            else:
                kind = DELTA | 1 if measurement is Measurement.ACC else DELTA
                frames.append(encode_delta(measurement, stamp, kind, raw, BLOCK))
            self._waiting[measurement] = self._waiting[measurement][n:]
            self._times_ns[measurement] = self._times_ns[measurement][n:]
        return frames

    def _fitting(self, raw: Ticks) -> int:
        """Samples of the next frame; 0 while it isn't full."""
        if self._model == "H10":
            return H10_SAMPLES if len(raw) >= H10_SAMPLES else 0
        size, n = HEADER + 6, 1
        deltas = np.diff(raw, axis=0)
        for start in range(0, len(deltas) - BLOCK + 1, BLOCK):
            size += len(encode_block(deltas[start : start + BLOCK]))
            if size > LONGEST:
                return n
            n += BLOCK
        return 0
