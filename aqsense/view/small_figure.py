"""What the small figures share: paper that is read at 375 px and on half an A4 width, heading, note, axis.

Native width 118 mm: 11 pt are 11 px on a phone, and 8 pt where two figures share the width of a page.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aqsense.view import typeset
from aqsense.view.layout import PT_PER_MM
from aqsense.view.page import Page
from aqsense.view.run_rows import AlignmentRun
from aqsense.view.tokens import FIGURE_NOTE_PT, FIGURE_TEXT_PT, FIGURE_TITLE_PT, SECONDARY
from aqsense.view.words import joined, run_of_strides

WIDTH = 118.0
MARGIN = 4.0
ROOM_PT = (WIDTH - 2 * MARGIN) * PT_PER_MM
TEXT_MM = FIGURE_TEXT_PT / PT_PER_MM
_LEADING = 1.25
_HEAD_GAP = 3.0
_NAME_ROOM = 0.45  # of a line, at most, for the athlete
_TITLE_SIZES = ((FIGURE_TITLE_PT, 1), (FIGURE_TITLE_PT - 2, 2))
_LINE_SIZES = ((FIGURE_TEXT_PT, 2),)
_NOTE_SIZES = ((FIGURE_NOTE_PT, 8),)


@dataclass(frozen=True, slots=True)
class Words:
    """Heading and note of a small figure, broken into lines that fit."""

    title: Sequence[str]
    title_pt: float
    line: Sequence[str]
    note: Sequence[str]

    @property
    def head_mm(self) -> float:
        """Height of the heading with its margin."""
        title = len(self.title) * self.title_pt * _LEADING / PT_PER_MM
        return MARGIN + title + len(self.line) * TEXT_MM * _LEADING + _HEAD_GAP

    @property
    def note_mm(self) -> float:
        """Height of the note with its margin."""
        return MARGIN + len(self.note) * FIGURE_NOTE_PT * _LEADING / PT_PER_MM


def whose(run: AlignmentRun, strides: tuple[int, int]) -> str:
    """`a07 · run 3 of 6 · strides 5 to 12`: these pictures are handed on without the report, too."""
    name = typeset.cut(run.athlete, _NAME_ROOM * ROOM_PT, FIGURE_TEXT_PT)
    which = run_of_strides(*strides) if strides[0] > 0 else "no stride compared"
    return joined((name, run.count, which))


def words(title: str, line: str, facts: Sequence[str]) -> Words:
    """Lines of a heading and of a note made of facts."""
    titles, size = typeset.fit(title, ROOM_PT, _TITLE_SIZES, bold=True)
    lines, _ = typeset.fit(line, ROOM_PT, _LINE_SIZES)
    note, _ = typeset.fit_parts([fact for fact in facts if fact], "", ROOM_PT, _NOTE_SIZES)
    return Words(titles, size, lines, note)


def small_page(said: Words, body_mm: float) -> tuple[Page, float]:
    """A page with heading and note, and the upper edge of its body, mm."""
    page = Page(WIDTH, said.head_mm + body_mm + said.note_mm, " ".join(said.title))
    page.note_mm = said.note_mm
    y = page.get_figheight() * 25.4 - MARGIN
    for text in said.title:
        y -= said.title_pt / PT_PER_MM
        page.draw_text((MARGIN, y), text, said.title_pt, bold=True)
        y -= (_LEADING - 1) * said.title_pt / PT_PER_MM
    for text in said.line:
        y -= TEXT_MM
        page.draw_text((MARGIN, y), text, FIGURE_TEXT_PT, SECONDARY)
        y -= (_LEADING - 1) * TEXT_MM
    note_y = said.note_mm
    for text in said.note:
        note_y -= FIGURE_NOTE_PT * _LEADING / PT_PER_MM
        page.draw_text((MARGIN, note_y), text, FIGURE_NOTE_PT, SECONDARY)
    return page, y - _HEAD_GAP


@dataclass(frozen=True, slots=True)
class Span:
    """A linear axis: `low` to `high` from `start` to `stop` mm, along or up the page."""

    start: float
    stop: float
    low: float
    high: float

    def at(self, value: float) -> float:
        """Place of a value; beyond the axis, its border."""
        inside = min(max(value, self.low), self.high)
        return self.start + (inside - self.low) / (self.high - self.low) * (self.stop - self.start)

    def holds(self, value: float) -> bool:
        """The value is on the axis (False for NaN)."""
        return self.low <= value <= self.high


def ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers on [low, high], at most so many, evenly spaced."""
    step = 10.0 ** math.floor(math.log10(max(high - low, 1e-9)))
    for factor in (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0):
        first, last = math.ceil(low / (step * factor) - 1e-9), math.floor(high / (step * factor) + 1e-9)
        if last - first + 1 <= most:
            return [n * step * factor for n in range(first, last + 1)]
    return []


def apart(places: Sequence[float], gap: float) -> list[float]:
    """Rising places, those closer than `gap` moved apart around their common middle."""
    groups: list[tuple[int, float]] = []  # members, and the mean place of the first
    for place in places:
        n, first = 1, place
        while groups and groups[-1][1] + groups[-1][0] * gap > first:
            m, before = groups.pop()
            first = (m * before + n * (first - m * gap)) / (m + n)
            n += m
        groups.append((n, first))
    return [first + k * gap for n, first in groups for k in range(n)]


def save_pair(page: Page, directory: str | Path, stem: str) -> list[Path]:
    """Write `<stem>.svg` and `.png` into a directory that exists; returns the paths."""
    return [page.save_as(Path(directory) / f"{stem}.{kind}") for kind in ("svg", "png")]
