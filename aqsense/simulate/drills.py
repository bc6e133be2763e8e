"""The movement of a coach's drills, as keyframes of angles. METHOD gives none: they are ours, drawn by eye.

They are there because legs alternate in them as in running, some of them as fast, and yet no drill is a run
(FORMATS 4). No timing is ever claimed from them. Own phase 0 = the foot's landing; the trunk's is the right
foot's.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

DRILLS: Final = ("march", "high_knees", "a_skip", "heel_flicks")
# In the order of DRILLS. A contact longer than half a stride leaves no flight; a skip's holds its hop.
STRIDE_TIME_S: Final = np.array([1.20, 0.55, 0.95, 0.60])
CONTACT_TIME_S: Final = np.array([0.66, 0.30, 0.48, 0.33])
IMPACT_G: Final = np.array([2.0, 6.0, 5.0, 5.0])
BOUNCE_M: Final = np.array([0.02, 0.012, 0.04, 0.012])
ROLL_DEG_S: Final = np.array([10.0, 25.0, 20.0, 25.0])
SURGE_M_S2: Final = np.array([0.5, 0.5, 1.0, 0.5])
SWAY_M: Final = np.array([0.03, 0.01, 0.015, 0.01])
SPEED_M_S: Final = {"march": 1.0, "high_knees": 0.5, "a_skip": 1.0, "heel_flicks": 0.5}
# The second landing of the same foot, in strides after the first; its shock against the first's.
HOP_PHASE: Final = 0.29
HOP_SHARE: Final = 0.8

Keyframes = tuple[tuple[float, float], ...]  # own phase, degrees
_KNEE_UP: Final[Keyframes] = (
    (0.0, 8.0),
    (0.25, -2.0),
    (0.50, -6.0),
    (0.60, 15.0),
    (0.78, 82.0),
    (0.92, 30.0),
)
_UNDER: Final[Keyframes] = (
    (0.0, -2.0),
    (0.25, -4.0),
    (0.50, -12.0),
    (0.64, -55.0),
    (0.78, -18.0),
    (0.92, -3.0),
)
_TO_FRONT: Final[Keyframes] = ((0.05, 60.0), (0.28, 105.0), (0.55, 65.0), (0.78, 30.0))
_UPPER_TO_FRONT: Final[Keyframes] = ((0.05, -15.0), (0.28, 20.0), (0.55, -15.0), (0.78, -45.0))
_KEYFRAMES: Final[dict[str, dict[str, Keyframes]]] = {
    "march": {"thigh": _KNEE_UP, "shin": _UNDER, "forearm": _TO_FRONT, "upper_arm": _UPPER_TO_FRONT},
    "high_knees": {"thigh": _KNEE_UP, "shin": _UNDER, "forearm": _TO_FRONT, "upper_arm": _UPPER_TO_FRONT},
    "a_skip": {"thigh": _KNEE_UP, "shin": _UNDER, "forearm": _TO_FRONT, "upper_arm": _UPPER_TO_FRONT},
    "heel_flicks": {
        "thigh": ((0.0, 6.0), (0.30, -4.0), (0.60, 2.0), (0.80, 14.0)),
        "shin": ((0.0, -6.0), (0.25, -8.0), (0.45, -20.0), (0.70, -125.0), (0.90, -35.0)),
        "forearm": ((0.05, 55.0), (0.28, 85.0), (0.55, 60.0), (0.78, 35.0)),
        "upper_arm": ((0.05, -12.0), (0.28, 5.0), (0.55, -12.0), (0.78, -30.0)),
    },
}
# The trunk and the pelvis turn a little with every stride and nod with every step.
_YAW_DEG: Final = {"yaw": 3.0, "pelvis_yaw": 4.0}
_NOD_DEG: Final = {"pitch": 1.0, "pelvis_pitch": 1.5}


def mean_deg(name: str) -> Floats:
    """Mean angle of a segment in every drill, degrees."""
    return np.array([_shape(drill, name).mean() for drill in DRILLS])


def rates(name: str, count: int) -> NDArray[np.complex128]:
    """Coefficients (drills, count), rad/s, of a segment's rate; mean left out."""
    angles = np.array([_harmonics(_shape(drill, name), count) for drill in DRILLS])
    turning = 2j * np.pi * np.arange(1, count + 1) / STRIDE_TIME_S[:, None]
    return angles * turning * np.pi / 180.0


def _shape(drill: str, name: str) -> Floats:
    """Angle over one cycle, degrees, softly from keyframe to keyframe."""
    phase = np.arange(0.0, 1.0, 1.0 / 512)
    if name in _YAW_DEG:
        return _YAW_DEG[name] * np.sin(2 * np.pi * phase)
    if name in _NOD_DEG:
        return _NOD_DEG[name] * np.sin(4 * np.pi * phase)
    frames = _KEYFRAMES[drill].get(name)
    return np.zeros(len(phase)) if frames is None else _eased(phase, frames)


def _eased(phase: Floats, frames: Keyframes) -> Floats:
    at = np.array([frame[0] for frame in frames])
    angle = np.array([frame[1] for frame in frames])
    at, angle = np.append(at, at[0] + 1.0), np.append(angle, angle[0])
    place = at[0] + (phase - at[0]) % 1.0
    before = np.clip(np.searchsorted(at, place, side="right") - 1, 0, len(at) - 2)
    share = (place - at[before]) / (at[before + 1] - at[before])
    soft = share * share * (3.0 - 2.0 * share)
    return angle[before] + soft * (angle[before + 1] - angle[before])


def _harmonics(values: Floats, count: int) -> NDArray[np.complex128]:
    return 2.0 * np.fft.rfft(values)[1 : count + 1] / len(values)
