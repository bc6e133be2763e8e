"""Pictures of a report: drawn by the figures' own functions, put into the page as text of SVG."""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from io import BytesIO

from aqsense.view.alignment import even_parts
from aqsense.view.body import draw_body
from aqsense.view.card import shown_rows
from aqsense.view.card_words import draw_card_foot
from aqsense.view.foot import draw_foot
from aqsense.view.heading import PANEL_HEAD
from aqsense.view.layout import A4_LANDSCAPE, PHONE, Layout
from aqsense.view.page import Page
from aqsense.view.run_rows import AlignmentRun

_ROOT = re.compile(r'<svg [^>]*?height="[^"]*"[^>]*?>')


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as an address that holds it whole; width and height in mm; words for who can't see it."""

    source: str
    width: float
    height: float
    words: str


def alignment_pictures(run: AlignmentRun) -> tuple[list[Picture], Picture]:
    """The alignment picture without its heading, which the page says: pages for paper, one for a phone."""
    layout = A4_LANDSCAPE
    parts = even_parts(run.rows, layout.rows_per_page)
    wide: list[Picture] = []
    for rows in parts:
        page = _blank(layout, run)
        draw_body(page, layout, run, rows, len(parts[0]))
        draw_foot(page, layout, run)
        wide.append(_without_heading(page, layout, run))
    rows = shown_rows(run)
    page = _blank(PHONE, run)
    draw_body(page, PHONE, run, rows, len(rows))
    draw_card_foot(page, PHONE, run)
    return wide, _without_heading(page, PHONE, run)


def _blank(layout: Layout, run: AlignmentRun) -> Page:
    return Page(layout.width, layout.height, run.headline, layout.dpi)


def _without_heading(page: Page, layout: Layout, run: AlignmentRun) -> Picture:
    height = layout.panel_top + PANEL_HEAD
    return picture(page, f"{run.headline}. {run.detail}", top_mm=layout.height - height)


def picture(page: Page, words: str, top_mm: float = 0.0) -> Picture:
    """A drawn page as a picture, `top_mm` cut off above, and its note below."""
    stream = BytesIO()
    page.savefig(stream, format="svg")
    width, height = (25.4 * inches for inches in page.get_size_inches())
    height -= page.note_mm
    pt = 72 / 25.4
    box = f"0 {top_mm * pt:.3f} {width * pt:.3f} {(height - top_mm) * pt:.3f}"
    size = f'width="{width:.2f}mm" height="{height - top_mm:.2f}mm" viewBox="{box}"'
    root = f'<svg xmlns:xlink="http://www.w3.org/1999/xlink" xmlns="http://www.w3.org/2000/svg" {size}>'
    text = _ROOT.sub(lambda _: root, stream.getvalue().decode(), count=1)
    source = f"data:image/svg+xml;base64,{base64.b64encode(text.encode()).decode()}"
    return Picture(source, width, height - top_mm, words)
