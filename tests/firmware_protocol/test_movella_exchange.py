"""Host and virtual Movella DOT: settings, common time, recordings; receipts are the document's own bytes."""

from __future__ import annotations

import contextlib
import random
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from vectors import vector_data, vectors

from firmware_protocol import Advertisement, ExchangeError, ProtocolError, Wish
from firmware_protocol import movella_dot_messages as messages
from firmware_protocol import movella_dot_service as service
from firmware_protocol import movella_dot_structures as structures
from firmware_protocol import movella_dot_uuids as uuids
from firmware_protocol.__main__ import main
from firmware_protocol.exchange import Read, Step, Subscribe, Write
from firmware_protocol.movella_dot import FAMILY, MovellaDotReceiver, stream_of
from firmware_protocol.movella_dot_payloads import LAYOUTS
from firmware_protocol.movella_dot_sensor import VirtualDot
from firmware_protocol.rehearsal import moving, rehearse, sent, started

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import fuzz_protocol

ROOT = "D4:22:CD:AA:BB:CC"


@pytest.fixture
def sensor() -> VirtualDot:
    made = VirtualDot("1234")
    made.connect()
    return made


def told(sensor: VirtualDot, message: bytes) -> tuple[bytes, list[bytes]]:
    """Receipt and notifications that a message is answered with."""
    sensor.subscribe(uuids.MESSAGE_NOTIFICATION, on=True)
    notes = [one.payload for one in sensor.write(uuids.MESSAGE_CONTROL, message)]
    return sensor.read(uuids.MESSAGE_ACKNOWLEDGE), notes


def recorded(sensor: VirtualDot, seconds: float = 0.5, timed: int = messages.UNTIMED) -> None:
    rehearse(service.start_recording(1_700_000_000, timed, 60), sensor)
    sent(sensor, 60, seconds)


@pytest.mark.parametrize(
    ("name", "manufacturer", "ours"),
    [
        ("Movella DOT", {}, True),
        ("Xsens Dot", {}, True),
        ("XSENS DOT", {}, True),
        ("left shank", {0x0886: b"\1"}, True),
        ("left shank", {0x006B: b"\1"}, False),
        ("My Movella DOT", {}, False),
    ],
)
def test_recognised_by_name_or_company(name: str, manufacturer: dict[int, bytes], ours: bool) -> None:
    assert (FAMILY.recognise(Advertisement(name, manufacturer)) is not None) == ours


def test_order_of_configuring() -> None:
    """Notifications come before the start; the rate before both."""
    virtual = VirtualDot("1234")
    virtual.connect()
    steps = rehearse(FAMILY.configure(Wish(rate_hz=25)), virtual).steps
    rate = steps.index(Write(uuids.DEVICE_CONTROL, bytes.fromhex("10" + "00" * 23 + "1e" + "00" * 7), True))
    heard = steps.index(Subscribe(uuids.MEDIUM_PAYLOAD))
    start = steps.index(Write(uuids.MEASUREMENT_CONTROL, bytes.fromhex("010115"), True))
    assert rate < heard < start
    assert virtual.stream is not None
    assert virtual.stream.rate_hz == 30


def test_the_rate_that_was_found_is_set_again(sensor: VirtualDot) -> None:
    stream = rehearse(FAMILY.configure(Wish(rate_hz=20)), sensor).result
    assert (stream.rate_hz, stream.mode["found_rate_hz"]) == (20, 60)
    rehearse(FAMILY.stop(stream), sensor)
    assert structures.read_control(sensor.read(uuids.DEVICE_CONTROL)).rate_hz == 60


def test_what_the_sensor_says_of_itself(sensor: VirtualDot) -> None:
    info = rehearse(FAMILY.configure(Wish()), sensor).result.info
    assert info == {
        "serial": "1234",
        "model": "Movella DOT v2",
        "firmware": "3.0.0",
        "address": "D4:22:CD:00:12:34",
        "battery_percent": 76,
        "charging": False,
        "tag": "Movella DOT",
        "filter_profile": 0,
        "synced": False,
    }


def test_configured_where_the_sensor_tells_little() -> None:
    def deaf(step: Step) -> Exception | None:
        optional = (uuids.DEVICE_INFO, uuids.BATTERY, uuids.MEASUREMENT_CONTROL)
        return TimeoutError() if isinstance(step, Read) and step.characteristic in optional else None

    virtual = VirtualDot("1234")
    virtual.connect()
    stream = rehearse(FAMILY.configure(Wish()), virtual, deaf).result
    assert "serial" not in stream.info
    assert sent(virtual, 60, 0.2)


def test_another_mode_than_was_written_is_refused(sensor: VirtualDot, monkeypatch) -> None:
    """An open issue of the vendor's server: the mode stays what it was."""
    real = sensor.read
    stuck = structures.encode_measurement(True, 5)

    def read(characteristic: str) -> bytes:
        return stuck if characteristic == uuids.MEASUREMENT_CONTROL else real(characteristic)

    monkeypatch.setattr(sensor, "read", read)
    with pytest.raises(ExchangeError, match="payload mode 21"):
        rehearse(FAMILY.configure(Wish()), sensor)


def test_left_running_by_a_lost_link_is_stopped_first(sensor: VirtualDot) -> None:
    rehearse(FAMILY.configure(Wish(rate_hz=30)), sensor)
    sensor.disconnect()
    assert sensor.stream is not None
    sensor.connect()
    steps = rehearse(FAMILY.configure(Wish(rate_hz=60)), sensor).steps
    writes = [step.data.hex() for step in steps if isinstance(step, Write)]
    assert writes.index("010015") < writes.index("010115")


def test_stamps_that_wrap_in_a_stream() -> None:
    virtual, stream, _ = started(FAMILY, "1234")
    times = 2**32 / 1e6 + (np.arange(6) - 3) / 60
    rows = [
        MovellaDotReceiver(stream).push(n.characteristic, n.payload)
        for n in virtual.feed(times, np.zeros((6, 3)), np.zeros((6, 3)))
    ]
    assert [int(one.tick[0]) > 2**31 for one in rows] == [True] * 3 + [False] * 3
    receiver = MovellaDotReceiver(stream)
    notifications = virtual.feed(times, np.zeros((6, 3)), np.zeros((6, 3)))
    ticks = [int(receiver.push(n.characteristic, n.payload).tick[0]) for n in notifications]
    assert max(np.abs(np.diff(ticks) - 1e6 / 60)) <= 1


@pytest.mark.parametrize("mode", [18, 19, 20, 21, 26])
def test_streams_of_other_modes(sensor: VirtualDot, mode: int) -> None:
    layout = LAYOUTS[mode]
    sensor.subscribe(layout.characteristic, on=True)
    sensor.write(uuids.MEASUREMENT_CONTROL, structures.encode_measurement(True, mode))
    receiver = MovellaDotReceiver(stream_of({"payload_mode": mode, "rate_hz": 60, "found_rate_hz": 60}, {}))
    for times, accel, gyro in moving(60, 0.5):
        for i, one in enumerate(sensor.feed(times, accel, gyro)):
            rows = receiver.push(one.characteristic, one.payload)
            np.testing.assert_allclose(rows.accel_m_s2[0], accel[i], atol=1e-4)
            np.testing.assert_allclose(rows.gyro_rad_s[0], gyro[i], atol=1e-4)


def test_full_scale_is_clipped(sensor: VirtualDot) -> None:
    stream = rehearse(FAMILY.configure(Wish()), sensor).result
    one = sensor.feed(np.array([1.0]), np.array([[0, 0, 400.0]]), np.zeros((1, 3)))[0]
    rows = MovellaDotReceiver(stream).push(one.characteristic, one.payload)
    assert rows.clipped.tolist() == [True]
    assert rows.accel_m_s2[0, 2] == pytest.approx(16 * 9.80665)


def test_common_time(sensor: VirtualDot) -> None:
    talk = rehearse(service.start_sync(ROOT), sensor)
    assert talk.steps[-1] == Write(uuids.MESSAGE_CONTROL, vector_data(16), response=True)
    sensor.disconnect()
    sensor.connect()
    assert sensor.read(uuids.MESSAGE_ACKNOWLEDGE) == vector_data(17)
    assert rehearse(service.sync_result(), sensor).result == "success"
    assert told(sensor, vector_data(13))[1] == [vector_data(15)]
    assert rehearse(FAMILY.configure(Wish()), sensor).result.info["synced"] is True
    sensor.write(uuids.MEASUREMENT_CONTROL, structures.encode_measurement(False, 21))
    with pytest.raises(ExchangeError, match="synchronised"):
        rehearse(FAMILY.configure(Wish(rate_hz=30)), sensor)
    assert told(sensor, vector_data(18))[1] == [vector_data(19)]
    assert told(sensor, vector_data(13))[1] == [vector_data(14)]
    assert rehearse(FAMILY.configure(Wish(rate_hz=30)), sensor).result.rate_hz == 30


def test_common_time_needs_the_links_closed(sensor: VirtualDot) -> None:
    rehearse(service.start_sync(ROOT), sensor)
    assert rehearse(service.sync_result(), sensor).result == "not started"
    sensor.disconnect()
    sensor.connect()
    assert rehearse(service.sync_result(), sensor).result == "success"
    rehearse(service.start_sync(ROOT), sensor)  # gives the old one up first
    assert rehearse(service.sync_status(), sensor).result is False


def test_old_firmware_knows_no_common_time(sensor: VirtualDot) -> None:
    question = vector_data(13)

    def old(step: Step) -> Exception | None:
        return TimeoutError() if isinstance(step, Write) and step.data == question else None

    assert rehearse(service.sync_status(), sensor, old).result is None
    assert "synced" not in rehearse(FAMILY.configure(Wish()), sensor, old).result.info


def test_receipts_are_the_documents(sensor: VirtualDot) -> None:
    assert told(sensor, vector_data(2)) == (vector_data(3), [])
    start, receipt = (one.data for one in vectors("movella_dot") if one.number in (115, 116))
    assert told(sensor, start) == (receipt, [])
    assert told(sensor, vector_data(5))[0] == vector_data(6)
    assert told(sensor, vector_data(7))[0] == vector_data(8)
    assert told(sensor, vector_data(7))[1][-1] == vector_data(9)
    assert told(sensor, vector_data(10))[0] == bytes.fromhex("010b010074000105060708090a51")
    assert told(sensor, vector_data(11))[0] == vector_data(12)
    assert told(sensor, vector_data(20))[0] == vector_data(21)


def test_the_documents_wrong_start_starts_nothing(sensor: VirtualDot) -> None:
    told(sensor, vector_data(4))
    assert rehearse(service.recording_state(), sensor).result == "idle"


def test_recordings_come_back(sensor: VirtualDot) -> None:
    recorded(sensor)
    assert rehearse(service.recording_state(), sensor).result == "recording"
    assert rehearse(service.recording_time(), sensor).result["remaining_s"] == messages.UNTIMED
    rehearse(service.stop_recording(), sensor)
    recorded(sensor, 0.2)
    rehearse(service.stop_recording(), sensor)
    assert rehearse(service.list_recordings(), sensor).result == [232, 232]
    described = rehearse(service.describe_recording(2), sensor).result
    assert described == {"start_utc": 1_700_000_000, "seconds": messages.UNTIMED}
    assert rehearse(service.describe_recording(3), sensor).result is None
    fetched = rehearse(service.fetch_recording(1), sensor).result
    mode = {"export_fields": list(service.FETCHED_FIELDS), "rate_hz": 60}
    packets = [FAMILY.decode(uuids.MESSAGE_NOTIFICATION, one, mode) for one in fetched]
    times, accel, gyro = (np.concatenate(part) for part in zip(*moving(60, 0.5), strict=True))
    assert [one.counter for one in packets] == list(range(30))
    np.testing.assert_allclose([one.tick for one in packets], times * 1e6, atol=1)
    np.testing.assert_allclose(np.concatenate([one.accel_m_s2 for one in packets]), accel, atol=1e-4)
    np.testing.assert_allclose(np.concatenate([one.gyro_rad_s for one in packets]), gyro, atol=1e-4)
    rehearse(service.erase_recordings(1_700_000_100), sensor)
    assert rehearse(service.list_recordings(), sensor).result == []
    with pytest.raises(ExchangeError, match="no recording 1"):
        rehearse(service.fetch_recording(1), sensor)


def test_a_timed_recording_ends_by_itself(sensor: VirtualDot) -> None:
    recorded(sensor, 0.5, timed=1)
    assert rehearse(service.recording_time(), sensor).result == {
        "start_utc": 1_700_000_000,
        "total_s": 1,
        "remaining_s": 1,
    }
    notes = [one.payload for one in sent(sensor, 60, 1.0)]
    assert notes == [messages.encode("recording.stopped")]
    assert rehearse(service.recording_state(), sensor).result == "idle"
    with pytest.raises(ExchangeError, match="invalid command"):
        rehearse(service.stop_recording(), sensor)


def test_recordings_of_120_hz(sensor: VirtualDot) -> None:
    rehearse(service.start_recording(1_700_000_000), sensor)
    assert structures.read_control(sensor.read(uuids.DEVICE_CONTROL)).rate_hz == 120
    with pytest.raises(ExchangeError, match="stays at 120 Hz"):
        rehearse(FAMILY.configure(Wish()), sensor)
    rehearse(service.stop_recording(), sensor)
    assert rehearse(FAMILY.configure(Wish()), sensor).result.mode["found_rate_hz"] == 120


def test_a_lost_export_is_told(sensor: VirtualDot, monkeypatch) -> None:
    recorded(sensor)
    rehearse(service.stop_recording(), sensor)
    real = sensor.write
    monkeypatch.setattr(sensor, "write", lambda place, data: real(place, data)[:10])
    with pytest.raises(ExchangeError, match="silent after 10 samples"):
        rehearse(service.fetch_recording(1), sensor)


def test_messages_of_a_fetch_give_a_receiver_no_rows(sensor: VirtualDot) -> None:
    recorded(sensor)
    rehearse(service.stop_recording(), sensor)
    talk = rehearse(service.fetch_recording(1), sensor)
    stream = rehearse(FAMILY.configure(Wish()), sensor).result
    receiver = MovellaDotReceiver(
        replace(stream, mode={**stream.mode, "export_fields": service.FETCHED_FIELDS})
    )
    assert talk.notifications
    assert not any(len(receiver.push(one.characteristic, one.payload)) for one in talk.notifications)


@pytest.mark.parametrize(
    ("name", "values", "field", "value"),
    [
        ("config.request_mac_address", {}, "address", "D4:22:CD:00:12:34"),
        ("config.request_tag", {}, "tag", "Movella DOT"),
        ("config.request_serial_number", {}, "serial", "1234"),
        ("config.request_filter_profile_count", {}, "profiles", [0, 1]),
        ("config.request_filter_profile_name", {"index": 1}, "name", "Dynamic"),
        ("config.request_filter_profile_name", {"index": 9}, "name", "reserved"),
        ("config.revert_to_factory", {}, "ok", True),
    ],
)
def test_configuration_is_told(
    sensor: VirtualDot, name: str, values: dict, field: str, value: object
) -> None:
    assert rehearse(service.tell(name, values), sensor).result[field] == value


def test_spoilt_messages_give_a_packet_or_an_error(sensor: VirtualDot) -> None:
    """The shared fuzz knows the messages of configuring only; these are those of recordings."""
    recorded(sensor)
    talks = [
        rehearse(exchange, sensor)
        for exchange in (
            service.recording_time(),
            service.stop_recording(),
            service.list_recordings(),
            service.describe_recording(1),
            service.fetch_recording(1),
            service.start_sync(ROOT),
        )
    ]
    mode = {"payload_mode": 21, "rate_hz": 60, "export_fields": list(service.FETCHED_FIELDS)}
    said = {(one.characteristic, one.payload) for talk in talks for one in talk.notifications}
    said |= {(s.characteristic, s.data) for talk in talks for s in talk.steps if isinstance(s, Write)}
    said |= {(uuids.MESSAGE_ACKNOWLEDGE, sensor.read(uuids.MESSAGE_ACKNOWLEDGE))}
    seeds = [fuzz_protocol.Given(*one, mode) for one in sorted(said)]
    legal = 0
    for given, _ in zip(fuzz_protocol.spoilt(seeds, random.Random(3)), range(20_000), strict=False):
        body = given.payload[:157]
        for payload in (given.payload, messages.frame(messages.RECORDING, body) if body else b""):
            with contextlib.suppress(ProtocolError):
                fuzz_protocol.check_packet(FAMILY.decode(given.characteristic, payload, given.mode))
                legal += 1
    assert legal > 100


def test_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    payload = vector_data(24).hex()
    assert main(["decode", "movella_dot", payload]) == 0
    assert '"mode": 21' in capsys.readouterr().out
    assert main(["decode", "movella_dot", "--characteristic", uuids.MESSAGE_CONTROL.upper(), "010102fc"]) == 0
    assert "recording.get_state" in capsys.readouterr().out
    assert main(["decode", "movella_dot", payload[:-2]]) == 2
    assert capsys.readouterr().err.startswith("ProtocolError: ")
