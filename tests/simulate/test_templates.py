"""The harmonic templates: the phases of METHOD 7.2's note, and a body that could be one."""

from __future__ import annotations

import numpy as np
import pytest

from aqsense.simulate.templates import DRILL, HARMONICS, JOG, SPRINT, STRIDE_TIME_S, WALK, cycles

PHASE = np.arange(0.0, 1.0, 0.0005)
KNOTS = [JOG, SPRINT, WALK, *DRILL.values()]


def rate(name: str, knot: int) -> np.ndarray:
    harmonic = np.arange(1, HARMONICS + 1)
    coefficient = cycles()[name].coefficients[knot] * (2j * np.pi * harmonic)
    return np.real(np.exp(2j * np.pi * np.outer(PHASE, harmonic)) @ coefficient)


def angle_deg(name: str, knot: int) -> np.ndarray:
    weights = {knot: np.ones(len(PHASE))}
    return np.degrees(cycles()[name].at(PHASE, weights, np.full(len(PHASE), STRIDE_TIME_S[knot])))


def highest(values: np.ndarray, low: float, high: float) -> float:
    inside = np.flatnonzero((low <= PHASE) & (high >= PHASE))
    here = inside[
        (values[inside] > values[inside - 1]) & (values[inside] >= values[(inside + 1) % len(values)])
    ]
    return float(PHASE[here[np.argmax(values[here])]])


@pytest.mark.parametrize(
    ("name", "sign", "low", "high", "expected"),
    [
        ("shin", 1, 0.5, 0.9, 0.666),  # swing peak
        ("shin", -1, 0.27, 0.5, 0.330),  # heel recovery
        ("shin", 1, 0.1, 0.26, 0.217),  # stall
        ("pitch", 1, 0.05, 0.35, 0.203),
        ("yaw", 1, 0.05, 0.35, 0.199),
        ("forearm", -1, 0.35, 0.7, 0.505),  # arm backward
    ],
)
def test_event_phases_of_the_method(name, sign, low, high, expected):
    assert highest(sign * rate(name, SPRINT), low, high) == pytest.approx(expected, abs=0.003)


def test_arm_forward_peak_is_the_plateau_of_the_method():
    forward = rate("forearm", SPRINT)
    assert forward[np.searchsorted(PHASE, 0.215)] > 0.97 * forward.max()


@pytest.mark.parametrize("knot", KNOTS)
def test_knees_and_elbows_bend_the_right_way(knot):
    assert np.min(angle_deg("thigh", knot) - angle_deg("shin", knot)) > -8.0
    assert np.min(angle_deg("forearm", knot) - angle_deg("upper_arm", knot)) > -8.0


def test_left_steps_mirror_right_ones():
    half = len(PHASE) // 2
    yaw, pitch, bounce = (rate(name, SPRINT) for name in ("yaw", "pitch", "bounce"))
    np.testing.assert_allclose(np.roll(yaw, half), -yaw, atol=1e-9)
    np.testing.assert_allclose(np.roll(pitch, half), pitch, atol=1e-9)
    np.testing.assert_allclose(np.roll(bounce, half), bounce, atol=1e-12)


def test_flight_is_free_fall():
    harmonic = np.arange(1, HARMONICS + 1)
    omega = 2 * np.pi * harmonic / STRIDE_TIME_S[SPRINT]
    bounce = -cycles()["bounce"].coefficients[SPRINT] * omega**2
    up = np.real(np.exp(2j * np.pi * np.outer(PHASE, harmonic)) @ bounce)
    flight = up[(PHASE > 0.32) & (PHASE < 0.44)]
    assert flight.mean() == pytest.approx(-9.81, abs=0.5)
    assert up.max() > 15.0
