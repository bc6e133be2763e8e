"""Two runs, or two sets of runs, of one athlete held together: differences, and whether we can tell.

In:  what was selected on either side.
Out: `Compared`.
Refuses: "yes" without repeats of one day; what is not alike (`sides`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.analysis.change import Difference, Side, share_false_alarms, told_difference
from aqsense.analysis.detectable import repeats
from aqsense.errors import SettingsError
from aqsense.history.alike import PROPERTIES, difference
from aqsense.history.measures import MEASURES, Measure
from aqsense.history.selection import Selected
from aqsense.history.sides import (
    BESIDE,
    A,
    B,
    Pool,
    near,
    need_both,
    of_fastest_kind,
    pooled,
    refuse_athletes,
    refuse_unlike,
)
from aqsense.model import Columns, Floats


@dataclass(frozen=True)
class Compared:
    """A comparison; differences are B minus A.

    words      of the two sides
    runs       all runs with `side`: 0, 1, or -1 for like runs of the same sessions that only serve as repeats
    values     mean of each side by measure
    found      by measure
    alike      what all runs share
    left_out   number of runs by reason
    places     of each row of `runs`: side -> contributor -> numbers
    """

    words: tuple[str, str]
    athlete: str
    runs: Columns
    side: Any
    values: Mapping[str, tuple[float, float]]
    found: Mapping[str, Difference]
    alike: Mapping[str, str]
    left_out: Mapping[str, int]
    notes: tuple[str, ...]
    places: Sequence[Mapping[str, Any]]


def compare(one: Selected, other: Selected, athlete: str = "") -> Compared:
    """Hold two selections together.

    athlete   which one, where the sessions hold several; "" = the only one

    Raises NothingToAnalyse where they are not alike.
    """
    sides = [np.where(part.chosen, side, BESIDE) for side, part in ((A, one), (B, other))]
    pool = pooled([one, other], sides)
    return _compared(pool, (one.word, other.word), athlete, is_explicit=one.is_explicit and other.is_explicit)


def compare_tags(parts: Sequence[Selected], tags: Sequence[str], athlete: str = "") -> Compared:
    """Hold the runs with one tag against those with another.

    tags   two of them, "" = untagged; none: the only two that there are, the earlier first
    """
    pool = pooled(parts, [np.full(len(part.runs["run"]), BESIDE) for part in parts])
    chosen = np.concatenate([part.chosen for part in parts])
    rows = np.flatnonzero(chosen & _of(pool.runs, athlete))
    rows = rows[np.lexsort((pool.runs["start_s"][rows], pool.runs["day"][rows]))]
    there = list(dict.fromkeys(pool.runs["tag"][rows]))
    if not tags and len(there) == 2:
        tags = there
    if len(tags) != 2 or not set(tags) <= set(there):
        said = ", ".join(tag or "(none)" for tag in there)
        told = f"--by tag needs two tags; these runs have {said}. Name two: --by tag:before,after"
        raise SettingsError(told, name="by", value=",".join(tags))
    side = np.select([(pool.runs["tag"] == tag) & chosen for tag in tags], [A, B], BESIDE)
    words = (tags[0] or "untagged", tags[1] or "untagged")
    return _compared(Pool(pool.runs, side, pool.places), words, athlete, is_explicit=False)


def _of(runs: Columns, athlete: str) -> Any:
    return runs["athlete"] == athlete if athlete else np.ones(len(runs["run"]), bool)


def _compared(pool: Pool, words: tuple[str, str], athlete: str, *, is_explicit: bool) -> Compared:
    pool = pool.rows(_of(pool.runs, athlete))
    need_both(pool, words, "of this athlete" if athlete else "")
    left_out: dict[str, int] = {}
    refuse_athletes(pool)
    if not is_explicit:
        pool = of_fastest_kind(pool, left_out)
        need_both(pool, words, "of the same phase")
    first = int(np.flatnonzero(pool.side != BESIDE)[0])
    alike = {one.name: str(pool.runs[one.name][first]) for one in PROPERTIES}
    refuse_unlike(pool, words, first, alike)
    pool = near(pool, words, left_out, is_explicit=is_explicit)
    pool = pool.rows([difference(pool.runs, i, alike) is None for i in range(len(pool.side))])
    found = {name: _difference(pool, measure) for name, measure in MEASURES.items()}
    judged = {name: one for name, one in found.items() if MEASURES[name].is_judged}
    values = {name: _means(pool, measure) for name, measure in MEASURES.items()}
    return Compared(
        words, str(pool.runs["athlete"][0]), pool.runs, pool.side, values, found | share_false_alarms(judged),
        alike, left_out, _notes(pool), pool.places,
    )  # fmt: skip


def _values(pool: Pool, measure: Measure) -> Floats:
    """A measure of all runs; off own pattern only against the basis that both sides share most."""
    values = pool.runs[measure.name]
    if measure.name != "pattern_spread_ms":
        return values
    basis = pool.runs["pattern_basis"]

    def shared(one: str) -> tuple[int, int, str]:
        counts = [int(((basis == one) & (pool.side == side)).sum()) for side in (A, B)]
        return min(counts), sum(counts), one

    return np.where(basis == max(set(basis), key=shared), values, np.nan)


def _means(pool: Pool, measure: Measure) -> tuple[float, float]:
    known = [_values(pool, measure)[pool.side == side] for side in (A, B)]
    one, other = (
        float(np.mean(part[np.isfinite(part)])) if np.isfinite(part).any() else np.nan for part in known
    )
    return one, other


def _difference(pool: Pool, measure: Measure) -> Difference:
    values = _values(pool, measure)
    one, other = (_side(pool, measure, values, side) for side in (A, B))
    return told_difference(
        one, other, repeats(_repeated(pool, values)), measure.clock_share * _clock_ms(pool)
    )


def _side(pool: Pool, measure: Measure, values: Floats, side: int) -> Side:
    rows = np.flatnonzero(pool.side == side)
    if len(rows) > 1:
        return Side(values[rows])
    low, high = (float(pool.runs[f"{measure.name}_{end}"][rows[0]]) for end in ("low", "high"))
    return Side(values[rows], low, high)


def _repeated(pool: Pool, values: Floats) -> list[Floats]:
    """Values by side, day, session's condition: what lies between two groups is no repeat."""
    day = np.where(np.isfinite(pool.runs["day"]), np.floor(np.nan_to_num(pool.runs["day"])), -1.0)
    groups: dict[tuple[Any, ...], list[float]] = {}
    for i in range(len(values)):
        undated = "" if day[i] >= 0 else str(pool.runs["session"][i])
        key = (int(pool.side[i]), float(day[i]), undated, str(pool.runs["tag"][i]))
        groups.setdefault(key, []).append(float(values[i]))
    return [np.array(found) for found in groups.values()]


def _clock_ms(pool: Pool) -> float:
    """What the clocks add to the difference per unit of share: sessions weigh by how unlike the sides hold
    them, so that runs of one session share their clocks."""
    sides = [pool.side == side for side in (A, B)]
    square = 0.0
    for session in set(pool.runs["session"]):
        of_session = pool.runs["session"] == session
        one, other = (float((of_session & side).sum()) / float(side.sum()) for side in sides)
        sd = pool.runs["sync_sd_ms"][of_session]
        square += float((one - other) * np.nan_to_num(sd).max()) ** 2
    return float(np.sqrt(square))


def _notes(pool: Pool) -> tuple[str, ...]:
    notes: list[str] = []
    on_side = pool.side != BESIDE
    for name, word in (("family", "sensor family"), ("placement", "placement of the sensors")):
        if (pool.runs[name][on_side] == "").any():
            notes.append(f"The {word} isn't stated everywhere, so it was not compared.")
    if np.isnan(pool.runs["sync_sd_ms"][on_side]).any():
        notes.append("How well the clocks agree isn't stated everywhere; such clocks were taken as exact.")
    days = {float(np.floor(day)) for day in pool.runs["day"][on_side] if np.isfinite(day)}
    if len(days) > 1:
        notes.append(
            "The sides are of several days: repeats of one day don't hold what differs between days."
        )
    if len(set(pool.runs["pattern_basis"][on_side])) > 1:
        notes.append("Off own pattern has several bases; only runs with the most common one are used for it.")
    return tuple(notes)
