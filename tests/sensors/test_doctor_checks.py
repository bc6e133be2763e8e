"""The doctor's judgements: each from facts as a system would tell them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aqsense.acquire.link import Found, Link
from aqsense.acquire.sensor_set import KnownSensor
from aqsense.acquire.visit import Visited
from aqsense.cli import app
from aqsense.doctor import computer
from aqsense.doctor.check import Check, State, any_failed
from aqsense.doctor.examine import examine
from aqsense.doctor.radio import use_checks
from aqsense.doctor.worn import judged
from aqsense.errors import SensorError
from firmware_protocol import Advertisement, Identity


def put(root: Path, place: str, text: str = "") -> None:
    path = root / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text + "\n", encoding="utf-8")


@pytest.mark.parametrize(
    ("kind", "version", "state"),
    [
        ("win32", "10.0.19045", State.FAILED),
        ("win32", "10.0.22631", State.OK),
        ("darwin", "12.2.1", State.FAILED),
        ("darwin", "12.3", State.OK),
        ("darwin", "11.7", State.OK),
        ("linux", "6.1.0", State.OK),
    ],
)
def test_systems(kind: str, version: str, state: State) -> None:
    check = computer.system_check(kind, version)
    assert check.state is state
    assert bool(check.todo) == (state is State.FAILED)


@pytest.mark.parametrize(
    ("said", "state"),
    [("bluetoothctl: 5.66\n", State.OK), ("5.50", State.FAILED), ("", State.HINT), ("5.9", State.FAILED)],
)
def test_the_service_by_its_version(said: str, state: State) -> None:
    assert computer.bluez_check(said).state is state


def test_switches(tmp_path: Path) -> None:
    assert computer.switch_checks(tmp_path) == []
    for number, (kind, soft, hard) in enumerate((("wlan", 1, 1), ("bluetooth", 0, 0), ("bluetooth", 1, 0))):
        for name, value in (("type", kind), ("soft", soft), ("hard", hard)):
            put(tmp_path, f"rfkill/rfkill{number}/{name}", str(value))
    (soft,) = computer.switch_checks(tmp_path)
    assert "rfkill unblock" in soft.todo
    put(tmp_path, "rfkill/rfkill2/hard", "1")
    (hard,) = computer.switch_checks(tmp_path)
    assert "hardware" in hard.found


def test_adapters(tmp_path: Path) -> None:
    assert computer.adapter_check(tmp_path).state is State.FAILED
    (tmp_path / "bluetooth" / "hci0").mkdir(parents=True)
    (tmp_path / "bluetooth" / "hci0:12").mkdir()  # a connection, not an adapter
    assert computer.adapter_check(tmp_path) == Check("adapter", State.OK, "hci0")
    (tmp_path / "bluetooth" / "hci1").mkdir()
    assert "--adapter" in computer.adapter_check(tmp_path).found


def test_wifi_in_use_is_told(tmp_path: Path) -> None:
    put(tmp_path, "net/eth0/operstate", "up")
    assert computer.wifi_check(tmp_path).state is State.OK
    put(tmp_path, "net/wlan0/operstate", "up")
    (tmp_path / "net/wlan0/wireless").mkdir()
    check = computer.wifi_check(tmp_path)
    assert (check.state, "wlan0" in check.found) == (State.HINT, True)


def test_links() -> None:
    assert computer.links_check(5, "darwin").state is State.OK
    assert computer.links_check(8, "darwin").state is State.FAILED
    assert computer.links_check(8, "linux").state is State.OK


def test_windows_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    assert computer.threads_check("linux") is None
    free = computer.threads_check("win32")
    assert free is not None
    assert free.state is State.OK
    monkeypatch.setitem(sys.modules, "pythoncom", sys)
    taken = computer.threads_check("win32")
    assert taken is not None
    assert (taken.state, "coinit_flags" in taken.todo) == (State.WARNING, True)


def test_who_else_uses_the_radio() -> None:
    adapter = {"org.bluez.Adapter1": {"Discovering": False}}
    device = {"org.bluez.Device1": {"Alias": "WT901", "Connected": True}}
    assert [one.state for one in use_checks({"/org/bluez/hci0": adapter})] == [State.OK]
    adapter["org.bluez.Adapter1"]["Discovering"] = True
    scanning, held = use_checks({"/org/bluez/hci0": adapter, "/org/bluez/hci0/dev": device})
    assert "hci0" in scanning.found
    assert "WT901" in held.found
    assert scanning.state is held.state is State.WARNING


KNOWN = KnownSensor("left_wrist", "polar", "1", tape="blue")
FOUND = Found("AA", Advertisement("Polar Sense 1"), Identity("polar", "1"), -60)


@pytest.mark.parametrize(
    ("visited", "state", "says"),
    [
        (Visited(FOUND, is_free=True, info={"battery_percent": 80}), State.OK, ""),
        (Visited(FOUND, is_free=True, info={"battery_percent": 12}), State.WARNING, "Charge left wrist"),
        (Visited(FOUND, is_free=True, info={"free_memory_s": 60}), State.WARNING, "Fetch and erase"),
        (Visited(FOUND, is_free=False, trouble="held by a phone."), State.FAILED, "held by a phone."),
        (Visited(FOUND, is_free=True, trouble="no answer."), State.FAILED, "no answer."),
    ],
)  # fmt: skip
def test_sensors_are_judged(visited: Visited, state: State, says: str) -> None:
    check = judged(KNOWN, visited)
    assert check.state is state
    assert says in check.todo
    assert check.name == "left wrist (blue tape)"


class DeadLink:
    """A radio that can't."""

    async def scan(self, seconds: float, found: object) -> list[Found]:
        raise SensorError("Bluetooth is switched off. Switch it on in the system's settings.")

    async def connect(self, found: Found, lost: object) -> object:
        raise AssertionError("nothing was heard")


@pytest.mark.parametrize("kind", ["linux", "darwin", "win32"])
def test_a_dead_radio_fails_on_every_system_and_says_what_to_do(kind: str, tmp_path: Path) -> None:
    told: list[Check] = []
    link: Link = DeadLink()  # type: ignore[assignment]
    checks = asyncio.run(examine(link, (KNOWN,), told.append, with_sensors=True, kind=kind, root=tmp_path))
    assert told == checks
    assert any_failed(checks)
    scan = next(one for one in checks if one.name == "scan")
    assert "Switch it on" in scan.todo
    assert all(one.todo for one in checks if one.state in (State.FAILED, State.WARNING, State.HINT))
    assert all("left wrist" not in one.name for one in checks), "sensors can't be judged without a radio"


def test_the_command_ends_with_3_where_a_check_failed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("aqsense.record.setting_up.a_link", lambda **_: DeadLink())
    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(app, ["doctor"])
    assert ran.exit_code == 3
    assert "failed   scan" in ran.output
    missing = CliRunner().invoke(app, ["doctor", "--sensors"])
    assert missing.exit_code == 2, "there is no sensors.toml"
