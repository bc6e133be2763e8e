"""Measurement payloads of a Movella DOT: captured bytes, byte order, modes, refusals; stamps that wrap."""

from __future__ import annotations

import math
import struct

import numpy as np
import pytest
from vectors import vectors_of

from firmware_protocol import ProtocolError, standard_services
from firmware_protocol.movella_dot_payloads import (
    LAYOUTS,
    decode,
    encode,
    encode_sample,
    export_layout,
    sample,
)
from firmware_protocol.movella_dot_uuids import MEDIUM_PAYLOAD, PAYLOAD_LENGTH
from firmware_protocol.unwrap import Unwrapper


@pytest.mark.parametrize("vector", vectors_of("movella_dot", PAYLOAD_LENGTH))
def test_vectors_of_payloads(vector) -> None:
    packet, stated = decode(vector.characteristic, vector.data), vector.decoded
    assert (packet.tick, packet.fields["mode"]) == (stated["timestamp_us"], stated["mode"])
    for axis, name in enumerate("xyz"):
        if f"euler_{name}" in stated:
            assert packet.fields[f"euler_{name}_deg"] == pytest.approx(stated[f"euler_{name}"], rel=1e-6)
        if f"free_acc_{name}" in stated:
            found = packet.fields[f"free_accel_{name}_m_s2"]
            assert found == pytest.approx(stated[f"free_acc_{name}"], rel=1e-6)
        if f"gyr_{name}" in stated:
            assert packet.gyro_rad_s is not None
            expected = math.radians(stated[f"gyr_{name}"])
            assert packet.gyro_rad_s[0, axis] == pytest.approx(expected, rel=1e-6)
    if "acc" in stated:
        np.testing.assert_allclose(packet.accel_m_s2, [stated["acc"]], rtol=1e-6)
        np.testing.assert_allclose(packet.gyro_rad_s, np.radians([stated["gyr"]]), rtol=1e-6)


@pytest.mark.parametrize("vector", vectors_of("movella_dot", PAYLOAD_LENGTH))
def test_captured_payloads_are_encoded(vector) -> None:
    packet = decode(vector.characteristic, vector.data)
    values = [packet.fields[name] for name in LAYOUTS[packet.fields["mode"]].names if name in packet.fields]
    for block in (packet.accel_m_s2, None if packet.gyro_rad_s is None else np.degrees(packet.gyro_rad_s)):
        values += [] if block is None else block[0].tolist()
    assert encode(packet.fields["mode"], packet.tick or 0, values) == vector.data


def test_flags_of_the_sensor_are_clipping() -> None:
    values = [1.0, 0, 0, 0, 0.5, 0.25, 0, 0x0203, 2, 0]
    fields = decode(MEDIUM_PAYLOAD, encode(2, 7, values), 2).fields
    assert (fields["status"], fields["clipped_accel_samples"], fields["clipped_gyro_samples"]) == (
        0x203,
        2,
        0,
    )
    for status, clipped in ((0x0200, False), (0x0001, True), (0x0020, True), (0x0040, False)):
        layout = export_layout((0x00, 0x07, 0x08, 0x0A))
        packet = sample(layout, encode_sample(layout, 1, [0, 0, 9.8, 0, 0, 0, status]), 0, 60, {})
        assert packet.clipped is not None
        assert packet.clipped.tolist() == [clipped]


@pytest.mark.parametrize("mode", sorted(LAYOUTS))
def test_every_field_is_read_from_its_end(mode: int) -> None:
    layout = LAYOUTS[mode]
    values = [0.1 + 0.37 * i for i in range(len(layout.names))]
    if layout.dq_at is not None:
        values[:4] = [0.99, 0.011, 0.023, 0.037]
    if layout.status_at is not None:
        values[layout.status_at :] = [0x0201, 3, 4]
    payload = encode(mode, 0x01020304, values)
    right = decode(layout.characteristic, payload, mode)
    places = [(4 * i, 4) for i in range(1 + layout.n_floats)]
    if layout.mag_at is not None:
        places += [(4 + 4 * layout.mag_at + 2 * i, 2) for i in range(3)]
    if layout.status_at is not None:
        places += [(4 + 4 * layout.n_floats, 2), (6 + 4 * layout.n_floats, 2)]
    for offset, size in places:
        turned = payload[:offset] + payload[offset : offset + size][::-1] + payload[offset + size :]
        assert turned != payload
        try:
            other = decode(layout.characteristic, turned, mode)
        except ProtocolError:
            continue
        assert repr(other) != repr(right)


def test_increments_are_rates() -> None:
    half = math.radians(600 / 60) / 2
    values = [math.cos(half), 0, math.sin(half), 0, 0.1, 0.2, 9.80665 / 60]
    packet = decode(MEDIUM_PAYLOAD, encode(19, 5, values))
    np.testing.assert_allclose(packet.gyro_rad_s, [[0, math.radians(600), 0]], atol=1e-5)
    np.testing.assert_allclose(packet.accel_m_s2, [[6.0, 12.0, 9.80665]], rtol=1e-6)


def test_refusals() -> None:
    good = encode(21, 1, [0, 0, 9.8, 1, 2, 3])
    for size in range(40):
        with pytest.raises(ProtocolError):
            decode(MEDIUM_PAYLOAD, good[:size], 21)
    with pytest.raises(ProtocolError, match="must be 0") as refused:
        decode(MEDIUM_PAYLOAD, good[:30] + b"\1" + good[31:], 21)
    assert refused.value.offset == 30
    with pytest.raises(ProtocolError, match="finite"):
        decode(MEDIUM_PAYLOAD, good[:4] + struct.pack("<f", math.nan) + good[8:], 21)
    with pytest.raises(ProtocolError, match="mode 17"):
        decode(MEDIUM_PAYLOAD, good, 17)


def test_clipped_near_full_scale() -> None:
    packets = [decode(MEDIUM_PAYLOAD, encode(21, 1, [0, a, 0, 0, 0, g])) for a, g in ((156, 0), (0, -1985))]
    assert [bool(one.clipped[0]) for one in packets if one.clipped is not None] == [True, True]


def test_stamps_wrap_repeat_and_restart() -> None:
    unwrapper = Unwrapper(32, 1e6, 16667)
    assert unwrapper.place(2**32 - 10_000) == (2**32 - 10_000, False)
    assert unwrapper.place(6_667) == (2**32 + 6_667, False)
    assert unwrapper.place(6_667) is None
    assert unwrapper.place(2**32 - 10_000) is None
    assert unwrapper.place(100_000_000) == (2**32 + 100_000_000, False)
    assert unwrapper.place(500) == (2**32 + 100_016_667, True)
    assert unwrapper.place(17_167) == (2**32 + 100_033_334, False)


def test_standard_characteristics() -> None:
    decode_it = standard_services.decode
    assert decode_it(standard_services.BATTERY_LEVEL, b"\x64").fields == {"battery_percent": 100}
    pnp = standard_services.encode_pnp_id(1, 0x0886, 0x1234, 0x0100)
    assert decode_it(standard_services.PNP_ID, pnp).fields["vendor"] == 0x0886
    for bad in (b"", b"\x65", b"\x01\x02"):
        with pytest.raises(ProtocolError):
            decode_it(standard_services.BATTERY_LEVEL, bad)
