"""Recording in the memory of a MetaMotion board, against the virtual board and the vendor's bytes."""

from __future__ import annotations

import numpy as np
import pytest

from firmware_protocol import ExchangeError, Wish
from firmware_protocol.exchange import Expect, Step, Write
from firmware_protocol.metamotion_board import Settings
from firmware_protocol.metamotion_logging import Recording, download, erase, record, rows_of
from firmware_protocol.metamotion_packets import BMI160, BMI270, COMMAND, TICK_HZ, accel_unit, gyro_unit
from firmware_protocol.metamotion_sensor import VirtualMetamotion
from firmware_protocol.rehearsal import moving, rehearse

SETTINGS = Settings(BMI270, 100, 16, 2000)


def connected(chip: str = BMI160) -> VirtualMetamotion:
    sensor = VirtualMetamotion(chip=chip)
    sensor.connect()
    return sensor


@pytest.mark.parametrize("chip", [BMI160, BMI270])
def test_what_was_fed_without_a_connection_is_downloaded(chip: str) -> None:
    sensor = connected(chip)
    recording = rehearse(record(Wish(rate_hz=200, accel_range_g=8, gyro_range_dps=500)), sensor).result
    assert recording.settings == Settings(chip, 100, 8, 500)
    sensor.disconnect()
    parts = list(moving(100, 5.0))
    assert [one for part in parts for one in sensor.feed(*part)] == []
    sensor.connect()
    packets = rehearse(download(), sensor).result
    accel, gyro = rows_of(recording, packets)
    times, fed_accel, fed_gyro = (np.concatenate([part[i] for part in parts]) for i in range(3))
    assert accel.tick.tolist() == gyro.tick.tolist() == np.rint(times * TICK_HZ).astype(int).tolist()
    np.testing.assert_allclose(accel.accel_m_s2, fed_accel, atol=accel_unit(8))
    np.testing.assert_allclose(gyro.gyro_rad_s, fed_gyro, atol=gyro_unit(500))
    assert np.isnan(accel.gyro_rad_s).all()
    assert np.isnan(gyro.accel_m_s2).all()


def test_downloaded_twice_is_the_same_and_erased_is_gone() -> None:
    sensor = connected()
    rehearse(record(Wish()), sensor)
    for part in moving(100, 1.0):
        sensor.feed(*part)
    first, second = (rehearse(download(), sensor).result for _ in range(2))
    assert first == second != []
    with pytest.raises(ExchangeError, match="memory holds 400 entries"):
        rehearse(record(Wish()), sensor)
    rehearse(erase(), sensor)
    assert rehearse(download(), sensor).result == []
    assert rehearse(record(Wish()), sensor).result.accel == (0, 1)


@pytest.mark.parametrize(("chip", "extra"), [(BMI160, "0b0d01"), (BMI270, "0b1001")])
def test_download_says_what_the_vendors_program_says(chip: str, extra: str) -> None:
    """test_logging.py's order for revision 2, test_logging_mms.py's for revision 3; a page is confirmed."""
    sensor = connected(chip)
    rehearse(record(Wish()), sensor)
    for part in moving(100, 0.5):
        sensor.feed(*part)
    written = [step.data.hex() for step in rehearse(download(), sensor).steps if isinstance(step, Write)]
    begun = ["130100", "030100", "0b0100", "0b80", extra, "0b0701", "0b0801", "0b85"]
    assert written == [*begun, "0b06c80000000a000000", "0b0e", "0b0e", "0b0e"]


def test_recording_makes_two_loggers_for_each_sensor() -> None:
    talk = rehearse(record(Wish()), connected())
    written = [step.data.hex() for step in talk.steps if isinstance(step, Write)]
    made = [data for data in written if data.startswith("0b02")]
    assert made == ["0b020304ff60", "0b020304ff24", "0b021305ff60", "0b021305ff24"]
    assert written.index("0b0b00") < written.index("0b0101") < written.index("030101")
    assert (talk.result.accel, talk.result.gyro) == ((0, 1), (2, 3))


def test_a_board_that_was_reset_keeps_its_entries_and_no_others_are_taken() -> None:
    sensor = connected()
    recording = rehearse(record(Wish()), sensor).result
    for part in moving(100, 0.5):
        sensor.feed(*part)
    sensor.reboot()
    sensor.connect()
    packets = rehearse(download(), sensor).result
    accel, _ = rows_of(recording, packets)
    assert len(accel) == 50
    other = Recording(recording.settings, recording.accel, recording.gyro, 0, (recording.reset + 1) % 8)
    assert [len(rows) for rows in rows_of(other, packets)] == [0, 0]


def test_a_lost_packet_costs_its_samples_only() -> None:
    sensor = connected()
    recording = rehearse(record(Wish()), sensor).result
    for part in moving(100, 1.0):
        sensor.feed(*part)
    packets = rehearse(download(), sensor).result
    whole = rows_of(recording, packets)
    holed = rows_of(recording, packets[:33] + packets[34:])
    for all_rows, left in zip(whole, holed, strict=True):
        assert len(all_rows) - 2 <= len(left) <= len(all_rows)
        kept = np.isin(all_rows.tick, left.tick)
        np.testing.assert_array_equal(all_rows.accel_m_s2[kept], left.accel_m_s2)
    assert sum(map(len, holed)) < sum(map(len, whole))


def test_silence_ends_a_download() -> None:
    def deaf(step: Step) -> Exception | None:
        return (
            TimeoutError("nothing") if isinstance(step, Expect) and step.what == "part of the log" else None
        )

    sensor = connected()
    rehearse(record(Wish()), sensor)
    for part in moving(100, 0.2):
        sensor.feed(*part)
    with pytest.raises(ExchangeError, match="log of 80 entries: silent after 0 packets"):
        rehearse(download(), sensor, deaf)


def test_the_vendors_sample_whose_halves_differ_by_a_tick() -> None:
    """test_logging_mms.py."""
    packet = bytes.fromhex("0b0720751b04003e01cd0121761b0400c0070000")
    accel, gyro = rows_of(Recording(SETTINGS, (0, 1), (2, 3), 0, 1), [packet])
    assert accel.tick.tolist() == [0x041B75]
    np.testing.assert_allclose(accel.accel_m_s2, np.array([[0x013E, 0x01CD, 0x07C0]]) * accel_unit(16))
    assert len(gyro) == 0


def test_the_vendors_samples_over_the_wrap_of_the_tick() -> None:
    """test_logging.py: z comes before x and y; 14 ticks (21 ms) from one sample to the next."""
    packets = [
        bytes.fromhex("0b07a1ffffffff91ef0000a0ffffffff80ffb7ff"),
        bytes.fromhex("0b07a10d00000074ef0000a00d0000007dffbaff"),
    ]
    accel, _ = rows_of(Recording(SETTINGS, (0, 1), (2, 3), 2**32 - 100, 5), packets)
    assert np.diff(accel.tick).tolist() == [14]
    digits = np.array([[-0x80, -0x49, -0x106F], [-0x83, -0x46, -0x108C]])
    np.testing.assert_allclose(accel.accel_m_s2, digits * accel_unit(16))
    assert round(14 / TICK_HZ * 1000) == 21


def test_full_scale_is_clipped() -> None:
    packet = bytes.fromhex("0b0720751b0400ff7fcd0121761b0400c0070000")
    accel, _ = rows_of(Recording(SETTINGS, (0, 1), (2, 3), 0, 1), [packet])
    assert accel.clipped.tolist() == [True]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_stands_in_the_memory_gives_rising_rows(seed: int) -> None:
    draw = np.random.RandomState(seed)
    packets = [b"\x0b\x07" + draw.bytes(9 * draw.randint(1, 3)) for _ in range(3000)]
    packets += [b"\x0b\x07" + bytes((0x20 | draw.randint(4),)) + draw.bytes(8) for _ in range(3000)]
    for rows in rows_of(Recording(SETTINGS, (0, 1), (2, 3), 7, 1), packets):
        assert (np.diff(rows.tick) > 0).all()
        assert len(rows) == len(rows.accel_m_s2) == len(rows.gyro_rad_s) == len(rows.clipped)


def test_the_virtual_board_sends_as_many_as_it_is_asked_for() -> None:
    sensor = connected()
    rehearse(record(Wish()), sensor)
    for part in moving(100, 0.1):
        sensor.feed(*part)
    sent = [one.payload for one in sensor.write(COMMAND, bytes.fromhex("0b060a00000004000000"))]
    assert [payload.hex() for payload in sent if payload[1] == 0x08] == [
        "0b0806000000",
        "0b0802000000",
        "0b0800000000",
    ]
    assert sum((len(payload) - 2) // 9 for payload in sent if payload[1] == 0x07) == 10


def test_a_recording_says_when_it_began() -> None:
    sensor = connected()
    for part in moving(100, 2.0):
        sensor.feed(*part)
    recording = rehearse(record(Wish()), sensor).result
    assert (recording.tick, recording.reset) == (round(2.99 * TICK_HZ), 5)
