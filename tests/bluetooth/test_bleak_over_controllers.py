"""bleak against sensors behind virtual Bluetooth controllers: bytes on air, GATT database, ATT errors."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from sensors_on_air import NAMES, on_air, one_of_each

from aqsense.acquire.bleak_link import BleakLink
from aqsense.acquire.exchange_driver import Talk
from firmware_protocol import FAMILIES, Wish

pytest.importorskip("dbus_fast", reason="the emulated Bluetooth service speaks D-Bus")
pytest.importorskip("bumble", reason="needs bumble's virtual controllers")
Put = Callable[..., Any]
# One in every run; the others take the same way through the controllers.
OTHERS = [pytest.param(one, marks=pytest.mark.slow) for one in NAMES if one != "movella_dot"]


def test_advertising_bytes_are_recognised(put_on_air: Put) -> None:
    sensors = one_of_each()
    put_on_air(sensors, controllers=True)
    heard = asyncio.run(BleakLink().scan(2.0, lambda _: None))
    assert {one.identity.family for one in heard} == set(NAMES)
    by_address = {one.address: one.advertisement for one in heard}
    for sensor in sensors:
        told, said = by_address[sensor.address], sensor.simulated.virtual.advertisement
        assert told.name == said.name or (sensor.simulated.family == "open_profile" and not told.name)
        assert dict(told.manufacturer) == dict(said.manufacturer)
        assert told.services == said.services


@pytest.mark.parametrize("family", ["movella_dot", *OTHERS])
def test_every_family_streams_through_controllers_and_is_lost(put_on_air: Put, family: str) -> None:
    sensor = on_air(family)
    stand_in = put_on_air([sensor], controllers=True)
    heard: list[tuple[str, int, bytes]] = []

    async def session() -> None:
        link, lost = BleakLink(), asyncio.Event()
        found = (await link.scan(1.0, lambda _: None))[0]
        for _ in range(2):
            lost.clear()
            connection = await link.connect(found, lost.set)
            talk = Talk(connection, lambda *one: heard.append(one))
            await talk.carry_out(FAMILIES[family].configure(Wish()))
            before = len(heard)
            async with asyncio.timeout(30.0):
                while len(heard) < before + 10:
                    await asyncio.sleep(0.02)
                habits = sensor.simulated.habits
                object.__setattr__(habits, "drops", ((stand_in.link.now_s(), 0.2),))
                await lost.wait()
            await asyncio.sleep(0.3)

    asyncio.run(session())
    said = [(one.characteristic, one.payload) for one in sensor.simulated.sent]
    rest = iter(said)
    assert all((characteristic, payload) in rest for characteristic, _, payload in heard), "out of order"
    assert len(said) - len(heard) <= 20, "more than what was under way is missing"
