"""Eight sensors that send 200 notifications a second each, from a process of their own: load for a capture.

    python -m benchmarks.capture_load SECONDS FD FD ...   (the sending process)

In:  how many sensors, how long.
Out: a Link. Its notifications come through sockets, one message each, as from BlueZ; the callback stamps.
What each sensor sends is the same in every process, so that it can be compared with what was recorded.
"""

from __future__ import annotations

import asyncio
import ctypes
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence

import numpy as np

from aqsense.acquire.link import Connection, Found, Notified
from aqsense.acquire.sensor_capture import Wanted
from aqsense.model import SITES
from benchmarks.processes import ROOT, own_environment
from firmware_protocol import FAMILIES, Identity, Wish
from firmware_protocol.open_profile_packets import DATA, read_layout, write_layout
from firmware_protocol.open_profile_sensor import VirtualBoard
from firmware_protocol.rehearsal import rehearse

FAMILY = "open_profile"
RATE_HZ = 200
LONGEST_MESSAGE = 512
STAMP = struct.Struct("<q")  # host time at which it was sent; one clock for all processes (Linux)
HOLD_S, HOLD_EVERY_S = 0.05, 0.5


class OneByOne(VirtualBoard):
    """A board that puts one sample into a notification."""

    def read(self, characteristic: str) -> bytes:
        told = read_layout("information", super().read(characteristic))
        return write_layout("information", told | {"most_samples": 1})


def payloads(number: int, seconds: float) -> list[bytes]:
    """What sensor `number` sends."""
    board = OneByOne(f"{number:04d}")
    board.connect()
    rehearse(FAMILIES[FAMILY].configure(Wish(rate_hz=RATE_HZ)), board)
    draw = np.random.RandomState(number)
    n = round(RATE_HZ * seconds)
    values = 5.0 * draw.randn(n, 6)
    sent = board.feed(10.0 + np.arange(n) / RATE_HZ, values[:, :3], values[:, 3:])
    return [one.payload for one in sent]


class LoadLink:
    """See Link.

    stamps   (sent_ns, arrival_ns) by sensor: when the other process sent, what the callback stamped
    """

    def __init__(self, n_sensors: int, seconds: float):
        self.n_sensors = n_sensors
        self.stamps: list[list[tuple[int, int]]] = [[] for _ in range(n_sensors)]
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET) for _ in range(n_sensors)]
        self._ours = [ours for ours, _ in pairs]
        theirs = [other.fileno() for _, other in pairs]
        words = [sys.executable, "-m", "benchmarks.capture_load", str(seconds), *map(str, theirs)]
        environment = own_environment()
        self._sender = subprocess.Popen(
            words, pass_fds=theirs, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment, cwd=ROOT
        )
        for _, other in pairs:
            other.close()
        assert self._sender.stdout is not None
        self._sender.stdout.readline()  # it has made what it will send

    def wanted(self) -> list[Wanted]:
        """All of them."""
        found = [self._found(number) for number in range(self.n_sensors)]
        return [Wanted(SITES[i], one, wish=Wish(rate_hz=RATE_HZ)) for i, one in enumerate(found)]

    def go(self) -> None:
        """Send from now on."""
        assert self._sender.stdin is not None
        self._sender.stdin.write(b"go\n")
        self._sender.stdin.close()

    def is_sending(self) -> bool:
        return self._sender.poll() is None

    def close(self) -> None:
        """The sender ends by itself; one that doesn't is stopped."""
        if self.is_sending():
            self._sender.kill()
        self._sender.wait()
        for ours in self._ours:
            ours.close()

    async def scan(self, seconds: float, found: Callable[[Found], None]) -> list[Found]:
        del seconds, found  # they are all there
        return [self._found(number) for number in range(self.n_sensors)]

    async def connect(self, found: Found, lost: Callable[[], None]) -> Connection:
        del lost  # it never ends unasked
        number = int(found.address)
        return _LoadConnection(self._ours[number], number, self.stamps[number])

    def _found(self, number: int) -> Found:
        return Found(str(number), OneByOne().advertisement, Identity(FAMILY))


class _LoadConnection:
    """See Connection: answers come from a board in this process, samples from the other one."""

    is_connected = True

    def __init__(self, source: socket.socket, number: int, stamps: list[tuple[int, int]]):
        self._board = OneByOne(f"{number:04d}")
        self._board.connect()
        self._source = source
        self._stamps = stamps
        self._notified: dict[str, Notified] = {}
        self._data: Notified = lambda *_: None

    async def subscribe(self, characteristic: str, notified: Notified) -> None:
        self._notified[characteristic] = notified
        self._board.subscribe(characteristic, True)
        if characteristic == DATA:
            self._data = notified
            asyncio.get_running_loop().add_reader(self._source.fileno(), self._came)

    async def unsubscribe(self, characteristic: str) -> None:
        if characteristic == DATA:
            asyncio.get_running_loop().remove_reader(self._source.fileno())

    async def read(self, characteristic: str) -> bytes:
        return self._board.read(characteristic)

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        del response
        for one in self._board.write(characteristic, data):
            self._notified[one.characteristic](time.perf_counter_ns(), one.payload)

    async def disconnect(self) -> None:
        asyncio.get_running_loop().remove_reader(self._source.fileno())

    def _came(self) -> None:
        arrival_ns = time.perf_counter_ns()
        message = self._source.recv(LONGEST_MESSAGE)
        if message:
            self._stamps.append((STAMP.unpack_from(message)[0], arrival_ns))
            self._data(arrival_ns, message[STAMP.size :])
        else:
            asyncio.get_running_loop().remove_reader(self._source.fileno())


class Holding:
    """A thread that holds the interpreter for 50 ms twice a second, as a bad extension module does."""

    def __init__(self) -> None:
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._hold, daemon=True)

    def __enter__(self) -> Holding:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join()

    def _hold(self) -> None:
        keeping_the_lock = ctypes.PyDLL(None).usleep
        while not self._ending.wait(HOLD_EVERY_S - HOLD_S):
            keeping_the_lock(round(HOLD_S * 1e6))


def send(seconds: float, descriptors: Sequence[int]) -> None:
    """Every 5 ms a notification of every sensor, spread over the 5 ms."""
    sockets = [socket.socket(fileno=one) for one in descriptors]
    all_payloads = [payloads(number, seconds) for number in range(len(sockets))]
    print("ready", flush=True)
    sys.stdin.readline()
    begin_s = time.perf_counter()
    step_s = 1.0 / (RATE_HZ * len(sockets))
    for turn in range(len(all_payloads[0])):
        for number, one in enumerate(sockets):
            wait_s = begin_s + (turn * len(sockets) + number) * step_s - time.perf_counter()
            if wait_s > 0:
                time.sleep(wait_s)
            one.send(STAMP.pack(time.perf_counter_ns()) + all_payloads[number][turn])


if __name__ == "__main__":
    send(float(sys.argv[1]), [int(word) for word in sys.argv[2:]])
