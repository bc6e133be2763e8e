"""Speed from outside on session time: injected sprints come back, what can't be aligned is said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import speed_files

from aqsense.acquire.outside_speed import add_speed_file, add_splits
from aqsense.analysis.gates import fit_sprint, means_between
from aqsense.analysis.movement import GRID_S, Movement, align, first_movement_s
from aqsense.analysis.pipeline import analyze
from aqsense.errors import SettingsError
from aqsense.model import Mark, Recording, Result
from aqsense.simulate import SimulationSpec, read_phases, simulate

START_S, TOP, TAU, METRES = 10.0, 9.0, 1.2, 60.0
PHASES = f"stand 4, walk 3, stand 3, sprint {METRES:.0f}m at {TOP:.0f}, decelerate 3, walk 3, stand 2"


def way(seconds: Any) -> Any:
    return TOP * (seconds - TAU * (1 - np.exp(-np.asarray(seconds) / TAU)))


def speed(seconds: Any) -> Any:
    return TOP * (1 - np.exp(-np.asarray(seconds) / TAU))


def passed(metres: float) -> float:
    grid = np.arange(0, 12, 0.001)
    return float(grid[np.searchsorted(way(grid), metres)])


SPLITS = " ".join(f"{metres}={passed(metres):.3f}" for metres in (10, 20, 30, 40))


@pytest.fixture(scope="module")
def sprint() -> Recording:
    spec = SimulationSpec(name="sprint", phases=read_phases(PHASES), rate_hz=100.0, tau_s=TAU)
    return simulate(spec, 3, truth=False).recording


def fact(result: Result) -> dict[str, Any]:
    return result.summary["session"]["speed"]["pieces"][0]


def errors(result: Result, from_s: float) -> Any:
    """Speed at contacts minus the truth, from a time on."""
    steps = result.steps
    late = steps.contact_s.to_numpy() - START_S > from_s
    error = steps.speed_m_s.to_numpy() - speed(steps.contact_s.to_numpy() - START_S)
    return error[late & ~np.isnan(error)]


def test_a_model_s_own_gates_give_it_back() -> None:
    metres = np.array([5.0, 10.0, 20.0, 40.0])
    seconds = np.array([passed(one) for one in metres])
    found = fit_sprint(metres, seconds)
    assert (found.v_max_m_s, found.tau_s) == (pytest.approx(TOP, abs=0.02), pytest.approx(TAU, abs=0.02))
    assert found.residual_s < 0.001
    assert not fit_sprint(metres, np.array([1.0, 5.0, 5.1, 9.0])).fits


def test_means_between_gates_cover_their_way() -> None:
    times, means = means_between(np.array([0.0, 10.0, 30.0]), np.array([1.0, 2.0, 4.5]))
    assert means.tolist() == [10.0, 10.0, 8.0, 8.0]
    assert times.tolist() == [1.0, 1.5, 3.25, 4.5]


def test_splits_of_a_standing_start(sprint: Recording) -> None:
    result = analyze(add_splits(sprint, [SPLITS]))
    assert fact(result)["aligned_by"] == "first_movement"
    assert fact(result)["start_s"] == pytest.approx(START_S, abs=0.25)
    assert np.abs(errors(result, 2.0)).max() < 0.45
    assert result.summary["session"]["speed"]["source"] == "gates"
    assert result.runs.speed_max_m_s[0] == pytest.approx(speed(passed(40)), abs=0.1)


def test_with_the_start_said_splits_are_exact(sprint: Recording) -> None:
    result = analyze(add_splits(sprint, [SPLITS], START_S))
    assert np.abs(errors(result, 0.0)).max() < 0.05


def test_marked_gates_need_no_alignment(sprint: Recording) -> None:
    def marked(metres: tuple[float, ...]) -> Result:
        marks = tuple(
            Mark(START_S + passed(one) if one else START_S, "gate", text=str(one)) for one in metres
        )
        return analyze(replace(sprint, marks=marks))

    started = marked((0, 10, 20, 30))
    assert fact(started)["model"].startswith("v_max")
    assert np.abs(errors(started, 0.0)).max() < 0.05
    flying = marked((30, 40, 50))
    assert fact(flying)["model"] == "mean speed between gates"
    assert np.abs(errors(flying, 0.0)).max() < 0.25


def test_a_track_on_its_own_clock_is_found(sprint: Recording, tmp_path: Path) -> None:
    seconds = np.arange(-0.5, passed(METRES), 0.1)
    rows = [(f"{100 + t:.2f}", f"{speed(max(t, 0.0)):.4f}") for t in seconds]
    path = speed_files.csv(tmp_path / "laser.csv", "time_s,speed_m_s", rows)
    result = analyze(add_speed_file(sprint, path))
    # The track's zero is its first sample. Limbs of a start are ahead of the speed: it comes a little early.
    assert fact(result)["offset_s"] == pytest.approx(START_S - 0.5, abs=0.35)
    assert np.abs(errors(result, 2.0)).max() < 0.6


@pytest.mark.parametrize("shift_s", [-7.0, 0.0, 12.5])
def test_alignment_shifts_with_the_track(shift_s: float) -> None:
    random = np.random.RandomState(5)
    rate = np.convolve(random.rand(2000), np.ones(40) / 40, "same") * 10
    move = Movement(0.0, rate)
    rows = slice(400, 1200)
    found = align(move, move.time_s[rows] + shift_s, rate[rows] ** 0.9, None)
    assert found.offset_s == pytest.approx(-shift_s, abs=0.11)
    assert align(move, move.time_s[rows] + shift_s, rate[rows], 20.0).offset_s == pytest.approx(
        -shift_s, abs=0.11
    )


def test_what_fits_nowhere_or_twice_has_no_answer() -> None:
    random = np.random.RandomState(6)
    time = np.arange(0, 100, GRID_S)
    twice = Movement(0.0, np.where((time % 50 > 10) & (time % 50 < 20), 8.0, 0.2))
    curve = np.where((np.arange(0, 20, GRID_S) > 5) & (np.arange(0, 20, GRID_S) < 15), 8.0, 0.0)
    assert align(twice, np.arange(0, 20, GRID_S), curve, None).reason == "several_places_fit"
    noise = Movement(0.0, random.rand(2000))
    assert align(noise, np.arange(0, 20, GRID_S), random.rand(400), None).reason == "movement_does_not_fit"
    assert align(noise, np.arange(0, 3, GRID_S), random.rand(60), None).reason == "track_too_short"


def test_who_did_not_stand_has_no_first_movement() -> None:
    assert np.isnan(first_movement_s(Movement(0.0, np.full(400, 3.0)), 10.0))
    rate = np.where(np.arange(400) < 120, 0.05, 3.0)
    assert first_movement_s(Movement(0.0, rate), 8.0) == pytest.approx(6.0, abs=0.1)


def test_why_a_speed_is_not_used_is_said(sprint: Recording) -> None:
    bad = analyze(add_splits(sprint, ["10=1 20=5 30=5.1"]))
    assert "fit no sprint from a start" in bad.warnings[-1]["text"]
    assert np.isnan(bad.steps.speed_m_s).all()
    with pytest.raises(SettingsError, match="splits are given for run 4; this recording has 1"):
        analyze(add_splits(sprint, [f"4: {SPLITS}"]))


def test_the_command_takes_splits(sprint: Recording, tmp_path: Path) -> None:
    from typer.testing import CliRunner

    from aqsense.acquire import write_recording
    from aqsense.cli import app

    write_recording(sprint, tmp_path / "sprint")
    words = [
        "analyze",
        str(tmp_path / "sprint"),
        "--splits",
        SPLITS,
        "--out",
        str(tmp_path / "out"),
        "--no-figures",
    ]
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 0, done.output
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["runs"][0]["speed_max_m_s"]["value"] > 8
    balance = next(part for part in summary["runs"][0]["questions"] if part["key"] == "balance")
    assert "needs speed from outside" not in balance["answer"]
