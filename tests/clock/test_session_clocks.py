"""Five sensors on their own clocks: what packets and shakes make of them, and what is said of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from shaken_sessions import SITES, pairs, recorded, recording, session, turning

from aqsense.analysis.arrival_clock import fit_arrivals
from aqsense.analysis.clock import time_sensors
from aqsense.analysis.connection import connection_interval
from aqsense.analysis.session_summary import session_summary
from aqsense.analysis.tick_clocks import time_by_ticks
from aqsense.model import Floats, Mark, Recording


def test_packets_alone_know_what_they_know() -> None:
    errors: list[Floats] = []
    inside: list[bool] = []
    for seed in range(4):
        made, trials = recording(seed, 300.0, ())
        timed = time_sensors(made)
        error, bound = pairs(timed, trials)
        errors.append(error)
        inside.extend((error < bound[:, None]).ravel().tolist())
        assert {sensor.clock.method for sensor in timed.values()} == {"arrivals"}
        assert all(sensor.clock.provisional for sensor in timed.values())
    assert np.percentile(np.concatenate(errors), 95) < 0.003
    assert np.mean(inside) > 0.9


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("marked", [True, False])
def test_two_shakes_give_offsets_and_drift(seed: int, marked: bool) -> None:
    made, trials = recording(seed, 120.0, (3.0, 111.0), marked=marked)
    found = time_by_ticks(made)
    timed, shakes = found.timed, found.shakes
    error, bound = pairs(timed, trials)
    assert [shake.marked for shake in shakes] == [marked, marked]
    assert all(shake.offsets.accepted for shake in shakes)
    assert np.percentile(error, 95) < 0.001
    assert np.mean(error < bound[:, None]) > 0.95
    assert {s.clock.method for s in timed.values()} == {"shakes"}
    assert not any(s.clock.provisional or s.clock.reason for s in timed.values())


def test_one_shake_leaves_the_result_provisional() -> None:
    made, trials = recording(5, 120.0, (3.0,))
    timed = time_sensors(made)
    error, bound = pairs(timed, trials)
    assert np.mean(error < bound[:, None]) > 0.95
    assert all(s.clock.provisional and s.clock.method == "shake" for s in timed.values())
    warnings = session_summary(made, timed, (), {})["warnings"]
    assert [w["code"] for w in warnings] == ["clock_provisional"]
    assert "closing shake" in warnings[0]["text"]


@pytest.mark.parametrize("seed", range(3))
def test_a_locked_link_is_told_and_two_shakes_heal_it(seed: int) -> None:
    made, trials = recording(seed, 60.0, (), locked=True)
    timed = time_sensors(made)
    error, bound = pairs(timed, trials)
    assert all(s.clock.locked and "keep step" in s.clock.reason for s in timed.values())
    assert np.mean(error < bound[:, None]) > 0.95
    assert bound.min() > 0.010
    summary = session_summary(made, timed, (), {})
    assert sum(w["code"] == "clock_locked" for w in summary["warnings"]) == len(SITES)
    shaken, trials = recording(seed, 60.0, (3.0, 51.0), locked=True)
    error, bound = pairs(time_sensors(shaken), trials)
    assert np.percentile(error, 95) < 0.001
    assert np.all(np.mean(error < bound[:, None], axis=1) > 0.95)


def test_the_certificate_stands_in_the_summary() -> None:
    made, _ = recording(1, 60.0, (3.0, 51.0))
    clocks = session_summary(made, time_sensors(made), (), {})["clocks"]
    assert set(clocks) == set(SITES)
    for site, clock in clocks.items():
        assert clock["method"] == "shakes"
        assert clock["n"] == len(made.arrivals[site])
        assert clock["segments"] == 1
        assert clock["gaps"] > 0
        assert 0 < clock["residual_s"] < 0.05
        assert clock["bound95_s"] == pytest.approx(1.96 * clock["sd_s"], abs=1e-8)
        assert not clock["provisional"]


def test_a_counter_that_began_again_has_a_clock_for_each_life() -> None:
    """Forty seconds of one life, then another one with other ticks; a shake in each."""
    made, trials = recording(2, 100.0, (3.0, 91.0))
    again, site = reborn(made, "left_shin", after_s=40.0, away_s=8.0)
    timed = time_sensors(again)
    clock = timed[site].clock
    assert clock.segments == 2
    assert clock.method == "shakes"
    tick = timed[site].ticks
    truth = trials[site].true_at(np.where(tick > 1_000_000_000, tick - 1_000_000_000, tick))
    assert np.all(np.diff(clock.time_at(timed[site].ticks.astype(float))) > 0)
    own = clock.time_at(timed[site].ticks.astype(float)) - truth
    other = timed["trunk"].clock.time_at(timed["trunk"].ticks.astype(float)) - trials["trunk"].time_s
    assert np.abs(own - np.median(other)).max() < 3 * clock.bound95_s


def reborn(made: Recording, site: str, *, after_s: float, away_s: float) -> tuple[Recording, str]:
    """The same recording with a hole in one sensor, behind which its ticks are 1000 s further."""
    sensor, rows = made.sensors[site], made.arrivals[site].copy()
    tick = sensor.samples.tick
    assert tick is not None
    last, first = tick[0] + int(1e6 * after_s), tick[0] + int(1e6 * (after_s + away_s))
    kept, jump = (tick <= last) | (tick >= first), 1_000_000_000
    moved = np.where(tick >= first, tick + jump, tick)[kept]
    columns = [column[kept] for column in (*sensor.samples.accel, *sensor.samples.gyro)]
    samples = replace(sensor.samples, tick=moved, accel=tuple(columns[:3]), gyro=tuple(columns[3:]))
    rows = rows[(rows["tick"] <= last) | (rows["tick"] >= first)]
    rows["tick"] += np.where(rows["tick"] >= first, jump, 0)
    mark = Mark(after_s + away_s, "clock_reset", site=site, text=str(int(moved[moved > last][0])))
    sensors = {**made.sensors, site: replace(sensor, samples=samples)}
    return replace(made, sensors=sensors, arrivals={**made.arrivals, site: rows}, marks=(mark,)), site


def test_a_sensor_that_was_still_in_the_shake_is_named() -> None:
    made, trials = recording(3, 60.0, (3.0,), marked=True)
    rates = {site: sensor.samples.gyro for site, sensor in made.sensors.items()}
    still = recorded(trials, {**rates, "trunk": (0.01 * np.ones(len(rates["trunk"][0])),) * 3}, (3.0,))
    assert time_by_ticks(still).shakes[0].offsets.reason == "trunk did not turn"


def test_the_interval_is_found_by_the_hosts_clock() -> None:
    random = np.random.RandomState(4)
    truth = 0.03 * (1 + 40e-6)
    arrival = truth * np.cumsum(random.randint(1, 3, 4000)) + random.exponential(0.0015, 4000)
    assert connection_interval(np.sort(arrival)) == pytest.approx(truth, rel=5e-6)
    assert np.isnan(connection_interval(np.cumsum(random.uniform(0.02, 0.06, 4000))))


def test_a_rate_that_changes_is_followed() -> None:
    """A hundred ppm of drift over twenty minutes, as of a sampling oscillator that warms up."""
    random = np.random.RandomState(6)
    tick = np.arange(0.0, 1200.0, 0.04)
    true = tick + 50e-6 * tick**2 / 1200.0
    interval = 0.01875
    arrival = np.ceil(true / interval) * interval + random.exponential(0.0015, len(tick))
    line = fit_arrivals(tick, np.maximum.accumulate(arrival))
    error = line.time_at(tick) - true
    assert np.ptp(error) < 0.002


def test_samples_that_nobody_numbers_claim_no_lag() -> None:
    trials = session(7, 60.0, counted=True)
    made = recorded(trials, turning(7, (3.0, 51.0), trials))
    told = {"sensors": {site: {"tick_source": "count"} for site in SITES}}
    for sensor in time_sensors(replace(made, metadata=told)).values():
        assert sensor.clock.sd_s >= 0.05
        assert "numbers no samples" in sensor.clock.reason
