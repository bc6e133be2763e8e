"""One run as the rows of the alignment picture: what the drawing needs, in ms from each step's zero."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aqsense.model import Contributor, Side

BOTH_SIDES = (Side.LEFT, Side.RIGHT)


@dataclass(frozen=True, slots=True)
class Peak:
    """One contributor's peak: place on the axis and SD in ms (NaN if not known)."""

    place_ms: float
    sd_ms: float
    is_doubtful: bool


@dataclass(frozen=True, slots=True)
class StepRow:
    """One step of a row, ms from its zero. `contact_ms`, `toe_off_ms`: NaN where not measured.

    peaks      the scored contributors; empty if the step is not scored
    missing    words for contributors without a peak, `no torso data`
    unscored   why the step has no score, "" if it has one
    """

    contact_ms: float
    toe_off_ms: float
    peaks: Mapping[Contributor, Peak]
    missing: Mapping[Contributor, str]
    unscored: str


@dataclass(frozen=True, slots=True)
class StrideRow:
    """One stride: number, words for where it was, its steps by pushing side, spread and score (or NaN)."""

    number: int
    label: str
    first_foot: Side
    steps: Mapping[Side, StepRow]
    spread_ms: float
    score: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval; NaN where not known."""

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half the interval, NaN if there is none."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Named:
    """The contributor that the headline names, and where it would be expected (VISUAL 3.2).

    panels           sides whose steps the finding is about
    difference_ms    later than expected is positive
    is_other_side    expected is where the other side has it, stride by stride
    expected_ms      mean expected place per panel; ms from the mean of the others, as all places then
    label            words for what is expected: `left arm`, `your usual`, `strides 5 to 8`
    """

    contributor: Contributor
    panels: Sequence[Side]
    difference_ms: float
    is_other_side: bool
    expected_ms: Mapping[Side, float]
    label: str


@dataclass(frozen=True, slots=True)
class AlignmentRun:
    """One run, ready to draw.

    rows                 strides in order of time
    first, last          strides of the headline's spread; -1 if there is none
    compared             first and last stride over which places are meant; the same if nobody is named
    places               mean place in ms per side over the compared strides
    mean_toe_off_ms      per side over the compared strides, NaN if not measured
    sync_sd_ms           worst SD of a clock; NaN if not stated
    clock_bound_ms       95 % bound of the worst pair of clocks; NaN if not stated
    longest_spread_ms    of all runs of the session: their pictures share one scale
    session              tag, name, place and day, "" where not stated
    """

    run: int
    rows: Sequence[StrideRow]
    first: int
    last: int
    compared: tuple[int, int]
    named: Named | None
    places: Mapping[Side, Mapping[Contributor, Estimate]]
    mean_toe_off_ms: Mapping[Side, float]
    spread: Estimate
    score: Estimate
    sync_sd_ms: float
    clock_bound_ms: float
    longest_spread_ms: float
    headline: str
    detail: str
    athlete: str
    count: str
    session: Sequence[str]

    @property
    def lane_ms(self) -> float:
        """Half-width of the lane within which peaks are not told apart (VISUAL 3.2)."""
        return 5.0 if math.isnan(self.clock_bound_ms) else max(5.0, self.clock_bound_ms)

    @property
    def limit_ms(self) -> float:
        """Half the axis: the largest place rounded up to 10, at least 40, at most 80 (VISUAL 3.2)."""
        places = [abs(peak.place_ms) for step in self.steps() for peak in step.peaks.values()]
        if self.named is not None:
            places += [abs(place) for place in self.named.expected_ms.values()]
        return float(min(80, max(40, math.ceil(max(places, default=0.0) / 10 - 1e-9) * 10)))

    @property
    def is_toe_off_missing(self) -> bool:
        """A scored step has no measured toe-off."""
        return any(math.isnan(step.toe_off_ms) for step in self.steps() if not step.unscored)

    def steps(self) -> list[StepRow]:
        """All steps, in no particular order."""
        return [step for row in self.rows for step in row.steps.values()]

    def is_compared(self, row: StrideRow) -> bool:
        """The row is among the strides that the places are taken over."""
        return self.compared[0] <= row.number <= self.compared[1]

    def names(self, who: Contributor) -> bool:
        """The headline is about this contributor."""
        return self.named is not None and self.named.contributor is who

    def expected_ms(self, row: StrideRow, side: Side) -> float:
        """Where the named contributor would be expected in a row; NaN where nothing is to be drawn."""
        named = self.named
        if named is None or side not in named.panels or not self.is_compared(row):
            return math.nan
        if not named.is_other_side:
            return named.expected_ms.get(side, math.nan)
        other = row.steps.get(side.other)
        peak = other.peaks.get(named.contributor) if other else None
        return peak.place_ms if peak else math.nan
