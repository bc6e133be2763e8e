"""How a runner's segments turn over a stride, as harmonics at a few speeds (METHOD 7.2).

Every quantity of the gait is a weighted sum of its values at ten knots: standing, walking, four running
speeds and the drills. So the body's posture is a plain function of phase and weights: it closes after every
cycle, can't drift, and can be evaluated anywhere without running through what came before.

Rates are deg/s in the file and rad/s here. Phase 0 = initial contact of the segment's own side
(trunk: of the right foot).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqsense.model import STANDARD_GRAVITY_M_S2, Floats
from aqsense.simulate import drills, foot, walking

Complexes = NDArray[np.complex128]

STILL, JOG, RUN, SPRINT, FAST, WALK = range(6)
RUNNING: Final = (JOG, RUN, SPRINT, FAST)
DRILL: Final = {name: WALK + 1 + index for index, name in enumerate(drills.DRILLS)}
KNOTS: Final = WALK + 1 + len(DRILL)
RUN_SPEEDS: Final = np.array([0.0, 3.5, 6.6, 9.5, 11.0])
WALK_SPEED: Final = 1.4
# In the order of the knots. Standing has the limits that a runner comes from.
STRIDE_TIME_S: Final = np.array([0.80, 0.75, 0.53, 0.46, 0.44, walking.STRIDE_TIME_S, *drills.STRIDE_TIME_S])
CONTACT_TIME_S: Final = np.array(
    [0.27, 0.240, 0.155, 0.118, 0.095, walking.CONTACT_TIME_S, *drills.CONTACT_TIME_S]
)
IMPACT_G: Final = np.array([0.0, 8.0, 22.0, 35.0, 42.0, walking.IMPACT_G, *drills.IMPACT_G])
HARMONICS: Final = 10
_BOUNCE_HARMONICS: Final = 4

# Mean angles in degrees, positive = lower end in front. Shin, upper arm and forearm from the templates;
# the thigh's is ours: just enough hip flexion that the knee never bends the wrong way.
_MEAN_DEG: Final = {
    "shin": np.array([0.0, -41.1, -48.0, -57.9, -57.9, -14.0]),
    "thigh": np.array([0.0, 5.0, 8.0, 12.0, 12.0, 4.0]),
    "forearm": np.array([0.0, 49.9, 46.0, 42.2, 42.2, 14.0]),
    "upper_arm": np.array([0.0, -25.3, -23.5, -21.7, -21.7, -4.0]),
}
_NAMES: Final = {
    "shin": "shank_w",
    "thigh": "thigh_w",
    "forearm": "forearm_w",
    "upper_arm": "upperarm_w",
    "yaw": "thorax_axial_w",
    "pitch": "thorax_pitch_w",
    "pelvis_yaw": "pelvis_axial_w",
    "pelvis_pitch": "pelvis_pitch_w",
}
# Movement out of a limb's plane: share of the segment's first harmonic, by harmonic. A quarter of a turn off
# the sagittal harmonics, so that the first principal component stays the swing axis. METHOD 1.3 saw 0.86-0.87
# of the variance on it.
_TILT_SHARE: Final = {1: 0.12, 2: 0.12}
_SPIN_SHARE: Final = {3: 0.15, 4: 0.20, 5: 0.14}
# Sideways lean of the trunk, deg/s at stride frequency, by knot; towards the stance foot after contact.
_ROLL_DEG_S: Final = np.array([0.0, 35.0, 50.0, 70.0, 70.0, 12.0, *drills.ROLL_DEG_S])
# Braking and pushing of each step, m/s^2 at step frequency; sideways sway of the body, m at stride frequency.
_SURGE_M_S2: Final = np.array([0.0, 2.5, 4.0, 5.0, 5.0, 1.0, *drills.SURGE_M_S2])
_SWAY_M: Final = np.array([0.0, 0.012, 0.010, 0.008, 0.008, 0.02, *drills.SWAY_M])


@dataclass(frozen=True)
class Cycle:
    """A periodic quantity: x = mean + Re sum_h c_h exp(2 pi i h phase).

    mean          (KNOTS,) by knot
    coefficients  (KNOTS, HARMONICS) by knot and harmonic 1..
    scales        True for an angle: its coefficients are rad per second of stride time
    """

    mean: Floats
    coefficients: Complexes
    scales: bool

    def at(
        self, phase: Floats, weights: Mapping[int, Floats], stride_time: Floats, gain: Floats | float = 1.0
    ) -> Floats:
        """The quantity (n,) at `phase` (n,) cycles.

        weights      (n,) by knot; knots left out have none
        stride_time  (n,) s, what turns rates into angles
        gain         multiplies what varies, not the mean
        """
        turning = np.exp(2j * np.pi * phase)
        total: Complexes = np.zeros(len(phase), np.complex128)
        for harmonic in range(HARMONICS - 1, -1, -1):
            coefficient = sum(
                (self.coefficients[knot, harmonic] * weight for knot, weight in weights.items()), 0j
            )
            total = (total + coefficient) * turning
        mean = sum((self.mean[knot] * weight for knot, weight in weights.items()), np.zeros(len(phase)))
        return mean + total.real * gain * (stride_time if self.scales else 1.0)


@cache
def cycles() -> dict[str, Cycle]:
    """All quantities of the gait by name.

    Angles, rad: shin, thigh, foot, forearm, upper_arm (and `<segment>_tilt`, `<segment>_spin` out of the
    plane for shin and forearm), yaw, pitch, roll, pelvis_yaw, pelvis_pitch. Displacements of the body, m:
    bounce, surge, sway.
    """
    rates = {name: _rates(_NAMES[name]) for name in _NAMES} | {"roll": _roll_rates()}
    for part in ("", "pelvis_"):
        rates[f"{part}yaw"][:, 1::2] = 0.0  # left steps mirror right ones: yaw has odd harmonics only,
        rates[f"{part}pitch"][:, 0::2] = 0.0  # pitch even ones
    for segment in ("shin", "forearm"):
        rates[f"{segment}_tilt"] = _out_of_plane(rates[segment], _TILT_SHARE)
        rates[f"{segment}_spin"] = _out_of_plane(rates[segment], _SPIN_SHARE)
    angles = {name: Cycle(_mean(name), _integrated(rate), scales=True) for name, rate in rates.items()}
    angles["foot"] = _foot(angles["shin"])
    return angles | {"bounce": _bounce(), "surge": _surge(), "sway": _sway()}


def _mean(name: str) -> Floats:
    running = _MEAN_DEG.get(name, np.zeros(WALK + 1))
    return np.radians(np.concatenate([running, drills.mean_deg(name)]))


def _foot(shin: Cycle) -> Cycle:
    """The foot's angle from the shin's, knot by knot; standing it is flat."""
    mean, coefficients = np.zeros(KNOTS), np.zeros((KNOTS, HARMONICS), complex)
    for knot in range(JOG, KNOTS):
        time = STRIDE_TIME_S[knot]
        mean[knot], angle = foot.angle(
            shin.coefficients[knot] * time, float(shin.mean[knot]), CONTACT_TIME_S[knot] / time
        )
        coefficients[knot] = angle / time
    return Cycle(mean, coefficients, scales=True)


def _integrated(rate: Complexes) -> Complexes:
    return rate / (2j * np.pi * np.arange(1, HARMONICS + 1))


@cache
def _file() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("templates.json").read_text(encoding="utf-8"))


def _rates(name: str) -> Complexes:
    jog, sprint = _harmonics(_file()["jog_3.5"][name]), _harmonics(_file()["sprint_9.5"][name])
    share = (RUN_SPEEDS[RUN] - RUN_SPEEDS[JOG]) / (RUN_SPEEDS[SPRINT] - RUN_SPEEDS[JOG])
    between = _file()["run_6.6"].get(name)  # that athlete's arms were not measured
    run = jog + share * (sprint - jog) if between is None else _harmonics(between)
    walk = np.radians(walking.harmonics(name, HARMONICS).view(float)).view(complex)
    of_drills = drills.rates(_segment(name), HARMONICS)
    return np.array([np.zeros(HARMONICS, complex), jog, run, sprint, sprint, walk, *of_drills])


def _segment(rate_name: str) -> str:
    return next(segment for segment, name in _NAMES.items() if name == rate_name)


def _harmonics(entry: dict[str, list[float]]) -> Complexes:
    found = np.radians(entry["cos"]) - 1j * np.radians(entry["sin"])
    return np.concatenate([found, np.zeros(HARMONICS - len(found), complex)])


def _out_of_plane(rate: Complexes, share: dict[int, float]) -> Complexes:
    result = np.zeros_like(rate)
    for harmonic, part in share.items():
        own = rate[:, harmonic - 1]
        size = np.abs(own)
        quarter = np.divide(1j * own, size, out=np.zeros_like(own), where=size > 0)
        result[:, harmonic - 1] = part * np.abs(rate[:, 0]) * quarter
    return result


def _roll_rates() -> Complexes:
    result = np.zeros((KNOTS, HARMONICS), complex)
    result[:, 0] = np.radians(_ROLL_DEG_S) * np.exp(-1j * np.radians(30.0))
    return result


def _bounce() -> Cycle:
    """Height of the body when the ground pushes in half-sines during contact and nothing does in flight."""
    coefficients = np.zeros((KNOTS, HARMONICS), complex)
    step_time, order = STRIDE_TIME_S / 2, np.arange(1, _BOUNCE_HARMONICS + 1)
    for knot in (JOG, RUN, SPRINT, FAST):
        duty = CONTACT_TIME_S[knot] / step_time[knot]
        push = (
            np.exp(-1j * np.pi * order * duty) * np.cos(np.pi * order * duty) / (1 - (2 * order * duty) ** 2)
        )
        omega = 2 * np.pi * order / step_time[knot]
        coefficients[knot, 2 * order - 1] = -2 * STANDARD_GRAVITY_M_S2 * push / omega**2
    coefficients[WALK, 1] = walking.BOUNCE
    # A drill's body is lowest soon after each landing, as in walking.
    coefficients[WALK + 1 :, 1] = walking.BOUNCE / abs(walking.BOUNCE) * drills.BOUNCE_M
    return Cycle(np.zeros(KNOTS), coefficients, scales=False)


def _surge() -> Cycle:
    coefficients = np.zeros((KNOTS, HARMONICS), complex)
    omega = 4 * np.pi / STRIDE_TIME_S
    coefficients[:, 1] = -1j * _SURGE_M_S2 / omega**2  # displacement ~ sin: braking first, then push
    return Cycle(np.zeros(KNOTS), coefficients, scales=False)


def _sway() -> Cycle:
    coefficients = np.zeros((KNOTS, HARMONICS), complex)
    coefficients[:, 0] = -_SWAY_M * np.exp(-2j * np.pi * 0.13)  # over the right foot in mid-stance
    return Cycle(np.zeros(KNOTS), coefficients, scales=False)
