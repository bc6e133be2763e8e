"""Several sensors at once: nothing that was sent is lost, and nobody's trouble is another's."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from simulated import SITES, Running, all_stream, mixed, packets, sensor

from aqsense.acquire import read_recording
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Connection, Found
from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.packet_log import PacketLog, read_packets
from aqsense.acquire.recover import rebuild
from aqsense.acquire.sensor_capture import Patience
from aqsense.acquire.simulated_link import SimulatedLink
from aqsense.acquire.stream_facts import stream_from
from aqsense.model import Recording
from firmware_protocol import FAMILIES, Stream


def sent_is_logged(running: Running, logged: dict[str, list[LogRecord]]) -> None:
    """Every notification, byte by byte and in order."""
    for site, one in zip(SITES, running.link.sensors, strict=False):
        assert [(p.characteristic, p.payload) for p in logged[site]] == [
            (s.characteristic, s.payload) for s in one.sent
        ]


def marks_of(recording: Recording, site: str) -> list[str]:
    return [mark.kind for mark in recording.marks if mark.site == site]


def test_sensors_of_every_family_at_once(tmp_path: Path) -> None:
    """Bytes in the log and values in the tables are what was sent; what was measured is what was felt."""
    running = Running(tmp_path, mixed(len(FAMILIES), retransmit=0.1, clock_ppm=30))
    now = running.until(all_stream)
    logged = running.stop()
    sent_is_logged(running, logged)
    for one in now.sensors:
        assert one.loss < 0.01
        assert one.nominal_hz >= 60  # Movella DOT streams no faster
        assert one.title
    rebuild(tmp_path)
    recording = read_recording(tmp_path)
    for site, one in zip(SITES, running.link.sensors, strict=False):
        found = recording.sensors[site].samples
        stream, since_ns = described(tmp_path, site)
        receiver = FAMILIES[one.family].receiver(stream)
        # Samples that are only counted begin to count with the exchange's last write.
        counted = [s for s, p in zip(one.sent, logged[site], strict=True) if p.time_ns >= since_ns]
        sent = counted if stream.tick_source == "count" else one.sent
        rows = [part for s in sent if len(part := receiver.push(s.characteristic, s.payload))]
        assert found.tick is not None
        assert np.array_equal(found.tick, np.concatenate([part.tick for part in rows]))
        values = np.concatenate([np.hstack([part.accel_m_s2, part.gyro_rad_s]) for part in rows])
        recorded = np.column_stack([*found.accel, *found.gyro])
        assert np.allclose(recorded, values, atol=6e-5, equal_nan=True)


def described(folder: Path, site: str) -> tuple[Stream, int]:
    """The stream of a site as it stands in the log, and since when it counts."""
    records = (r for r in read_packets(folder) if r.what is What.STREAM and r.site == site)
    facts = next(records).facts
    return stream_from(facts), facts["since_ns"]


def test_a_lost_sensor_comes_back_and_the_others_go_on(tmp_path: Path) -> None:
    sensors = mixed(4)
    sensors[1] = sensor("open_profile", 1, drops=((6.0, 4.0),), reboots=True)
    running = Running(tmp_path, sensors)
    running.until(all_stream)
    away = running.until(lambda now: now.sensors[1].n_lost == 1)
    back = running.until(lambda now: now.sensors[1].n_samples > away.sensors[1].n_samples + 200)
    logged = running.stop()
    sent_is_logged(running, logged)
    recording = read_recording(tmp_path)
    assert marks_of(recording, SITES[1]) == ["connected", "lost", "reconnected", "clock_reset"]
    for place in (0, 2, 3):
        assert marks_of(recording, SITES[place]) == ["connected"]
        assert back.sensors[place].n_samples > away.sensors[place].n_samples + 300
        arrival_s = recording.arrivals[SITES[place]]["arrival_s"]
        assert np.diff(arrival_s).max() < 1.5, "a hole while another sensor was away"


def test_silence_ends_the_connection(tmp_path: Path) -> None:
    """The radio says that it is connected, and nothing comes: the watchdog connects anew."""
    running = Running(tmp_path, [sensor("open_profile", mute=((5.0, 8.0),))])
    running.until(all_stream)
    n = running.until(lambda now: now.sensors[0].n_lost >= 1).sensors[0].n_samples
    running.until(lambda now: now.sensors[0].n_samples > n + 200)
    running.stop()
    recording = read_recording(tmp_path)
    lost = [mark.text for mark in recording.marks if mark.kind == "lost"]
    assert lost[0].startswith("silent for ")
    assert "reconnected" in marks_of(recording, SITES[0])


class OneAtATime(SimulatedLink):
    """Counts connects that overlap."""

    busy, most, connects = 0, 0, 0

    async def connect(self, found: Found, lost: Callable[[], None]) -> Connection:
        self.busy += 1
        self.connects += 1
        self.most = max(self.most, self.busy)
        try:
            return await super().connect(found, lost)
        finally:
            self.busy -= 1


def test_connects_one_at_a_time_and_tries_again(tmp_path: Path) -> None:
    link = OneAtATime([sensor("open_profile", i, refused=i) for i in range(3)], HostClock(5.0))
    running = Running(tmp_path, (), link=link)
    running.until(all_stream)
    running.stop()
    assert link.connects == 3 + 0 + 1 + 2
    assert link.most == 1


def test_a_stall_and_its_late_burst_lose_nothing(tmp_path: Path) -> None:
    running = Running(tmp_path, [sensor("open_profile", stalls=((5.0, 0.8),))])
    running.until_s(5.9)
    running.until(lambda now: now.time_s > 9)
    logged = running.stop()
    sent_is_logged(running, logged)
    ticks = read_recording(tmp_path).sensors[SITES[0]].samples.tick
    assert ticks is not None
    assert set(np.diff(ticks)) == {10_000}
    assert running.link.sensors[0].n_queue_lost == 0


def test_a_full_disk_ends_the_capture_whole(tmp_path: Path) -> None:
    left = 40_000

    def write(descriptor: int, data: bytes) -> int:
        nonlocal left
        n = os.write(descriptor, data[: max(left, 0)])
        left -= len(data)
        return n

    running = Running(tmp_path, mixed(3), log=PacketLog(tmp_path, write=write))
    now = running.until(lambda now: bool(now.failed))
    assert "disk is full" in now.failed
    running.until(lambda _: not running.capture.is_running)
    running.stop()
    assert all(one.virtual.stream is None for one in running.link.sensors if one.family != "witmotion")
    recording = rebuild(tmp_path).recording
    assert sum(len(one.samples) for one in recording.sensors.values()) > 100
    assert not [record for record in read_packets(tmp_path) if record.what is What.DAMAGE]


def test_a_defect_behind_the_log_is_not_swallowed(tmp_path: Path) -> None:
    seen = 0

    def follow(record: LogRecord) -> None:
        nonlocal seen
        seen += 1
        if seen == 100:
            raise ZeroDivisionError("a defect of who follows")

    running = Running(tmp_path, mixed(2), follow=follow)
    running.until(lambda _: not running.capture.is_running)
    with pytest.raises(ZeroDivisionError):
        running.stop()
    assert sum(map(len, packets(tmp_path).values())) > 80


def test_marks_and_the_pair_of_clocks(tmp_path: Path) -> None:
    running = Running(tmp_path, [sensor("open_profile")])
    running.until(all_stream)
    running.capture.mark("athlete", "b12")
    running.capture.mark("note", "wind, rain")
    running.until(lambda now: now.time_s > 6)
    running.stop()
    recording = read_recording(tmp_path)
    assert [(m.kind, m.text) for m in recording.marks if not m.site] == [
        ("athlete", "b12"),
        ("note", "wind, rain"),
    ]
    assert recording.metadata["athletes"] == ["b12"]
    pairs = [record.time_ns for record in read_packets(tmp_path) if record.what is What.CLOCK]
    assert len(pairs) >= 6
    assert np.median(np.diff(pairs)) == pytest.approx(1e9, rel=0.3)


def test_taken_up_again(tmp_path: Path) -> None:
    for _ in range(2):
        running = Running(tmp_path, [sensor("open_profile")])
        running.until(all_stream)
        running.stop()
    recording = rebuild(tmp_path).recording
    assert recording.metadata["capture"]["parts"] == 2
    ticks = recording.sensors[SITES[0]].samples.tick
    assert ticks is not None
    assert (np.diff(ticks) > 0).all()


def test_battery_is_looked_at_while_it_streams(tmp_path: Path) -> None:
    running = Running(tmp_path, [sensor("open_profile")], patience=Patience(battery_s=1.0))
    now = running.until(lambda now: now.time_s > 6 and all_stream(now))
    assert now.sensors[0].battery_percent == 90
    logged = running.stop()
    sent_is_logged(running, logged)
    told = [r.facts for r in read_packets(tmp_path) if r.what is What.STATE and "battery_percent" in r.facts]
    assert len(told) >= 3
