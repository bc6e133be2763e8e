"""What one recording's analysis has to say for itself, held against its truth."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Columns, Recording, Result
from aqsense.settings import Settings
from aqsense.validate.matching import NOBODY, match_events, match_steps, match_stride_time, step_partners
from aqsense.validate.table import REAL, SIMULATED, Errors
from aqsense.validate.truth import Truth, read_truth

NO_RUN = "no run found"


@dataclass(frozen=True)
class RunSeen:
    """A run's headline and the truth of the steps that it covers.

    n_steps          scored steps in the headline strides
    true_squares_ms2 true S_obs^2 of those of them that the truth knows
    """

    kind: str
    n_steps: int
    first_stride: int
    last_stride: int
    spread_ms: float
    spread_low_ms: float
    spread_high_ms: float
    convergence: float
    true_squares_ms2: tuple[float, ...]

    @property
    def true_spread_ms(self) -> float:
        """Root mean square of the true spreads; NaN where some steps' are unknown."""
        if not self.true_squares_ms2 or len(self.true_squares_ms2) < self.n_steps:
            return math.nan
        return math.sqrt(sum(self.true_squares_ms2) / len(self.true_squares_ms2))


@dataclass(frozen=True)
class Observation:
    """One recording: errors by quantity, in s, and its runs.

    data   REAL or SIMULATED
    kind   of most runs, NO_RUN where none was found
    """

    name: str
    data: str
    kind: str
    is_tiled: bool
    errors: Mapping[str, Errors]
    runs: tuple[RunSeen, ...]


def observe(recording: Recording, truth: Truth, settings: Settings | None = None) -> Observation:
    """Analyse a recording and hold everything against its truth."""
    from aqsense.analysis.pipeline import analyze

    result = analyze(recording, settings)
    found = result.tables["steps"]
    partner = step_partners(truth, found) if truth.steps else np.empty(0, np.int64)
    is_simulated = str(recording.metadata.get("source") or "").startswith("simulated")
    return Observation(
        recording.name,
        SIMULATED if is_simulated else REAL,
        _usual_kind(result.tables["runs"]["kind"]),
        truth.is_tiled,
        {
            **match_events(truth, result.tables["events"]),
            **match_steps(truth, found, partner),
            **match_stride_time(truth, result.tables["strides"]),
        },
        runs_seen(result, truth, partner),
    )


def observe_folder(folder: Path) -> Observation:
    """A recording with truth beside it.

    Raises RecordingError where either can't be read.
    """
    from aqsense.acquire import read_recording

    return observe(read_recording(folder), read_truth(folder))


def _usual_kind(kinds: NDArray[Any]) -> str:
    return Counter(str(kind) for kind in kinds).most_common(1)[0][0] if len(kinds) else NO_RUN


def runs_seen(result: Result, truth: Truth, partner: NDArray[np.int64]) -> tuple[RunSeen, ...]:
    """The runs of a result with the truth of their headline steps; `partner` as from `step_partners`."""
    runs, steps = result.tables["runs"], result.tables["steps"]
    true_square = _true_squares(truth, partner, len(steps["run"]))
    return tuple(_run_seen(runs, steps, true_square, i) for i in range(len(runs["run"])))


def _run_seen(runs: Columns, steps: Columns, true_square: NDArray[Any], i: int) -> RunSeen:
    first, last = int(runs["first_stride"][i]), int(runs["last_stride"][i])
    rows = (steps["run"] == runs["run"][i]) & (steps["stride"] >= first) & (steps["stride"] <= last)
    rows &= ~np.isnan(steps["spread_ms"])
    known = true_square[rows]
    return RunSeen(
        str(runs["kind"][i]),
        int(rows.sum()),
        first,
        last,
        float(runs["spread_ms"][i]),
        float(runs["spread_low_ms"][i]),
        float(runs["spread_high_ms"][i]),
        float(runs["convergence"][i]),
        tuple(known[~np.isnan(known)].tolist()),
    )


def _true_squares(truth: Truth, partner: NDArray[np.int64], n_found: int) -> NDArray[np.float64]:
    """(n_found,) true S_obs^2 of each found step, ms^2."""
    out = np.full(n_found, np.nan)
    if truth.steps and "spread_ms" in truth.steps:
        matched = partner != NOBODY
        out[partner[matched]] = truth.steps["spread_ms"][matched] ** 2
    return out
