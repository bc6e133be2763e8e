"""The matching rule: each true event takes the nearest found one of its kind and side within 80 ms.

True ones without partner are missed, found ones without partner invented, where the truth is complete.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Columns, Event, Floats, Side
from aqsense.validate.table import Errors
from aqsense.validate.truth import Truth

REACH_S: Final = 0.080
NOBODY: Final = -1
_SIDES: Final = tuple(side.value for side in Side)
STEP_QUANTITIES: Final = ("step_time_s", "stride_time_s", "contact_time_s", "flight_time_s")
# Per-mean truths are no events; they stand in the same table.
MEAN_STRIDE_TIME: Final = "mean_stride_time_s"


def partners(true_s: Floats, found_s: Floats, reach_s: float = REACH_S) -> NDArray[np.int64]:
    """Index of the found instant that each true one takes, NOBODY where none is near.

    true_s, found_s  (n,), (m,) any order, NaN = nothing there
    A found one wanted by two goes to the nearer; the other gets nobody.
    """
    out = np.full(len(true_s), NOBODY, np.int64)
    known = np.flatnonzero(~np.isnan(found_s))
    if not len(known):
        return out
    apart = np.abs(np.nan_to_num(true_s, nan=np.inf)[:, None] - found_s[known][None, :])
    nearest = apart.argmin(axis=1)
    distance = apart[np.arange(len(true_s)), nearest]
    taken: set[int] = set()
    for index in np.argsort(distance, kind="stable"):
        if distance[index] <= reach_s and int(nearest[index]) not in taken:
            taken.add(int(nearest[index]))
            out[index] = known[nearest[index]]
    return out


def match_events(truth: Truth, found: Columns) -> dict[str, Errors]:
    """Errors in s of every kind of event that the truth knows, both sides together.

    found   events.csv's columns
    """
    kinds = [event.value for event in Event if truth.events and (truth.events["event"] == event.value).any()]
    return {kind: _joined([_of_side(truth, found, kind, side) for side in _SIDES]) for kind in kinds}


def _of_side(truth: Truth, found: Columns, kind: str, side: str) -> Errors:
    true_s = truth.events["time_s"][(truth.events["event"] == kind) & (truth.events["side"] == side)]
    rows = (found["event"] == kind) & (found["side"] == side)
    found_s, sd_s = found["time_s"][rows], found["time_sd_s"][rows]
    partner = partners(true_s, found_s)
    inside = truth.within(true_s)
    matched = inside & (partner != NOBODY)
    loose = np.ones(len(found_s), bool)
    loose[partner[partner != NOBODY]] = False
    return Errors(
        found_s[partner[matched]] - true_s[matched],
        sd_s[partner[matched]],
        missed=int((inside & (partner == NOBODY)).sum()),
        invented=int((loose & truth.within(found_s)).sum()),
    )


def _joined(parts: list[Errors]) -> Errors:
    return Errors(
        np.concatenate([part.error for part in parts]),
        np.concatenate([part.sd for part in parts]),
        sum(part.missed for part in parts),
        sum(part.invented for part in parts),
    )


def step_partners(truth: Truth, found: Columns) -> NDArray[np.int64]:
    """Row of steps.csv for each true step, by stance side and swing peak; by contact where there is none."""
    steps = truth.steps
    by = "swing_s" if "swing_s" in steps and not np.isnan(steps["swing_s"]).all() else "contact_s"
    out = np.full(len(steps["stance_side"]), NOBODY, np.int64)
    for side in ("left", "right"):
        mine, theirs = (np.flatnonzero(table["stance_side"] == side) for table in (steps, found))
        partner = partners(steps[by][mine], found[by][theirs])
        out[mine[partner != NOBODY]] = theirs[partner[partner != NOBODY]]
    return out


def match_steps(truth: Truth, found: Columns, partner: NDArray[np.int64]) -> dict[str, Errors]:
    """Errors in s of step, stride, contact and flight times of matched steps in the complete spans."""
    if not truth.steps:
        return {}
    rows = (partner != NOBODY) & truth.within(truth.steps["contact_s"])
    out = {}
    for name in STEP_QUANTITIES:
        if name in truth.steps and not np.isnan(truth.steps[name]).all():
            true, mine = truth.steps[name][rows], found[name][partner[rows]]
            known = ~np.isnan(true)
            error = (mine - true)[known]
            missed = int(np.isnan(error).sum())
            error = error[~np.isnan(error)]
            out[name] = Errors(error, np.full(len(error), np.nan), missed, -1)
    return out


def match_stride_time(truth: Truth, found: Columns) -> dict[str, Errors]:
    """Error of the mean stride time, where nothing else is known; a value per recording."""
    if np.isnan(truth.stride_time_s):
        return {}
    times = found["stride_time_s"][truth.within(found["start_s"])]
    times = times[~np.isnan(times)]
    if not len(times):
        return {MEAN_STRIDE_TIME: Errors(np.empty(0), np.empty(0), 1, -1)}
    error = np.array([float(times.mean()) - truth.stride_time_s])
    return {MEAN_STRIDE_TIME: Errors(error, np.full(1, np.nan), 0, -1)}
