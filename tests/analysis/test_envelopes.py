"""Envelopes for the picture of the stride: whose, of which strides, where they peak, and back from files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from made_session import standing_recording

import aqsense as aq
from aqsense.analysis.envelopes import PHASES, RULES
from aqsense.formats import ENVELOPE_COLUMNS
from aqsense.model import Result
from aqsense.view.tables import read_result, write_result

SIDES = ("left", "right")


@pytest.fixture(scope="module")
def result(project: Path) -> Result:
    return aq.analyze(aq.read_recording(project / "recordings" / "sprint-late-right-arm"))


def curve(result: Result, side: str, who: str) -> dict[str, np.ndarray]:
    table = result.tables["envelopes"]
    mine = (table["side"] == side) & (table["contributor"] == who)
    return {name: np.asarray(table[name])[mine] for name in ENVELOPE_COLUMNS}


def headline_steps(result: Result, side: str) -> np.ndarray:
    steps, runs = result.tables["steps"], result.tables["runs"]
    inside = (steps["stride"] >= runs["first_stride"][0]) & (steps["stride"] <= runs["last_stride"][0])
    return np.flatnonzero(inside & (steps["stance_side"] == side) & np.isfinite(steps["stride_time_s"]))


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_whole_curve_per_contributor_and_side(result, rule, side):
    found = curve(result, side, rule.name)
    np.testing.assert_array_equal(found["phase"], PHASES)
    assert set(found["n"]) == {len(headline_steps(result, side))}
    assert (found["low"] <= found["median"]).all()
    assert (found["median"] <= found["high"]).all()
    assert 0.5 < found["median"].max() < 1.5
    assert (found["low"].min() < 0) is not rule.is_cut


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("who", ["arm", "swing", "trunk"])
def test_curves_peak_where_the_steps_say(result, who, side):
    """Shown and scored are the same: the step's peak lies on the top of the median curve."""
    found, rows, steps = curve(result, side, who), headline_steps(result, side), result.tables["steps"]
    phases = (steps[f"{who}_s"][rows] - steps["contact_s"][rows]) / steps["stride_time_s"][rows]
    at = float(np.interp(np.median(phases), found["phase"], found["median"]))
    assert at > 0.93 * found["median"].max()


def test_the_late_arm_is_seen(result):
    left, right = (curve(result, side, "arm") for side in SIDES)
    assert PHASES[right["median"].argmax()] > PHASES[left["median"].argmax()]


def test_nothing_without_a_run():
    """FORMATS lets a result have no such table."""
    assert "envelopes" not in aq.analyze(standing_recording()).tables


def test_they_come_back_from_files(result, tmp_path):
    write_result(result, tmp_path / "with")
    back = read_result(tmp_path / "with").tables["envelopes"]
    for name, column in result.tables["envelopes"].items():
        if column.dtype == object:
            assert back[name].tolist() == column.tolist()
        else:
            np.testing.assert_allclose(back[name], column, atol=0.0051)
    without = {name: table for name, table in result.tables.items() if name != "envelopes"}
    write_result(replace(result, tables=without), tmp_path / "without")
    assert not (tmp_path / "without" / "envelopes.csv").exists()
    assert "envelopes" not in read_result(tmp_path / "without").tables
