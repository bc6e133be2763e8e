"""Several runs and athletes, drills, shakes, other sites."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bodies import EXACT, clean, in_segment, made, phased

from aqsense.errors import SettingsError
from aqsense.model import STANDARD_GRAVITY_M_S2
from aqsense.simulate import Link, Phase, SimulationSpec, read_phases, simulate, write_simulation
from aqsense.simulate.course import plan
from aqsense.simulate.drills import DRILLS, STRIDE_TIME_S
from aqsense.simulate.footfalls import footfalls

TWO = phased(
    SimulationSpec(rate_hz=100.0, mark_runs=True, athlete="a07"),
    "shake 5, stand 3, sprint 3 tag bands, decelerate 2, walk 4 turn 180, sprint 3, decelerate 2, stand 2, "
    "handover 6 to b12, stand 3, sprint 3, decelerate 2, stand 2",
)


class TestTwoAthletes:
    def test_marks_tell_who_and_when(self):
        marks = made(TWO).recording.marks
        kinds = [mark.kind for mark in marks]
        assert kinds.count("run_start") == kinds.count("run_end") == 3
        assert [(m.text, m.time_s) for m in marks if m.kind == "athlete"] == [("a07", 0.0), ("b12", 30.0)]
        assert [(m.text, m.time_s) for m in marks if m.kind == "tag"] == [("bands", 8.0)]
        assert [m.time_s for m in marks if m.kind == "calibration_start"] == [5.0, 30.0]
        assert [m.time_s for m in marks if m.kind in ("shake_start", "shake_end")] == [0.0, 5.0]
        starts = [m.time_s for m in marks if m.kind == "run_start"]
        for (begin, end), start in zip(made(TWO).about["runs_s"], starts, strict=True):
            assert start < begin < end

    def test_truth_and_metadata_name_them(self):
        assert made(TWO).about["run_athletes"] == ["a07", "a07", "b12"]
        assert made(TWO).recording.metadata["athletes"] == ["a07", "b12"]
        assert made(TWO).recording.athlete == "a07"

    def test_sensors_sit_differently_on_the_second(self):
        for site in ("left_shin", "trunk"):
            samples = made(TWO).recording.sensors[site].samples
            accel, time = np.array(samples.accel), samples.time_s
            ups = [accel[:, (time > low) & (time < low + 2.0)].mean(axis=1) for low in (5.5, 30.5)]
            cosine = ups[0] @ ups[1] / np.linalg.norm(ups[0]) / np.linalg.norm(ups[1])
            assert cosine < 0.98
            assert np.linalg.norm(ups[1]) == pytest.approx(STANDARD_GRAVITY_M_S2, rel=0.05)

    def test_while_put_on_a_sensor_turns_as_gravity_shows(self):
        """The gyroscope, integrated over the handover, takes the first mounting's up to the second's."""
        spec = phased(SimulationSpec(noise=False, rate_hz=200.0), "stand 2, handover 4 to b, stand 2")
        samples = simulate(spec, 5).recording.sensors["left_wrist"].samples
        accel, gyro = np.array(samples.accel), np.array(samples.gyro)
        up = accel[:, 0] / np.linalg.norm(accel[:, 0])
        for rate in gyro.T:
            angle = np.linalg.norm(rate) / 200.0
            if angle:
                axis = -rate / np.linalg.norm(rate)
                up = (
                    up * np.cos(angle)
                    + np.cross(axis, up) * np.sin(angle)
                    + axis * (axis @ up) * (1 - np.cos(angle))
                )
        np.testing.assert_allclose(up, accel[:, -1] / np.linalg.norm(accel[:, -1]), atol=0.01)
        assert np.degrees(np.abs(gyro).max()) > 10.0

    def test_it_can_be_written(self, tmp_path):
        from aqsense.acquire import read_recording

        write_simulation(TWO, 3, tmp_path / "two")
        assert read_recording(tmp_path / "two").marks == made(TWO).recording.marks


def test_a_shake_turns_all_sensors_alike():
    spec = phased(SimulationSpec(noise=False, rate_hz=200.0), "stand 1, shake 5, stand 2")
    sensors = simulate(spec, 5).recording.sensors
    at = np.arange(1.5, 5.5, 0.002)
    sizes = [
        np.interp(at, each.samples.time_s, np.linalg.norm(np.array(each.samples.gyro), axis=0))
        for each in sensors.values()
    ]
    assert np.degrees(sizes[0].max()) > 200.0
    for size in sizes[1:]:
        np.testing.assert_allclose(size, sizes[0], atol=0.1)
        assert np.corrcoef(size, sizes[0])[0, 1] > 0.9999
    quiet = np.array(sensors["trunk"].samples.gyro)[:, sensors["trunk"].samples.time_s < 1.0]
    assert np.max(np.abs(quiet)) < 0.002


class TestDrills:
    @pytest.mark.parametrize("drill", DRILLS)
    def test_legs_alternate_at_the_drills_own_time_and_it_is_no_run(self, drill):
        spec = phased(EXACT, f"stand 1, {drill} 14, stand 1")
        left, right = (-clean(spec, site, 4.0, 13.0).gyro[1] for site in ("left_shin", "right_shin"))
        stride_time = STRIDE_TIME_S[DRILLS.index(drill)]
        half = round(500 * stride_time)
        np.testing.assert_allclose(left[half:], right[:-half], atol=0.02 * np.abs(right).max())
        repeats = round(1000 * stride_time)
        np.testing.assert_allclose(left[repeats:], left[:-repeats], atol=0.02 * np.abs(left).max())
        assert np.degrees(left.max()) > 150.0
        truth = simulate(spec, 5)
        assert len(truth.truth["event"]) == 0
        assert truth.about["scored_s"] is None

    def test_knees_go_up_in_one_and_heels_in_the_other(self):
        """Highest thigh and most backward shin, degrees from upright."""

        def range_deg(drill: str, site: str) -> tuple[float, float]:
            spec = phased(EXACT, f"stand 1, {drill} 10, stand 1")
            angle = np.degrees(np.cumsum(-clean(spec, site, 0.0, 9.0).gyro[1]) * 0.001)
            return float(angle.max()), float(angle.min())

        for drill in ("march", "high_knees", "a_skip"):
            assert range_deg(drill, "left_thigh")[0] > 65.0
        assert range_deg("heel_flicks", "left_thigh")[0] < 30.0
        assert range_deg("heel_flicks", "left_shin")[1] < -100.0

    def test_a_skip_lands_twice_on_each_foot(self):
        course = plan(phased(EXACT, "stand 1, a_skip 10, stand 1"), 5)
        shocks = footfalls(course, 5).shocks
        left = shocks.left[(shocks.time_s > 4.0) & (shocks.time_s < 9.0)].astype(int)
        runs = np.diff(np.flatnonzero(np.diff(left)))
        assert np.all(runs == 2)
        gaps = np.diff(shocks.time_s[(shocks.time_s > 4.0) & (shocks.time_s < 9.0)])
        assert np.ptp(gaps) > 0.05  # hop and step take different times

    def test_a_session_with_drills_has_only_its_sprints(self):
        text = (
            "stand 2, march 8, walk 3 turn 180, high_knees 5, stand 2, a_skip 6, heel_flicks 5, walk 4, "
            "sprint 3, decelerate 2, walk 5, jog 6, stand 2"
        )
        simulation = simulate(phased(SimulationSpec(rate_hz=100.0), text), 5)
        assert len(simulation.about["runs_s"]) == 2
        assert simulation.about["runs_s"][0][0] > 35.0


class TestOtherSites:
    EXTRA = ("pelvis", "left_thigh", "right_thigh", "left_foot", "right_foot", "left_upper_arm")

    def test_they_come_in_the_models_order_and_say_where_they_are(self):
        spec = SimulationSpec(distance_m=20.0, extra_sites=self.EXTRA)
        sensors = simulate(spec, 5, truth=False).recording.sensors
        assert tuple(sensors) == spec.sites
        assert len(sensors) == 11
        assert sensors["pelvis"].placement == "sacrum"

    @pytest.mark.parametrize("site", EXTRA)
    def test_standing_is_gravity_and_running_is_movement(self, site):
        spec = phased(EXACT, "stand 1, sprint 5")
        still, moving = clean(spec, site, 0.0, 0.5), clean(spec, site, 4.0, 5.5)
        np.testing.assert_allclose(still.gyro, 0.0, atol=1e-9)
        up = np.outer([0, 0, STANDARD_GRAVITY_M_S2], np.ones(500))
        np.testing.assert_allclose(still.accel, up, atol=1e-5)
        assert np.degrees(np.abs(moving.gyro).max()) > 150.0

    def test_thigh_and_pelvis_turn_as_fast_as_the_method_says(self):
        spec = phased(EXACT, "stand 1, sprint 8")
        thigh = -np.degrees(clean(spec, "left_thigh", 6.0, 8.5).gyro[1])
        assert thigh.max() == pytest.approx(875, rel=0.12)
        assert thigh.min() == pytest.approx(-1030, rel=0.15)
        pelvis = np.degrees(clean(spec, "pelvis", 6.0, 8.5).gyro[2])
        assert pelvis.max() == pytest.approx(257, rel=0.20)

    def test_a_foot_is_flat_in_early_stance(self):
        spec = phased(EXACT, "stand 1, jog 8")
        truth = simulate(spec, 5).truth_steps
        rate = -np.degrees(clean(spec, "right_foot", 0.0, 9.0).gyro[1])
        contacts = truth["contact_s"][truth["stance_side"] == "right"][4:8]
        for contact in contacts:
            flat = rate[round(1000 * contact) + 20 : round(1000 * contact) + 60]
            assert np.abs(flat).max() < 0.2 * np.abs(rate).max()

    def test_a_trunk_sensor_on_the_sacrum_turns_with_the_pelvis(self):
        """METHOD 1.1: another motion, at other times; never to be mixed."""
        back, sacrum = (
            simulate(replace(EXACT, trunk_placement=place, distance_m=40.0), 5)
            for place in ("upper_back", "sacrum")
        )
        assert sacrum.recording.sensors["trunk"].placement == "sacrum"
        difference = 1000.0 * (sacrum.truth_steps["trunk_s"] - back.truth_steps["trunk_s"])[10:20]
        assert np.nanmin(np.abs(difference)) > 3.0
        np.testing.assert_array_equal(sacrum.truth_steps["contact_s"], back.truth_steps["contact_s"])
        spec = replace(EXACT, trunk_placement="sacrum", distance_m=40.0)
        trunk, pelvis = (clean(spec, site, 5.0, 6.0).gyro for site in ("trunk", "pelvis"))
        np.testing.assert_array_equal(trunk, pelvis)

    def test_a_sensor_in_front_feels_the_turning_the_other_way_round(self):
        front = replace(EXACT, trunk_placement="sternum", distance_m=30.0)
        _, gyro = in_segment(simulate(front, 1), "trunk", 1)
        _, back = in_segment(simulate(replace(EXACT, distance_m=30.0), 1), "trunk", 1)
        np.testing.assert_allclose(gyro, back, atol=2e-3)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        (lambda: read_phases("handover 5"), "has athlete ''; expected an id for a handover"),
        (lambda: read_phases("walk 5 to b"), "has athlete 'b'"),
        (lambda: Phase("shake", 5.0, speed_m_s=2.0), "standing has no speed"),
        (lambda: SimulationSpec(soft_tissue=-1.0), "soft_tissue is -1.0; expected 0 to 5"),
        (lambda: SimulationSpec(extra_sites=("trunk",)), "extra_sites is 'trunk'; expected one of pelvis"),
        (lambda: SimulationSpec(swapped=("trunk",)), "swapped is 'trunk'; expected one of wrist"),
        (lambda: SimulationSpec(still_arms="yes"), "still_arms is 'yes'"),
        (lambda: SimulationSpec(trunk_placement="belly"), "trunk_placement is 'belly'"),
        (lambda: SimulationSpec(sync_sd_ms=5.0, link=Link()), "together with link"),
        (lambda: SimulationSpec(packet_loss=0.9), "packet_loss is 0.9; expected 0 to 0.5"),
        (lambda: Link(interval_ms=50.0), "interval_ms is 50.0; expected 7.5 to 45"),
        (lambda: Link(packet_samples=0), "packet_samples is 0"),
    ],
)
def test_wishes_that_cant_be(wish, said):
    with pytest.raises(SettingsError) as refused:
        wish()
    assert said in str(refused.value)
