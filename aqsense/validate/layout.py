"""Rows -> tables to be read: a group is a table, real data its first column, simulated ones after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aqsense.validate.published import Published, published
from aqsense.validate.table import REAL, Row

Column = tuple[str, str]  # data, condition


@dataclass(frozen=True)
class Grid:
    """One table.

    quantities  its lines
    columns     real ones first, else in the order of the rows
    cells       by quantity and column
    """

    question: str
    group: str
    quantities: tuple[str, ...]
    columns: tuple[Column, ...]
    cells: Mapping[tuple[str, Column], Row]

    def published(self, quantity: str) -> Published:
        """What others have published on a line's quantity."""
        return published(self.question, self.group, quantity)


def grids(question: str, rows: Sequence[Row]) -> list[Grid]:
    """A grid per group, in the order of the rows; groups with given recordings only come last."""
    groups = dict.fromkeys(row.group for row in rows)
    return [_grid(question, group, [row for row in rows if row.group == group]) for group in groups]


def _grid(question: str, group: str, rows: Sequence[Row]) -> Grid:
    columns = dict.fromkeys((row.data, row.condition) for row in rows)
    return Grid(
        question,
        group,
        tuple(dict.fromkeys(row.quantity for row in rows)),
        tuple(sorted(columns, key=lambda column: column[0] != REAL)),
        {(row.quantity, (row.data, row.condition)): row for row in rows},
    )
