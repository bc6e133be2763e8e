"""Same seed, same bytes; and a new option doesn't move what it has nothing to do with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from aqsense.simulate import Late, Lost, Simulation, SimulationSpec, simulate, write_simulation

SPEC = SimulationSpec(distance_m=20.0, standing_s=1.0)


def samples(simulation: Simulation, site: str) -> np.ndarray:
    found = simulation.recording.sensors[site].samples
    return np.array([found.time_s, *found.accel, *found.gyro])


def test_equal_seeds_give_equal_files(tmp_path):
    for name in ("a", "b"):
        write_simulation(SPEC, 5, tmp_path / name)
    write_simulation(SPEC, 6, tmp_path / "c")
    a, b, c = ({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in "abc")
    assert a == b
    assert a["left_shin.csv"] != c["left_shin.csv"]
    assert {"truth.csv", "truth_steps.csv", "truth.json", "recording.json", "marks.csv"} < a.keys()


@pytest.mark.parametrize(
    ("change", "untouched"),
    [
        ({"late": (Late("arm", "right", 20.0),)}, ("left_wrist", "left_shin", "right_shin", "trunk")),
        ({"jitters_ms": {"trunk": 9.0}}, ("left_shin", "right_shin")),
        ({"rates_hz": {"trunk": 60.0}}, ("left_wrist", "right_wrist", "left_shin", "right_shin")),
        ({"lost": (Lost("left_shin", 3.0),)}, ("left_wrist", "right_wrist", "right_shin", "trunk")),
    ],
)
def test_an_option_moves_only_its_own_sensor(change, untouched):
    before, after = simulate(SPEC, 5, truth=False), simulate(replace(SPEC, **change), 5, truth=False)
    for site in untouched:
        np.testing.assert_array_equal(samples(before, site), samples(after, site))


def test_noise_is_the_same_whatever_the_body_does():
    """Standing rows hold nothing but noise: impacts, jitter and lateness leave them alone."""
    other = replace(SPEC, impacts=False, jitter_ms=9.0, vmax_m_s=8.0, late=(Late("push", "both", 30.0),))
    for site in ("left_shin", "trunk", "right_wrist"):
        before, after = (samples(simulate(spec, 5, truth=False), site) for spec in (SPEC, other))
        still = int(np.sum(before[0] < 0.9))
        np.testing.assert_array_equal(before[:, :still], after[:, :still])


def test_a_lost_sensor_ends_where_it_dies_and_says_so():
    simulation = simulate(replace(SPEC, lost=(Lost("trunk", 3.0),)), 5)
    whole = simulate(SPEC, 5)
    time = simulation.recording.sensors["trunk"].samples.time_s
    assert 2.99 < time[-1] < 3.0
    assert [(mark.kind, mark.site, mark.time_s) for mark in simulation.recording.marks if mark.site] == [
        ("lost", "trunk", 3.0)
    ]
    np.testing.assert_array_equal(simulation.truth["time_s"], whole.truth["time_s"])


def test_a_sensor_that_never_works_is_empty():
    simulation = simulate(replace(SPEC, lost=(Lost("trunk", 0.0),)), 5, truth=False)
    assert len(simulation.recording.sensors["trunk"].samples) == 0


def test_truth_can_be_left_out(tmp_path):
    write_simulation(SPEC, 5, tmp_path / "plain", truth=False)
    assert not list((tmp_path / "plain").glob("truth*"))


def test_pieces_leave_no_seam():
    """Where a session is cut into pieces doesn't show."""
    from aqsense.simulate import sensors

    spec = replace(SPEC, phases=(*SPEC.session(), *SPEC.session(), *SPEC.session()))
    whole = simulate(spec, 5, truth=False)
    piece = sensors._PIECE
    try:
        sensors._PIECE = 1_700
        small = simulate(spec, 5, truth=False)
    finally:
        sensors._PIECE = piece
    for site in ("left_shin", "trunk", "right_wrist"):
        a, b = samples(whole, site), samples(small, site)
        # Rounding to 16 bit may tip over where a value lies on an edge.
        assert np.mean(a != b) < 1e-4
        np.testing.assert_allclose(a, b, atol=0.01)
