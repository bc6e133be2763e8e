"""Brings the stores up to date and asks them: reads what is new, analyses recordings without results.

In:  folders, an athlete.
Out: the athlete's runs of all folders, each session once; sources that could not be read, with reasons.
Refuses: analysing recordings of other athletes, writing results (`aqsense analyze` does).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from aqsense.errors import AqsenseError, NothingToAnalyse
from aqsense.history.run_rows import (
    RECORDING,
    RESULTS,
    UNREADABLE,
    Row,
    columns_of,
    joined,
    recording_row,
    result_rows,
    source_row,
    where,
)
from aqsense.history.sources import Source, find_sources
from aqsense.history.store import Store
from aqsense.model import Columns
from aqsense.settings import Settings

Progress = Callable[[str, int, int], None]


def silent(what: str, done: int, total: int) -> None:
    """Nobody looks."""


@dataclass(frozen=True)
class Collected:
    """Runs of one athlete, and what stands beside them.

    runs         rows as in `run_rows`, `path` with its folder in front
    feel         (session, run) -> 1 to 10, as it was marked
    unreadable   (path, reason)
    """

    runs: Columns
    feel: Mapping[tuple[str, int], float]
    unreadable: tuple[tuple[str, str], ...]


@dataclass
class Shelf:
    """A searched folder with its store."""

    root: Path
    store: Store
    found: dict[str, Source]
    sources: dict[str, Row] = field(default_factory=dict[str, Row])

    @classmethod
    def open(cls, root: Path, progress: Progress) -> Shelf:
        """With everything read that is new, and everything forgotten that is gone."""
        shelf = cls(root, Store(root), find_sources(root))
        stored = _by_path(shelf.store.sources())
        stale = [
            source
            for path, source in shelf.found.items()
            if stored.get(path, {}).get("stamp") != source.stamp
        ]
        gone = set(stored) - set(shelf.found)
        if stale or gone:
            rows: list[Row] = []
            for done, source in enumerate(stale, 1):
                rows += _read(root, source)
                progress("reading", done, len(stale))
            shelf.store.replace(gone | {source.path for source in stale}, columns_of(rows))
            stored = _by_path(shelf.store.sources())
        shelf.sources = stored
        return shelf

    def of_kind(self, what: str) -> list[Row]:
        return [row for row in self.sources.values() if row["what"] == what]


def collect(
    roots: Sequence[Path], athlete: str, settings: Settings, progress: Progress = silent
) -> Collected:
    """All runs of an athlete under some folders.

    Raises NothingToAnalyse where there are none, with the athletes that there are.
    """
    shelves = [Shelf.open(root, progress) for root in _apart(roots)]
    with_results = {row["session"] for shelf in shelves for row in shelf.of_kind(RESULTS)}
    for shelf in shelves:
        _analyse_missing(shelf, athlete, with_results, settings, progress)
    runs = joined([_placed(shelf, shelf.store.runs_of(athlete)) for shelf in shelves])
    recordings = {row["session"]: row for shelf in shelves for row in shelf.of_kind(RECORDING)}
    unreadable = tuple(
        (str(shelf.root / path), str(row["reason"]))
        for shelf in shelves
        for path, row in shelf.sources.items()
        if row["reason"]
    )
    runs = _each_session_once(runs, with_results)
    if not len(runs["run"]):
        raise NothingToAnalyse(_nobody(athlete, shelves, unreadable))
    runs = {**runs, "family": _families(runs, recordings)}
    return Collected(runs, _feelings(runs, recordings), unreadable)


def _by_path(columns: Columns) -> dict[str, Row]:
    names = list(columns)
    return {
        str(columns["path"][i]): {name: columns[name][i] for name in names}
        for i in range(len(columns["path"]))
    }


def _apart(roots: Sequence[Path]) -> list[Path]:
    """Existing folders, none inside another."""
    there = {root.resolve(): root for root in roots if root.is_dir()}
    if not there:
        named = ", ".join(str(root) for root in roots)
        raise NothingToAnalyse(
            f"history: there is no folder {named}. Say where the sessions are with --in DIR."
        )
    return [root for real, root in there.items() if not any(other in real.parents for other in there)]


def _read(root: Path, source: Source) -> list[Row]:
    """Rows of a source; of one that can't be read, the reason."""
    row = source_row(source.path, source.what, source.stamp)
    try:
        if source.what == RESULTS:
            return result_rows(row, *_written(root / source.path))
        return [_recording(root / source.path, row)]
    except (AqsenseError, KeyError, TypeError, ValueError, AttributeError) as error:
        reason = str(error) if isinstance(error, AqsenseError) else f"is no result of aqsense ({error!r})"
        return [source_row(source.path, UNREADABLE, source.stamp, " ".join(reason.split()))]


def _written(folder: Path) -> tuple[dict[str, Any], Columns]:
    from aqsense.view.tables import read_summary, read_table

    return read_summary(folder), read_table(folder, "runs")


def _recording(folder: Path, row: Row) -> Row:
    from aqsense.acquire.marks import read_marks
    from aqsense.acquire.metadata import FILE_NAME, read_metadata

    return recording_row(row, read_metadata(folder / FILE_NAME).raw, read_marks(folder / "marks.csv")[0])


def _analyse_missing(
    shelf: Shelf, athlete: str, with_results: set[str], settings: Settings, progress: Progress
) -> None:
    """Analyse the athlete's recordings that have no results, once per settings."""
    waiting = [
        row
        for row in shelf.of_kind(RECORDING)
        if row["session"] not in with_results
        and row["settings_hash"] != settings.hash
        and athlete in json.loads(row["facts"])["athletes"]
    ]
    for done, row in enumerate(waiting, 1):
        rows = _analysed(shelf.root / row["path"], row, settings)
        shelf.store.replace({row["path"]}, columns_of(rows))
        progress("analysing", done, len(waiting))
    if waiting:
        shelf.sources = _by_path(shelf.store.sources())


def _analysed(folder: Path, row: Row, settings: Settings) -> list[Row]:
    from aqsense.acquire import read_recording
    from aqsense.analysis.pipeline import analyze

    source = source_row(row["path"], RECORDING, row["stamp"]) | {
        name: row[name] for name in ("session", "facts", "family")
    }
    try:
        result = analyze(read_recording(folder), settings)
    except AqsenseError as error:
        return [source | {"settings_hash": settings.hash, "reason": " ".join(str(error).split())}]
    return result_rows(source, result.summary, result.tables["runs"])


def _placed(shelf: Shelf, runs: Columns) -> Columns:
    paths = np.array([f"{shelf.root}/{path}" for path in runs["path"]], object)
    return {**runs, "path": paths}


def _each_session_once(runs: Columns, with_results: set[str]) -> Columns:
    """Results before what was analysed here; of two results of a session with equal settings, the one whose
    path sorts last."""
    chosen: dict[tuple[str, str], tuple[bool, str]] = {}
    keys = list(zip(runs["session"], runs["settings_hash"], strict=True))
    ranks = list(zip(runs["what"] == RESULTS, runs["path"], strict=True))
    for key, rank in zip(keys, ranks, strict=True):
        chosen[key] = max(rank, chosen.get(key, rank))
    kept = [
        chosen[key] == rank and (rank[0] or key[0] not in with_results)
        for key, rank in zip(keys, ranks, strict=True)
    ]
    return where(runs, np.array(kept, bool))


def _families(runs: Columns, recordings: Mapping[str, Row]) -> Any:
    """Results don't say of which family their sensors are; their recording does, if it is there."""
    return np.array(
        [
            family or str(recordings.get(session, {}).get("family", ""))
            for family, session in zip(runs["family"], runs["session"], strict=True)
        ],
        object,
    )


def _feelings(runs: Columns, recordings: Mapping[str, Row]) -> dict[tuple[str, int], float]:
    """A mark names its run, or belongs to the last one that began before it."""
    found: dict[tuple[str, int], float] = {}
    for session in set(runs["session"]) & set(recordings):
        marks = json.loads(recordings[session]["facts"])["feel"]
        rows = np.flatnonzero(runs["session"] == session) if marks else np.empty(0, np.int64)
        numbers, starts = runs["run"][rows], runs["start_s"][rows]
        for time_s, run, text in marks:
            before = numbers[starts <= time_s]
            number = int(run) if str(run).isdigit() else int(before[-1]) if len(before) else 0
            if number in numbers and (value := _feel(text)) is not None:
                found[session, number] = value
    return found


def _feel(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if 1 <= value <= 10 else None


def _nobody(athlete: str, shelves: Sequence[Shelf], unreadable: Sequence[tuple[str, str]]) -> str:
    folders = " and ".join(str(shelf.root) for shelf in shelves)
    there: dict[str, int] = {}
    for shelf in shelves:
        for one, n in shelf.store.athletes().items():
            there[one] = there.get(one, 0) + n
    said = ", ".join(f"{one!a} ({n})" for one, n in list(there.items())[:8]) or "no analysed run at all"
    broken = f" {len(unreadable)} could not be read, first {unreadable[0][0]}." if unreadable else ""
    found = f"no run of {athlete!a} under {folders}; found there: {said}.{broken}"
    return f"history: {found} Check the id, or --in DIR."
