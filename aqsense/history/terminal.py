"""The history on the terminal: finding, a row per measure, the last sessions, what was left out."""

from __future__ import annotations

import math

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aqsense.analysis.quantity import Quantity
from aqsense.history import words
from aqsense.history.program import History
from aqsense.view.words import ABSENT, number, one_line

SESSIONS_SHOWN = 12
OF_SESSION = ("spread_ms", "pattern_spread_ms", "step_frequency_hz")
WIDTH = 100


def print_history(history: History, name: str) -> None:
    """Print to stdout. `name` is the athlete as the screen may say it."""
    console = Console(width=min(WIDTH, Console().width), highlight=False, markup=False, emoji=False)
    first, second = words.finding(history)
    console.print(Text(f"{one_line(name)}: {first}", style="bold"))
    console.print(Text(second))
    console.print(measures_table(history))
    console.print(sessions_table(history))
    if len(history.sessions) > SESSIONS_SHOWN:
        console.print(Text(f"The last {SESSIONS_SHOWN} of {len(history.sessions)} sessions; --json has all."))
    for line in lines(history):
        console.print(Text(one_line(line)))


def measures_table(history: History) -> Table:
    """A row per measure that any run has; `detects` is the detectable change between two runs of a day."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("measure", no_wrap=True)
    for title in ("last", "in 30 days", "95 %"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("course", no_wrap=True)
    table.add_column("detects", no_wrap=True)
    for name, followed in history.followed.items():
        if not followed.n_runs:
            continue
        measure, slope = followed.measure, followed.trend.slope
        decimals = words.slope_decimals(measure, followed.trend)
        known = history.values(name)
        known = known[[math.isfinite(value) for value in known]]
        cells = (
            f"{measure.word} {measure.unit}".strip(), number(float(known[-1]), measure.decimals),
            number(slope.value, decimals, signed=True), words.interval(slope, decimals),
            words.short_course(followed), words.detectable(followed).split(" (")[0],
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    return table


def sessions_table(history: History) -> Table:
    """The last sessions with tags and feel beside spread and pattern, and what was written down outside."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("day", no_wrap=True)
    titles = [f"{one.word} {one.unit}" for one in (history.followed[name].measure for name in OF_SESSION)]
    for title in ("runs", *titles, "feel", *(one_line(one.measure) for one in history.outside)):
        table.add_column(title, justify="right")
    table.add_column("tags")
    beside = [one.at(history.days) for one in history.outside]
    for i in range(max(0, len(history.sessions) - SESSIONS_SHOWN), len(history.sessions)):
        session = history.sessions[i]
        values = (
            number(session.values[name].value, history.followed[name].measure.decimals) for name in OF_SESSION
        )
        outside = (number(float(values[i]), 2) for values in beside)
        cells = (
            words.iso_date(session.day), str(session.n_runs), *values, number(session.feel, 0),
            *outside, ", ".join(one_line(tag) for tag in session.tags) or ABSENT,
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    return table


def lines(history: History) -> list[str]:
    """Coefficients, what was compared, what was left out, notes."""
    out = [
        f"{history.followed[name].measure.word} and {outside}: {coefficient(found)}"
        for (name, outside), found in history.associations.items()
    ]
    if out:
        out.append("Two things that both change over weeks go together without touching each other.")
    out.append(f"Compared: {words.compared(history)}.")
    if history.left_out:
        out.append(f"Left out: {'; '.join(words.left_out(history.left_out))}.")
    return [*out, *(f"Note: {note}" for note in history.notes)]


def coefficient(found: Quantity) -> str:
    """`rank coefficient +0.61 (95 % +0.10 to +0.86, n 12)`."""
    if math.isnan(found.value):
        return words.REASONS.get(found.reason, found.reason)
    value = number(found.value, 2, signed=True)
    return f"rank coefficient {value} (95 % {words.interval(found, 2)}, {found.n} sessions)"
