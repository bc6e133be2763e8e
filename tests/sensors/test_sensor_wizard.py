"""The dialogue that finds out which sensor is worn where, with simulated sensors and a simulated person."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.sensor_set import KnownSensor
from aqsense.acquire.simulated_link import Habits, SimulatedLink, SimulatedSensor, Source
from aqsense.errors import SensorError
from aqsense.model import Floats
from aqsense.sensors.wizard import choose, merged
from firmware_protocol import FAMILIES

SERIALS = {"movella_dot": "A1", "open_profile": "00B2", "polar": "00C3"}


class Person:
    """Moves the sensor that is asked for."""

    def __init__(self, places: dict[str, str]):
        self.places = places
        self.moving = ""
        self.said: list[str] = []

    def source(self, family: str) -> Source:
        def moving(time_s: Floats) -> tuple[Floats, Floats]:
            rate = 4.0 if self.moving == family else 0.02
            gyro = rate * np.sin(np.outer(9.0 * time_s, [1.0, 1.1, 0.9]))
            return np.tile([0.0, 0.0, 9.8], (len(time_s), 1)), gyro

        return moving

    def say(self, text: str) -> None:
        self.said.append(text)
        if text.startswith("Move the "):
            site = text.removeprefix("Move the ").removesuffix(" sensor now.").replace(" ", "_")
            self.moving = self.places.get(site, "")

    async def ask(self, text: str) -> str:
        self.moving = ""
        return " red "


def near(person: Person, **habits: object) -> SimulatedLink:
    sensors = [
        SimulatedSensor(family, FAMILIES[family].virtual(serial), person.source(family), Habits(**habits))  # type: ignore[arg-type]
        for family, serial in SERIALS.items()
    ]
    link = SimulatedLink(sensors, HostClock(8.0))
    link.begin_motion()
    return link


def test_each_sensor_is_known_by_being_moved() -> None:
    person = Person({"left_shin": "polar", "right_shin": "movella_dot", "trunk": "open_profile"})
    link = near(person)
    sites = ["left_shin", "right_shin", "trunk", "pelvis"]
    chosen = asyncio.run(choose(link, sites, person, link.clock))
    assert [(one.site, one.family, one.serial, one.tape) for one in chosen] == [
        ("left_shin", "polar", "00C3", "red"),
        ("right_shin", "movella_dot", "A1", "red"),
        ("trunk", "open_profile", "00B2", "red"),
    ]
    blinked = [line for line in person.said if "it blinks now" in line]
    assert len(blinked) == 2, "Polar has no light to blink"
    assert person.said[-1] == "No sensor is left for the pelvis."
    assert all(one.virtual.stream is None for one in link.sensors)


def test_a_site_for_which_nothing_moves_stays_without_one() -> None:
    person = Person({"trunk": "polar"})
    link = near(person)
    chosen = asyncio.run(choose(link, ["left_wrist", "trunk"], person, link.clock))
    assert [one.site for one in chosen] == ["trunk"]
    assert "No sensor moved alone. The left wrist stays without one." in person.said


def test_sensors_that_do_not_connect_are_said() -> None:
    person = Person({})
    link = near(person, refused=100)
    with pytest.raises(SensorError, match="no sensor could be connected"):
        asyncio.run(choose(link, ["trunk"], person, link.clock))
    assert len([line for line in person.said if "is left out" in line]) == 3


def test_a_changed_site_keeps_the_others() -> None:
    before = [KnownSensor("left_shin", "polar", "1"), KnownSensor("right_shin", "polar", "2")]
    new = KnownSensor("left_shin", "polar", "3")
    assert merged(before, [new]) == [before[1], new]
    moved_over = KnownSensor("trunk", "polar", "2")
    assert merged(before, [moved_over]) == [before[0], moved_over]
