"""What a finished analysis says on the terminal: the headline, a row per run, where the files are.

Fits 80 columns. Shows numbers of the result as they are and computes none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aqsense.model import Result

WIDTH = 80
WARNINGS_SHOWN = 5


def print_findings(result: Result, folder: Path) -> None:
    """Print headline, runs, warnings and files to stdout."""
    wide = Console()
    console = Console(width=min(WIDTH, wide.width), highlight=False, markup=False, emoji=False)
    runs = rows(result)
    if runs:
        console.print(Text(headline(runs), style="bold"))
        console.print(runs_table(runs))
    for text in warning_lines(result):
        console.print(Text(text))
    # Paths stay on one line, so that they can be copied.
    console.print(Text(f"Results: {folder}"), soft_wrap=True)
    for picture in sorted(folder.glob("figures/alignment-*.svg")):
        console.print(Text(f"Picture: {picture}"), soft_wrap=True)


def rows(result: Result) -> list[Mapping[str, Any]]:
    """The table of runs as one mapping per run."""
    table = result.tables["runs"]
    return [{name: column[i] for name, column in table.items()} for i in range(len(table["run"]))]


def headline(runs: list[Mapping[str, Any]]) -> str:
    """One sentence for the session: its only sprint's (or only run's) own, else how many there are."""
    sprints = [run for run in runs if run["kind"] == "sprint"]
    spoken_for = sprints or runs
    if len(spoken_for) == 1:
        return str(spoken_for[0]["headline"])
    what = "sprints" if sprints else "runs"
    return f"{len(spoken_for)} {what}; each with its own finding:"


def runs_table(runs: list[Mapping[str, Any]]) -> Table:
    """A row per run; long headlines wrap inside their column."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("run", "kind"):
        table.add_column(title, no_wrap=True)
    for title in ("strides", "spread ms", "score", "steps/s"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("finding", ratio=1)
    for run in runs:
        table.add_row(*(Text(cell) for cell in cells(run)))
    return table


def cells(run: Mapping[str, Any]) -> tuple[str, ...]:
    """One run's row; `-` where a number can't be had (its reason: `quality`, or the headline)."""
    strides = f"{run['first_stride']}-{run['last_stride']}" if run["first_stride"] >= 0 else "-"
    return (
        str(run["run"]),
        str(run["kind"]),
        strides,
        number(run["spread_ms"], 1),
        number(run["convergence"], 0),
        number(run["step_frequency_hz"], 2),
        str(run["headline"]),
    )


def number(value: float, decimals: int) -> str:
    """A rounded number; `-` for NaN."""
    return "-" if math.isnan(value) else f"{value:.{decimals}f}"


def warning_lines(result: Result) -> list[str]:
    """The first session warnings in words, and how many more there are."""
    warnings = result.warnings
    lines = [f"Note: {': '.join(filter(None, (w['site'], w['text'])))}" for w in warnings[:WARNINGS_SHOWN]]
    if len(warnings) > WARNINGS_SHOWN:
        lines.append(f"and {len(warnings) - WARNINGS_SHOWN} more notes in summary.json")
    return lines
