"""Small words in the rows: who has no peak, why a step isn't scored, the numbers of peaks beyond the axis.

Lanes are lower than letters, so each takes the place nearest to where it belongs that hides no mark.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from aqsense.model import Floats
from aqsense.view import typeset
from aqsense.view.ink import Corners, border_mark, ink, mark_box
from aqsense.view.layout import PT_PER_MM
from aqsense.view.panel import Panel
from aqsense.view.run_rows import StepRow, StrideRow
from aqsense.view.tokens import MEAN_MARK_SCALE, SECONDARY, SMALLEST_PT
from aqsense.view.words import signed

_PAD = 1.6  # mm between a panel's border and words
_STEP = 1.0  # mm between the places that are tried
_PER_MM = 0.1  # what a mm off the wished place is worth, in mm^2 of covered lines
# Half heights in mm: of letters, of a line with its leading.
_LETTER, _LINE = (share * SMALLEST_PT / PT_PER_MM for share in (0.38, 0.62))


def draw_row_words(panel: Panel) -> None:
    """All small words of a panel's rows and its mean row, drawn when the marks stand."""
    words = _RowWords(panel)
    for index, row in enumerate(panel.rows):
        step = row.steps.get(panel.side)
        if step is not None:
            _draw_beyond(words, index, row, step)
    for who, place in panel.run.places[panel.side].items():
        if abs(place.value) > panel.axis.limit_ms:
            words.draw_beyond(panel.mean_lane(who), place.value, panel.gid("mean-beyond", who.value))
    for index, row in enumerate(panel.rows):
        _draw_absences(words, index, row)


def _draw_beyond(words: _RowWords, index: int, row: StrideRow, step: StepRow) -> None:
    for who, peak in step.peaks.items():
        if not words.panel.axis.holds(peak.place_ms):
            gid = words.panel.gid("beyond", row.number, who.value)
            words.draw_beyond(words.panel.lane(index, who), peak.place_ms, gid)


def _draw_absences(words: _RowWords, index: int, row: StrideRow) -> None:
    """Words for a missing step, a step without a score, or a contributor without a peak."""
    panel = words.panel
    step = row.steps.get(panel.side)
    if step is None or step.unscored:
        text = step.unscored if step else f"no {panel.side.value} step"
        words.draw(panel.grid.middle(index), text, panel.axis.x0 + _PAD, 1)
        return
    for who, text in step.missing.items():
        words.draw(panel.lane(index, who), text, panel.axis.x0 + _PAD, 1)


class _RowWords:
    """Draws words one by one; each knows of the marks and of the words before it."""

    def __init__(self, panel: Panel):
        self.panel = panel
        self._lines = _array(list(ink(panel)))
        self._marks = _array([*_marks(panel), *self._mean_marks()])
        self._texts: list[Corners] = []

    def draw_beyond(self, y: float, place_ms: float, gid: str) -> None:
        """The number of a peak beyond the axis, from its mark at the border inwards."""
        direction = -1 if place_ms > 0 else 1
        x = border_mark(self.panel, place_ms) + direction * 2.2
        self.draw(y, signed(place_ms), x, direction, gid)

    def draw(self, y: float, text: str, x: float, direction: int, gid: str | None = None) -> None:
        """Words that start at x and run right (+1), or end there (-1), or as near to it as is free."""
        width = typeset.width(text, SMALLEST_PT) / PT_PER_MM
        axis = self.panel.axis
        room = axis.x1 - _PAD - width - x if direction > 0 else x - width - axis.x0 - _PAD
        far = np.arange(max(int(room / _STEP), 0) + 1, dtype=np.float64) * _STEP
        lefts = x + far if direction > 0 else x - far - width
        left = float(lefts[self._best(lefts, y, width, far)])
        self._texts.append((left, y - _LINE, left + width, y + _LINE))
        self.panel.page.draw_text((left, y), text, SMALLEST_PT, SECONDARY, valign="center_baseline", gid=gid)

    def _best(self, lefts: Floats, y: float, width: float, far: Floats) -> int:
        """The place that hides the fewest words, then marks, then the least of lines and is nearest."""
        texts = _shared(lefts - 0.6, y, width + 1.2, _LINE, _array(self._texts)) > 0
        marks = _shared(lefts - 0.3, y, width + 0.6, _LETTER, self._marks) > 0
        lines = _shared(lefts, y, width, _LETTER, self._lines)
        cost = lines.sum(axis=1) + _PER_MM * far
        return int(np.lexsort((cost, marks.sum(axis=1), texts.sum(axis=1)))[0])

    def _mean_marks(self) -> list[Corners]:
        panel = self.panel
        places = panel.run.places[panel.side].items()
        known = [(who, place.value) for who, place in places if math.isfinite(place.value)]
        boxes = [mark_box(panel, value, panel.mean_lane(who)) for who, value in known]
        more = (MEAN_MARK_SCALE - 1.0) * (boxes[0][3] - boxes[0][1]) / 2 if boxes else 0.0
        return [(x0 - more, y0 - more, x1 + more, y1 + more) for x0, y0, x1, y1 in boxes]


def _marks(panel: Panel) -> list[Corners]:
    return [
        mark_box(panel, peak.place_ms, panel.lane(index, who))
        for index, _, step in panel.steps()
        for who, peak in step.peaks.items()
    ]


def _array(boxes: Sequence[Corners]) -> Floats:
    return np.array(boxes, dtype=float).reshape(-1, 4)


def _shared(lefts: Floats, y: float, width: float, half: float, others: Floats) -> Floats:
    """Areas (places, boxes) that words of this width at each place share with boxes (n, 4)."""
    low, high = np.maximum(others[:, 1], y - half), np.minimum(others[:, 3], y + half)
    near, height = others[high > low], (high - low)[high > low]
    across = np.minimum(near[:, 2], lefts[:, None] + width) - np.maximum(near[:, 0], lefts[:, None])
    return np.clip(across, 0.0, None) * height
