"""The picture this project is for: peak alignment per stride (VISUAL 3).

In:  a Result.
Out: pages (matplotlib figures) or files. Nothing is computed that the result could hold.
No pyplot and no global state: safe in threads and without a display.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aqsense.model import Result
from aqsense.view.body import draw_body
from aqsense.view.foot import draw_foot
from aqsense.view.heading import draw_heading
from aqsense.view.layout import A4_LANDSCAPE, Layout
from aqsense.view.page import Page
from aqsense.view.rows_of_run import chosen_run, rows_of_run
from aqsense.view.run_rows import AlignmentRun, StrideRow


def plot_alignment(result: Result, run: int | None = None) -> Page:
    """Alignment picture of one run, A4 landscape; of a run of more than 24 strides, its first page.

    run      number of the run; None takes the first of the headline's kind: sprint before run before jog
    returns  a matplotlib Figure; its `savefig` keeps text as text in an SVG
    raises   NothingToAnalyse without runs or strides, SettingsError for a run that is not in the result

    Places are ms from the mean peak of a step's scored contributors, without the one that the headline
    names (VISUAL 3.3).
    """
    return plot_alignment_pages(result, run)[0]


def plot_alignment_pages(result: Result, run: int | None = None) -> list[Page]:
    """All pages of a run's alignment picture, up to 24 strides each, with one axis and one row height.

    Every page carries the run's headline, mean row and foot. Otherwise as `plot_alignment`.
    """
    found = rows_of_run(result, chosen_run(result, run))
    layout = A4_LANDSCAPE
    parts = even_parts(found.rows, layout.rows_per_page)
    pages: list[Page] = []
    for number, rows in enumerate(parts, start=1):
        words = f"page {number} of {len(parts)}" if len(parts) > 1 else ""
        pages.append(_draw_page(layout, found, rows, len(parts[0]), words))
    return pages


def even_parts(rows: Sequence[StrideRow], most: int) -> list[Sequence[StrideRow]]:
    """As few pages as `most` rows a page allow, equally full: no page with one row."""
    pages = -(-len(rows) // most)
    each = -(-len(rows) // pages)
    return [rows[start : start + each] for start in range(0, len(rows), each)]


def save_alignment(result: Result, run: int | None, directory: str | Path) -> list[Path]:
    """Write `alignment-<run>.svg` and `.png` (200 dpi); further pages as `alignment-<run>-page2.svg` ...

    directory  exists; files of these names are replaced
    returns    the paths written
    raises     OutputError where the directory can't be written
    """
    number = chosen_run(result, run)
    paths: list[Path] = []
    for index, page in enumerate(plot_alignment_pages(result, number), start=1):
        stem = f"alignment-{number}" + (f"-page{index}" if index > 1 else "")
        paths.extend(page.save_as(Path(directory) / f"{stem}.{kind}") for kind in ("svg", "png"))
    return paths


def _draw_page(
    layout: Layout, run: AlignmentRun, rows: Sequence[StrideRow], fullest: int, page_words: str
) -> Page:
    page = Page(layout.width, layout.height, run.headline, layout.dpi)
    draw_body(page, layout, run, rows, fullest)
    draw_heading(page, layout, run, page_words)
    draw_foot(page, layout, run)
    return page
