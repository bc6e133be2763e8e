"""Real clocks: LSL's offsets with resets, Polar's own stamps, the counter gaps of a DOT export."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from aqsense.analysis.arrival_clock import fit_arrivals
from aqsense.analysis.tick_clocks import time_by_ticks
from aqsense.model import ARRIVAL, Floats, Mark, Recording, Samples, Sensor


@pytest.fixture
def vendors(project: Path) -> Path:
    folder = project.parent / "shared" / "data" / "vendors"
    if not folder.exists():
        pytest.skip(f"{folder}: the vendors' files are not here")
    return folder


def recording(
    tick: np.ndarray, arrival_s: Floats, tick_hz: float, rate_hz: float, marks: tuple[Mark, ...] = ()
):
    zero = np.zeros(len(tick))
    rows = np.zeros(len(tick), ARRIVAL)
    rows["tick"], rows["arrival_s"], rows["n_samples"] = tick, arrival_s, 1
    sensor = Sensor("trunk", Samples(tick, None, (zero,) * 3, (zero,) * 3), rate_hz, tick_hz)
    return Recording("made", {"trunk": sensor}, marks=marks, arrivals={"trunk": rows})


def test_polars_stamps_tell_the_true_rate(vendors: Path) -> None:
    path = vendors / "polar_sensor_logger" / "Polar_Sense_GYRO.first6000rows.txt"
    phone, stamp = np.loadtxt(path, str, delimiter=";", skiprows=1, usecols=(0, 1), unpack=True)
    arrival = (phone.astype("datetime64[ms]") - phone[0].astype("datetime64[ms]")).astype(float) / 1e3
    tick = stamp.astype(np.int64)
    _, first = np.unique(tick, return_index=True)
    line = fit_arrivals((tick[first] - tick[0]).astype(float), np.maximum.accumulate(arrival[first]))
    assert line.slope == pytest.approx(1e-9, rel=1e-3)
    timed = time_by_ticks(recording(tick[first], arrival[first], 1e9, 52.0)).timed["trunk"]
    assert timed.rate_hz == pytest.approx(51.7, abs=0.1)


def test_gaps_of_a_dot_export(vendors: Path) -> None:
    path = next((vendors / "xsens_dot_csv").glob("LFemur*.csv"))
    counter, stamp = np.loadtxt(path, np.int64, delimiter=",", skiprows=12, usecols=(0, 1), unpack=True)
    timed = time_by_ticks(recording(counter, (stamp - stamp[0]) / 1e6, 60.0, 60.0)).timed["trunk"]
    assert timed.rate_hz == pytest.approx(60.0, rel=1e-3)
    expected = int(timed.ticks[-1] - timed.ticks[0]) + 1
    assert expected - len(timed.ticks) == 157
    off = timed.clock.time_at(counter.astype(float)) - (stamp - stamp[0]) / 1e6
    assert np.ptp(off) < 0.001


def test_lsl_offsets_with_resets(vendors: Path) -> None:
    """The offset of a stream jumps where its computer restarted: a life of the clock on each side."""
    pyxdf = pytest.importorskip("pyxdf")
    streams, _ = pyxdf.load_xdf(
        str(vendors / "lsl_xdf" / "clock_resets.xdf"), synchronize_clocks=False, dejitter_timestamps=False
    )
    seen = 0
    for stream in streams:
        own = np.array(stream["clock_times"], float)
        offset = np.array(stream["clock_values"], float)
        jumps = np.flatnonzero(np.abs(np.diff(own)) > 60.0) + 1
        if not len(jumps) or min(np.diff([0, *jumps, len(own)])) < 8:
            continue
        seen += 1
        # The remote clock is the tick: rising over the reset, as a recording keeps it.
        host = own + offset
        remote = own.copy()
        for jump in jumps:
            remote[jump:] += max(0.0, remote[jump - 1] + 1.0 - remote[jump])
            host[jump:] += max(0.0, host[jump - 1] + 1.0 - host[jump])
        tick = np.rint(1e6 * (remote - remote[0])).astype(np.int64)
        marks = tuple(Mark(float(host[j]), "clock_reset", site="trunk", text=str(tick[j])) for j in jumps)
        clock = (
            time_by_ticks(recording(tick, host, 1e6, 1e6 / np.median(np.diff(tick)), marks))
            .timed["trunk"]
            .clock
        )
        assert clock.segments == len(jumps) + 1
        assert np.abs(clock.time_at(tick.astype(float)) - host).max() < 0.005
    assert seen
