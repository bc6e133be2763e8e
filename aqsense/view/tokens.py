"""Visual tokens: every colour, mark and type size of aqsense (VISUAL 2), for A4 landscape.

Colour and shape mean a body part, never a side and never good or bad. No other file names a colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from aqsense.model import Contributor, Side


class Mark(Enum):
    """Shape of a contributor's mark."""

    CIRCLE = "circle"
    DIAMOND = "diamond"
    TRIANGLE = "triangle"
    SQUARE = "square"


@dataclass(frozen=True, slots=True)
class ContributorToken:
    """How one contributor looks and is called.

    word         name on screen; the arm is preceded by its side
    part         name without side, for `no ... data`
    short        one word, where room is scarce
    size_pt      width of the mark
    text_colour  of its name and number where it is named: readable also on `ON_GROUND`
    lane         place inside a row, in rows from its middle, upwards
    """

    word: str
    part: str
    short: str
    mark: Mark
    size_pt: float
    colour: str
    text_colour: str
    lane: float

    def name(self, side: Side) -> str:
        """Word on screen for a step that this side pushes: `left arm`, `torso turn`."""
        return f"{side.value} {self.word}" if self.word == "arm" else self.word


# In the fixed order of lanes, from top to bottom.
CONTRIBUTORS: Mapping[Contributor, ContributorToken] = {
    Contributor.ARM: ContributorToken(
        "arm", "arm", "arm", Mark.CIRCLE, 7.2, "#D1410C", "#BD3A0B", 0.285
    ),
    Contributor.TRUNK: ContributorToken(
        "torso turn", "torso", "torso", Mark.DIAMOND, 6.2, "#148F86", "#0F6F68", 0.095
    ),
    Contributor.SWING: ContributorToken(
        "swing leg", "swing leg", "swing", Mark.TRIANGLE, 7.8, "#0A4DA8", "#0A4DA8", -0.095
    ),
    Contributor.PUSH: ContributorToken(
        "push leg", "push leg", "push", Mark.SQUARE, 6.8, "#14171F", "#14171F", -0.285
    ),
}  # fmt: skip

INK = "#14171F"
SECONDARY = "#59616E"
TOE_OFF_EDGE = "#77818E"
LANE_EDGE = "#A7B0BC"
ON_GROUND = "#E6E9EE"
PAPER = "#FFFFFF"
TEXT_COLOURS = (INK, SECONDARY, *(token.text_colour for token in CONTRIBUTORS.values()))

MARK_EDGE_PT = 0.9
HOLLOW_PT = 1.4  # line of a companion's mark
DOUBTFUL_OPACITY = 0.4
WHISKER_PT = 0.9
WHISKER_OPACITY = 0.5
MEAN_WHISKER_PT = 2.0
GHOST_PT = 1.5
DASHES = (2.6, 1.5)  # of the ghost, in line widths
MEAN_MARK_SCALE = 1.25
TOE_OFF_PT = 2.2
LANE_EDGE_PT = 0.9


class Emphasis(Enum):
    """How loud a thread is: (line width in pt, opacity). At most one contributor is NAMED."""

    NOBODY_NAMED = (2.2, 0.5)
    NAMED = (3.0, 0.8)
    BESIDE_NAMED = (1.4, 0.38)


FINDING_PT = 25.0
SECOND_LINE_PT = 11.5
PANEL_TITLE_PT = 10.5
STRIDE_PT = 11.0
FOOT_NUMBER_PT = 12.5
DIFFERENCE_PT = 12.5
NAMED_TEXT_PT = 10.0  # the least for coloured words
INTERVAL_PT = 9.0
LABEL_PT = 9.0
NOTE_PT = 8.2
# Figures of 118 mm width: 1 pt is 1 px on a phone of 375 px.
FIGURE_TITLE_PT = 15.0
FIGURE_TEXT_PT = 11.0
FIGURE_NOTE_PT = 11.0
SMALLEST_PT = 7.0
