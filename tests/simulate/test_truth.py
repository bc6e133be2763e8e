"""The truth: order of events, METHOD 3.2's times, injected lateness."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest
from bodies import EXACT, phased, sprint

from aqsense.model import Event
from aqsense.simulate import Late, Simulation, SimulationSpec, simulate
from aqsense.simulate.peaks import Waveform

UNJITTERED = SimulationSpec(jitter_ms=0.0)
CONTRIBUTORS = ("push", "swing", "arm", "trunk")


def after_contact_ms(simulation: Simulation, column: str, steps: slice) -> np.ndarray:
    table = simulation.truth_steps
    return 1000.0 * (table[column] - table["contact_s"])[steps]


@pytest.mark.parametrize(
    ("column", "expected", "tolerance"),
    [
        ("push_s", 100.1, 4.0),
        ("swing_s", 88.4, 9.0),
        ("arm_s", 81.0, 10.0),
        ("trunk_s", 86.6, 6.0),
        ("trunk_pitch_s", 92.0, 6.0),
        ("toe_off_s", 118.5, 2.0),
    ],
)
def test_times_at_top_speed_are_those_of_the_method(column, expected, tolerance):
    assert after_contact_ms(simulate(EXACT, 1), column, slice(18, 28)).mean() == pytest.approx(
        expected, abs=tolerance
    )


def test_a_jog_has_the_jogs_times():
    jog = simulate(phased(EXACT, "stand 2, jog 12, stand 1"), 1)
    middle = slice(6, -6)
    for column, expected, tolerance in (("push_s", 202, 8), ("swing_s", 243, 12), ("arm_s", 146, 12)):
        assert after_contact_ms(jog, column, middle).mean() == pytest.approx(expected, abs=tolerance)
    assert np.mean(jog.truth_steps["spread_ms"][middle]) > 30.0
    assert np.nanmean(jog.truth_steps["stride_time_s"][middle]) == pytest.approx(0.75, abs=0.005)


def test_a_sprint_quickens_and_its_contacts_shorten():
    steps = simulate(EXACT, 1).truth_steps
    assert 1.0 / steps["step_time_s"][:2].mean() == pytest.approx(4.0, abs=0.15)
    assert 1.0 / steps["step_time_s"][20:26].mean() == pytest.approx(4.35, abs=0.05)
    assert 0.135 < steps["contact_time_s"][0] < 0.165
    assert np.all(steps["flight_time_s"][:-1] > 0.08)


def test_every_step_has_every_event_once_and_sides_alternate():
    simulation = sprint()
    count = len(simulation.truth_steps["step"])
    assert 30 <= count <= 42
    names, number = np.unique(simulation.truth["event"].astype(str), return_counts=True)
    assert set(names) == {event.value for event in Event}
    assert dict(zip(names, number, strict=True)) == dict.fromkeys(names, count)
    side = simulation.truth_steps["stance_side"]
    assert side[0] == "left"
    assert np.all(side[1:] != side[:-1])
    assert np.all(simulation.truth_steps["n_contributors"] == 4)


def test_the_order_within_a_limb_is_the_methods():
    """METHOD 3.4: contact, stall, toe-off, heel recovery, swing; back reversal, forward, front, backward."""
    truth = sprint().truth
    for side in ("left", "right"):
        for chain in (
            ("initial_contact", "shin_stall", "toe_off", "heel_recovery", "swing_peak"),
            ("arm_back_reversal", "arm_forward_peak", "arm_front_reversal", "arm_backward_peak"),
        ):
            wanted = np.isin(truth["event"].astype(str), chain) & (truth["side"] == side)
            order = [chain.index(name) for name in truth["event"][wanted]]
            steps = np.diff(order) % len(chain)
            assert np.all(steps == 1), (side, chain)


@pytest.fixture(scope="module")
def unjittered() -> Simulation:
    return simulate(UNJITTERED, 1)


@pytest.mark.parametrize("contributor", CONTRIBUTORS)
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("ms", [25.0, -15.0])
def test_injected_lateness_is_in_the_truth_and_nowhere_else(contributor, side, ms, unjittered):
    plain = unjittered.truth_steps
    late = simulate(replace(UNJITTERED, late=(Late(contributor, side, ms, 5),)), 1).truth_steps
    concerned = np.array(
        # The swing shin is the other side's.
        [(stance == side) != (contributor == "swing") for stance in plain["stance_side"]]
    ) & (plain["stride"] >= 5)
    fast = (plain["step"] >= 2) & (plain["step"] <= 30)
    for other in CONTRIBUTORS:
        shift = 1000.0 * (late[f"{other}_s"] - plain[f"{other}_s"])
        expected = np.where(concerned, ms, 0.0) if other == contributor else np.zeros(len(shift))
        np.testing.assert_allclose(shift[fast], expected[fast], atol=1.0, err_msg=other)
    np.testing.assert_array_equal(late["contact_s"], plain["contact_s"])


def test_jitter_has_the_size_that_was_asked_for():
    spec = phased(SimulationSpec(jitter_ms=5.0, cadence_sd=0.0, amplitude_sd=0.0), "stand 2, sprint 60")
    plain = simulate(replace(spec, jitter_ms=0.0), 3).truth_steps
    moved = simulate(spec, 3).truth_steps
    for contributor in CONTRIBUTORS:
        shift = 1000.0 * (moved[f"{contributor}_s"] - plain[f"{contributor}_s"])[10:]
        assert np.std(shift) == pytest.approx(5.0, rel=0.15), contributor
        assert abs(np.mean(shift)) < 1.0


def test_a_run_with_a_walk_between_is_two_runs():
    simulation = simulate(
        phased(SimulationSpec(), "stand 2, sprint 4, decelerate 2, walk 5, jog 5, stand 2"), 1
    )
    assert len(simulation.about["runs_s"]) == 2
    assert set(simulation.truth_steps["run"]) == {1, 2}
    first = simulation.truth_steps["run"] == 1
    assert (
        simulation.truth_steps["contact_s"][first][-1] < simulation.truth_steps["contact_s"][~first][0] - 3.0
    )


def test_nobody_who_only_walks_has_a_truth():
    simulation = simulate(phased(SimulationSpec(), "stand 2, walk 8, stand 2"), 1)
    assert len(simulation.truth["event"]) == 0
    assert len(simulation.truth_steps["step"]) == 0
    assert simulation.about["scored_s"] is None


def test_the_columns_are_those_of_the_shared_truth(shared):
    simulation = sprint()
    folder = shared / "data" / "dorn2012" / "run_9.5_100hz_extended"
    for name, table in (("truth.csv", simulation.truth), ("truth_steps.csv", simulation.truth_steps)):
        with (folder / name).open(encoding="utf-8", newline="") as file:
            expected = next(csv.reader(file))
        assert list(table)[: len(expected)] == expected


def test_the_centroid_of_a_leaning_peak():
    """METHOD 2.2 by hand: a triangle 1 - |t|/2 left, 1 - |t| right; above 0.9 from -0.2 to 0.1 s."""
    time = np.arange(-2.0, 2.0, 0.001)
    wave = Waveform(-2.0, np.where(time < 0, 1 + time / 2, 1 - time))
    peak = wave.highest(-1.0, 1.0)
    assert peak.time_s == pytest.approx(-0.1 / 3, abs=1e-4)
    assert peak.width_s == pytest.approx(0.3, abs=1e-4)
    assert peak.amplitude == pytest.approx(1.0, abs=1e-6)


def test_a_window_without_a_peak_has_none():
    wave = Waveform(0.0, np.linspace(0.0, 1.0, 1000))
    assert np.isnan(wave.highest(0.1, 0.9).time_s)
    assert np.isnan(wave.last_maximum(0.1, 0.9).time_s)
    assert np.isnan(wave.first_rise(0.1, 0.9).time_s)
