"""What arrivals.csv says about a sensor's clock must be true for every family."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from simulated import SITES, Running, all_stream, sensor

from aqsense.acquire import read_recording
from firmware_protocol import FAMILIES


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_arrivals_lie_behind_the_samples_by_the_radio_alone(tmp_path: Path, family: str) -> None:
    """Also where rows wait for the other stream: the newest sample that a notification brought counts.

    On the simulated radio a packet waits for one connection interval at most; a busy machine adds to some.
    """
    running = Running(tmp_path, [sensor(family, interval_s=0.01)], speed=2.5)
    begin_s = running.until(all_stream).time_s
    running.until(lambda now: now.time_s > begin_s + 6)
    running.stop()
    recording = read_recording(tmp_path)
    known, arrivals = recording.sensors[SITES[0]], recording.arrivals[SITES[0]]
    assert (np.diff(arrivals["tick"]) > 0).all()
    later = arrivals[arrivals["arrival_s"] > begin_s]
    delay_s = later["arrival_s"] - later["tick"] / (known.tick_hz or known.rate_hz)
    delay_s -= delay_s.min()
    assert np.median(delay_s) < 0.06
    assert known.samples.tick is not None
    assert known.samples.tick[-1] <= arrivals["tick"][-1]
