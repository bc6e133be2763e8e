"""The athlete's way through the session on a 1 kHz grid: speed, cadence, phase, heading.

The phases' pace is smoothed, so that every movement begins and ends softly. What depends on speed is a
weighting of the templates' knots, what depends on the cycle a phase that advances with the cadence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

import numpy as np

from aqsense.model import Floats
from aqsense.simulate import templates
from aqsense.simulate.draws import stream
from aqsense.simulate.pace import STEP_S, Pace, joined, paces
from aqsense.simulate.spec import SimulationSpec

PAD: Final = 2000  # grid points before 0 and after the end, for filters and derivatives
_SOFT_S: Final = 0.18  # three boxes of this length smooth the phases
_SOFT_WEIGHTS_S: Final = 0.06  # the knots' weights have kinks where a speed passes a knot
_WANDER_S: Final = 0.3
# A change begins at its phase's begin and not before: standing stays quiet to its end.
_LATER: Final = round(1.5 * (_SOFT_S + _SOFT_WEIGHTS_S) / STEP_S)


@dataclass(frozen=True)
class Course:
    """The session's way, sample i at time (i - PAD) ms.

    speed                (n,) m/s
    heading              (n,) rad, positive to the left
    weights              (n,) by template knot, sum 1; of knots that the session never uses there is none
    cadence              (n,) strides per second, 0 while standing
    phase                (n,) strides of the right foot: its contacts are at whole numbers, the left's halfway
    samples              number of grid points of the session itself, without PAD
    phase_begin_s        (m,) session time at which each of the spec's phases begins
    """

    speed: Floats
    heading: Floats
    weights: Mapping[int, Floats]
    cadence: Floats
    phase: Floats
    samples: int
    phase_begin_s: tuple[float, ...]

    def blend(self, values: Floats, rows: slice = slice(None)) -> Floats:
        """A quantity given at all knots, along the course."""
        total = np.zeros(len(self.phase[rows]))
        for knot, weight in self.weights.items():
            total += values[knot] * weight[rows]
        return total

    def weights_at(self, rows: slice) -> dict[int, Floats]:
        """Weights (m,) of the knots that are used in rows of the grid."""
        return {knot: weight[rows] for knot, weight in self.weights.items() if np.any(weight[rows])}

    def weight(self, knot: int) -> Floats:
        """(n,) weight of one knot."""
        return self.weights.get(knot, np.zeros(len(self.phase)))

    def cadence_at(self, time_s: float) -> float:
        """Strides per second at a session time."""
        row = PAD + int(np.floor(time_s / STEP_S))
        rows = slice(row - 1, row + 3)
        return float(np.interp(time_s, self.times(rows), self.cadence[rows]))

    def acceleration(self, rows: slice) -> Floats:
        """Along the way, m/s^2, over rows of the grid that are none of its first or last."""
        after, before = self.speed[rows.start + 1 : rows.stop + 1], self.speed[rows.start - 1 : rows.stop - 1]
        return (after - before) / (2.0 * STEP_S)

    def lean(self, rows: slice) -> Floats:
        """How far the trunk leans forward, rad: 5 degrees at speed, about 25 when a sprint begins, backward
        while slowing down; upright when not running."""
        upright = np.zeros(rows.stop - rows.start)
        for knot, weight in self.weights.items():
            if knot not in templates.RUNNING:
                upright += weight[rows]
        return np.radians(5.0 * (1.0 - upright) + 2.5 * self.acceleration(rows))

    @property
    def time_s(self) -> Floats:
        """(n,) session time of the grid."""
        return self.times(slice(0, len(self.phase)))

    def times(self, rows: slice) -> Floats:
        """Session time of rows of the grid."""
        return np.arange(rows.start - PAD, rows.stop - PAD, dtype=np.float64) * STEP_S

    @property
    def duration_s(self) -> float:
        """Length of the session, s."""
        return self.samples * STEP_S


def plan(spec: SimulationSpec, seed: int) -> Course:
    """The course of a session; the same for the same spec and seed."""
    parts = paces(spec)
    begins = _begins_s([len(part.speed) for part in parts])
    pace = joined(parts)
    del parts  # an hour of them is 140 MB
    speed = _softened(pace.speed)
    weights = _weights(pace, speed)
    wander = 1.0 + spec.cadence_sd * wandering(seed, "cadence", len(speed))
    cadence = _softened(pace.moves) / _stride_time(weights) * wander
    start = 0.10 if spec.first_foot == "left" else -0.40
    return Course(
        speed=speed,
        heading=np.cumsum(_softened(pace.turning)) * STEP_S,
        weights=weights,
        cadence=cadence,
        phase=start + np.cumsum(cadence) * STEP_S,
        samples=len(pace.speed),
        phase_begin_s=begins,
    )


def _begins_s(samples: list[int]) -> tuple[float, ...]:
    return tuple(total * STEP_S for total in accumulate([0, *samples[:-1]]))


def _stride_time(weights: Mapping[int, Floats]) -> Floats:
    return sum((templates.STRIDE_TIME_S[knot] * weight for knot, weight in weights.items()), np.zeros(1))


def _weights(pace: Pace, speed: Floats) -> dict[int, Floats]:
    """(n,) weights by knot: two running neighbours of the intent, standing, walking, or a drill."""
    intent, walks = _softened(pace.intent), _softened(pace.walks)
    drilling = {templates.DRILL[name]: _softened(wanted) for name, wanted in pace.drills.items()}
    runs = 1.0 - walks
    for wanted in drilling.values():
        runs = runs - wanted
    amount = np.minimum(speed / templates.WALK_SPEED, 1.0)
    found: dict[int, Floats] = {}
    for knot in range(templates.KNOTS):
        if knot in drilling:
            rough = drilling[knot]
        elif knot == templates.WALK:
            rough = walks * amount
        elif knot in templates.RUNNING:
            rough = _hat(intent, knot) * runs
        elif knot == templates.STILL:
            rough = _hat(intent, knot) * runs + walks * (1.0 - amount)
        else:
            continue
        if np.any(rough):
            found[knot] = smooth(rough, _SOFT_WEIGHTS_S)
    return found


def _hat(intent: Floats, knot: int) -> Floats:
    """1 where the intent is a running knot's speed, falling to 0 towards its neighbours."""
    hat = np.zeros(len(templates.RUN_SPEEDS))
    hat[knot] = 1.0
    return np.interp(intent, templates.RUN_SPEEDS, hat)


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
