"""Sensors that are named by serial, name or address are found by as few scans as possible."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from simulated import SITES, all_stream, packets, sensor

from aqsense.acquire.capture import Capture
from aqsense.acquire.finder import Finder, matching
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Found
from aqsense.acquire.packet_log import PacketLog
from aqsense.acquire.sensor_capture import Wanted
from aqsense.acquire.simulated_link import SimulatedLink
from aqsense.errors import SensorError, SettingsError
from aqsense.record.setting_up import over_the_radio
from firmware_protocol import Advertisement, Identity


class CountingLink(SimulatedLink):
    """Counts scans, and scans that overlap with another or with a connect."""

    scans, busy, most = 0, 0, 0

    async def scan(self, seconds: float, found: Callable[[Found], None]) -> list[Found]:
        self.scans += 1
        self.busy += 1
        self.most = max(self.most, self.busy)
        try:
            return await super().scan(seconds, found)
        finally:
            self.busy -= 1


def one(address: str, name: str, serial: str) -> Found:
    return Found(address, Advertisement(name), Identity("polar", serial))


def test_serial_name_and_address() -> None:
    near = [one("AA:01", "Sense 12", "0012"), one("AA:02", "Sense 13", ""), one("AA:03", "board", "")]
    assert matching("0012", near) == near[:1]
    assert matching(" sense 13", near) == near[1:2]
    assert matching("aa:03", near) == near[2:]
    assert matching("", near) == []
    assert matching("Sense", near) == []


def test_one_scan_serves_all_that_are_looked_for() -> None:
    async def look() -> tuple[list[str], int, int]:
        link = CountingLink([sensor("open_profile", i) for i in range(4)], HostClock(20.0))
        finder = Finder(link, asyncio.Lock())
        found = await asyncio.gather(*(finder.find(f"SIM:{i}") for i in range(4)))
        return [who.address for who in found], link.scans, link.most

    assert asyncio.run(look()) == ([f"sim:{i}" for i in range(4)], 1, 1)


def test_not_heard_and_ambiguous() -> None:
    async def look(who: str) -> None:
        link = SimulatedLink([sensor("open_profile", i) for i in range(2)], HostClock(20.0))
        await Finder(link, asyncio.Lock()).find(who)

    with pytest.raises(SensorError, match="not heard"):
        asyncio.run(look("D4CA"))
    with pytest.raises(SensorError, match=r"2 sensors answer to aqsense board.*sim:0, sim:1"):
        asyncio.run(look("aqsense board"))


def test_a_sensor_that_is_switched_on_later_is_found(tmp_path: Path) -> None:
    """The others are recorded meanwhile."""
    link = SimulatedLink(
        [sensor("open_profile"), sensor("open_profile", 1, drops=((0.0, 4.0),))], HostClock(4.0)
    )
    wanted = [Wanted(SITES[i], who=f"sim:{i}") for i in range(2)]
    capture = Capture(link, wanted, PacketLog(tmp_path), {"name": "late"}, clock=link.clock)
    capture.start()
    said: set[str] = set()
    while not all_stream(capture.now):
        said.add(capture.now.sensors[1].trouble)
    capture.stop()
    assert any("not heard" in text for text in said)
    assert {site: len(found) > 10 for site, found in packets(tmp_path).items()} == dict.fromkeys(
        SITES[:2], True
    )


def test_where_sensors_are_worn() -> None:
    _, wanted = over_the_radio(["trunk=Sense 12", "left_shin= D4CA "])
    assert [(each.site, each.who) for each in wanted] == [("left_shin", "D4CA"), ("trunk", "Sense 12")]
    for wrong in (["shin=1"], ["trunk"], ["trunk="], ["trunk=1", "trunk=2"]):
        with pytest.raises(SettingsError, match="SITE=WHO"):
            over_the_radio(wrong)
