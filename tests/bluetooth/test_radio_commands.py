"""`scan`, `doctor`, `sensors.toml` and `record` over bleak's own Linux backend, from the command line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sensors_on_air import NAMES, Faults, on_air, one_of_each
from typer.testing import CliRunner

from aqsense.acquire import read_recording
from aqsense.acquire.bleak_link import BleakLink
from aqsense.acquire.sensor_set import KnownSensor, read_sensor_set, write_sensor_set
from aqsense.cli import app
from aqsense.doctor.check import State
from aqsense.doctor.examine import examine
from aqsense.model import SITES

pytest.importorskip("dbus_fast", reason="the emulated Bluetooth service speaks D-Bus")
Put = Callable[..., Any]


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Emulated sensors are heard at once: nobody has to listen as long as for real ones."""
    monkeypatch.setattr("aqsense.record.setting_up.LISTEN_S", 1.5)
    monkeypatch.setattr("aqsense.doctor.examine.FIND_S", 1.5)
    monkeypatch.setattr("aqsense.doctor.examine.SCAN_S", 1.0)
    monkeypatch.setattr("aqsense.sensors.wizard.LISTEN_S", 1.0)


def said(*words: str) -> list[dict[str, Any]]:
    ran = CliRunner().invoke(app, list(words))
    assert ran.exit_code == 0, ran.output
    return [json.loads(line) for line in ran.stdout.splitlines() if line.startswith("{")]


def test_scan_lists_every_family_with_serial_battery_and_signal(put_on_air: Put) -> None:
    sensors = one_of_each()
    sensors[0].faults.busy_connects = 100
    put_on_air(sensors)
    told = said("scan", "--seconds", "1.5", "--json")
    assert [one["family"] for one in told] == list(NAMES)
    assert [one["is"] for one in told] == ["taken"] + ["free"] * 5
    assert "held by another program" in told[0]["trouble"]
    assert all(one["battery_percent"] for one in told[1:])
    assert all(one["serial"] for one in told[1:] if one["family"] != "witmotion")
    assert [one["signal_dbm"] for one in told] == [one.simulated.habits.rssi_dbm for one in sensors]


def test_record_takes_the_sensors_of_the_set(put_on_air: Put, tmp_path: Path) -> None:
    """Two that advertise alike, one by serial, one that is not there; no other one is touched."""
    near = [on_air("movella_dot", 1), on_air("movella_dot", 2), on_air("movesense", 3), on_air("polar", 4)]
    put_on_air(near)
    known = [
        KnownSensor("left_shin", "movella_dot", "2"),
        KnownSensor("right_shin", "movella_dot", "1"),
        KnownSensor("trunk", "movesense", "0003"),
        KnownSensor("left_wrist", "movesense", "0009", tape="red"),
    ]
    write_sensor_set(tmp_path / "sensors.toml", known)
    words = ["record", "--out", str(tmp_path / "made"), "--set", str(tmp_path / "sensors.toml")]
    ran = CliRunner().invoke(app, [*words, "--seconds", "4", "--athlete", "a07"])
    assert ran.exit_code == 0, ran.output
    assert "left wrist (red tape) is not heard. It is looked for" in ran.output
    recording = read_recording(tmp_path / "made")
    assert set(recording.sensors) == {"left_shin", "right_shin", "trunk"}
    told = json.loads((tmp_path / "made" / "recording.json").read_text(encoding="utf-8"))
    assert {site: one["serial"] for site, one in told["sensors"].items()} == {
        "left_shin": "2",
        "right_shin": "1",
        "trunk": "0003",
    }
    assert (told["source"], told["athlete"]) == ("live", "a07")
    assert near[3].connects == 0
    assert all(one.simulated.virtual.stream is None for one in near)


def test_record_without_any_sensor_says_so(put_on_air: Put, tmp_path: Path) -> None:
    put_on_air([])
    write_sensor_set(tmp_path / "sensors.toml", [KnownSensor("trunk", "polar", "1")])
    words = ["record", "--out", str(tmp_path / "made"), "--set", str(tmp_path / "sensors.toml")]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code == 2
    assert "none of the 1 sensors" in ran.output
    assert not (tmp_path / "made").exists()


def test_the_doctor_judges_the_radio_and_each_sensor(put_on_air: Put, tmp_path: Path) -> None:
    near = [on_air("open_profile", 1), on_air("polar", 2, Faults(busy_connects=1000))]
    put_on_air(near)
    (tmp_path / "bluetooth" / "hci0").mkdir(parents=True)
    known = [
        KnownSensor("left_shin", "open_profile", "0001"),
        KnownSensor("trunk", "polar", "0002"),
        KnownSensor("pelvis", "polar", "0003"),
    ]
    checks = asyncio.run(
        examine(BleakLink(), known, lambda _: None, with_sensors=True, kind="linux", root=tmp_path)
    )
    by_name = {one.name: one for one in checks}
    assert by_name["scan"].state is by_name["adapter"].state is by_name["connected"].state is State.OK
    shin, trunk, pelvis = (by_name[one] for one in ("left shin", "trunk", "pelvis"))
    assert shin.state is State.OK
    assert "battery 90 %" in shin.found
    assert (trunk.state, trunk.found) == (State.FAILED, "is taken")
    assert (pelvis.state, pelvis.found) == (State.FAILED, "is not heard")


def test_the_doctor_sees_who_else_scans_and_what_is_connected(put_on_air: Put, tmp_path: Path) -> None:
    sensor = on_air("polar", 1)
    put_on_air([sensor])

    async def session() -> list[Any]:
        from bleak import BleakScanner

        link = BleakLink()
        connection = await link.connect((await link.scan(0.5, lambda _: None))[0], lambda: None)
        async with BleakScanner():
            checks = await examine(
                BleakLink(), (), lambda _: None, with_sensors=False, kind="linux", root=tmp_path
            )
        await connection.disconnect()
        return checks

    by_name = {one.name: one for one in asyncio.run(session())}
    assert by_name["scanning"].state is State.WARNING
    assert "Polar" in by_name["connected"].found


def test_the_wizard_writes_the_set(put_on_air: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one of the sensors moves; it is the one that is asked for."""
    mover, lying = on_air("open_profile", 1), on_air("movesense", 2)
    lying.simulated.source = lambda time_s: tuple(0.0 * part for part in mover.simulated.source(time_s))  # type: ignore[assignment, return-value]
    put_on_air([mover, lying])
    file = tmp_path / "sensors.toml"
    ran = CliRunner().invoke(app, ["sensors", str(file), "--site", "left_shin"])
    assert ran.exit_code == 0, ran.output
    assert "Move the left shin sensor now." in ran.output
    (known,) = read_sensor_set(file)
    assert (known.site, known.family, known.serial) == ("left_shin", "open_profile", "0001")
    assert known.site in SITES
    assert lying.simulated.virtual.stream is None
