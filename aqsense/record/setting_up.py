"""Which sensor is worn where -> a link and the sensors that are wanted on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from aqsense.acquire.find_sensors import find_sensors
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Found, Link
from aqsense.acquire.sensor_capture import Wanted
from aqsense.acquire.sensor_set import KnownSensor, read_sensor_set
from aqsense.acquire.simulated_link import SimulatedLink
from aqsense.errors import SensorError
from aqsense.record.demo import demo
from aqsense.record.session import Play
from firmware_protocol import Advertisement, Identity

LISTEN_S = 8.0  # for sensors of the set; ends as soon as all are heard


def simulated(seed: int, clock: HostClock) -> tuple[Link, Sequence[Wanted], Play]:
    """Five simulated sensors and what they do."""
    made = demo(seed)
    link = SimulatedLink(list(made.sensors.values()), clock, seed)
    wanted: list[Wanted] = []
    for number, (site, one) in enumerate(made.sensors.items()):
        told, signal = one.virtual.advertisement, one.habits.rssi_dbm
        found = Found(f"sim:{number}", told, Identity(one.family), signal)
        wanted.append(Wanted(site, found, facts=made.facts[site]))
    return link, wanted, Play(link.begin_motion, made.marks, made.length_s)


def a_link(*, adapter: str | None, demo: bool) -> Link:
    """The radio, or the demo's sensors."""
    if demo:
        return simulated(1, HostClock())[0]
    from aqsense.acquire.bleak_link import BleakLink

    return BleakLink(adapter=adapter)


def over_the_radio(link: Link, sensors: Path, told: Callable[[str], None]) -> Sequence[Wanted]:
    """The sensors of sensors.toml; one that is not heard is wanted all the same where its address is known.

    Raises SettingsError for the file, SensorError where none is heard or the radio can't be used.
    """
    import asyncio

    known = read_sensor_set(sensors)
    found = asyncio.run(find_sensors(link, known, told, LISTEN_S))
    if not found:
        raise SensorError(f"none of the {len(known)} sensors of {sensors} is heard. Wake them and try again.")
    wanted: list[Wanted] = []
    for one in known:
        near = found.get(one) or _by_address(one)
        if one not in found:
            goes_on = "It is looked for while the others record." if near else "It is left out."
            told(f"{one.called} is not heard. {goes_on}")
        if near:
            facts = {"serial": one.serial} if one.serial else {}
            wanted.append(Wanted(one.site, near, facts=facts))
    return wanted


def _by_address(known: KnownSensor) -> Found | None:
    told = Advertisement(known.name)
    return Found(known.here, told, Identity(known.family, known.serial)) if known.here else None
