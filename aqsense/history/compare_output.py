"""A comparison in files: compare.json, compare.csv, compare.svg and .png; whole or not at all."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aqsense.analysis.quantity import stated
from aqsense.formats import FORMAT
from aqsense.history import compare_words as words
from aqsense.history.compare import Compared
from aqsense.history.measures import MEASURES
from aqsense.history.output import DIGITS, json_text, rounded, write_whole
from aqsense.history.sides import A, B
from aqsense.history.words import iso_date
from aqsense.model import Contributor, Side
from aqsense.view.dense_figure import DenseMark, DensePicture, DenseRow, plot_dense
from aqsense.view.tables import guarded
from aqsense.view.words import number, one_line

FILES = ("compare.json", "compare.csv", "compare.svg", "compare.png")


def as_json(compared: Compared) -> dict[str, Any]:
    """The whole comparison; differences are second minus first."""
    first, second = words.finding(compared)
    return {
        "format": FORMAT,
        "athlete": compared.athlete,
        "headline": first,
        "headline_detail": second,
        "sides": [
            {"name": word, "runs": [_run(compared, int(i)) for i in (compared.side == side).nonzero()[0]]}
            for side, word in zip((A, B), compared.words, strict=True)
        ],
        "alike": dict(compared.alike),
        "measures": {name: _measure(compared, name) for name in compared.found},
        "left_out": [{"reason": reason, "n_runs": n} for reason, n in compared.left_out.items()],
        "notes": list(compared.notes),
    }


def _run(compared: Compared, i: int) -> dict[str, Any]:
    day = float(compared.runs["day"][i])
    return {
        "session": str(compared.runs["session"][i]),
        "run": int(compared.runs["run"][i]),
        "date": "" if math.isnan(day) else iso_date(day),
        "tag": str(compared.runs["tag"][i]),
    }


def _measure(compared: Compared, name: str) -> dict[str, Any]:
    found, (one, other) = compared.found[name], compared.values[name]
    reason = found.reason or "no_value"
    return {
        "unit": MEASURES[name].unit,
        **stated("first", one, "no_value", DIGITS),
        **stated("second", other, "no_value", DIGITS),
        "difference": rounded(found.quantity.as_json()),
        "can_tell": found.told.value,
        "can_tell_reason": found.reason,
        **stated("smallest_tellable", found.told_from, reason, DIGITS),
        **stated("p", found.chance, reason, DIGITS),
    }


def csv_text(compared: Compared) -> str:
    """A row per measure."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        [
            "measure",
            "unit",
            "first",
            "second",
            "difference",
            "low",
            "high",
            "smallest_tellable",
            "can_tell",
            "reason",
        ]
    )
    for name, found in compared.found.items():
        quantity = found.quantity
        numbers = (*compared.values[name], quantity.value, quantity.low, quantity.high, found.told_from)
        cells = ("NaN" if math.isnan(value) else f"{round(value, DIGITS) + 0.0:g}" for value in numbers)
        writer.writerow([name, MEASURES[name].unit, *cells, found.told.value, guarded(found.reason)])
    return out.getvalue()


def picture_of(compared: Compared) -> DensePicture:
    """Mean rows of all runs, the first side's above the second's."""
    first, second = words.finding(compared)
    rows = [_row(compared, int(i), side) for side in (A, B) for i in (compared.side == side).nonzero()[0]]
    note = (
        "Places from the mean peak of the step's contributors, mean over the headline's strides, with 95 %. "
    )
    return DensePicture(
        headline=first,
        detail=second,
        about=(one_line(compared.athlete), f"{len(rows)} runs"),
        groups=tuple(one_line(word) for word in compared.words),
        rows=tuple(rows),
        note=note + " ".join(words.reservations(compared)),
    )


def _row(compared: Compared, i: int, side: int) -> DenseRow:
    runs, day = compared.runs, float(compared.runs["day"][i])
    words_of_row = [f"run {runs['run'][i]}"] + ([] if math.isnan(day) else [iso_date(day)])
    tag = one_line(runs["tag"][i])
    return DenseRow(
        group=side,
        label=" · ".join([*words_of_row, *([tag] if tag else [])]),
        marks={
            foot: {who: _mark(compared.places[i], foot, who) for who in Contributor}
            for foot in (Side.LEFT, Side.RIGHT)
        },
        spread=f"{number(float(runs['spread_ms'][i]), 1)} ms",
        spread_ms=float(runs["spread_ms"][i]),
    )


def _mark(places: Mapping[str, Any], foot: Side, who: Contributor) -> DenseMark:
    entry = (places.get(foot.value) or {}).get(who.value) or {}
    numbers = (entry.get(key) for key in ("value", "low", "high"))
    return DenseMark(*(math.nan if value is None else float(value) for value in numbers))


def write_compared(compared: Compared, folder: Path) -> None:
    """All files of a comparison."""
    texts = {"compare.json": json_text(as_json(compared)), "compare.csv": csv_text(compared)}
    write_whole(folder, FILES, texts, plot_dense(picture_of(compared)))
