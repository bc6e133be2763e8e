"""The words beside a comparison ghost, at its upper end where they cover nothing that must be read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.transforms import Bbox

from aqsense.model import Floats
from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM
from aqsense.view.panel import Panel
from aqsense.view.run_rows import Named
from aqsense.view.tokens import CONTRIBUTORS, NAMED_TEXT_PT

_Corners = tuple[float, float, float, float]  # left, bottom, right, top in mm

_BESIDE = 1.2  # mm from the ghost
# Half heights in font sizes: of letters, of a line with its leading.
_LETTER, _LINE = 0.38, 0.62
_MARK = 1.4  # mm, half of a mark's box at full size
_MARK_WEIGHT = 2  # a covered mark is worse than a covered line
# What a row further down and a second line are worth, in mm^2 of covered marks and threads.
_PER_ROW, _PER_LINE = 1.0, 5.0


@dataclass(frozen=True, slots=True)
class _Seat:
    """A possible place: lines of words, the box of their letters, rows below the ghost's upper end."""

    lines: Sequence[str]
    box: Bbox
    rows_down: int

    @property
    def pitch(self) -> float:
        """From line to line, mm."""
        return 2 * _LINE * NAMED_TEXT_PT / PT_PER_MM


def draw_ghost_label(panel: Panel, named: Named, places: Mapping[int, float]) -> None:
    """The label of a ghost with these places (row index -> ms), drawn when all other text stands."""
    texts, ink = panel.page.text_boxes_mm(), np.array([*_ink(panel), *_ghost_ink(panel, named, places)])
    seat = min(_seats(panel, named, places), key=lambda seat: _cost(panel, seat, texts, ink), default=None)
    if seat is None:
        return
    middle = (seat.box.y0 + seat.box.y1) / 2 + seat.pitch * (len(seat.lines) - 1) / 2
    for number, words in enumerate(seat.lines):
        panel.page.draw_text(
            (seat.box.x0, middle - number * seat.pitch), words, NAMED_TEXT_PT,
            CONTRIBUTORS[named.contributor].text_colour, bold=True, valign="center_baseline",
            gid=panel.gid("ghost-label", number, named.contributor.value),
        )  # fmt: skip


def _seats(panel: Panel, named: Named, places: Mapping[int, float]) -> Iterator[_Seat]:
    """Left and right of the ghost in each of its rows, on one line or two."""
    top = min(places)
    for index in sorted(places):
        if panel.axis.holds(places[index]):
            for lines in _settings(named.label):
                for direction in (-1, 1):
                    box = _box(panel, named, index, places[index], lines, direction)
                    yield _Seat(lines, box, index - top)


def _settings(label: str) -> list[list[str]]:
    """The label on one line, and on two where it has words enough."""
    size = NAMED_TEXT_PT
    one = typeset.width(label, size, bold=True)
    halves = typeset.balanced(typeset.wrap(label, 0.75 * one, size, bold=True), one, size, bold=True)
    return [[label], halves] if len(halves) == 2 else [[label]]


def _box(
    panel: Panel, named: Named, index: int, place_ms: float, lines: Sequence[str], direction: int
) -> Bbox:  # fmt: skip
    """Box of the letters, left (-1) or right (+1) of the ghost; inside a row that is high enough."""
    width = max(typeset.width(line, NAMED_TEXT_PT, bold=True) for line in lines) / PT_PER_MM
    half = (_LETTER + _LINE * (len(lines) - 1)) * NAMED_TEXT_PT / PT_PER_MM
    free = max(0.45 * panel.grid.row - half - 0.3, 0.0)
    offset = CONTRIBUTORS[named.contributor].lane * panel.grid.row
    y = panel.grid.middle(index) + min(max(offset, -free), free)
    x = panel.axis.x(place_ms) + direction * _BESIDE
    left = x if direction > 0 else x - width
    return Bbox([[left, y - half], [left + width, y + half]])


def _cost(panel: Panel, seat: _Seat, texts: Sequence[Bbox], ink: Floats) -> tuple[bool, float]:
    """Cut or over text is worst; then the area covered, lines and rows further down."""
    axis, room = panel.axis, 2 * (_LINE - _LETTER) * NAMED_TEXT_PT / PT_PER_MM
    is_cut = seat.box.x0 < axis.x0 + 0.4 or seat.box.x1 > axis.x1 - 0.4
    is_cut = is_cut or seat.box.y0 < panel.grid.bottom
    line = Bbox([[seat.box.x0, seat.box.y0 - room / 2], [seat.box.x1, seat.box.y1 + room / 2]])
    covered = _overlap(seat.box, ink)
    further = _PER_ROW * seat.rows_down + _PER_LINE * (len(seat.lines) - 1)
    return is_cut or line.count_overlaps(texts) > 0, covered + further


def _overlap(box: Bbox, others: Floats) -> float:
    """Area in mm^2 that a box shares with others, (n, 4)."""
    low = np.maximum(others[:, :2], box.min)
    high = np.minimum(others[:, 2:], box.max)
    return float(np.clip(high - low, 0, None).prod(axis=1).sum())


def _ink(panel: Panel) -> Iterator[_Corners]:
    """Boxes of marks, whiskers and toe-offs, and small ones along the threads."""
    last: dict[object, tuple[int, float, float]] = {}
    half = _MARK * panel.grid.mark_scale
    for index, _, step in panel.steps():
        if panel.axis.holds(step.toe_off_ms):
            edge = panel.axis.x(step.toe_off_ms)
            yield _around(edge, panel.grid.middle(index), 0.6, 0.45 * panel.grid.row)
        for who, peak in step.peaks.items():
            x, y = panel.axis.x(peak.place_ms), panel.lane(index, who)
            yield from [_around(x, y, half, half)] * _MARK_WEIGHT
            if math.isfinite(peak.sd_ms):
                reach = panel.axis.x(1.96 * peak.sd_ms) - panel.axis.zero
                yield _around(x, y, reach, 0.2)
            before = last.get(who)
            if before is not None and before[0] == index - 1:
                yield from _along(before[1], before[2], x, y, 0.7 if panel.run.names(who) else 0.4)
            last[who] = (index, x, y)


def _ghost_ink(panel: Panel, named: Named, places: Mapping[int, float]) -> Iterator[_Corners]:
    for line in panel.joined_places(named.contributor, places):
        for (x0, y0), (x1, y1) in pairwise(line):
            yield from _along(x0, y0, x1, y1, 0.4)


def _along(x0: float, y0: float, x1: float, y1: float, half: float) -> Iterator[_Corners]:
    """Boxes along a line that touch each other."""
    n = max(2, round(math.hypot(x1 - x0, y1 - y0) / (2 * half)))
    for k in range(n):
        share = (k + 0.5) / n
        yield _around(x0 + share * (x1 - x0), y0 + share * (y1 - y0), half, half)


def _around(x: float, y: float, half_width: float, half_height: float) -> _Corners:
    return x - half_width, y - half_height, x + half_width, y + half_height
