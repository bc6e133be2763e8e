"""A shake gives the sensors' offsets back, or says why it must be done again."""

from __future__ import annotations

import numpy as np
import pytest

from aqsense.analysis.shake import align_shake
from aqsense.model import Floats

SITES = ("trunk", "left_shin", "right_wrist")


def shaken(seed: int, offsets: Floats, rates_hz: Floats, seconds: float = 6.0, waves: int = 9):
    random = np.random.RandomState(seed)
    frequency, phase = random.uniform(0.8, 2.6, (waves, 3)), random.uniform(0, 6.28, (waves, 3))
    size = random.uniform(0.5, 2.0, (waves, 3))

    def rate(time: Floats) -> Floats:
        turning = 6.283 * frequency * time[:, None, None] + phase
        return np.linalg.norm((size * np.sin(turning)).sum(axis=1), axis=1)

    found = {}
    for site, offset, rate_hz in zip(SITES, offsets, rates_hz, strict=True):
        true = np.arange(random.uniform(0, 1 / rate_hz), seconds, 1 / rate_hz)
        found[site] = (true + offset, rate(true) + 0.01 * random.randn(len(true)))
    return found


@pytest.mark.parametrize("seed", range(10))
def test_offsets_come_back(seed: int) -> None:
    offsets = np.random.RandomState(seed + 100).uniform(-0.1, 0.1, 3)
    found = align_shake(shaken(seed, offsets, np.array([60.0, 104.0, 200.0])))
    assert found.accepted, found.reason
    for site, offset in zip(SITES, offsets - offsets[0], strict=True):
        assert found.offset_s[site] == pytest.approx(offset, abs=0.001)


def test_it_says_why_again() -> None:
    rates_hz = np.array([100.0, 100.0, 100.0])
    assert "too short" in align_shake(shaken(1, np.zeros(3), rates_hz, seconds=2.0)).reason
    good = shaken(1, np.zeros(3), rates_hz)
    still = good | {"left_shin": (good["left_shin"][0], 0.01 * np.ones(len(good["left_shin"][0])))}
    assert align_shake(still).reason == "left_shin did not turn"
    other = good | {"left_shin": shaken(2, np.zeros(3), rates_hz)["left_shin"]}
    assert align_shake(other).reason == "left_shin: did not turn with the others"
    assert "too regular" in align_shake(shaken(3, np.zeros(3), rates_hz, waves=1) | _sine()).reason


def _sine() -> dict[str, tuple[Floats, Floats]]:
    time = np.arange(0, 6, 0.01)
    return {site: (time, 3.0 + np.sin(2 * np.pi * 4.0 * time)) for site in SITES}
