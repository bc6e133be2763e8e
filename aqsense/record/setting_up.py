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


def of_the_set(link: Link, sensors: Path, told: Callable[[str], None]) -> Sequence[Wanted]:
    """The sensors of sensors.toml, those that are there first; one that is not heard is wanted all the same.

    Raises SettingsError for the file, SensorError where none is heard or the radio can't be used.
    """
    import asyncio

    known = read_sensor_set(sensors)
    found = asyncio.run(find_sensors(link, known, told, LISTEN_S))
    if not found:
        raise SensorError(f"none of the {len(known)} sensors of {sensors} is heard. Wake them and try again.")
    for one in known:
        if one not in found:
            told(f"{one.called} is not heard. It is looked for while the others record.")
    # Looking for one must not keep the others waiting.
    in_order = sorted(known, key=lambda one: one not in found)
    return [Wanted(one.site, found.get(one) or _unheard(one), facts=_facts(one)) for one in in_order]


def _unheard(known: KnownSensor) -> Found:
    return Found(known.here, Advertisement(known.name), Identity(known.family, known.serial))


def _facts(known: KnownSensor) -> dict[str, str]:
    return {"serial": known.serial} if known.serial else {}
