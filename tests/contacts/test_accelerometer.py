"""Windows of raw samples: any cutting gives the same, short holes are bridged and told, long ones are NaN."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from aqsense.analysis.accelerometer import Accelerometer
from aqsense.analysis.impact import find_impacts
from aqsense.model import Floats, Ticks
from tests.contacts.landings import made_landings, steady_clock

RATE_HZ = 100.0


def _sensor() -> Accelerometer:
    return Accelerometer(steady_clock(RATE_HZ), 1.0, RATE_HZ)


def _push(sensor: Accelerometer, tick: Ticks, accel: Floats) -> None:
    sensor.push(tick, (accel[0], accel[1], accel[2]))


def _line(n: int) -> tuple[Ticks, Floats]:
    return np.arange(n), np.outer([1.0, 2.0, -3.0], np.arange(n, dtype=float))


@pytest.mark.parametrize("seed", range(5))
def test_any_cutting_gives_the_same_bytes(seed: int) -> None:
    made = made_landings(RATE_HZ, strides=10, noise_g=0.1)
    random = np.random.RandomState(seed)
    accel = made.accel.copy()
    accel[1, random.randint(0, accel.shape[1], 20)] = np.nan
    kept = np.sort(random.permutation(len(made.tick))[: int(0.97 * len(made.tick))])
    tick, accel = made.tick[kept], accel[:, kept]
    whole, cut = _sensor(), _sensor()
    _push(whole, tick, accel)
    edges = [0, *np.sort(random.randint(0, len(tick), 50)).tolist(), len(tick)]
    for begin, end in pairwise(edges):
        _push(cut, tick[begin:end], accel[:, begin:end])
    found, expected = (sensor.around(made.zero_s, 0.1, 0.1) for sensor in (cut, whole))
    for name in ("values", "bridged", "tick", "offset"):
        assert getattr(found, name).tobytes() == getattr(expected, name).tobytes()


def test_a_window_lies_around_its_time() -> None:
    sensor = _sensor()
    _push(sensor, *_line(200))
    window = sensor.around(np.array([1.0, 1.234]), 0.05, 0.05)
    position = window.before + window.offset
    np.testing.assert_allclose(sensor.time_at(window, position), [1.0, 1.234], atol=1e-12)
    np.testing.assert_allclose(window.values[0, :, window.before], [100.0, 123.0])
    assert not window.bridged.any()


def test_a_short_hole_is_bridged_and_told() -> None:
    tick, accel = _line(200)
    kept = (tick < 100) | (tick > 102)
    sensor = _sensor()
    _push(sensor, tick[kept], accel[:, kept])
    window = sensor.around(np.array([1.0]), 0.1, 0.1)
    expected = np.arange(100 - window.before, 100 - window.before + window.values.shape[2])
    np.testing.assert_allclose(window.values[0, 0], expected, atol=1e-9)
    assert expected[window.bridged[0]].tolist() == [100, 101, 102]


def test_no_window_reaches_across_a_long_hole() -> None:
    tick, accel = _line(400)
    kept = (tick < 100) | (tick > 110)
    sensor = _sensor()
    _push(sensor, tick[kept], accel[:, kept])
    window = sensor.around(np.array([0.95, 1.05, 1.15, 2.0]), 0.1, 0.1)
    assert np.isnan(window.values).any(axis=(0, 2)).tolist() == [True, True, True, False]


def test_a_direction_takes_the_place_of_the_axes() -> None:
    tick, accel = _line(100)
    sensor = Accelerometer(steady_clock(RATE_HZ), 1.0, RATE_HZ, np.array([[0.0, 0.6, 0.8]]))
    _push(sensor, tick, accel)
    window = sensor.around(np.array([0.5]), 0.05, 0.05)
    np.testing.assert_allclose(window.values[0, 0, window.before], 50 * (2 * 0.6 - 3 * 0.8))


def test_contacts_survive_lost_samples() -> None:
    made = made_landings(RATE_HZ, strides=40)
    lost = np.random.RandomState(3).uniform(size=len(made.tick)) < 0.02
    sensor = made.accelerometer(tick=made.tick[~lost], accel=made.accel[:, ~lost])
    found = find_impacts(sensor, made.zero_s, made.swing_s)
    known = ~np.isnan(found.time_s)
    assert known.mean() > 0.9
    assert found.bridged[known].any()
    assert np.median(np.abs(found.time_s - made.contact_s)[known]) < 0.005


def test_nothing_before_the_first_row() -> None:
    window = _sensor().around(np.array([1.0, 2.0]), 0.1, 0.1)
    assert np.isnan(window.values).all()
    assert window.values.shape[1] == 2
