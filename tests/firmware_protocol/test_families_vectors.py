"""Every captured and vendor's vector of WitMotion, Polar and MetaMotion says what its document states."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from vectors import FILE, Vector, vector_parameters, vectors

from firmware_protocol import FAMILIES, Kind, ProtocolError, Wish, metamotion, polar, witmotion
from firmware_protocol import metamotion_packets as board
from firmware_protocol import polar_control as control
from firmware_protocol.polar_frames import decode_frame, read_frame
from firmware_protocol.polar_receiver import FrameClock
from firmware_protocol.polar_sensor import CONTROL
from firmware_protocol.rehearsal import rehearse, sent, started
from firmware_protocol.witmotion_frames import RATES_HZ, SAVE, UNLOCK, Register, command, read_command

G = 9.80665
FOLDER = Path(__file__).resolve().parent
FAMILY_OF = {
    "polar_h10": "polar",
    "polar_verity": "polar",
    "thingy52": "",
    "blue_st": "",
    "nicla": "",
}  # "": sensors that aren't ours; everything else is its own family
ACC, GYRO = board.ACC, board.GYRO
BMI160, BMI270 = board.REGISTERS["BMI160"], board.REGISTERS["BMI270"]

WITMOTION_COMMANDS = {
    "unlock": UNLOCK,
    "save": SAVE,
    "read mag 3A": read_command(Register.MAG),
    "read quaternion": read_command(Register.QUATERNION),
    "read battery": read_command(Register.BATTERY),
    "set 100 Hz": command(Register.RATE, next(c for c, hz in RATES_HZ.items() if hz == 99.26)),
    "set 200 Hz": command(Register.RATE, next(c for c, hz in RATES_HZ.items() if hz == 198.43)),
    "acc calibration": command(Register.CALIBRATE, 1),
}
POLAR_COMMANDS = {
    "H10 ACC 200 Hz 16 bit 8 g start": control.start(2, {2: 8, 0: 200, 1: 16}),
    "get ACC settings": control.get_settings(2),
    "stop ACC": control.stop(2),
    "Verity ACC 52 Hz start": control.start(2, {0: 52, 1: 16, 2: 8, 4: 3}),
    "SDK mode on": bytes((control.Op.START, 9)),
    "SDK mode off": bytes((control.Op.STOP, 9)),
}
METAMOTION_COMMANDS = {
    "BMI160 acc 200 Hz 8 g": board.accel_config("BMI160", 200, 8),
    "BMI270 acc 200 Hz 8 g": board.accel_config("BMI270", 200, 8),
    "BMI160 acc 100 Hz 16 g": board.accel_config("BMI160", 100, 16),
    "BMI270 acc 100 Hz 16 g": board.accel_config("BMI270", 100, 16),
    "acc subscribe": bytes((ACC, BMI160.acc_single, 1)),
    "BMI160 packed acc subscribe": bytes((ACC, BMI160.acc_packed, 1)),
    "BMI270 packed acc subscribe": bytes((ACC, BMI270.acc_packed, 1)),
    "gyro 200 Hz 2000 dps": board.gyro_config(200, 2000),
    "gyro 100 Hz 250 dps": board.gyro_config(100, 250),
    "gyro 50 Hz 125 dps": board.gyro_config(50, 125),
    "BMI160 gyro subscribe": bytes((GYRO, BMI160.gyro_single, 1)),
    "BMI160 packed gyro subscribe": bytes((GYRO, BMI160.gyro_packed, 1)),
    "accounter time on acc": board.processor((ACC, BMI160.acc_single, 0xFF), 6, b"\x11\x31\x03"),
    "accounter count on acc": board.processor((ACC, BMI160.acc_single, 0xFF), 6, b"\x11\x30\x03"),
    "conn params 750..1000 ms, 128, 16384 ms": board.connection_parameters(750, 1000, 128, 16384),
    "soft reset": metamotion.RESET,
}
WRITTEN_BY_CONFIGURE = ("acc sampling on", "gyro sampling on", "gyro start")


@pytest.mark.parametrize("vector", vector_parameters("witmotion"))
def test_witmotion(vector: Vector) -> None:
    said = vector.decoded
    if "command" in said:
        assert WITMOTION_COMMANDS[said["command"]] == vector.data
    elif "arrival_intervals_s" in said:
        _, stream, _ = started(witmotion.FAMILY, wish=Wish(rate_hz=said["nominal_hz"]))
        assert stream.samples_per_packet == said["frames_per_notification"]
        measured = said["frames_per_notification"] / np.mean(said["arrival_intervals_s"])
        assert stream.rate_hz == pytest.approx(measured, rel=0.06)  # three seconds on a 30 ms raster
    else:
        packet = witmotion.decode(vector.characteristic, vector.data, {})
        frames = said["frames"]
        assert packet.accel_m_s2 is not None
        assert packet.gyro_rad_s is not None
        np.testing.assert_allclose(packet.accel_m_s2, [np.array(one["acc_g"]) * G for one in frames])
        np.testing.assert_allclose(np.rad2deg(packet.gyro_rad_s), [one["gyr_dps"] for one in frames])
        np.testing.assert_allclose(packet.fields["angle_deg"], [one["angle_deg"] for one in frames])


@pytest.mark.parametrize("vector", vector_parameters("polar_h10"))
def test_polar_h10(vector: Vector) -> None:
    said = vector.decoded
    if "frame_timestamps_ns" in said:
        n, clock = said["samples_per_frame"], FrameClock(1e9 / said["nominal_hz"])
        times = np.concatenate([clock.times(stamp, n) for stamp in said["frame_timestamps_ns"]])
        assert (np.diff(times) > 0).all()
        assert 1e9 / np.median(np.diff(times[n:])) == pytest.approx(said["implied_hz"], abs=0.01)
        assert times[n - 1 :: n].tolist() == said["frame_timestamps_ns"]
        return
    packet = polar.decode(vector.characteristic, vector.data, {})
    assert packet.accel_m_s2 is not None
    np.testing.assert_allclose(packet.accel_m_s2, np.array(said["samples_mg"]) * G / 1000)
    assert packet.tick == said["timestamp_ns_last_sample"]
    assert packet.fields["frame_type"] == said["frame_type"]


@pytest.mark.parametrize("vector", vector_parameters("polar_verity"))
def test_polar_verity(vector: Vector) -> None:
    said = vector.decoded
    if "TRUNCATED" in vector.note:
        with pytest.raises(ProtocolError, match="needs"):
            polar.decode(vector.characteristic, vector.data, {})
        return
    frame = read_frame(vector.data)
    assert frame.kind == int(said["frame"], 16)
    if "timestamp_ns" in said:
        assert frame.stamp_ns == said["timestamp_ns"]
    if "samples" in said:
        assert len(frame.raw) == said["samples"] == len(said["raw_samples"])
    stated = said.get("raw_samples") or said.get("samples_mg") or said.get("expected_dps_factor1")
    np.testing.assert_allclose(frame.raw, stated)
    packet = decode_frame(vector.data, {})
    if "samples_mg" in said or "expected_mg" in said:
        milli_g = np.array(said.get("samples_mg", said.get("expected_mg")))
        np.testing.assert_allclose(packet.accel_m_s2, milli_g * G / 1000)
    if "expected_dps_factor1" in said:
        np.testing.assert_allclose(packet.gyro_rad_s, np.deg2rad(said["expected_dps_factor1"]))
    if "expected_factor_0_5" in said:
        half = decode_frame(vector.data, {"factors": {"5": 0.5}})
        np.testing.assert_allclose(half.gyro_rad_s, np.deg2rad(said["expected_factor_0_5"]), rtol=1e-6)
    if "expected_gauss" in said:
        np.testing.assert_allclose(packet.mag_ut, 100 * np.array(said["expected_gauss"]))
        assert packet.fields["calibration_status"] == said["status"]


@pytest.mark.parametrize("vector", vector_parameters("polar"))
def test_polar_control(vector: Vector) -> None:
    said = vector.decoded
    if "command" in said:
        assert POLAR_COMMANDS[said["command"]] == vector.data
    elif "prev_ns" in said:
        clock = FrameClock(1e9, last_ns=said["prev_ns"])
        assert clock.times(said["frame_ns"], said["n"]).tolist() == said["expected_ns"]
        first = said["first_frame"]
        begun = FrameClock(1e9 / first["rate"]).times(first["frame_ns"], first["n"])
        assert begun.tolist() == first["expected_ns"]
    elif "settings" in said:
        names = {"rate": 0, "resolution": 1, "range": 2, "channels": 4}
        expected = {names[name]: values for name, values in said["settings"].items()}
        assert control.parse_settings(vector.data) == expected
    else:
        fields = polar.decode(CONTROL, vector.data, {}).fields
        if "features" in said:
            assert fields["features"] == said["features"]
            return
        assert [fields[name] for name in ("op", "measurement", "error")] == [
            said[name] for name in ("op", "type", "status")
        ]
        names = {
            "rates": "rate_hz",
            "resolution": "resolution_bits",
            "ranges": "range",
            "channels": "channels",
        }
        for stated, name in names.items():
            assert fields.get("settings", {}).get(name) == said.get(stated)


@pytest.mark.parametrize("vector", vector_parameters("metamotion"))
def test_metamotion(vector: Vector) -> None:
    said = vector.decoded
    if "command" in said:
        check_metamotion_command(said["command"], vector.data)
        return
    ranges = {"accel_range_g": said.get("range_g"), "gyro_range_dps": said.get("range_dps")}
    mode = {**ranges, "accounter": "time" if "tick" in said else "count"}
    packet = metamotion.decode(vector.characteristic, vector.data, mode)
    if "g" in said:
        assert packet.accel_m_s2 is not None
        np.testing.assert_allclose(packet.accel_m_s2 / G, np.atleast_2d(said["g"]), atol=6e-4)
    if "dps" in said:
        assert packet.gyro_rad_s is not None
        np.testing.assert_allclose(np.rad2deg(packet.gyro_rad_s), np.atleast_2d(said["dps"]), atol=6e-4)
    if "uT" in said:
        np.testing.assert_allclose(packet.mag_ut, [said["uT"]])
    if "raw" in said:
        assert packet.fields["raw"] == [said["raw"]]
    if "battery_percent" in said:
        assert packet.kind is Kind.ANSWER
        assert packet.fields["battery_percent"] == said["battery_percent"]
        assert packet.fields["battery_mv"] == said["mV"]
    if "processor" in said:
        assert packet.fields["processor"] == said["processor"]
    if "count" in said:
        assert (packet.counter, packet.tick) == (said["count"], None)
    if "tick" in said:
        assert (packet.counter, packet.tick) == (None, said["tick"])
        assert packet.tick_hz is not None
        assert 1000 * said["tick"] / packet.tick_hz == pytest.approx(said["ms"], abs=1e-3)


def check_metamotion_command(name: str, data: bytes) -> None:
    if name == "disconnect":
        sensor, stream, _ = started(metamotion.FAMILY)
        assert sensor.write(board.COMMAND, data) == []
        assert sent(sensor, stream.rate_hz, 0.5) == []
    elif name in WRITTEN_BY_CONFIGURE:
        _, _, talk = started(metamotion.FAMILY)
        assert data in [getattr(step, "data", None) for step in talk.steps]
    elif name == "gyro stop":
        sensor, stream, _ = started(metamotion.FAMILY)
        stopping = rehearse(metamotion.stop(stream), sensor)
        assert data in [getattr(step, "data", None) for step in stopping.steps]
    else:
        assert METAMOTION_COMMANDS[name] == data


def covering_tests() -> dict[int, set[str]]:
    """Number of a vector -> tests that get it, as pytest names their parameters."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", str(FOLDER)]
    run = subprocess.run(command, cwd=FOLDER.parents[1], capture_output=True, text=True, check=False)
    found: dict[int, set[str]] = defaultdict(set)
    for name, number in re.findall(r"::(test_\w+)\[(\d+)-[a-z0-9_]+\]", run.stdout):
        if name != "test_every_vector_has_a_test":
            found[int(number)].add(name)
    return found


@pytest.fixture(scope="module")
def covered() -> dict[int, set[str]]:
    return covering_tests()


DEVICES = sorted({one.device for one in vectors(*FAMILY_OF, *FAMILIES, "movella_dot", "movesense")})


@pytest.mark.parametrize("vector", vector_parameters(*DEVICES))
def test_every_vector_has_a_test(vector: Vector, covered: dict[int, set[str]]) -> None:
    family = FAMILY_OF.get(vector.device, vector.device)
    if not family:
        pytest.skip(f"{vector.device} isn't a family of ours")
    if family not in FAMILIES:
        pytest.skip(f"{family} isn't among the families yet")
    assert covered[vector.number], f"no test gets vector {vector.number} ({vector.note or vector.decoded})"


def test_no_device_of_the_file_is_left_out() -> None:
    if not FILE.exists():
        pytest.skip(f"{FILE} is not there")
    devices = {one["device"] for one in json.loads(FILE.read_text(encoding="utf-8"))}
    assert devices == set(DEVICES)
