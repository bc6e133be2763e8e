"""Drills alternate like running and do not fly: they are no runs."""

from __future__ import annotations

import numpy as np
import pytest

from aqsense.analysis.pipeline import analyze
from aqsense.simulate import SimulationSpec, simulate
from aqsense.simulate.phases import read_phases


def session(text: str) -> SimulationSpec:
    return SimulationSpec(name="session", athlete="a", phases=read_phases(text), rate_hz=100.0, jitter_ms=5.0)


@pytest.mark.parametrize("drill", ["high_knees", "heel_flicks"])
def test_a_drill_is_no_run_and_does_not_hide_the_run_after_it(drill: str) -> None:
    made = simulate(session(f"stand 3, {drill} 8, walk 4, sprint 4, decelerate 3, stand 2"), 3, truth=False)
    result = analyze(made.recording)
    runs = result.tables["runs"]
    assert runs["kind"].tolist() == ["sprint"]
    assert runs["run"].tolist() == [1]
    assert [w["code"] for w in result.warnings].count("no_flight") == 1
    events = result.tables["events"]
    drilled = (events["event"] == "swing_peak") & (events["time_s"] < 10.0)
    assert drilled.any()
    assert (events["run"][drilled] == -1).all()
    assert np.diff(events["time_s"]).min() >= 0


def test_a_slow_jog_flies() -> None:
    result = analyze(simulate(session("stand 3, jog 8 at 2.8, stand 2"), 1, truth=False).recording)
    assert result.tables["runs"]["kind"].tolist() == ["jog"]
