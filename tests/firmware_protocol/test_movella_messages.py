"""Messages and structures of a Movella DOT: the vendor's examples, byte order, inverses, refusals."""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping

import pytest
from byte_order import assert_every_field_has_an_end
from vectors import vectors_of

from firmware_protocol import ProtocolError
from firmware_protocol import movella_dot_flash as flash
from firmware_protocol import movella_dot_messages as messages
from firmware_protocol import movella_dot_structures as structures
from firmware_protocol import movella_dot_uuids as uuids
from firmware_protocol.movella_dot import FAMILY, decode
from firmware_protocol.packet import Kind

ADDRESS = "01:23:45:67:89:AB"
INFO = structures.encode_info(ADDRESS, (2, 4, 1), (2023, 7, 3, 12, 34, 56), 0x0102030405060708, "XS-T02")


@pytest.mark.parametrize("vector", vectors_of("movella_dot", uuids.PAYLOAD_LENGTH, others=True))
def test_vectors_of_messages_and_structures(vector) -> None:
    stated = dict(vector.decoded)
    if vector.is_error and not stated.get("checksum_and_length_ok", True):
        with pytest.raises(ProtocolError, match="checksum") as refused:
            decode(vector.characteristic, vector.data, {})
        assert refused.value.offset == len(vector.data) - 1
        assert f"{-sum(vector.data[:-1]) % 256:02x}" in vector.note
        return
    fields = dict(decode(vector.characteristic, vector.data, {}).fields)
    if "rate_hz" in stated:
        assert (fields["rate_hz"], fields["profile"]) == (60, stated["filter_profile"])
        assert structures.read_control(vector.data).to_bytes() == vector.data
        return
    if "msg" in stated:
        assert fields.pop("message") == re.sub(r"(?<=[a-z])(?=[A-Z])", "_", stated["msg"]).lower()
    if isinstance(stated.get("result"), str):
        stated["result"] = next(k for k, v in messages.SYNC_RESULTS.items() if v == stated["result"])
    told = {name: value for name, value in stated.items() if name not in ("msg", "checksum_and_length_ok")}
    assert {name: fields[name] for name in told} == told


@pytest.mark.parametrize("vector", vectors_of("movella_dot", uuids.MESSAGES))
def test_vectors_of_messages_are_encoded(vector) -> None:
    if vector.is_error:
        start = {"start_utc": vector.decoded["start_utc"], "seconds": vector.decoded["seconds"]}
        assert messages.encode("recording.start", start)[:-1] == vector.data[:-1]
        assert messages.encode("recording.start", start) != vector.data
        return
    fields = dict(decode(vector.characteristic, vector.data, {}).fields)
    name = fields.pop("message")
    if name == "config.revert_to_factory.ack":
        assert messages.frame(messages.CONFIG, bytes(8)) == vector.data
    else:
        assert messages.encode(name, fields) == vector.data


EXAMPLES: Mapping[str, Mapping[str, object]] = {
    "recording.erase_flash": {"erase_utc": 0x01020304},
    "recording.start": {"start_utc": 0x01020304, "seconds": 0x0506},
    "recording.select_export_data": {"fields": [0, 7, 8]},
    "recording.request_file_data": {"index": 7},
    "recording.retransmission": {"number": 0x01020304},
    "recording.recording_time": {"start_utc": 0x01020304, "total_s": 0x0506, "remaining_s": 0x0708},
    "recording.ack": {"result": 0, "echo": "4001020304"},
    "sync.start_sync": {"root": ADDRESS},
    "sync.ack": {"result": 5, "echo": ""},
    "sync.stop_sync_result": {"result": 1},
    "sync.sync_status": {"result": 4},
    "config.request_filter_profile_name": {"index": 1},
}
FIELD_PLACES = {
    "recording.erase_flash": {"erase_utc": (3, 4)},
    "recording.start": {"start_utc": (3, 4), "seconds": (7, 2)},
    "recording.retransmission": {"number": (3, 4)},
    "recording.recording_time": {"start_utc": (3, 4), "total_s": (7, 2), "remaining_s": (9, 2)},
    "sync.start_sync": {"root": (3, 6)},
}


def place_of(name: str) -> str:
    tables = {
        uuids.MESSAGE_CONTROL: messages.CONTROLS,
        uuids.MESSAGE_ACKNOWLEDGE: messages.ACKNOWLEDGES,
        uuids.MESSAGE_NOTIFICATION: messages.NOTIFICATIONS,
    }
    return next(uuid for uuid, table in tables.items() if name in {entry[0] for entry in table.values()})


NAMES = sorted({entry[0] for table in (messages.CONTROLS, messages.ACKNOWLEDGES, messages.NOTIFICATIONS)
                for entry in table.values()})  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_messages_come_back(name: str) -> None:
    values = EXAMPLES.get(name, {"index": 1})
    fields = decode(place_of(name), messages.encode(name, values), {}).fields
    wanted = values if name in EXAMPLES else {}
    assert fields["message"] == name
    assert {one: fields[one] for one in wanted} == dict(wanted)


@pytest.mark.parametrize("name", NAMES)
def test_messages_cut_or_glued_are_refused(name: str) -> None:
    message = messages.encode(name, EXAMPLES.get(name, {"index": 1}))
    place = place_of(name)
    for size in range(len(message)):
        with pytest.raises(ProtocolError):
            decode(place, message[:size], {})
    for more in (b"\0", message):
        with pytest.raises(ProtocolError):
            decode(place, message + more, {})
    for i in range(len(message)):
        with pytest.raises(ProtocolError):
            decode(place, message[:i] + bytes((message[i] ^ 1,)) + message[i + 1 :], {})
    assert decode(place, message.ljust(160, b"\0"), {}) == decode(place, message, {})


@pytest.mark.parametrize("name", sorted(FIELD_PLACES))
def test_every_number_of_a_message_has_an_end(name: str) -> None:
    assert_every_field_has_an_end(
        FAMILY, place_of(name), messages.encode(name, EXAMPLES[name]), FIELD_PLACES[name]
    )


def test_every_number_of_a_structure_has_an_end() -> None:
    fields = {"address": (0, 6), "year": (9, 2), "serial": (20, 8)}
    assert_every_field_has_an_end(FAMILY, uuids.DEVICE_INFO, INFO[:16] + b"\1\2\3\4" + INFO[20:], fields)
    assert_every_field_has_an_end(
        FAMILY, uuids.DEVICE_INFO, INFO[:16] + b"\1\2\3\4" + INFO[20:], {"softdevice": (16, 4)}
    )
    report = structures.encode_report(6, 0x01020304)
    assert_every_field_has_an_end(FAMILY, uuids.DEVICE_REPORT, report, {"time": (2, 4)})
    control = structures.DeviceControl(visits=("rate",), rate_hz=60).to_bytes()
    assert_every_field_has_an_end(FAMILY, uuids.DEVICE_CONTROL, control, {"rate": (24, 2)})
    heading = structures.encode_heading("revert")
    assert_every_field_has_an_end(FAMILY, uuids.HEADING_CONTROL, heading, {"heading": (0, 2)})


def test_every_number_of_an_export_has_an_end() -> None:
    place = uuids.MESSAGE_NOTIFICATION
    info = flash.encode_file_info(0x01020304, 0x0506)
    told = decode(place, messages.frame(1, b"\x61" + info), {}).fields
    assert (told["start_utc"], told["seconds"], told["revision"]) == (0x01020304, 0x0506, "1.0")
    header = flash.encode_flash_info(0x01020304, 0x05060708, 0x090A)
    told = decode(place, messages.frame(1, b"\x51" + header), {}).fields
    numbers = told["initialised_utc"], told["space_bytes"], told["indicators_bytes"], told["revision"]
    assert numbers == (0x01020304, 0x05060708, 0x090A, "2.0")
    old = flash.encode_flash_info(1, 2, 0, revision=0x0100)
    told = decode(place, messages.frame(1, b"\x51" + old), {}).fields
    assert (told["revision"], told["indicators_bytes"]) == ("1.0", None)
    assert (header[:4], info[:4]) == (b"salF", b"oceR")  # as the document's example shows the second


FORMATS = {0: "<I", 1: "<4f", 4: "<3f", 5: "<4f", 6: "<3f", 7: "<3f", 8: "<3f", 9: "<3h", 10: "<H", 11: "B"}
VALUES = {
    0: (77,),
    1: (1, 0, 0, 0),
    4: (1, 2, 3),
    5: (1, 0, 0, 0),
    6: (0.1, 0.2, 0.3),
    7: (6, 12, 18),
    8: (0, 0, 0),
    9: (4096, 0, -2048),
    10: (0x0200,),
    11: (3,),
}
SELECTIONS = [(0, 4, 7, 8), (0, 1, 5, 6, 7, 8, 9, 10), (7, 8), (0, 5, 6), (0, 7, 8, 11)]


@pytest.mark.parametrize(
    "selected", [(0, 4, 7, 8), (0, 1, 5, 6, 7, 8, 9, 10), (7, 8), (0, 5, 6), (0, 7, 8, 11)]
)
def test_exported_samples(selected: tuple[int, ...]) -> None:
    """Built from the document's sizes by hand; the second selection has the 85 bytes of its example."""
    body = b"".join(struct.pack(FORMATS[one], *VALUES[one]) for one in selected)
    data = b"\x71" + struct.pack("<I", 0x01020304) + body
    assert len(data) == (85 if len(selected) == 8 else 5 + len(body))
    packet = decode(uuids.MESSAGE_NOTIFICATION, messages.frame(1, data), {"export_fields": list(selected)})
    assert packet.kind is Kind.SAMPLES
    assert packet.counter == 0x01020304
    assert packet.tick == (77 if 0 in selected else None)
    assert packet.accel_m_s2 is not None
    assert packet.accel_m_s2.tolist() == [pytest.approx([6, 12, 18], rel=1e-6)]
    assert packet.clipped is not None
    assert packet.clipped.tolist() == [11 in selected]
    if 9 in selected:
        assert packet.fields["mag_z_of_local_field"] == -0.5
    with pytest.raises(ProtocolError, match="bytes"):
        decode(uuids.MESSAGE_NOTIFICATION, messages.frame(1, data[:-1]), {"export_fields": list(selected)})


def test_spoilt_sample_has_its_number_only() -> None:
    packet = decode(uuids.MESSAGE_NOTIFICATION, messages.frame(1, b"\x76\1\0\0\0rest"), {})
    assert (packet.kind, packet.counter, packet.accel_m_s2) == (Kind.STATUS, 1, None)


def test_files_in_indicators() -> None:
    assert flash.files_in(bytes.fromhex("eecceecccc") + b"\xff" * 8) == [232, 460]  # the document's example
    parts = flash.encode_indicators([1, 200, 2])
    assert flash.files_in(b"".join(parts)) == [232, 4 + 200 * 228, 460]
    told = decode(uuids.MESSAGE_NOTIFICATION, messages.frame(1, b"\x51" + parts[0]), {}).fields
    assert bytes.fromhex(told["indicators"]) == parts[0]
    spoilt = parts[0][:9] + b"\0" + parts[0][10:]
    with pytest.raises(ProtocolError) as refused:
        decode(uuids.MESSAGE_NOTIFICATION, messages.frame(1, b"\x51" + spoilt), {})
    assert refused.value.offset == 3 + 9


@pytest.mark.parametrize(
    ("data", "asked", "field", "value"),
    [
        ("d422cd001234", None, "address", "D4:22:CD:00:12:34"),
        ("010203040506", 1, "address", "01:02:03:04:05:06"),
        ("6c656674", 2, "tag", "left"),
        ("0807060504030201", 3, "serial", "102030405060708"),
        ("0001000000000000", 4, "ok", False),
        ("05020001", None, "profiles", [0, 1]),
        ("0647656e6572616c", 6, "name", "General"),
        ("6c656674", None, "data", "6c656674"),
    ],
)
def test_answers_of_the_configuration(data: str, asked: int | None, field: str, value: object) -> None:
    mode = {} if asked is None else {"asked": asked}
    message = messages.frame(messages.CONFIG, bytes.fromhex(data))
    assert decode(uuids.MESSAGE_ACKNOWLEDGE, message, mode).fields[field] == value
    if asked is not None:
        with pytest.raises(ProtocolError):
            decode(uuids.MESSAGE_ACKNOWLEDGE, messages.frame(messages.CONFIG, b"\xff" * 17), mode)


def test_device_information() -> None:
    fields = decode(uuids.DEVICE_INFO, INFO, {}).fields
    assert fields == {
        "address": ADDRESS,
        "firmware": "2.4.1",
        "built": "2023-07-03 12:34:56",
        "softdevice": 0,
        "serial": "102030405060708",
        "product": "XS-T02",
        "model": "Movella DOT v2",
    }
    backwards = bytes.fromhex("d422cd001234") + INFO[6:]
    assert decode(uuids.DEVICE_INFO, backwards, {}).fields["address"] == "D4:22:CD:00:12:34"
    assert decode(uuids.DEVICE_INFO, backwards[5::-1] + INFO[6:], {}).fields["address"] == "D4:22:CD:00:12:34"


@pytest.mark.parametrize(
    ("control", "hexadecimal"),
    [
        (structures.DeviceControl(("identify",), identify=True), "0101" + "00" * 30),
        (structures.DeviceControl(("power",), power_off=True), "020001" + "00" * 29),
        (structures.DeviceControl(("rate",), rate_hz=60), "10" + "00" * 23 + "3c00" + "00" * 6),
        (structures.DeviceControl(("profile",), profile=1), "20" + "00" * 25 + "01" + "00" * 5),
        (structures.DeviceControl(("tag",), tag="left"), "08" + "00" * 6 + "046c656674" + "00" * 20),
        (
            structures.DeviceControl(("timeouts",), advertising_timeout_s=90, connected_timeout_s=1799),
            "040000011e1d3b" + "00" * 25,
        ),
    ],
)
def test_device_control(control: structures.DeviceControl, hexadecimal: str) -> None:
    data = bytes.fromhex(hexadecimal)
    assert control.to_bytes() == data
    assert structures.read_control(data).to_bytes() == data


@pytest.mark.parametrize(
    ("characteristic", "hexadecimal", "offset"),
    [
        (uuids.DEVICE_CONTROL, "10" + "00" * 23 + "3d00" + "00" * 6, 24),
        (uuids.DEVICE_CONTROL, "0000001f" + "00" * 28, 3),
        (uuids.DEVICE_CONTROL, "000000000000" + "3d" + "00" * 25, 6),
        (uuids.DEVICE_CONTROL, "08" + "00" * 6 + "11" + "00" * 24, 7),
        (uuids.DEVICE_CONTROL, "08" + "00" * 6 + "01ff" + "00" * 23, 8),
        (uuids.DEVICE_REPORT, "02" + "00" * 35, 0),
        (uuids.DEVICE_REPORT, "0503" + "00" * 34, 1),
        (uuids.MEASUREMENT_CONTROL, "020115", 0),
        (uuids.MEASUREMENT_CONTROL, "010215", 1),
        (uuids.BATTERY, "6500", 0),
        (uuids.BATTERY, "6402", 1),
        (uuids.HEADING_CONTROL, "0200", 0),
        (uuids.HEADING_RESULT, "02", 0),
        (uuids.DEVICE_INFO, "00" * 28 + "ff" * 6, 28),
        ("0000abcd", "00", 0),
    ],
)
def test_structures_that_are_refused(characteristic: str, hexadecimal: str, offset: int) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode(characteristic, bytes.fromhex(hexadecimal), {})
    assert refused.value.offset == offset


@pytest.mark.parametrize("characteristic", sorted(structures.LENGTHS))
def test_structures_of_other_lengths(characteristic: str) -> None:
    for size in range(40):
        if size != structures.LENGTHS[characteristic]:
            with pytest.raises(ProtocolError):
                decode(characteristic, bytes(size), {})


def test_reports_and_battery() -> None:
    click = decode(uuids.DEVICE_REPORT, structures.encode_report(7, 1234), {})
    assert (click.kind, click.fields) == (Kind.STATUS, {"report": "triple_click", "local_time_ms": 1234})
    assert decode(uuids.DEVICE_REPORT, structures.encode_report(4), {}).fields == {"report": "power_saving"}
    charge = decode(uuids.BATTERY, structures.encode_battery(55, True), {})
    assert charge.fields == {"battery_percent": 55, "charging": True}
