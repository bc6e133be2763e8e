"""How much wobble a run has: found again at every rate; true timing is not taken for it."""

from __future__ import annotations

import numpy as np
import pytest
from wobbling import Wobbling, staged, template_body

from aqsense.analysis.mean_stride import run_strides
from aqsense.analysis.wobble import measured_wobble

SPEEDS = ("sprint_9.5", "jog_3.5")


def measured(speed: str, how: Wobbling) -> np.ndarray:
    """(channels,) deg/s of the only run."""
    found, streams = staged(template_body(speed), how)
    wobble = measured_wobble(run_strides(found.contacts, streams))
    assert wobble.shape == (1, 6)
    return np.rad2deg(wobble[0])


@pytest.mark.parametrize("speed", SPEEDS)
@pytest.mark.parametrize("rate_hz", [50.0, 100.0, 250.0])
@pytest.mark.parametrize("rms", [10.0, 30.0])
def test_wobble_is_found_again(speed: str, rate_hz: float, rms: float) -> None:
    found = [measured(speed, Wobbling(rate_hz, rms, rms / 2, seconds=14.0, seed=seed)) for seed in range(3)]
    limbs, trunk = np.sqrt(np.mean(np.square(found), axis=0)).reshape(-1)[:4], np.array(found)[:, 4:]
    assert limbs == pytest.approx(rms, rel=0.15)
    assert np.sqrt((trunk**2).mean()) == pytest.approx(rms / 2, rel=0.15)


def test_without_wobble_there_is_next_to_none() -> None:
    assert (measured("sprint_9.5", Wobbling(100.0, 0.0, 0.0, seconds=14.0)) < 1.0).all()


def test_true_timing_is_not_wobble() -> None:
    """Every limb 3 ms (SD) early and late for itself leaves little."""
    still = measured("sprint_9.5", Wobbling(100.0, 0.0, 0.0, seconds=14.0, timing_s=0.003))
    assert (still[:2] < 10.0).all()
    assert (still[2:] < 6.0).all()
    moving = measured("sprint_9.5", Wobbling(100.0, 20.0, 10.0, seconds=14.0, timing_s=0.003))
    assert moving[:4] == pytest.approx(20.0, rel=0.25)


def test_five_strides_are_too_few() -> None:
    found, streams = staged(template_body("sprint_9.5"), Wobbling(100.0, 20.0, 10.0, seconds=3.6))
    strides = run_strides(found.contacts, streams)
    assert 3 <= strides.valid[0, 0].sum() <= 6
    few = measured_wobble(run_strides(found.contacts[found.contacts["order"] < 11], streams))
    assert np.isnan(few).all()


def test_a_missing_sensor_has_no_wobble() -> None:
    found, streams = staged(template_body("sprint_9.5"), Wobbling(100.0, seconds=9.0))
    del streams["left_wrist"]
    wobble = measured_wobble(run_strides(found.contacts, streams))[0]
    assert np.isnan(wobble[2])
    assert not np.isnan(np.delete(wobble, 2)).any()
