"""The phone card: the alignment picture of a run in portrait, 1080 x 1350 pixels (VISUAL 3.5)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aqsense.model import Result
from aqsense.view.body import draw_body
from aqsense.view.card_words import draw_card_foot, draw_card_heading
from aqsense.view.layout import PHONE
from aqsense.view.page import Page
from aqsense.view.rows_of_run import chosen_run, rows_of_run
from aqsense.view.run_rows import AlignmentRun, StrideRow
from aqsense.view.words import run_of_strides

_WIDTH_PX = 1080


def plot_card(result: Result, run: int | None = None) -> Page:
    """Card of one run; of a run of more than 24 strides, the last 24 that end with the compared ones.

    run      number of the run; None takes the first of the headline's kind: sprint before run before jog
    returns  a matplotlib Figure of 1080 x 1350 pixels
    raises   NothingToAnalyse without runs or strides, SettingsError for a run that is not in the result
    """
    found = rows_of_run(result, chosen_run(result, run))
    rows = shown_rows(found)
    page = Page(PHONE.width, PHONE.height, found.headline, PHONE.dpi)
    draw_card_heading(page, PHONE, found, _which(found, rows))
    draw_body(page, PHONE, found, rows, len(rows))
    draw_card_foot(page, PHONE, found)
    return page


def save_card(result: Result, run: int | None, directory: str | Path) -> Path:
    """Write `card-<run>.png`.

    directory  exists; a file of this name is replaced
    returns    the path written
    raises     OutputError where the directory can't be written
    """
    number = chosen_run(result, run)
    return plot_card(result, number).save_small(Path(directory) / f"card-{number}.png", _WIDTH_PX)


def shown_rows(run: AlignmentRun) -> Sequence[StrideRow]:
    """As many rows as fit, the compared strides at their end."""
    most = PHONE.rows_per_page
    compared = [index for index, row in enumerate(run.rows) if run.is_compared(row)]
    stop = max(compared[-1] + 1 if compared else len(run.rows), most)
    return run.rows[:stop][-most:]


def _which(run: AlignmentRun, rows: Sequence[StrideRow]) -> str:
    """`strides 17 to 40 of 40` where not all are shown."""
    if len(rows) == len(run.rows):
        return ""
    return f"{run_of_strides(rows[0].number, rows[-1].number)} of {run.rows[-1].number}"
