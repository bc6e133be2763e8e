"""Envelopes made up for the picture of the stride: a hump where each peak is."""

from __future__ import annotations

import numpy as np
from made_result import SIDES, WHO

from aqsense.formats import ENVELOPE_COLUMNS
from aqsense.model import Result

CURVES = (*WHO, "other_arm_back")
N_PHASES = 101
PHASES = np.linspace(-0.25, 0.75, N_PHASES)


def with_envelopes(result: Result, *, without: tuple[str, ...] = ()) -> Result:
    """The same result with envelopes of all its runs; `without`: contributors that have none."""
    rows = [
        _curve(result, int(run), side, who)
        for run in result.tables["runs"]["run"]
        for side in SIDES
        for who in CURVES
        if who not in without
    ]
    table = {name: np.concatenate([row[name] for row in rows]) for name in ENVELOPE_COLUMNS}
    return Result({**result.tables, "envelopes": table}, result.summary)


def peak_phase(result: Result, run: int, side: str, who: str) -> float:
    """Median place of a peak in the stride, over the strides of the run's value."""
    steps, runs = result.tables["steps"], result.tables["runs"]
    row = int(np.flatnonzero(runs["run"] == run)[0])
    mine = (steps["run"] == run) & (steps["stance_side"] == side)
    mine &= (steps["stride"] >= runs["first_stride"][row]) & (steps["stride"] <= runs["last_stride"][row])
    phases = (steps[f"{who}_s"][mine] - steps["contact_s"][mine]) / steps["stride_time_s"][mine]
    finite = phases[np.isfinite(phases)]
    return float(np.median(finite)) if len(finite) else 0.2


def _curve(result: Result, run: int, side: str, who: str) -> dict[str, np.ndarray]:
    hump = np.exp(-(((PHASES - peak_phase(result, run, side, who)) / 0.12) ** 2))
    return {
        "run": np.full(N_PHASES, run),
        "side": np.full(N_PHASES, side, object),
        "contributor": np.full(N_PHASES, who, object),
        "phase": PHASES,
        "median": hump,
        "low": 0.8 * hump,
        "high": 1.15 * hump,
        "n": np.full(N_PHASES, 8),
    }
