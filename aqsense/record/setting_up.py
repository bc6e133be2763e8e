"""Which sensor is worn where -> a link and the sensors that are wanted on it."""

from __future__ import annotations

from collections.abc import Sequence

from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Found, Link
from aqsense.acquire.sensor_capture import Wanted
from aqsense.acquire.simulated_link import SimulatedLink
from aqsense.record.demo import demo
from aqsense.record.session import Play
from firmware_protocol import Identity


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
