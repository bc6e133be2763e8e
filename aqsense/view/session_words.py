"""What may be said of a session as a whole: the finding of its only sprint, else how many there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aqsense.model import Result

Row = Mapping[str, Any]


def run_rows(result: Result) -> list[Row]:
    """The table of runs as one mapping per run."""
    table = result.tables["runs"]
    return [{name: column[i] for name, column in table.items()} for i in range(len(table["run"]))]


def session_headline(runs: Sequence[Row]) -> tuple[str, str]:
    """Two lines; a session that holds sprints speaks of them only (FORMATS 4)."""
    sprints = [run for run in runs if run["kind"] == "sprint"]
    spoken_for = sprints or runs
    if len(spoken_for) == 1:
        return str(spoken_for[0]["headline"]), str(spoken_for[0]["headline_detail"])
    what = "sprints" if sprints else "runs"
    return f"{len(spoken_for)} {what}, each with its own finding", ""
