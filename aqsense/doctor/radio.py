"""What the radio itself tells: does a scan work, who else uses it, what is connected already.

In:  a link; on Linux the Bluetooth service's own objects.
Out: Checks, the sensors that were heard.
Refuses: to disconnect what others hold.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from typing import Any

from aqsense.acquire.link import Found, Link
from aqsense.acquire.radio_trouble import trouble_of
from aqsense.doctor.check import Check, State
from aqsense.errors import SensorError

SERVICE_S = 5.0
Objects = Mapping[str, Mapping[str, Mapping[str, Any]]]


async def scan_check(link: Link, seconds: float) -> tuple[Check, list[Found]]:
    """Listen; the check has the trouble in words where that can't be done."""
    try:
        heard = await link.scan(seconds, lambda _: None)
    except SensorError as error:
        code = trouble_of(error.__cause__).code if error.__cause__ else "other"
        return Check("scan", State.FAILED, code.replace("_", " "), str(error)), []
    names = ", ".join(f"{one.advertisement.name or one.address} ({_dbm(one)})" for one in heard)
    if not heard:
        todo = "Switch the sensors on and bring them near."
        return Check("scan", State.WARNING, f"works; no sensor was heard within {seconds:g} s", todo), []
    return Check("scan", State.OK, f"works; heard {names}"), heard


async def bluez_objects() -> Objects | None:
    """What Linux's Bluetooth service holds; None where it can't be asked (`scan_check` says why)."""
    if sys.platform != "linux":
        return None
    from dbus_fast import BusType, Message, MessageType, unpack_variants
    from dbus_fast.aio import MessageBus
    from dbus_fast.errors import AuthError

    bus = None
    asking = Message("org.bluez", "/", "org.freedesktop.DBus.ObjectManager", "GetManagedObjects")
    try:
        bus = MessageBus(bus_type=BusType.SYSTEM)
        async with asyncio.timeout(SERVICE_S):
            await bus.connect()
            reply = await bus.call(asking)
    except (OSError, EOFError, AuthError, TimeoutError):
        return None
    finally:
        if bus is not None:
            bus.disconnect()
    if reply is None or reply.message_type is not MessageType.METHOD_RETURN:
        return None
    return {path: unpack_variants(told) for path, told in reply.body[0].items()}


def use_checks(objects: Objects) -> list[Check]:
    """Who else uses the radio now: asked for while nothing of ours scans or is connected."""
    adapters = {
        path: told["org.bluez.Adapter1"] for path, told in objects.items() if "org.bluez.Adapter1" in told
    }
    devices = [told["org.bluez.Device1"] for told in objects.values() if "org.bluez.Device1" in told]
    checks: list[Check] = []
    for path, adapter in adapters.items():
        if adapter.get("Discovering"):
            todo = "Close Bluetooth settings and other programs that scan: scanning and connecting collide."
            found = f"another program scans on {path.rsplit('/', 1)[-1]}"
            checks.append(Check("scanning", State.WARNING, found, todo))
    held = [str(one.get("Alias") or one.get("Address")) for one in devices if one.get("Connected")]
    if held:
        todo = "If one of them is a sensor: close the program that holds it, or `bluetoothctl disconnect`."
        checks.append(Check("connected", State.WARNING, f"held by this computer: {', '.join(held)}", todo))
    else:
        checks.append(Check("connected", State.OK, "nothing is connected; all links are free"))
    return checks


def _dbm(found: Found) -> str:
    return "signal unknown" if found.rssi_dbm is None else f"{found.rssi_dbm} dBm"
