"""Which sensor is worn where -> a link and the sensors that are wanted on it."""

from __future__ import annotations

from collections.abc import Sequence

from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Found, Link
from aqsense.acquire.sensor_capture import Wanted
from aqsense.acquire.simulated_link import SimulatedLink
from aqsense.errors import SettingsError
from aqsense.model import SITES
from aqsense.record.demo import demo
from aqsense.record.session import Play
from firmware_protocol import Identity


def over_the_radio(placed: Sequence[str]) -> tuple[Link, Sequence[Wanted]]:
    """Sensors that are worn where `SITE=WHO` says; who = serial, name or address.

    Raises SettingsError for a text that is no such thing, an unknown site and a site that is named twice.
    """
    from aqsense.acquire.bleak_link import BleakLink

    wanted: dict[str, Wanted] = {}
    for text in placed:
        site, _, who = text.partition("=")
        if site not in SITES or not who.strip() or site in wanted:
            raise SettingsError(
                f"--sensor {text}: expected SITE=WHO, each site once, a site of {', '.join(SITES)}",
                name="sensor",
                value=text,
            )
        wanted[site] = Wanted(site, who=who.strip())
    return BleakLink(), [wanted[site] for site in SITES if site in wanted]


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
