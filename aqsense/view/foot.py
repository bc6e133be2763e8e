"""The foot: the legend is the result.

Mark, name and mean place per side; spread and score of the run; the note with what a reader must know.
"""

from __future__ import annotations

import math

from aqsense.model import Contributor, Side
from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM, Layout
from aqsense.view.marks import MarkStyle, draw_mark
from aqsense.view.page import Page
from aqsense.view.run_rows import BOTH_SIDES, AlignmentRun, Estimate
from aqsense.view.tokens import (
    CONTRIBUTORS,
    FOOT_NUMBER_PT,
    INTERVAL_PT,
    LABEL_PT,
    NOTE_PT,
    SECONDARY,
    SMALLEST_PT,
)
from aqsense.view.words import ABSENT, run_of_strides, signed, upper_bound

_NAME_Y, _NUMBER_Y, _INTERVAL_Y = 23.2, 17.6, 13.2
_NOTE_TOP = 10.4
# Above this bound of the clocks the sides can't be compared and places go without numbers (VISUAL 3.4).
_NUMBERS_UP_TO_MS = 5.0


def draw_foot(page: Page, layout: Layout, run: AlignmentRun) -> None:
    """Names, mean places, spread, score."""
    for side in BOTH_SIDES:
        x0, x1 = layout.panels[side]
        for number, who in enumerate(CONTRIBUTORS):
            _draw_contributor(page, run, side, who, x0 + number * (x1 - x0) / 3.92)
        if run.clock_bound_ms > _NUMBERS_UP_TO_MS:
            page.draw_text((x0 + 5.0, _NUMBER_Y), "no numbers: clocks too coarse", LABEL_PT, SECONDARY)
    _draw_run(page, layout, run)
    _draw_note(page, layout, run)


def _draw_contributor(page: Page, run: AlignmentRun, side: Side, who: Contributor, x: float) -> None:
    token, place = CONTRIBUTORS[who], run.places[side][who]
    draw_mark(page, (x + 1.6, _NAME_Y + 1.1), token, MarkStyle(1.15))
    page.draw_text((x + 5.0, _NAME_Y), token.name(side), LABEL_PT)
    if run.clock_bound_ms > _NUMBERS_UP_TO_MS:
        return
    words = f"{signed(place.value)} ms" if math.isfinite(place.value) else ABSENT
    gid = f"place-{who.value}-{side.value}"
    page.draw_text((x + 5.0, _NUMBER_Y), words, FOOT_NUMBER_PT, bold=True, gid=gid)
    if math.isfinite(place.half_width):
        half = f"\u00b1 {place.half_width:.0f}"
        page.draw_text((x + 5.0, _INTERVAL_Y), half, INTERVAL_PT, SECONDARY)


def _draw_run(page: Page, layout: Layout, run: AlignmentRun) -> None:
    x0, right = layout.strip[0], layout.score_right
    if run.first > 0:
        page.draw_text((x0, _NAME_Y), run_of_strides(run.first, run.last), LABEL_PT)
    page.draw_text((x0, _NUMBER_Y), _value_words(run.spread, 1, " ms"), FOOT_NUMBER_PT, bold=True)
    page.draw_text((x0, _INTERVAL_Y), _interval_words(run.spread, 1), INTERVAL_PT, SECONDARY)
    score = _value_words(run.score, 0, "")
    page.draw_text((right, _NUMBER_Y), score, FOOT_NUMBER_PT, SECONDARY, align="right")
    page.draw_text((right, _INTERVAL_Y), _interval_words(run.score, 0), INTERVAL_PT, SECONDARY, align="right")


def _value_words(estimate: Estimate, decimals: int, unit: str) -> str:
    return f"{estimate.value:.{decimals}f}{unit}" if math.isfinite(estimate.value) else ABSENT


def _interval_words(estimate: Estimate, decimals: int) -> str:
    """`8.5 to 10.7`; one bound alone, as below the noise (METHOD 4.2), as `under 4.2` or `over 88`."""
    low, high = (f"{bound:.{decimals}f}" for bound in (estimate.low, estimate.high))
    if math.isfinite(estimate.half_width):
        return f"{low} to {high}"
    if math.isfinite(estimate.high):
        return f"under {high}"
    return f"over {low}" if math.isfinite(estimate.low) else ""


def _draw_note(page: Page, layout: Layout, run: AlignmentRun) -> None:
    room_pt = (layout.score_right - layout.left) * PT_PER_MM
    lines, size = typeset.fit_parts(note_facts(run), "", room_pt, ((NOTE_PT, 2), (SMALLEST_PT, 3)))
    for number, line in enumerate(lines):
        y = _NOTE_TOP - (number + 0.8) * size * 1.3 / PT_PER_MM
        page.draw_text((layout.left, y), line, size, SECONDARY)


def note_facts(run: AlignmentRun) -> list[str]:
    """The five facts of VISUAL 3.2, and what else a reader could take wrongly."""
    scored = [step for step in run.steps() if not step.unscored]
    have_bars = any(math.isfinite(peak.sd_ms) for step in scored for peak in step.peaks.values())
    facts = [
        "0 = mean of all scored peaks of the step.",
        "Thin bars: 95 % of a single peak." if have_bars else "Uncertainty of single peaks not stated.",
        f"White lane: within {upper_bound(run.lane_ms)} ms.",
        _clock_fact(run.clock_bound_ms),
    ]
    if any(peak.is_doubtful for step in scored for peak in step.peaks.values()):
        facts.append("Pale mark: doubtful peak.")
    if run.is_toe_off_missing:
        facts.append("Bar fading out: toe-off not measured.")
    if math.isfinite(run.spread.value):
        facts.append("Spread of the run: measuring noise taken out, unlike in the rows.")
    return [*facts, "Times of rotation peaks, not forces."]


def _clock_fact(bound_ms: float) -> str:
    if math.isnan(bound_ms):
        return "Clocks: agreement not stated in the recording."
    if bound_ms == 0:
        return "Clocks: stated to agree exactly."
    return f"Clocks agree within {upper_bound(bound_ms)} ms (95 %)."
