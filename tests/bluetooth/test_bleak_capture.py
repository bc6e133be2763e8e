"""Whole captures over bleak's own Linux backend: what emulated sensors send is in the recording."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sensors_on_air import NAMES, Faults, OnAir, on_air

from aqsense.acquire import bleak_link
from aqsense.acquire.bleak_link import BleakLink
from aqsense.acquire.capture import Capture
from aqsense.acquire.capture_state import CaptureNow
from aqsense.acquire.link import Found
from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.packet_log import PacketLog, read_packets
from aqsense.acquire.sensor_capture import Patience, Wanted
from aqsense.model import SITES
from firmware_protocol import Advertisement, Identity, Wish

if sys.platform.startswith("linux"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
    from benchmarks.capture_load import Holding

pytest.importorskip("dbus_fast", reason="the emulated Bluetooth service speaks D-Bus")
LONGEST_S = 30.0
QUICK = bleak_link.Patience(connect_s=2.0, operation_s=3.0, disconnect_s=5.0, look_again_s=1.5)
PATIENCE = Patience(silence_s=3.0, configure_s=8.0, again_s=(0.2, 0.4))
Put = Callable[..., Any]


class Running:
    """A capture of sensors that are on air."""

    def __init__(self, folder: Path, sensors: Sequence[OnAir], first: Found | None = None):
        self.folder = folder
        wanted = [
            Wanted(site, _found(one), Wish(rate_hz=100.0)) for site, one in zip(SITES, sensors, strict=False)
        ]
        if first is not None:
            wanted[0] = replace(wanted[0], found=first)
        link, log = BleakLink(patience=QUICK), PacketLog(folder)
        self.capture = Capture(link, wanted, log, {"name": "test"}, patience=PATIENCE)
        self.capture.start()

    def until(self, true: Callable[[CaptureNow], bool]) -> None:
        end = time.monotonic() + LONGEST_S
        while not true(self.capture.now):
            if time.monotonic() > end:
                self.capture.stop()
                pytest.fail(f"not within {LONGEST_S} s; now {self.capture.now}", pytrace=False)
            time.sleep(0.05)

    def stop(self) -> list[LogRecord]:
        """Everything in the log."""
        self.capture.stop()
        return list(read_packets(self.folder))


def _found(sensor: OnAir) -> Found:
    """As another program's scan would have heard it."""
    return Found(sensor.address, sensor.simulated.virtual.advertisement, sensor.identity)


def all_stream(now: CaptureNow) -> bool:
    return all(one.stage == "streaming" and one.rate_hz > 0 for one in now.sensors)


def flows(now: CaptureNow) -> bool:
    return all(one.stage == "streaming" and one.n_samples > 5 for one in now.sensors)


def marks(records: Sequence[LogRecord], site: str) -> list[str]:
    return [one.facts["kind"] for one in records if one.what is What.MARK and one.site == site]


def payloads(records: Sequence[LogRecord], site: str) -> list[tuple[str, bytes]]:
    return [
        (one.characteristic, one.payload) for one in records if one.what is What.PACKET and one.site == site
    ]


def sent(sensor: OnAir) -> list[tuple[str, bytes]]:
    return [(one.characteristic, one.payload) for one in sensor.simulated.sent]


def break_off(stand_in: Any, sensor: OnAir, seconds: float) -> None:
    object.__setattr__(sensor.simulated.habits, "drops", ((stand_in.link.now_s(), seconds),))


def test_six_families_at_once_are_lost_and_connected_again(put_on_air: Put, folder: Path) -> None:
    """First one alone, while the others go on; then all others together."""
    sensors = [on_air(name, number) for number, name in enumerate(NAMES)]
    stand_in = put_on_air(sensors)
    running = Running(folder, sensors)
    running.until(all_stream)
    break_off(stand_in, sensors[0], 0.5)
    running.until(lambda now: now.sensors[0].stage != "streaming")
    running.until(lambda now: sensors[0].connects == 2 and flows(now))
    assert [one.connects for one in sensors] == [2, 1, 1, 1, 1, 1]
    for sensor in sensors[1:]:
        break_off(stand_in, sensor, 0.5)
    running.until(lambda now: all(one.connects == 2 for one in sensors) and flows(now))
    records = running.stop()
    for site, sensor in zip(SITES, sensors, strict=False):
        assert marks(records, site) == ["connected", "lost", "reconnected"]
        assert len([one for one in records if one.what is What.STREAM and one.site == site]) == 2
        logged, said = payloads(records, site), sent(sensor)
        assert len(logged) > 10
        # In order; at most what was under way when a connection ended is missing.
        assert _is_within(logged, said)
        assert len(said) - len(logged) <= 12, f"{site}: {len(said)} sent, {len(logged)} logged"
        assert sensor.simulated.virtual.stream is None, f"{site} was left streaming"


def _is_within(few: Sequence[Any], many: Sequence[Any]) -> bool:
    rest = iter(many)
    return all(one in rest for one in few)


@pytest.mark.parametrize(
    ("family", "faults"),
    [
        ("movella_dot", Faults(refused_writes=2)),
        ("open_profile", Faults(wrong_answers=2)),
        ("movesense", Faults(hung_writes=(1,))),
        ("open_profile", Faults(busy_connects=6)),
        ("metamotion", Faults(forgotten=2)),
        ("polar", Faults(slow_disconnect_s=1.0)),
        ("open_profile", Faults(twice=True)),
    ],
    ids=lambda told: told if isinstance(told, str) else "",
)
def test_a_capture_gets_over(put_on_air: Put, folder: Path, family: str, faults: Faults) -> None:
    """... what goes wrong at the beginning, while a healthy sensor is recorded all the time."""
    troubled, healthy = on_air(family, 0, faults), on_air("witmotion", 1)
    put_on_air([troubled, healthy])
    running = Running(folder, [troubled, healthy])
    running.until(flows)
    records = running.stop()
    assert marks(records, SITES[1]) == ["connected"]
    assert len(payloads(records, SITES[0])) > 2
    assert troubled.simulated.virtual.stream is None


def test_a_sensor_that_vanishes_during_start_is_recorded_once_it_is_back(
    put_on_air: Put, folder: Path
) -> None:
    vanishing, healthy = on_air("metamotion", 0, Faults(vanishes_at_write=2)), on_air("witmotion", 1)
    put_on_air([vanishing, healthy])
    running = Running(folder, [vanishing, healthy])
    running.until(lambda now: vanishing.is_away and now.sensors[1].stage == "streaming")
    vanishing.is_away = False
    running.until(flows)
    assert "lost" in marks(running.stop(), SITES[0])


def test_a_sensor_that_was_not_there_is_known_by_its_serial_when_it_comes(
    put_on_air: Put, folder: Path
) -> None:
    late, healthy = on_air("movesense", 3), on_air("witmotion", 1)
    late.is_away = True
    put_on_air([late, healthy])
    unheard = Found("", Advertisement("Movesense"), Identity("movesense", "0003"))
    running = Running(folder, [late, healthy], unheard)
    running.until(lambda now: now.sensors[0].stage == "waiting" and now.sensors[1].stage == "streaming")
    late.is_away = False
    running.until(flows)
    assert marks(running.stop(), SITES[0]) == ["connected"]


def test_a_silent_sensor_is_connected_anew(put_on_air: Put, folder: Path) -> None:
    """The connection stands, nothing comes: the watchdog ends it."""
    sensor = on_air("open_profile")
    stand_in = put_on_air([sensor])
    running = Running(folder, [sensor])
    running.until(flows)
    object.__setattr__(sensor.simulated.habits, "mute", ((stand_in.link.now_s(), 4.5),))
    running.until(lambda now: sensor.connects == 2 and flows(now))
    records = running.stop()
    lost = [one for one in records if one.what is What.MARK and one.facts["kind"] == "lost"]
    assert "silent" in lost[0].facts["text"]


def test_eight_sensors_are_recorded_while_a_thread_holds_the_interpreter(
    put_on_air: Put, folder: Path
) -> None:
    """Nothing lost, nothing reordered; 200 notifications/s each."""
    sensors = [on_air("metamotion", number) for number in range(8)]
    put_on_air(sensors)
    running = Running(folder, sensors)
    running.until(all_stream)
    with Holding():
        time.sleep(3.0)
    records = running.stop()
    for site, sensor in zip(SITES, sensors, strict=False):
        logged = payloads(records, site)
        assert logged == sent(sensor)[: len(logged)]
        assert len(sent(sensor)) - len(logged) <= 20  # under way when it was told to stop
        arrivals = [one.time_ns for one in records if one.what is What.PACKET and one.site == site]
        assert arrivals == sorted(arrivals)
