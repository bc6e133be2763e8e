"""Where the parts of the picture on screen stand, in px from its top left corner."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aqsense.model import Contributor, Side
from aqsense.view.layout import Axis
from aqsense.view.run_rows import AlignmentRun, StrideRow
from aqsense.view.tokens import CONTRIBUTORS

BAR = 0.9
_LEAST_TEXT_PX = 12.0
HIGHEST_ROW = 46.0


@dataclass(frozen=True, slots=True)
class Frame:
    """The picture's geometry.

    run, rows   what is drawn
    axes        of both panels
    strip       left and right end of the bars of spread
    score_right right end of the scores; 0 = they are not shown
    top, row    upper edge of the first row, height of one
    gap         above the mean row; 0 = there is none
    scale       of the window
    """

    run: AlignmentRun
    rows: Sequence[StrideRow]
    axes: Mapping[Side, Axis]
    strip: tuple[float, float]
    score_right: float
    top: float
    row: float
    gap: float
    scale: float
    width: float
    height: float

    @property
    def has_mean(self) -> bool:
        return self.gap > 0

    @property
    def mark_px(self) -> float:
        """Size of a mark: as large as four lanes of a row allow."""
        return min(17.0 * self.scale, max(7.0 * self.scale, 0.42 * self.row))

    @property
    def labelled_every(self) -> int:
        """Rows lower than their smallest text are labelled every so often."""
        return max(1, math.ceil(_LEAST_TEXT_PX * max(1.0, self.scale) / self.row))

    @property
    def text_row(self) -> float:
        """Height that a row's labels have."""
        return self.row * self.labelled_every

    @property
    def line_scale(self) -> float:
        """Lines shrink with low rows."""
        return self.scale * min(1.0, max(0.55, self.row / (34 * self.scale)))

    @property
    def gutter(self) -> float:
        return (self.axes[Side.LEFT].x1 + self.axes[Side.RIGHT].x0) / 2

    @property
    def bottom(self) -> float:
        """Lower edge of everything that is a row."""
        return self.mean_middle + self.row / 2 if self.has_mean else self.top + len(self.rows) * self.row

    def middle(self, index: int) -> float:
        return self.top + (index + 0.5) * self.row

    @property
    def mean_middle(self) -> float:
        return self.middle(len(self.rows)) + self.gap

    def lane(self, index: int, who: Contributor) -> float:
        return self.middle(index) - CONTRIBUTORS[who].lane * self.row

    def mean_lane(self, who: Contributor) -> float:
        return self.mean_middle - CONTRIBUTORS[who].lane * self.row

    def row_at(self, y: float) -> int:
        """Index of the row at a height, -1 where there is none."""
        index = int((y - self.top) // self.row)
        return index if y >= self.top and index < len(self.rows) else -1


def frame_of(
    run: AlignmentRun, rows: Sequence[StrideRow], size: tuple[float, float], scale: float, *,
    room_for: int, has_score: bool,
) -> Frame:  # fmt: skip
    """Fit a picture into a size.

    room_for   rows that the height must hold, so that the first ones don't shrink with every new one
    """
    width, height = size
    left, gutter, strip, score = 66 * scale, 62 * scale, 108 * scale, 48 * scale if has_score else 0.0
    panel = (width - left - gutter - strip - score - 22 * scale) / 2
    x0 = left
    axes = {
        Side.LEFT: Axis(x0, x0 + panel, run.limit_ms),
        Side.RIGHT: Axis(x0 + panel + gutter, x0 + 2 * panel + gutter, run.limit_ms),
    }
    strip_0 = x0 + 2 * panel + gutter + 22 * scale
    top, below = 50 * scale, 54 * scale
    has_mean = run.first >= 1 and run.spread.value == run.spread.value
    least_gap = (24 * scale if run.named else 6 * scale) if has_mean else 0.0
    count = max(room_for, len(rows), 1)
    row = min(HIGHEST_ROW * scale, (height - top - below - least_gap) / (count + (1 if has_mean else 0)))
    return Frame(
        run, rows, axes, (strip_0, strip_0 + strip), width - 2 * scale if has_score else 0.0, top, row,
        least_gap, scale, width, height,
    )  # fmt: skip
