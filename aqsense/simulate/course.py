"""The athlete's way through the session on a 1 kHz grid: speed, cadence, phase, heading.

Speed and intent follow the phases and are smoothed, so that every movement begins and ends softly.
*Intent* is the speed whose movement pattern the athlete uses: in a sprint start it runs ahead of the speed,
because step frequency and contact time are near their final values within a few steps (METHOD 7.2:
4.0 to 4.4 Hz in 3 steps, contact 165 to 105 ms).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Floats
from aqsense.simulate import templates
from aqsense.simulate.draws import stream
from aqsense.simulate.phases import Phase
from aqsense.simulate.spec import SimulationSpec

STEP_S: Final = 0.001
PAD: Final = 2000  # grid points before 0 and after the end, for filters and derivatives
_SOFT_S: Final = 0.18  # three boxes of this length smooth the phases
_SOFT_WEIGHTS_S: Final = 0.06  # the knots' weights have kinks where a speed passes a knot
_INTENT: Final = 0.7  # intent = speed + _INTENT tau acceleration
_WANDER_S: Final = 0.3
_KNOTS: Final = 6
_USUAL_M_S: Final = {"stand": 0.0, "walk": templates.WALK_SPEED, "jog": 3.5, "decelerate": 0.0}
# A change begins at its phase's begin and not before: standing stays quiet to its end.
_LATER: Final = round(1.5 * (_SOFT_S + _SOFT_WEIGHTS_S) / STEP_S)


@dataclass(frozen=True)
class Course:
    """The session's way, sample i at time (i - PAD) ms.

    speed, acceleration  (n,) m/s, m/s^2
    heading              (n,) rad, positive to the left
    weights              (6, n) of the templates' knots, sum 1
    cadence              (n,) strides per second, 0 while standing
    phase                (n,) strides of the right foot: its contacts are at whole numbers, the left's halfway
    lean                 (n,) rad, trunk leaning forward
    samples              number of grid points of the session itself, without PAD
    """

    speed: Floats
    acceleration: Floats
    heading: Floats
    weights: Floats
    cadence: Floats
    phase: Floats
    lean: Floats
    samples: int

    def blend(self, values: Floats, rows: slice = slice(None)) -> Floats:
        """A quantity given at the six knots, along the course."""
        return np.asarray(np.einsum("k,kn->n", values, self.weights[:, rows]), np.float64)

    @property
    def time_s(self) -> Floats:
        """(n,) session time of the grid."""
        return np.arange(-PAD, len(self.phase) - PAD, dtype=np.float64) * STEP_S

    @property
    def duration_s(self) -> float:
        """Length of the session, s."""
        return self.samples * STEP_S


def plan(spec: SimulationSpec, seed: int) -> Course:
    """The course of a session; the same for the same spec and seed."""
    speed, intent, walks, moves, turns = _profiles(_timed(spec))
    samples = len(speed) - 2 * PAD
    speed, walks = smooth(speed, _SOFT_S), smooth(walks, _SOFT_S)
    weights = _weights(smooth(intent, _SOFT_S), speed, walks)
    acceleration = np.gradient(speed, STEP_S)
    wander = 1.0 + spec.cadence_sd * wandering(seed, "cadence", len(speed))
    cadence = smooth(moves, _SOFT_S) / np.einsum("k,kn->n", templates.STRIDE_TIME_S, weights) * wander
    start = 0.10 if spec.first_foot == "left" else -0.40
    return Course(
        speed=speed,
        acceleration=acceleration,
        heading=np.cumsum(smooth(turns, _SOFT_S)) * STEP_S,
        weights=weights,
        cadence=cadence,
        phase=start + np.cumsum(cadence) * STEP_S,
        lean=_lean(weights, acceleration),
        samples=samples,
    )


def _lean(weights: Floats, acceleration: Floats) -> Floats:
    """5 degrees at speed, about 25 when a sprint begins, backward while slowing down."""
    still = weights[templates.STILL] + weights[templates.WALK]
    return np.radians(5.0 * (1.0 - still) + 2.5 * acceleration)


def _weights(intent: Floats, speed: Floats, walks: Floats) -> Floats:
    """(6, n) weights of the knots: two running neighbours of the intent, or standing and walking."""
    weights = np.zeros((_KNOTS, len(intent)))
    for knot in range(len(templates.RUN_SPEEDS)):
        hat = np.zeros(len(templates.RUN_SPEEDS))
        hat[knot] = 1.0
        weights[knot] = np.interp(intent, templates.RUN_SPEEDS, hat) * (1.0 - walks)
    pace = np.minimum(speed / templates.WALK_SPEED, 1.0)
    weights[templates.WALK] = walks * pace
    weights[templates.STILL] += walks * (1.0 - pace)
    return np.array([smooth(row, _SOFT_WEIGHTS_S) for row in weights])


def smooth(values: Floats, length_s: float) -> Floats:
    """Three running means of `length_s`; constant beyond the ends."""
    half = max(round(length_s / STEP_S / 2), 1)
    for _ in range(3):
        padded = np.concatenate([np.full(half + 1, values[0]), values, np.full(half, values[-1])])
        # Sums about the first value keep a constant exactly constant.
        total = np.cumsum(padded - values[0])
        values = values[0] + (total[2 * half + 1 :] - total[: -2 * half - 1]) / (2 * half + 1)
    return values


def wandering(seed: int, name: str, length: int) -> Floats:
    """(length,) slow smooth noise of SD near 1 on the grid, correlated over about half a second."""
    every = round(_WANDER_S / STEP_S)
    knots = stream(seed, f"wander/{name}").randn(length // every + 2)
    rough = np.interp(np.arange(length), np.arange(len(knots)) * every, knots)
    return 1.3 * smooth(rough, _WANDER_S / 2)


@dataclass(frozen=True)
class _Timed:
    phase: Phase
    samples: int
    speed: Floats
    intent: Floats


def _timed(spec: SimulationSpec) -> list[_Timed]:
    found: list[_Timed] = []
    speed = 0.0
    for phase in spec.session():
        timed = _sprint(phase, spec, speed) if phase.kind == "sprint" else _steady(phase, speed)
        found.append(timed)
        speed = float(timed.speed[-1])
    return found


def _steady(phase: Phase, before: float) -> _Timed:
    samples = _count(phase.seconds)
    target = _USUAL_M_S[phase.kind] if phase.speed_m_s is None else phase.speed_m_s
    start = before if phase.kind == "decelerate" else target
    speed = np.linspace(start, target, samples)
    return _Timed(phase, samples, speed, speed)


def _sprint(phase: Phase, spec: SimulationSpec, before: float) -> _Timed:
    top = spec.vmax_m_s if phase.speed_m_s is None else phase.speed_m_s
    tau = spec.tau_s if phase.tau_s is None else phase.tau_s
    samples = (
        _count(phase.seconds) if phase.distance_m is None else _count_to(phase.distance_m, top, tau, before)
    )
    rest = (top - before) * np.exp(-np.arange(samples) * STEP_S / tau)
    return _Timed(phase, samples, top - rest, top - (1.0 - _INTENT) * rest)


def _count(seconds: float | None) -> int:
    return max(round((seconds or 0.0) / STEP_S), 1)


def _count_to(distance_m: float, top: float, tau: float, before: float) -> int:
    longest = distance_m / min(top, max(before, 1.0)) + 5.0 * tau + 1.0
    time = np.arange(round(longest / STEP_S)) * STEP_S
    way = top * time - (top - before) * tau * (1.0 - np.exp(-time / tau))
    return int(np.searchsorted(way, distance_m))


def _profiles(parts: Sequence[_Timed]) -> tuple[Floats, ...]:
    """Speed, intent, walks (0 or 1), moves (0 or 1) and turning rate on the padded grid."""
    return (
        _joined([part.speed for part in parts]),
        _joined([part.intent for part in parts]),
        _joined([np.full(part.samples, float(part.phase.kind == "walk")) for part in parts]),
        _joined([np.full(part.samples, float(part.phase.kind != "stand")) for part in parts]),
        _joined([_turning(part) for part in parts], ends=0.0),
    )


def _turning(part: _Timed) -> Floats:
    return np.full(part.samples, np.radians(part.phase.turn_deg) / (part.samples * STEP_S))


def _joined(parts: list[Floats], ends: float | None = None) -> Floats:
    first, last = (parts[0][0], parts[-1][-1]) if ends is None else (ends, ends)
    return np.concatenate([np.full(PAD + _LATER, first), *parts, np.full(PAD - _LATER, last)])
