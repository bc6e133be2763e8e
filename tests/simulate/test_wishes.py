"""Every option does what it says, and leaves the truth true."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bodies import clean, in_segment, made, phased

from aqsense.model import STANDARD_GRAVITY_M_S2, Floats
from aqsense.simulate import Gap, Late, Simulation, SimulationSpec, Weak, simulate

SPEC = SimulationSpec(distance_m=40.0, standing_s=1.0, rate_hz=100.0)
EVEN = replace(SPEC, jitter_ms=0.0, cadence_sd=0.0, amplitude_sd=0.0)
CONTRIBUTORS = ("push", "swing", "arm", "trunk")
# Where a contributor's size shows.
EVENT_OF = {
    "push": "heel_recovery",
    "swing": "swing_peak",
    "arm": "arm_forward_peak",
    "trunk": "trunk_pitch_peak",
}


def added(spec: SimulationSpec, site: str) -> tuple[Floats, Floats]:
    """What a spec adds to SPEC's signals: sizes in g and deg/s, (n,) each."""
    sensors = [made(each).recording.sensors[site].samples for each in (SPEC, spec)]
    accel = np.array(sensors[1].accel) - np.array(sensors[0].accel)
    gyro = np.array(sensors[1].gyro) - np.array(sensors[0].gyro)
    return np.linalg.norm(accel, axis=0) / STANDARD_GRAVITY_M_S2, np.degrees(np.linalg.norm(gyro, axis=0))


def same_truth(one: Simulation, other: Simulation) -> None:
    for table, wanted in ((one.truth, other.truth), (one.truth_steps, other.truth_steps)):
        assert table.keys() == wanted.keys()
        for name in table:
            np.testing.assert_array_equal(table[name], wanted[name], err_msg=name)


class TestSoftTissue:
    WOBBLING = replace(SPEC, soft_tissue=1.0, accel_range_g=200.0)

    def test_it_leaves_the_truth_alone(self):
        same_truth(made(self.WOBBLING), made(SPEC))

    def test_size_frequency_and_direction_differ_from_sensor_to_sensor(self):
        """METHOD 7.2: 10-30 deg/s and 1-3 g after a sprint's contact, a quarter more or less each time."""
        heights = [added(self.WOBBLING, site)[1].max() for site in ("left_shin", "right_shin")]
        assert all(10.0 * 0.7 < height < 30.0 * 2.0 for height in heights)
        assert heights[0] != heights[1]

    def test_force_at_the_shin(self):
        wide = replace(SPEC, accel_range_g=200.0)
        difference = np.array(made(self.WOBBLING).recording.sensors["left_shin"].samples.accel) - np.array(
            made(wide).recording.sensors["left_shin"].samples.accel
        )
        peak_g = np.linalg.norm(difference, axis=0).max() / STANDARD_GRAVITY_M_S2
        assert 1.0 * 0.6 < peak_g < 3.0 * 2.0

    def test_it_begins_with_the_first_contact_and_dies_away(self):
        time = made(SPEC).recording.sensors["left_shin"].samples.time_s
        rate = added(replace(SPEC, soft_tissue=1.0), "left_shin")[1]
        first = made(SPEC).about["scored_s"][0]
        assert np.all(rate[time < first - 0.05] == 0.0)
        assert np.all(rate[time > time[-1] - 0.5] < 0.15)

    def test_it_rings_at_10_to_20_hz(self):
        """After the impact itself: where the wobble's power is."""
        fast = replace(SPEC, rate_hz=200.0)
        plain, wobbling = (
            np.array(made(spec).recording.sensors["left_shin"].samples.gyro)
            for spec in (fast, replace(fast, soft_tissue=1.0))
        )
        power = np.sum(np.abs(np.fft.rfft(wobbling - plain, axis=1)) ** 2, axis=0)
        frequency = np.fft.rfftfreq(plain.shape[1], 1 / 200.0)
        band = (frequency >= 8.0) & (frequency <= 24.0)
        assert power[band].sum() > 0.7 * power.sum()

    def test_the_amount_scales(self):
        single, double = (added(replace(SPEC, soft_tissue=amount), "trunk")[1] for amount in (1.0, 2.0))
        strong = single > 3.0
        assert np.sum(strong) > 20
        np.testing.assert_allclose(double[strong], 2.0 * single[strong], atol=0.3)


class TestWeak:
    @pytest.mark.parametrize("contributor", CONTRIBUTORS)
    @pytest.mark.parametrize("side", ["left", "right"])
    def test_the_amplitude_falls_and_all_times_stay(self, contributor, side):
        plain, weak = made(EVEN), made(replace(EVEN, weak=(Weak(contributor, side, 0.8, 5),)))
        steps = plain.truth_steps
        # In the run's last step the limb may already be on its way to a phase of another size.
        fast = slice(2, len(steps["step"]) - 3)
        for column in ("contact_s", "toe_off_s", *(f"{name}_s" for name in CONTRIBUTORS)):
            shift_ms = 1000.0 * (weak.truth_steps[column] - steps[column])[fast]
            assert np.max(np.abs(shift_ms)) < 2.0, column
        event = EVENT_OF[contributor]
        early, late = plain.about["scored_s"][0] + 1.0, plain.about["scored_s"][1] - 1.0
        ratio = self.heights(weak, event, early, late) / self.heights(plain, event, early, late)
        concerned = np.abs(ratio - 0.8) < 0.02
        untouched = np.abs(ratio - 1.0) < 0.01
        assert np.all(concerned | untouched) or contributor in ("push", "trunk")
        assert 5 <= np.sum(concerned) <= len(ratio) * 0.6
        assert np.sum(untouched) > 6

    @staticmethod
    def heights(simulation: Simulation, event: str, from_s: float, to_s: float) -> Floats:
        truth = simulation.truth
        rows = (truth["event"].astype(str) == event) & (truth["time_s"] > from_s) & (truth["time_s"] < to_s)
        return truth["amplitude_rad_s"][rows]

    def test_late_and_weak_go_together(self):
        both = replace(EVEN, late=(Late("arm", "left", 20.0),), weak=(Weak("arm", "left", 0.7),))
        late = replace(EVEN, late=(Late("arm", "left", 20.0),))
        shift = 1000.0 * (made(both).truth_steps["arm_s"] - made(late).truth_steps["arm_s"])[2:-3]
        assert np.max(np.abs(shift)) < 1.0


class TestSharedJitter:
    SPREAD = phased(SimulationSpec(jitter_ms=5.0, cadence_sd=0.0, amplitude_sd=0.0), "stand 1, sprint 30")

    def shifts(self, shared: float) -> Floats:
        """(contributors, steps) ms."""
        plain = made(replace(self.SPREAD, jitter_ms=0.0)).truth_steps
        moved = made(replace(self.SPREAD, jitter_shared=shared)).truth_steps
        names = [f"{name}_s" for name in CONTRIBUTORS]
        return 1000.0 * np.array([moved[name] - plain[name] for name in names])[:, 10:-2]

    @pytest.mark.parametrize("shared", [0.0, 0.6, 1.0])
    def test_contributors_of_a_step_correlate_as_wished(self, shared):
        shifts = self.shifts(shared)
        correlation = np.corrcoef(shifts)[np.triu_indices(4, 1)]
        np.testing.assert_allclose(correlation, shared, atol=0.25)
        assert abs(correlation.mean() - shared) < 0.12
        np.testing.assert_allclose(shifts.std(axis=1), 5.0, rtol=0.15)


class TestMissingRows:
    def test_a_gap_is_missing_rows_and_nothing_else(self):
        spec = replace(SPEC, gaps=(Gap("left_shin", 4.0, 12), Gap("trunk", 5.0, 3)))
        for site, first, count in (("left_shin", 4.0, 12), ("trunk", 5.0, 3), ("right_wrist", 0.0, 0)):
            whole, holed = (made(each).recording.sensors[site].samples for each in (SPEC, spec))
            gone = ~np.isin(whole.time_s, holed.time_s)
            assert np.sum(gone) == count
            assert np.all((whole.time_s[gone] >= first) & (whole.time_s[gone] < first + count / 100.0))
            np.testing.assert_array_equal(np.array(whole.gyro)[:, ~gone], holed.gyro)
        same_truth(made(spec), made(SPEC))

    def test_packets_are_lost_in_bursts_of_3_to_20(self):
        spec = phased(replace(SPEC, packet_loss=0.05), "stand 90")
        samples = simulate(spec, 3, truth=False).recording.sensors["left_shin"].samples
        holes = np.rint(np.diff(samples.time_s) * 100.0).astype(int) - 1
        holes = holes[holes > 0]
        assert holes.min() >= 3
        assert np.mean(holes <= 20) > 0.9  # two bursts may meet
        assert holes.sum() / (holes.sum() + len(samples)) == pytest.approx(0.05, abs=0.025)


class TestArms:
    STILL = replace(SPEC, still_arms="left")

    def test_an_arm_held_still_has_no_events_and_the_others_keep_theirs(self):
        truth, usual = made(self.STILL).truth, made(SPEC).truth
        held = np.array([event.startswith("arm_") for event in truth["event"]]) & (truth["side"] == "left")
        assert not held.any()
        others = ~(
            np.array([event.startswith("arm_") for event in usual["event"]]) & (usual["side"] == "left")
        )
        np.testing.assert_array_equal(truth["time_s"], usual["time_s"][others])
        steps = made(self.STILL).truth_steps
        assert np.all(np.isnan(steps["arm_s"]) == (steps["stance_side"] == "left"))
        assert np.all(steps["n_contributors"] == np.where(steps["stance_side"] == "left", 3, 4))

    def test_its_wrist_turns_no_faster_than_the_trunk(self):
        wrist, trunk = (
            np.linalg.norm(clean(self.STILL, site, 3.0, 6.0).gyro, axis=0) for site in ("left_wrist", "trunk")
        )
        # A little more where the mean posture changes with speed.
        np.testing.assert_allclose(wrist, trunk, atol=0.05)
        assert np.degrees(trunk.max()) < 450.0


class TestSwappedSides:
    def test_the_sensors_of_a_pair_carry_each_others_limb(self):
        spec = replace(SPEC, noise=False)
        swapped = replace(spec, swapped=("shin",))
        straight, crossed = made(spec), made(swapped)
        for label, limb in (("left_shin", "right_shin"), ("right_shin", "left_shin")):
            _, gyro = in_segment(crossed, label, 3)
            _, true = in_segment(straight, limb, 3)
            time = [
                each.recording.sensors[site].samples.time_s
                for each, site in ((crossed, label), (straight, limb))
            ]
            at = time[0][(time[0] > 4.0) & (time[0] < 6.0)]
            ours = np.interp(at, time[0], gyro[1])
            assert np.corrcoef(ours, np.interp(at, time[1], true[1]))[0, 1] > 0.999
        same_truth(crossed, straight)
        assert crossed.about["swapped"] == ["shin"]
        assert "swapped" not in straight.about

    def test_about_one_session_in_twenty_is_swapped_by_chance(self):
        from aqsense.simulate.wearing import swapped_limbs

        spec = replace(SPEC, swap_chance=0.05)
        swapped = [swapped_limbs(spec, seed) for seed in range(2000)]
        assert 60 < sum(bool(limbs) for limbs in swapped) < 145
        assert {limb for limbs in swapped for limb in limbs} == {"shin", "wrist"}


def test_a_common_time_that_is_not_so_common():
    """`time_s` is off by what truth.json says; nothing else moves."""
    plain, off = made(SPEC), made(replace(SPEC, sync_sd_ms=5.0))
    offsets = {site: clock["offset_s"] for site, clock in off.about["clocks"].items()}
    assert 0.001 < np.std(list(offsets.values())) < 0.012
    for site, offset in offsets.items():
        before, after = (each.recording.sensors[site].samples for each in (plain, off))
        np.testing.assert_allclose(after.time_s - before.time_s, offset, atol=1e-9)
        np.testing.assert_array_equal(after.gyro, before.gyro)
    assert off.recording.sync_sd_s == 0.005
    same_truth(off, plain)


def test_true_rates_differ_from_the_nominal_one():
    sensors = made(replace(SPEC, rate_error=2.0)).recording.sensors
    off = [
        100.0 * (1.0 / np.mean(np.diff(sensor.samples.time_s)) / 100.0 - 1.0) for sensor in sensors.values()
    ]
    assert all(sensor.rate_hz == 100.0 for sensor in sensors.values())
    assert 0.3 < np.max(np.abs(off)) <= 2.0
    assert len(set(np.round(off, 3))) == 5


@pytest.mark.parametrize(
    "wish",
    [
        {"soft_tissue": 1.0},
        {"weak": (Weak("swing", "left", 0.8),)},
        {"gaps": (Gap("left_shin", 3.0, 9),)},
        {"sync_sd_ms": 5.0},
        {"still_arms": "both"},
        {"swapped": ("wrist",)},
        {"extra_sites": ("pelvis",)},
        {"mark_runs": True},
    ],
)
def test_standing_noise_stays_whatever_is_wished(wish):
    """A new option doesn't move old noise."""
    before, after = made(SPEC), made(replace(SPEC, **wish))
    for site in ("trunk", "right_wrist"):
        one, other = (
            np.array(each.recording.sensors[site].samples.accel)[:, :90] for each in (before, after)
        )
        # An arm that is held or a sensor on the other arm sits differently; its noise is no other.
        if site == "trunk" or not {"still_arms", "swapped"} & wish.keys():
            np.testing.assert_array_equal(one, other)
        np.testing.assert_allclose(one.std(axis=1), other.std(axis=1), rtol=0.02)


def test_a_recording_says_only_what_was_chosen():
    from aqsense.simulate.spec import SimulationSpec as Spec

    assert "soft_tissue" not in Spec().as_json()
    assert Spec(soft_tissue=1.0).as_json()["soft_tissue"] == 1.0
    assert Spec(weak=(Weak("arm", "left", 0.8),)).as_json()["weak"][0]["factor"] == 0.8
