"""How far off are events and step times, by speed, sampling rate and kind of sensor?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from aqsense.model import Event
from aqsense.validate.matching import MEAN_STRIDE_TIME, STEP_QUANTITIES
from aqsense.validate.observation import Observation
from aqsense.validate.question import Answers, Question
from aqsense.validate.simulated import IDEAL, SENSORS, SPEEDS_M_S, WORST, Session, observe_session
from aqsense.validate.sizes import Size
from aqsense.validate.table import BY_RECORDING, POOLED, REAL, SIMULATED, Errors, Place, Row, error_row
from aqsense.validate.tasks import Task

CONTACT_EVENTS = (Event.INITIAL_CONTACT.value, Event.TOE_OFF.value)
ROTATION_EVENTS = tuple(event.value for event in Event if event.value not in CONTACT_EVENTS)
QUANTITIES = (*CONTACT_EVENTS, *ROTATION_EVENTS, *STEP_QUANTITIES, MEAN_STRIDE_TIME)
_LEAST_RATE_HZ = 100.0


@dataclass(frozen=True)
class Cell:
    """One column of the simulated part."""

    speed_m_s: float
    rate_hz: float
    sensors: str

    @property
    def condition(self) -> str:
        return f"{self.speed_m_s:g} m/s, {self.rate_hz:g} Hz, {self.sensors}"

    def sessions(self, size: Size) -> list[Session]:
        """Every cell has its own seeds."""
        n = size.ideal_seeds if self.sensors == IDEAL else size.seeds
        first = 1000 * (1 + list(SPEEDS_M_S).index(self.speed_m_s)) + 100 * tuple(SENSORS).index(self.sensors)
        seeds = (int(10_000 * self.rate_hz) + first + i for i in range(n))
        return [Session(self.speed_m_s, seed, rate_hz=self.rate_hz, sensors=self.sensors) for seed in seeds]


def cells(size: Size) -> Iterator[Cell]:
    """Speeds, fastest first; sensors, worst first; rates."""
    for speed in sorted(SPEEDS_M_S, reverse=True):
        for sensors in reversed(SENSORS):
            for rate in size.rates_hz:
                yield Cell(speed, rate, sensors)


def observed(cell: Cell, size: Size, answers: Answers) -> list[Observation]:
    """What came out for a cell."""
    return [answers[Task(observe_session, session)] for session in cell.sessions(size)]


def plan(size: Size) -> list[Task]:
    """A task per session of every cell."""
    return [Task(observe_session, session) for cell in cells(size) for session in cell.sessions(size)]


def rows(size: Size, answers: Answers, given: Sequence[Observation]) -> list[Row]:
    """By kind of run: given recordings together, then the simulated cells; at the end each recording."""
    out = [row for kind in _kinds(given) for row in _pooled(kind, given)]
    for cell in cells(size):
        group = SPEEDS_M_S[cell.speed_m_s]
        out += _of(group, SIMULATED, cell.condition, observed(cell, size, answers), _limits(cell))
    return out + [
        row for seen in given for row in _of(f"{seen.kind}{BY_RECORDING}", seen.data, seen.name, [seen])
    ]


def _kinds(given: Sequence[Observation]) -> list[str]:
    return sorted({seen.kind for seen in given})


def _pooled(kind: str, given: Sequence[Observation]) -> list[Row]:
    """Given recordings of a kind of run, real ones apart from simulated ones."""
    out = []
    for data in (REAL, SIMULATED):
        mine = [seen for seen in given if seen.kind == kind and seen.data == data]
        if mine:
            tiled = ", tiled strides" if any(seen.is_tiled for seen in mine) else ""
            condition = f"{POOLED} ({len(mine)}{tiled})"
            out += _of(kind, data, condition, mine, dict.fromkeys(ROTATION_EVENTS, ("given_bias",)))
    return out


def _limits(cell: Cell) -> dict[str, tuple[str, ...]]:
    """METHOD 7.3 judges rotation events at 100 Hz or more with soft tissue."""
    judged = cell.sensors == WORST and cell.rate_hz >= _LEAST_RATE_HZ
    return dict.fromkeys(ROTATION_EVENTS, ("event_bias", "event_sd")) if judged else {}


def _of(
    group: str,
    data: str,
    condition: str,
    seen: Sequence[Observation],
    limits: dict[str, tuple[str, ...]] | None = None,
) -> list[Row]:
    out = []
    for name in QUANTITIES:
        parts = [one.errors[name] for one in seen if name in one.errors]
        if parts:
            place = Place(group, name, data, condition)
            out.append(error_row(place, parts, limits=(limits or {}).get(name, ())))
    return out


def all_errors(seen: Sequence[Observation], name: str) -> list[Errors]:
    """One quantity of several recordings, those without it left out."""
    return [one.errors[name] for one in seen if name in one.errors and len(one.errors[name].error)]


def covered(errors: Errors) -> np.ndarray:
    """Which errors lie inside the stated 95 % interval; events without a stated SD are left out."""
    stated = ~np.isnan(errors.sd)
    return np.abs(errors.error[stated]) <= 1.959964 * errors.sd[stated]


EVENTS = Question(
    "events",
    "How far off are events?",
    "Found minus true in ms. Each true event takes the nearest found one of its kind and side within 80 ms; "
    "true ones without partner are missed, found ones without partner invented. Simulated sessions: steady "
    "running after a short start, from the third to the last contact.",
    plan,
    rows,
)
