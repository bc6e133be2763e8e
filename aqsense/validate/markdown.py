"""validation.md: the same tables for the documentation, one line per cell."""

from __future__ import annotations

import math
from collections.abc import Sequence

from aqsense.validate.layout import Grid, grids
from aqsense.validate.limits import MISSED, UNDECIDED, judgements, outcome
from aqsense.validate.table import BIAS, Row
from aqsense.validate.words import column_title, main_figure, name, number

_MARKS = {MISSED: " **missed**", UNDECIDED: " (too few to tell)"}


def markdown(title: str, about: str, tables: Sequence[tuple[str, str, str, Sequence[Row]]]) -> str:
    """The whole document; `tables` as for `page.page`."""
    parts = [f"# {title}", about, _reading(), _misses([row for *_, part in tables for row in part])]
    for question, heading, method, rows in tables:
        parts += [f"## {heading}", method, *(_table(grid) for grid in grids(question, rows))]
    return "\n\n".join(parts) + "\n"


def _reading() -> str:
    return (
        "Errors are found minus true: mean ± SD [95 % interval of the mean], RMSE, worst, n; then missed "
        "and invented. Shares and values: value [95 % interval], n. Intervals take recordings as "
        "independent. A line says whether its data are real or simulated."
    )


def _misses(rows: Sequence[Row]) -> str:
    found = judgements(rows)
    missed = [one for one in found if one.outcome == MISSED]
    open_ = sum(one.outcome == UNDECIDED for one in found)
    head = f"**{len(missed)} of {len(found)} limits are missed**" + (
        f", {open_} undecided (too few)." if open_ else "."
    )
    return "\n".join([head, "", *(f"- {_plain(one.text)}" for one in missed)])


def _table(grid: Grid) -> str:
    lines = [f"### {grid.group}", ""]
    has_published = grid.question == "events"
    lines += [
        "| data | quantity | found |" + (" published |" if has_published else " limit, remarks |"),
        "|---|---|---|---|",
    ]
    for column in grid.columns:
        for quantity in grid.quantities:
            row = grid.cells.get((quantity, column))
            if row is not None:
                last = grid.published(quantity).figure if has_published else row.note
                lines.append(
                    f"| {column_title(*column)} | {name(quantity)} | {_found(row)} | {_plain(last)} |"
                )
    return "\n".join(lines)


def _found(row: Row) -> str:
    signed = row.figure == BIAS
    interval = (
        f" [{number(row.low, signed=signed)} to {number(row.high, signed=signed)}]"
        if not math.isnan(row.low)
        else ""
    )
    more = f", RMSE {number(row.rmse)}, worst {number(row.worst, signed=True)}" if signed and row.n else ""
    counts = (
        f"; missed {row.missed}" + (f", invented {row.invented}" if row.invented >= 0 else "")
        if row.missed >= 0
        else ""
    )
    return f"{main_figure(row)}{interval}{more}, n {row.n}{counts}{_MARKS.get(outcome(row), '')}"


def _plain(text: str) -> str:
    return text.replace("|", "/")
