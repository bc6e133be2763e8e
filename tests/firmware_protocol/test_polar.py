"""Polar: fields and their ends, frames, settings, answers in parts, H10, SDK mode, losses, clocks."""

from __future__ import annotations

import numpy as np
import pytest
from byte_order import assert_every_field_has_an_end

from firmware_protocol import (
    ExchangeError,
    Kind,
    Notification,
    ProtocolError,
    Rows,
    Stream,
    Wish,
    WriteRefused,
    polar,
)
from firmware_protocol import polar_control as control
from firmware_protocol.exchange import Read, Step, Subscribe, Write
from firmware_protocol.polar_control import Op, Setting
from firmware_protocol.polar_frames import (
    DELTA,
    HEADER,
    LAYOUTS,
    MILLI_G_M_S2,
    Measurement,
    encode_block,
    encode_delta,
    encode_head,
    encode_raw,
    read_frame,
)
from firmware_protocol.polar_receiver import PolarReceiver
from firmware_protocol.polar_sensor import CONTROL, DATA, VirtualPolar
from firmware_protocol.rehearsal import Talk, moving, rehearse, sent

STAMP = 0x0102030405060708
DIGITS = np.array([[0x0102, -0x0305, 0x0506], [0x0708, 0x0A09, -0x0B0D], [0x1122, 0x3344, 0x5566]])


def running(model: str = "Sense", wish: Wish | None = None) -> tuple[VirtualPolar, Stream, Talk]:
    sensor = VirtualPolar("0A1B2C3D", model)
    sensor.connect()
    talk = rehearse(polar.configure(wish or Wish()), sensor)
    return sensor, talk.result, talk


def received(stream: Stream, notifications: list[Notification]) -> list[Rows]:
    receiver = PolarReceiver(stream)
    pushed = [receiver.push(one.characteristic, one.payload) for one in notifications]
    return [rows for rows in pushed if len(rows)]


@pytest.mark.parametrize(
    ("measurement", "kind"), [(2, 1), (2, DELTA), (2, DELTA | 1), (5, DELTA), (6, DELTA)]
)
def test_ends_of_two_byte_samples(measurement: int, kind: int) -> None:
    encode = encode_delta if kind & DELTA else encode_raw
    payload = encode(measurement, STAMP, kind, DIGITS)
    values = 9 if not kind & DELTA else 3
    fields = {"stamp": (1, 8)} | {f"value {i}": (HEADER + 2 * i, 2) for i in range(values)}
    assert_every_field_has_an_end(polar.FAMILY, DATA, payload, fields)


def test_ends_of_three_byte_samples() -> None:
    payload = encode_raw(2, STAMP, 2, DIGITS * 251)
    fields = {f"value {i}": (HEADER + 3 * i, 3) for i in range(9)}
    assert_every_field_has_an_end(polar.FAMILY, DATA, payload, fields)


def test_ends_of_float_patterns_and_of_four_channels() -> None:
    patterns = np.array([[1.25, -10.75, 20.1]], "<f4").view("<i4").astype(np.int64)
    payload = encode_delta(5, STAMP, DELTA | 1, patterns)
    assert_every_field_has_an_end(
        polar.FAMILY, DATA, payload, {f"{i}": (HEADER + 4 * i, 4) for i in range(3)}
    )
    status = np.array([[0x0102, 0x0304, 0x0506, 0x0003]])
    payload = encode_delta(6, STAMP, DELTA | 1, status)
    assert_every_field_has_an_end(
        polar.FAMILY, DATA, payload, {f"{i}": (HEADER + 2 * i, 2) for i in range(4)}
    )


def test_ends_of_settings() -> None:
    values = {0: (0x0102,), 1: (0x0304,), 2: (0x0506, 0x0708), 3: (0x01020304,), 5: (1.1,)}
    payload = control.encode_answer(Op.SETTINGS, 2, 0, control.encode_settings(values))
    places, offset = {}, 5
    for key, several in values.items():
        for i in range(len(several)):
            places[f"setting {key} value {i}"] = (offset + 2 + i * control.WIDTHS[key], control.WIDTHS[key])
        offset += 2 + len(several) * control.WIDTHS[key]
    assert offset == len(payload)
    assert_every_field_has_an_end(polar.FAMILY, CONTROL, payload, places)


@pytest.mark.parametrize(("measurement", "kind"), sorted(LAYOUTS))
@pytest.mark.parametrize("seed", range(4))
def test_encode_and_decode_are_inverse(measurement: int, kind: int, seed: int) -> None:
    layout, draw = LAYOUTS[measurement, kind], np.random.RandomState(seed)
    if layout.floats:
        wanted = draw.uniform(-2000, 2000, (60, layout.channels)).astype("<f4")
        raw = wanted.view("<i4").astype(np.int64)
    else:
        top = 2 ** (8 * layout.width - 1) >> (10 * seed if layout.width > 2 else 4 * seed)
        raw = wanted = draw.randint(-max(top, 2), max(top, 2), (60, layout.channels))
    encode = encode_delta if kind & DELTA else encode_raw
    frame = read_frame(encode(measurement, STAMP, kind, raw))
    assert (frame.measurement, frame.kind, frame.stamp_ns) == (measurement, kind, STAMP)
    np.testing.assert_array_equal(frame.raw, wanted)


def test_settings_are_inverse() -> None:
    values = {0: [52, 104], 1: [16], 2: [245, 2000], 3: [70_000], 4: [3], 5: [0.5]}
    assert control.parse_settings(control.encode_settings(values)) == values


@pytest.mark.parametrize("text", ["0001", "000134", "00013400", "07010000", "000234000"[:8], "0501cdcc"])
def test_settings_that_end_within_a_value(text: str) -> None:
    data = bytes.fromhex(text)
    if text == "00013400":
        assert control.parse_settings(data) == {0: [52]}
        return
    with pytest.raises(ProtocolError):
        control.parse_settings(data)


def test_a_block_of_no_bits_repeats() -> None:
    head = encode_head(2, STAMP, DELTA | 1) + bytes.fromhex("0100feff0300")
    assert read_frame(head + bytes((0, 3))).raw.tolist() == [[1, -2, 3]] * 4


def test_blocks_that_promise_more_than_there_is() -> None:
    frame = encode_delta(2, STAMP, DELTA | 1, DIGITS)
    assert len(read_frame(frame).raw) == 3
    for size in range(HEADER, len(frame)):
        if size == HEADER + 6:  # the reference alone is a frame
            assert len(read_frame(frame[:size]).raw) == 1
            continue
        with pytest.raises(ProtocolError):
            read_frame(frame[:size])
    for bad in (frame + b"\0", frame + bytes((33, 1)), frame + bytes((8, 0))):
        with pytest.raises(ProtocolError) as refused:
            read_frame(bad)
        assert refused.value.offset == len(frame)


@pytest.mark.parametrize("size", [n for n in range(HEADER + 36) if n <= HEADER or (n - HEADER) % 6])
def test_cut_raw_frames_are_refused(size: int) -> None:
    frame = encode_raw(2, STAMP, 1, DIGITS)
    with pytest.raises(ProtocolError):
        read_frame((frame + frame)[:size])


def test_two_raw_frames_glued_are_none() -> None:
    with pytest.raises(ProtocolError, match="no whole samples"):
        read_frame(encode_raw(2, STAMP, 1, DIGITS) * 2)


def test_two_bits_hold_what_polar_reads_wrong_in_one() -> None:
    assert encode_block(np.array([[0, -1, 0]]))[0] == 2


def test_factors_and_ranges() -> None:
    frame = encode_delta(2, STAMP, DELTA, np.array([[1000, -2000, 4096]]))
    given = polar.decode(DATA, frame, {"factors": {"2": 0.001}, "ranges": {"2": 4.0}})
    np.testing.assert_allclose(given.accel_m_s2, np.array([[1000, -2000, 4096]]) * MILLI_G_M_S2)
    assert given.clipped is not None
    assert given.clipped.tolist() == [True]
    assumed = polar.decode(DATA, frame, {})
    np.testing.assert_allclose(assumed.accel_m_s2, np.array([[244, -488, 999.424]]) * MILLI_G_M_S2)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("f003020600", {"op": 3, "measurement": 2, "error": 6, "error_text": "already in this state"}),
        ("f0020209", {"op": 2, "measurement": 2, "error": 9, "error_text": "range not offered"}),
        ("f0020277", {"op": 2, "measurement": 2, "error": 0x77, "error_text": "not known"}),
        ("0102", {"stopped_measurements": [2]}),
    ],
)
def test_answers(text: str, said: dict[str, object]) -> None:
    fields = polar.decode(CONTROL, bytes.fromhex(text), {}).fields
    assert {name: fields[name] for name in said} == said
    assert polar.decode(CONTROL, b"\x01\x02", {}).kind is Kind.STATUS


@pytest.mark.parametrize("text", ["", "f0", "f00102", "0f", "07", "01"])
def test_what_is_no_answer(text: str) -> None:
    with pytest.raises(ProtocolError):
        polar.decode(CONTROL, bytes.fromhex(text), {})


class InParts(VirtualPolar):
    """Sends the settings in two indications, as the document allows."""

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        whole = super().write(characteristic, data)
        if data[0] != Op.SETTINGS or len(whole[0].payload) < 10:
            return whole
        head, rest = whole[0].payload[:4], whole[0].payload[5:]
        return [
            Notification(CONTROL, head + b"\1" + rest[:7]),
            Notification(CONTROL, head + b"\0" + rest[7:]),
        ]


def test_an_answer_in_two_indications() -> None:
    sensor = InParts("0A1B2C3D")
    sensor.connect()
    assert rehearse(polar.configure(Wish()), sensor).result == running()[1]


def test_an_h10_has_200_hz_and_no_gyroscope() -> None:
    sensor, stream, talk = running("H10", Wish(accel_range_g=4))
    assert (stream.rate_hz, stream.mode["sdk"]) == (200, False)
    assert stream.accel_range_m_s2 == pytest.approx(4 * 9.80665)
    starts = [step.data for step in talk.steps if isinstance(step, Write) and step.data[0] == Op.START]
    assert starts == [control.start(2, {0: 200, 1: 16, 2: 4})]  # it refuses what it doesn't list
    assert stream.info["model"] == "H10"
    notifications = sent(sensor, 200, 2.0)
    assert {len(one.payload) for one in notifications} == {226}
    rows = received(stream, notifications)
    fed = np.concatenate([part[1] for part in moving(200, 2.0)])
    accel = np.concatenate([one.accel_m_s2 for one in rows])
    np.testing.assert_allclose(accel, fed[: len(accel)], atol=MILLI_G_M_S2)
    assert np.isnan(np.concatenate([one.gyro_rad_s for one in rows])).all()
    assert np.diff(np.concatenate([one.tick for one in rows])) == pytest.approx(5000, abs=1)
    rehearse(polar.stop(stream), sensor)
    assert sensor.stream is None


class WithoutSdk(VirtualPolar):
    def _switch_sdk(self, op: int) -> int:
        del op
        return 3


def test_a_sensor_without_sdk_mode_streams_52_hz() -> None:
    sensor = WithoutSdk("1")
    sensor.connect()
    stream = rehearse(polar.configure(Wish()), sensor).result
    assert (stream.rate_hz, stream.mode["sdk"]) == (52, False)
    assert running(wish=Wish(rate_hz=52))[1].mode["sdk"] is False
    assert running(wish=Wish(rate_hz=100))[1].rate_hz == 104


def test_leftovers_are_stopped_before_sdk_mode() -> None:
    sensor, _, _ = running()
    again = rehearse(polar.configure(Wish()), sensor)
    written = [step.data[:2] for step in again.steps if isinstance(step, Write)]
    assert written.index(b"\x03\x02") < written.index(b"\x03\x05") < written.index(b"\x02\x09")
    assert again.result.rate_hz == 208


def test_the_sensor_refuses() -> None:
    class SmallMtu(VirtualPolar):
        def _start(self, measurement: Measurement, data: bytes) -> bytes:
            del data
            return control.encode_answer(Op.START, measurement, 10)

    sensor = SmallMtu("1")
    sensor.connect()
    with pytest.raises(
        ExchangeError, match=r"start of ACC: the sensor answers 10 \(MTU too small.*Connect again"
    ):
        rehearse(polar.configure(Wish()), sensor)


def test_a_sensor_that_wants_to_be_paired() -> None:
    def unpaired(step: Step) -> Exception | None:
        return WriteRefused(0x05) if isinstance(step, Write) else None

    sensor = VirtualPolar("1")
    sensor.connect()
    with pytest.raises(ExchangeError, match=r"0x05.*Pair the sensor"):
        rehearse(polar.configure(Wish()), sensor, unpaired)


def test_a_control_point_that_cannot_be_read() -> None:
    def mute(step: Step) -> Exception | None:
        return TimeoutError() if isinstance(step, Read) and step.characteristic == CONTROL else None

    sensor = VirtualPolar("1")
    sensor.connect()
    with pytest.raises(ExchangeError, match="doesn't say what the sensor can"):
        rehearse(polar.configure(Wish()), sensor, mute)


def test_indications_come_before_notifications() -> None:
    _, _, talk = running()
    assert [step.characteristic for step in talk.steps if isinstance(step, Subscribe)] == [CONTROL, DATA]


def accel_frame(stamp_ns: int, n: int = 36) -> Notification:
    raw = np.tile(np.array([[1, 2, 1000]]), (n, 1))
    return Notification(DATA, encode_raw(Measurement.ACC, stamp_ns, 1, raw))


def test_true_rate_from_stamps_and_a_lost_frame() -> None:
    """A sensor 2 % too fast: times follow its stamps; after a loss they go back from the next stamp."""
    _, stream, _ = running("H10")
    step = round(36 * 1e9 / 204)
    stamps = [10**18 + i * step for i in (0, 1, 2, 4, 5)]
    rows = received(stream, [accel_frame(stamp) for stamp in stamps])
    tick = np.concatenate([one.tick for one in rows])
    assert [one.tick[-1] for one in rows] == [(stamp + 500) // 1000 for stamp in stamps]
    gaps = np.diff(tick)
    assert gaps[36:].min() == pytest.approx(1e6 / 204, abs=1)
    assert np.count_nonzero(gaps > 10_000) == 1
    assert gaps.max() == pytest.approx(37 * 1e6 / 204, abs=2)


def test_a_clock_that_is_set_begins_a_segment() -> None:
    _, stream, _ = running("H10")
    step = 180_000_000
    later = 5 * 365 * 86400 * 10**9
    stamps = [10**17, 10**17 + step, 10**17 + later, 10**17 + later + step, 10**17 + 2 * step]
    rows = received(stream, [accel_frame(stamp) for stamp in stamps])
    assert [one.restarted for one in rows] == [False, False, True, False, True]
    tick = np.concatenate([one.tick for one in rows])
    assert (np.diff(tick) > 0).all()
    assert np.diff(tick).max() < 10_000


def test_doubled_frames_give_no_rows() -> None:
    _, stream, _ = running("H10")
    frame = accel_frame(10**18)
    assert len(received(stream, [frame, frame])) == 1


def test_an_impossible_stamp_is_refused() -> None:
    _, stream, _ = running("H10")
    for stamp in (0, 2**63):
        with pytest.raises(ProtocolError, match="a stamp of"):
            received(stream, [accel_frame(stamp)])


def test_magnetometer_frames_are_no_rows() -> None:
    _, stream, _ = running()
    frame = Notification(DATA, encode_delta(6, STAMP, DELTA, DIGITS))
    assert received(stream, [frame]) == []


def test_settings_copy_what_is_offered() -> None:
    offer = {
        Setting.RATE_HZ: [26, 52],
        Setting.RANGE: [2, 4, 8],
        Setting.RESOLUTION_BITS: [16],
        Setting.FACTOR: [0.1],
    }
    assert polar.choose(offer, 52, 3.0) == {0: 52, 2: 4, 1: 16}
    assert polar.choose(offer, 26, 99.0)[Setting.RANGE] == 8
    assert polar.choose({Setting.RATE_HZ: [50]}, 50, 3.0) == {0: 50}


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -2e9])
def test_float_patterns_that_are_no_rates(value: float) -> None:
    raw = np.array([[1.0, value, 2.0]], "<f4").view("<i4").astype(np.int64)
    with pytest.raises(ProtocolError, match="no finite angular rate"):
        read_frame(encode_delta(5, STAMP, DELTA | 1, raw))


@pytest.mark.parametrize("head", [(0, 0), (1, 0), (2, 3), (5, 1), (9, 0), (63, 0x80)])
def test_measurements_that_are_not_decoded(head: tuple[int, int]) -> None:
    with pytest.raises(ProtocolError, match="isn't decoded") as refused:
        read_frame(encode_head(head[0], STAMP, head[1]) + bytes(12))
    assert refused.value.offset == 9


def test_other_characteristics_and_answers_give_no_rows() -> None:
    _, stream, _ = running()
    receiver = PolarReceiver(stream)
    assert len(receiver.push(CONTROL, bytes.fromhex("f003020000"))) == 0
    for push in (receiver.push, lambda place, payload: polar.decode(place, payload, {})):
        with pytest.raises(ProtocolError, match="characteristic x"):
            push("x", bytes(20))
    with pytest.raises(ProtocolError):
        receiver.push(CONTROL, b"\xf0")


class Offering(VirtualPolar):
    """Answers GET SETTINGS with other parameters."""

    parameters = b""

    def _offer(self, measurement: Measurement) -> bytes:
        return control.encode_answer(Op.SETTINGS, measurement, 0, self.parameters)


@pytest.mark.parametrize(("text", "told"), [("0001", "needs"), ("01011000", "no rates")])
def test_settings_that_offer_nothing(text: str, told: str) -> None:
    sensor = Offering("1")
    sensor.connect()
    sensor.parameters = bytes.fromhex(text)
    with pytest.raises(ExchangeError, match=told):
        rehearse(polar.configure(Wish()), sensor)


def test_a_sensor_without_an_accelerometer() -> None:
    class Strap(VirtualPolar):
        def read(self, characteristic: str) -> bytes:
            return b"\x0f\x01" if characteristic == CONTROL else super().read(characteristic)

    sensor = Strap("1")
    sensor.connect()
    with pytest.raises(ExchangeError, match="no accelerometer stream"):
        rehearse(polar.configure(Wish()), sensor)
