"""Simulated sensors and captures of them, sped up."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from moving import waves

from aqsense.acquire.capture import Capture
from aqsense.acquire.capture_state import CaptureNow
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Found
from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.packet_log import PacketLog, read_packets
from aqsense.acquire.sensor_capture import USUAL, Patience, Wanted
from aqsense.acquire.simulated_link import Habits, SimulatedLink, SimulatedSensor
from aqsense.model import SITES
from firmware_protocol import FAMILIES, Identity, Wish

# Real time that everything may take on a busy machine before a test gives up.
LONGEST_S = 60.0


def sensor(family: str, seed: int = 0, **habits: object) -> SimulatedSensor:
    virtual = FAMILIES[family].virtual(f"{seed:04d}")
    return SimulatedSensor(family, virtual, waves(seed), Habits(**habits), keeps_sent=True)  # type: ignore[arg-type]


def mixed(n: int, **habits: object) -> list[SimulatedSensor]:
    names = sorted(FAMILIES)
    return [sensor(names[i % len(names)], i, **habits) for i in range(n)]


def found(link: SimulatedLink) -> list[Found]:
    told = [one.virtual.advertisement for one in link.sensors]
    return [
        Found(f"sim:{i}", told[i], Identity(one.family), handle=one) for i, one in enumerate(link.sensors)
    ]


class Running:
    """A capture of simulated sensors."""

    def __init__(
        self, folder: Path, sensors: Sequence[SimulatedSensor], *, speed: float = 5.0,
        patience: Patience = USUAL, log: PacketLog | None = None,
        follow: Callable[[LogRecord], None] | None = None, link: SimulatedLink | None = None,
        rate_hz: float | None = 100.0,
    ):  # fmt: skip
        self.folder = folder
        self.link = link or SimulatedLink(sensors, HostClock(speed))
        wanted = [
            Wanted(site, one, wish=Wish(rate_hz=rate_hz))
            for site, one in zip(SITES, found(self.link), strict=False)
        ]
        self.log = log or PacketLog(folder)
        self.capture = Capture(
            self.link,
            wanted,
            self.log,
            {"name": "test"},
            clock=self.link.clock,
            patience=patience,
            follow=follow,
        )  # fmt: skip
        self.capture.start()
        self.link.begin_motion()

    def until(self, true: Callable[[CaptureNow], bool]) -> CaptureNow:
        """Wait for a picture of which something is true."""
        end = time.monotonic() + LONGEST_S
        while not true(self.capture.now):
            assert time.monotonic() < end, f"not within {LONGEST_S} s; now {self.capture.now}"
            time.sleep(0.02)
        return self.capture.now

    def until_s(self, seconds: float) -> CaptureNow:
        """Wait until so many s since the link was made."""
        while self.link.now_s() < seconds:
            time.sleep(0.01)
        return self.capture.now

    def stop(self) -> dict[str, list[LogRecord]]:
        """Packets of the log by site."""
        self.capture.stop()
        return packets(self.folder)


def packets(folder: Path) -> dict[str, list[LogRecord]]:
    by_site: dict[str, list[LogRecord]] = {}
    for record in read_packets(folder):
        if record.what is What.PACKET:
            by_site.setdefault(record.site, []).append(record)
    return by_site


def all_stream(now: CaptureNow) -> bool:
    """Every sensor, and for so long that its rate is known."""
    return all(one.stage == "streaming" and one.rate_hz > 0 for one in now.sensors)
