#!/usr/bin/env python3
"""A capture for half an hour with sensors that are lost all the time: is every packet in the log?

    python scripts/soak_capture.py [--minutes 30] [--speed 1] [--seed 1] [--work DIR]

Five simulated sensors of mixed families break off at random, for a second to a minute, some reboot; the radio
stalls. In the end every notification that was handed over while a sensor was connected must stand in the log,
byte by byte and in order, the others must have gone on meanwhile, and memory must have stayed where it was
after the first quarter. It ends with exit code 3 where that isn't so.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from aqsense.acquire.capture import Capture
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Found
from aqsense.acquire.log_record import What
from aqsense.acquire.packet_log import PacketLog, read_packets
from aqsense.acquire.sensor_capture import Wanted
from aqsense.acquire.simulated_link import Habits, SimulatedLink, SimulatedSensor
from aqsense.model import SITES, STANDARD_GRAVITY_M_S2, Floats
from firmware_protocol import FAMILIES, Identity, Wish

CHECK_FAILED = 3
GROWTH_MIB = 15.0


def main(words: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--speed", type=float, default=1.0, help="times real time")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep the recording there")
    arguments = parser.parse_args(words)
    with tempfile.TemporaryDirectory() as scratch:
        folder = (arguments.work or Path(scratch)) / "soak"
        return soak(folder, 60.0 * arguments.minutes, arguments.speed, arguments.seed)


def soak(folder: Path, seconds: float, speed: float, seed: int) -> int:
    """One capture; 0, or CHECK_FAILED with the reasons printed."""
    draw = np.random.RandomState(seed)
    families = sorted(FAMILIES)
    sensors = [_sensor(families[i % len(families)], i, seconds, draw) for i in range(5)]
    link = SimulatedLink(sensors, HostClock(speed), seed)
    handed = [_Handed(sensor) for sensor in sensors]
    told = [one.virtual.advertisement for one in sensors]
    found = [Found(f"sim:{i}", told[i], Identity(one.family)) for i, one in enumerate(sensors)]
    wanted = [Wanted(SITES[i], one, wish=Wish(rate_hz=100)) for i, one in enumerate(found)]
    capture = Capture(link, wanted, PacketLog(folder), {"name": "soak"}, clock=link.clock)
    capture.start()
    link.begin_motion()
    memory = _watch(capture, seconds, speed)
    capture.stop()
    return _judged(folder, handed, capture, memory)


def _sensor(family: str, number: int, seconds: float, draw: np.random.RandomState) -> SimulatedSensor:
    drops, time_s = list[tuple[float, float]](), 20.0
    while time_s < seconds:
        time_s += float(draw.exponential(90.0)) + 10.0
        away_s = float(draw.choice([1.0, 3.0, 10.0, 60.0]))
        drops.append((time_s, away_s))
        time_s += away_s
    stalls = tuple((float(begin), 0.4) for begin in draw.uniform(0, seconds, int(seconds / 60)))
    habits = Habits(
        drops=tuple(drops),
        stalls=stalls,
        retransmit=0.1,
        reboots=bool(number % 2),
        clock_ppm=float(30 * draw.randn()),
        refused=number,
    )
    speeds, phases = draw.uniform(2, 20, 6), draw.uniform(0, 6.28, 6)

    def waves(at_s: Floats) -> tuple[Floats, Floats]:
        values = np.sin(np.outer(at_s, speeds) + phases)
        return STANDARD_GRAVITY_M_S2 * values[:, :3], 5.0 * values[:, 3:]

    return SimulatedSensor(family, FAMILIES[family].virtual(f"{number:04d}"), waves, habits)


class _Handed(list[object]):
    """Stands in for the list of what a sensor has sent: keeps a fingerprint, so that memory stays flat."""

    def __init__(self, sensor: SimulatedSensor):
        super().__init__()
        self.n, self.bytes = 0, hashlib.sha256()
        sensor.sent, sensor.keeps_sent = self, True  # pyright: ignore[reportAttributeAccessIssue]

    def append(self, one: object) -> None:
        self.n += 1
        self.bytes.update(one.payload)  # pyright: ignore[reportAttributeAccessIssue]


def _watch(capture: Capture, seconds: float, speed: float) -> list[float]:
    """Resident memory, MiB, forty times."""
    memory: list[float] = []
    while capture.now.time_s < seconds and capture.is_running:
        time.sleep(seconds / speed / 40)
        now = capture.now
        memory.append(resident_mib())
        lost = sum(one.n_lost for one in now.sensors)
        streaming = sum(one.stage == "streaming" for one in now.sensors)
        print(
            f"{now.time_s:7.0f} s  {streaming} of 5 stream, lost {lost} times, {now.log_bytes / 1e6:.1f} MB, "
            f"{memory[-1]:.1f} MiB",
            flush=True,
        )
    return memory


def _judged(folder: Path, handed: Sequence[_Handed], capture: Capture, memory: Sequence[float]) -> int:
    counts, fingerprints = [0] * len(handed), [hashlib.sha256() for _ in handed]
    for record in read_packets(folder):
        if record.what is What.PACKET:
            number = SITES.index(record.site)
            counts[number] += 1
            fingerprints[number].update(record.payload)
    failures: list[str] = []
    check: Callable[[bool, str], None] = lambda good, text: None if good else failures.append(text)  # noqa: E731
    for site, one, count, found in zip(SITES, handed, counts, fingerprints, strict=False):
        check(count == one.n, f"{site}: {one.n} packets were handed over, {count} are in the log")
        check(found.digest() == one.bytes.digest(), f"{site}: other bytes, or another order")
    late = memory[len(memory) // 4 :]
    growth = late[-1] - late[0] if late else 0.0
    check(growth < GROWTH_MIB, f"memory grew by {growth:.1f} MiB after the first quarter")
    lost = sum(one.n_lost for one in capture.now.sensors)
    check(lost > 0, "no sensor was lost: the time was too short to tell anything")
    print(f"{sum(counts)} packets, {lost} losses, memory {growth:+.1f} MiB after the first quarter")
    for failure in failures:
        print(f"FAILED: {failure}", file=sys.stderr)
    return CHECK_FAILED if failures else 0


def resident_mib() -> float:
    """Resident memory of this process; 0 where the system doesn't tell."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


if __name__ == "__main__":
    sys.exit(main())
