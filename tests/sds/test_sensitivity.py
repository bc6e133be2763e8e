"""How far wobble moves an event: theory against the brute force of noise added to a curve."""

from __future__ import annotations

import numpy as np
import pytest
from wobbling import wobble

from aqsense.analysis.sensitivity import (
    breakup,
    cap_sensitivity,
    derivative_gain,
    response,
)

RATE_HZ = 2000.0


def low_passed_wobble(n: int, seed: int) -> np.ndarray:
    raw = wobble(n, RATE_HZ, 1.0, np.random.RandomState(seed))
    return np.fft.irfft(np.fft.rfft(raw) * response(np.fft.rfftfreq(n, 1.0 / RATE_HZ)), n)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_gain_of_derivatives(order: int) -> None:
    noise = low_passed_wobble(400_000, order)
    for _ in range(order):
        noise = np.gradient(noise, 1.0 / RATE_HZ)
    assert noise.std() == pytest.approx(derivative_gain(order), rel=0.02)


@pytest.mark.parametrize("width_s", [0.02, 0.05, 0.09])
@pytest.mark.parametrize("level", [0.9, 0.7])
def test_centroid_of_a_cap(width_s: float, level: float) -> None:
    """Little noise on a parabola, the centroid by plain sums."""
    half = int(width_s * RATE_HZ)
    t = np.arange(-half, half + 1) / RATE_HZ
    height = 7.0
    cap = height * (1.0 - (1.0 - level) * (2.0 * t / width_s) ** 2)
    noise = low_passed_wobble(len(t) * 4000, 3).reshape(4000, -1) * 1e-3 * height
    x = cap + noise
    above = np.maximum(x - level * x.max(axis=1, keepdims=True), 0.0)
    centroid = (above * t).sum(axis=1) / above.sum(axis=1)
    stated = cap_sensitivity(np.array([width_s]), np.array([height]), level)[0] * 1e-3 * height
    assert centroid.std() == pytest.approx(stated, rel=0.06)


def test_breakup_is_continuous_and_none_where_first_order_holds() -> None:
    share = np.linspace(0.0, 3.0, 301)
    for width_s in (0.0, 0.03, 0.055, 0.085, 0.4):
        factor = breakup(np.full(len(share), width_s), share)
        assert (factor >= 1.0).all()
        assert np.abs(np.diff(factor)).max() < 0.09
    assert breakup(np.array([0.03]), np.array([2.0]))[0] == 1.0
    assert breakup(np.array([0.09]), np.array([0.3]))[0] == pytest.approx(1.41)
    assert breakup(np.array([np.nan]), np.array([np.nan]))[0] == 1.0
