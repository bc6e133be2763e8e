"""WitMotion: fields and their ends, frames that straddle notifications, registers, rates, refusals."""

from __future__ import annotations

import random

import numpy as np
import pytest
from byte_order import assert_every_field_has_an_end

from firmware_protocol import (
    Advertisement,
    ExchangeError,
    Kind,
    Notification,
    ProtocolError,
    Rows,
    Wish,
    witmotion,
)
from firmware_protocol.exchange import Expect, Step, Write
from firmware_protocol.rehearsal import moving, rehearse, sent, started
from firmware_protocol.witmotion_frames import (
    ACCEL_RANGE_M_S2,
    FRAME,
    FULL,
    GYRO_RANGE_RAD_S,
    NOTIFY,
    RATES_HZ,
    UNLOCK,
    WRITE,
    Register,
    battery_percent,
    command,
    decode,
    encode_motion,
    encode_read_back,
    registers_of,
)
from firmware_protocol.witmotion_sensor import VirtualWitmotion

DIGITS = np.array([[0x0102, -0x0305, 0x0506, 0x0708, 0x0A09, -0x0B0D, 0x1122, 0x3344, 0x5566]])


def motion(digits: np.ndarray) -> bytes:
    return b"".join(b"\x55\x61" + row.astype("<i2").tobytes() for row in digits)


def stream_of_frames(n: int) -> tuple[bytes, np.ndarray]:
    draw = np.random.RandomState(3)
    accel, gyro = draw.uniform(-100, 100, (n, 3)), draw.uniform(-30, 30, (n, 3))
    return encode_motion(accel, gyro), accel


def pushed(notifications: list[bytes]) -> list[Rows]:
    _, stream, _ = started(witmotion.FAMILY)
    receiver = witmotion.FAMILY.receiver(stream)
    return [receiver.push(NOTIFY, one) for one in notifications]


def joined(rows: list[Rows]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([one.tick for one in rows]), np.concatenate([one.accel_m_s2 for one in rows])


def test_ends_of_motion_frames() -> None:
    fields = {f"digit {i}": (2 + 2 * i, 2) for i in range(9)}
    assert_every_field_has_an_end(witmotion.FAMILY, NOTIFY, motion(DIGITS), fields)


def test_ends_of_read_backs() -> None:
    payload = encode_read_back(0x0102, range(0x0304, 0x030C))
    fields = {"start": (2, 2)} | {f"register {i}": (4 + 2 * i, 2) for i in range(8)}
    assert_every_field_has_an_end(witmotion.FAMILY, NOTIFY, payload, fields)
    assert registers_of(payload, 0x0102) == {0x0102: 0x0304, 0x0103: 0x0305, 0x0104: 0x0306, 0x0105: 0x0307}
    assert registers_of(payload, 0x0201) == {}


def test_ends_of_commands() -> None:
    assert command(Register.RATE, 0x0102).hex() == "ffaa030201"


def test_encode_and_decode_are_inverse() -> None:
    digits = np.random.RandomState(1).randint(-FULL, FULL, (40, 9))
    packet = decode("", motion(digits), {})
    assert packet.accel_m_s2 is not None
    assert packet.gyro_rad_s is not None
    np.testing.assert_allclose(packet.accel_m_s2, digits[:, :3] * ACCEL_RANGE_M_S2 / FULL)
    np.testing.assert_allclose(packet.gyro_rad_s, digits[:, 3:6] * GYRO_RANGE_RAD_S / FULL)
    angle = np.array(packet.fields["angle_deg"])
    assert encode_motion(packet.accel_m_s2, packet.gyro_rad_s, angle) == motion(digits)


def test_beyond_full_scale_sticks_and_is_clipped() -> None:
    accel = np.array([[500.0, 0, 0], [0, 0, -500.0], [0, 155.0, 0], [0, 150.0, 0]])
    packet = decode("", encode_motion(accel, np.zeros((4, 3))), {})
    assert packet.clipped is not None
    assert packet.clipped.tolist() == [True, True, False, False]
    assert packet.accel_m_s2 is not None
    assert packet.accel_m_s2[1, 2] == -ACCEL_RANGE_M_S2


@pytest.mark.parametrize("seed", range(8))
def test_frames_straddle_notifications(seed: int) -> None:
    """However the stream is cut, all frames come out once."""
    data, accel = stream_of_frames(60)
    draw = random.Random(seed)
    cuts = sorted(draw.sample(range(1, len(data)), 25))
    notifications = [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]
    tick, found = joined([rows for rows in pushed(notifications) if len(rows)])
    assert any(cut % FRAME for cut in cuts)
    assert tick.tolist() == list(range(60))
    np.testing.assert_allclose(found, accel, atol=ACCEL_RANGE_M_S2 / FULL)


@pytest.mark.parametrize("size", [1, 2, 7, 19, 20, 21, 33, 80, 244])
def test_any_size_of_notification(size: int) -> None:
    data, accel = stream_of_frames(61)
    tick, found = joined(pushed([data[i : i + size] for i in range(0, len(data), size)]))
    assert len(tick) == 61
    np.testing.assert_allclose(found, accel, atol=ACCEL_RANGE_M_S2 / FULL)


def test_lost_bytes_cost_the_frames_they_belonged_to() -> None:
    data, accel = stream_of_frames(12)
    notifications = [data[:70], data[95:160], data[160:]]  # the link lost 25 bytes
    tick, found = joined(pushed(notifications))
    assert tick.tolist() == list(range(len(found)))
    missing = [i for i, row in enumerate(accel) if np.abs(found - row).max(axis=1).min() > 0.01]
    assert missing == [3, 4]


def test_garbage_in_front_is_left_out() -> None:
    data, accel = stream_of_frames(4)
    _, found = joined(pushed([b"\x00\x55\x13" + data]))
    np.testing.assert_allclose(found, accel, atol=ACCEL_RANGE_M_S2 / FULL)
    with pytest.raises(ProtocolError):
        pushed([b"\x01\x02\x03"])
    with pytest.raises(ProtocolError):
        decode("", b"\x00\x55\x13" + data, {})


@pytest.mark.parametrize("size", [n for n in range(61) if n % FRAME or not n])
def test_a_packet_that_is_cut_is_never_completed(size: int) -> None:
    data, _ = stream_of_frames(4)
    with pytest.raises(ProtocolError) as refused:
        decode("", data[:size], {})
    assert refused.value.offset == size // FRAME * FRAME


def test_glued_frames_are_several_samples_oldest_first() -> None:
    digits = np.repeat(DIGITS, 12, axis=0) + np.arange(12)[:, None]
    packet = decode("", motion(digits), {})
    assert packet.n_samples == 12
    assert packet.accel_m_s2 is not None
    assert (np.diff(packet.accel_m_s2[:, 0]) > 0).all()


def test_doubled_notifications_cannot_be_told_from_a_still_sensor() -> None:
    data, _ = stream_of_frames(4)
    tick, _ = joined(pushed([data, data]))
    assert tick.tolist() == list(range(8))


def test_a_read_back_between_motion_frames() -> None:
    answer = encode_read_back(Register.BATTERY, [0xF18A, 2])
    packet = decode("", motion(DIGITS) + answer + motion(DIGITS), {})
    assert packet.n_samples == 2
    assert packet.fields["registers"]["64"] == 0xF18A
    assert len(packet.fields["registers"]) == 8
    alone = decode("", answer, {})
    assert (alone.kind, alone.accel_m_s2) == (Kind.ANSWER, None)
    assert [len(rows) for rows in pushed([answer, motion(DIGITS) + answer])] == [0, 1]


@pytest.mark.parametrize(
    ("bad", "offset"),
    [("5461" + 18 * "00", 0), ("5562" + 18 * "00", 1), ("5561" + 18 * "00" + "56" * 20, 20)],
)
def test_frames_that_are_none(bad: str, offset: int) -> None:
    with pytest.raises(ProtocolError) as refused:
        decode("", bytes.fromhex(bad), {})
    assert refused.value.offset == offset


@pytest.mark.parametrize(
    ("wished", "given"), [(None, 198.43), (200, 198.43), (100, 99.26), (101, 198.43), (5, 10.05)]
)
def test_true_rates(wished: float | None, given: float) -> None:
    _, stream, _ = started(witmotion.FAMILY, wish=Wish(rate_hz=wished))
    assert stream.rate_hz == given
    assert 0x0A not in RATES_HZ  # 125 Hz isn't honoured


def test_registers_are_written_behind_the_lock() -> None:
    _, stream, talk = started(witmotion.FAMILY)
    written = [step.data for step in talk.steps if isinstance(step, Write) and step.data[2] != Register.READ]
    assert written[0] == UNLOCK
    assert command(Register.RATE, 0x0B) in written[1:]
    assert command(Register.CONTENT, 0) in written[1:]
    assert all(data[2] != Register.SAVE for data in written)
    assert stream.info["confirmed"] is True
    assert stream.info["battery_percent"] == 90


def test_stop_sets_the_rate_that_was_found() -> None:
    sensor, stream, _ = started(witmotion.FAMILY)
    written = [
        step.data for step in rehearse(witmotion.stop(stream), sensor).steps if isinstance(step, Write)
    ]
    assert written == [UNLOCK, command(Register.RATE, 0x06)]


def test_a_sensor_that_reads_nothing_back_is_used_but_not_confirmed() -> None:
    def mute(step: Step) -> Exception | None:
        return TimeoutError() if isinstance(step, Expect) else None

    sensor = VirtualWitmotion()
    sensor.connect()
    stream = rehearse(witmotion.configure(Wish()), sensor, mute).result
    assert stream.info == {"confirmed": False}
    assert sent(sensor, stream.rate_hz, 0.5)


def test_a_rate_that_is_not_taken_is_an_error() -> None:
    class Stubborn(VirtualWitmotion):
        def write(self, characteristic: str, data: bytes) -> list[Notification]:
            return [] if data[2] == Register.RATE else super().write(characteristic, data)

    sensor = Stubborn()
    sensor.connect()
    with pytest.raises(ExchangeError, match="register 0x03: wrote 11, the sensor says 6"):
        rehearse(witmotion.configure(Wish()), sensor)


def test_an_unlocked_sensor_forgets_after_a_reboot() -> None:
    sensor, stream, _ = started(witmotion.FAMILY)
    sensor.reboot()
    sensor.connect()
    assert sensor.write(WRITE, command(Register.RATE, 0x0B)) == []
    again = rehearse(witmotion.configure(Wish()), sensor).result
    assert (again.rate_hz, again.mode["found_rate_code"]) == (stream.rate_hz, 0x06)


@pytest.mark.parametrize(
    ("volts", "percent"),
    [(420, 100), (396, 100), (395, 90), (380, 50), (340, 5), (339, 0), (0, None), (0x8000, None)],
)
def test_battery_table(volts: int, percent: int | None) -> None:
    assert battery_percent(volts) == percent


def test_four_frames_to_a_notification_above_50_hz() -> None:
    for rate, size in ((100, 80), (200, 80), (50, 20)):
        sensor, stream, _ = started(witmotion.FAMILY, wish=Wish(rate_hz=rate))
        part = next(iter(moving(rate, 1.0)))
        notifications = [one for _ in range(10) for one in sensor.feed(*part)]
        assert {len(one.payload) for one in notifications} == {size}
        assert stream.samples_per_packet == size // FRAME


def test_names() -> None:
    for name in ("WT901BLE67", "WT9011DCL-BT50", "BWT901BLE5.0", "my WT901"):
        assert witmotion.recognise(Advertisement(name)) is not None
    assert witmotion.recognise(Advertisement("Kiwi")) is None
