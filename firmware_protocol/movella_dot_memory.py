"""The memory of a virtual Movella DOT: it records, tells what it has, and exports it.

In:  messages of the recording service, as fields; samples.
Out: result of the receipt, notifications.
Refuses: what the sensor's state doesn't allow: all but state, time and stop while it records.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from firmware_protocol import movella_dot_flash as flash
from firmware_protocol import movella_dot_messages as messages
from firmware_protocol.movella_dot_messages import RECORDING, UNTIMED
from firmware_protocol.movella_dot_payloads import DELTA_Q, DELTA_V, Layout, export_layout

OK, INVALID, IDLE, RECORDS = 0x00, 0x02, 0x06, 0x40
SPACE_BYTES = 64 * 2**20
SAMPLES_PER_SECTOR = 5700  # of 40 bytes
Answer = tuple[int, list[bytes]]


@dataclass(frozen=True, slots=True)
class Taken:
    """One sample: us of the local clock, m/s^2, deg/s, which axes are at full scale."""

    tick: int
    accel: tuple[float, ...]
    gyro: tuple[float, ...]
    accel_clipped: tuple[bool, ...]
    gyro_clipped: tuple[bool, ...]


@dataclass(slots=True)
class Recording:
    """What one start made."""

    start_utc: int
    seconds: int
    rate_hz: int
    samples: list[Taken] = field(default_factory=list[Taken])

    @property
    def sectors(self) -> int:
        return math.ceil(len(self.samples) / SAMPLES_PER_SECTOR)

    @property
    def lasted_s(self) -> float:
        return len(self.samples) / self.rate_hz


def sample_values(layout: Layout, taken: Taken, rate_hz: float) -> list[float]:
    """The layout's fields of a sample; orientation is not turned, what isn't measured is 0."""
    axes = {"accel": iter(taken.accel), "gyro": iter(taken.gyro)}
    half = [math.radians(one) / rate_hz / 2 for one in taken.gyro]
    angle = math.hypot(*half)
    scale = math.sin(angle) / angle if angle else 1.0
    bits = (*taken.accel_clipped, *taken.gyro_clipped)
    named: dict[str, float] = {
        "quaternion_w": 1.0,
        "status": sum(1 << i for i, bit in enumerate(bits) if bit),
        "clipped_accel_samples": int(any(taken.accel_clipped)),
        "clipped_gyro_samples": int(any(taken.gyro_clipped)),
    }
    named |= zip(DELTA_Q, (math.cos(angle), *(one * scale for one in half)), strict=True)
    named |= zip(DELTA_V, (one / rate_hz for one in taken.accel), strict=True)
    return [next(axes[name]) if name in axes else named.get(name, 0.0) for name in layout.names]


class Memory:
    """Recordings, the oldest first; the last one is open while `records`."""

    def __init__(self) -> None:
        self._recordings: list[Recording] = []
        self._fields = flash.DEFAULT_FIELDS
        self._erased_utc = 0
        self.records = False

    def power_off(self) -> None:
        """A recording ends; what it has stays."""
        self.records = False
        self._fields = flash.DEFAULT_FIELDS

    def keep(self, taken: Sequence[Taken]) -> list[bytes]:
        """Record these samples; the notification that a timed recording is over."""
        if not self.records:
            return []
        recording = self._recordings[-1]
        for one in taken:
            recording.samples.append(one)
            if recording.seconds != UNTIMED and recording.lasted_s >= recording.seconds:
                self.records = False
                return [messages.encode("recording.stopped")]
        return []

    def answer(self, fields: Mapping[str, Any], measuring: bool, rate_hz: int) -> Answer:
        """Result and notifications of a message; `fields` as decoded."""
        name = str(fields["message"]).removeprefix("recording.")
        if name == "get_state":
            return RECORDS if self.records else IDLE, []
        if name in ("stop", "request_recording_time"):
            return self._while_recording(name) if self.records else (INVALID, [])
        if self.records:
            return RECORDS, []
        if name == "start":
            if measuring:
                return INVALID, []
            self._recordings.append(Recording(fields["start_utc"], fields["seconds"], rate_hz))
            self.records = True
            return OK, []
        if name == "erase_flash":
            self._recordings, self._erased_utc = [], fields["erase_utc"]
            return OK, [messages.encode("recording.erase_done")]
        if name == "select_export_data":
            known = set(fields["fields"]) <= set(flash.EXPORT_FIELDS)
            if known:
                self._fields = flash.selected_fields({"export_fields": fields["fields"]})
            return (OK if known else INVALID), []
        if name == "request_flash_info":
            return OK, self._flash_info()
        if name in ("request_file_info", "request_file_data"):
            return OK, self._export(name, fields["index"])
        return INVALID, []  # nothing is being exported that could be stopped or sent again

    def _while_recording(self, name: str) -> Answer:
        recording = self._recordings[-1]
        if name == "stop":
            self.records = False
            return OK, [messages.encode("recording.stopped")]
        timed = recording.seconds != UNTIMED
        left = max(0, recording.seconds - int(recording.lasted_s)) if timed else UNTIMED
        times = {"start_utc": recording.start_utc, "total_s": recording.seconds, "remaining_s": left}
        return OK, [messages.encode("recording.recording_time", times)]

    def _flash_info(self) -> list[bytes]:
        parts = flash.encode_indicators([one.sectors for one in self._recordings])
        parts.insert(0, flash.encode_flash_info(self._erased_utc, SPACE_BYTES, 128 * len(parts)))
        told = [messages.frame(RECORDING, b"\x51" + part) for part in parts]
        return [*told, messages.encode("recording.export_flash_info_done")]

    def _export(self, name: str, index: int) -> list[bytes]:
        if not 1 <= index <= len(self._recordings):
            return [messages.encode("recording.no_recording_file")]
        recording = self._recordings[index - 1]
        if name == "request_file_info":
            info = flash.encode_file_info(recording.start_utc, recording.seconds)
            told = messages.frame(RECORDING, b"\x61" + info)
            return [told, messages.encode("recording.export_file_info_done")]
        layout = export_layout(self._fields)
        made: list[bytes] = []
        for number, one in enumerate(recording.samples):
            values = sample_values(layout, one, recording.rate_hz)
            data = flash.encode_exported(self._fields, number, one.tick, values)
            made.append(messages.frame(RECORDING, data))
        return [*made, messages.encode("recording.export_file_data_done")]
