"""A Bluetooth service of our own under the name `org.bluez`, for bleak's real Linux backend.

In:  a bus address, emulated sensors (`sensors_on_air`).
Out: Adapter1, Device1, GattService1 and GattCharacteristic1 with discovery, connections, reads, writes and
     both ways of notification, with the errors and the slowness of the real service where a sensor has them.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from dbus_fast import Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from sensors_on_air import OnAir

from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Connection, Found
from aqsense.acquire.simulated_link import SimulatedLink, inside
from aqsense.errors import SensorError
from firmware_protocol import WriteRefused

ADAPTER = "/org/bluez/hci0"
FAILED = "org.bluez.Error.Failed"
NO_OBJECT = "org.freedesktop.DBus.Error.UnknownObject"
ADVERTISE_EVERY_S = 0.03
Answer = tuple[str, list[Any], list[int]]
NOTHING: Answer = ("", [], [])
TYPES = {
    "Address": "s", "Alias": "s", "Name": "s", "Adapter": "o", "Connected": "b", "ServicesResolved": "b",
    "Paired": "b", "Powered": "b", "Discovering": "b", "Roles": "as", "UUIDs": "as", "UUID": "s", "RSSI": "n",
    "ManufacturerData": "a{qv}", "Primary": "b", "Device": "o", "Service": "o", "Flags": "as", "MTU": "q",
    "NotifyAcquired": "b", "Notifying": "b", "Value": "ay",
}  # fmt: skip


class Refused(Exception):
    """An error reply: D-Bus name, text."""


class BluezStandIn:
    """Serve on the running loop between `begin` and `end`."""

    def __init__(
        self, sensors: Sequence[OnAir], *, powered: bool = True, adapters: int = 1, controllers: bool = False
    ):
        self.sensors = tuple(sensors)
        self.link = SimulatedLink([one.simulated for one in sensors], HostClock())
        self._controllers = controllers
        self._radio: Any = self.link
        self.objects: dict[str, dict[str, dict[str, Any]]] = {}
        self._devices = {f"{ADAPTER}/dev_{one.address.replace(':', '_')}": one for one in sensors}
        self._connections: dict[str, Connection] = {}
        self._connecting: dict[str, asyncio.Task[Any]] = {}
        self._sockets: dict[str, socket.socket] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._scans = 0
        if adapters:
            adapter = {"Address": "00:00:00:00:00:01", "Powered": powered, "Discovering": False,
                       "Roles": ["central"], "Alias": "rig"}  # fmt: skip
            self.objects[ADAPTER] = {"org.bluez.Adapter1": adapter}

    async def begin(self, bus_address: str) -> None:
        self._bus = await MessageBus(bus_address=bus_address, negotiate_unix_fd=True).connect()
        self._bus.add_message_handler(self._called)
        await self._bus.request_name("org.bluez")
        self._keep(asyncio.create_task(self._advertise()))
        if self._controllers:
            from bumble_sensors import BumbleLink

            self._radio = BumbleLink(self.link)
            await self._radio.begin()
        self.link.begin_motion()

    async def end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for connection in self._connections.values():
            await connection.disconnect()
        for one in self._sockets.values():
            one.close()
        if self._controllers:
            await self._radio.end()
        self._bus.disconnect()

    def _keep(self, task: asyncio.Task[None]) -> None:
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _called(self, message: Message) -> bool:
        if message.message_type is not MessageType.METHOD_CALL:
            return False
        self._keep(asyncio.create_task(self._answer(message)))
        return True

    async def _answer(self, message: Message) -> None:
        try:
            signature, body, fds = await self._done(message)
            reply = Message.new_method_return(message, signature, body, fds)
        except Refused as refused:
            reply = Message.new_error(message, refused.args[0], refused.args[1])
            fds = []
        await self._bus.send(reply)
        for fd in fds:  # the bus has its own copy now
            os.close(fd)

    async def _done(self, message: Message) -> Answer:
        path, member, body = message.path or "", message.member, message.body
        if member == "GetManagedObjects":
            told = {one: _interfaces(what) for one, what in self.objects.items()}
            return "a{oa{sa{sv}}}", [told], []
        if path not in self.objects:
            raise Refused(NO_OBJECT, f"no object {path}")
        if path == ADAPTER:
            return self._adapter(str(member))
        if path in self._devices:
            return await (self._connect(path) if member == "Connect" else self._disconnect(path))
        return await self._characteristic(path, str(member), body)

    def _adapter(self, member: str) -> Answer:
        if member == "StartDiscovery":
            self._scans += 1
        elif member == "StopDiscovery":
            self._scans -= 1
        self._change(ADAPTER, "org.bluez.Adapter1", Discovering=self._scans > 0)
        if member == "StopDiscovery":
            for path, one in self._devices.items():
                if one.faults.forgotten and path in self.objects:
                    one.faults.forgotten -= 1
                    self._remove(path)
        return NOTHING

    async def _advertise(self) -> None:
        """While somebody scans, each sensor that is on air and not connected is heard."""
        while True:
            await asyncio.sleep(ADVERTISE_EVERY_S)
            for path, one in self._devices.items() if self._scans else ():
                if not self._is_away(one) and path not in self._connections:
                    self._heard(path, one)

    def _is_away(self, one: OnAir) -> bool:
        return one.is_away or inside(one.simulated.habits.drops, self.link.now_s())

    def _heard(self, path: str, one: OnAir) -> None:
        told = one.simulated.virtual.advertisement
        if self._controllers:
            told = self._radio.told(self.sensors.index(one))
        if told is None:
            return
        makers = {company: Variant("ay", bytes(data)) for company, data in told.manufacturer.items()}
        heard = {
            "RSSI": one.simulated.habits.rssi_dbm,
            "ManufacturerData": makers,
            "UUIDs": list(told.services),
        }
        if path in self.objects:
            self._change(path, "org.bluez.Device1", **heard)
            return
        device = {"Address": one.address, "Alias": told.name, "Name": told.name, "Adapter": ADAPTER,
                  "Connected": False, "ServicesResolved": False, "Paired": False}  # fmt: skip
        self._add(path, "org.bluez.Device1", device | heard)

    async def _connect(self, path: str) -> Answer:
        task = asyncio.ensure_future(self._reach(path))
        self._connecting[path] = task
        try:
            await task
        except asyncio.CancelledError:
            raise Refused(FAILED, "Operation canceled") from None
        finally:
            del self._connecting[path]
        return NOTHING

    async def _reach(self, path: str) -> None:
        one = self._devices[path]
        if one.faults.busy_connects:
            one.faults.busy_connects -= 1
            raise Refused(FAILED, "Input/output error")
        while self._is_away(one):  # the controller goes on looking until it is told to stop
            await asyncio.sleep(0.02)
        found = Found(f"sim:{self.sensors.index(one)}", one.simulated.virtual.advertisement, one.identity)
        try:
            self._connections[path] = await self._radio.connect(found, lambda: self._ended(path))
        except SensorError:
            raise Refused(FAILED, "Software caused connection abort") from None
        one.connects += 1
        self._change(path, "org.bluez.Device1", Connected=True)
        self._add_services(path, one)
        self._change(path, "org.bluez.Device1", ServicesResolved=True)

    def _add_services(self, path: str, one: OnAir) -> None:
        handle = 10
        for service, characteristics in one.simulated.virtual.services.items():
            handle += 1
            service_path = f"{path}/service{handle:04x}"
            self._add(
                service_path, "org.bluez.GattService1", {"UUID": service, "Primary": True, "Device": path}
            )
            for told in characteristics:
                handle += 2
                facts = {
                    "UUID": told.uuid,
                    "Service": service_path,
                    "Flags": list(told.properties),
                    "MTU": 247,
                }
                if {"notify", "indicate"} & set(told.properties):
                    facts |= {"NotifyAcquired": False, "Notifying": False}
                self._add(f"{service_path}/char{handle:04x}", "org.bluez.GattCharacteristic1", facts)

    async def _disconnect(self, path: str) -> Answer:
        if path in self._connecting:
            self._connecting[path].cancel()
        connection = self._connections.get(path)
        if connection is not None:
            await asyncio.sleep(self._devices[path].faults.slow_disconnect_s)
            await connection.disconnect()
            self._ended(path)
        return NOTHING

    def _ended(self, path: str) -> None:
        if self._connections.pop(path, None) is None:
            return
        for one in [one for one in self._sockets if one.startswith(path)]:
            self._sockets.pop(one).close()
        self._change(path, "org.bluez.Device1", Connected=False, ServicesResolved=False)
        for one in [one for one in self.objects if one.startswith(path + "/")]:
            self._remove(one)

    async def _characteristic(self, path: str, member: str, body: list[Any]) -> Answer:
        one, connection = self._owner(path)
        uuid = self.objects[path]["org.bluez.GattCharacteristic1"]["UUID"]
        try:
            if member == "ReadValue":
                return "ay", [await connection.read(uuid)], []
            if member == "WriteValue":
                return await self._write(one, connection, uuid, body)
            if member == "AcquireNotify":
                return await self._acquire(path, one, connection, uuid)
            if member == "StartNotify":
                await connection.subscribe(uuid, self._signalling(path, one))
                return NOTHING
            await connection.unsubscribe(uuid)
            return NOTHING
        except WriteRefused as refused:
            raise Refused(FAILED, f"Operation failed with ATT error: 0x{refused.code:02x}") from None
        except SensorError:
            raise Refused("org.bluez.Error.NotConnected", "Not Connected") from None

    async def _write(self, one: OnAir, connection: Connection, uuid: str, body: list[Any]) -> Answer:
        one.writes += 1
        if one.writes == one.faults.vanishes_at_write:
            one.is_away = True
            path = next(path for path, other in self._devices.items() if other is one)
            await connection.disconnect()
            self._ended(path)
            raise Refused("org.bluez.Error.NotConnected", "Not Connected")
        if one.writes in one.faults.hung_writes:
            await asyncio.sleep(3600)
        is_request = body[1]["type"].value == "request"
        if is_request and one.faults.refused_writes:
            one.faults.refused_writes -= 1
            raise WriteRefused(0x0E)
        await connection.write(uuid, bytes(body[0]), response=is_request)
        return NOTHING

    async def _acquire(self, path: str, one: OnAir, connection: Connection, uuid: str) -> Answer:
        if one.faults.twice:
            raise Refused("org.bluez.Error.InProgress", "In Progress")
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        self._sockets[path] = ours

        def sending(_: int, payload: bytes) -> None:
            try:
                ours.send(one.said(payload))
            except (BrokenPipeError, ConnectionResetError):  # the client has switched them off
                self._keep(asyncio.create_task(self._switch_off(connection, uuid)))

        await connection.subscribe(uuid, sending)
        return "hq", [0, 247], [theirs.detach()]

    async def _switch_off(self, connection: Connection, uuid: str) -> None:
        with suppress(SensorError):
            await connection.unsubscribe(uuid)

    def _signalling(self, path: str, one: OnAir) -> Any:
        def signalling(_: int, payload: bytes) -> None:
            said = one.said(payload)
            for _ in range(2 if one.faults.twice else 1):
                self._change(path, "org.bluez.GattCharacteristic1", Value=said)

        return signalling

    def _owner(self, path: str) -> tuple[OnAir, Connection]:
        device = path[: len(ADAPTER) + 22]
        if device not in self._connections:
            raise Refused("org.bluez.Error.NotConnected", "Not Connected")
        return self._devices[device], self._connections[device]

    def _add(self, path: str, interface: str, facts: dict[str, Any]) -> None:
        self.objects[path] = {interface: facts}
        told = _interfaces(self.objects[path])
        self._signal("/", "org.freedesktop.DBus.ObjectManager", "InterfacesAdded", "oa{sa{sv}}", [path, told])

    def _remove(self, path: str) -> None:
        names = list(self.objects.pop(path))
        self._signal("/", "org.freedesktop.DBus.ObjectManager", "InterfacesRemoved", "oas", [path, names])

    def _change(self, path: str, interface: str, **facts: Any) -> None:
        if path not in self.objects:
            return
        self.objects[path][interface].update(facts)
        body = [interface, _variants(facts), []]
        self._signal(path, "org.freedesktop.DBus.Properties", "PropertiesChanged", "sa{sv}as", body)

    def _signal(self, path: str, interface: str, member: str, signature: str, body: list[Any]) -> None:
        self._bus.send(Message.new_signal(path, interface, member, signature, body))


def _interfaces(told: dict[str, dict[str, Any]]) -> dict[str, dict[str, Variant]]:
    return {interface: _variants(facts) for interface, facts in told.items()}


def _variants(facts: dict[str, Any]) -> dict[str, Variant]:
    return {name: Variant(TYPES[name], value) for name, value in facts.items()}
