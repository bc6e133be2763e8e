"""Movesense: captured bytes, byte order, two parts, what the receiver makes of them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from byte_order import assert_every_field_has_an_end
from vectors import vector_parameters

from firmware_protocol import FAMILIES, Kind, ProtocolError, Stamp
from firmware_protocol.__main__ import main
from firmware_protocol.movesense import decode, stream_of
from firmware_protocol.movesense_messages import (
    COMMAND,
    DATA,
    SWAPPED_NO_SLOT,
    Code,
    Command,
    decode_command,
    decode_response,
    encode_command,
    encode_data,
    encode_hello,
    encode_paths,
    encode_response,
    read_message,
)
from firmware_protocol.movesense_objects import LAYOUTS, decode_object, encode_object
from firmware_protocol.movesense_payloads import Ranges, decode_body, encode_body
from firmware_protocol.movesense_receiver import MovesenseReceiver, Parts
from firmware_protocol.movesense_sensor import CAPTURED

FAMILY = FAMILIES["movesense"]
TYPED = {"accel_range_g": 8.0, "gyro_range_dps": 2000.0, "gsp": True}
RENAMED = {
    "rates": "rates_hz",
    "acc_g": "accel_ranges_g",
    "gyr_dps": "gyro_ranges_dps",
    "mag_uT": "mag_ranges_ut",
}


def blocks(n: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    return draw.uniform(-40, 40, (n, 3)), draw.uniform(-900, 900, (n, 3))


@pytest.mark.parametrize("vector", vector_parameters("movesense"))
def test_vectors(vector) -> None:
    """Captures have no code and reference, so they go to the layer that knows the path."""
    said = vector.decoded
    path = said.get("path", "")
    if vector.characteristic == COMMAND:
        fields = decode(COMMAND, vector.data, {}).fields
        assert (fields["command"], fields["reference"], fields["path"]) == ("subscribe", said["ref"], path)
        assert encode_command(Command.SUBSCRIBE, said["ref"], encode_paths(path)) == vector.data
    elif said.get("code") == 1:
        fields = decode(DATA, vector.data, {}).fields
        assert (fields["reference"], fields["status"]) == (said["ref"], said["status"])
        assert encode_response(said["ref"], said["status"]) == vector.data
    elif said.get("code") == 2:
        packet = decode(DATA, vector.data, {"paths": {str(said["ref"]): "/Meas/IMU9/52"}})
        assert (packet.kind, packet.n_samples, packet.tick) == (Kind.SAMPLES, 4, 106005)
    elif path.startswith("GET "):
        check_object(path.removeprefix("GET "), vector.data, said)
    else:
        check_body(path, vector.data, said)


def check_object(path: str, data: bytes, said: dict) -> None:
    fields = decode_object(path, data)
    renamed = RENAMED | {"ranges_g": "accel_ranges_g", "ranges_uT": "mag_ranges_ut"}
    for name, value in said.items():
        if name != "path":
            assert fields[renamed.get(name, name)] == value
    assert encode_object(path, fields) == data
    assert CAPTURED[path] == data, "the virtual sensor answers with captured bytes"
    with pytest.raises(ProtocolError):
        decode_object(path, data[:-1])
    with pytest.raises(ProtocolError):
        decode_object(path, data + b"\0")


def check_body(path: str, body: bytes, said: dict) -> None:
    packet = decode_body(path, body)
    assert packet.tick == said.get("timestamp_ms")
    assert packet.stamp is (Stamp.NONE if packet.tick is None else Stamp.FIRST)
    if "acc_mps2" in said:
        accel, gyro, mag = (np.array(said[name]) for name in ("acc_mps2", "gyr_dps", "mag_uT"))
        np.testing.assert_allclose(packet.accel_m_s2, accel, rtol=1e-6)
        np.testing.assert_allclose(np.rad2deg(packet.gyro_rad_s), gyro, rtol=1e-6)
        np.testing.assert_allclose(packet.mag_ut, mag, rtol=1e-6)
        assert encode_body(said["timestamp_ms"], accel, gyro, mag) == body
    expected = {"uV": "ecg_uv", "kelvin": "temperature_k", "average_bpm": "average_per_minute"}
    for name, field in (expected | {"rr_ms": "rr_intervals_ms"}).items():
        if name in said:
            assert packet.fields[field] == pytest.approx(said[name], rel=1e-5)
    if path != "/Meas/HR":  # two bytes less are a heart rate with one interval less
        for length in range(len(body)):
            with pytest.raises(ProtocolError):
                decode_body(path, body[:length])


@pytest.mark.parametrize("path", ["/Meas/IMU6/104", "/Meas/IMU9/52", "/Meas/IMU9/104", "/Meas/IMU6m/52"])
def test_blocks_that_lost_whole_samples_are_refused(path: str) -> None:
    """Their bytes still divide, and would be read from the wrong places."""
    count = 3 if "IMU9" in path else 2
    n = int(path.split("/")[-1]) // 13
    body = encode_body(5, *(np.full((n, 3), float(k)) for k in range(count)))
    assert decode_body(path, body).n_samples == n
    for fewer in range(1, n):
        with pytest.raises(ProtocolError, match="at once"):
            decode_body(path, body[: -12 * count * fewer])


def test_every_field_of_a_body_has_an_end() -> None:
    body = encode_body(0x01020304, np.full((4, 3), 1.2345), np.full((4, 3), 23.456), np.full((4, 3), 34.567))
    payload = bytes((Code.DATA, 7)) + body
    fields = {f"float {i}": (6 + 4 * i, 4) for i in range(36)} | {"stamp": (2, 4)}
    assert_every_field_has_an_end(FAMILY, DATA, payload, fields, {"path": "/Meas/IMU9/52"})


@pytest.mark.parametrize("path", sorted(LAYOUTS))
def test_every_number_of_an_object_has_an_end(path: str) -> None:
    lists = {"rates_hz": (0x0102, 0x0304), "accel_ranges_g": (2, 4)}
    fields = {
        name: (lists.get(name, (0x0506, 0x0708)) if is_list else int.from_bytes(bytes(range(1, size + 1))))
        for name, size, is_list in LAYOUTS[path]
    }
    data = encode_object(path, fields)
    places: dict[str, tuple[int, int]] = {}
    at = 0
    for name, size, is_list in LAYOUTS[path]:
        at += is_list
        for k in range(2 if is_list else 1):
            if size > 1:
                places[f"{name} {k}"] = (4 + at, size)
            at += size
    assert at == len(data)
    assert_every_field_has_an_end(FAMILY, DATA, encode_response(9, 200, data), places, {"path": path})
    assert decode_object(path, data) == {k: list(v) if isinstance(v, tuple) else v for k, v in fields.items()}


def test_numbers_of_commands_and_responses_have_an_end() -> None:
    log = encode_command(Command.FETCH_LOG, 3, bytes((1, 2, 3, 4)))
    assert_every_field_has_an_end(FAMILY, COMMAND, log, {"log_id": (2, 4)})
    utc = encode_command(Command.PUT_UTC_TIME, 3, bytes(range(1, 9)))
    assert_every_field_has_an_end(FAMILY, COMMAND, utc, {"utc": (2, 8)})
    assert_every_field_has_an_end(FAMILY, DATA, encode_response(3, 404), {"status": (2, 2)})


@pytest.mark.parametrize("command", list(Command))
def test_commands_say_what_they_carry(command: Command) -> None:
    carried = {
        Command.SUBSCRIBE: (encode_paths("/Meas/Acc/52"), {"path": "/Meas/Acc/52"}),
        Command.FETCH_LOG: ((77).to_bytes(4, "little"), {"log_id": 77}),
        Command.GET: (encode_paths("/Meas/Acc/Info"), {"path": "/Meas/Acc/Info"}),
        Command.PUT_DATALOGGER_CONFIG: (encode_paths("/a", "/b/c"), {"paths": ["/a", "/b/c"]}),
        Command.PUT_SYSTEM_MODE: (b"\x05", {"mode": "restart"}),
        Command.PUT_UTC_TIME: ((10**15).to_bytes(8, "little"), {"utc_us": 10**15}),
        Command.PUT_DATALOGGER_STATE: (b"\x03", {"state": "logging"}),
    }
    data, fields = carried.get(command, (b"", {}))
    payload = encode_command(command, 9, data)
    said = dict(decode_command(payload).fields)
    assert said == {"command": command.name.lower(), "reference": 9} | fields
    with pytest.raises(ProtocolError):
        decode_command(payload + b"\x80")


def test_a_subscription_without_closing_zero_is_the_sample_apps() -> None:
    assert decode_command(b"\x01\x09/Meas/Acc/52").fields["path"] == "/Meas/Acc/52"


def test_hello_and_status_are_told_apart() -> None:
    texts = ("21", "Movesense Flash", "0CAE", "Default", "2.3.1")
    hello = decode_response(encode_hello(5, 1, texts)).fields
    assert [hello[name] for name in ("serial", "product", "dfu_mac", "app", "app_version")] == list(texts)
    assert decode_response(encode_hello(5, 1, texts)[:-1]).fields == hello
    assert decode_response(encode_hello(5, None)).fields == {"reference": 5, "protocol_version": None}
    assert decode_response(bytes((1, 5)) + SWAPPED_NO_SLOT).fields["status"] == 507
    for status in (200, 202, 401, 404, 409, 429, 501, 503, 507):
        assert decode_response(encode_response(5, status, b"12")).fields["status"] == status
    for broken in (b"\x01\x05", b"\x01\x05\x02", b"\x01\x05\x01\xff21\0a\0b\0c\0d", b"\x01\x05\x01ab\0cd"):
        with pytest.raises(ProtocolError):
            decode_response(broken)


@pytest.mark.parametrize(
    "payload",
    [b"", b"\x02", b"\x00\x05", b"\x04\x05ab", b"\x02\x00ab", b"\x03\x05", b"\x02\x05" + bytes(157)],
)
def test_what_is_no_message(payload: bytes) -> None:
    with pytest.raises(ProtocolError):
        read_message(payload)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30, 400.0])
def test_values_that_no_sensor_measures(bad: float) -> None:
    accel, gyro = blocks(8)
    accel[3, 1] = bad
    (first, _), body = encode_data(7, encode_body(0, accel, gyro)), encode_body(0, accel, gyro)
    with pytest.raises(ProtocolError) as caught:
        decode_body("/Meas/IMU6/104", body)
    assert caught.value.offset == 4 + 12 * 3 + 4
    assert decode(DATA, first, {"path": "/Meas/IMU6/104"}).fields["part"] == 1
    with pytest.raises(ProtocolError) as caught:
        decode(DATA, bytes((2, 7)) + encode_body(0, accel[:4]), {"path": "/Meas/Acc/52"})
    assert (caught.value.offset, len(caught.value.packet)) == (2 + 4 + 12 * 3 + 4, 54)


def test_a_battery_of_more_than_all() -> None:
    assert decode_object("/System/Energy/Level", b"\x64") == {"battery_percent": 100}
    with pytest.raises(ProtocolError):
        decode_object("/System/Energy/Level", b"\x65")


def test_clipped_is_a_component_at_full_scale() -> None:
    accel, gyro = blocks(8)
    accel[2, 0], gyro[5, 2] = -8 * 9.80665, 1999.0
    clipped = decode_body("/Meas/IMU6/104", encode_body(0, accel, gyro), Ranges(8.0, 2000.0)).clipped
    assert clipped is not None
    assert np.flatnonzero(clipped).tolist() == [2, 5]
    wider = decode_body("/Meas/IMU6/104", encode_body(0, accel, gyro), Ranges(16.0, 2000.0)).clipped
    assert wider is not None
    assert np.flatnonzero(wider).tolist() == [5]


def test_data_without_path_stay_bytes() -> None:
    packet = decode("", encode_data(7, encode_body(0, *blocks(4)))[0], {})
    assert packet.kind is Kind.STATUS
    assert packet.fields["could_be"] == ["Acc", "Gyro", "Magn", "IMU6", "IMU6m"]


def receiver_of(*paths: str) -> MovesenseReceiver:
    mode = TYPED | {"paths": {str(16 + i): path for i, path in enumerate(paths)}}
    return MovesenseReceiver(stream_of(mode, {}))


def packet_at(stamp_ms: int, seed: int = 1) -> list[bytes]:
    return encode_data(16, encode_body(stamp_ms, *blocks(8, seed)))


def test_two_parts_make_one_packet() -> None:
    receiver, parts = receiver_of("/Meas/IMU6/104"), packet_at(1000)
    assert [len(part) for part in parts] == [152, 48]
    assert len(receiver.push(DATA, parts[0])) == 0
    rows = receiver.push(DATA, parts[1])
    accel, gyro = blocks(8)
    np.testing.assert_allclose(rows.accel_m_s2, accel, rtol=1e-6)
    np.testing.assert_allclose(np.rad2deg(rows.gyro_rad_s), gyro, rtol=1e-6)
    assert rows.tick[0] == 1_000_000
    np.testing.assert_allclose(np.diff(rows.tick), 1e6 / 104, atol=1)


def test_parts_that_lost_each_other_give_nothing() -> None:
    receiver = receiver_of("/Meas/IMU6/104")
    a, b, c, d = (packet_at(1000 + 77 * i, seed=i) for i in range(4))
    given = [a[1], b[0], c[0], c[1], c[1], d[0]]  # no first; no second; whole; doubled; not yet
    rows = [receiver.push(DATA, part) for part in given]
    assert [len(one) for one in rows] == [0, 0, 0, 8, 0, 0]
    np.testing.assert_allclose(rows[3].accel_m_s2, blocks(8, 2)[0], rtol=1e-6)
    for length in range(2, len(d[1])):
        with pytest.raises(ProtocolError):
            receiver.push(DATA, d[1][:length])
    assert len(receiver.push(DATA, d[1])) == 8


def test_a_first_part_is_used_once() -> None:
    parts, (first, second) = Parts(), (read_message(part) for part in packet_at(1000))
    assert parts.join(first) is None
    assert parts.join(second) == first.body + second.body
    parts.done(16)
    assert parts.join(second) is None


def test_a_whole_packet_ends_what_was_begun() -> None:
    """150 bytes that are no packet here, then a good one: a later second part has no first."""
    receiver = receiver_of("/Meas/Acc/208")
    begun, short = packet_at(1000)[0], encode_data(16, encode_body(2000, np.ones((4, 3))))[0]
    assert [len(receiver.push(DATA, part)) for part in (begun, short, packet_at(1000)[1])] == [0, 4, 0]


def test_parts_of_two_resources_interleave() -> None:
    receiver = receiver_of("/Meas/IMU6/104", "/Meas/IMU9/104")
    six, nine = packet_at(1000), encode_data(17, encode_body(1000, *blocks(8), np.full((8, 3), 40.0)))
    assert [len(receiver.push(DATA, part)) for part in (six[0], nine[0], six[1])] == [0, 0, 8]


def test_stamps_wrap_and_restarts_are_told() -> None:
    receiver = receiver_of("/Meas/IMU6/104")

    def pushed(stamp_ms: int):
        return [receiver.push(DATA, part) for part in packet_at(stamp_ms % 2**32)][-1]

    before, after = pushed(2**32 - 40), pushed(2**32 + 37)
    assert after.tick[0] - before.tick[0] == 77_000
    assert not after.restarted
    assert len(pushed(500)) == 8
    assert len(pushed(437)) == 0  # a moment back: it came again


def test_a_restart_moves_ticks_on() -> None:
    receiver = receiver_of("/Meas/IMU6/104")
    first, second = (
        [receiver.push(DATA, part) for part in packet_at(stamp_ms)][-1] for stamp_ms in (90_000, 200)
    )
    assert second.restarted
    assert 0 < second.tick[0] - first.tick[-1] < 20_000


@pytest.mark.parametrize("true_hz", [98.0, 104.0, 109.0])
@pytest.mark.parametrize("lost", [(), (40,), (40, 41, 42, 90)])
def test_ticks_follow_the_real_rate(true_hz: float, lost: tuple[int, ...]) -> None:
    """A sensor that is slower or faster than it says: within a stamp's ms of the truth, also after loss."""
    receiver = receiver_of("/Meas/IMU6/104")
    worst_ms = 0.0
    for k in range(160):
        true_s = 5.0 + (8 * k + np.arange(8)) / true_hz
        if k in lost:
            continue
        rows = [receiver.push(DATA, part) for part in packet_at(int(1000 * true_s[0]))][-1]
        if true_s[0] > 8.0:  # the period is measured by then
            worst_ms = max(worst_ms, np.abs(rows.tick / 1000 - 1000 * true_s).max())
    assert 0 < worst_ms < 1.1


def test_magnetometer_comes_along() -> None:
    receiver = receiver_of("/Meas/IMU9/52")
    rows = receiver.push(DATA, encode_data(16, encode_body(9, *blocks(4), np.full((4, 3), 40.0)))[0])
    np.testing.assert_allclose(rows.mag_ut, 40.0)


def test_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    payload = bytes((2, 7)) + encode_body(106005, np.full((4, 3), 9.5), np.full((4, 3), 90.0))
    mode = json.dumps({"path": "/Meas/IMU6/52"})
    assert main(["decode", "movesense", "--mode", mode, payload.hex()]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["kind"], said["tick"], said["accel_m_s2"][0]) == ("samples", 106005, [9.5, 9.5, 9.5])
    assert main(["decode", "movesense", "--mode", mode, payload[:-1].hex()]) == 2
    assert "ProtocolError: 99 bytes are no stamp" in capsys.readouterr().err
    for wrong in ("[]", "{", "7"):
        with pytest.raises(SystemExit):
            main(["decode", "movesense", "--mode", wrong, "00"])
