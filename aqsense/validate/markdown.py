"""validation.md: the tables for the documentation, one line per cell.

Single recordings' lines are left out; they stand in the HTML and in the CSV.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from aqsense.validate.layout import Column, Grid, grids
from aqsense.validate.limits import MISSED, UNDECIDED, judgements, outcome
from aqsense.validate.table import BIAS, BY_RECORDING, Row
from aqsense.validate.words import column_title, main_figure, name, number

_MARKS = {MISSED: " **missed**", UNDECIDED: " (too few to tell)"}


def markdown(title: str, about: str, tables: Sequence[tuple[str, str, str, Sequence[Row]]]) -> str:
    """The whole document; `tables` as for `page.page`."""
    parts = [f"# {title}", about, _reading(), _misses([row for *_, part in tables for row in part])]
    for question, heading, method, rows in tables:
        parts += [f"## {heading}", method, *(_table(grid) for grid in grids(question, _shown(rows)))]
    return "\n\n".join(parts) + "\n"


def _shown(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if not row.group.endswith(BY_RECORDING)]


def _reading() -> str:
    return (
        "Errors are found minus true: mean ± SD [95 % interval of the mean], RMSE, worst, n; then missed "
        "and invented. Shares and values: value [95 % interval], n. Intervals take recordings as "
        "independent. A line says whether its data are real or simulated. Single recordings stand in the "
        "HTML and in the CSV that the command writes."
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
                last = _published(grid, quantity, column) if has_published else row.note
                lines.append(
                    f"| {column_title(*column)} | {name(quantity)} | {_found(row)} | {_plain(last)} |"
                )
    return "\n".join(lines)


def _published(grid: Grid, quantity: str, column: Column) -> str:
    """Figure and source, once per quantity: beside the first column."""
    if column != grid.columns[0]:
        return ""
    found = grid.published(quantity)
    return f"{found.figure} ({found.source})" if found.source else found.figure


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
