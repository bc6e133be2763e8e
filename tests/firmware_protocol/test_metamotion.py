"""MetaMotion: fields and their ends, both chips, counted and packed streams, losses, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from byte_order import assert_every_field_has_an_end

from firmware_protocol import ExchangeError, Kind, ProtocolError, Rows, Stream, Wish, metamotion
from firmware_protocol.exchange import Expect, Step, Write
from firmware_protocol.metamotion_packets import (
    ACC,
    BMI160,
    BMI270,
    COMMAND,
    GYRO,
    MAG,
    NOTIFY,
    REGISTERS,
    accel_unit,
    encode_accounted,
    encode_samples,
    gyro_unit,
)
from firmware_protocol.metamotion_receiver import receiver
from firmware_protocol.metamotion_sensor import VirtualMetamotion
from firmware_protocol.rehearsal import Talk, moving, rehearse

DIGITS = np.array([[0x0102, -0x0305, 0x0506], [0x0708, 0x0A09, -0x0B0D], [0x1122, 0x3344, 0x5566]])
SAMPLE_FIELDS = {axis: (2 + 2 * i, 2) for i, axis in enumerate("xyz")}
PACKED_FIELDS = {f"{axis}{n}": (2 + 6 * n + 2 * i, 2) for n in range(3) for i, axis in enumerate("xyz")}


def running(chip: str, wish: Wish) -> tuple[VirtualMetamotion, Stream, Talk]:
    sensor = VirtualMetamotion(chip=chip)
    sensor.connect()
    talk = rehearse(metamotion.configure(wish), sensor)
    return sensor, talk.result, talk


def decode(text: str) -> dict[str, object]:
    return dict(metamotion.decode("", bytes.fromhex(text), {}).fields)


@pytest.mark.parametrize(("module", "register"), [(ACC, 4), (GYRO, 4), (GYRO, 5), (MAG, 5)])
def test_ends_of_single_samples(module: int, register: int) -> None:
    payload = encode_samples(module, register, DIGITS[:1])
    assert_every_field_has_an_end(metamotion.FAMILY, NOTIFY, payload, SAMPLE_FIELDS)


@pytest.mark.parametrize(
    ("module", "register"), [(ACC, 0x1C), (ACC, 0x05), (GYRO, 0x07), (GYRO, 0x05), (MAG, 0x09)]
)
def test_ends_of_packed_samples(module: int, register: int) -> None:
    payload = encode_samples(module, register, DIGITS)
    assert_every_field_has_an_end(metamotion.FAMILY, NOTIFY, payload, PACKED_FIELDS)
    with pytest.raises(ProtocolError):
        metamotion.decode("", payload[:14], {})


@pytest.mark.parametrize("accounter", ["count", "time"])
def test_ends_of_accounted_samples(accounter: str) -> None:
    payload = encode_accounted(3, 0x01020304, DIGITS[:2])
    fields = {"value": (3, 4)} | {f"digit {i}": (7 + 2 * i, 2) for i in range(6)}
    assert_every_field_has_an_end(metamotion.FAMILY, NOTIFY, payload, fields, {"accounter": accounter})


def test_ends_of_answers() -> None:
    """Their bytes are in `data` too, so the values themselves are compared."""
    assert decode("118c633410")["battery_mv"] == 0x1034
    assert decode("118b01010203040506")["address"] == "06:05:04:03:02:01"
    assert decode("0b841504000005") | {"log_tick": 0x0415, "reset": 5} == decode("0b841504000005")
    assert decode("0b8501020304")["log_entries"] == 0x04030201
    assert decode("0b850102")["log_entries"] == 0x0201
    assert decode("0b087102")["log_entries_left"] == 0x0271
    assert decode("0b07a1cc4d00006c010000")["log"] == [
        {"logger": 1, "reset": 5, "tick": 0x4DCC, "data": "6c010000"}
    ]


def test_encode_and_decode_are_inverse() -> None:
    packet = metamotion.decode("", encode_accounted(2, 2**32 + 7, DIGITS[:2]), {})
    assert (packet.fields["processor"], packet.counter) == (2, 7)
    assert packet.accel_m_s2 is not None
    assert packet.gyro_rad_s is not None
    np.testing.assert_allclose(packet.accel_m_s2, DIGITS[:1] * accel_unit(16))
    np.testing.assert_allclose(packet.gyro_rad_s, DIGITS[1:2] * gyro_unit(2000))
    mag = metamotion.decode("", encode_samples(MAG, 5, DIGITS[:1]), {})
    np.testing.assert_allclose(mag.mag_ut, DIGITS[:1] / 16)


@pytest.mark.parametrize("axis", range(3))
@pytest.mark.parametrize("value", [32767, -32768, 32441, -32441])
def test_clipping(axis: int, value: int) -> None:
    digits = np.array([[1, 2, 3]])
    digits[0, axis] = value
    assert metamotion.decode("", encode_samples(ACC, 4, digits), {}).clipped == [True]
    digits[0, axis] -= np.sign(value) * 400
    assert metamotion.decode("", encode_samples(ACC, 4, digits), {}).clipped == [False]


@pytest.mark.parametrize("size", [n for n in range(41) if n not in (8, 20)])
def test_cut_or_glued_samples_are_refused(size: int) -> None:
    payload = (encode_samples(GYRO, 5, DIGITS) + encode_samples(GYRO, 5, DIGITS))[:size]
    with pytest.raises(ProtocolError):
        metamotion.decode("", payload, {})


@pytest.mark.parametrize("chip", [BMI160, BMI270])
@pytest.mark.parametrize("rate", [50, 100, 200, 400])
def test_streams_of_both_chips(chip: str, rate: int) -> None:
    sensor, stream, talk = running(chip, Wish(rate_hz=rate, accel_range_g=8, gyro_range_dps=1000))
    assert (stream.rate_hz, stream.mode["chip"]) == (rate, chip)
    assert stream.tick_source == ("counter" if rate <= 100 else "count")
    written = [step.data for step in talk.steps if isinstance(step, Write)]
    of = REGISTERS[chip]
    if rate > 100:
        assert bytes((GYRO, of.gyro_packed, 1)) in written
    else:
        buffered = bytes((0x09, 0x02, GYRO, of.gyro_single, 0xFF, 0xA0, 0x0F, 0x05))
        assert buffered in written
    parts = list(moving(rate, 1.0))
    sent = [one for part in parts for one in sensor.feed(*part)]
    assert len(sent) == (rate if rate <= 100 else 2 * (rate // 3))
    into = receiver(stream)
    rows = [into.push(one.characteristic, one.payload) for one in sent]
    accel = np.concatenate([one.accel_m_s2 for one in rows])
    gyro = np.concatenate([one.gyro_rad_s for one in rows])
    fed_accel, fed_gyro = (np.concatenate([part[i] for part in parts])[: len(accel)] for i in (1, 2))
    np.testing.assert_allclose(accel, fed_accel, atol=accel_unit(8))
    np.testing.assert_allclose(gyro, fed_gyro, atol=gyro_unit(1000))


def counted(*values: int) -> list[Rows]:
    _, stream, _ = running(BMI160, Wish())
    one = receiver(stream)
    number = stream.mode["processor"]
    return [one.push(NOTIFY, encode_accounted(number, value, DIGITS[:2])) for value in values]


def test_the_count_wraps() -> None:
    rows = counted(2**32 - 2, 2**32 - 1, 0, 1)
    assert [one.tick.tolist() for one in rows] == [[2**32 - 2 + i] for i in range(4)]
    assert [one.sequence for one in rows] == [2**32 - 2 + i for i in range(4)]
    assert not any(one.restarted for one in rows)


def test_a_reset_is_seen_even_after_a_few_samples() -> None:
    rows = counted(3, 4, 0, 1)
    assert [one.tick.tolist() for one in rows] == [[3], [4], [5], [6]]
    assert [one.restarted for one in rows] == [False, False, True, False]


def test_doubled_and_foreign_packets_give_no_rows() -> None:
    assert [len(one) for one in counted(5, 5, 6)] == [1, 0, 1]
    _, stream, _ = running(BMI160, Wish())
    one = receiver(stream)
    number = stream.mode["processor"]
    other, half = encode_accounted(number + 1, 1, DIGITS[:2]), encode_accounted(number, 1, DIGITS[:1])
    for payload in (other, half, bytes.fromhex("118c633410")):
        assert len(one.push(NOTIFY, payload)) == 0


def packed(order: str) -> list[Rows]:
    """`a` and `g` are packets of accelerometer and gyroscope."""
    _, stream, _ = running(BMI270, Wish(rate_hz=200))
    one = receiver(stream)
    packets = {"a": encode_samples(ACC, 5, DIGITS), "g": encode_samples(GYRO, 5, DIGITS)}
    return [rows for kind in order if len(rows := one.push(NOTIFY, packets[kind]))]


@pytest.mark.parametrize("order", ["agag", "gaga"])
def test_packed_pairs(order: str) -> None:
    rows = packed(order)
    assert [one.tick.tolist() for one in rows] == [[0, 1, 2], [3, 4, 5]]
    for one in rows:
        assert np.isfinite(one.accel_m_s2).all()
        assert np.isfinite(one.gyro_rad_s).all()


def test_a_lost_partner_leaves_nan() -> None:
    rows = packed("agaag")
    assert [one.tick[0] for one in rows] == [0, 3, 6]
    assert [bool(np.isnan(one.gyro_rad_s).all()) for one in rows] == [False, True, False]
    rows = packed("aggag")
    assert [bool(np.isnan(one.accel_m_s2).all()) for one in rows] == [False, True, False]


def test_leftovers_are_cleared_before_anything_is_made() -> None:
    _, _, talk = running(BMI160, Wish())
    written = [step.data for step in talk.steps if isinstance(step, Write)]
    made = [place for place, data in enumerate(written) if data[:2] == b"\x09\x02"]
    cleared = [written.index(bytes.fromhex(text)) for text in ("0908", "0a05", "0b0a", "030100", "130100")]
    assert max(cleared) < min(made)


def test_nothing_that_would_exist_twice_is_written_twice() -> None:
    written: list[bytes] = []

    def deaf(step: Step) -> Exception | None:
        if isinstance(step, Write):
            written.append(step.data)
        return TimeoutError("nothing") if isinstance(step, Expect) and step.what == "fuser" else None

    sensor = VirtualMetamotion()
    sensor.connect()
    with pytest.raises(ExchangeError, match="fuser: no answer"):
        rehearse(metamotion.configure(Wish()), sensor, deaf)
    assert sum(data[6] == 0x1B for data in written if data[:2] == b"\x09\x02") == 1


def test_a_battery_that_does_not_answer_is_no_obstacle() -> None:
    def deaf(step: Step) -> Exception | None:
        return TimeoutError("nothing") if isinstance(step, Expect) and step.what == "battery" else None

    sensor = VirtualMetamotion()
    sensor.connect()
    stream = rehearse(metamotion.configure(Wish()), sensor, deaf).result
    assert "battery_percent" not in stream.info
    assert stream.info["manufacturer"] == "MbientLab Inc"
    assert rehearse(metamotion.battery(), sensor).result == 99


def test_an_unknown_chip_is_refused() -> None:
    class Other(VirtualMetamotion):
        def _told(self, module: int, register: int) -> bytes:
            known = super()._told(module, register)
            return bytes((ACC, 0x80, 3, 1)) if (module, register) == (ACC, 0x80) else known

    sensor = Other()
    sensor.connect()
    with pytest.raises(ExchangeError, match="the board says 0301"):
        rehearse(metamotion.configure(Wish()), sensor)


def test_status_is_no_sample() -> None:
    assert metamotion.decode("", bytes.fromhex("010101"), {}).kind is Kind.STATUS
    with pytest.raises(ProtocolError, match="isn't"):
        metamotion.decode(COMMAND, bytes.fromhex("010101"), {})


@pytest.mark.parametrize(
    ("text", "offset"),
    [
        ("", 0),
        ("03", 0),
        ("03" * 21, 0),
        ("1a00", 0),  # no such module
        ("0344", 1),  # bit 6 without bit 7
        ("031c" + "00" * 6, 2),  # one sample where three belong
        ("0304" + "00" * 18, 2),
        ("090300" + "00" * 9, 3),
        ("038001", 2),
        ("118c6534", 4),
        ("118c653410", 2),  # 101 percent
        ("118b0102", 4),
        ("0902", 2),
        ("0b020102", 3),
        ("0b84010203", 5),
        ("0b85010203", 2),
        ("0b07a1cc4d00006c0100", 2),
        ("0b08010203", 2),
    ],
)
def test_what_is_no_packet(text: str, offset: int) -> None:
    with pytest.raises(ProtocolError) as refused:
        metamotion.decode("", bytes.fromhex(text), {})
    assert refused.value.offset == offset


def test_module_information() -> None:
    assert decode("0380")["present"] is False
    told = decode("03800101")
    assert (told["present"], told["implementation"], told["revision"]) == (True, 1, 1)
