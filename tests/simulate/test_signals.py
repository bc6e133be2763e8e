"""What the simulated sensors measure: sizes, signs and sides of METHOD 1.2-1.4."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from bodies import EXACT, WIDE, clean, in_segment, phased, sprint

from aqsense.model import STANDARD_GRAVITY_M_S2
from aqsense.simulate import SimulationSpec, simulate
from aqsense.simulate.spec import SITES

TOP = (8.5, 10.2)  # s, at top speed of the default sprint


def rows(time_s: np.ndarray, span: tuple[float, float]) -> np.ndarray:
    return (time_s >= span[0]) & (time_s < span[1])


@pytest.mark.parametrize("site", SITES)
def test_standing_is_gravity_and_nothing_else(site):
    quiet = clean(EXACT, site, 0.0, 3.0)
    np.testing.assert_allclose(quiet.gyro, 0.0, atol=1e-9)
    np.testing.assert_allclose(quiet.accel, np.outer([0, 0, STANDARD_GRAVITY_M_S2], np.ones(3000)), atol=1e-5)


@pytest.mark.parametrize("site", SITES)
def test_standing_with_sensor_errors_passes_the_calibrations_limits(site):
    samples = sprint().recording.sensors[site].samples
    still = samples.time_s < 2.9
    accel, gyro = np.array(samples.accel)[:, still], np.array(samples.gyro)[:, still]
    assert np.linalg.norm(accel.mean(axis=1)) == pytest.approx(
        STANDARD_GRAVITY_M_S2, abs=0.05 * STANDARD_GRAVITY_M_S2
    )
    assert 0 < np.degrees(gyro.std(axis=1)).max() < 1.0


def test_wrists_and_shins_are_as_violent_as_on_a_sprinter():
    simulation = simulate(WIDE, 1, truth=False)
    for site, low, high in (("right_wrist", 10.0, 15.0), ("right_shin", 8.0, 13.0), ("trunk", 1.2, 2.5)):
        accel, _ = in_segment(simulation, site, 1)
        time = simulation.recording.sensors[site].samples.time_s
        size = np.linalg.norm(accel[:, rows(time, TOP)], axis=0) / STANDARD_GRAVITY_M_S2
        assert low < np.median(size) < high, site
        if site == "right_wrist":
            # METHOD 1.4 has 0.26-0.48 for single steps; averaged templates peak a tenth lower.
            assert 0.05 < np.mean(size > 16.0) < 0.48


def test_peak_rates_are_those_of_the_method():
    def extremes(site: str, axis: int, sign: float) -> tuple[float, float]:
        gyro = np.degrees(clean(EXACT, site, *TOP).gyro)[axis] * sign
        return float(gyro.max()), float(gyro.min())

    swing, recovery = extremes("left_shin", 1, -1.0)
    assert swing == pytest.approx(1314, rel=0.06)
    assert recovery == pytest.approx(-1086, rel=0.10)  # the averaged template is smoother than a step
    assert max(map(abs, extremes("left_wrist", 1, -1.0))) == pytest.approx(1300, rel=0.10)
    assert 120 < extremes("trunk", 2, 1.0)[0] < 330


def test_clipping_stops_at_the_range():
    spec = replace(EXACT, accel_range_g=16.0)
    samples = simulate(spec, 1, truth=False).recording.sensors["left_wrist"].samples
    assert np.max(np.abs(samples.accel)) == pytest.approx(16.0 * STANDARD_GRAVITY_M_S2, rel=1e-4)


@pytest.mark.parametrize("site", ["left_shin", "right_shin", "left_wrist", "right_wrist"])
def test_limbs_swing_about_one_axis(site):
    gyro = clean(EXACT, site, *TOP).gyro
    values, axes = np.linalg.eigh(gyro @ gyro.T)
    assert 0.85 <= values[-1] / values.sum() <= 0.95
    off = np.degrees(np.arccos(abs(axes[1, -1])))
    assert off < 6.0


def test_arms_swing_across_the_body():
    """METHOD 1.3: the swing plane is 17-24 degrees off the body's; the hands meet in front."""
    from aqsense.simulate.body import athlete
    from aqsense.simulate.course import PAD, plan

    body = athlete(EXACT, 1, plan(EXACT, 1))
    for site, sign in (("right_wrist", 1.0), ("left_wrist", -1.0)):
        attitude = body.pose(site, slice(PAD, PAD + 10)).attitude[0]
        forward = attitude[:, 0]
        assert np.degrees(np.arctan2(forward[1], forward[0])) == pytest.approx(sign * 20.0, abs=0.01)


def test_sides_correlate_as_on_real_runners():
    """METHOD 1.3.6: trunk yaw against the right shin negative, left positive; wrists with the other shin."""
    rate = {site: -clean(EXACT, site, *TOP).gyro[1] for site in SITES if site != "trunk"}
    yaw = clean(EXACT, "trunk", *TOP).gyro[2]

    def correlation(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.corrcoef(a, b)[0, 1])

    assert -0.76 < correlation(rate["right_shin"], yaw) < -0.36
    assert 0.36 < correlation(rate["left_shin"], yaw) < 0.76
    for side, other in (("left", "right"), ("right", "left")):
        assert correlation(rate[f"{side}_wrist"], rate[f"{other}_shin"]) > 0.35
        assert correlation(rate[f"{side}_wrist"], rate[f"{side}_shin"]) < 0.0


def test_the_stance_side_shoulder_moves_forward():
    truth = simulate(EXACT, 1).truth_steps
    course_yaw = clean(EXACT, "trunk", 0.0, 12.0).gyro[2]
    for step in range(8, 16):
        value = course_yaw[round(1000 * truth["trunk_s"][step])]
        assert (value > 0) == (truth["stance_side"][step] == "right")


def test_lean_pulls_the_forward_axis_below_zero_at_steady_speed():
    accel = clean(phased(EXACT, "stand 3, sprint 90m at 9.5, stand 2"), "trunk", 9.5, 11.8).accel
    assert -1.5 < accel[0].mean() < -0.2


def test_left_and_right_are_mirror_images():
    """Half a stride later the other limb does the same, its out-of-plane axes mirrored."""
    spec = phased(EXACT, "jog 6")
    half = 375
    for limb in ("shin", "wrist"):
        right = clean(spec, f"right_{limb}", 2.0, 4.0).gyro
        left = clean(spec, f"left_{limb}", 2.0 + half / 1000, 4.0 + half / 1000).gyro
        np.testing.assert_allclose(left, right * np.array([[-1], [1], [-1]]), atol=1e-5)


@pytest.mark.parametrize("site", ["left_shin", "right_wrist", "trunk"])
def test_the_gyroscope_integrates_to_a_bounded_angle(site):
    """Through jog, sprint and walk the segment never turns over, and hangs upright in the end."""
    spec = phased(SimulationSpec(noise=False), "stand 1, jog 5, sprint 4, decelerate 3, walk 3, stand 2")
    attitude = integrated(clean(spec, site, 0.0, 18.0).gyro)
    upright = np.degrees(np.arctan2(-attitude[:, 2, 0], attitude[:, 2, 2]))
    assert 10.0 < np.max(np.abs(upright)) < 150.0
    assert abs(upright[-1]) < 1.0


@pytest.mark.parametrize("site", ["left_shin", "right_wrist", "trunk"])
def test_turning_turns_every_sensor(site):
    spec = phased(EXACT, "stand 1, walk 5 turn 90, stand 3")
    end = integrated(clean(spec, site, 0.0, 9.0).gyro)[-1]
    assert np.degrees(np.arctan2(end[1, 0], end[0, 0])) == pytest.approx(90.0, abs=1.0)


def test_accelerometer_and_gyroscope_belong_to_the_same_movement():
    """Specific force turned by the integrated gyroscope is the second derivative of the sensor's place."""
    from aqsense.simulate.body import athlete
    from aqsense.simulate.course import PAD, plan

    spec = phased(EXACT, "stand 1, jog 4, stand 1")
    body = athlete(spec, 1, plan(spec, 1))
    moved = clean(spec, "right_wrist", 0.0, 4.0)
    attitude = plane("right_wrist") @ integrated(moved.gyro)
    world = np.einsum("nij,jn->ni", attitude, moved.accel)
    place = body.pose("right_wrist", slice(PAD - 1, PAD + 4001)).position
    second = (place[2:] - 2 * place[1:-1] + place[:-2]) / 1e-6
    second[:, 0] += body.course.acceleration(slice(PAD, PAD + 4000))
    second[:, 2] += STANDARD_GRAVITY_M_S2
    assert np.max(np.abs(second[1500:, 0])) > 15.0
    np.testing.assert_allclose(world, second, atol=0.6)


def plane(site: str) -> np.ndarray:
    """What turns a standing segment's axes into the body's: the arm's swing plane."""
    from aqsense.simulate.body import athlete
    from aqsense.simulate.course import PAD, plan

    return athlete(EXACT, 1, plan(EXACT, 1)).pose(site, slice(PAD, PAD + 1)).attitude[0]


def integrated(gyro: np.ndarray) -> np.ndarray:
    """Attitudes (n, 3, 3) from 1 kHz rates (3, n), starting upright."""
    middle = 0.5 * (gyro[:, 1:] + gyro[:, :-1]) * 0.001
    attitude = [np.eye(3)]
    for vector in middle.T:
        attitude.append(attitude[-1] @ _turned(vector))
    return np.array(attitude)


def _turned(vector: np.ndarray) -> np.ndarray:
    angle = np.linalg.norm(vector)
    x, y, z = vector / angle if angle else vector
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    return np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross


def test_impacts_arrive_where_and_when_they_should():
    with_, without = simulate(WIDE, 1), simulate(replace(WIDE, impacts=False), 1, truth=False)
    contact = with_.truth_steps["contact_s"][with_.truth_steps["stance_side"] == "right"]
    for site, share, delay in (("right_shin", 1.0, 0.0), ("trunk", 0.15, 0.010)):
        samples = with_.recording.sensors[site].samples
        difference = np.linalg.norm(
            np.array(samples.accel) - np.array(without.recording.sensors[site].samples.accel), axis=0
        )
        for time in contact[4:12]:
            near = rows(samples.time_s, (time - 0.005 + delay, time + 0.030 + delay))
            peak_g = difference[near].max() / STANDARD_GRAVITY_M_S2
            assert share * 18.0 < peak_g < share * 45.0
            assert 0.0 < samples.time_s[near][np.argmax(difference[near])] - time - delay < 0.015
    left = np.array(with_.recording.sensors["left_shin"].samples.accel)
    quiet = rows(with_.recording.sensors["left_shin"].samples.time_s, (contact[8] - 0.005, contact[8] + 0.03))
    plain = np.array(without.recording.sensors["left_shin"].samples.accel)
    np.testing.assert_array_equal(left[:, quiet], plain[:, quiet])


@pytest.mark.parametrize("rate_hz", [25.0, 60.0, 100.0, 200.0])
def test_the_sensors_low_pass_shifts_nothing(rate_hz):
    """A slow movement reads the same at every rate, at the right times."""
    spec = phased(replace(EXACT, rate_hz=rate_hz, impacts=False), "stand 1, walk 8, stand 1")
    simulation = simulate(spec, 1, truth=False)
    _, gyro = in_segment(simulation, "trunk", 1)
    time = simulation.recording.sensors["trunk"].samples.time_s
    true = np.interp(time, np.arange(0.0, 10.0, 0.001), clean(spec, "trunk", 0.0, 10.0).gyro[2])
    inside = rows(time, (3.0, 8.0))
    np.testing.assert_allclose(gyro[2][inside], true[inside], atol=np.radians(1.0))
