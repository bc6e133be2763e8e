"""What the phases ask for, millisecond by millisecond: speed, intent, walking, drilling, moving, turning.

*Intent* is the speed whose movement pattern the athlete uses. In a sprint start it runs ahead of the speed,
because step frequency and contact time are near their final values within a few steps (METHOD 7.2:
4.0 to 4.4 Hz in 3 steps, contact 165 to 105 ms).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from aqsense.model import Floats
from aqsense.simulate.drills import SPEED_M_S
from aqsense.simulate.phases import STILL_KINDS, Phase
from aqsense.simulate.spec import SimulationSpec

STEP_S: Final = 0.001
_INTENT: Final = 0.7  # intent = speed + _INTENT tau acceleration
_EASY_M_S2: Final = 2.0  # how fast speed changes where nobody is in a hurry
_USUAL_M_S: Final = {"walk": 1.4, "jog": 3.5, "decelerate": 0.0} | SPEED_M_S | dict.fromkeys(STILL_KINDS, 0.0)


@dataclass(frozen=True)
class Pace:
    """One row per millisecond; rows (n,) of one phase or of the whole session.

    speed, intent  m/s
    walks, moves   1 where the athlete does, else 0
    turning        rad/s, positive to the left
    drills         drill -> 1 where the athlete does it, else 0; only of drills that are done
    """

    speed: Floats
    intent: Floats
    walks: Floats
    moves: Floats
    turning: Floats
    drills: Mapping[str, Floats] = field(default_factory=dict[str, Floats])


def paces(spec: SimulationSpec) -> list[Pace]:
    """What each phase of the session asks for."""
    found: list[Pace] = []
    for phase in spec.session():
        found.append(_sprint(phase, spec, found) if phase.kind == "sprint" else _steady(phase, found))
    return found


def joined(found: list[Pace]) -> Pace:
    """The session's phases as one."""
    drills = sorted({drill for part in found for drill in part.drills})
    return Pace(
        np.concatenate([part.speed for part in found]),
        np.concatenate([part.intent for part in found]),
        np.concatenate([part.walks for part in found]),
        np.concatenate([part.moves for part in found]),
        np.concatenate([part.turning for part in found]),
        {
            drill: np.concatenate([part.drills.get(drill, np.zeros(len(part.speed))) for part in found])
            for drill in drills
        },
    )


def _steady(phase: Phase, earlier: list[Pace]) -> Pace:
    samples = _count(phase.seconds)
    target = _USUAL_M_S[phase.kind] if phase.speed_m_s is None else phase.speed_m_s
    before = float(earlier[-1].speed[-1]) if earlier else target
    least = abs(target - before) / _EASY_M_S2 / STEP_S
    change = samples if phase.kind == "decelerate" else min(least, samples)
    speed = before + (target - before) * np.minimum((np.arange(samples) + 1) / max(change, 1.0), 1.0)
    still, drill = phase.kind in STILL_KINDS, phase.kind in SPEED_M_S
    walks = phase.kind == "walk" or (still and bool(earlier) and bool(earlier[-1].walks[-1]))
    # A drill ends at once; it has no slower version to slow down to.
    moves = (not still) | ((speed > 0.0) & (not earlier or not earlier[-1].drills))
    return Pace(
        speed,
        np.zeros(samples) if drill else speed,
        np.full(samples, float(walks)),
        np.ones(samples) * moves,
        _turning(phase, samples),
        {phase.kind: np.ones(samples)} if drill else {},
    )


def _sprint(phase: Phase, spec: SimulationSpec, earlier: list[Pace]) -> Pace:
    top = spec.vmax_m_s if phase.speed_m_s is None else phase.speed_m_s
    tau = spec.tau_s if phase.tau_s is None else phase.tau_s
    before = float(earlier[-1].speed[-1]) if earlier else 0.0
    distance = phase.distance_m
    samples = _count(phase.seconds) if distance is None else _count_to(distance, top, tau, before)
    rest = (top - before) * np.exp(-np.arange(samples) * STEP_S / tau)
    intent = top - (1.0 - _INTENT) * rest
    return Pace(top - rest, intent, np.zeros(samples), np.ones(samples), _turning(phase, samples))


def _count(seconds: float | None) -> int:
    return max(round((seconds or 0.0) / STEP_S), 1)


def _count_to(distance_m: float, top: float, tau: float, before: float) -> int:
    longest = distance_m / min(top, max(before, 1.0)) + 5.0 * tau + 1.0
    time = np.arange(round(longest / STEP_S)) * STEP_S
    way = top * time - (top - before) * tau * (1.0 - np.exp(-time / tau))
    return int(np.searchsorted(way, distance_m))


def _turning(phase: Phase, samples: int) -> Floats:
    return np.full(samples, np.radians(phase.turn_deg) / (samples * STEP_S))
