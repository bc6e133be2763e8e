"""Packet logs of virtual sensors, with what was sent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.stream_facts import facts_of
from firmware_protocol import FAMILIES, Wish
from firmware_protocol.family import Notification, VirtualSensor
from firmware_protocol.rehearsal import moving, rehearse

SECOND_NS = 1_000_000_000
UTC_NS = 1_800_000_000 * SECOND_NS


def start(time_ns: int, utc_ns: int | None = None, **facts: object) -> LogRecord:
    utc = UTC_NS + time_ns if utc_ns is None else utc_ns
    return LogRecord(What.START, time_ns, facts={"name": "made", "utc_ns": utc} | facts)


def mark(time_ns: int, kind: str, site: str = "", text: str = "") -> LogRecord:
    return LogRecord(What.MARK, time_ns, site, facts={"kind": kind, "run": "", "text": text})


def clock(time_ns: int, utc_ns: int | None = None) -> LogRecord:
    utc = UTC_NS + time_ns if utc_ns is None else utc_ns
    return LogRecord(What.CLOCK, time_ns, facts={"utc_ns": utc})


def packet(time_ns: int, site: str, one: Notification) -> LogRecord:
    return LogRecord(What.PACKET, time_ns, site, one.characteristic, one.payload)


@dataclass
class Worn:
    """A virtual sensor at a site: connections one after the other, with what it measured in each."""

    site: str
    family: str
    seed: int = 0

    def __post_init__(self) -> None:
        self.sensor: VirtualSensor = FAMILIES[self.family].virtual("77")
        self.n_samples = 0

    def connection(self, begin_ns: int, seconds: float, kind: str = "connected") -> Iterator[LogRecord]:
        """Records of one connection. The sensor's clock agrees with the host's; packets come 20 ms late."""
        family = FAMILIES[self.family]
        self.sensor.connect()
        yield mark(begin_ns, kind, self.site)
        talk = rehearse(family.configure(Wish(rate_hz=100)), self.sensor)
        for said in talk.notifications:
            yield packet(begin_ns, self.site, said)
        stream = talk.result
        facts = facts_of(stream) | {"since_ns": begin_ns}
        told = False
        for part, (times, accel, gyro) in enumerate(moving(stream.rate_hz, seconds, self.seed)):
            if part == 2:  # the exchange ends when samples come already
                yield LogRecord(What.STREAM, begin_ns + SECOND_NS // 5, self.site, facts=facts)
                told = True
            host_s = times - 1.0  # `moving` begins at 1 s
            device_s = begin_ns * 1e-9 + host_s
            for one in self.sensor.feed(device_s, accel, gyro):
                yield packet(begin_ns + round(1e9 * (host_s[-1] + 0.02)), self.site, one)
            self.n_samples += len(times)
        assert told
        self.sensor.disconnect()


def values_of(accel: tuple[np.ndarray, ...], gyro: tuple[np.ndarray, ...]) -> np.ndarray:
    return np.column_stack([*accel, *gyro])
