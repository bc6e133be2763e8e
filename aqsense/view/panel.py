"""One panel: the steps that one foot pushes, with the scales by which its parts are placed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from aqsense.model import Contributor, Side
from aqsense.view.layout import Axis, Grid
from aqsense.view.page import Page
from aqsense.view.run_rows import AlignmentRun, StepRow, StrideRow
from aqsense.view.tokens import CONTRIBUTORS


@dataclass(frozen=True, slots=True)
class Panel:
    """What one panel is drawn with: the page, its run, its side, its rows and its two scales.

    suffix   of the names of its shapes, where a page has a second picture
    """

    page: Page
    run: AlignmentRun
    side: Side
    rows: Sequence[StrideRow]
    grid: Grid
    axis: Axis
    suffix: str = ""

    def steps(self) -> Iterator[tuple[int, StrideRow, StepRow]]:
        """Row index, stride and step, where the stride has a step of this side."""
        for index, row in enumerate(self.rows):
            if self.side in row.steps:
                yield index, row, row.steps[self.side]

    def lane(self, index: int, who: Contributor) -> float:
        """Height of a contributor's lane in a row."""
        return self.grid.middle(index) + CONTRIBUTORS[who].lane * self.grid.row

    def mean_lane(self, who: Contributor) -> float:
        """Height of a contributor's lane in the mean row."""
        return self.grid.mean_middle + CONTRIBUTORS[who].lane * self.grid.row

    def joined_places(self, who: Contributor, places: Mapping[int, float]) -> list[list[tuple[float, float]]]:
        """Lines through places (row index -> ms) in neighbouring rows of a lane, in mm.

        A line ends where a row has no place, and where it would run along the border.
        """
        lines: list[list[tuple[float, float]]] = []
        for index in range(1, len(self.rows)):
            ends = [places.get(index - 1, math.nan), places.get(index, math.nan)]
            if any(math.isnan(end) for end in ends) or not any(self.axis.holds(end) for end in ends):
                continue
            start = (self.axis.x(ends[0]), self.lane(index - 1, who))
            stop = (self.axis.x(ends[1]), self.lane(index, who))
            if lines and lines[-1][-1] == start:
                lines[-1].append(stop)
            else:
                lines.append([start, stop])
        return lines

    def gid(self, kind: str, *more: object) -> str:
        """Name of a shape in the SVG."""
        return "-".join((kind, *(str(part) for part in more), self.side.value)) + self.suffix

    @property
    def has_mean_row(self) -> bool:
        """A contributor of either side has a mean place; the panels share their rows."""
        return any(math.isfinite(place.value) for side in self.run.places.values() for place in side.values())
