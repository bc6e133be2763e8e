"""Numbers and names as people read them; one place, so that HTML, Markdown and terminal agree."""

from __future__ import annotations

import math

from aqsense.validate.table import BIAS, SIMULATED, VALUE, Row

MINUS = "\u2212"


def name(quantity: str) -> str:
    """`initial_contact` -> initial contact; `step_time_s` -> step time."""
    return quantity.removesuffix("_s").replace("_", " ")


def number(value: float, *, signed: bool = False) -> str:
    """Three digits at most, a real minus, `-` where there is none."""
    if math.isnan(value):
        return "-"
    text = f"{abs(value):.1f}" if abs(value) < 99.95 else f"{abs(value):.0f}"
    if float(text) == 0:
        return "0.0"
    return f"{MINUS if value < 0 else '+' if signed else ''}{text}"


def main_figure(row: Row) -> str:
    """`−0.3 ± 2.1 ms` for errors (bias and SD), `96.1 %` for shares."""
    if not row.n:
        return "nothing"
    if row.figure == BIAS:
        return f"{number(row.value, signed=True)} ± {number(row.sd)} {row.unit}"
    if row.figure == VALUE and math.isnan(row.value):
        return "not reached"
    return f"{number(row.value)} {row.unit}"


def details(row: Row) -> list[str]:
    """Everything else of a row, a line each."""
    signed = row.figure == BIAS
    lines = []
    if not math.isnan(row.low):
        what = "95 % of bias" if signed else "95 %"
        lines.append(f"{what}: {number(row.low, signed=signed)} to {number(row.high, signed=signed)}")
    if signed and row.n:
        lines.append(f"RMSE {number(row.rmse)}, worst {number(row.worst, signed=True)}")
    lines.append(f"n {row.n}" + (f" in {row.groups} recordings" if 1 < row.groups < row.n else ""))
    if row.missed >= 0:
        lines.append(f"missed {row.missed}" + (f", invented {row.invented}" if row.invented >= 0 else ""))
    if row.note:
        lines.append(row.note)
    return lines


def column_title(data: str, condition: str) -> str:
    """Says whether data are simulated."""
    return f"{data}: {condition}" if data == SIMULATED else f"{data} data: {condition}"
