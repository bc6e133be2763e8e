"""How large each contributor's own movement is in each step: the amplitude of its event (METHOD 5.2).

Push: the toe-off dive |dw/dt| of the pushing shin, deg/s^2 (the shin's rate at its stall is near zero and
says
nothing). Swing, arm and trunk: the rate at their peak, deg/s.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aqsense.analysis.questions.run_data import SIDES, RunData
from aqsense.model import Contributor, Event, Floats

AMPLITUDE_EVENTS: tuple[Event, ...] = (
    Event.TOE_OFF,
    Event.SWING_PEAK,
    Event.ARM_FORWARD_PEAK,
    Event.TRUNK_YAW_PEAK,
)
UNITS = ("deg/s^2", "deg/s", "deg/s", "deg/s")
NAMES = tuple(contributor.value for contributor in Contributor)
WORDS = ("push leg", "swing leg", "arm", "torso turn")


def amplitudes(run: RunData) -> Floats:
    """(n, 4) of the run's steps, in the order push, swing, arm, trunk; NaN where the event was not found."""
    found = [run.at_steps(event, (*SIDES, "none")) for event in AMPLITUDE_EVENTS]
    return np.abs(np.stack(found, axis=1))


@dataclass(frozen=True, slots=True)
class Pool:
    """Steps of one or several runs with what amplitudes are held against.

    amplitude    (n, 4)
    speed_m_s    (n,) from outside; NaN where unknown
    block        (n,) which stride of which run: what a bootstrap draws
    """

    amplitude: Floats
    speed_m_s: Floats
    block: Floats

    @staticmethod
    def of(*runs: RunData) -> Pool:
        blocks = [1000.0 * i + np.asarray(run.steps["stride"], float) for i, run in enumerate(runs)]
        return Pool(
            np.concatenate([amplitudes(run) for run in runs]),
            np.concatenate([run.step_column("speed_m_s") for run in runs]),
            np.concatenate(blocks),
        )
