"""The note at the foot of a picture: what a reader must know to take it rightly (VISUAL 3.2)."""

from __future__ import annotations

import math

from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM, Layout
from aqsense.view.page import Page
from aqsense.view.run_rows import AlignmentRun, Named
from aqsense.view.tokens import NOTE_PT, SECONDARY, SMALLEST_PT
from aqsense.view.words import run_of_strides, upper_bound

_COUNTED = {1: "one", 2: "two", 3: "three"}
_LEADING = 1.3
NOT_FORCES = "Times of rotation peaks, not forces."
# Sizes tried in turn, with the most lines at each; on paper and where room is scarce.
_SIZES = {False: ((NOTE_PT, 2), (SMALLEST_PT, 3)), True: ((NOTE_PT, 3), (SMALLEST_PT, 3))}


def draw_note(page: Page, layout: Layout, run: AlignmentRun, top: float) -> None:
    """Facts below `top` (mm): all of them, on a brief page those that every picture needs."""
    facts = [*needed_facts(run), *([] if layout.is_brief else more_facts(run)), NOT_FORCES]
    lines, size = typeset.fit_parts(facts, "", layout.room_pt, _SIZES[layout.is_brief])
    for number, line in enumerate(lines):
        y = top - (number + 0.8) * size * _LEADING / PT_PER_MM
        page.draw_text((layout.margin, y), line, size, SECONDARY)


def needed_facts(run: AlignmentRun) -> list[str]:
    """The facts of VISUAL 3.2 but the last, and those about who is named."""
    facts = [zero_fact(run), _bars_fact(run), f"White lane: within {upper_bound(run.lane_ms)} ms."]
    facts.append(clock_fact(run.clock_bound_ms))
    if run.named is not None:
        facts.extend(_difference_facts(run, run.named))
    if run.first > 0 and run.compared != (run.first, run.last):
        ranges = (run_of_strides(*run.compared), run_of_strides(run.first, run.last))
        facts.append(f"Mean places: {ranges[0]}; spread: {ranges[1]}.")
    return facts


def more_facts(run: AlignmentRun) -> list[str]:
    """What else a reader could take wrongly."""
    scored = [step for step in run.steps() if not step.unscored]
    facts: list[str] = []
    if any(peak.is_doubtful for step in scored for peak in step.peaks.values()):
        facts.append("Pale mark: doubtful peak.")
    if run.is_toe_off_missing:
        facts.append("Bar fading out: toe-off not measured.")
    if math.isfinite(run.spread.value):
        facts.append("Spread of the run: measuring noise taken out, unlike in the rows.")
    return facts


def zero_fact(run: AlignmentRun) -> str:
    """What zero of the places is (VISUAL 3.3)."""
    if run.named is None:
        return "0 = mean of all scored peaks of the step."
    others = {who for step in run.steps() for who in step.peaks} - {run.named.contributor}
    return f"0 = mean peak of the other {_COUNTED.get(len(others), '')}."


def _bars_fact(run: AlignmentRun) -> str:
    sds = [peak.sd_ms for step in run.steps() for peak in step.peaks.values()]
    if not any(math.isfinite(sd) for sd in sds):
        return "Uncertainty of single peaks not stated."
    widths = [place.half_width for side in run.places.values() for place in side.values()]
    of_means = ", thick: of the mean" if any(math.isfinite(width) for width in widths) else ""
    return f"Thin bars: 95 % of a single peak{of_means}."


def _difference_facts(run: AlignmentRun, named: Named) -> list[str]:
    """Why the printed difference is not just the distance between two marks, where it is not."""
    number = f"{abs(named.difference_ms):.0f} ms"
    if len(named.panels) > 1:
        return [f"{number}: mean of both sides."]
    gaps = [
        run.places[side][named.contributor].value - expected for side, expected in named.expected_ms.items()
    ]
    if any(f"{abs(gap):.0f} ms" != number for gap in gaps):
        return [f"{number}: what changes along the run in both sides is taken out."]
    return []


def clock_fact(bound_ms: float) -> str:
    """How well the clocks agree."""
    if math.isnan(bound_ms):
        return "Clocks: agreement not stated in the recording."
    if bound_ms == 0:
        return "Clocks: stated to agree exactly."
    return f"Clocks agree within {upper_bound(bound_ms)} ms (95 %)."
