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
from aqsense.view.session_words import run_rows, session_headline

WIDTH = 80
WARNINGS_SHOWN = 5


def print_findings(result: Result, folder: Path) -> None:
    """Print headline, runs, warnings and files to stdout."""
    console = Console(width=min(WIDTH, Console().width), highlight=False, markup=False, emoji=False)
    runs = run_rows(result)
    if runs:
        first, second = session_headline(runs)
        console.print(Text(first, style="bold"))
        if second:
            console.print(Text(second))
        console.print(runs_table(runs))
    for text in warning_lines(result):
        console.print(Text(text))
    for text in file_lines(folder):
        console.print(Text(text), soft_wrap=True)  # a path that can be copied


def file_lines(folder: Path) -> list[str]:
    """Where tables and pictures are."""
    pictures = sorted(folder.glob("figures/alignment-*.svg"))
    lines = [f"Results: {folder}"]
    if (folder / "report.html").is_file():
        lines.append(f"Report:  {folder / 'report.html'}")
    if len(pictures) == 1:
        lines.append(f"Picture: {pictures[0]}")
    elif pictures:
        lines.append(f"Pictures: {folder / 'figures'} ({len(pictures)} pages)")
    return lines


def runs_table(runs: list[Mapping[str, Any]]) -> Table:
    """A row per run; a single run's finding is the headline and is not said twice."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0) if len(runs) > 1 else (0, 1))
    titles = ("run", "kind", "strides", "spread ms", "95 %", "score", "steps/s")
    # A run per line: of several runs only what leaves room for the finding.
    shown = [0, 1, 3, 4] if len(runs) > 1 else range(len(titles))
    for column in shown:
        table.add_column(titles[column], justify="left" if column < 2 else "right", no_wrap=True)
    if len(runs) > 1:
        table.add_column("finding", no_wrap=True, overflow="ellipsis", ratio=1)
    for run in runs:
        texts = numbers(run)
        cells = [texts[column] for column in shown] + ([str(run["headline"])] if len(runs) > 1 else [])
        table.add_row(*(Text(text) for text in cells))
    return table


def numbers(run: Mapping[str, Any]) -> list[str]:
    """One run's row; `-` where a number can't be had (why: `quality` in runs.csv, or the finding)."""
    return [
        str(run["run"]),
        str(run["kind"]),
        f"{run['first_stride']}-{run['last_stride']}" if run["first_stride"] >= 0 else "-",
        number(run["spread_ms"], 1),
        interval(run["spread_low_ms"], run["spread_high_ms"]),
        number(run["convergence"], 0),
        number(run["step_frequency_hz"], 2),
    ]


def interval(low: float, high: float) -> str:
    """Both ends, or only the upper bound where there is no more (spread below the noise)."""
    if math.isnan(high):
        return "-"
    return f"< {number(high, 1)}" if math.isnan(low) else f"{number(low, 1)}-{number(high, 1)}"


def number(value: float, decimals: int) -> str:
    """A rounded number; `-` for NaN."""
    return "-" if math.isnan(value) else f"{value:.{decimals}f}"


def warning_lines(result: Result) -> list[str]:
    """The first session warnings in words, and how many more there are."""
    warnings = result.warnings
    lines = [f"Note: {warning['text']}" for warning in warnings[:WARNINGS_SHOWN]]
    if len(warnings) > WARNINGS_SHOWN:
        lines.append(f"and {len(warnings) - WARNINGS_SHOWN} more notes in summary.json")
    return lines
