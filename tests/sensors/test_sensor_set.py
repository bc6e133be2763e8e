"""sensors.toml: written, read, refused; the sensors of a set found among what is near."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import numpy as np
import pytest

from aqsense.acquire.find_sensors import find_sensors
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.sensor_set import KnownSensor, read_sensor_set, write_sensor_set
from aqsense.acquire.simulated_link import Habits, SimulatedLink, SimulatedSensor
from aqsense.acquire.visit import visit
from aqsense.errors import SettingsError
from aqsense.model import Floats
from firmware_protocol import FAMILIES

ROW = '[[sensor]]\nsite = "trunk"\nfamily = "polar"\nserial = "00A1"\n'


def still(time_s: Floats) -> tuple[Floats, Floats]:
    return np.tile([0.0, 0.0, 9.8], (len(time_s), 1)), np.zeros((len(time_s), 3))


def link(*sensors: tuple[str, str], **habits: object) -> SimulatedLink:
    made = [
        SimulatedSensor(family, FAMILIES[family].virtual(serial), still, Habits(**habits))  # type: ignore[arg-type]
        for family, serial in sensors
    ]
    return SimulatedLink(made, HostClock(10.0))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    made = (
        KnownSensor("left_shin", "movella_dot", "D422CD0000A1", 'red "2"', "Movella DOT", "AA:BB", "linux"),
        KnownSensor("trunk", "witmotion", address="uuid", system="darwin", tape="grün\\blau\x7f"),
    )
    write_sensor_set(tmp_path / "sensors.toml", reversed(made))
    assert read_sensor_set(tmp_path / "sensors.toml") == made
    assert [one.name for one in tmp_path.iterdir()] == ["sensors.toml"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no [[sensor]] tables"),
        ("[[sensor]\n", "can't be read as TOML"),
        (ROW.replace("trunk", "nose"), "site is nose"),
        (ROW.replace("polar", "sonar"), "family is sonar"),
        (ROW.replace("serial", "serail"), "`serail`; known are"),
        (ROW.replace('"00A1"', "161"), 'serial is text, written "161"'),
        (ROW.replace('serial = "00A1"', ""), "needs a serial"),
        (ROW + ROW.replace("00A1", "00A2"), "has the site or the serial of trunk"),
        (ROW + ROW.replace("trunk", "pelvis"), "has the site or the serial of trunk"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "sensors.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        read_sensor_set(path)
    assert says in str(caught.value)
    assert str(path) in str(caught.value)


def test_without_a_file_it_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="aqsense sensors"):
        read_sensor_set(tmp_path / "sensors.toml")


def test_a_set_is_found_by_serial_also_where_it_must_be_asked_for() -> None:
    """Two Movella DOTs advertise alike; two Polars tell their serial."""
    near = link(("movella_dot", "00A1"), ("movella_dot", "00A2"), ("polar", "00B1"), ("polar", "00B2"))
    known = [
        KnownSensor("left_shin", "movella_dot", "A2"),
        KnownSensor("right_shin", "movella_dot", "A1"),
        KnownSensor("trunk", "polar", "00B2"),
        KnownSensor("pelvis", "polar", "00B9"),
    ]
    told: list[str] = []
    found = asyncio.run(find_sensors(near, known, told.append, 0.5))
    assert {one.site: match.address for one, match in found.items()} == {
        "left_shin": "sim:1",
        "right_shin": "sim:0",
        "trunk": "sim:3",
    }
    assert told
    assert all("Movella" in line for line in told)
    assert all(one.virtual.stream is None for one in near.sensors), "left as found"


def test_a_sensor_without_a_serial_is_known_by_its_address_on_this_system() -> None:
    near = link(("witmotion", "1"), ("witmotion", "2"))
    here = KnownSensor("left_shin", "witmotion", address="sim:1", system=sys.platform)
    elsewhere = KnownSensor("right_shin", "witmotion", address="sim:0", system="another")
    found = asyncio.run(find_sensors(near, [here, elsewhere], lambda _: None, 0.5))
    assert {one.site: match.address for one, match in found.items()} == {"left_shin": "sim:1"}


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_a_visit_learns_the_battery_and_leaves_the_sensor_as_found(family: str) -> None:
    near = link((family, "00A1"))

    async def session() -> None:
        found = (await near.scan(0.1, lambda _: None))[0]
        visited = await visit(near, found, near.clock)
        assert visited.is_free
        assert not visited.trouble
        assert visited.battery_percent is not None
        assert visited.serial or family == "witmotion"

    asyncio.run(session())
    assert near.sensors[0].virtual.stream is None


def test_a_taken_sensor_is_no_exception() -> None:
    near = link(("polar", "00A1"), refused=1)

    async def session() -> None:
        found = (await near.scan(0.1, lambda _: None))[0]
        visited = await visit(near, found, near.clock)
        assert not visited.is_free
        assert "busy" in visited.trouble
        assert visited.serial == "00A1"

    asyncio.run(session())
