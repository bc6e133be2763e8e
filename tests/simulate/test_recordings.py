"""The sample recordings are what their script makes, small, and tell their story."""

from __future__ import annotations

import importlib.util

import numpy as np
import pandas as pd
import pytest

from aqsense.acquire import read_recording

NAMES = ("sprint-clean", "sprint-late-right-arm", "sprint-lost-sensor")


@pytest.fixture(scope="module")
def script(project):
    path = project / "scripts" / "make_recordings.py"
    spec = importlib.util.spec_from_file_location("make_recordings", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_script_makes_the_same_bytes(script, project):
    assert script.differences(project / "recordings") == []


def test_a_changed_file_is_noticed(script, tmp_path):
    script.make(tmp_path)
    (tmp_path / "sprint-clean" / "trunk.csv").write_text("time_s\n", encoding="utf-8")
    (tmp_path / "sprint-lost-sensor" / "foreign.csv").write_text("x\n", encoding="utf-8")
    assert script.differences(tmp_path) == ["sprint-clean/trunk.csv", "sprint-lost-sensor/foreign.csv"]


@pytest.mark.parametrize("name", NAMES)
def test_they_are_small_and_can_be_read(project, name):
    folder = project / "recordings" / name
    assert sum(path.stat().st_size for path in folder.iterdir()) < 600_000
    recording = read_recording(folder)
    assert recording.warnings == ()
    assert set(recording.sensors) == {"left_wrist", "right_wrist", "left_shin", "right_shin", "trunk"}


def test_the_right_arm_is_late_from_stride_5(project):
    steps = pd.read_csv(project / "recordings" / "sprint-late-right-arm" / "truth_steps.csv")
    arm = 1000.0 * (steps["arm_s"] - steps["contact_s"])
    top = steps["stride"].between(7, 15)
    right = arm[top & (steps["stance_side"] == "right")].mean()
    left = arm[top & (steps["stance_side"] == "left")].mean()
    assert right - left == pytest.approx(25.0, abs=6.0)
    early = steps["stride"].between(1, 4)
    assert abs(np.diff(arm[early].groupby(steps["stance_side"]).mean())[0]) < 10.0


def test_the_trunk_dies_in_mid_run(project):
    recording = read_recording(project / "recordings" / "sprint-lost-sensor")
    end = recording.sensors["trunk"].samples.time_s[-1]
    steps = pd.read_csv(project / "recordings" / "sprint-lost-sensor" / "truth_steps.csv")
    assert 8 < np.sum(steps["contact_s"] < end) < len(steps) - 8
