"""Device ticks, packets and their arrivals: what truth.json says about the clocks is so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bodies import made

from aqsense.acquire import read_recording
from aqsense.model import Floats
from aqsense.simulate import (
    Gap,
    Link,
    Lost,
    Simulation,
    SimulationSpec,
    read_phases,
    write_simulation,
)

LONG = SimulationSpec(phases=read_phases("stand 31, jog 6, stand 3"), rate_hz=100.0, link=Link())


def true_time(simulation: Simulation, site: str, tick: Floats) -> Floats:
    knots = np.array(simulation.about["clocks"][site]["knots"])
    return np.interp(tick, knots[:, 0], knots[:, 1])


def delays_s(simulation: Simulation, site: str) -> Floats:
    rows = simulation.recording.arrivals[site]
    return rows["arrival_s"] - true_time(simulation, site, rows["tick"])


def test_ticks_and_truth_give_the_movement_its_time():
    """The same body, sampled by other clocks, reads the same at the same true time."""
    quiet = replace(LONG, noise=False, impacts=False)
    ticking, common = made(quiet), made(replace(quiet, link=None))
    for site in ("left_shin", "trunk"):
        samples, exact = (each.recording.sensors[site].samples for each in (ticking, common))
        time = true_time(ticking, site, samples.tick)
        at = np.arange(33.0, 36.0, 0.001)
        ours, theirs = np.interp(at, time, samples.gyro[0]), np.interp(at, exact.time_s, exact.gyro[0])
        # 1 ms would make an error of 0.15 rad/s at a shin.
        late_s = np.sum((ours - theirs) * np.gradient(theirs)) / np.sum(np.gradient(theirs) ** 2) * -0.001
        assert abs(late_s) < 0.0001


def test_clocks_have_offset_skew_and_wander():
    clocks = made(LONG).about["clocks"]
    assert all(0.0 <= clock["time_at_tick0_s"] < 1.0 for clock in clocks.values())
    assert 5.0 < np.std([clock["skew_ppm"] for clock in clocks.values()]) < 80.0
    for site, clock in clocks.items():
        assert made(LONG).recording.sensors[site].samples.tick[0] == clock["tick0"]
        slope = 1e6 * (clock["s_per_tick"] / 1e-6 - 1.0)
        assert slope == pytest.approx(clock["skew_ppm"], abs=6.0)
        knots = np.array(clock["knots"])
        bends = 1e6 * np.diff(np.diff(knots[:, 1]) / np.diff(knots[:, 0]) / 1e-6)
        assert 0.01 < np.abs(bends).max() < 5.0


def test_packets_never_arrive_before_their_last_sample():
    for site in made(LONG).recording.sensors:
        delay = delays_s(made(LONG), site)
        interval = made(LONG).about["clocks"][site]["interval_s"]
        assert 0.0075 <= interval <= 0.045
        assert delay.min() > 0.001
        assert np.quantile(delay, 0.8) < interval + 0.010
        assert np.all(np.diff(made(LONG).recording.arrivals[site]["arrival_s"]) > 0)


def test_arrivals_account_for_every_sample():
    for site, sensor in made(LONG).recording.sensors.items():
        rows = made(LONG).recording.arrivals[site]
        assert rows["n_samples"].sum() == len(sensor.samples)
        assert np.all(np.isin(rows["tick"], sensor.samples.tick))
        assert rows["tick"][-1] == sensor.samples.tick[-1]
        np.testing.assert_array_equal(rows["sequence"], np.arange(len(rows)))


def test_one_packet_in_twenty_needs_another_interval():
    quiet = Link(interval_ms=7.5, delay_ms=0.0, stalls_per_minute=0.0)
    delay = delays_s(made(replace(LONG, link=quiet)), "left_wrist")
    assert np.mean(delay > 0.0075 + 0.0016) == pytest.approx(0.05, abs=0.02)
    none = delays_s(made(replace(LONG, link=replace(quiet, retransmit=0.0))), "left_wrist")
    assert none.max() < 0.0075 + 0.0016


def test_a_locked_interval_hides_its_delay():
    """METHOD 6: where interval and packets' period are equal, all packets wait about equally long."""
    link = Link(interval_ms=30.0, skew_ppm=5.0, stalls_per_minute=0.0, delay_ms=0.5)
    locked, free = (made(replace(LONG, link=each)) for each in (link, replace(link, interval_ms=21.25)))
    floor = {name: [delays_s(each, site).min() for site in each.recording.sensors] for name, each in
             (("locked", locked), ("free", free))}  # fmt: skip
    assert max(floor["free"]) < 0.003
    assert max(floor["locked"]) > 0.008


def test_stalls_hit_all_sensors_together():
    busy = made(replace(LONG, link=Link(stalls_per_minute=10.0, retransmit=0.0, interval_ms=15.0)))
    late = [true_time(busy, site, busy.recording.arrivals[site]["tick"])[delays_s(busy, site) > 0.08]
            for site in busy.recording.sensors]  # fmt: skip
    assert all(len(times) > 5 for times in late)
    for times in late[1:]:
        nearest = np.min(np.abs(times[:, None] - late[0][None, :]), axis=1)
        assert np.max(nearest) < 0.3


def test_lost_packets_are_missing_in_both_tables():
    spec = replace(LONG, packet_loss=0.03, gaps=(Gap("trunk", 20.0, 4),), lost=(Lost("left_wrist", 25.0),))
    whole, holed = made(LONG), made(spec)
    for site, sensor in holed.recording.sensors.items():
        rows = holed.recording.arrivals[site]
        assert rows["n_samples"].sum() == len(sensor.samples)
        assert len(rows) < len(whole.recording.arrivals[site])
        assert np.max(np.diff(rows["sequence"])) > 1
    time = true_time(holed, "trunk", holed.recording.sensors["trunk"].samples.tick)
    assert not np.any((time > 20.0) & (time < 20.03))
    assert true_time(holed, "left_wrist", holed.recording.arrivals["left_wrist"]["tick"])[-1] < 25.0


def test_a_counter_of_samples_ticks_once_per_sample():
    sensor = made(replace(LONG, link=Link(tick_hz=None), rate_error=2.0)).recording.sensors["trunk"]
    assert np.all(np.diff(sensor.samples.tick) == 1)
    assert sensor.tick_hz == 100.0


def test_it_is_written_and_read_and_is_repeatable(tmp_path):
    spec = replace(LONG, phases=read_phases("stand 2, sprint 3, stand 1"))
    for name in "ab":
        write_simulation(spec, 9, tmp_path / name)
    a, b = ({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in "ab")
    assert a == b
    recording = read_recording(tmp_path / "a")
    assert recording.warnings == ()
    assert recording.metadata["device_clock"] == "ticks"
    assert np.isnan(recording.sync_sd_s)
    assert recording.sensors["trunk"].samples.time_s is None
    assert set(recording.arrivals) == set(recording.sensors)
