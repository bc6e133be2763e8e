"""A comparison in sentences and on the terminal: what can be told, what can't, and why."""

from __future__ import annotations

import math

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from aqsense.analysis.change import Difference, Told
from aqsense.history import words
from aqsense.history.compare import Compared
from aqsense.history.measures import MEASURES, Measure
from aqsense.history.sides import A, B
from aqsense.view.words import number, one_line

WIDTH = 100


def finding(compared: Compared) -> tuple[str, str]:
    """Headline and second line, of the spread."""
    found = compared.found["spread_ms"]
    amount, second = found.quantity.value, one_line(compared.words[1])
    if found.told is Told.YES:
        first = f"Spread {number(abs(amount), 1)} ms {'smaller' if amount < 0 else 'larger'} in {second}"
    elif math.isnan(amount):
        first = "Spread: can't be compared"
    else:
        first = f"Spread {number(amount, 1, signed=True)} ms: no change told"
    said = [f"95 % {words.interval(found.quantity, 1)} ms"] if math.isfinite(found.quantity.low) else []
    said.append(_can_we_tell(found, MEASURES["spread_ms"]))
    others = [
        f"{MEASURES[name].word} {words.with_unit(_amount(one, MEASURES[name]), MEASURES[name])}"
        for name, one in compared.found.items()
        if one.told is Told.YES and MEASURES[name].is_judged and name != "spread_ms"
    ]
    said.append(f"Told beside it: {', '.join(others)}" if others else "Nothing else is told")
    return first, ". ".join(said) + "."


def _can_we_tell(found: Difference, measure: Measure) -> str:
    if found.told is Told.NOT_YET:
        return f"Can we tell? {found.reason.capitalize()}"
    least = words.with_unit(number(found.told_from, words.slope_decimals(measure)), measure)
    return f"Can we tell? {told(found).capitalize()}; from {least} on"


def _amount(found: Difference, measure: Measure) -> str:
    return number(found.quantity.value, words.slope_decimals(measure), signed=True)


def told(found: Difference) -> str:
    """`yes`, `no`, `by chance?`, `not yet`."""
    return {
        Told.YES: "yes", Told.NO: "no", Told.BY_CHANCE: "no (chance)", Told.NOT_YET: "not yet",
    }[found.told]  # fmt: skip


def counts(compared: Compared) -> str:
    """`A = before (4 runs), B = after (3 runs); athlete a07`."""
    said = [
        f"{one_line(word)} ({n} {'run' if n == 1 else 'runs'})"
        for word, n in zip(
            compared.words, (int((compared.side == side).sum()) for side in (A, B)), strict=True
        )
    ]
    return f"A = {said[0]}, B = {said[1]}; athlete {one_line(compared.athlete) or '(none)'}"


def lines(compared: Compared) -> list[str]:
    """What stands below the table."""
    out = _why_not_yet(compared)
    if any(one.told is Told.BY_CHANCE for one in compared.found.values()):
        n = sum(not math.isnan(one.chance) for one in compared.found.values())
        out.append(f"One of {n} measures may look changed by chance; `yes` allows for all of them together.")
    out.append("From: the smallest change that would be told if the measure were the only one.")
    return [*out, *reservations(compared)]


def _why_not_yet(compared: Compared) -> list[str]:
    """`Can we tell: not yet (1 more run of one day).`, by measure where they differ."""
    reasons = {
        MEASURES[name].word: one.reason
        for name, one in compared.found.items()
        if MEASURES[name].is_judged and not math.isnan(one.quantity.value)
    }
    if len(set(reasons.values())) == 1:
        return [f"Can we tell: {reason}." for reason in set(reasons.values()) if reason]
    return [f"{word.capitalize()}: {reason}." for word, reason in reasons.items() if reason]


def reservations(compared: Compared) -> list[str]:
    """What was left out and what a reader must know."""
    said = words.left_out(compared.left_out)
    out = [f"Left out: {'; '.join(said)}."] if said else []
    return [*out, *(f"Note: {note}" for note in compared.notes)]


def print_compared(compared: Compared) -> None:
    """Print to stdout."""
    console = Console(width=min(WIDTH, Console().width), highlight=False, markup=False, emoji=False)
    first, second = finding(compared)
    console.print(Text(first, style="bold"))
    console.print(Text(second))
    console.print(Text(counts(compared)))
    console.print(_table(compared))
    for line in lines(compared):
        console.print(Text(one_line(line)))


def _table(compared: Compared) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("measure", no_wrap=True)
    for title in ("A", "B", "B − A", "95 %"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("can we tell?", no_wrap=True)
    table.add_column("from", justify="right", no_wrap=True)
    for name, found in compared.found.items():
        measure = MEASURES[name]
        if math.isnan(found.quantity.value):
            continue
        decimals = words.slope_decimals(measure)
        cells = (
            f"{measure.word} {measure.unit}".strip(),
            *(number(value, measure.decimals) for value in compared.values[name]),
            number(found.quantity.value, decimals, signed=True),
            words.interval(found.quantity, decimals),
            told(found) if measure.is_judged else "not judged", number(found.told_from, decimals),
        )  # fmt: skip
        table.add_row(*(Text(cell) for cell in cells))
    return table
