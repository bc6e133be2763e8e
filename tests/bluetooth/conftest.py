"""A private bus with a Bluetooth service of our own, for one test."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

LONGEST_S = 60.0  # real time that anything may take on a busy machine before a test gives up
BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/> <allow own="*"/> <allow send_destination="*"/> <allow receive_sender="*"/>
    <allow send_type="method_call"/>
  </policy>
</busconfig>
"""


@pytest.fixture
def bus(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A system bus that is nobody else's; its address."""
    if sys.platform != "linux":
        pytest.skip("the emulated Bluetooth service is Linux's (D-Bus)")
    daemon = shutil.which("dbus-daemon")
    if daemon is None:
        pytest.skip("needs dbus-daemon (Debian: package dbus)")
    folder = tmp_path_factory.mktemp("bus")
    config = folder / "bus.conf"
    config.write_text(BUS.format(folder=folder), encoding="utf-8")
    words = [daemon, f"--config-file={config}", "--nofork", "--nopidfile", "--print-address"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", address)
        try:
            yield address
        finally:
            process.terminate()


class Serving:
    """The stand-in on a thread with a loop of its own."""

    def __init__(self, stand_in: Any, bus_address: str):
        self._stand_in = stand_in
        self._address = bus_address
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="org.bluez", daemon=True)
        self._thread.start()
        self.run(stand_in.begin(bus_address))

    def run(self, doing: Any) -> Any:
        """Run a coroutine there; its result."""
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(LONGEST_S)

    def end(self) -> None:
        self.run(self._stand_in.end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(LONGEST_S)
        self._loop.close()


@pytest.fixture
def put_on_air(bus: str) -> Iterator[Callable[..., Any]]:
    """Call it with sensors: the system's Bluetooth service runs and hears them."""
    from bluez_stand_in import BluezStandIn

    serving: list[Serving] = []

    def put(sensors: Sequence[Any] = (), **facts: Any) -> Any:
        stand_in = BluezStandIn(sensors, **facts)
        serving.append(Serving(stand_in, bus))
        return stand_in

    yield put
    for one in serving:
        one.end()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "recording"
