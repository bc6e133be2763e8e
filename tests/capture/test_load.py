"""Eight sensors with 200 notifications a second each, from another process: all are there, in order."""

from __future__ import annotations

import sys
import time
from contextlib import nullcontext
from pathlib import Path

import pytest

from aqsense.acquire.capture import Capture
from aqsense.acquire.log_record import What
from aqsense.acquire.packet_log import PacketLog, read_packets
from aqsense.acquire.recover import recording_of
from aqsense.model import SITES

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="sockets between processes of Linux"
)
if sys.platform.startswith("linux"):
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))
    from benchmarks.capture_load import RATE_HZ, Holding, LoadLink, payloads

    from firmware_protocol.open_profile_packets import DATA

SECONDS = 2.5
PATIENCE_S = 60.0


@pytest.mark.parametrize("how", ["undisturbed", "interpreter held"])
def test_eight_sensors_at_two_hundred(tmp_path: Path, how: str) -> None:
    """Also with a thread that holds the interpreter 50 ms twice a second; stamps are the callback's own."""
    link = LoadLink(8, SECONDS)
    capture = Capture(link, link.wanted(), PacketLog(tmp_path), {"name": "load"})
    capture.start()
    end = time.monotonic() + PATIENCE_S
    while any(one.stage != "streaming" for one in capture.now.sensors):
        assert time.monotonic() < end
        time.sleep(0.02)
    with Holding() if how == "interpreter held" else nullcontext():
        link.go()
        n = round(RATE_HZ * SECONDS)
        while link.is_sending() or min(map(len, link.stamps)) < n:
            assert time.monotonic() < end, "notifications are missing"
            time.sleep(0.05)
    capture.stop()
    link.close()
    logged = {site: [] for site in SITES[:8]}
    for record in read_packets(tmp_path):
        if record.what is What.PACKET and record.characteristic == DATA:
            logged[record.site].append(record)
    for number, site in enumerate(SITES[:8]):
        assert [record.payload for record in logged[site]] == payloads(number, SECONDS)
        assert [record.time_ns for record in logged[site]] == [stamp for _, stamp in link.stamps[number]]
    recording = recording_of(tmp_path).recording
    assert {len(one.samples) for one in recording.sensors.values()} == {n}
    assert all(one.n_samples == n for one in capture.now.sensors)
