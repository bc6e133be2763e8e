"""What the computer itself tells without using the radio: system, adapters, switches, Wi-Fi.

In:  the kind of system (sys.platform), where its facts stand.
Out: Checks.
Refuses: to change anything; to fail a check for a fact that it can't read.
"""

from __future__ import annotations

import platform
import re
import subprocess
import sys
from pathlib import Path

from aqsense.doctor.check import Check, State

SYS = Path("/sys/class")
OLDEST_BLUEZ = (5, 55)
OLDEST_WINDOWS_BUILD = 22000  # bleak scans with extended advertising
# Simultaneous sensors by the makers' manuals and users' reports; on Linux the adapter decides.
MOST_LINKS = {"win32": 7, "darwin": 7, "linux": 11}


def system_check(kind: str = sys.platform, version: str | None = None) -> Check:
    """Is this system new enough for the radio library?"""
    version = _version(kind) if version is None else version
    numbers = tuple(int(one) for one in re.findall(r"\d+", version))
    if kind == "win32":
        is_old = len(numbers) > 2 and numbers[2] < OLDEST_WINDOWS_BUILD
        todo = f"Windows 11 (build {OLDEST_WINDOWS_BUILD}) or later is needed: update Windows."
        return _judged("system", f"Windows {version}", is_old, todo)
    if kind == "darwin":
        is_old = (12, 0) <= numbers[:2] < (12, 3)
        todo = "macOS 12.0 to 12.2 can't hear sensors that advertise no service: update to 12.3 or later."
        return _judged("system", f"macOS {version}", is_old, todo)
    return Check("system", State.OK, f"{kind} {version}")


def bluez_check(said: str | None = None) -> Check:
    """BlueZ, by `bluetoothctl --version`."""
    said = _said(["bluetoothctl", "--version"]) if said is None else said
    found = re.search(r"(\d+)\.(\d+)", said)
    if not found:
        todo = "If Bluetooth does not work at all: install the package `bluez`."
        return Check("bluetooth service", State.HINT, "its version can't be read", todo)
    numbers = (int(found[1]), int(found[2]))
    todo = f"Update BlueZ to {OLDEST_BLUEZ[0]}.{OLDEST_BLUEZ[1]} or later."
    return _judged("bluetooth service", f"BlueZ {found[0]}", numbers < OLDEST_BLUEZ, todo)


def switch_checks(root: Path = SYS) -> list[Check]:
    """Linux's radio switches (rfkill): one check for each Bluetooth switch that is off."""
    checks: list[Check] = []
    for switch in sorted(root.glob("rfkill/rfkill*")):
        if _text(switch / "type") != "bluetooth":
            continue
        if _text(switch / "hard") == "1":
            todo = "Use the switch or key for radio on the computer, or look into its BIOS."
            checks.append(Check("radio switch", State.FAILED, "Bluetooth is switched off by hardware", todo))
        elif _text(switch / "soft") == "1":
            found = "Bluetooth is blocked by software"
            checks.append(Check("radio switch", State.FAILED, found, "Run `rfkill unblock bluetooth`."))
    return checks


def adapter_check(root: Path = SYS) -> Check:
    """Linux's adapters, by the kernel."""
    names = sorted(one.name for one in root.glob("bluetooth/hci*") if ":" not in one.name)
    if not names:
        todo = "Plug in an adapter (Bluetooth 4.0 or later), or pass it through to this virtual machine."
        return Check("adapter", State.FAILED, "the system knows no Bluetooth adapter", todo)
    more = "" if len(names) == 1 else " Choose with --adapter; two adapters can share the sensors."
    return Check("adapter", State.OK, ", ".join(names) + "." * bool(more) + more)


def wifi_check(root: Path = SYS) -> Check:
    """Wi-Fi often sits on the same chip and antenna."""
    on = [
        one.name
        for one in sorted(root.glob("net/*"))
        if (one / "wireless").exists() and _text(one / "operstate") == "up"
    ]
    if not on:
        return Check("wi-fi", State.OK, "no Wi-Fi is in use")
    todo = "Where sensors are late or lost: use 5 GHz Wi-Fi or switch it off, or plug in a Bluetooth adapter."
    return Check("wi-fi", State.HINT, f"{', '.join(on)} is in use; it may share chip and antenna", todo)


def links_check(n: int, kind: str = sys.platform) -> Check:
    """n   sensors that are wanted at once"""
    most = MOST_LINKS.get(kind, MOST_LINKS["win32"])
    todo = f"This system holds about {most} links: use fewer sensors, or a second adapter."
    return _judged("links", f"{n} sensors at once, about {most} are possible", n > most, todo)


def threads_check(kind: str = sys.platform) -> Check | None:
    """Windows: a library may have made the main thread one in which the radio can't call back."""
    if kind != "win32":
        return None
    guilty = [name for name in ("pythoncom", "win32com", "pywintypes") if name in sys.modules]
    todo = "Set `sys.coinit_flags = 0` before it is imported, or run `aqsense record` in a terminal."
    found = f"{', '.join(guilty)} is loaded" if guilty else "no library has claimed the thread"
    return Check("thread apartment", State.WARNING if guilty else State.OK, found, todo if guilty else "")


def hints(kind: str = sys.platform) -> list[Check]:
    """What can't be seen beforehand, with what to do should it happen."""
    told = [
        (
            "old services",
            "after a firmware update the system may remember a sensor's old services",
            "Remove the sensor from the system's Bluetooth list, then scan again.",
        ),
        (
            "sleeping sensor",
            "a sensor that is not listed may be asleep",
            "Press its button, shake it, or take it off the charger.",
        ),
        (
            "sensor held",
            "a sensor that is listed as taken may be connected to a phone or another program",
            "Close the maker's app on phones near by; switch the sensor off and on.",
        ),
    ]
    if kind == "darwin":
        privacy = "Allow it: System Settings, Privacy & Security, Bluetooth, the terminal that runs aqsense."
        told.append(("permission", "macOS asks once whether the terminal may use Bluetooth", privacy))
    return [Check(name, State.HINT, found, todo) for name, found, todo in told]


def _judged(name: str, found: str, is_bad: bool, todo: str) -> Check:
    return Check(name, State.FAILED, found, todo) if is_bad else Check(name, State.OK, found)


def _version(kind: str) -> str:
    if kind == "darwin":
        return platform.mac_ver()[0]
    return platform.version() if kind == "win32" else platform.release()


def _said(words: list[str]) -> str:
    try:
        return subprocess.run(words, capture_output=True, text=True, timeout=5, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError:
        return ""
