"""Are the steps of sprints found in a whole training session, and is no run invented where nobody runs?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Columns
from aqsense.simulate import Phase, Simulation, SimulationSpec, read_phases, simulate
from aqsense.validate.matching import NOBODY, step_partners
from aqsense.validate.observation import Observation
from aqsense.validate.question import Answers, Question
from aqsense.validate.simulated import SENSORS, WORST
from aqsense.validate.sizes import Size
from aqsense.validate.table import SIMULATED, Place, Row, count_row, share_row
from aqsense.validate.tasks import Task
from aqsense.validate.truth import Truth, truth_of

RATE_HZ = 100.0
SPRINTS = 6
QUIET_PIECE_MIN = 5
_WARM_UP = (
    "stand 5, walk 15, march 8, walk 6, high_knees 6, walk 6, a_skip 8, walk 6 turn 180, heel_flicks 6, "
    "walk 6, jog 40, decelerate 2, walk 15 turn 180, stand 10"
)
_SPRINT = "sprint 7, decelerate 4, stand 3, walk 30 turn 180, stand 10"
_QUIET_MINUTE = (
    "stand 6, walk 16 turn 180, march 8, walk 3, high_knees 6, walk 3, a_skip 8, walk 4 turn -180, "
    "heel_flicks 6"
)
# Where running begins and ends is a definition: up to one stride beyond the true run is nobody's mistake.
_EDGE_S = 0.6


@dataclass(frozen=True)
class Found:
    """What was found in one session.

    recalled    per true step of a sprint: was it found?
    right       per found step of a sprint: is there a true one?
    sprints     per true sprint: is its run found, and called a sprint?
    invented    runs where nobody runs
    minutes     length of the session
    """

    recalled: tuple[bool, ...]
    right: tuple[bool, ...]
    sprints: tuple[bool, ...]
    invented: int
    minutes: float


def mixed_session(seed: int) -> Found:
    """Standing, walking, drills, a jog, six sprints with turns and the way back."""
    phases = read_phases(", ".join([_WARM_UP, *[_SPRINT] * SPRINTS]))
    return _found(simulate(_spec(phases), seed), _sprint_spans(phases))


@dataclass(frozen=True)
class Quiet:
    """A session without running."""

    seed: int
    minutes: int


def quiet_session(quiet: Quiet) -> Found:
    """Standing, walking, turning and drills."""
    phases = read_phases(", ".join([_QUIET_MINUTE] * quiet.minutes))
    return _found(simulate(_spec(phases), quiet.seed), [])


def _spec(phases: tuple[Phase, ...]) -> SimulationSpec:
    return SimulationSpec(phases=phases, rate_hz=RATE_HZ, **SENSORS[WORST])


def _sprint_spans(phases: Sequence[Phase]) -> list[tuple[float, float]]:
    """Begin and end of every sprint, s."""
    ends = np.cumsum([phase.seconds or 0.0 for phase in phases])
    return [
        (float(end - (phase.seconds or 0.0)), float(end))
        for phase, end in zip(phases, ends, strict=True)
        if phase.kind == "sprint"
    ]


def _found(simulation: Simulation, sprints: Sequence[tuple[float, float]]) -> Found:
    from aqsense.analysis.pipeline import analyze

    result = analyze(simulation.recording)
    truth = truth_of(simulation)
    steps, runs = result.tables["steps"], result.tables["runs"]
    partner = step_partners(truth, steps)
    true_spans = _runs_s(truth)
    return Found(
        tuple((partner != NOBODY)[_inside(truth.steps["swing_s"], sprints)].tolist()),
        _right(steps, partner, sprints, true_spans),
        tuple(_is_found_sprint(span, runs) for span in sprints),
        sum(
            not _overlaps(begin, end, true_spans)
            for begin, end in zip(runs["start_s"], runs["end_s"], strict=True)
        ),
        _minutes(simulation),
    )


def _minutes(simulation: Simulation) -> float:
    time_s = simulation.recording.sensors["trunk"].samples.time_s
    return math.nan if time_s is None else float(time_s[-1] - time_s[0]) / 60.0


def _runs_s(truth: Truth) -> list[tuple[float, float]]:
    """First and last contact of every true run."""
    steps = truth.steps
    times = [steps["contact_s"][steps["run"] == run] for run in np.unique(steps["run"])]
    return [(float(time[0]), float(time[-1])) for time in times]


def _inside(time_s: NDArray[np.float64], spans: Sequence[tuple[float, float]]) -> NDArray[np.bool_]:
    inside = np.zeros(len(time_s), bool)
    for begin, end in spans:
        inside |= (time_s >= begin) & (time_s <= end)
    return inside


def _right(
    steps: Columns,
    partner: NDArray[np.int64],
    sprints: Sequence[tuple[float, float]],
    true_runs: Sequence[tuple[float, float]],
) -> tuple[bool, ...]:
    """Of found steps in sprints; loose ones at the edge of a true run are left out."""
    is_right = np.zeros(len(steps["run"]), bool)
    is_right[partner[partner != NOBODY]] = True
    swing_s = steps["swing_s"]
    edges = [span for begin, end in true_runs for span in ((begin - _EDGE_S, begin), (end, end + _EDGE_S))]
    counted = _inside(swing_s, sprints) & (is_right | ~_inside(swing_s, edges))
    return tuple(is_right[counted].tolist())


def _is_found_sprint(span: tuple[float, float], runs: Columns) -> bool:
    """One run, called a sprint, over most of the sprint."""
    mine = [i for i in range(len(runs["run"])) if _overlaps(runs["start_s"][i], runs["end_s"][i], [span])]
    if len(mine) != 1 or runs["kind"][mine[0]] != "sprint":
        return False
    covered = min(runs["end_s"][mine[0]], span[1]) - max(runs["start_s"][mine[0]], span[0])
    return bool(covered > 0.8 * (span[1] - span[0]))


def _overlaps(begin: float, end: float, spans: Sequence[tuple[float, float]]) -> bool:
    return any(begin < other_end and end > other_begin for other_begin, other_end in spans)


def _mixed(size: Size) -> list[Task]:
    return [Task(mixed_session, 8_000_000 + i) for i in range(size.sessions)]


def _quiet(size: Size) -> list[Task]:
    """Pieces of five minutes, so that both processes have work."""
    starts = range(0, size.quiet_min, QUIET_PIECE_MIN)
    left = [min(QUIET_PIECE_MIN, size.quiet_min - start) for start in starts]
    return [Task(quiet_session, Quiet(9_000_000 + i, minutes)) for i, minutes in enumerate(left)]


def plan(size: Size) -> list[Task]:
    """Mixed and quiet sessions."""
    return [*_mixed(size), *_quiet(size)]


def rows(size: Size, answers: Answers, _given: Sequence[Observation]) -> list[Row]:
    """Recordings given by path have no truth about what is no running."""
    mixed: list[Found] = [answers[task] for task in _mixed(size)]
    quiet: list[Found] = [answers[task] for task in _quiet(size)]
    words = f"{len(mixed)} mixed sessions of {SPRINTS} sprints, {RATE_HZ:g} Hz"
    minutes = sum(found.minutes for found in quiet)
    still = sum(found.minutes for found in mixed)
    pauses = "standing, walking, turning, drills"
    return [
        share_row(_place("sprint steps found", words), [one.recalled for one in mixed], limits=("recall",)),
        share_row(
            _place("found sprint steps that are true", words),
            [one.right for one in mixed],
            limits=("precision",),
        ),
        share_row(
            _place("sprints found as one run and called sprint", words), [one.sprints for one in mixed]
        ),
        _invented(f"{words}, {still:.0f} min", mixed, still),
        _invented(f"{minutes:.0f} min of {pauses}", quiet, minutes),
    ]


def _place(quantity: str, condition: str) -> Place:
    return Place("mixed session", quantity, SIMULATED, condition)


def _invented(condition: str, found: Sequence[Found], minutes: float) -> Row:
    count = sum(one.invented for one in found)
    place = _place("runs where nobody runs", condition)
    return count_row(
        place, count, round(minutes), "runs", limits=("no_invented_run",), note="n is in minutes"
    )


SESSION = Question(
    "session",
    "Are sprint steps found in a whole session?",
    "Standing, walking, drills (march, high knees, A-skip, heel flicks), a jog, six sprints, turns and the "
    "way back. A step is found if its swing peak lies within 80 ms of a true one on the same side. At the "
    "edges of a run one stride is nobody's mistake: where running begins is a definition.",
    plan,
    rows,
)
