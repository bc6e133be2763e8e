"""The real radio: the Link of `link.py` over bleak (Linux, Windows, macOS).

In:  a running asyncio loop; all coroutines of one link on that loop, in a thread of its own beside a window.
Out: `Found` sensors of known families, `BleakConnection`s; arrival stamped first of all in the callback.
Refuses: connecting by an address string (that scans by itself and collides), two connects at once, a connect
         while a scan runs, waiting for ever.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from aqsense.acquire.link import Found, Notified
from aqsense.acquire.radio_trouble import GONE, NOT_CONNECTED, Trouble, trouble_of
from aqsense.errors import SensorError
from firmware_protocol import FAMILIES
from firmware_protocol.exchange import WriteRefused
from firmware_protocol.family import Advertisement, Family, Identity

if TYPE_CHECKING:
    from bleak import BleakClient
    from bleak.backends.device import BLEDevice
    from bleak.backends.scanner import AdvertisementData

# Two equal notifications closer than this are one that the system delivered twice; connection events are
# 7.5 ms apart or more.
TWICE_NS = 5_000_000
BACKOFFS_S = (0.25, 0.5, 1.0)
NO_SIGNAL_DBM = -127


@dataclass(frozen=True, slots=True)
class Patience:
    """How long each operation may take, s."""

    connect_s: float = 20.0
    operation_s: float = 5.0
    disconnect_s: float = 12.0  # a slow one takes 2-3 s, bleak itself gives up after 10
    look_again_s: float = 5.0  # for a sensor that the system has forgotten since the scan, or never heard


class BleakLink:
    """See Link. `adapter`: `hci1` (Linux); None = the system's."""

    def __init__(
        self,
        *,
        adapter: str | None = None,
        patience: Patience = Patience(),
        families: Mapping[str, Family] = FAMILIES,
    ):
        self._adapter = adapter
        self._patience = patience
        self._families = families
        self._loop: asyncio.AbstractEventLoop | None = None
        self._radio = asyncio.Lock()  # controllers can't scan and connect at once
        self._heard: dict[str, Found] = {}  # on this loop, by address

    async def scan(self, seconds: float, found: Callable[[Found], None]) -> list[Found]:
        async with self._radio_of_this_loop():
            heard = await self._listen(seconds, found, lambda _: False)
        return sorted(heard, key=lambda one: NO_SIGNAL_DBM if one.rssi_dbm is None else one.rssi_dbm)[::-1]

    async def connect(self, found: Found, lost: Callable[[], None]) -> BleakConnection:
        """See Link. Tries again where the radio was only busy, each time with a fresh client.

        A sensor that was heard on another loop, or by another link, is listened for first.
        """
        who = found.advertisement.name or found.address
        async with self._radio_of_this_loop():
            found = self._heard.get(found.address) or await self._heard_again(found, GONE, who)
            for backoff_s in (*BACKOFFS_S, None):
                connection = BleakConnection(found, self._adapter, self._patience, lost)
                try:
                    return await connection.open()
                except TimeoutError:
                    text = f"no connection within {self._patience.connect_s:g} s. Bring it near or wake it."
                    raise SensorError(text, sensor=who) from None
                except Exception as error:
                    trouble = trouble_of(error)
                    if trouble.code == "gone":
                        found = await self._heard_again(found, trouble, who)
                    elif not trouble.passing or backoff_s is None:
                        raise SensorError(trouble.text, sensor=who) from error
                if backoff_s is not None:
                    await asyncio.sleep(backoff_s)
        raise SensorError("it is heard, but does not connect. Switch it off and on.", sensor=who)

    def _radio_of_this_loop(self) -> asyncio.Lock:
        """What a system gave on one loop can't be used on another (on macOS it calls back there)."""
        loop = asyncio.get_running_loop()
        if loop is not self._loop:
            self._loop, self._radio, self._heard = loop, asyncio.Lock(), {}
        return self._radio

    async def _heard_again(self, lost: Found, trouble: Trouble, who: str) -> Found:
        """The same sensor from a new scan."""

        def is_it(one: Found) -> bool:
            return one.address == lost.address or bool(one.identity.serial and one.identity == lost.identity)

        heard = await self._listen(self._patience.look_again_s, lambda _: None, is_it)
        again = [one for one in heard if is_it(one)]
        if not again:
            raise SensorError(trouble.text, sensor=who)
        return again[0]

    async def _listen(
        self, seconds: float, found: Callable[[Found], None], enough: Callable[[Found], bool]
    ) -> list[Found]:
        from bleak import BleakScanner

        heard: dict[str, Found] = {}
        done = asyncio.Event()

        def detected(device: BLEDevice, data: AdvertisementData) -> None:
            one = self._found(device, data)
            if one is not None and heard.get(one.address) != one:
                heard[one.address] = self._heard[one.address] = one
                found(one)
                if enough(one):
                    done.set()

        async with _said_plainly(""):
            bluez = {"adapter": self._adapter} if self._adapter else {}
            async with BleakScanner(detected, bluez=bluez):  # pyright: ignore[reportArgumentType]
                with suppress(TimeoutError):
                    await asyncio.wait_for(done.wait(), seconds)
        return list(heard.values())

    def _found(self, device: BLEDevice, data: AdvertisementData) -> Found | None:
        services = tuple(uuid.lower() for uuid in data.service_uuids)
        name = data.local_name or device.name or ""
        advertisement = Advertisement(name, dict(data.manufacturer_data), services)
        identity = recognised(advertisement, self._families)
        if identity is None:
            return None
        rssi = None if data.rssi <= NO_SIGNAL_DBM else data.rssi
        return Found(device.address, advertisement, identity, rssi, device)


def recognised(advertisement: Advertisement, families: Mapping[str, Family] = FAMILIES) -> Identity | None:
    """Who advertises so; None where no family knows it."""
    answers = (family.recognise(advertisement) for family in families.values())
    return next((identity for identity in answers if identity is not None), None)


class BleakConnection:
    """See Connection. Made and opened by BleakLink only."""

    def __init__(self, found: Found, adapter: str | None, patience: Patience, lost: Callable[[], None]):
        from bleak import BleakClient

        self._who = found.advertisement.name or found.address
        self._patience = patience
        self._lost = lost
        self._opened = False
        self._closing = False
        self._freeing: asyncio.Task[None] | None = None
        bluez = {"adapter": adapter} if adapter else {}
        self._client: BleakClient = BleakClient(
            found.handle,  # pyright: ignore[reportArgumentType]
            disconnected_callback=self._ended,
            timeout=patience.connect_s,
            bluez=bluez,  # pyright: ignore[reportArgumentType]
        )

    async def open(self) -> BleakConnection:
        """Connect. What bleak raises comes out as it is; nothing stays open then."""
        try:
            await self._client.connect()
        except BaseException:
            self._closing = True
            await self._free()
            raise
        self._opened = True
        return self

    @property
    def is_connected(self) -> bool:
        return self._opened and not self._closing and self._client.is_connected

    async def subscribe(self, characteristic: str, notified: Notified) -> None:
        """AcquireNotify first: StartNotify delivers twice after a reconnect on some kernels."""
        from bleak.exc import BleakDBusError

        async with self._operation(f"switching on notifications of {characteristic}"):
            try:
                await self._client.start_notify(
                    characteristic, _stamping(notified), bluez={"use_start_notify": False}
                )
            except BleakDBusError:  # another session on the link has it, or this firmware can't do it
                await self._client.start_notify(
                    characteristic, _stamping(_once(notified)), bluez={"use_start_notify": True}
                )

    async def unsubscribe(self, characteristic: str) -> None:
        async with self._operation(f"switching off notifications of {characteristic}"):
            await self._client.stop_notify(characteristic)

    async def read(self, characteristic: str) -> bytes:
        async with self._operation(f"reading {characteristic}"):
            return bytes(await self._client.read_gatt_char(characteristic))

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        async with self._operation(f"writing {characteristic}"):
            await self._client.write_gatt_char(characteristic, data, response=response)

    async def disconnect(self) -> None:
        """Ends the connection, also one that is lost already; never raises, `lost` is not called."""
        self._closing = True
        await self._free()

    @asynccontextmanager
    async def _operation(self, doing: str) -> AsyncIterator[None]:
        if not self.is_connected:
            raise SensorError(NOT_CONNECTED.text, sensor=self._who)
        try:
            async with asyncio.timeout(self._patience.operation_s), _said_plainly(self._who):
                yield
        except TimeoutError:
            text = f"{self._who}: {doing} took longer than {self._patience.operation_s:g} s"
            raise TimeoutError(text) from None

    def _ended(self, _: BleakClient) -> None:
        if self._opened and not self._closing:
            self._closing = True
            self._freeing = asyncio.get_running_loop().create_task(self._free())
            self._lost()

    async def _free(self) -> None:
        """bleak keeps the client's bus connection open until it is asked to disconnect."""
        with suppress(Exception):
            async with asyncio.timeout(self._patience.disconnect_s):
                await self._client.disconnect()


@asynccontextmanager
async def _said_plainly(who: str) -> AsyncIterator[None]:
    """What bleak raises as the errors that `link.py` promises."""
    from bleak.exc import BleakError, BleakGATTProtocolError

    try:
        yield
    except BleakGATTProtocolError as error:
        raise WriteRefused(int(error.code)) from error
    except TimeoutError:
        raise
    except (BleakError, OSError, EOFError, AssertionError) as error:
        raise SensorError(trouble_of(error).text, sensor=who) from error


def _stamping(notified: Notified) -> Callable[[object, bytearray], None]:
    def heard(_: object, data: bytearray) -> None:
        arrival_ns = time.perf_counter_ns()
        notified(arrival_ns, bytes(data))

    return heard


def _once(notified: Notified) -> Notified:
    """Leaves out what the system delivers twice."""
    before_ns, before = 0, b""

    def heard(arrival_ns: int, payload: bytes) -> None:
        nonlocal before_ns, before
        twice = payload == before and arrival_ns - before_ns < TWICE_NS
        before_ns, before = arrival_ns, payload
        if not twice:
            notified(arrival_ns, payload)

    return heard
