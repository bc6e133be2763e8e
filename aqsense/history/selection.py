"""`DIR`, `DIR#3`, `DIR#1,4-6`: which runs stand on a side of a comparison.

In:  what was typed; result folders and recordings (these are analysed).
Out: rows of runs, and the mean places of their peaks for the picture.
Refuses: runs that the folder doesn't hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from aqsense.errors import NothingToAnalyse, RecordingError, SettingsError
from aqsense.history.collect import Progress
from aqsense.history.run_rows import (
    RECORDING,
    RESULTS,
    Row,
    columns_of,
    recording_row,
    result_rows,
    source_row,
)
from aqsense.model import Columns
from aqsense.settings import Settings

_NUMBERS = re.compile(r"\d+(-\d+)?(,\d+(-\d+)?)*")


@dataclass(frozen=True, slots=True)
class Selected:
    """A folder and its runs.

    word        as it was typed
    runs        rows of all its runs
    chosen      (n,) True where asked for; all True where no number was given
    is_explicit run numbers were given
    places      by run: side -> contributor -> {"value", "low", "high"} in ms, as in summary.json
    """

    word: str
    runs: Columns
    chosen: Any
    is_explicit: bool
    places: Mapping[int, Mapping[str, Any]]


def parse(word: str) -> tuple[Path, tuple[int, ...]]:
    """Path and run numbers, none for all. A folder whose own name holds a `#` is taken as it stands."""
    path, mark, numbers = word.rpartition("#")
    if not mark or Path(word).exists():
        return Path(word), ()
    if not path or not _NUMBERS.fullmatch(numbers):
        told = f"{word!a}: found {numbers!a} behind the #; expected run numbers such as #3 or #1,4-6"
        raise SettingsError(told, name="runs", value=word)
    chosen: set[int] = set()
    for part in numbers.split(","):
        first, _, last = part.partition("-")
        if int(last or first) - int(first) > 9999:
            raise SettingsError(f"{word!a}: {part} are too many runs", name="runs", value=word)
        chosen |= set(range(int(first), int(last or first) + 1))
    return Path(path), tuple(sorted(chosen))


def select(word: str, settings: Settings, progress: Progress) -> Selected:
    """Read (or analyse) what was typed.

    Raises NothingToAnalyse without runs, SettingsError for numbers that aren't there.
    """
    path, numbers = parse(word)
    rows, summary = _rows(path, settings, progress)
    runs = columns_of([row for row in rows if row["run"] > 0])
    if not len(runs["run"]):
        reason = summary["session"].get("reason") or "no run was found in it"
        raise NothingToAnalyse(f"compare: {path}: {reason}")
    absent = sorted(set(numbers) - set(runs["run"].tolist()))
    if absent:
        there = ", ".join(map(str, runs["run"]))
        told = f"{word}: there is no run {absent[0]}; this session has {there}. Choose one of these."
        raise SettingsError(told, name="runs", value=word)
    chosen = np.isin(runs["run"], numbers) if numbers else np.ones(len(runs["run"]), bool)
    places = {int(entry["run"]): entry.get("places") or {} for entry in summary["runs"]}
    return Selected(word, runs, chosen, bool(numbers), places)


def _rows(path: Path, settings: Settings, progress: Progress) -> tuple[list[Row], Mapping[str, Any]]:
    from aqsense.view.tables import read_summary, read_table

    where_from = str(path.resolve())
    if (path / "summary.json").is_file():
        summary, table = read_summary(path), read_table(path, "runs")
        try:
            return result_rows(source_row(where_from, RESULTS, ""), summary, table), summary
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            told = f"is no result of aqsense ({error!r}). Analyze again."
            raise RecordingError(told, path=path / "summary.json") from error
    from aqsense.acquire import read_recording
    from aqsense.analysis.pipeline import analyze

    recording = read_recording(path)
    progress(f"analysing {recording.name},", 1, 1)
    result = analyze(recording, settings)
    source = recording_row(
        source_row(where_from, RECORDING, ""), {"name": recording.name, **recording.metadata}, recording.marks
    )
    return result_rows(source, result.summary, result.tables["runs"]), result.summary
