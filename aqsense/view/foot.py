"""The foot: the legend is the result.

Mark, name and mean place per side, spread and score of the run, the note.
"""

from __future__ import annotations

import math

from aqsense.model import ORDERED_MS, Contributor, Side
from aqsense.view.layout import Layout
from aqsense.view.marks import MarkStyle, draw_mark
from aqsense.view.note import draw_note
from aqsense.view.page import Page
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun, Estimate
from aqsense.view.tokens import (
    CONTRIBUTORS,
    FOOT_NUMBER_PT,
    INK,
    INTERVAL_PT,
    LABEL_PT,
    SECONDARY,
)
from aqsense.view.words import ABSENT, between, number, run_of_strides, signed

_NAME_Y, _NUMBER_Y, _INTERVAL_Y = 23.2, 17.6, 13.2
_NOTE_TOP = 10.4
# Above this SD of a clock places go without numbers (METHOD 6, VISUAL 3.4).
NUMBERS_UP_TO_MS = ORDERED_MS


def draw_foot(page: Page, layout: Layout, run: AlignmentRun) -> None:
    """Names, mean places, spread, score."""
    for side in BOTH_SIDES:
        x0, x1 = layout.panels[side]
        for place, who in enumerate(CONTRIBUTORS):
            _draw_contributor(page, run, side, who, x0 + place * (x1 - x0) / 3.92)
        if run.sync_sd_ms > NUMBERS_UP_TO_MS:
            page.draw_text((x0 + 5.0, _NUMBER_Y), "no numbers: clocks too coarse", LABEL_PT, SECONDARY)
    _draw_run(page, layout, run)
    draw_note(page, layout, run, _NOTE_TOP)


def _draw_contributor(page: Page, run: AlignmentRun, side: Side, who: Contributor, x: float) -> None:
    token, place = CONTRIBUTORS[who], run.places[side][who]
    draw_mark(page, (x + 1.6, _NAME_Y + 1.1), token, MarkStyle(1.15))
    page.draw_text((x + 5.0, _NAME_Y), token.name(side), LABEL_PT)
    if run.sync_sd_ms > NUMBERS_UP_TO_MS:
        return
    words = f"{signed(place.value)} ms" if math.isfinite(place.value) else ABSENT
    gid = f"place-{who.value}-{side.value}"
    colour = token.text_colour if run.names(who) else INK
    page.draw_text((x + 5.0, _NUMBER_Y), words, FOOT_NUMBER_PT, colour, bold=True, gid=gid)
    if math.isfinite(place.half_width):
        half = f"\u00b1 {place.half_width:.0f}"
        page.draw_text((x + 5.0, _INTERVAL_Y), half, INTERVAL_PT, SECONDARY)


def _draw_run(page: Page, layout: Layout, run: AlignmentRun) -> None:
    x0, right = layout.strip[0], layout.score_right
    if run.first > 0:
        page.draw_text((x0, _NAME_Y), run_of_strides(run.first, run.last), LABEL_PT)
    page.draw_text((x0, _NUMBER_Y), value_words(run.spread, 1, " ms"), FOOT_NUMBER_PT, bold=True)
    page.draw_text((x0, _INTERVAL_Y), interval_words(run.spread, 1), INTERVAL_PT, SECONDARY)
    score = value_words(run.score, 0, "")
    page.draw_text((right, _NUMBER_Y), score, FOOT_NUMBER_PT, SECONDARY, align="right")
    page.draw_text((right, _INTERVAL_Y), interval_words(run.score, 0), INTERVAL_PT, SECONDARY, align="right")


def value_words(estimate: Estimate, decimals: int, unit: str) -> str:
    """`9.6 ms`; an en dash where there is no value."""
    words = number(estimate.value, decimals)
    return words if words == ABSENT else f"{words}{unit}"


def interval_words(estimate: Estimate, decimals: int) -> str:
    """`8.5 to 10.7`, `under 4.2`, `over 88`, or ""."""
    return between(estimate.low, estimate.high, decimals)
