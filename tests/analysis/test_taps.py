"""The committed filter: equal to a fresh design, and the promised response at every rate (METHOD 2.1)."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqsense.analysis.signals import Channels, Waveform
from aqsense.analysis.taps import Taps, taps_for
from aqsense.errors import SettingsError
from aqsense.model import Floats

RATES = (20.0, 25.0, 50.0, 52.0, 59.94, 60.0, 100.0, 104.0, 200.0, 250.0, 416.0, 1000.0, 1125.0, 2000.0)


@pytest.fixture(scope="module")
def script(project: Path) -> ModuleType:
    path = project / "scripts" / "make_filter_taps.py"
    spec = importlib.util.spec_from_file_location("make_filter_taps", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_committed_taps_equal_a_fresh_design(script: ModuleType) -> None:
    fresh = script.make_table()
    with np.load(script.TABLE) as committed:
        assert set(committed.files) == set(fresh)
        for name, values in fresh.items():
            np.testing.assert_allclose(committed[name], values, rtol=0, atol=1e-9, err_msg=name)


@pytest.mark.parametrize("rate_hz", [60.0, 100.0, 120.0, 200.0, 250.0, 416.0])
def test_committed_taps_of_usual_rates_equal_a_fresh_design(script: ModuleType, rate_hz: float) -> None:
    factor, half = script.design(rate_hz)
    taps = taps_for(rate_hz)
    assert taps.up == factor
    np.testing.assert_allclose(taps.half, half, rtol=0, atol=1e-9)


def response(taps: Taps, rate_hz: float, f: Floats) -> Floats:
    """Gain at f, Hz, of the symmetric FIR on the grid `up * rate`."""
    k = np.arange(1, len(taps.half))
    cosines = np.cos(2 * np.pi * np.outer(f, k) / (rate_hz * taps.up))
    return (taps.half[0] + 2 * cosines @ taps.half[1:]) / taps.up


def target(f: Floats) -> Floats:
    return 1 / (1 + (f / 20.0) ** 4)


# From this rate up: largest error of the gain below 10 Hz, below 0.42 of the rate, and of the images.
TOLERANCES = ((20.0, 0.06, 0.07, 0.065), (30.0, 0.002, 0.04, 0.04), (50.0, 0.0015, 0.02, 0.02),
              (59.9, 0.0003, 0.006, 0.007), (75.0, 0.0001, 0.002, 0.0025))  # fmt: skip


def test_response_of_every_table_entry(script: ModuleType) -> None:
    for rate_hz in script.table_rates():
        taps = taps_for(rate_hz)
        _, slow, passed, images = next(row for row in reversed(TOLERANCES) if rate_hz >= row[0])
        f = np.linspace(0, 0.42 * rate_hz, 400)
        off = np.abs(response(taps, rate_hz, f) - target(f))
        assert off[f < 10].max() <= slow, rate_hz
        assert off.max() <= passed, rate_hz
        if taps.up > 1:
            above = np.linspace(0.58 * rate_hz, 0.5 * rate_hz * taps.up, 400)
            assert np.abs(response(taps, rate_hz, above)).max() <= images, rate_hz


@pytest.mark.parametrize("rate_hz", RATES)
def test_a_constant_stays_a_constant(rate_hz: float) -> None:
    stage = Waveform(rate_hz, 1.0, Channels(np.zeros(3), np.eye(3)[:1]))
    n = int(2 * rate_hz)
    stage.push(np.arange(n), (np.full(n, 3.25), np.zeros(n), np.zeros(n)))
    stage.finish()
    np.testing.assert_allclose(stage.trace.channel(0), 3.25, rtol=1e-9)


@given(st.floats(20.0, 2000.0))
def test_any_rate_has_taps_near_it_and_a_grid_between_200_and_400_hz(rate_hz: float) -> None:
    taps = taps_for(rate_hz)
    assert 200.0 * 0.995 <= taps.grid_hz(rate_hz) <= 400.0 * 1.005
    f = np.array([20.0]) if rate_hz > 60 else np.array([0.2 * rate_hz])
    # The nearest table rate is at most 0.5 % off: the gain at the cutoff moves by at most 0.5 %.
    np.testing.assert_allclose(response(taps, rate_hz, f), target(f), atol=0.012)


@pytest.mark.parametrize("rate_hz", [1.0, 12.5, 2500.0, 8000.0])
def test_other_rates_are_refused_with_their_value(rate_hz: float) -> None:
    with pytest.raises(SettingsError, match=rf"{rate_hz:g} Hz; 20 to 2000 Hz") as refused:
        taps_for(rate_hz)
    assert refused.value.value == rate_hz


def test_no_frequency_is_amplified(script: ModuleType) -> None:
    """Between pass and stop band too: noise near Nyquist must not come through larger than it is."""
    for rate_hz in script.table_rates():
        taps = taps_for(rate_hz)
        f = np.linspace(0, 0.5 * rate_hz * taps.up, 1000)
        assert np.abs(response(taps, rate_hz, f)).max() <= 1.01, rate_hz
