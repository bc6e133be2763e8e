"""Is the score what it says: spread recovered, invariant, right under the null, with honest intervals?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from aqsense.model import Recording, Sensor
from aqsense.validate import step_times
from aqsense.validate.observation import Observation, RunSeen, observe
from aqsense.validate.question import Answers, Question
from aqsense.validate.simulated import (
    STANDING_S,
    Session,
    ended_at,
    observe_session,
    with_clock_errors,
)
from aqsense.validate.sizes import Size
from aqsense.validate.table import (
    POOLED,
    REAL,
    SIMULATED,
    Errors,
    Place,
    Row,
    error_row,
    share_row,
    value_row,
)
from aqsense.validate.tasks import Task
from aqsense.validate.truth import truth_of

RECOVERY, INVARIANCE, NULL, COVERAGE = "recovery", "invariance", "null and missing", "intervals"
JITTERS_MS = (0.0, 4.5, 9.0)
RECOVERY_RATES_HZ = (200.0, 60.0)
GAINS = (0.5, 0.71, 1.41, 2.0)
TIME_FACTORS = np.array([0.6, 0.8, 1.25, 1.6])
INTERVAL_JITTERS_MS = (4.5, 9.0)
SYNCS_MS = (0.0, 1.0, 2.0)
# Seconds of running after which about so many headline steps are scored (4.35 steps per second).
RUN_ENDS_S = {8: 2.8, 12: 5.4, 24: 8.6}
FEWEST_STEPS = 8
INTERVAL_RATE_HZ = 100.0


def recovery_sessions(jitter_ms: float, rate_hz: float, size: Size) -> list[Session]:
    """Sprints with known jitter."""
    first = 500_000 + int(1000 * jitter_ms) + int(rate_hz)
    return [
        Session(9.5, first + 100_000 * i, seconds=10.0, rate_hz=rate_hz, jitter_ms=jitter_ms)
        for i in range(size.recoveries)
    ]


def interval_sessions(jitter_ms: float, size: Size) -> list[Session]:
    """Sprints that are analysed whole and cut short, with right and with wrong clocks."""
    first = 700_000 + int(1000 * jitter_ms)
    return [
        Session(9.5, first + 100_000 * i, seconds=8.6, rate_hz=INTERVAL_RATE_HZ, jitter_ms=jitter_ms)
        for i in range(size.intervals)
    ]


@dataclass(frozen=True)
class Scaled:
    """A session whose gyros read `gain` times as much."""

    session: Session
    gain: float


def observe_scaled(scaled: Scaled) -> Observation:
    """The movement is the same, only larger or smaller."""
    simulation = scaled.session.simulate()
    return observe(_louder(simulation.recording, scaled.gain), truth_of(simulation))


def _louder(recording: Recording, gain: float) -> Recording:
    def louder(sensor: Sensor) -> Sensor:
        x, y, z = (gain * axis for axis in sensor.samples.gyro)
        full = None if sensor.gyro_range_rad_s is None else gain * sensor.gyro_range_rad_s
        return replace(sensor, samples=replace(sensor.samples, gyro=(x, y, z)), gyro_range_rad_s=full)

    return replace(recording, sensors={site: louder(sensor) for site, sensor in recording.sensors.items()})


def observe_shortened(session: Session) -> dict[tuple[float, int], RunSeen | None]:
    """The run's headline by clock error in ms and wanted steps; None where no run was found."""
    simulation = session.simulate()
    truth = truth_of(simulation)
    out: dict[tuple[float, int], RunSeen | None] = {}
    for sync_ms in SYNCS_MS:
        recording = with_clock_errors(simulation.recording, sync_ms, session.seed)
        for steps, end_s in RUN_ENDS_S.items():
            runs = observe(ended_at(recording, STANDING_S + end_s), truth).runs
            out[sync_ms, steps] = runs[0] if runs else None
    return out


def plan(size: Size) -> list[Task]:
    """Sessions for recovery, invariance and intervals; the rest needs none."""
    recovery = [s for jitter, rate in _recovery_cells() for s in recovery_sessions(jitter, rate, size)]
    scaled = [Scaled(session, gain) for session in _gain_sessions(size) for gain in GAINS]
    intervals = [s for jitter in INTERVAL_JITTERS_MS for s in interval_sessions(jitter, size)]
    return [
        *(Task(observe_session, session) for session in (*recovery, *_gain_sessions(size))),
        *(Task(observe_scaled, one) for one in scaled),
        *(Task(observe_shortened, session) for session in intervals),
    ]


def _recovery_cells() -> Iterator[tuple[float, float]]:
    return ((jitter, rate) for jitter in JITTERS_MS for rate in RECOVERY_RATES_HZ)


def _gain_sessions(size: Size) -> list[Session]:
    """Sprints with ideal sensors: what moves then is the score, not the noise."""
    n = max(size.recoveries // 4, 1)
    return [Session(9.5, 900_000 + i, seconds=10.0, sensors="ideal sensors") for i in range(n)]


def rows(size: Size, answers: Answers, given: Sequence[Observation]) -> list[Row]:
    """All groups of the question."""
    return [
        *_given_recovery(given),
        *_recovery(size, answers),
        *_invariance(size, answers),
        *_null(),
        *_intervals(size, answers),
    ]


def _spread_errors(seen: Sequence[Observation]) -> list[Errors]:
    """Found minus true spread in ms, of every run that has both; a run without spread is missed."""
    out = []
    for one in seen:
        true = [run for run in one.runs if not math.isnan(run.true_spread_ms)]
        error = np.array([run.spread_ms - run.true_spread_ms for run in true])
        known = ~np.isnan(error)
        out.append(Errors(error[known], np.full(known.sum(), np.nan), int((~known).sum()), -1))
    return out


def _given_recovery(given: Sequence[Observation]) -> list[Row]:
    out = []
    for data in (REAL, SIMULATED):
        mine = [seen for seen in given if seen.data == data]
        errors = _spread_errors(mine)
        if sum(len(part.error) for part in errors):
            place = Place(RECOVERY, "spread of a run", data, f"{POOLED} ({len(mine)})")
            out.append(error_row(place, errors, scale=1.0))
    return out


def _recovery(size: Size, answers: Answers) -> list[Row]:
    out = []
    for jitter, rate in _recovery_cells():
        seen = [answers[Task(observe_session, s)] for s in recovery_sessions(jitter, rate, size)]
        true = np.nanmean([run.true_spread_ms for one in seen for run in one.runs] or [math.nan])
        place = Place(RECOVERY, "spread of a run", SIMULATED, f"9.5 m/s, {rate:g} Hz, jitter {jitter:g} ms")
        row = error_row(place, _spread_errors(seen), scale=1.0, limits=("recovery",))
        out.append(replace(row, note=f"true spread {true:.1f} ms"))
    return out


def _invariance(size: Size, answers: Answers) -> list[Row]:
    return [*(_gain_row(gain, size, answers) for gain in GAINS), _time_row()]


def _gain_row(gain: float, size: Size, answers: Answers) -> Row:
    """Change of the score of the same run, in points."""
    changes = []
    for session in _gain_sessions(size):
        before = _scores(answers[Task(observe_session, session)])
        after = _scores(answers[Task(observe_scaled, Scaled(session, gain))])
        changes.append(after[0] - before[0] if len(before) == len(after) == 1 else math.nan)
    known = np.array([change for change in changes if not math.isnan(change)])
    errors = Errors(known, np.full(len(known), np.nan), len(changes) - len(known), -1)
    place = Place(INVARIANCE, "score", SIMULATED, f"amplitude x {gain:g}, ideal sensors")
    return error_row(place, [errors], unit="points", scale=1.0, limits=("invariance",))


def _scores(seen: Observation) -> list[float]:
    return [run.convergence for run in seen.runs]


def _time_row() -> Row:
    """On step times directly: a real movement at another pace is another movement."""
    pattern = np.array([11.7, 0.0, -7.4, -1.8])  # METHOD 3.2 at 9.5 m/s: push, swing, arm, trunk
    times = pattern + 5.0 * np.random.RandomState(1).randn(step_times.STEPS_OF_A_RUN, len(pattern))
    change = step_times.worst_change_with_time(times, step_times.STRIDE_MS, TIME_FACTORS)
    place = Place(INVARIANCE, "score", SIMULATED, "times and stride x 0.6 to 1.6, made step times")
    errors = Errors(np.array([change]), np.full(1, np.nan))
    return error_row(place, [errors], unit="points", scale=1.0, limits=("invariance",))


_RAW_SCORES = {1.0: 83.4, 2.0: 82.8, 5.0: 79.2, 10.0: 71.1}  # METHOD 4.4, by SD of the clocks in ms


def _null() -> list[Row]:
    null = step_times.null_level_percent(20_000, seed=2)
    place = Place(NULL, "spread of independent times", SIMULATED, "uniform over half a stride, 20000 steps")
    out = [value_row(place, null.tolist(), "% of stride", limits=("null",))]
    change = step_times.change_when_one_is_missing(400, seed=3)
    place = Place(NULL, "score", SIMULATED, "arm or trunk missing in half of the steps, zero pattern")
    out.append(
        error_row(
            place, [Errors(change, np.full(len(change), np.nan))], unit="points", scale=1.0, limits=("drop",)
        )
    )
    out.append(_monotone_row())
    return out + [row for sync_ms, raw in _RAW_SCORES.items() for row in _sync_rows(sync_ms, raw)]


def _monotone_row() -> Row:
    """Smallest fall of the score from one injected spread to the next larger one."""
    sds = np.arange(1.0, 21.0)
    falls = -np.diff(step_times.scores_by_injected_spread(sds, 100, seed=4))
    place = Place(
        NULL, "smallest fall of the score per ms", SIMULATED, "zero pattern, spread 1 to 20 ms in steps of 1"
    )
    return replace(value_row(place, [float(falls.min())], "points", limits=("monotone",)), n=len(falls))


def _sync_rows(sync_ms: float, raw: float) -> Iterator[Row]:
    found = step_times.scores_with_clock_errors(sync_ms, 2000, seed=int(10 + sync_ms))
    condition = f"clocks off by {sync_ms:g} ms (SD), true score {step_times.TRUE_SCORE:g}"
    wanted = {
        "raw score against METHOD 4.4": raw,
        "debiased score against the true one": step_times.TRUE_SCORE,
    }
    for (quantity, expected), scores in zip(wanted.items(), found, strict=True):
        errors = Errors(scores - expected, np.full(len(scores), np.nan))
        place = Place(NULL, quantity, SIMULATED, condition)
        yield error_row(place, [errors], unit="points", scale=1.0, limits=("sync_table",))


def _intervals(size: Size, answers: Answers) -> list[Row]:
    return [
        row
        for jitter in INTERVAL_JITTERS_MS
        for row in _intervals_of(
            jitter, [answers[Task(observe_shortened, s)] for s in interval_sessions(jitter, size)]
        )
    ]


def _intervals_of(jitter_ms: float, seen: Sequence[dict[tuple[float, int], RunSeen | None]]) -> Iterator[Row]:
    """Coverage of the population's spread: the mean over all sessions of the same strides."""
    for steps in RUN_ENDS_S:
        exact = [one[0.0, steps] for one in seen]
        squares = [square for run in exact if run is not None for square in run.true_squares_ms2]
        population = math.sqrt(float(np.mean(squares))) if squares else math.nan
        for sync in SYNCS_MS:
            runs = [run for run in (one[sync, steps] for one in seen) if run and run.n_steps >= FEWEST_STEPS]
            stated = [run for run in runs if not math.isnan(run.spread_high_ms)]
            hits = [[_covers(run, population)] for run in stated]
            k = f"{np.median([run.n_steps for run in runs]):.0f} steps" if runs else "no run"
            condition = f"{k}, jitter {jitter_ms:g} ms, clocks {sync:g} ms, {INTERVAL_RATE_HZ:g} Hz"
            place = Place(COVERAGE, "95 % interval of the spread", SIMULATED, condition)
            note = f"true spread {population:.1f} ms; {len(seen) - len(stated)} runs without interval"
            yield share_row(place, hits, limits=("interval_coverage",), note=note)


def _covers(run: RunSeen, spread_ms: float) -> bool:
    """A run below the noise has only an upper bound."""
    low = 0.0 if math.isnan(run.spread_low_ms) else run.spread_low_ms
    return low <= spread_ms <= run.spread_high_ms


SCORE = Question(
    "score",
    "Is the score what it says?",
    "Recovery: the run's spread against the root mean square of the true spreads of the same steps. "
    "Invariance: change of the score when the movement is larger, or slower as a whole. Null: independent "
    "times. Intervals: share of runs whose 95 % interval holds the spread over all sessions.",
    plan,
    rows,
)
