"""The words beside a comparison ghost, at its upper end where they cover nothing that must be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from matplotlib.transforms import Bbox

from aqsense.model import Floats
from aqsense.view import typeset
from aqsense.view.ink import Corners, along, ink, overlap
from aqsense.view.layout import PT_PER_MM
from aqsense.view.panel import Panel
from aqsense.view.run_rows import Named
from aqsense.view.tokens import CONTRIBUTORS, NAMED_TEXT_PT

_BESIDE = (1.2, 2.2, 3.2, 4.2)  # mm from the ghost
# Half heights in font sizes: of letters, of a line with its leading.
_LETTER, _LINE = 0.38, 0.62
# What a row further down, a second line, a mm away are worth, in mm^2 of covered marks and threads.
_PER_ROW, _PER_LINE, _PER_MM = 1.0, 5.0, 1.0


@dataclass(frozen=True, slots=True)
class _Seat:
    """A possible place: lines of words, the box of their letters, rows below the ghost, mm off it."""

    lines: Sequence[str]
    box: Bbox
    rows_down: int
    off: float

    @property
    def pitch(self) -> float:
        """From line to line, mm."""
        return 2 * _LINE * NAMED_TEXT_PT / PT_PER_MM


def draw_ghost_label(panel: Panel, named: Named, places: Mapping[int, float]) -> None:
    """The label of a ghost with these places (row index -> ms), drawn when all other text stands."""
    texts, boxes = panel.page.text_boxes_mm(), np.array([*ink(panel), *_ghost_ink(panel, named, places)])
    seat = min(_seats(panel, named, places), key=lambda seat: _cost(panel, seat, texts, boxes), default=None)
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
                for beside in (sign * far for far in _BESIDE for sign in (-1, 1)):
                    box = _box(panel, named, index, places[index], lines, beside)
                    yield _Seat(lines, box, index - top, abs(beside))


def _settings(label: str) -> list[list[str]]:
    """The label on one line, and on two where it has words enough."""
    size = NAMED_TEXT_PT
    one = typeset.width(label, size, bold=True)
    halves = typeset.balanced(typeset.wrap(label, 0.75 * one, size, bold=True), one, size, bold=True)
    return [[label], halves] if len(halves) == 2 else [[label]]


def _box(
    panel: Panel, named: Named, index: int, place_ms: float, lines: Sequence[str], beside: float
) -> Bbox:  # fmt: skip
    """Box of the letters, `beside` mm right of the ghost (left, below zero); inside a row high enough."""
    width = max(typeset.width(line, NAMED_TEXT_PT, bold=True) for line in lines) / PT_PER_MM
    half = (_LETTER + _LINE * (len(lines) - 1)) * NAMED_TEXT_PT / PT_PER_MM
    free = max(0.45 * panel.grid.row - half - 0.3, 0.0)
    offset = CONTRIBUTORS[named.contributor].lane * panel.grid.row
    y = panel.grid.middle(index) + min(max(offset, -free), free)
    x = panel.axis.x(place_ms) + beside
    left = x if beside > 0 else x - width
    return Bbox([[left, y - half], [left + width, y + half]])


def _cost(panel: Panel, seat: _Seat, texts: Sequence[Bbox], boxes: Floats) -> tuple[bool, float]:
    """Cut or over text is worst; then the area covered, lines and rows further down."""
    axis, room = panel.axis, 2 * (_LINE - _LETTER) * NAMED_TEXT_PT / PT_PER_MM
    is_cut = seat.box.x0 < axis.x0 + 0.4 or seat.box.x1 > axis.x1 - 0.4
    is_cut = is_cut or seat.box.y0 < panel.grid.bottom
    line = Bbox([[seat.box.x0, seat.box.y0 - room / 2], [seat.box.x1, seat.box.y1 + room / 2]])
    covered = overlap(seat.box, boxes)
    further = _PER_ROW * seat.rows_down + _PER_LINE * (len(seat.lines) - 1) + _PER_MM * seat.off
    return is_cut or line.count_overlaps(texts) > 0, covered + further


def _ghost_ink(panel: Panel, named: Named, places: Mapping[int, float]) -> Iterator[Corners]:
    for line in panel.joined_places(named.contributor, places):
        for (x0, y0), (x1, y1) in pairwise(line):
            yield from along(x0, y0, x1, y1, 0.4)
