"""The stated SDs are true: 93 to 97 % of the errors lie within 1.96 of them (METHOD 7.3)."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from wobbling import PEAKS, Body, Wobbling, analysed, channel_of, errors, recorded_body, staged, template_body

from aqsense.analysis.run_sds import with_run_sds
from aqsense.model import Event, Floats

RATES_HZ = (50.0, 60.0, 100.0, 200.0, 250.0)
WOBBLE_DEG_S = (10.0, 20.0, 30.0)  # half of it on the trunk (METHOD 7.2)
Found = dict[Event, list[tuple[Floats, Floats]]]


def trials(body: Body, rms: float, seeds: int, seconds: float) -> Found:
    """Errors and SDs of every event, by event, over all rates."""
    found: Found = defaultdict(list)
    for seed in range(seeds):
        for rate_hz in RATES_HZ:
            how = Wobbling(rate_hz, rms, rms / 2, seconds=seconds, seed=int(seed * 1000 + rate_hz + rms))
            rows = analysed(body, how)
            for event in PEAKS:
                if channel_of(event, 0) in body.waves:
                    one = errors(body, rows, event)
                    found[event].append((one.error_s, one.sd_s))
    return found


def coverage(parts: list[tuple[Floats, Floats]]) -> tuple[float, int]:
    error, sd = (np.concatenate(column) for column in zip(*parts, strict=True))
    return float(np.mean(np.abs(error) <= 1.96 * sd)), len(error)


def test_sprint_at_20_deg_s() -> None:
    for event, parts in trials(template_body("sprint_9.5"), 20.0, seeds=2, seconds=34.0).items():
        share, n = coverage(parts)
        assert n >= 1200
        assert 0.92 <= share <= 0.98, f"{event.value}: {share:.3f} of {n}"


def test_sds_follow_the_wobble() -> None:
    """Three times the wobble, three times the SD: nothing is left of what the settings assume."""
    body = template_body("sprint_9.5")
    little, much = (analysed(body, Wobbling(100.0, rms, rms / 2, seconds=20.0)) for rms in (8.0, 24.0))
    for event in PEAKS:
        sds = [np.median(errors(body, rows, event).sd_s) for rows in (little, much)]
        assert sds[1] / sds[0] == pytest.approx(3.0, rel=0.3), event.value


def test_too_short_a_run_takes_the_assumed_wobble() -> None:
    body = template_body("sprint_9.5")
    rows = analysed(body, Wobbling(100.0, 1.0, 0.5, seconds=2.4))
    peaks = rows.contacts["swing_peak"]
    assert 5 <= len(peaks) <= 11
    assert (peaks["sd_s"] > 0.0015).all()  # 20 deg/s move it by 2.4 ms, 1 deg/s by 0.1


def test_only_rotation_events_change() -> None:
    body = template_body("sprint_9.5")
    before, streams = staged(body, Wobbling(100.0, 10.0, 5.0, seconds=12.0))
    kept = before.contacts.tobytes(), before.steps.tobytes()
    after = with_run_sds(before, streams, 0.9)
    assert (before.contacts.tobytes(), before.steps.tobytes()) == kept
    assert after.contacts["initial_contact"].tobytes() == before.contacts["initial_contact"].tobytes()
    assert after.steps["toe_off"].tobytes() == before.steps["toe_off"].tobytes()
    for name in ("time_s", "amplitude", "width_s", "quality"):
        for event in ("shin_stall", "arm_forward_peak", "trunk_yaw_peak", "arm_back_reversal"):
            assert np.array_equal(after.steps[event][name], before.steps[event][name], equal_nan=True)
    known = ~np.isnan(before.steps["shin_stall"]["sd_s"])
    assert known.sum() > 30
    assert (after.steps["shin_stall"]["sd_s"] < before.steps["shin_stall"]["sd_s"])[known].all()


@pytest.mark.slow
def test_acceptance_on_templates_and_measured_strides(shared: Path) -> None:
    """Every event over bodies, rates and wobbles; and for each wobble, a little wider. n >= 2000 in each."""
    recorded = [shared / "data" / "dorn2012" / name for name in ("run_9.5_extended", "run_3.5_extended")]
    bodies = [template_body(name) for name in ("sprint_9.5", "run_6.6", "jog_3.5")]
    bodies += [recorded_body(folder) for folder in recorded]
    everything: Found = defaultdict(list)
    for rms in WOBBLE_DEG_S:
        pooled: Found = defaultdict(list)
        for body in bodies:
            for event, parts in trials(body, rms, seeds=3, seconds=34.0).items():
                pooled[event] += parts
                everything[event] += parts
        for event, parts in pooled.items():
            share, n = coverage(parts)
            sys.stdout.write(f"{event.value} at {rms:g} deg/s: {share:.3f} of {n}\n")
            assert n >= 2000
            assert 0.92 <= share <= 0.98, f"{event.value} at {rms} deg/s: {share:.3f} of {n}"
    for event, parts in everything.items():
        share, n = coverage(parts)
        sys.stdout.write(f"{event.value}: {share:.3f} of {n}\n")
        assert 0.93 <= share <= 0.97, f"{event.value}: {share:.3f} of {n}"
