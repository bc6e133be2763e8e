"""What shall go wrong: limbs that are late or weak, sensors that die, samples that don't arrive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aqsense.model import SITES, Contributor, Side
from aqsense.simulate.ranges import between, one_of

SIDES: Final = ("left", "right", "both")
CONTRIBUTORS: Final = tuple(contributor.value for contributor in Contributor)
_LAST_STRIDE: Final = 10_000


@dataclass(frozen=True, slots=True)
class Late:
    """A contributor that is late (negative: early) by a constant amount, on top of its own pattern.

    contributor  push, swing, arm or trunk
    side         left, right or both: of the limb (push and swing: that shin); trunk: of the stance foot
    ms           -60 to 60
    from_stride  first late stride of every run, counted from 1

    A late arm is late as a whole (forward and backward peak), a late trunk with yaw and pitch.
    """

    contributor: str
    side: str
    ms: float
    from_stride: int = 1

    def __post_init__(self) -> None:
        one_of("late contributor", self.contributor, CONTRIBUTORS)
        one_of("late side", self.side, SIDES)
        between("late ms", self.ms, -60.0, 60.0)
        between("late from_stride", self.from_stride, 1, _LAST_STRIDE)

    def concerns(self, contributor: Contributor, side: Side) -> bool:
        """Does it hold for this contributor on this side?"""
        return self.contributor == contributor.value and self.side in (side.value, "both")


@dataclass(frozen=True, slots=True)
class Weak:
    """A contributor that moves less (above 1: more) than its pattern; its times stay.

    contributor, side  as in `Late`
    factor             0.3 to 1.5 of the usual amplitude
    from_stride        first such stride of every run, counted from 1
    """

    contributor: str
    side: str
    factor: float
    from_stride: int = 1

    def __post_init__(self) -> None:
        one_of("weak contributor", self.contributor, CONTRIBUTORS)
        one_of("weak side", self.side, SIDES)
        between("weak factor", self.factor, 0.3, 1.5)
        between("weak from_stride", self.from_stride, 1, _LAST_STRIDE)

    def concerns(self, contributor: Contributor, side: Side) -> bool:
        """Does it hold for this contributor on this side?"""
        return self.contributor == contributor.value and self.side in (side.value, "both")


@dataclass(frozen=True, slots=True)
class Lost:
    """A sensor that delivers nothing from `from_s` (session time, s) on."""

    site: str
    from_s: float

    def __post_init__(self) -> None:
        one_of("lost site", self.site, SITES)
        between("lost from_s", self.from_s, 0.0, 1e6)


@dataclass(frozen=True, slots=True)
class Gap:
    """Samples of one sensor that don't arrive: `samples` rows from `from_s` (session time, s) on."""

    site: str
    from_s: float
    samples: int

    def __post_init__(self) -> None:
        one_of("gap site", self.site, SITES)
        between("gap from_s", self.from_s, 0.0, 1e6)
        between("gap samples", self.samples, 1, 1_000_000)
