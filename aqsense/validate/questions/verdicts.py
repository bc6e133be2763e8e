"""Are verdicts right: nobody named where nothing is wrong, and the right one alone where somebody is late?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from aqsense.model import Contributor
from aqsense.simulate import Late
from aqsense.validate.judged import (
    RATE_HZ,
    RUN_ENDS_S,
    SYNCS_MS,
    USUAL_JITTER_MS,
    USUAL_SYNC_MS,
    Run,
    Verdict,
    Verdicts,
    judge_against_reference,
    judge_alone,
)
from aqsense.validate.observation import Observation
from aqsense.validate.question import Answers, Question
from aqsense.validate.sizes import Size
from aqsense.validate.table import SIMULATED, VALUE, Place, Row, share_row
from aqsense.validate.tasks import Task

NOTHING, OTHER_SIDE, REFERENCE, SMALLEST = "nothing wrong", "other side", "own reference", "smallest lag"
CONTRIBUTORS = tuple(contributor.value for contributor in Contributor)
MAIN_LAGS_MS = (10.0, 15.0, 20.0)
FURTHER_LAGS_MS = (5.0, 25.0, 30.0)
JITTERS_MS = (4.5, USUAL_JITTER_MS)
JUDGED_LAG_MS = 20.0
SHORT, LONG = RUN_ENDS_S
WANTED_SHARE = 80.0


def quiet_runs(size: Size) -> list[Run]:
    """Runs in which nobody is late."""
    return [Run(4_000_000 + i) for i in range(size.nothing_wrong)]


def side_runs(contributor: str, side: str, lag_ms: float, size: Size) -> list[Run]:
    """One side late; half of the runs for each side."""
    first = 5_000_000 + 10_000 * CONTRIBUTORS.index(contributor) + 1000 * (side == "right") + int(10 * lag_ms)
    n = math.ceil(size.late_runs / 2)
    return [Run(first + 100_000 * i, late=Late(contributor, side, lag_ms)) for i in range(n)]


def usual_runs(contributor: str, lag_ms: float, jitter_ms: float, size: Size) -> list[Run]:
    """Both sides late against the athlete's usual."""
    is_main = lag_ms in MAIN_LAGS_MS and jitter_ms == USUAL_JITTER_MS
    first = 6_000_000 + 10_000 * CONTRIBUTORS.index(contributor) + 1000 * int(jitter_ms) + int(10 * lag_ms)
    n = size.late_runs if is_main else size.sensitivity
    return [Run(first + 100_000 * i, jitter_ms, Late(contributor, "both", lag_ms)) for i in range(n)]


def plan(size: Size) -> list[Task]:
    """All runs."""
    alone = [
        *quiet_runs(size),
        *(
            run
            for c in CONTRIBUTORS
            for s in ("left", "right")
            for lag in MAIN_LAGS_MS
            for run in side_runs(c, s, lag, size)
        ),
    ]
    against = [
        *quiet_runs(size),
        *(
            run
            for jitter in JITTERS_MS
            for lag in (*MAIN_LAGS_MS, *FURTHER_LAGS_MS)
            for c in CONTRIBUTORS
            for run in usual_runs(c, lag, jitter, size)
        ),
    ]
    return [
        *(Task(judge_alone, run) for run in alone),
        *(Task(judge_against_reference, run) for run in against),
    ]


def rows(size: Size, answers: Answers, _given: Sequence[Observation]) -> list[Row]:
    """Recordings given by path say nothing about verdicts: nobody knows who is late in them."""
    return [
        *_nothing_wrong(size, answers),
        *_reference(size, answers),
        *_side(size, answers),
        *_smallest(size, answers),
    ]


def _condition(steps: int, jitter_ms: float = USUAL_JITTER_MS, sync_ms: float = USUAL_SYNC_MS) -> str:
    return f"{steps} steps, jitter {jitter_ms:g} ms, clocks {sync_ms:g} ms, {RATE_HZ:g} Hz"


def _nothing_wrong(size: Size, answers: Answers) -> Iterator[Row]:
    for work, words in (
        (judge_alone, "without reference"),
        (judge_against_reference, "with reference of 48 steps"),
    ):
        for steps in RUN_ENDS_S:
            said = [_at(answers[Task(work, run)], steps) for run in quiet_runs(size)]
            possible = [one for one in said if one.is_possible]
            place = Place(NOTHING, f"nobody named, {words}", SIMULATED, _condition(steps))
            note = f"{len(said) - len(possible)} of {len(said)} runs without any possible verdict"
            yield share_row(place, [[not one.named] for one in possible], limits=("nobody_named",), note=note)


def _at(verdicts: Verdicts, steps: int, sync_ms: float = USUAL_SYNC_MS) -> Verdict:
    return verdicts[sync_ms, steps]


def _reference(size: Size, answers: Answers) -> Iterator[Row]:
    for lag in reversed(MAIN_LAGS_MS):
        cases = {c: usual_runs(c, lag, USUAL_JITTER_MS, size) for c in CONTRIBUTORS}
        yield from _named_rows(REFERENCE, lag, cases, judge_against_reference, SHORT, answers)


def _side(size: Size, answers: Answers) -> Iterator[Row]:
    for lag in reversed(MAIN_LAGS_MS):
        cases = {
            c: [run for side in ("left", "right") for run in side_runs(c, side, lag, size)]
            for c in CONTRIBUTORS
        }
        yield from _named_rows(OTHER_SIDE, lag, cases, judge_alone, LONG, answers)


def _named_rows(
    group: str, lag_ms: float, cases: dict[str, list[Run]], work: object, steps: int, answers: Answers
) -> Iterator[Row]:
    """All contributors together, then each."""
    limits = ("named_alone",) if lag_ms == JUDGED_LAG_MS else ()
    everybody = [run for runs in cases.values() for run in runs]
    for who, runs in {"one contributor": everybody, **cases}.items():
        said = [(_at(answers[Task(work, run)], steps), run.late) for run in runs]  # type: ignore[arg-type]
        hits = [[late is not None and one.names_only(late)] for one, late in said]
        place = Place(group, f"{who} {lag_ms:g} ms late: named alone", SIMULATED, _condition(steps))
        yield share_row(place, hits, limits=limits, note=_mistakes(said))


def _mistakes(said: Sequence[tuple[Verdict, Late | None]]) -> str:
    """How the others went wrong."""
    wrong = [(one, late) for one, late in said if late is not None and not one.names_only(late)]
    nobody = sum(not one.named for one, _ in wrong)
    return f"nobody named in {nobody}, somebody else or more in {len(wrong) - nobody}" if wrong else ""


def _smallest(size: Size, answers: Answers) -> Iterator[Row]:
    if not size.sensitivity:
        return
    for steps in RUN_ENDS_S:
        for jitter in JITTERS_MS:
            for sync in SYNCS_MS:
                yield _smallest_row(steps, jitter, sync, size, answers)


def _smallest_row(steps: int, jitter_ms: float, sync_ms: float, size: Size, answers: Answers) -> Row:
    lags = sorted((*MAIN_LAGS_MS, *FURTHER_LAGS_MS))
    shares, n = [], 0
    for lag in lags:
        runs = [run for c in CONTRIBUTORS for run in usual_runs(c, lag, jitter_ms, size)]
        said = [(_at(answers[Task(judge_against_reference, run)], steps, sync_ms), run.late) for run in runs]
        shares.append(
            100.0 * np.mean([late is not None and one.names_only(late) for one, late in said] or [math.nan])
        )
        n += len(said)
    value = first_lag_reaching(lags, shares)
    rates = ", ".join(f"{lag:g} ms {share:.0f} %" for lag, share in zip(lags, shares, strict=True))
    place = Place(
        SMALLEST, "smallest lag named alone in 80 % of runs", SIMULATED, _condition(steps, jitter_ms, sync_ms)
    )
    note = f"own reference; {rates}" + (
        "" if not math.isnan(value) else f"; not reached up to {lags[-1]:g} ms"
    )
    nothing = share_row(place, [])
    return replace(nothing, unit="ms", figure=VALUE, n=n, groups=n, value=value, note=note)


def first_lag_reaching(lags_ms: Sequence[float], shares: Sequence[float]) -> float:
    """Lag at which the share first reaches 80 %, between the tried ones on a line; NaN if never."""
    before = (0.0, 0.0)
    for lag, share in zip(lags_ms, shares, strict=True):
        if share >= WANTED_SHARE:
            return before[0] + (lag - before[0]) * (WANTED_SHARE - before[1]) / (share - before[1])
        before = (lag, share)
    return math.nan


VERDICTS = Question(
    "verdicts",
    "Are verdicts right?",
    "Sprints at 9.5 m/s with noise, impacts and soft tissue. Named alone = the late contributor, on its "
    "side, called late, and nobody else on any basis. Own reference: two earlier sessions of the same "
    "athlete, each with its own clock errors.",
    plan,
    rows,
)
