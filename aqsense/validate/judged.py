"""What the verdicts of simulated runs say: who is named, with and without the athlete's own reference."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from aqsense.analysis.pipeline import analyze
from aqsense.model import Recording, Result
from aqsense.simulate import Late
from aqsense.validate.simulated import STANDING_S, Session, ended_at, with_clock_errors

RATE_HZ = 100.0
USUAL_JITTER_MS, USUAL_SYNC_MS = 8.0, 1.0  # METHOD 5.1, what is possible
SYNCS_MS = (0.0, 1.0, 2.0)
SECONDS = 8.6
# Seconds of running after which the headline covers so many steps.
RUN_ENDS_S = {12: 5.4, 24: SECONDS}
_POOL = 12  # reference sessions per jitter, of which a run gets two: 48 steps
_POOL_SEED = 3_000_000


@dataclass(frozen=True)
class Run:
    """A sprint to be judged; `late` None = nothing is wrong."""

    seed: int
    jitter_ms: float = USUAL_JITTER_MS
    late: Late | None = None

    def session(self) -> Session:
        return Session(
            9.5, self.seed, SECONDS, RATE_HZ, jitter_ms=self.jitter_ms, late=(self.late,) if self.late else ()
        )


@dataclass(frozen=True)
class Verdict:
    """What is said about a run.

    text   late, early, none, not_possible; "" where no run was found
    side   left, right or both: of the headline's
    named  (contributor, basis) of everybody who is named on any basis
    """

    text: str
    side: str
    named: tuple[tuple[str, str], ...]
    n_steps: int

    @property
    def is_possible(self) -> bool:
        return self.text not in ("", "not_possible")

    def names_only(self, late: Late) -> bool:
        """That one, on that side, as late (as early for a negative lag), and nobody else."""
        said = self.text == ("late" if late.ms > 0 else "early") and self.side == late.side
        return said and {contributor for contributor, _ in self.named} == {late.contributor}


Verdicts = dict[tuple[float, int], Verdict]


def judge_alone(run: Run) -> Verdicts:
    """By clock error (the usual one) and steps, against nothing but the run itself."""
    recording = run.session().simulate().recording
    return {
        (USUAL_SYNC_MS, steps): _verdict(analyze(_as_measured(recording, USUAL_SYNC_MS, steps, run.seed)))
        for steps in RUN_ENDS_S
    }


def judge_against_reference(run: Run) -> Verdicts:
    """By clock error and steps, against two earlier sessions of the same athlete."""
    recording = run.session().simulate().recording
    out: Verdicts = {}
    for sync in SYNCS_MS:
        usual = [_reference(run.jitter_ms, sync, member) for member in _two_of_pool(run.seed)]
        for steps in RUN_ENDS_S:
            measured = _as_measured(recording, sync, steps, run.seed)
            out[sync, steps] = _verdict(analyze(measured, reference=usual))
    return out


def _as_measured(recording: Recording, sync_ms: float, steps: int, seed: int) -> Recording:
    return ended_at(with_clock_errors(recording, sync_ms, seed), STANDING_S + RUN_ENDS_S[steps])


def _two_of_pool(seed: int) -> Sequence[int]:
    return np.random.RandomState(seed).permutation(_POOL)[:2].tolist()


@cache
def _reference(jitter_ms: float, sync_ms: float, member: int) -> Result:
    seed = _POOL_SEED + 1000 * member + int(10 * jitter_ms)
    return analyze(_as_measured(_pool_recording(jitter_ms, seed), sync_ms, max(RUN_ENDS_S), seed))


@cache
def _pool_recording(jitter_ms: float, seed: int) -> Recording:
    return Session(9.5, seed, SECONDS, RATE_HZ, jitter_ms=jitter_ms).simulate().recording


def _verdict(result: Result) -> Verdict:
    runs = result.tables["runs"]
    if len(runs["run"]) != 1:
        return Verdict("", "", (), 0)
    (summary,) = result.summary["runs"]
    named = tuple((one["contributor"], one["basis"]) for one in summary["verdicts"] if one["named"])
    steps = result.tables["steps"]
    of_headline = (steps["stride"] >= runs["first_stride"][0]) & (steps["stride"] <= runs["last_stride"][0])
    scored = of_headline & ~np.isnan(steps["spread_ms"])
    return Verdict(str(runs["verdict"][0]), str(runs["verdict_side"][0]), named, int(scored.sum()))
