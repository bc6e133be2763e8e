"""Runs of one athlete -> the history: a value per session, trends, what was left out (METHOD 5.12).

In:  what was collected, outside tables.
Out: `History`.
Refuses: mixing what is not alike, coefficients below eight sessions, saying why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.association import association
from aqsense.analysis.detectable import pooled_detectable_change
from aqsense.analysis.drift import LIKE_FREQUENCY
from aqsense.analysis.earlier_session import MOST_STRIDES_APART
from aqsense.analysis.quantity import Quantity
from aqsense.analysis.trends import BEST_RUNS, Trend, session_value, trend
from aqsense.errors import NothingToAnalyse, SettingsError
from aqsense.history.alike import densest, group_of, reasons
from aqsense.history.collect import Collected
from aqsense.history.measures import MEASURES, Measure
from aqsense.history.outside import Outside
from aqsense.history.run_rows import where
from aqsense.model import Columns, Floats, RunKind

Flags = NDArray[np.bool_]

DAYS_PER_TREND = 30.0
HELD_AGAINST_OUTSIDE = ("spread_ms", "pattern_spread_ms")


def check_kind(kind: str) -> None:
    """SettingsError for a kind that there isn't."""
    kinds = [one.value for one in RunKind]
    if kind and kind not in kinds:
        raise SettingsError(f"--kind is {kind!a}; expected {', '.join(kinds)}", name="kind", value=kind)


@dataclass(frozen=True)
class SessionOf:
    """One session of the athlete.

    day      days since 1970, UTC
    n_runs   alike runs
    tags     in order, each once
    feel     median of what was marked, NaN if nothing was
    values   by measure, NaN with a reason where there is none
    """

    session: str
    name: str
    day: float
    n_runs: int
    tags: tuple[str, ...]
    feel: float
    values: Mapping[str, Quantity]


@dataclass(frozen=True)
class Followed:
    """A measure over the sessions.

    trend        slope per 30 days
    detectable   MDC95 of two single runs of a day
    n_runs       alike runs that have it
    """

    measure: Measure
    trend: Trend
    detectable: Quantity
    n_runs: int


@dataclass(frozen=True)
class History:
    """What the sessions of an athlete say.

    alike          what all compared runs share
    associations   by (measure, outside measure)
    left_out       number of runs by reason
    notes          what a reader must know, as sentences
    runs           the compared runs, in order of time
    """

    athlete: str
    alike: Mapping[str, str]
    sessions: tuple[SessionOf, ...]
    followed: Mapping[str, Followed]
    outside: tuple[Outside, ...]
    associations: Mapping[tuple[str, str], Quantity]
    left_out: Mapping[str, int]
    notes: tuple[str, ...]
    runs: Columns

    @property
    def days(self) -> Floats:
        return np.array([session.day for session in self.sessions])

    def values(self, name: str) -> Floats:
        """(n sessions,) of a measure."""
        return np.array([session.values[name].value for session in self.sessions])


def history(
    collected: Collected,
    athlete: str,
    *,
    kind: str = "",
    tag: str | None = None,
    outside: Sequence[Outside] = (),
) -> History:
    """The history of an athlete.

    kind   sprint, run or jog; "" = the fastest kind that there is
    tag    only runs with this tag; None = all

    Raises NothingToAnalyse where no run is left.
    """
    runs, left_out = collected.runs, dict[str, int]()
    runs = _only(runs, np.isfinite(runs["day"]), left_out, "no start time in the recording")
    if tag is not None:
        runs = _only(runs, runs["tag"] == tag, left_out, "other tag")
    shared, is_alike = group_of(runs, kind)
    for word, n in reasons(where(runs, ~is_alike), shared).items() if shared else ():
        left_out[f"other {word}"] = n
    runs = where(runs, is_alike)
    begins = densest(runs["first_stride"].astype(float), MOST_STRIDES_APART)
    runs = _only(runs, begins, left_out, "headline begins at another stride")
    if not len(runs["run"]):
        said = ", ".join(f"{n} with {reason}" for reason, n in left_out.items()) or "none at all"
        raise NothingToAnalyse(
            f"history: no {kind or 'run'} of {athlete!a} can be put on a time axis; left out: {said}. "
            "Recordings need started_utc; see --kind and --tag."
        )
    runs = where(runs, np.lexsort((runs["run"], runs["session"].astype(str), runs["day"])))
    is_like = densest(runs["step_frequency_hz"], LIKE_FREQUENCY, is_ratio=True)
    if not is_like.all():
        left_out["other step frequency (kept for step frequency and top speed)"] = int((~is_like).sum())
    sessions = _sessions(runs, is_like, collected)
    days = np.array([session.day for session in sessions])
    repeated = list(_rows_by(same_day_keys(runs)).values())
    followed = {
        name: _followed(measure, _column(measure, runs, is_like), repeated, sessions, days)
        for name, measure in MEASURES.items()
    }
    together = {
        (name, one.measure): association(
            np.array([session.values[name].value for session in sessions]), one.at(days)
        )
        for one in outside
        for name in HELD_AGAINST_OUTSIDE
    }
    notes = _notes(sessions, runs, collected)
    return History(
        athlete, shared, sessions, followed, tuple(outside), together, left_out, notes, where(runs, is_like)
    )


def _only(runs: Columns, kept: Flags, left_out: dict[str, int], reason: str) -> Columns:
    if not kept.all():
        left_out[reason] = int((~kept).sum())
    return where(runs, kept)


def _column(measure: Measure, runs: Columns, is_like: Flags) -> Floats:
    """Values of a measure; NaN in runs that are no basis for it."""
    values = runs[measure.name]
    if measure.name == "pattern_spread_ms":  # against another basis it is another quantity
        bases = runs["pattern_basis"][np.isfinite(values)].tolist()
        usual = max(sorted(set(bases)), key=bases.count, default="")
        values = np.where(runs["pattern_basis"] == usual, values, np.nan)
    return values if measure.of_frequency else np.where(is_like, values, np.nan)


def _sessions(runs: Columns, is_like: Flags, collected: Collected) -> tuple[SessionOf, ...]:
    columns = {name: _column(measure, runs, is_like) for name, measure in MEASURES.items()}
    out: list[SessionOf] = []
    for session, rows in _rows_by(runs["session"].tolist()).items():
        felt = [collected.feel.get((session, int(run)), np.nan) for run in runs["run"][rows]]
        known = [value for value in felt if np.isfinite(value)]
        out.append(
            SessionOf(
                session=str(session),
                name=str(runs["name"][rows[0]]),
                day=float(runs["day"][rows[0]]),
                n_runs=int(is_like[rows].sum()),
                tags=tuple(dict.fromkeys(tag for tag in runs["tag"][rows] if tag)),
                feel=float(np.median(known)) if known else np.nan,
                values={
                    name: session_value(columns[name][rows], measure.best)
                    for name, measure in MEASURES.items()
                },
            )
        )
    return tuple(out)


def _rows_by(keys: Sequence[Any]) -> dict[Any, NDArray[np.int64]]:
    """Rows of each key, in the order in which keys first appear."""
    rows: dict[Any, list[int]] = {}
    for i, key in enumerate(keys):
        rows.setdefault(key, []).append(i)
    return {key: np.array(found) for key, found in rows.items()}


def _followed(
    measure: Measure, values: Floats, repeated: Sequence[Any], sessions: Sequence[SessionOf], days: Floats
) -> Followed:
    detectable = pooled_detectable_change(values[rows] for rows in repeated)
    over = np.array([session.values[measure.name].value for session in sessions])
    found = trend(days / DAYS_PER_TREND, over, detectable)
    return Followed(measure, found, detectable, int(np.isfinite(values).sum()))


def same_day_keys(runs: Columns) -> list[tuple[float, str]]:
    """Day and tag of each run: runs under another condition are no repeats."""
    return list(zip(np.floor(runs["day"]).tolist(), runs["tag"].tolist(), strict=True))


def _notes(sessions: Sequence[SessionOf], runs: Columns, collected: Collected) -> tuple[str, ...]:
    notes: list[str] = []
    counts = [session.n_runs for session in sessions if session.n_runs]
    few, best = sum(n < BEST_RUNS for n in counts), BEST_RUNS
    if few:
        notes.append(
            f"{few} of {len(counts)} sessions have fewer than {best} runs: their value is these runs' median."
        )
    if counts and max(counts) > best and max(counts) > 1.5 * min(counts):
        range_of = f"Sessions have {min(counts)} to {max(counts)} runs"
        notes.append(
            f"{range_of}: the best {best} of many are better than the best {best} of few by selection alone."
        )
    for name, word in (("family", "sensor family"), ("placement", "placement of the sensors")):
        unknown = len(set(runs["session"][runs[name] == ""]))
        if unknown:
            notes.append(f"The {word} of {unknown} sessions isn't stated, so it was not compared.")
    coarse = int((runs["sync_sd_ms"] > 5).sum())
    if coarse:
        notes.append(
            f"Clocks of {coarse} runs agree only within more than 5 ms (SD); spread and lags carry that."
        )
    if collected.unreadable:
        path, reason = collected.unreadable[0]
        notes.append(f"{len(collected.unreadable)} folders could not be used, first {path!a}: {reason}")
    return tuple(notes)
