"""Movesense: what host and sensor say to each other, also where the sensor refuses; logs piece by piece."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from firmware_protocol import FAMILIES, Advertisement, ExchangeError, Notification, ProtocolError, Wish
from firmware_protocol.exchange import Expect, Step, Write
from firmware_protocol.movesense_log import LogPieces, encode_log, fetch_log
from firmware_protocol.movesense_messages import (
    COMMAND,
    DATA,
    Command,
    encode_command,
    encode_paths,
    encode_response,
    read_message,
)
from firmware_protocol.movesense_objects import encode_object
from firmware_protocol.movesense_sensor import VirtualMovesense
from firmware_protocol.rehearsal import Spoil, Talk, rehearse, sent

FAMILY = FAMILIES["movesense"]


def run(
    wish: Wish | None = None, spoil: Spoil | None = None, sample_app: bool = False
) -> tuple[VirtualMovesense, Talk]:
    sensor = VirtualMovesense("201234000111", sample_app=sample_app)
    sensor.connect()
    return sensor, rehearse(FAMILY.configure(wish or Wish()), sensor, spoil)


@pytest.mark.parametrize(
    ("wished", "paths"),
    [
        (None, ["/Meas/IMU6/104"]),
        (100.0, ["/Meas/IMU6/104"]),
        (50.0, ["/Meas/IMU6/52"]),
        (104.5, ["/Meas/Acc/208", "/Meas/Gyro/208"]),
        (1000.0, ["/Meas/Acc/208", "/Meas/Gyro/208"]),
    ],
)
def test_rates(wished: float | None, paths: list[str]) -> None:
    sensor, talk = run(Wish(rate_hz=wished))
    assert list(talk.result.mode["paths"].values()) == paths
    assert talk.result.info["serial"] == "201234000111"
    assert talk.result.info["battery_percent"] == 74
    assert talk.result.info["ranges_read"]
    assert sensor.stream is not None


def test_two_resources_are_paired() -> None:
    """208 Hz: what was measured together stands in one row; each resource's first packet is left out."""
    sensor, talk = run(Wish(rate_hz=208))
    receiver = FAMILY.receiver(talk.result)
    rows = [receiver.push(one.characteristic, one.payload) for one in sent(sensor, 208, 2.0)]
    accel, gyro = (np.concatenate([getattr(one, n) for one in rows]) for n in ("accel_m_s2", "gyro_rad_s"))
    assert len(accel) == 208 * 2 // 16 * 16 - 16
    assert np.isfinite(accel).all()
    assert np.isfinite(gyro).all()


def test_a_lost_packet_of_one_resource_leaves_the_others_samples() -> None:
    sensor, talk = run(Wish(rate_hz=208))
    receiver = FAMILY.receiver(talk.result)
    notifications = sent(sensor, 208, 2.0)
    accel_parts = [i for i, one in enumerate(notifications) if one.payload[1] == 0x10]
    lost = accel_parts[10]  # a first part: its second is of no use then
    rows = [receiver.push(n.characteristic, n.payload) for i, n in enumerate(notifications) if i != lost]
    accel, gyro = (np.concatenate([getattr(one, n) for one in rows]) for n in ("accel_m_s2", "gyro_rad_s"))
    assert len(accel) == 208 * 2 // 16 * 16 - 16
    assert np.isfinite(gyro).all()
    assert np.isnan(accel).all(axis=1).sum() == 16


def test_the_sample_app() -> None:
    sensor, talk = run(sample_app=True)
    assert talk.result.info == {"ranges_read": False}
    assert not [s for s in talk.steps if isinstance(s, Write) and s.data[0] > Command.FETCH_LOG]
    receiver = FAMILY.receiver(talk.result)
    assert sum(len(receiver.push(n.characteristic, n.payload)) for n in sent(sensor, 104, 1.0)) == 104
    assert rehearse(FAMILY.battery(), sensor).result is None
    rehearse(FAMILY.stop(talk.result), sensor)
    assert sensor.stream is None


@pytest.mark.parametrize("sample_app", [False, True])
def test_no_slot(sample_app: bool) -> None:
    sensor = VirtualMovesense("1", sample_app=sample_app)
    sensor.connect()
    sensor.subscribe(DATA, on=True)
    for reference in range(0x20, 0x24):
        sensor.write(COMMAND, encode_command(Command.SUBSCRIBE, reference, encode_paths("/Meas/Magn/13")))
    with pytest.raises(ExchangeError, match=r"507 \(no slot free"):
        rehearse(FAMILY.configure(Wish()), sensor)


class Answering(VirtualMovesense):
    """A virtual sensor that answers one command otherwise, or not."""

    def __init__(self, command: Command, answer: bytes | None):
        super().__init__("1")
        self.command, self.answer = command, answer

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        if data[0] != self.command:
            return super().write(characteristic, data)
        return [] if self.answer is None else [Notification(DATA, bytes((1, data[1])) + self.answer)]


@pytest.mark.parametrize(
    ("command", "answer", "text"),
    [
        (Command.HELLO, None, "no answer to HELLO"),
        (Command.HELLO, b"\x94\x01", "status 404"),
        (Command.HELLO, b"\xff", "not the firmware that is known"),
        (Command.GET, b"\xad\x01", "429"),
        (Command.SUBSCRIBE, b"\xf5\x01", r"501 \(rate not offered"),
        (Command.SUBSCRIBE, None, "no answer within"),
        (Command.SUBSCRIBE, b"", r"None \(not known"),
    ],
)
def test_a_sensor_that_refuses(command: Command, answer: bytes | None, text: str) -> None:
    sensor = Answering(command, answer)
    sensor.connect()
    with pytest.raises(ExchangeError, match=text):
        rehearse(FAMILY.configure(Wish()), sensor)


@pytest.mark.parametrize("answer", [None, b"\x94\x01", b"\xc8\x00", b"\xc8\x00\x63\x07"])
def test_what_get_does_not_tell_is_done_without(answer: bytes | None) -> None:
    sensor = Answering(Command.GET, answer)
    sensor.connect()
    stream = rehearse(FAMILY.configure(Wish()), sensor).result
    assert (stream.rate_hz, stream.info["ranges_read"]) == (104.0, False)
    assert rehearse(FAMILY.battery(), sensor).result is None


@pytest.mark.parametrize(("accel_g", "gyro_dps"), [(8, 2001), (3, 2000)])
def test_ranges_that_it_does_not_offer_are_not_believed(accel_g: int, gyro_dps: int) -> None:
    class Odd(VirtualMovesense):
        def write(self, characteristic: str, data: bytes) -> list[Notification]:
            if data[2:] != encode_paths("/Meas/IMU/Config"):
                return super().write(characteristic, data)
            ranges = {"accel_range_g": accel_g, "gyro_range_dps": gyro_dps, "mag_range_ut": 5000}
            said = encode_response(data[1], 200, encode_object("/Meas/IMU/Config", ranges))
            return [Notification(DATA, said)]

    sensor = Odd("1")
    sensor.connect()
    stream = rehearse(FAMILY.configure(Wish()), sensor).result
    assert (stream.mode["accel_range_g"], stream.mode["gyro_range_dps"]) == (8.0, 2000.0)
    assert not stream.info["ranges_read"]


def test_hello_is_asked_again() -> None:
    missed = [TimeoutError("lost")]

    def spoil(step: Step) -> Exception | None:
        return missed.pop() if isinstance(step, Expect) and missed else None

    _, talk = run(spoil=spoil)
    assert talk.result.rate_hz == 104.0


def test_clipped_force_is_told_in_the_row_of_its_rotation() -> None:
    sensor, talk = run(Wish(rate_hz=208))
    receiver = FAMILY.receiver(talk.result)
    accel = np.zeros((64, 3))
    accel[40, 1] = 100.0
    given = sensor.feed(1.0 + np.arange(64) / 208, accel, np.zeros((64, 3)))
    parts = [receiver.push(one.characteristic, one.payload) for one in given]
    clipped = np.concatenate([rows.clipped for rows in parts])
    assert np.flatnonzero(clipped).tolist() == [40 - 16]  # the first packet is left out


def test_requests_are_not_repeated_but_hello() -> None:
    """Each that stays unanswered occupies a slot of the sensor."""
    sensor = Answering(Command.GET, None)
    sensor.connect()
    steps: tuple[Step, ...] = rehearse(FAMILY.configure(Wish()), sensor).steps
    written = [step.data for step in steps if isinstance(step, Write)]
    assert len(written) == len(set(written))


def test_names() -> None:
    identity = FAMILY.recognise(Advertisement("Movesense 201234000111"))
    assert identity is not None
    assert identity.serial == "201234000111"
    plain = FAMILY.recognise(Advertisement("Movesense"))
    assert plain is not None
    assert plain.serial == ""


@pytest.mark.parametrize("size", [0, 1, 151, 152, 153, 5000])
@pytest.mark.parametrize("sample_app", [False, True])
def test_logs_are_fetched(size: int, sample_app: bool) -> None:
    sensor = VirtualMovesense("1", sample_app=sample_app)
    sensor.connect()
    sensor.logs[7] = np.random.default_rng(size).bytes(size)
    assert rehearse(fetch_log(7), sensor).result == sensor.logs[7]
    with pytest.raises(ExchangeError, match="404" if not sample_app else "nothing more after 0 bytes"):
        rehearse(fetch_log(8), sensor)


def pieces_of(*notifications: bytes) -> LogPieces:
    pieces = LogPieces()
    for one in notifications:
        pieces.add(read_message(one))
    return pieces


def test_a_log_with_a_hole_is_no_log() -> None:
    data = bytes(range(200)) * 3
    whole = encode_log(9, data)
    assert pieces_of(*whole).data == data
    doubled = [one for one in whole[:-1] for _ in range(2)]
    assert pieces_of(*doubled, whole[-1]).data == data
    assert not pieces_of(*whole[:-1]).complete
    for missing in range(len(whole) - 2):
        with pytest.raises(ProtocolError, match="a piece from byte"):
            pieces_of(*whole[:missing], *whole[missing + 1 :])
    with pytest.raises(ProtocolError, match="no offset"):
        pieces_of(whole[0][:5])
    split = [whole[0][:100], bytes((3, 9)) + whole[0][100:]]
    assert pieces_of(*split, *whole[1:]).data == data
    assert pieces_of(*whole[:-1], bytes((2, 9)) + struct.pack("<I", len(data))).complete
    with pytest.raises(ProtocolError, match="before any first"):
        pieces_of(split[1])
