"""validation.html: every table on one page that needs nothing else, no network, no script."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from aqsense.validate.layout import Column, Grid, grids
from aqsense.validate.limits import LIMITS, MISSED, UNDECIDED, Judgement, judgements, outcome
from aqsense.validate.published import Published
from aqsense.validate.table import REAL, Row
from aqsense.validate.words import column_title, details, main_figure, name

_STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #14171f; background: #fff; margin: 2rem auto; padding: 0 1rem; max-width: 100rem; }
h1 { font-size: 1.8rem; } h2 { margin-top: 3rem; border-top: 2px solid #14171f; padding-top: 1rem; }
p { max-width: 50rem; } .wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-bottom: 1px solid #a7b0bc; padding: .45rem .8rem; text-align: left; vertical-align: top; min-width: 8.5rem; }
thead th { border-bottom: 2px solid #14171f; } th.real, td.real { background: #e6e9ee; }
b { white-space: nowrap; } small { display: block; color: #59616e; }
.missed b::after { content: " missed"; background: #14171f; color: #fff; padding: 0 .3em; margin-left: .4em; }
.undecided b::after { content: " too few to tell"; color: #59616e; font-weight: normal; margin-left: .4em; }
"""  # noqa: E501


def page(title: str, about: str, tables: Sequence[tuple[str, str, str, Sequence[Row]]]) -> str:
    """The whole document; `tables` are name, title, method and rows of every question."""
    rows = [row for *_, part in tables for row in part]
    body = "\n".join(_section(*table) for table in tables)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{_STYLE}</style></head>\n"
        f"<body><h1>{escape(title)}</h1>\n<p>{escape(about)}</p>\n{_reading()}\n{_misses(judgements(rows))}\n"
        f"{body}\n{_rules()}\n</body></html>\n"
    )


def _reading() -> str:
    return (
        "<p>Bold: mean error ± SD, or a share, or a value. Below it the 95 % interval, RMSE and worst error, "
        "numbers. Intervals take recordings as independent, not the events of one recording. Columns are "
        "called real or simulated; simulated truth is exact, and no simulation is an athlete.</p>"
    )


def _misses(found: Sequence[Judgement]) -> str:
    missed = [one for one in found if one.outcome == MISSED]
    open_ = sum(one.outcome == UNDECIDED for one in found)
    items = "".join(f"<li>{escape(one.text)}</li>" for one in missed)
    more = f" {open_} can't be decided with so few." if open_ else ""
    return f"<h2>Limits</h2><p>{len(missed)} of {len(found)} limits are missed.{more}</p><ul>{items}</ul>"


def _section(question: str, title: str, method: str, rows: Sequence[Row]) -> str:
    parts = "\n".join(_table(grid) for grid in grids(question, rows))
    return (
        f'<section id="{escape(question)}"><h2>{escape(title)}</h2><p>{escape(method)}</p>\n{parts}</section>'
    )


def _table(grid: Grid) -> str:
    has_published = grid.question == "events"
    last = "<th>published (best)</th>" if has_published else ""
    heads = "".join(f"<th{_class(column)}>{escape(column_title(*column))}</th>" for column in grid.columns)
    lines = "\n".join(_line(grid, quantity, has_published) for quantity in grid.quantities)
    table = f"<table><thead><tr><th></th>{heads}{last}</tr></thead>\n<tbody>{lines}</tbody></table>"
    return f'<h3>{escape(grid.group)}</h3><div class="wide">{table}</div>'


def _class(column: Column) -> str:
    return ' class="real"' if column[0] == REAL else ""


def _line(grid: Grid, quantity: str, has_published: bool) -> str:
    cells = "".join(_cell(grid.cells.get((quantity, column)), column) for column in grid.columns)
    last = _published(grid.published(quantity)) if has_published else ""
    return f"<tr><th>{escape(name(quantity))}</th>{cells}{last}</tr>"


def _cell(row: Row | None, column: Column) -> str:
    if row is None:
        return f"<td{_class(column)}>-</td>"
    classes = " ".join(filter(None, ["real" if column[0] == REAL else "", outcome(row)]))
    small = "".join(f"<small>{escape(line)}</small>" for line in details(row))
    return f'<td class="{classes}"><b>{escape(main_figure(row))}</b>{small}</td>'


def _published(found: Published) -> str:
    return f"<td><b>{escape(found.figure)}</b><small>{escape(found.source)}</small></td>"


def _rules() -> str:
    items = "".join(
        f"<tr><td>{escape(limit.text)}</td><td>{escape(limit.source)}</td><td>from {limit.least_n}</td></tr>"
        for limit in LIMITS.values()
    )
    head = "<tr><th>asked</th><th>source</th><th>judged with n</th></tr>"
    return f"<h2>What is asked</h2><table><thead>{head}</thead><tbody>{items}</tbody></table>"
