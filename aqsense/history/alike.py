"""Only like with like: what two runs must share before their numbers may stand side by side.

In:  rows of runs.
Out: the first thing in which two runs differ, with words; the largest group of runs that are alike.
Refuses: deciding that a difference doesn't matter. METHOD 4.2, 8.
What isn't stated (sensor family, placement) can't be held against anybody and is said instead.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Columns, Floats


@dataclass(frozen=True, slots=True)
class Property:
    """What must be equal. `advice` is what a person can do where it isn't."""

    name: str
    word: str
    advice: str
    may_be_unknown: bool = False


PROPERTIES = (
    Property("kind", "phase", "Choose runs of one kind."),
    Property("score_set", "contributors in the score", "Choose runs with the same contributors."),
    Property("settings_hash", "settings of the analysis", "Analyze both again with the same settings."),
    Property("placement", "placement of the sensors", "Wear the sensors at the same places.", True),
    Property("family", "sensor family", "Choose runs with the same sensors.", True),
    Property("rates", "sampling rate", "Choose runs at the same rate."),
)


def group_of(runs: Columns, kind: str = "") -> tuple[Mapping[str, str], NDArray[np.bool_]]:
    """What most sessions share, and which runs share it.

    kind      sprint, run or jog; "" = the fastest kind that there is
    returns   value of each property, (n,) True for the runs that are alike
    """
    kinds = set(runs["kind"])
    kind = kind or next((one for one in ("sprint", "run", "jog") if one in kinds), "")
    sessions: dict[tuple[str, ...], set[str]] = {}
    for i in np.flatnonzero(runs["kind"] == kind):
        sessions.setdefault(_values(runs, int(i)), set()).add(str(runs["session"][i]))
    if not sessions:
        return {}, np.zeros(len(runs["run"]), bool)
    most = max(sessions, key=lambda values: (len(sessions[values]), values))
    shared = dict(zip((one.name for one in PROPERTIES), most, strict=True))
    return shared, np.array([difference(runs, i, shared) is None for i in range(len(runs["run"]))], bool)


def _values(runs: Columns, i: int) -> tuple[str, ...]:
    return tuple(str(runs[one.name][i]) for one in PROPERTIES)


def difference(runs: Columns, i: int, shared: Mapping[str, Any]) -> Property | None:
    """The first property in which a run differs."""
    for one in PROPERTIES:
        value, expected = str(runs[one.name][i]), str(shared[one.name])
        if value != expected and not (one.may_be_unknown and not (value and expected)):
            return one
    return None


def reasons(runs: Columns, shared: Mapping[str, Any]) -> Counter[str]:
    """How many runs differ, by the word of the first thing in which they do."""
    found = (difference(runs, i, shared) for i in range(len(runs["run"])))
    return Counter(one.word for one in found if one is not None)


def densest(values: Floats, width: float, *, is_ratio: bool = False) -> NDArray[np.bool_]:
    """The most values that lie within `width` of each other; of equally many, the highest.

    values     (n,) NaN are never in
    width      largest distance; with `is_ratio` largest share by which the highest lies above the lowest
    """
    order = np.argsort(values, kind="stable")
    known = order[np.isfinite(values[order])]
    chosen = np.zeros(len(values), bool)
    if not len(known):
        return chosen
    rising = values[known]
    limit = rising * (1 + width) if is_ratio else rising + width
    end = np.searchsorted(rising, limit + 1e-12, side="right")
    n = end - np.arange(len(rising))
    start = len(n) - 1 - int(np.argmax(n[::-1]))
    chosen[known[start : end[start]]] = True
    return chosen
