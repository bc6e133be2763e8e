"""What a host asks of a Movella DOT's message service: common time, recordings, filter profiles.

In:  nothing but the sensor's answers.
Out: exchanges.
Refuses: a second message before the first one's receipt is read: the sensor overwrites it.

To give sensors a common time (firmware 1.4 and newer): set their rates, `start_sync(root)` on each, within a
second disconnect ALL of them (they must hear the root's advertisements), connect again after `SYNC_WAIT_S`,
`sync_result()` on each. Then `configure` as always: their stamps share the root's clock.
120 Hz exist in recordings only. A sensor doesn't stream while it records.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from firmware_protocol import movella_dot_flash as flash
from firmware_protocol import movella_dot_messages as messages
from firmware_protocol import movella_dot_structures as structures
from firmware_protocol.exchange import (
    Exchange,
    ExchangeError,
    Expect,
    Pause,
    Read,
    Step,
    Subscribe,
    Write,
    WriteRefused,
    ask,
    try_read,
)
from firmware_protocol.movella_dot_messages import RECORDING, SYNC, UNTIMED
from firmware_protocol.movella_dot_structures import DeviceControl
from firmware_protocol.movella_dot_uuids import (
    DEVICE_CONTROL,
    MEASUREMENT_CONTROL,
    MESSAGE_ACKNOWLEDGE,
    MESSAGE_CONTROL,
    MESSAGE_NOTIFICATION,
)
from firmware_protocol.packet import Packet, ProtocolError

SYNC_WAIT_S = 14.0
ACKNOWLEDGE_AFTER_S = 1.5
NOTIFICATION_TIMEOUT_S = 5.0
STATUS_TIMEOUT_S = 2.0
ERASE_TIMEOUT_S = 120.0
FETCHED_FIELDS = (0x00, 0x07, 0x08, 0x0A, 0x0B, 0x0C)  # stamp, acceleration, rate, status, clipping
Asked = Generator[Step, bytes | None, Mapping[str, Any]]


def write(characteristic: str, data: bytes, what: str) -> Generator[Step, bytes | None, None]:
    """A write that must be taken; ExchangeError."""
    try:
        yield Write(characteristic, data, response=True)
    except (WriteRefused, TimeoutError) as wrong:
        raise ExchangeError(f"{what}: {wrong}. Switch the sensor off and on") from None


def read_settings() -> Generator[Step, bytes | None, DeviceControl]:
    """The device control; ExchangeError."""
    payload = yield from try_read(DEVICE_CONTROL)
    try:
        return structures.read_control(payload or b"")
    except ProtocolError as wrong:
        raise ExchangeError(f"settings of the sensor: {wrong}. Connect again") from None


def set_rate(rate_hz: int) -> Generator[Step, bytes | None, int]:
    """Set the output rate and read it back; returns the rate that was found. ExchangeError."""
    found = yield from read_settings()
    if found.rate_hz == rate_hz:
        return rate_hz
    wanted = replace(found, visits=("rate",), rate_hz=rate_hz)
    yield from write(DEVICE_CONTROL, wanted.to_bytes(), f"rate of {rate_hz} Hz")
    taken = (yield from read_settings()).rate_hz
    if taken != rate_hz:
        raise ExchangeError(
            f"rate: wrote {rate_hz} Hz, the sensor stays at {taken} Hz. It doesn't change while it is"
            " synchronised, records or measures: end that first"
        )
    return found.rate_hz or rate_hz


def stop_measuring() -> Generator[Step, bytes | None, None]:
    """Stop what a lost link left running; nothing where it stands still."""
    payload = yield from try_read(MEASUREMENT_CONTROL)
    try:
        running = structures.decode(MEASUREMENT_CONTROL, payload or b"").fields
    except ProtocolError:
        running = {"start": True, "mode": 0}  # it doesn't tell: the mode of a stop doesn't count
    if running["start"]:
        data = structures.encode_measurement(False, running["mode"])
        yield from write(MEASUREMENT_CONTROL, data, "stop of the measurement")


def tell(name: str, values: Mapping[str, Any] | None = None) -> Asked:
    """Write a message of the recording or configuration service; its receipt. ExchangeError."""
    message = messages.encode(name, values)
    yield from write(MESSAGE_CONTROL, message, name)
    mode = {"asked": message[2]} if message[0] == messages.CONFIG else {}
    problem = ""
    for _ in range(3):
        try:
            payload = yield Read(MESSAGE_ACKNOWLEDGE)
            fields = messages.decode(MESSAGE_ACKNOWLEDGE, payload or b"", mode).fields
        except (ProtocolError, TimeoutError, WriteRefused) as wrong:
            problem = str(wrong)
        else:
            if message[0] == messages.CONFIG or fields.get("echo_id") == message[2]:
                return fields
            problem = f"the receipt is another message's ({fields['message']})"
        yield Pause(0.2)
    raise ExchangeError(f"{name}: {problem}. Connect again")


def _must(name: str, values: Mapping[str, Any] | None = None) -> Asked:
    fields = yield from tell(name, values)
    if fields["result"]:
        raise ExchangeError(f"{name}: the sensor answers {fields['result_text']!r}. Wait, then again")
    return fields


def _is(service: int, ids: Sequence[int]) -> Callable[[bytes], bool]:
    return lambda payload: len(payload) > 3 and payload[0] == service and payload[2] in ids


def _notified(
    service: int, ids: Sequence[int], what: str, timeout_s: float = NOTIFICATION_TIMEOUT_S
) -> Generator[Step, bytes | None, tuple[bytes, Packet]]:
    """The next notification with one of these ids; ExchangeError."""
    try:
        payload = yield Expect(MESSAGE_NOTIFICATION, _is(service, ids), timeout_s, what)
        return payload or b"", messages.decode(MESSAGE_NOTIFICATION, payload or b"", {})
    except TimeoutError:
        raise ExchangeError(f"{what}: none within {timeout_s:g} s. Connect again") from None
    except ProtocolError as wrong:
        raise ExchangeError(f"{what}: {wrong}. Connect again") from None


def sync_status() -> Exchange:
    """Whether the sensor shares a common time; None where it doesn't tell (firmware before 1.4)."""
    yield Subscribe(MESSAGE_NOTIFICATION)
    question = Write(MESSAGE_CONTROL, messages.encode("sync.get_sync_status"), response=True)
    expected = Expect(MESSAGE_NOTIFICATION, _is(SYNC, (0x51,)), STATUS_TIMEOUT_S, "status of synchronisation")
    try:
        answer = yield from ask(question, expected, tries=1)
        return messages.decode(MESSAGE_NOTIFICATION, answer, {}).fields["synced"]
    except (TimeoutError, WriteRefused, ProtocolError):
        return None


def start_sync(root: str) -> Exchange:
    """Begin to find a common time with the sensor of address `root` (D4:22:CD:...); see the module's text."""
    yield from stop_measuring()
    if (yield from sync_status()):
        yield from stop_sync()
    yield from write(MESSAGE_CONTROL, messages.encode("sync.start_sync", {"root": root}), "start of sync")


def sync_result() -> Exchange:
    """How it went, one of `SYNC_RESULTS`; asked on the new connection."""
    problem = ""
    for _ in range(3):
        yield Pause(ACKNOWLEDGE_AFTER_S)
        try:
            payload = yield Read(MESSAGE_ACKNOWLEDGE)
            fields = messages.decode(MESSAGE_ACKNOWLEDGE, payload or b"", {}).fields
        except (ProtocolError, TimeoutError, WriteRefused) as wrong:
            problem = str(wrong)
            continue
        if fields["message"] == "sync.ack":
            return fields["result_text"]
        problem = f"the receipt is another message's ({fields['message']})"
    raise ExchangeError(f"result of the synchronisation: {problem}. Start it again")


def stop_sync() -> Exchange:
    """Give the common time up (it costs battery); a synchronised sensor doesn't change its rate."""
    yield Subscribe(MESSAGE_NOTIFICATION)
    yield from write(MESSAGE_CONTROL, messages.encode("sync.stop_sync"), "stop of sync")
    _, packet = yield from _notified(SYNC, (0x50,), "result of the stop")
    if not packet.fields["ok"]:
        raise ExchangeError("stop of sync: the sensor says that it failed. Switch it off and on")


def recording_state() -> Exchange:
    """What the recorder does, one of `RECORDING_RESULTS`."""
    return (yield from tell("recording.get_state"))["result_text"]


def start_recording(start_utc: int, seconds: int = UNTIMED, rate_hz: int = 120) -> Exchange:
    """Record in the sensor, for so many seconds or until `stop_recording`. `start_utc`: now, in s."""
    yield Subscribe(MESSAGE_NOTIFICATION)
    yield from stop_measuring()
    yield from set_rate(rate_hz)
    yield from _must("recording.start", {"start_utc": start_utc, "seconds": seconds})


def stop_recording() -> Exchange:
    yield Subscribe(MESSAGE_NOTIFICATION)
    yield from _must("recording.stop")
    yield from _notified(RECORDING, (0x41,), "end of the recording")


def recording_time() -> Exchange:
    """start_utc, total_s, remaining_s (65535 where it isn't timed) of the running recording."""
    yield Subscribe(MESSAGE_NOTIFICATION)
    yield from _must("recording.request_recording_time")
    _, packet = yield from _notified(RECORDING, (0x43,), "time of the recording")
    return {name: packet.fields[name] for name in ("start_utc", "total_s", "remaining_s")}


def list_recordings() -> Exchange:
    """Rough size of each recording in kB, in the order of their indices, which begin at 1."""
    yield Subscribe(MESSAGE_NOTIFICATION)
    yield from _must("recording.request_flash_info")
    indicators = b""
    while True:
        _, packet = yield from _notified(RECORDING, (0x51, 0x52), "list of recordings")
        if packet.fields["message"] == "recording.export_flash_info_done":
            return flash.files_in(indicators)
        indicators += bytes.fromhex(packet.fields.get("indicators", ""))


def describe_recording(index: int) -> Exchange:
    """start_utc and seconds of a recording; None where there is none of this index."""
    yield Subscribe(MESSAGE_NOTIFICATION)
    yield from _must("recording.request_file_info", {"index": index})
    found = None
    while True:
        _, packet = yield from _notified(RECORDING, (0x61, 0x62, 0x63), "description of the recording")
        if packet.fields["message"] != "recording.export_file_info":
            return found
        found = {name: packet.fields[name] for name in ("start_utc", "seconds")}


def fetch_recording(index: int, fields: Sequence[int] = FETCHED_FIELDS) -> Exchange:
    """All messages with samples of a recording, as bytes: decode them with `{"export_fields": fields}`.

    One that is missing, or that the sensor finds spoilt, leaves a gap in their counters.
    """
    wanted = [one for one in flash.EXPORT_FIELDS if one in fields]
    yield Subscribe(MESSAGE_NOTIFICATION)
    yield from _must("recording.select_export_data", {"fields": wanted})
    yield from _must("recording.request_file_data", {"index": index})
    expected = Expect(
        MESSAGE_NOTIFICATION, _is(RECORDING, (0x63, 0x71, 0x72, 0x73, 0x76)), NOTIFICATION_TIMEOUT_S, "sample"
    )
    fetched: list[bytes] = []
    while True:
        try:
            payload = (yield expected) or b""
        except TimeoutError:
            raise ExchangeError(
                f"recording {index}: silent after {len(fetched)} samples. Fetch again"
            ) from None
        if payload[2] == messages.NO_RECORDING:
            raise ExchangeError(f"the sensor has no recording {index}. List them, then again")
        if payload[2] in (0x72, 0x73):
            return fetched
        if payload[2] == messages.EXPORTED:
            fetched.append(payload)


def erase_recordings(erase_utc: int) -> Exchange:
    """All of them. `erase_utc`: now, in s."""
    yield Subscribe(MESSAGE_NOTIFICATION)
    yield from _must("recording.erase_flash", {"erase_utc": erase_utc})
    yield from _notified(RECORDING, (0x31, 0x33), "end of erasing", ERASE_TIMEOUT_S)
