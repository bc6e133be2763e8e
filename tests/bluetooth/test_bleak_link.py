"""bleak's own Linux backend against emulated sensors: scan, configure, stream, stop, and what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sensors_on_air import NAMES, Faults, OnAir, on_air, one_of_each

from aqsense.acquire.bleak_link import BleakLink, Patience
from aqsense.acquire.exchange_driver import Talk
from aqsense.acquire.link import Connection, Found
from aqsense.errors import SensorError
from firmware_protocol import FAMILIES, ExchangeError, Stream, Wish, WriteRefused
from firmware_protocol.standard_services import BATTERY_LEVEL

pytest.importorskip("dbus_fast", reason="the emulated Bluetooth service speaks D-Bus")
QUICK = Patience(connect_s=5.0, operation_s=5.0, disconnect_s=12.0, look_again_s=3.0)
Put = Callable[..., Any]
Heard = list[tuple[str, int, bytes]]


async def hear(link: BleakLink, sensor: OnAir) -> Found:
    """The sensor, once a scan has heard it."""
    for _ in range(40):
        heard = await link.scan(0.15, lambda _: None)
        for one in heard:
            if one.address == sensor.address:
                return one
    pytest.fail("it is not heard")


async def connected(sensor: OnAir, patience: Patience = QUICK) -> tuple[Connection, asyncio.Event]:
    link, lost = BleakLink(patience=patience), asyncio.Event()
    return await link.connect(await hear(link, sensor), lost.set), lost


async def configured(sensor: OnAir, heard: Heard) -> tuple[Connection, Talk, Stream, asyncio.Event]:
    connection, lost = await connected(sensor)
    talk = Talk(connection, lambda *one: heard.append(one))
    stream = await talk.carry_out(FAMILIES[sensor.simulated.family].configure(Wish()))
    return connection, talk, stream, lost


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(30.0):
        while not true():
            await asyncio.sleep(0.02)


def test_a_scan_hears_every_family_strongest_first(put_on_air: Put) -> None:
    sensors = one_of_each()
    put_on_air(sensors)
    told: list[Found] = []
    heard = asyncio.run(BleakLink().scan(1.5, told.append))
    assert [one.identity.family for one in heard] == list(NAMES)
    assert [one.rssi_dbm for one in heard] == [-50 - number for number in range(len(NAMES))]
    assert {one.address for one in told} == {one.address for one in sensors}
    assert [one.advertisement for one in heard] == [one.simulated.virtual.advertisement for one in sensors]


@pytest.mark.parametrize("family", NAMES)
def test_every_family_is_configured_streams_and_stops(put_on_air: Put, family: str) -> None:
    sensor = on_air(family)
    put_on_air([sensor])
    heard: Heard = []

    async def session() -> Stream:
        connection, talk, stream, _ = await configured(sensor, heard)
        await until(lambda: sensor.simulated.n_sent > 12 and len(heard) > 12)
        await talk.carry_out(FAMILIES[family].stop(stream))
        await asyncio.sleep(0.2)
        await connection.disconnect()
        assert not connection.is_connected
        return stream

    stream = asyncio.run(session())
    assert sensor.simulated.virtual.stream is None
    sent = [(one.characteristic, one.payload) for one in sensor.simulated.sent]
    # A sensor may go on until the system has told it that nobody listens any more.
    assert [(characteristic, payload) for characteristic, _, payload in heard] == sent[: len(heard)]
    assert np.all(np.diff([arrival_ns for _, arrival_ns, _ in heard]) >= 0)
    receiver = FAMILIES[family].receiver(stream)
    rows = [receiver.push(characteristic, payload) for characteristic, _, payload in heard]
    assert sum(len(one) for one in rows) > 5


def test_a_loss_in_mid_stream_is_reported_once_and_the_next_connection_works(put_on_air: Put) -> None:
    sensor = on_air("metamotion")
    stand_in = put_on_air([sensor])
    heard: Heard = []

    async def session() -> None:
        link, calls = BleakLink(patience=QUICK), []
        found = await hear(link, sensor)
        for attempt in (1, 2):
            connection = await link.connect(found, lambda: calls.append("lost"))
            talk = Talk(connection, lambda *one: heard.append(one))
            await talk.carry_out(FAMILIES["metamotion"].configure(Wish()))
            before = len(heard)
            await until(lambda before=before: len(heard) > before + 5)
            assert connection.is_connected
            break_off(stand_in, sensor)
            await until(lambda attempt=attempt: len(calls) == attempt)
            assert not connection.is_connected
            with pytest.raises(SensorError, match="connection is lost"):
                await connection.read(BATTERY_LEVEL)
            await connection.disconnect()
        assert calls == ["lost", "lost"]

    asyncio.run(session())


def break_off(stand_in: Any, sensor: OnAir) -> None:
    """From now on for 0.2 s the sensor is out of reach."""
    object.__setattr__(sensor.simulated.habits, "drops", ((stand_in.link.now_s(), 0.2),))


def test_busy_connects_are_tried_again(put_on_air: Put) -> None:
    sensor = on_air("polar", faults=Faults(busy_connects=3))
    put_on_air([sensor])

    async def session() -> None:
        connection, _ = await connected(sensor)
        await connection.disconnect()

    asyncio.run(session())
    assert (sensor.connects, sensor.faults.busy_connects) == (1, 0)


def test_a_sensor_that_stays_busy_is_given_up_with_what_to_do(put_on_air: Put) -> None:
    sensor = on_air("polar", faults=Faults(busy_connects=100))
    put_on_air([sensor])
    with pytest.raises(SensorError, match="held by another program") as caught:
        asyncio.run(connected(sensor))
    assert caught.value.sensor == sensor.simulated.virtual.advertisement.name


def test_what_the_system_forgot_is_listened_for_again(put_on_air: Put) -> None:
    sensor = on_air("movesense", faults=Faults(forgotten=1))
    put_on_air([sensor])

    async def session() -> bool:
        connection, _ = await connected(sensor)
        was = connection.is_connected
        await connection.disconnect()
        return was

    assert asyncio.run(session())


def test_a_sensor_heard_on_another_loop_connects(put_on_air: Put) -> None:
    """A scan in one program part, the capture's thread in another."""
    sensor = on_air("witmotion")
    put_on_air([sensor])
    link = BleakLink(patience=QUICK)
    found = asyncio.run(hear(link, sensor))

    async def session() -> None:
        connection = await link.connect(found, lambda: None)
        assert connection.is_connected
        await connection.disconnect()

    asyncio.run(session())


def test_a_sensor_that_went_away_ends_within_the_patience(put_on_air: Put) -> None:
    sensor = on_air("witmotion")
    put_on_air([sensor])

    async def session() -> None:
        link = BleakLink(patience=Patience(connect_s=0.5, look_again_s=0.5))
        found = await hear(link, sensor)
        sensor.is_away = True
        await link.connect(found, lambda: None)

    with pytest.raises(SensorError, match=r"no connection within 0\.5 s"):
        asyncio.run(session())


def test_a_slow_disconnect_is_waited_for_and_the_next_connect_works(put_on_air: Put) -> None:
    sensor = on_air("polar", faults=Faults(slow_disconnect_s=1.0))
    put_on_air([sensor])

    async def session() -> None:
        link = BleakLink(patience=QUICK)
        found = await hear(link, sensor)
        for _ in range(2):
            connection = await link.connect(found, lambda: pytest.fail("nobody lost it"))
            await connection.disconnect()
            assert not connection.is_connected

    asyncio.run(session())
    assert sensor.connects == 2


@pytest.mark.parametrize("family", ["movella_dot", "polar", "movesense", "open_profile"])
def test_a_refused_write_comes_out_as_the_protocol_says(put_on_air: Put, family: str) -> None:
    sensor = on_air(family, faults=Faults(refused_writes=1000))
    put_on_air([sensor])
    with pytest.raises((WriteRefused, ExchangeError)):
        asyncio.run(configured(sensor, []))
    assert sensor.faults.refused_writes < 1000


def test_a_write_that_is_never_answered_ends_in_time(put_on_air: Put) -> None:
    sensor = on_air("polar", faults=Faults(hung_writes=(1,)))
    put_on_air([sensor])

    async def session() -> None:
        connection, _ = await connected(sensor, Patience(operation_s=0.3))
        characteristic = next(
            one.uuid
            for group in sensor.simulated.virtual.services.values()
            for one in group
            if "write" in one.properties
        )
        await connection.write(characteristic, b"\x01\x02", response=True)

    with pytest.raises(TimeoutError, match=r"longer than 0\.3 s"):
        asyncio.run(session())


@pytest.mark.parametrize("family", NAMES)
def test_a_sensor_that_vanishes_during_start(put_on_air: Put, family: str) -> None:
    sensor = on_air(family, faults=Faults(vanishes_at_write=1))
    put_on_air([sensor])
    with pytest.raises((SensorError, ExchangeError, TimeoutError)):
        asyncio.run(configured(sensor, []))


@pytest.mark.parametrize("family", ["metamotion", "open_profile"])
def test_what_is_delivered_twice_counts_once(put_on_air: Put, family: str) -> None:
    sensor = on_air(family, faults=Faults(twice=True))
    put_on_air([sensor])
    heard: Heard = []

    async def session() -> None:
        connection, talk, stream, _ = await configured(sensor, heard)
        await until(lambda: sensor.simulated.n_sent > 20 and len(heard) > 20)
        await talk.carry_out(FAMILIES[family].stop(stream))
        await asyncio.sleep(0.3)
        await connection.disconnect()

    asyncio.run(session())
    # Twice as many come over the bus. What a busy machine delivers far apart, the receiver sorts out.
    assert sensor.simulated.n_sent <= len(heard) < 1.2 * sensor.simulated.n_sent


@pytest.mark.parametrize(
    ("facts", "words"),
    [({"powered": False}, "switched off"), ({"adapters": 0}, "no Bluetooth adapter"), (None, "does not run")],
)
def test_no_radio_says_what_to_do(
    bus: str, put_on_air: Put, facts: dict[str, Any] | None, words: str
) -> None:
    if facts is not None:
        put_on_air([], **facts)
    with pytest.raises(SensorError, match=words):
        asyncio.run(BleakLink().scan(0.2, lambda _: None))


def test_no_bus_at_all_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Any, bus: str) -> None:
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={tmp_path}/none")
    with pytest.raises(SensorError, match="does not run"):
        asyncio.run(BleakLink().scan(0.2, lambda _: None))
