"""The open profile: every field of every message, the board's memory, its time, wraps, restarts, refusals."""

from __future__ import annotations

import numpy as np
import pytest
from byte_order import assert_every_field_has_an_end, with_reversed

from firmware_protocol import ExchangeError, Kind, Notification, ProtocolError, Rows, Wish, open_profile
from firmware_protocol import open_profile_packets as packets
from firmware_protocol.exchange import Exchange, Expect, Step
from firmware_protocol.open_profile_packets import CONTROL, DATA, INFORMATION, LAYOUTS, MEMORY, Op
from firmware_protocol.open_profile_sensor import VirtualBoard
from firmware_protocol.rehearsal import moving, rehearse, sent, started

WIDTHS = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "text16": 16}
DIGITS = np.array([[0x0102, -0x0305, 0x0506], [0x0708, 0x0A09, -0x0B0D]])


def uneven(kind: str) -> int | bytes:
    """A value of this type whose bytes read differently from the other end."""
    return (
        b"ABCDEFGHIJKLMNOP"
        if kind == "text16"
        else int.from_bytes(bytes(range(1, WIDTHS[kind] + 1)), "little")
    )


def places(name: str, offset: int = 0) -> dict[str, tuple[int, int]]:
    """Field -> where it is, of the fields that have more than a byte."""
    found: dict[str, tuple[int, int]] = {}
    for field, kind in LAYOUTS[name]:
        if WIDTHS[kind] > 1:
            found[field] = (offset, WIDTHS[kind])
        offset += WIDTHS[kind]
    return found


def sample_packet(time_us: int = 0x0102030405, counter: int = 0x01020304, boot: int = 0x0102) -> bytes:
    times = np.array([time_us, time_us + 0x010203])
    return packets.encode_samples(boot, counter, times, DIGITS, DIGITS[::-1] + 2, 8, 2000)


def board() -> VirtualBoard:
    sensor = VirtualBoard("B7")
    sensor.connect()
    return sensor


def done(exchange: Exchange, sensor: VirtualBoard) -> object:
    return rehearse(exchange, sensor).result


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_layouts_are_inverse_and_have_ends(name: str) -> None:
    values = {field: uneven(kind) for field, kind in LAYOUTS[name]}
    data = packets.write_layout(name, values)
    assert packets.read_layout(name, data) == values
    for field, (offset, size) in places(name).items():
        turned = packets.read_layout(name, with_reversed(data, offset, size))
        assert {key for key in values if turned[key] != values[key]} == {field}


def test_ends_of_samples() -> None:
    fields = places("samples") | {f"digit {i}": (packets.HEADER + 2 * i, 2) for i in range(12)}
    assert_every_field_has_an_end(open_profile.FAMILY, DATA, sample_packet(), fields)
    assert_every_field_has_an_end(open_profile.FAMILY, MEMORY, sample_packet(), fields)


@pytest.mark.parametrize("op", [op for op in Op if f"{op.name.lower()} answer" in LAYOUTS])
def test_ends_of_answers(op: Op) -> None:
    name = f"{op.name.lower()} answer"
    payload = packets.encode_answer(op, 0, {field: int(uneven(kind)) for field, kind in LAYOUTS[name]})
    assert_every_field_has_an_end(open_profile.FAMILY, CONTROL, payload, places(name, 2))


def test_ends_of_information_and_of_the_end() -> None:
    values = {field: uneven(kind) for field, kind in LAYOUTS["information"]} | {"version": 1, "rates": 0x0021}
    payload = packets.write_layout("information", values)
    assert_every_field_has_an_end(open_profile.FAMILY, INFORMATION, payload, places("information"))
    values = {field: uneven(kind) for field, kind in LAYOUTS["end"]} | {"type": packets.END}
    payload = packets.write_layout("end", values)
    assert_every_field_has_an_end(open_profile.FAMILY, MEMORY, payload, places("end"))


def test_samples_are_inverse() -> None:
    packet = packets.decode("", sample_packet(), {})
    assert (packet.counter, packet.fields["boot"]) == (0x01020304, 0x0102)
    assert packets.sample_ticks(packet).tolist() == [0x0102030405, 0x0102030405 + 0x010203]
    assert packet.accel_m_s2 is not None
    assert packet.gyro_rad_s is not None
    np.testing.assert_array_equal(packets.digits(packet.accel_m_s2, 8 * 9.80665), DIGITS)
    np.testing.assert_array_equal(
        packets.digits(packet.gyro_rad_s, float(np.deg2rad(2000))), DIGITS[::-1] + 2
    )


def test_a_magnetometer_stands_behind_the_others() -> None:
    data = bytearray(sample_packet())
    data[1] = packets.ACCEL | packets.MAG
    packet = packets.decode("", bytes(data), {})
    assert packet.gyro_rad_s is None
    np.testing.assert_allclose(packet.mag_ut, (DIGITS[::-1] + 2) * 0.1)


@pytest.mark.parametrize("size", range(60))
def test_cut_and_glued_packets_are_refused(size: int) -> None:
    whole = sample_packet()
    payload = (whole + whole)[:size]
    if size == len(whole):
        assert packets.decode("", payload, {}).n_samples == 2
        return
    with pytest.raises(ProtocolError):
        packets.decode("", payload, {})


@pytest.mark.parametrize(
    ("offset", "value"),
    [(0, 3), (1, 0), (1, 8), (16, 0), (20, 0), (23, 0), (15, 0x40)],
    ids=["type", "contents", "contents-high", "span", "range", "count", "time"],
)
def test_fields_that_cannot_be(offset: int, value: int) -> None:
    data = bytearray(sample_packet())
    data[offset] = value
    if offset == 16:
        data[16:20] = bytes(4)
    with pytest.raises(ProtocolError):
        packets.decode("", bytes(data), {})


@pytest.mark.parametrize("text", ["", "01", "8107", "ff00", "8100", "8500", "820000"])
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(ProtocolError):
        packets.decode(CONTROL, bytes.fromhex(text), {})


def pushed(*payloads: bytes) -> list[Rows]:
    _, stream, _ = started(open_profile.FAMILY)
    receiver = open_profile.FAMILY.receiver(stream)
    return [receiver.push(DATA, one) for one in payloads]


def test_the_counter_wraps() -> None:
    rows = pushed(*(sample_packet(10**6 * (1 + i), 2**32 - 2 + 2 * i) for i in range(3)))
    assert [one.sequence for one in rows] == [2**32 - 2, 2**32, 2**32 + 2]
    assert not any(one.restarted for one in rows)


def test_a_new_boot_begins_a_segment_and_ticks_go_on() -> None:
    rows = pushed(sample_packet(10**9, 500, 7), sample_packet(1000, 0, 8), sample_packet(10**6, 2, 8))
    assert [one.restarted for one in rows] == [False, True, False]
    assert [one.sequence for one in rows] == [500, 0, 2]
    tick = np.concatenate([one.tick for one in rows])
    assert (np.diff(tick) > 0).all()
    assert tick[3 - 1] - tick[1] == 5000  # a period of 200 Hz
    assert tick[4] - tick[2] == 10**6 - 1000


def test_the_boot_number_wraps_too() -> None:
    rows = pushed(sample_packet(10**9, 500, 0xFFFF), sample_packet(1000, 0, 0))
    assert [one.restarted for one in rows] == [False, True]


def test_doubled_packets_give_no_rows() -> None:
    assert [len(one) for one in pushed(sample_packet(), sample_packet())] == [2, 0]


def test_time_must_rise_and_must_not_leap() -> None:
    with pytest.raises(ProtocolError, match="doesn't rise"):
        pushed(sample_packet(10**9, 0), sample_packet(10**9 - 1, 2))
    with pytest.raises(ProtocolError, match="leaps"):
        pushed(sample_packet(10**9, 0), sample_packet(10**9 + 2 * 86_400_000_000, 2))
    assert [len(one) for one in pushed(sample_packet(10**9, 0), sample_packet(10**9 + 3_600_000_000, 2))] == [
        2,
        2,
    ]


def test_a_recording_is_what_was_fed() -> None:
    sensor = board()
    number = done(open_profile.record(0), sensor)
    parts = list(moving(100, 2.0))
    for part in parts:
        assert sensor.feed(*part) == []
    rehearse_op(sensor, Op.RECORD_STOP)
    fetched = done(open_profile.fetch(int(str(number))), sensor)
    assert isinstance(fetched, list)
    decoded = [packets.decode(MEMORY, one, {}) for one in fetched]
    times = np.concatenate([packets.sample_ticks(one) for one in decoded])
    accel = np.concatenate([one.accel_m_s2 for one in decoded])
    np.testing.assert_array_equal(times, np.rint(1e6 * np.concatenate([part[0] for part in parts])))
    np.testing.assert_allclose(accel, np.concatenate([part[1] for part in parts]), atol=16 * 9.80665 / 32768)
    assert [one.counter for one in decoded] == list(range(0, 200, 10))


def rehearse_op(sensor: VirtualBoard, op: Op, values: dict[str, int] | None = None) -> dict[str, object]:
    sensor.subscribe(CONTROL, True)
    answers = sensor.write(CONTROL, packets.command(op, values))
    return dict(packets.decode(CONTROL, answers[0].payload, {}).fields)


def test_recordings_are_listed_described_fetched_in_part_and_erased() -> None:
    sensor = board()
    for seconds in (1.0, 0.5):
        done(open_profile.record(0), sensor)
        for part in moving(100, seconds):
            sensor.feed(*part)
        rehearse_op(sensor, Op.RECORD_STOP)
    assert rehearse_op(sensor, Op.LIST)["recordings"] == 2
    told = rehearse_op(sensor, Op.DESCRIBE, {"recording": 1})
    assert (told["samples"], told["rate_hz"], told["time_us"]) == (50, 100, 1_000_000)
    sensor.subscribe(MEMORY, True)
    sent_ = sensor.write(CONTROL, packets.command(Op.FETCH, {"recording": 0, "skip": 95}))[1:]
    assert [packets.decode(MEMORY, one.payload, {}).kind for one in sent_] == [Kind.SAMPLES, Kind.STATUS]
    assert packets.decode(MEMORY, sent_[-1].payload, {}).fields["samples"] == 100
    rehearse_op(sensor, Op.ERASE)
    assert rehearse_op(sensor, Op.LIST)["recordings"] == 0
    with pytest.raises(ExchangeError, match="FETCH: the board answers 'no such recording'"):
        done(open_profile.fetch(0), sensor)


def test_a_recording_of_some_seconds_ends_by_itself() -> None:
    sensor = board()
    parts = list(moving(100, 3.0))
    sensor.feed(*parts[0])  # the board's clock runs
    done(open_profile.record(1), sensor)
    for part in parts[1:]:
        sensor.feed(*part)
    assert rehearse_op(sensor, Op.STATUS)["state"] == 0
    fetched = done(open_profile.fetch(0), sensor)
    assert isinstance(fetched, list)
    assert sum(packets.decode(MEMORY, one, {}).n_samples for one in fetched) == 100


def test_a_second_recording_has_to_wait() -> None:
    sensor = board()
    done(open_profile.record(0), sensor)
    with pytest.raises(ExchangeError, match="RECORD: the board answers 'not possible now'"):
        done(open_profile.record(0), sensor)


def test_a_board_that_falls_silent_while_it_is_fetched() -> None:
    def deaf(step: Step) -> Exception | None:
        return TimeoutError() if isinstance(step, Expect) and step.characteristic == MEMORY else None

    sensor = board()
    done(open_profile.record(0), sensor)
    with pytest.raises(ExchangeError, match="recording 0: silent after 0 packets"):
        rehearse(open_profile.fetch(0), sensor, deaf)


def test_a_fetched_recording_is_not_the_stream() -> None:
    _, stream, _ = started(open_profile.FAMILY)
    receiver = open_profile.FAMILY.receiver(stream)
    assert len(receiver.push(MEMORY, sample_packet())) == 0
    assert len(receiver.push(CONTROL, packets.encode_answer(Op.STOP, 0))) == 0
    assert len(receiver.push(DATA, sample_packet())) == 2


def test_the_board_tells_its_time() -> None:
    sensor, stream, _ = started(open_profile.FAMILY)
    sent(sensor, stream.rate_hz, 1.0)
    received_us, sent_us = rehearse(open_profile.ask_time(0x01020304), sensor).result
    assert received_us == sent_us == 1_000_000 + round(1e6 - 1e6 / stream.rate_hz)


def test_an_answer_to_another_question_is_refused() -> None:
    class Late(VirtualBoard):
        def write(self, characteristic: str, data: bytes) -> list[Notification]:
            late = data[:1] + bytes(4) if data[0] == Op.TIME else data
            return super().write(characteristic, late)

    sensor = Late()
    sensor.connect()
    sensor.subscribe(CONTROL, True)
    with pytest.raises(ExchangeError, match="token 0, not 5"):
        rehearse(open_profile.ask_time(5), sensor)


def test_settings_are_the_next_that_are_enough() -> None:
    sensor = board()
    wish = Wish(rate_hz=60, accel_range_g=5, gyro_range_dps=2500)
    stream = rehearse(open_profile.configure(wish), sensor).result
    assert (stream.rate_hz, stream.mode["accel_range_g"], stream.mode["gyro_range_dps"]) == (100, 8, 2000)
    assert stream.info["serial"] == "B7"
    assert len(sent(sensor, 100, 1.8)[0].payload) == packets.HEADER + 18 * 12 <= 244


def test_a_board_that_offers_nothing_or_is_none() -> None:
    class Odd(VirtualBoard):
        said = b""

        def read(self, characteristic: str) -> bytes:
            return self.said or super().read(characteristic).replace(b"\x0f\x00", b"\0\0", 1)

    sensor = Odd()
    sensor.connect()
    with pytest.raises(ExchangeError, match="offers no rate"):
        rehearse(open_profile.configure(Wish()), sensor)
    sensor.said = b"\1\2"
    with pytest.raises(ExchangeError, match=r"information of the board: .* Compare with PROTOCOL\.md"):
        rehearse(open_profile.configure(Wish()), sensor)


def test_operations_that_the_board_refuses() -> None:
    sensor = board()
    sensor.subscribe(CONTROL, True)
    for data, result in ((b"\x77", 1), (b"\x05\1", 2), (b"", 1)):
        answer = packets.decode(CONTROL, sensor.write(CONTROL, data)[0].payload, {})
        assert answer.fields["result"] == result
    wrong = {"rate_hz": 99, "accel_range_g": 8, "gyro_range_dps": 500, "samples": 5}
    assert rehearse_op(sensor, Op.CONFIGURE, wrong)["result_text"] == "value not offered"
