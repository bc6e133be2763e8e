"""The athlete's way through the session on a 1 kHz grid: speed, cadence, phase, heading.

The phases' pace is smoothed, so that every movement begins and ends softly. What depends on speed is a
weighting of the templates' knots, what depends on the cycle a phase that advances with the cadence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Floats
from aqsense.simulate import templates
from aqsense.simulate.draws import stream
from aqsense.simulate.pace import STEP_S, paces
from aqsense.simulate.spec import SimulationSpec

PAD: Final = 2000  # grid points before 0 and after the end, for filters and derivatives
_SOFT_S: Final = 0.18  # three boxes of this length smooth the phases
_SOFT_WEIGHTS_S: Final = 0.06  # the knots' weights have kinks where a speed passes a knot
_WANDER_S: Final = 0.3
_KNOTS: Final = 6
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
    pace = paces(spec)
    speed, walks = _softened(pace.speed), _softened(pace.walks)
    weights = _weights(_softened(pace.intent), speed, walks)
    acceleration = np.gradient(speed, STEP_S)
    wander = 1.0 + spec.cadence_sd * wandering(seed, "cadence", len(speed))
    cadence = _softened(pace.moves) / np.einsum("k,kn->n", templates.STRIDE_TIME_S, weights) * wander
    start = 0.10 if spec.first_foot == "left" else -0.40
    return Course(
        speed=speed,
        acceleration=acceleration,
        heading=np.cumsum(_softened(pace.turning)) * STEP_S,
        weights=weights,
        cadence=cadence,
        phase=start + np.cumsum(cadence) * STEP_S,
        lean=_lean(weights, acceleration),
        samples=len(pace.speed),
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


def _softened(wanted: Floats) -> Floats:
    """What the phases ask for, on the padded grid, without haste."""
    before, after = np.full(PAD + _LATER, wanted[0]), np.full(PAD - _LATER, wanted[-1])
    return smooth(np.concatenate([before, wanted, after]), _SOFT_S)


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
