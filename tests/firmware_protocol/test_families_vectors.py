"""Captured and vendors' bytes of WitMotion, Polar and MetaMotion decode to their stated values."""

from __future__ import annotations

import numpy as np
import pytest
from vectors import vectors

from firmware_protocol import ProtocolError, metamotion_packets, polar_frames, witmotion_frames

G = 9.80665


def numbered(device: str, key: str) -> list:
    return [pytest.param(v, id=str(v.number)) for v in vectors(device) if key in v.decoded and v.data]


@pytest.mark.parametrize("vector", numbered("witmotion", "frames"))
def test_witmotion(vector) -> None:
    packet = witmotion_frames.decode("", vector.data, {})
    frames = vector.decoded["frames"]
    np.testing.assert_allclose(packet.accel_m_s2, [np.array(f["acc_g"]) * G for f in frames])
    np.testing.assert_allclose(np.rad2deg(packet.gyro_rad_s), [f["gyr_dps"] for f in frames])


@pytest.mark.parametrize("vector", numbered("polar_h10", "samples_mg"))
def test_polar_h10(vector) -> None:
    packet = polar_frames.decode_frame(vector.data, {})
    np.testing.assert_allclose(packet.accel_m_s2, np.array(vector.decoded["samples_mg"]) * G / 1000)
    assert packet.tick == vector.decoded["timestamp_ns_last_sample"]


@pytest.mark.parametrize("vector", numbered("polar_verity", "type"))
def test_polar_verity(vector) -> None:
    if "TRUNCATED" in vector.note:
        with pytest.raises(ProtocolError):
            polar_frames.decode_frame(vector.data, {})
        return
    frame = polar_frames.read_frame(vector.data)
    said = vector.decoded
    stated = said.get("raw_samples") or said.get("samples_mg") or said.get("expected_dps_factor1")
    np.testing.assert_allclose(frame.raw[: len(stated)], stated)


@pytest.mark.parametrize("vector", numbered("metamotion", "range_g"))
def test_metamotion_acceleration(vector) -> None:
    mode = {"accel_range_g": vector.decoded["range_g"]}
    packet = metamotion_packets.decode("", vector.data, mode)
    stated = np.atleast_2d(vector.decoded["g"])
    np.testing.assert_allclose(packet.accel_m_s2 / G, stated, atol=6e-4)


@pytest.mark.parametrize("vector", numbered("metamotion", "range_dps"))
def test_metamotion_rotation(vector) -> None:
    mode = {"gyro_range_dps": vector.decoded["range_dps"]}
    packet = metamotion_packets.decode("", vector.data, mode)
    np.testing.assert_allclose(np.rad2deg(packet.gyro_rad_s), np.atleast_2d(vector.decoded["dps"]), atol=6e-4)
