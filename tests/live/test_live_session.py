"""A live session: delivery does not matter, live and offline agree, a lost sensor is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from driving import lived, lived_by_chance

from aqsense.analysis.pipeline import analyze
from aqsense.formats import TABLES
from aqsense.model import Contributor, Recording
from aqsense.simulate import SimulationSpec, read_phases, simulate
from aqsense.snapshot import Action, Do, Screen, SetupStage, Snapshot


def bytes_of(snapshot: Snapshot) -> list[tuple[str, bytes]]:
    """All numbers of all results."""
    found: list[tuple[str, bytes]] = []
    for one in snapshot.results:
        for table in TABLES:
            for name, column in one.result.tables[table].items():
                raw = repr(column.tolist()).encode() if column.dtype == object else column.tobytes()
                found.append((f"{one.number}/{table}/{name}", raw))
        found.append((f"{one.number}/moved", repr(one.moved).encode()))
        found += [(f"{w.site}/{w.channel}", w.time_s.tobytes() + w.rad_s.tobytes()) for w in one.waves]
    return found


@pytest.mark.parametrize("seed", range(3))
def test_delivery_does_not_matter(two_runs: Recording, seed: int) -> None:
    in_order, _ = lived(two_runs)
    by_chance = lived_by_chance(two_runs, seed)
    assert len(in_order.results) == 2
    assert bytes_of(by_chance) == bytes_of(in_order)
    assert by_chance.messages == in_order.messages


def test_live_and_offline_find_the_same(two_runs: Recording) -> None:
    snapshot, steps = lived(two_runs)
    offline = analyze(two_runs)
    runs = offline.tables["runs"]
    assert [one.started_s for one in snapshot.results] == pytest.approx(runs["start_s"].tolist(), abs=1e-3)
    assert [one.ended_s for one in snapshot.results] == pytest.approx(runs["end_s"].tolist(), abs=1e-3)
    rows = offline.tables["steps"]
    assert len(steps) == len(rows["step"])
    for row, key in enumerate(zip(rows["run"].tolist(), rows["step"].tolist(), strict=True)):
        for contributor in Contributor:
            expected = rows[f"{contributor.value}_s"][row]
            found = steps[key].times_s.get(contributor, np.nan)
            assert found == pytest.approx(expected, abs=1e-3, nan_ok=True), (key, contributor)


def test_the_ends_of_live_rows_are_final(two_runs: Recording) -> None:
    """Every step of every run has its spread; percent and score follow when the stride closes."""
    _, steps = lived(two_runs)
    scored = [step for step in steps.values() if not step.unscored]
    assert len(scored) >= 20
    assert all(np.isfinite(step.spread_ms) for step in scored)
    closed = [step for step in scored if np.isfinite(step.stride_time_s)]
    assert len(closed) >= len(scored) - 4
    for step in closed:
        assert step.convergence == pytest.approx(100 * 2 ** (-step.spread_percent / 5))


@pytest.mark.slow
def test_screens_follow_the_athlete(two_runs: Recording) -> None:
    snapshot, _ = lived(two_runs)
    assert snapshot.screen is Screen.RESULT
    assert snapshot.setup.stage is SetupStage.READY
    assert snapshot.finished
    later, _ = lived(two_runs, [Action(Do.NEXT, time_s=1e6)])
    assert later.screen is Screen.READY


def test_a_lost_sensor_costs_its_contributor_only(two_runs: Recording) -> None:
    trunk = two_runs.sensors["trunk"]
    time_s = trunk.samples.time_s
    assert time_s is not None
    cut = int(np.searchsorted(time_s, 20.5))
    lost = replace(
        two_runs, sensors={**two_runs.sensors, "trunk": replace(trunk, samples=trunk.samples.rows(0, cut))}
    )
    snapshot, steps = lived(lost)
    after = [step for step in steps.values() if step.zero_s > 21.0]
    assert len(after) >= 5
    assert all(Contributor.TRUNK in step.missing for step in after)
    assert sum(not step.unscored for step in after) >= len(after) - 2
    assert bytes_of(lived_by_chance(lost, 1)) == bytes_of(snapshot)


@pytest.mark.slow
def test_a_new_athlete_needs_a_new_calibration() -> None:
    phases = read_phases(
        "stand 3, sprint 40m, decelerate 3, stand 2, handover 10 to b, stand 4, sprint 40m, decelerate 3, "
        "stand 3"
    )
    recording = simulate(SimulationSpec(athlete="a", phases=phases, rate_hz=100.0), 3, truth=False).recording
    snapshot, _ = lived(recording)
    assert [one.athlete for one in snapshot.results][-1] == "b"
    assert len(snapshot.results) == 2
    assert snapshot.athletes[-1] == "b"


@pytest.mark.slow
def test_a_discarded_run_comes_back(two_runs: Recording) -> None:
    undo = [Action(Do.UNDO, time_s=1e6)]
    snapshot, _ = lived(two_runs, undo)
    assert [one.discarded for one in snapshot.results] == [False, True]
    twice = [*undo, Action(Do.DISCARD, run=2, time_s=2e6)]
    assert not any(one.discarded for one in lived(two_runs, twice)[0].results)


@pytest.mark.slow
def test_drills_are_no_runs() -> None:
    phases = read_phases(
        "stand 4, a_skip 8, stand 2, high_knees 8, walk 8 turn 180, march 8, walk 10, stand 3"
    )
    recording = simulate(SimulationSpec(phases=phases, rate_hz=100.0), 2, truth=False).recording
    snapshot, _ = lived(recording)
    assert not snapshot.results
