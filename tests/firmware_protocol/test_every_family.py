"""What every family promises, tried on each against its own virtual sensor."""

from __future__ import annotations

import contextlib
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from firmware_protocol import (
    FAMILIES,
    Advertisement,
    ExchangeError,
    Family,
    ProtocolError,
    Rows,
    Stream,
    Wish,
)
from firmware_protocol.family import Notification, VirtualSensor
from firmware_protocol.rehearsal import moving, rehearse, sent, started

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
import fuzz_protocol

CI_COUNT = 20_000


@pytest.fixture(params=sorted(FAMILIES))
def family(request: pytest.FixtureRequest) -> Family:
    return FAMILIES[request.param]


def received(family: Family, stream: Stream, notifications: list[Notification]) -> list[Rows]:
    receiver = family.receiver(stream)
    pushed = [receiver.push(one.characteristic, one.payload) for one in notifications]
    return [rows for rows in pushed if len(rows)]


def joined(parts: list[Rows]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return (
        np.concatenate([rows.tick for rows in parts]),
        np.concatenate([rows.accel_m_s2 for rows in parts]),
        np.concatenate([rows.gyro_rad_s for rows in parts]),
    )


def test_name_and_advertisement(family: Family) -> None:
    sensor = family.virtual("1234")
    identity = family.recognise(sensor.advertisement)
    assert identity is not None
    assert identity.family == family.name
    assert family.recognise(Advertisement(name="Kitchen radio")) is None
    assert family.recognise(Advertisement(name="")) is None


def test_no_two_families_take_the_same_sensor(family: Family) -> None:
    advertisement = family.virtual("1234").advertisement
    takers = [one.name for one in FAMILIES.values() if one.recognise(advertisement)]
    assert takers == [family.name]


def test_configured_streams_stops(family: Family) -> None:
    sensor, stream, _ = started(family, "1234")
    assert stream.family == family.name
    assert sensor.stream is not None
    assert (sensor.stream.rate_hz, sensor.stream.mode) == (stream.rate_hz, stream.mode)
    assert sent(sensor, stream.rate_hz, 1.0)
    rehearse(family.stop(stream), sensor)
    assert sensor.stream is None
    assert sent(sensor, stream.rate_hz, 1.0) == []


def test_configured_again_after_a_lost_link(family: Family) -> None:
    """The sensor may still stream, or not; the host begins from the start."""
    sensor, stream, _ = started(family, "1234")
    sent(sensor, stream.rate_hz, 0.5)
    sensor.disconnect()
    sensor.connect()
    again = rehearse(family.configure(Wish()), sensor).result
    assert again.rate_hz == stream.rate_hz
    assert received(family, again, sent(sensor, again.rate_hz, 0.5))


def test_rows_are_what_was_fed(family: Family) -> None:
    """Values within the sensor's resolution, ticks at the nominal spacing; what is unfinished is missing."""
    sensor, stream, _ = started(family, "1234")
    parts = list(moving(stream.rate_hz, 2.0))
    accel_fed, gyro_fed = (np.concatenate([part[i] for part in parts]) for i in (1, 2))
    notifications = [one for part in parts for one in sensor.feed(*part)]
    tick, accel, gyro = joined(received(family, stream, notifications))
    n, missing = len(tick), len(accel_fed) - len(tick)
    assert 0 <= missing < max(0.4 * len(accel_fed), 1)
    assert (np.diff(tick) > 0).all()
    assert np.median(np.diff(tick)) == pytest.approx(stream.ticks_per_sample, rel=0.05)
    shifts = range(missing + 1)
    accel_step = stream.accel_range_m_s2 / 2**10
    near = [s for s in shifts if close(accel, accel_fed[s : s + n], accel_step)]
    assert near, "no shift of what was fed gives these accelerations"
    if np.isfinite(gyro).any():
        gyro_step = stream.gyro_range_rad_s / 2**10
        assert any(close(gyro, gyro_fed[s : s + n], gyro_step) for s in near)


def close(found: np.ndarray, fed: np.ndarray, step: float) -> bool:
    """Where it was delivered, within a step of the digits; and most of it was delivered."""
    delivered = np.isfinite(found)
    return bool(delivered.mean() > 0.8 and (np.abs(found - fed)[delivered] <= step).all())


def test_repeated_notifications_give_no_rows(family: Family) -> None:
    sensor, stream, _ = started(family, "1234")
    notifications = sent(sensor, stream.rate_hz, 1.0)
    doubled = [one for one in notifications for _ in range(2)]
    if stream.tick_source == "count":
        pytest.skip("bytes without counter or stamp: a repetition can't be told from a still sensor")
    once, twice = (joined(received(family, stream, given)) for given in (notifications, doubled))
    for a, b in zip(once, twice, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_bad_packet_is_as_good_as_lost(family: Family) -> None:
    sensor, stream, _ = started(family, "1234")
    if stream.tick_source == "count":
        pytest.skip("frames stand for themselves: half a notification may hold whole ones")
    notifications = sent(sensor, stream.rate_hz, 1.0)
    with_bad, with_gap = family.receiver(stream), family.receiver(stream)
    middle = len(notifications) // 2
    for place, one in enumerate(notifications):
        if place == middle:
            bad = one.payload[: len(one.payload) // 2]
            with contextlib.suppress(ProtocolError):
                assert len(with_bad.push(one.characteristic, bad)) == 0
            continue
        a = with_bad.push(one.characteristic, one.payload)
        b = with_gap.push(one.characteristic, one.payload)
        np.testing.assert_array_equal(a.tick, b.tick)
        np.testing.assert_array_equal(a.accel_m_s2, b.accel_m_s2)


def test_a_lost_notification_leaves_the_others_ticks(family: Family) -> None:
    """Where the device counts or stamps, what comes after a loss keeps its ticks."""
    sensor, stream, _ = started(family, "1234")
    if stream.tick_source == "count":
        pytest.skip("samples are counted as received: a lost packet doesn't show")
    notifications = sent(sensor, stream.rate_hz, 2.0)
    middle = len(notifications) // 2
    whole, _, _ = joined(received(family, stream, notifications))
    holed, _, _ = joined(received(family, stream, notifications[:middle] + notifications[middle + 1 :]))
    assert len(holed) < len(whole)
    unmatched = np.abs(holed[:, None] - whole[None, :]).min(axis=1)
    assert (unmatched <= 0.02 * stream.ticks_per_sample).all()


def test_a_restart_is_told_and_ticks_go_on_rising(family: Family) -> None:
    sensor, stream, _ = started(family, "1234")
    receiver = family.receiver(stream)
    before = [receiver.push(n.characteristic, n.payload) for n in sent(sensor, stream.rate_hz, 2.0)]
    sensor.reboot()
    sensor.connect()
    again = rehearse(family.configure(Wish()), sensor)
    after = [
        receiver.push(n.characteristic, n.payload)
        for part in moving(stream.rate_hz, 1.0)
        for n in sensor.feed(part[0] - 1.0 + 0.01, part[1], part[2])
    ]
    assert again.result.rate_hz == stream.rate_hz
    old, new = ([rows for rows in part if len(rows)] for part in (before, after))
    tick, _, _ = joined(old + new)
    assert (np.diff(tick) > 0).all()
    assert not any(rows.restarted for rows in old)
    if stream.tick_source != "count":
        assert [rows.restarted for rows in new] == [True] + [False] * (len(new) - 1)


def test_battery(family: Family) -> None:
    sensor = family.virtual("1234")
    sensor.connect()
    percent = rehearse(family.battery(), sensor).result
    assert percent is None or 0 <= percent <= 100


def test_blink(family: Family) -> None:
    if family.blink is None:
        pytest.skip("this family can't show itself")
    sensor = family.virtual("1234")
    sensor.connect()
    assert rehearse(family.blink(), sensor).steps


class Spoiling:
    """A virtual sensor some of whose answers are damaged on the way."""

    def __init__(self, sensor: VirtualSensor, draw: random.Random):
        self._sensor = sensor
        self._draw = draw

    def __getattr__(self, name: str) -> object:
        return getattr(self._sensor, name)

    def _spoilt(self, payload: bytes) -> bytes:
        other = self._draw.randbytes(4)
        return fuzz_protocol.spoil(payload, self._draw, other) if self._draw.random() < 0.2 else payload

    def read(self, characteristic: str) -> bytes:
        return self._spoilt(self._sensor.read(characteristic))

    def write(self, characteristic: str, data: bytes) -> list[Notification]:
        answers = self._sensor.write(characteristic, data)
        return [Notification(one.characteristic, self._spoilt(one.payload)) for one in answers]


def test_spoilt_answers_are_taken_or_end_in_an_exchange_error(family: Family) -> None:
    """Whatever a sensor answers: a stream that a receiver can be made for, or one line."""
    said: list[str] = []
    for seed in range(150):
        sensor = family.virtual("1234")
        sensor.connect()
        spoiling: Any = Spoiling(sensor, random.Random(seed))
        try:
            stream = rehearse(family.configure(Wish()), spoiling).result
            family.receiver(stream)
            assert np.isfinite([stream.rate_hz, stream.accel_range_m_s2, stream.gyro_range_rad_s]).all()
            rehearse(family.stop(stream), spoiling)
        except ExchangeError as error:
            said.append(str(error))
    assert 0 < len(said) < 150
    assert all(len(one.splitlines()) == 1 for one in said)


@pytest.mark.parametrize("seed", [1])
def test_random_and_spoilt_packets(family: Family, seed: int) -> None:
    outcome = fuzz_protocol.fuzz(family, CI_COUNT, seed)
    assert outcome.packets + outcome.errors == CI_COUNT
    assert outcome.errors > CI_COUNT / 100
    assert outcome.packets > CI_COUNT / 100


def test_the_fuzzer_sees_what_it_must_not_miss(family: Family) -> None:
    def careless(characteristic: str, payload: bytes, mode: object) -> object:
        return family.decode(characteristic, payload, {}) if payload[3] else None

    with pytest.raises(fuzz_protocol.Surprise):
        fuzz_protocol.fuzz(replace(family, decode=careless), 2000, 1)
