"""Heading and foot of the phone card: the same facts as on paper in fewer and larger words."""

from __future__ import annotations

import math

from aqsense.model import Contributor, Side
from aqsense.view import typeset
from aqsense.view.foot import NUMBERS_UP_TO_MS, interval_words, value_words
from aqsense.view.heading import LEADING, PANEL_HEAD, detail_sizes, draw_lines
from aqsense.view.layout import PT_PER_MM, Layout
from aqsense.view.marks import MarkStyle, draw_mark
from aqsense.view.note import draw_note
from aqsense.view.page import Page
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun
from aqsense.view.tokens import (
    CONTRIBUTORS,
    INK,
    INTERVAL_PT,
    LABEL_PT,
    PANEL_TITLE_PT,
    SECONDARY,
)
from aqsense.view.words import ABSENT, joined, signed

_TOP = 5.5
_NAME_Y, _NUMBER_Y, _INTERVAL_Y, _SCORE_Y, _NOTE_TOP = 31.6, 25.4, 21.0, 17.2, 15.0
_NUMBER_PT = 13.5
_FINDING_SIZES = ((23.0, 2), (20.0, 2), (17.0, 2), (15.0, 3))
_GAP = 2.8
_WHO_SIZES = ((PANEL_TITLE_PT, 1), (LABEL_PT, 2))


def draw_card_heading(page: Page, layout: Layout, run: AlignmentRun, which: str) -> None:
    """Headline on up to two lines, its detail, whose run it is."""
    who = joined((run.athlete, run.count, *run.session, which))
    names, who_size = typeset.fit(who, layout.room_pt, _WHO_SIZES)
    lines, size = typeset.fit(run.headline, layout.room_pt, _FINDING_SIZES, bold=True)
    lines = typeset.balanced(lines, layout.room_pt, size, bold=True)
    y = draw_lines(page, layout.margin, layout.height - _TOP, lines, size, bold=True) - _GAP
    who_height = len(names) * who_size * LEADING / PT_PER_MM + _GAP
    height_pt = (y - layout.panel_top - PANEL_HEAD - who_height) * PT_PER_MM
    details, size = typeset.fit(run.detail, layout.room_pt, detail_sizes(height_pt))
    y = draw_lines(page, layout.margin, y, details, size, colour=SECONDARY) - _GAP
    draw_lines(page, layout.margin, y, names, who_size)


def draw_card_foot(page: Page, layout: Layout, run: AlignmentRun) -> None:
    """Names, mean places with their intervals, spread, score, note."""
    for side in BOTH_SIDES:
        x0, x1 = layout.panels[side]
        for number, who in enumerate(CONTRIBUTORS):
            _draw_contributor(page, run, side, who, x0 + number * (x1 - x0) / 3.92)
        if run.sync_sd_ms > NUMBERS_UP_TO_MS:
            page.draw_text((x0, _NUMBER_Y), "no numbers: clocks too coarse", LABEL_PT, SECONDARY)
    _draw_run(page, layout, run)
    draw_note(page, layout, run, _NOTE_TOP)


def _draw_contributor(page: Page, run: AlignmentRun, side: Side, who: Contributor, x: float) -> None:
    token, place = CONTRIBUTORS[who], run.places[side][who]
    draw_mark(page, (x + 1.5, _NAME_Y + 1.1), token, MarkStyle(1.15))
    page.draw_text((x + 4.2, _NAME_Y), token.short, LABEL_PT)
    if run.sync_sd_ms > NUMBERS_UP_TO_MS:
        return
    words = signed(place.value) if math.isfinite(place.value) else ABSENT
    colour = token.text_colour if run.names(who) else INK
    gid = f"place-{who.value}-{side.value}"
    page.draw_text((x, _NUMBER_Y), words, _NUMBER_PT, colour, bold=True, gid=gid)
    if math.isfinite(place.half_width):
        page.draw_text((x, _INTERVAL_Y), f"\u00b1 {place.half_width:.0f}", INTERVAL_PT, SECONDARY)


def _draw_run(page: Page, layout: Layout, run: AlignmentRun) -> None:
    x0 = layout.strip[0]
    page.draw_text((x0, _NAME_Y), "run", LABEL_PT)
    page.draw_text((x0, _NUMBER_Y), value_words(run.spread, 1, " ms"), _NUMBER_PT, bold=True)
    page.draw_text((x0, _INTERVAL_Y), interval_words(run.spread, 1), INTERVAL_PT, SECONDARY)
    page.draw_text((x0, _SCORE_Y), f"score {value_words(run.score, 0, '')}", INTERVAL_PT, SECONDARY)
