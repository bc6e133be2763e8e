"""Emulated sensors behind virtual Bluetooth controllers (bumble): real advertising bytes, GATT and ATT.

In:  simulated sensors.
Out: a Link whose connections go through two controllers, a GATT database, subscriptions by descriptor.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from bumble.att import ATT_Error, Attribute
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData, ProtocolError
from bumble.device import Device, Peer
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.hci import Address
from bumble.host import Host
from bumble.link import LocalLink
from bumble.transport.common import AsyncPipeSink

from aqsense.acquire.link import Connection, Found, Notified
from aqsense.acquire.simulated_link import SimulatedLink, SimulatedSensor
from aqsense.errors import SensorError
from firmware_protocol import Advertisement, WriteRefused

MTU = 247
CONNECT_S = 10.0
REMOTE_ENDED = 0x13
BASE = "-0000-1000-8000-00805f9b34fb"  # of the 16-bit UUIDs
LONGEST = 31  # of an advertisement


class BumbleLink:
    """`inner` measures and keeps what was sent; its connections live on the sensors' side of the air."""

    def __init__(self, inner: SimulatedLink):
        self.inner = inner
        self._air = LocalLink()
        self._central = self._device("central", "F0:00:00:00:00:FF")
        self._peripherals = [_Peripheral(self, number, one) for number, one in enumerate(inner.sensors)]
        self._heard: dict[str, Advertisement] = {}

    def now_s(self) -> float:
        return self.inner.now_s()

    async def begin(self) -> None:
        await self._central.power_on()
        for one in self._peripherals:
            await one.begin()
        self._central.on("advertisement", self._hear)
        await self._central.start_scanning(active=True)
        self.inner.begin_motion()

    async def end(self) -> None:
        for connection in list(self._central.connections.values()):
            await connection.disconnect()
        await self._central.stop_scanning()
        for one in self._peripherals:
            await one.device.power_off()
        await self._central.power_off()

    def told(self, number: int) -> Advertisement | None:
        """What was heard of a sensor, from the bytes on air."""
        return self._heard.get(str(self._peripherals[number].address))

    async def connect(self, found: Found, lost: Callable[[], None]) -> Connection:
        peripheral = self._peripherals[int(found.address.removeprefix("sim:"))]
        connection = await self._central.connect(peripheral.address, timeout=CONNECT_S)
        peer = Peer(connection)
        await peer.request_mtu(MTU)
        await peer.discover_all()
        await peripheral.ready.wait()
        return _CentralSide(peer, lost)

    def _device(self, name: str, address: str) -> Device:
        controller = Controller(name, link=self._air, public_address=address)
        host = Host(controller, AsyncPipeSink(controller))
        return Device(name=name, address=Address(address), host=host)

    def _hear(self, advertisement: Any) -> None:
        data: AdvertisingData = advertisement.data
        name = data.get(AdvertisingData.COMPLETE_LOCAL_NAME) or ""
        makers = data.get_all(AdvertisingData.MANUFACTURER_SPECIFIC_DATA)
        services: list[str] = []
        for kind in (
            AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS,
            AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
        ):
            services += [_full(uuid) for group in data.get_all(kind) for uuid in group]
        self._heard[str(advertisement.address)] = Advertisement(
            str(name), dict(makers), tuple(dict.fromkeys(services))
        )


class _Peripheral:
    """A sensor's side: a controller, a GATT database over the virtual sensor."""

    def __init__(self, link: BumbleLink, number: int, sensor: SimulatedSensor):
        self._link = link
        self._number = number
        self._sensor = sensor
        self.address = Address(f"F0:00:00:00:00:{number:02X}")
        self.device = link._device(f"sensor {number}", str(self.address))
        self.ready = asyncio.Event()
        self._inside: Connection | None = None
        self._sending: asyncio.Queue[tuple[Characteristic, bytes]] = asyncio.Queue()
        self._characteristics: dict[str, Characteristic] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        for service, told in sensor.virtual.services.items():
            self.device.add_service(Service(UUID(service), [self._characteristic(one) for one in told]))

    async def begin(self) -> None:
        await self.device.power_on()
        self.device.on("connection", self._connected)
        await self._advertise()

    async def _advertise(self) -> None:
        told = self._sensor.virtual.advertisement
        first = [(AdvertisingData.FLAGS, b"\x06")]
        for full in told.services:
            short = full.endswith(BASE)
            uuid = UUID(full[4:8] if short else full)
            kind = (
                AdvertisingData.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS
                if short
                else AdvertisingData.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS
            )
            first.append((kind, uuid.to_bytes()))
        for company, data in told.manufacturer.items():
            kind = AdvertisingData.MANUFACTURER_SPECIFIC_DATA
            first.append((kind, company.to_bytes(2, "little") + bytes(data)))
        name = (AdvertisingData.COMPLETE_LOCAL_NAME, told.name.encode())
        whole = bytes(AdvertisingData([*first, name]))
        # A name for which there is no room would be in the scan response, which these controllers don't send.
        data = whole if len(whole) <= LONGEST else bytes(AdvertisingData(first))
        await self.device.start_advertising(
            advertising_data=data, advertising_interval_min=50.0, advertising_interval_max=50.0
        )

    def _characteristic(self, told: Any) -> Characteristic:
        names = {"read": "READ", "write": "WRITE", "write-without-response": "WRITE_WITHOUT_RESPONSE",
                 "notify": "NOTIFY", "indicate": "INDICATE"}  # fmt: skip
        properties = Characteristic.Properties(0)
        for one in told.properties:
            properties |= Characteristic.Properties[names[one]]
        made = Characteristic(
            UUID(told.uuid),
            properties,
            Attribute.Permissions.READABLE | Attribute.Permissions.WRITEABLE,
            CharacteristicValue(
                read=lambda _: self._read(told.uuid), write=lambda _, value: self._written(told.uuid, value)
            ),
        )
        made.on("subscription", lambda _, notify, indicate: self._subscribed(told.uuid, notify or indicate))
        self._characteristics[told.uuid] = made
        return made

    def _connected(self, connection: Any) -> None:
        connection.on("disconnection", lambda _: self._do(self._disconnected()))
        self._do(self._begin_inside(connection))
        self._do(self._send(connection))

    async def _begin_inside(self, connection: Any) -> None:
        told = self._sensor.virtual.advertisement
        found = Found(f"sim:{self._number}", told, None)  # type: ignore[arg-type]
        self._inside = await self._link.inner.connect(
            found, lambda: self._do(connection.disconnect(REMOTE_ENDED))
        )
        self.ready.set()

    async def _disconnected(self) -> None:
        self.ready.clear()
        if self._inside is not None:
            await self._inside.disconnect()
        self._inside = None
        for task in self._tasks - {asyncio.current_task()}:
            task.cancel()
        self._sending = asyncio.Queue()
        await self._advertise()

    async def _send(self, connection: Any) -> None:
        while True:
            characteristic, payload = await self._sending.get()
            if Characteristic.Properties.NOTIFY & characteristic.properties:
                await self.device.notify_subscriber(connection, characteristic, payload)
            else:
                await self.device.indicate_subscriber(connection, characteristic, payload)

    def _read(self, uuid: str) -> bytes:
        try:
            return self._sensor.virtual.read(uuid)
        except WriteRefused as refused:
            raise ATT_Error(refused.code) from None

    async def _written(self, uuid: str, value: bytes) -> None:
        try:
            if self._inside is not None:
                await self._inside.write(uuid, bytes(value), response=True)
        except WriteRefused as refused:
            raise ATT_Error(refused.code) from None

    def _subscribed(self, uuid: str, on: bool) -> None:
        characteristic, inside = self._characteristics[uuid], self._inside
        if inside is None:
            return
        notified: Notified = lambda _, payload: self._sending.put_nowait((characteristic, payload))  # noqa: E731
        self._do(inside.subscribe(uuid, notified) if on else inside.unsubscribe(uuid))

    def _do(self, doing: Any) -> None:
        task = asyncio.ensure_future(doing)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _CentralSide:
    """See Connection: the computer's controller."""

    def __init__(self, peer: Peer, lost: Callable[[], None]):
        self._peer = peer
        self._lost = lost
        self._is_connected = True
        self._hearing: dict[str, Callable[[bytes], None]] = {}
        peer.connection.on("disconnection", lambda _: self._ended())

    @property
    def is_connected(self) -> bool:
        return self._is_connected

    async def subscribe(self, characteristic: str, notified: Notified) -> None:
        self._hearing[characteristic] = lambda payload: notified(0, bytes(payload))
        await self._of(characteristic).subscribe(self._hearing[characteristic])

    async def unsubscribe(self, characteristic: str) -> None:
        await self._of(characteristic).unsubscribe(self._hearing.pop(characteristic, None))

    async def read(self, characteristic: str) -> bytes:
        try:
            return bytes(await self._of(characteristic).read_value())
        except ProtocolError as refused:
            raise WriteRefused(refused.error_code or 0) from None

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        try:
            await self._of(characteristic).write_value(data, with_response=response)
        except ProtocolError as refused:
            raise WriteRefused(refused.error_code or 0) from None

    async def disconnect(self) -> None:
        if self._is_connected:
            self._is_connected = False
            await self._peer.connection.disconnect()

    def _of(self, characteristic: str) -> Any:
        if not self._is_connected:
            raise SensorError("it is not connected")
        return self._peer.get_characteristics_by_uuid(UUID(characteristic))[0]

    def _ended(self) -> None:
        if self._is_connected:
            self._is_connected = False
            self._lost()


def _full(uuid: UUID) -> str:
    bare = uuid.to_bytes()[::-1]
    return f"0000{bare.hex()}{BASE}" if len(bare) == 2 else uuid.to_hex_str("-").lower()
