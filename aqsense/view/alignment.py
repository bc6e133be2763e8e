"""The picture this project is for: peak alignment per stride (VISUAL 3).

In:  a Result.
Out: pages (matplotlib figures) or files. Nothing is computed that the result could hold.
No pyplot and no global state: safe in threads and without a display.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

from aqsense.errors import OutputError
from aqsense.model import Result, Side
from aqsense.view.foot import draw_foot
from aqsense.view.ground import draw_ground
from aqsense.view.heading import draw_heading
from aqsense.view.layout import A4_LANDSCAPE, PT_PER_MM, Grid, Layout, axis, grid
from aqsense.view.page import Page
from aqsense.view.panel import Panel
from aqsense.view.panel_words import draw_panel_words
from aqsense.view.peaks import draw_peaks
from aqsense.view.rows_of_run import chosen_run, rows_of_run
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun, StrideRow
from aqsense.view.strip import Strip, draw_strip
from aqsense.view.tokens import LABEL_PT, SECONDARY, SMALLEST_PT, STRIDE_PT

# Below this height of a row its words stand beside the stride number, not under it (mm).
_TALL_ROW = 7.5


def plot_alignment(result: Result, run: int | None = None) -> Page:
    """Alignment picture of one run, A4 landscape; of a run of more than 24 strides, its first page.

    run      number of the run; None takes the first of the headline's kind: sprint before run before jog
    returns  a matplotlib Figure; its `savefig` keeps text as text in an SVG
    raises   NothingToAnalyse without runs or strides, SettingsError for a run that is not in the result

    Places are ms from the mean of all scored contributors of a step: nobody is named (VISUAL 3.3).
    """
    return plot_alignment_pages(result, run)[0]


def plot_alignment_pages(result: Result, run: int | None = None) -> list[Page]:
    """All pages of a run's alignment picture, up to 24 strides each, with one axis and one row height.

    Every page carries the run's headline, mean row and foot. Otherwise as `plot_alignment`.
    """
    found = rows_of_run(result, chosen_run(result, run))
    layout = A4_LANDSCAPE
    parts = _even_parts(found.rows, layout.rows_per_page)
    pages: list[Page] = []
    for number, rows in enumerate(parts, start=1):
        words = f"page {number} of {len(parts)}" if len(parts) > 1 else ""
        pages.append(_draw_page(layout, grid(layout, len(parts[0]), len(rows)), found, rows, words))
    return pages


def _even_parts(rows: Sequence[StrideRow], most: int) -> list[Sequence[StrideRow]]:
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
        paths.extend(_save(page, Path(directory) / f"{stem}.{kind}") for kind in ("svg", "png"))
    return paths


def _save(page: Page, path: Path) -> Path:
    try:
        page.savefig(path)
    except OSError as problem:
        raise OutputError(
            f"{path}: can't be written ({problem.strerror or problem}). "
            "Choose a directory that exists and is yours."
        ) from problem
    return path


def _draw_page(
    layout: Layout, rows_grid: Grid, run: AlignmentRun, rows: Sequence[StrideRow], page_words: str
) -> Page:
    page = Page(layout.width, layout.height, title=run.headline)
    for side in BOTH_SIDES:
        panel = Panel(page, run, side, rows, rows_grid, axis(layout, side, run.limit_ms))
        draw_ground(panel)
        draw_peaks(panel)
        draw_panel_words(panel)
    _draw_row_labels(page, layout, rows_grid, rows)
    _draw_mean_label(page, layout, rows_grid, run)
    draw_strip(Strip(page, layout, rows_grid, run), rows)
    draw_heading(page, layout, run, page_words)
    draw_foot(page, layout, run)
    return page


def _draw_row_labels(page: Page, layout: Layout, rows_grid: Grid, rows: Sequence[StrideRow]) -> None:
    """Distance or time at the left; stride number, and `right first` where it is so, in the gutter."""
    page.draw_text((layout.gutter, rows_grid.top + 2.1), "stride", LABEL_PT, SECONDARY, align="center")
    for index, row in enumerate(rows):
        y = rows_grid.middle(index)
        at = (layout.left - 2.0, y)
        page.draw_text(at, row.label, LABEL_PT, SECONDARY, align="right", valign="center_baseline")
        _draw_number(page, layout.gutter, y, row, rows_grid.row >= _TALL_ROW)


def _draw_number(page: Page, x: float, y: float, row: StrideRow, is_tall: bool) -> None:
    number = str(row.number)
    if row.first_foot is not Side.RIGHT:
        page.draw_text((x, y), number, STRIDE_PT, bold=True, align="center", valign="center_baseline")
    elif is_tall:
        page.draw_text((x, y), number, STRIDE_PT, bold=True, align="center")
        page.draw_text((x, y - 3.2), "right first", SMALLEST_PT, SECONDARY, align="center")
    else:
        page.draw_text((x - 1.2, y), number, LABEL_PT, bold=True, align="right", valign="center_baseline")
        page.draw_text((x - 0.4, y), "right", SMALLEST_PT, SECONDARY, valign="center_baseline")


def _draw_mean_label(page: Page, layout: Layout, rows_grid: Grid, run: AlignmentRun) -> None:
    if run.first < 1 or not math.isfinite(run.spread.value):
        return
    strides = str(run.first) if run.first == run.last else f"{run.first}\u2013{run.last}"
    size = LABEL_PT if rows_grid.row >= _TALL_ROW else SMALLEST_PT
    for words, lines_up in (("mean", 0.55), (strides, -0.65)):
        at = (layout.gutter, rows_grid.mean_middle + lines_up * size / PT_PER_MM)
        page.draw_text(at, words, size, align="center", valign="center_baseline")
