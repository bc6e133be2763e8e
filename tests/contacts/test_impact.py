"""Onsets of jolts: injected ones are found, any mounting gives the same, silence gives none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqsense.analysis.impact import PERSON_SD_S, find_impacts
from tests.contacts.landings import made_landings, turned

G = 9.81


@pytest.mark.parametrize(
    ("rate_hz", "bias_ms", "sd_ms"),
    [(1000.0, 3.0, 0.5), (500.0, 3.0, 0.5), (200.0, 4.0, 1.0), (100.0, 4.5, 2.0), (60.0, 6.0, 4.0)],
)
def test_injected_jolts_are_found(rate_hz: float, bias_ms: float, sd_ms: float) -> None:
    made = made_landings(rate_hz)
    found = find_impacts(made.accelerometer(), made.zero_s, made.swing_s)
    error_ms = 1e3 * (found.time_s - made.contact_s)
    assert not np.isnan(error_ms).any()
    assert abs(error_ms.mean()) < bias_ms
    assert error_ms.std() < sd_ms
    assert (found.sd_s >= PERSON_SD_S).all()
    assert (np.abs(error_ms) < 1.96e3 * found.sd_s).mean() > 0.9


@given(seed=st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_any_mounting_gives_the_same_onset(seed: int) -> None:
    made = made_landings(100.0, strides=12, noise_g=0.05)
    expected = find_impacts(made.accelerometer(), made.zero_s, made.swing_s)
    found = find_impacts(made.accelerometer(accel=turned(made.accel, seed)), made.zero_s, made.swing_s)
    np.testing.assert_allclose(found.time_s, expected.time_s, atol=1e-9)


def test_a_step_has_the_same_bits_in_any_company() -> None:
    made = made_landings(100.0, noise_g=0.1)
    sensor = made.accelerometer()
    together = find_impacts(sensor, made.zero_s, made.swing_s)
    for pick in (slice(0, 1), slice(3, 10), slice(39, 40), slice(None, None, -1)):
        alone = find_impacts(sensor, made.zero_s[pick], made.swing_s[pick])
        assert alone.time_s.tobytes() == together.time_s[pick].tobytes()
        assert alone.sd_s.tobytes() == together.sd_s[pick].tobytes()


def test_a_guess_of_the_gyroscope_that_is_off_hardly_matters() -> None:
    made = made_landings(200.0)
    sensor = made.accelerometer()
    expected = find_impacts(sensor, made.zero_s, made.swing_s).time_s
    for off_s in (-0.012, 0.012):
        np.testing.assert_allclose(
            find_impacts(sensor, made.zero_s + off_s, made.swing_s).time_s, expected, atol=1e-6
        )


def test_clipping_keeps_the_time() -> None:
    made = made_landings(100.0, jolt_g=30.0)
    clipped = np.clip(made.accel, -16 * G, 16 * G)
    assert (np.abs(made.accel) > 16 * G).any()
    whole = find_impacts(made.accelerometer(), made.zero_s, made.swing_s).time_s
    found = find_impacts(made.accelerometer(accel=clipped), made.zero_s, made.swing_s).time_s
    assert np.abs(found - whole).max() < 0.003


def test_nothing_is_found_without_a_jolt_or_below_the_noise() -> None:
    silent = made_landings(100.0, jolt_g=0.5)
    assert np.isnan(find_impacts(silent.accelerometer(), silent.zero_s, silent.swing_s).time_s).all()
    loud = made_landings(100.0, jolt_g=2.0, noise_g=2.0)
    assert np.isnan(find_impacts(loud.accelerometer(), loud.zero_s, loud.swing_s).time_s).mean() > 0.85


def test_noise_widens_the_sd() -> None:
    quiet, loud = made_landings(100.0), made_landings(100.0, noise_g=0.5)
    sds = [find_impacts(m.accelerometer(), m.zero_s, m.swing_s).sd_s for m in (quiet, loud)]
    assert np.nanmedian(sds[1]) > np.nanmedian(sds[0])


def test_no_data_give_nothing() -> None:
    made = made_landings(100.0)
    found = find_impacts(made.accelerometer(), np.array([np.nan, -5.0, 1e4]), np.array([1.0, -5.1, 1e4]))
    assert np.isnan(found.time_s).all()
    assert np.isnan(found.sd_s).all()
    assert len(find_impacts(made.accelerometer(), np.empty(0), np.empty(0)).time_s) == 0
