"""Toe-off by the trunk falling free and by the shin's dive; refusals with their reasons."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import erf

from aqsense.analysis.accelerometer import Accelerometer
from aqsense.analysis.events import Found, Steps, Stream
from aqsense.analysis.signals import Trace
from aqsense.analysis.taps import taps_for
from aqsense.analysis.toe_off import AFTER_SHARE_S, DIVE_SHARE, SHIN_SD_S, TRUNK_SD_S, find_toe_offs
from aqsense.model import Floats, Quality
from tests.contacts.landings import steady_clock

G = 9.81
STRIDE_S, CONTACT_TIME_S = 0.74, 0.25
SLOW, FAST = 450.0, 1000.0


def _steps(n: int = 30) -> Steps:
    contact_s = 1.0 + 0.5 * STRIDE_S * np.arange(n) + np.random.RandomState(2).uniform(-0.005, 0.005, n)
    return Steps(np.arange(n) % 2, contact_s, contact_s + CONTACT_TIME_S, np.full(n, STRIDE_S))


def _trunk(rate_hz: float, steps: Steps, *, flight_g: float = 0.0) -> Accelerometer:
    """Vertical force: rises in a third of contact, falls to zero in a line; flight_g where it should be 0."""
    time_s = np.arange(0.0, steps.contact_s[-1] + 2.0, 1.0 / rate_hz)
    force = np.full(len(time_s), flight_g)
    for contact in steps.contact_s:
        part = (time_s - contact) / CONTACT_TIME_S
        inside = (part >= 0) & (part <= 1)
        force[inside] += 2.4 * np.minimum(part[inside] / 0.35, (1 - part[inside]) / 0.65)
    sensor = Accelerometer(steady_clock(rate_hz), 1.0, rate_hz, np.array([[0.0, 0.0, 1.0]]))
    none = np.zeros(len(time_s))
    sensor.push(np.arange(len(time_s)), (none, none, G * force))
    return sensor


def _by_trunk(steps: Steps, trunk: Accelerometer | None, rate_deg_s: float) -> Found:
    n = len(steps)
    no_dive = Found.nothing(n, Quality.NO_PEAK)
    return find_toe_offs(steps, no_dive, np.full(n, rate_deg_s), {}, trunk, 600.0)


@pytest.mark.parametrize("rate_hz", [60.0, 100.0, 250.0, 1000.0])
def test_the_trunk_shows_the_flight(rate_hz: float) -> None:
    steps = _steps()
    found = _by_trunk(steps, _trunk(rate_hz, steps), SLOW)
    error_ms = 1e3 * (found.time_s - steps.toe_off_s)
    assert not np.isnan(error_ms).any()
    # A straight fall is drawn on by METHOD's 2 % too far.
    assert 0 < error_ms.mean() < 9
    assert error_ms.std() < 2
    assert (found.sd_s >= TRUNK_SD_S).all()
    assert (found.quality == 0).all()


def test_the_same_bits_in_any_company() -> None:
    steps = _steps()
    trunk = _trunk(100.0, steps)
    whole = _by_trunk(steps, trunk, SLOW)
    chosen = np.arange(len(steps)) % 7 == 3
    part = _by_trunk(steps.where(chosen), trunk, SLOW)
    assert part.time_s.tobytes() == whole.time_s[chosen].tobytes()


def test_walking_has_no_flight_and_no_toe_off() -> None:
    steps = _steps()
    found = _by_trunk(steps, _trunk(100.0, steps, flight_g=0.7), SLOW)
    assert np.isnan(found.time_s).all()
    assert (found.quality & int(Quality.NO_TOE_OFF) > 0).all()


def test_the_slow_shin_alone_claims_nothing() -> None:
    found = _by_trunk(_steps(), None, SLOW)
    assert np.isnan(found.time_s).all()
    assert (found.quality & int(Quality.TOE_OFF_NOT_CLAIMED) > 0).all()
    assert not (found.quality & int(Quality.NO_TOE_OFF)).any()


def test_the_trunk_is_not_asked_in_sprinting() -> None:
    steps = _steps()
    found = _by_trunk(steps, _trunk(100.0, steps), FAST)
    assert np.isnan(found.time_s).all()
    assert (found.quality & int(Quality.NO_TOE_OFF) > 0).all()


def test_a_gap_of_the_trunk_costs_its_step_only() -> None:
    steps = _steps()
    trunk = _trunk(100.0, steps)
    gap = steps.toe_off_s[10]
    time_s = np.arange(0.0, steps.contact_s[-1] + 2.0, 0.01)
    kept = np.abs(time_s - gap) > 0.05
    force: Floats = trunk.around(np.zeros(1), 0.0, time_s[-1]).values[0, 0]
    holed = Accelerometer(steady_clock(100.0), 1.0, 100.0, np.array([[0.0, 0.0, 1.0]]))
    first = trunk.around(np.zeros(1), 0.0, time_s[-1]).before
    none = np.zeros(int(kept.sum()))
    holed.push(np.flatnonzero(kept), (none, none, force[first : first + len(time_s)][kept]))
    missing = np.isnan(_by_trunk(steps, holed, SLOW).time_s)
    assert missing[10]
    assert missing.sum() <= 2


def _diving_shin(rate_hz: float, steps: Steps) -> tuple[Stream, Floats]:
    """A shin whose rate dives once per step, and when its acceleration passes three quarters of the depth."""
    width_s, depth = 0.02, 300.0
    time_s = np.arange(0.0, steps.contact_s[-1] + 2.0, 1.0 / rate_hz)
    bottom_s = steps.toe_off_s + 0.01
    rate = np.zeros(len(time_s))
    for bottom in bottom_s:
        rate -= depth * width_s * np.sqrt(np.pi / 2) * erf((time_s - bottom) / (width_s * np.sqrt(2)))
    trace = Trace(taps_for(rate_hz), rate_hz, 1)
    trace.begin_segment()
    trace.append_samples(np.arange(len(time_s)), np.zeros(len(time_s), np.uint8))
    trace.extend_values(len(rate))[0] = rate
    passed_s = bottom_s - width_s * np.sqrt(-2 * np.log(DIVE_SHARE))
    return Stream("left_shin", trace, steady_clock(rate_hz), 0.3), passed_s


def test_the_shin_is_read_where_the_dive_passes_three_quarters() -> None:
    steps = _steps()
    steps = steps.where(steps.stance == 0)
    stream, passed_s = _diving_shin(250.0, steps)
    n = len(steps)
    dive = Found(
        steps.toe_off_s + 0.01,
        np.full(n, 0.001),
        np.full(n, -300.0),
        np.full(n, np.nan),
        np.zeros(n, np.int64),
    )
    found = find_toe_offs(steps, dive, np.full(n, FAST), {"left_shin": stream}, None, 600.0)
    np.testing.assert_allclose(found.time_s, passed_s + AFTER_SHARE_S, atol=3e-4)
    assert (found.sd_s >= SHIN_SD_S[-1]).all()
    slow = find_toe_offs(steps, dive, np.full(n, SLOW), {"left_shin": stream}, None, 600.0)
    assert np.isnan(slow.time_s).all()
    trunk = _trunk(100.0, steps)
    both = find_toe_offs(steps, dive, np.full(n, 700.0), {"left_shin": stream}, trunk, 600.0)
    alone = _by_trunk(steps, trunk, 700.0)
    low, high = np.minimum(alone.time_s, found.time_s), np.maximum(alone.time_s, found.time_s)
    assert ((both.time_s >= low) & (both.time_s <= high)).all()
    assert (both.sd_s < alone.sd_s).all()


def test_a_trunk_long_after_the_dive_is_not_believed() -> None:
    steps = _steps()
    steps = steps.where(steps.stance == 0)
    early = Steps(steps.stance, steps.contact_s, steps.toe_off_s - 0.05, steps.stride_s)
    stream, _ = _diving_shin(250.0, early)
    n = len(steps)
    dive = Found(
        early.toe_off_s + 0.01,
        np.full(n, 0.001),
        np.full(n, -300.0),
        np.full(n, np.nan),
        np.zeros(n, np.int64),
    )
    found = find_toe_offs(steps, dive, np.full(n, SLOW), {"left_shin": stream}, _trunk(100.0, steps), 600.0)
    assert np.isnan(found.time_s).all()
