"""Device ticks to session time: common clocks with the faults of real files, and clocks from arrivals."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from gait import SITES, made_sensor
from hypothesis import given
from hypothesis import strategies as st

from aqsense.analysis.clock import Clock, TimedSensor, time_sensors
from aqsense.analysis.pipeline import analyze
from aqsense.errors import RecordingError
from aqsense.model import ARRIVAL, Floats, Recording, Samples, Sensor
from aqsense.settings import Settings

SITE = "left_shin"


def recording_of(time_s: Floats, *, nominal_hz: float = 100.0, sync_sd_s: float | None = 0.001) -> Recording:
    value = np.zeros(len(time_s))
    samples = Samples(None, time_s, (value,) * 3, (value,) * 3)
    return Recording("made", {SITE: Sensor(SITE, samples, nominal_hz)}, {"sync_sd_s": sync_sd_s})


def timed(time_s: Floats, **how: float | None) -> TimedSensor:
    return time_sensors(recording_of(time_s, **how))[SITE]  # pyright: ignore


@given(st.floats(20.0, 1200.0), st.floats(-5.0, 5000.0), st.integers(0, 10_000))
def test_times_rounded_to_a_tenth_of_a_ms(rate_hz: float, start_s: float, seed: int) -> None:
    exact = start_s + np.arange(round(6 * rate_hz)) / rate_hz
    found = timed(np.round(exact, 4))
    assert found.rate_hz == pytest.approx(rate_hz, rel=2e-4)
    stamped = found.clock.time_at(found.ticks.astype(float))
    assert np.abs(stamped - exact).max() < 1e-4
    middle = exact[np.random.RandomState(seed).randint(len(exact), size=5)]
    np.testing.assert_allclose(found.clock.time_at(found.clock.tick_at(middle)), middle, atol=1e-9)


def test_jitter_averages_out() -> None:
    exact = np.arange(3000) / 100.0
    found = timed(exact + 0.0005 * np.random.RandomState(1).standard_normal(3000))
    assert found.rate_hz == pytest.approx(100.0, rel=1e-4)
    assert np.abs(found.clock.time_at(found.ticks.astype(float)) - exact).max() < 0.5e-3


def test_holes_stay_holes() -> None:
    exact = np.arange(3000) / 104.0
    kept = np.ones(3000, bool)
    kept[[50, 51, 700]] = kept[1500:1900] = False
    found = timed(np.round(exact[kept], 4))
    assert np.array_equal(found.ticks - found.ticks[0], np.flatnonzero(kept))
    assert np.abs(found.clock.time_at(found.ticks.astype(float)) - exact[kept]).max() < 2e-4


@pytest.mark.parametrize("nominal_hz", [60.0, 100.0, 119.0])
def test_the_rate_comes_from_the_times_and_not_from_the_label(nominal_hz: float) -> None:
    assert timed(np.arange(1500) / 98.7, nominal_hz=nominal_hz).rate_hz == pytest.approx(98.7, rel=1e-6)


def test_a_clock_that_drifts_is_followed() -> None:
    k = np.arange(30_000)
    exact = k / 100.0 * (1 + 30e-6) + 1e-4 * np.sin(k / 4000.0)
    found = timed(exact)
    assert np.abs(found.clock.time_at(found.ticks.astype(float)) - exact).max() < 5e-5


def test_sd_is_what_the_recording_says() -> None:
    time_s = np.arange(800) / 100.0
    assert timed(time_s, sync_sd_s=0.002).clock.sd_s == 0.002
    assert np.isnan(timed(time_s, sync_sd_s=None).clock.sd_s)


def displaced(by_samples: float) -> Floats:
    time_s = np.arange(1000) / 100.0
    time_s[777] += by_samples / 100.0
    return time_s


def test_irregular_times_are_refused_naming_the_sample() -> None:
    with pytest.raises(RecordingError, match=r"left_shin.*sample 777 .*--resample"):
        timed(displaced(0.45))
    timed(displaced(0.2))


def test_a_repeated_time_is_refused_naming_the_sample() -> None:
    time_s = np.arange(1000) / 100.0
    time_s[500:] -= 0.0096
    with pytest.raises(RecordingError, match=r"left_shin.*sample 500 comes 0\.40 ms after"):
        timed(time_s)


def test_irregular_all_over_is_refused() -> None:
    steps = np.random.RandomState(2).choice([0.004, 0.01, 0.016], 2000)
    with pytest.raises(RecordingError, match="irregular"):
        timed(np.cumsum(steps))


def runner(jitter_s: float) -> Recording:
    """A made runner at 100 Hz with common times; jittered samples are measured when their times say."""
    sensors = {}
    for site in SITES:
        made = made_sensor(site, 4000.0, seconds=9.0, run_s=(3.0, 8.0))
        exact = made.setup.clock.time_at(made.tick.astype(float))
        at = np.arange(0.01, 8.98, 0.01)
        at = at + jitter_s * np.random.RandomState(SITES.index(site)).uniform(-1, 1, len(at))
        columns = [np.interp(at, exact, column) for column in (*made.accel, *made.gyro)]
        samples = Samples(None, at, tuple(columns[:3]), tuple(columns[3:]))  # pyright: ignore
        sensors[site] = Sensor(site, samples, 100.0)
    return Recording("made", sensors, {"sync_sd_s": 0.001})


def test_resampling_accepts_jitter_and_moves_events_by_less_than_a_ms() -> None:
    steady, jittered = runner(0.0), runner(0.0045)
    with pytest.raises(RecordingError, match="--resample"):
        analyze(jittered)
    expected = analyze(steady).steps
    found = analyze(jittered, Settings(resample=True)).steps
    assert len(found) == len(expected) > 15
    for name in ("push_s", "swing_s", "arm_s", "trunk_s"):
        assert np.abs(found[name] - expected[name]).max() < 1e-3, name


def packets(
    *, skew_ppm: float, offset_s: float, seed: int, seconds: float = 60.0, per_packet: int = 7
) -> tuple[np.ndarray, np.ndarray, Floats]:
    """Ticks of samples, arrivals, and the true session time of each sample."""
    random = np.random.RandomState(seed)
    n = int(seconds * 100)
    tick = 5_000_000 + 10_000 * np.arange(n, dtype=np.int64)  # 1 MHz counter at 100 Hz
    true_s = offset_s + (tick - tick[0]) / 1e6 * (1 + 1e-6 * skew_ppm)
    last = np.arange(per_packet - 1, n, per_packet)
    rows = np.zeros(len(last), ARRIVAL)
    rows["tick"], rows["sequence"], rows["n_samples"] = tick[last], np.arange(len(last)), per_packet
    # A connection interval that doesn't fit the packets, retransmissions, now and then a long wait.
    delay = random.uniform(0, 0.0225, len(last)) + random.exponential(0.004, len(last))
    delay[random.random_sample(len(last)) < 0.03] += 0.15
    rows["arrival_s"] = true_s[last] + delay
    return tick, rows, true_s


def by_arrivals(tick: np.ndarray, rows: np.ndarray | None, **metadata: float) -> TimedSensor:
    value = np.zeros(len(tick))
    sensor = Sensor(SITE, Samples(tick, None, (value,) * 3, (value,) * 3), 100.0, tick_hz=1e6)
    arrivals = {} if rows is None else {SITE: rows}
    return time_sensors(Recording("made", {SITE: sensor}, metadata, arrivals=arrivals))[SITE]


@pytest.mark.parametrize("skew_ppm", [-80.0, 0.0, 45.0])
@pytest.mark.parametrize("seed", range(4))
def test_arrivals_give_skew_and_the_offset_of_the_least_delay(skew_ppm: float, seed: int) -> None:
    tick, rows, true_s = packets(skew_ppm=skew_ppm, offset_s=12.5, seed=seed)
    found = by_arrivals(tick, rows)
    assert found.clock.s_per_tick == pytest.approx(1e-6 * (1 + 1e-6 * skew_ppm), rel=40e-6)
    # METHOD 6: 0.1 to 1.2 ms in 60 s.
    assert np.abs(found.clock.time_at(tick.astype(float)) - true_s).max() < 0.0015
    assert found.rate_hz == pytest.approx(100.0, rel=2e-4)
    assert found.ticks_per_sample == 10_000


def test_a_clock_from_arrivals_alone_says_what_it_is_worth() -> None:
    tick, rows, true_s = packets(skew_ppm=0.0, offset_s=0.0, seed=0)
    clock = by_arrivals(tick, rows).clock
    assert 0.0005 < clock.sd_s < 0.002
    assert np.abs(clock.time_at(tick.astype(float)) - true_s).max() < clock.bound95_s
    assert by_arrivals(tick, rows, sync_sd_s=0.0015).clock.sd_s == 0.0015


def test_counters_that_count_samples() -> None:
    tick, rows, _ = packets(skew_ppm=30.0, offset_s=1.0, seed=5)
    counted = rows.copy()
    counted["tick"] = (rows["tick"] - tick[0]) // 10_000
    value = np.zeros(len(tick))
    samples = Samples(np.arange(len(tick)), None, (value,) * 3, (value,) * 3)
    recording = Recording("made", {SITE: Sensor(SITE, samples, 100.0)}, arrivals={SITE: counted})
    found = time_sensors(recording)[SITE]
    assert found.rate_hz == pytest.approx(100.0 / (1 + 30e-6), rel=40e-6)
    assert found.ticks_per_sample == 1.0


@pytest.mark.parametrize("n_packets", [None, 0, 3])
def test_ticks_without_arrivals_are_refused(n_packets: int | None) -> None:
    tick, rows, _ = packets(skew_ppm=0.0, offset_s=0.0, seed=0)
    with pytest.raises(RecordingError, match=rf"left_shin.*arrivals.csv has {n_packets or 0} packets"):
        by_arrivals(tick, None if n_packets is None else rows[:n_packets])


@given(st.lists(st.floats(0.01, 10.0), min_size=2, max_size=6), st.floats(-50, 50))
def test_time_and_tick_are_inverse(steps: list[float], at: float) -> None:
    knots = np.cumsum(steps)
    clock = Clock("common", 1000.0 * knots, knots * 1.00003 + 0.2, 0.0)
    assert clock.tick_at(clock.time_at(np.array([at])))[0] == pytest.approx(at, abs=1e-6)


def test_too_few_samples_are_refused() -> None:
    with pytest.raises(RecordingError, match="only 5 samples"):
        timed(np.arange(5) / 100.0)


def test_sensors_that_share_their_times_share_the_clock() -> None:
    recording = recording_of(np.arange(1000) / 100.0)
    one = recording.sensors[SITE]
    both = time_sensors(replace(recording, sensors={SITE: one, "trunk": replace(one, site="trunk")}))
    assert both["trunk"].clock is both[SITE].clock
