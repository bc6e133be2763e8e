"""Holes of 1 to 1000 samples anywhere in any sensor: untouched steps keep their bytes, touched ones are "
"honest."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import injections as do
import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from outcomes import check_honest, check_reasons, check_untouched
from table import AROUND_S

from aqsense.acquire import read_recording
from aqsense.analysis.clock import time_sensors
from aqsense.analysis.frames import Frames, fit_frames
from aqsense.analysis.pipeline import analyze
from aqsense.model import Recording, Result

SAMPLE = Path(__file__).resolve().parents[2] / "recordings" / "sprint-clean"
# A peak within the reach of the filter leans on the mirrored signal; nearer than 30 ms it carries a flag.
TOLERANCE_MS = 1.0
# What counts as a swing is measured against 4 s of the shin: a hole may change the last step of a run.
SWING_MEMORY_S = 4.5
# A hole of a shin cuts the run; what is left of it is a run of its own only with six strides.
LEAST_RUN_S = 6 * 0.6
SITES = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")


@cache
def clean() -> tuple[Recording, Frames, Result]:
    recording = read_recording(SAMPLE)
    frames = fit_frames(time_sensors(recording), recording.marks)
    return recording, frames, analyze(recording, frames=frames)


def check_hole(site: str, from_s: float, n_samples: int, *, as_nan: bool) -> None:
    recording, frames, whole = clean()
    span = (from_s, from_s + n_samples / 100.0)
    damage = do.gap(site, from_s, n_samples)
    if as_nan:
        damage = do.on_values(site, do.constant(do.GYRO, np.nan), span)
    result = analyze(damage(recording), frames=frames)
    steps = result.steps
    check_reasons(steps)
    check_honest(steps, whole.steps, TOLERANCE_MS, None)
    memory_s = SWING_MEMORY_S if site.endswith("shin") else 0.0
    around = (span[0] - AROUND_S, span[1] + AROUND_S + memory_s)
    middle = whole.steps["trunk_s"]
    if site.endswith("shin"):
        around = (
            around[0] if span[0] - middle.min() > LEAST_RUN_S else -np.inf,
            around[1] if middle.max() - span[1] > LEAST_RUN_S else np.inf,
        )
    if ((middle < around[0]) | (middle > around[1])).any() and not silent_all_run(result, site):
        check_untouched(steps, whole.steps, around)


def silent_all_run(result: Result, site: str) -> bool:
    """The sensor was left out, as it says nothing while the athlete runs."""
    return any(w["code"] == "lost" and w["site"] == site and "left out" in w["text"] for w in result.warnings)


HOLES = given(
    site=st.sampled_from(SITES),
    from_s=st.floats(0.0, 15.0),
    n_samples=st.one_of(st.integers(1, 12), st.integers(1, 1000)),
    as_nan=st.booleans(),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@example(site="left_shin", from_s=8.0, n_samples=20, as_nan=False)
@example(site="left_shin", from_s=4.25, n_samples=672, as_nan=False)
@example(site="left_shin", from_s=4.5, n_samples=5, as_nan=False)
@example(site="right_shin", from_s=4.75, n_samples=399, as_nan=False)
@example(site="trunk", from_s=3.2, n_samples=1000, as_nan=True)
@HOLES
def test_holes(site: str, from_s: float, n_samples: int, as_nan: bool) -> None:
    check_hole(site, from_s, n_samples, as_nan=as_nan)


@pytest.mark.slow
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@HOLES
def test_many_holes(site: str, from_s: float, n_samples: int, as_nan: bool) -> None:
    check_hole(site, from_s, n_samples, as_nan=as_nan)
