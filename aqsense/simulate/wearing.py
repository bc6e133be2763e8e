"""Who wears the sensors, and how each sits: turned anew with every athlete, maybe on the wrong side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aqsense.model import Floats
from aqsense.simulate.course import Course
from aqsense.simulate.draws import rotation, stream
from aqsense.simulate.spec import SITES, SimulationSpec
from aqsense.simulate.turning import about, axis_angle


@dataclass(frozen=True)
class Wearer:
    """An athlete's turn with the sensors from session time `from_s` on; put on from `begin_s` on."""

    athlete: str
    begin_s: float
    from_s: float


def wearers(spec: SimulationSpec, course: Course) -> list[Wearer]:
    """Who has the sensors when, in order."""
    ends = (*course.phase_begin_s[1:], course.duration_s)
    found = [Wearer(spec.athlete, 0.0, 0.0)]
    for phase, begin, end in zip(spec.session(), course.phase_begin_s, ends, strict=True):
        if phase.kind == "handover":
            found.append(Wearer(phase.athlete, begin, end))
    return found


def worn_at(spec: SimulationSpec, seed: int, site: str) -> str:
    """Where on the body the sensor is that says it is at `site`."""
    side, _, limb = site.partition("_")
    if limb not in swapped_limbs(spec, seed):
        return site
    return f"{'right' if side == 'left' else 'left'}_{limb}"


def swapped_limbs(spec: SimulationSpec, seed: int) -> tuple[str, ...]:
    """Limbs whose left and right sensors are on the wrong side: the wished ones, or a pair by chance."""
    if spec.swap_chance:
        random = stream(seed, "swap")
        if random.uniform() < spec.swap_chance:
            pairs = sorted({site.partition("_")[2] for site in SITES} - {""})
            return tuple(sorted({*spec.swapped, pairs[random.randint(len(pairs))]}))
    return spec.swapped


@dataclass(frozen=True)
class Mounting:
    """How one sensor sits on its limb over the session.

    matrices  (3, 3) segment to sensor axes, one per wearer
    wearers   whose they are
    """

    matrices: list[Floats]
    wearers: list[Wearer]

    def worn(self, accel: Floats, gyro: Floats, time_s: Floats) -> tuple[Floats, Floats]:
        """Both signals (3, n) of the segment in sensor axes; while put on the sensor itself turns too."""
        on = [wearer.from_s for wearer in self.wearers]
        number = int(np.searchsorted(on, time_s[0], side="right")) - 1
        accel, gyro = self.matrices[number] @ accel, self.matrices[number] @ gyro
        for later in range(number + 1, len(self.wearers)):
            if self.wearers[later].begin_s < time_s[-1]:
                accel, gyro = self._put_on(later, accel, gyro, time_s)
        return accel, gyro

    def _put_on(self, number: int, accel: Floats, gyro: Floats, time_s: Floats) -> tuple[Floats, Floats]:
        """From the mounting of the wearer before to this one's."""
        turn = self.matrices[number] @ self.matrices[number - 1].T
        vector = axis_angle(turn)
        wearer = self.wearers[number]
        length = wearer.from_s - wearer.begin_s
        share = np.clip((time_s - wearer.begin_s) / length, 0.0, 1.0)
        soft = share**3 * (10.0 + share * (6.0 * share - 15.0))
        speed = 30.0 * share**2 * (1.0 - share) ** 2 / length
        turned = about(vector, soft)
        # The sensor turns by `turned`; its axes see the turning the other way round.
        moving = -vector[:, None] * speed
        return np.einsum("nij,jn->in", turned, accel), np.einsum("nij,jn->in", turned, gyro) + moving


def mounting(spec: SimulationSpec, seed: int, site: str, course: Course) -> Mounting:
    """How the sensor of a site sits with each athlete of the session, any way round."""
    turns = wearers(spec, course)
    names = [f"mounting/{site}"] + [f"mounting/{site}/{wearer.athlete}" for wearer in turns[1:]]
    # An athlete who comes a second time puts them on anew, differently again.
    again = [names[:number].count(name) for number, name in enumerate(names)]
    names = [f"{name}/{count}" if count else name for name, count in zip(names, again, strict=True)]
    return Mounting([rotation(stream(seed, name)) for name in names], turns)
