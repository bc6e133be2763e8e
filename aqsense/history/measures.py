"""What is followed over sessions and compared between runs: names of FORMATS 4, words of VISUAL 7."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aqsense.analysis.trends import Best
from aqsense.model import Contributor
from aqsense.view.tokens import CONTRIBUTORS

_PER_SENSOR = 0.66
"""What clocks of SD 1 ms add to the spread of four peaks: sqrt(pi) / 12 * |(-3, -1, 1, 3)|, their ranks."""
_PER_LAG = (4 / 3) ** 0.5


@dataclass(frozen=True, slots=True)
class Measure:
    """A quantity of a run.

    word         on screen
    unit         "" if it has none
    decimals     on screen
    best         which runs stand for a session (METHOD 5.12)
    clock_share  ms of SD per ms of clock SD in one session; 0 where a single sensor or a mean of steps
                 decides
    is_judged    has a say of its own in a comparison. The score follows from the spread; peaks in contact
                 are a count with a ceiling, whose repeats are often all equal
    of_frequency goes with step frequency by itself, so that like runs must not be chosen by it
    """

    name: str
    word: str
    unit: str
    decimals: int
    best: Best
    clock_share: float = 0.0
    is_judged: bool = True
    of_frequency: bool = False


MEASURES: Mapping[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("spread_ms", "spread", "ms", 1, Best.SMALLEST, _PER_SENSOR),
        Measure("convergence", "score", "", 0, Best.GREATEST, is_judged=False),
        Measure("pattern_spread_ms", "off own pattern", "ms", 1, Best.SMALLEST, _PER_SENSOR),
        Measure("pattern_ms", "constant part", "ms", 1, Best.SMALLEST, _PER_SENSOR),
        Measure("jitter_ms", "step to step", "ms", 1, Best.SMALLEST),
        *(
            Measure(f"lag_{who.value}_ms", f"{CONTRIBUTORS[who].short} lag", "ms", 1, Best.NONE, _PER_LAG)
            for who in Contributor
        ),
        Measure("contributors_in_contact", "peaks in contact", "", 1, Best.GREATEST, is_judged=False),
        Measure("contact_time_ms", "contact time", "ms", 0, Best.SMALLEST),
        Measure("step_frequency_hz", "step frequency", "/s", 2, Best.GREATEST, of_frequency=True),
        Measure("speed_max_m_s", "top speed", "m/s", 2, Best.GREATEST, of_frequency=True),
    )
}
