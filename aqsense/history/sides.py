"""The runs of both sides of a comparison, alike or refused (METHOD 4.2, 8).

In:  what was selected.
Out: `Pool`: runs with the side they stand on; like runs of the same sessions stay beside as repeats.
Refuses: other athletes, phases, placements, rates ... in one line: which runs, what differs, what to do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.analysis.drift import LIKE_FREQUENCY
from aqsense.analysis.earlier_session import MOST_STRIDES_APART
from aqsense.errors import NothingToAnalyse
from aqsense.history.alike import difference
from aqsense.history.run_rows import joined, where
from aqsense.history.selection import Selected
from aqsense.model import Columns, Floats

A, B, BESIDE = 0, 1, -1
KINDS = ("sprint", "run", "jog")


@dataclass(frozen=True)
class Pool:
    """All runs of all selected sessions, each once, with the side they stand on."""

    runs: Columns
    side: Any
    places: Sequence[Mapping[str, Any]]

    def rows(self, kept: Any) -> Pool:
        index = np.flatnonzero(kept)
        return Pool(where(self.runs, index), self.side[index], [self.places[int(i)] for i in index])


def pooled(parts: Sequence[Selected], sides: Sequence[Any]) -> Pool:
    runs, side = joined([part.runs for part in parts]), np.concatenate(sides)
    places = [part.places[int(run)] for part in parts for run in part.runs["run"]]
    kept: dict[tuple[str, int], int] = {}
    for i, key in enumerate(zip(runs["path"], runs["run"].tolist(), strict=True)):
        before = kept.get(key)
        if before is not None and side[i] != BESIDE and side[before] not in (BESIDE, side[i]):
            raise NothingToAnalyse(
                f"compare: run {key[1]} of {key[0]} stands on both sides. Choose other runs."
            )
        if before is None or side[i] != BESIDE:
            kept[key] = i
    return Pool(runs, side, places).rows(np.isin(np.arange(len(side)), sorted(kept.values())))


def need_both(pool: Pool, words: tuple[str, str], what: str) -> None:
    for side, word in enumerate(words):
        if not (pool.side == side).any():
            raise NothingToAnalyse(f"compare: {word} has no run {what}".rstrip() + ". Choose other runs.")


def refuse_athletes(pool: Pool) -> None:
    there = sorted(set(pool.runs["athlete"][pool.side != BESIDE]))
    if len(there) > 1:
        said = " and ".join(f"{one!a}" for one in there[:3])
        told = f"compare: the runs are of {said}; athletes are not compared with each other."
        raise NothingToAnalyse(f"{told} Choose one with --athlete, or other runs.")


def of_fastest_kind(pool: Pool, left_out: dict[str, int]) -> Pool:
    """The fastest kind of run that both sides have; where they share none, as it is."""
    kinds = [set(pool.runs["kind"][pool.side == side]) for side in (A, B)]
    kind = next((one for one in KINDS if all(one in there for there in kinds)), "")
    if not kind:
        return pool
    fits = pool.runs["kind"] == kind
    _count(left_out, pool, ~fits, "other phase")
    return pool.rows(fits)


def _count(left_out: dict[str, int], pool: Pool, gone: Any, reason: str) -> None:
    n = int((gone & (pool.side != BESIDE)).sum())
    if n:
        left_out[reason] = n


def refuse_unlike(pool: Pool, words: tuple[str, str], first: int, alike: Mapping[str, str]) -> None:
    for i in np.flatnonzero(pool.side != BESIDE):
        one = difference(pool.runs, int(i), alike)
        if one is not None:
            here, there = (_named(pool, words, row) for row in (first, int(i)))
            mine, theirs = (str(pool.runs[one.name][row]) or "not stated" for row in (first, int(i)))
            raise NothingToAnalyse(
                f"compare: {here} and {there} differ in {one.word} ({mine} against {theirs}). {one.advice}"
            )


def _named(pool: Pool, words: tuple[str, str], row: int) -> str:
    return (
        f"run {pool.runs['run'][row]} of {words[pool.side[row]].rpartition('#')[0] or words[pool.side[row]]}"
    )


def near(pool: Pool, words: tuple[str, str], left_out: dict[str, int], *, is_explicit: bool) -> Pool:
    """Runs whose headlines begin within two strides and whose speeds lie within 3 % of each other.

    Of sets that were not chosen run by run, the most that fit stay; else they are refused.
    """
    on_side = pool.side != BESIDE
    by_speed = bool(np.isfinite(pool.runs["speed_max_m_s"][on_side]).all())
    pace, what = ("speed_max_m_s", "speed") if by_speed else ("step_frequency_hz", "step frequency")
    for name, width, is_ratio, word, advice in (
        ("first_stride", MOST_STRIDES_APART, False, "first stride of the headline",
         "Choose runs whose headlines begin within 2 strides."),
        (pace, LIKE_FREQUENCY, True, what, f"Choose runs within 3 % of {what}."),
    ):  # fmt: skip
        values = pool.runs[name].astype(float)
        low, high = _window(values, pool.side, width, is_ratio=is_ratio)
        inside = (values >= low) & (values <= high)
        if (is_explicit and not inside[on_side].all()) or np.isnan(low):
            shown = [values[pool.side == side] for side in (A, B)]
            said = " against ".join(_span(part) for part in shown)
            raise NothingToAnalyse(f"compare: {words[0]} and {words[1]} differ in {word} ({said}). {advice}")
        _count(left_out, pool, ~inside, f"other {word}")
        pool, on_side = pool.rows(inside), on_side[inside]
    return pool


def _span(values: Floats) -> str:
    known = values[np.isfinite(values)]
    if not len(known):
        return "unknown"
    low, high = float(known.min()), float(known.max())
    return f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"


def _window(values: Floats, side: Any, width: float, *, is_ratio: bool) -> tuple[float, float]:
    """Ends of the window that holds the most runs of the sides and some of both; NaN where there is none."""
    best, ends = (0, 0), (np.nan, np.nan)
    for low in np.unique(values[(side != BESIDE) & np.isfinite(values)]):
        high = (low * (1 + width) if is_ratio else low + width) + 1e-9
        inside = (values >= low) & (values <= high)
        counts = [int((inside & (side == one)).sum()) for one in (A, B)]
        if min(counts) and (min(counts), sum(counts)) > best:
            best, ends = (min(counts), sum(counts)), (float(low), float(high))
    return ends
