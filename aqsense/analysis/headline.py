"""The one sentence a coach would say, by the grammar of VISUAL 3.4. Every place that shows it calls this.

Nothing outside the grammar may be said. `late` and `early` need a basis; without one the words are first and last.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

MINUS = "\u2212"
FEWEST_STEPS = 6
WORDS = {"push": "push leg", "swing": "swing leg", "arm": "arm", "trunk": "torso"}


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run when its sentence is made.

    spread_ms, spread_high_ms   debiased spread over the headline strides; NaN and a bound if below the noise
    first_stride, last_stride   range that the headline covers
    sync_sd_ms                  worst sensor's SD against the common time; NaN if not stated
    places_ms                   mean place per contributor, ms from the mean of all
    missing                     contributors that were scored in no step
    """

    steps_scored: int
    steps_found: int
    spread_ms: float
    spread_high_ms: float
    first_stride: int
    last_stride: int
    sync_sd_ms: float
    places_ms: Mapping[str, float] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def signed_ms(value: float) -> str:
    """`+13`, `−5`, `0`: a sign on every lag, a real minus."""
    whole = round(value)
    return "0" if whole == 0 else f"+{whole}" if whole > 0 else f"{MINUS}{-whole}"


def headline(facts: RunFacts) -> tuple[str, str]:
    """First and second line for a run."""
    if facts.steps_scored == 0:
        return _not_scored(facts)
    agree_ms = 1.96 * math.sqrt(2) * facts.sync_sd_ms
    if facts.sync_sd_ms > 10:
        first = f"No verdict: clocks agree only within {agree_ms:.0f} ms"
        return first, "Shake all sensors together before and after."
    strides = f"Strides {facts.first_stride} to {facts.last_stride}."
    if facts.steps_scored < FEWEST_STEPS:
        first = f"Only {facts.steps_scored} step{'s' if facts.steps_scored > 1 else ''} scored"
        return first, f"{facts.steps_found} steps found; at least {FEWEST_STEPS} scored ones are needed."
    if facts.sync_sd_ms > 5:
        return f"Peaks about {_apart(facts)} ms apart", f"{strides} Clocks too coarse to say who."
    if facts.sync_sd_ms > 2:
        first = f"Peaks {_apart(facts)} ms apart from stride {facts.first_stride} on"
        return first, f"{strides} Clocks too coarse to compare sides."
    first = f"Peaks {_apart(facts)} ms apart; first run, nothing to compare with yet"
    return first, f"{strides} {_order(facts.places_ms)}"


def _apart(facts: RunFacts) -> str:
    if math.isnan(facts.spread_ms):
        return f"less than {math.ceil(facts.spread_high_ms)}" if not math.isnan(facts.spread_high_ms) else "?"
    return f"{facts.spread_ms:.0f}"


def _order(places_ms: Mapping[str, float]) -> str:
    known = {name: place for name, place in places_ms.items() if not math.isnan(place)}
    if len(known) < 2:
        return ""
    first, last = min(known, key=lambda name: known[name]), max(known, key=lambda name: known[name])
    sentence = f"{WORDS[first]} first ({signed_ms(known[first])} ms), {WORDS[last]} last ({signed_ms(known[last])} ms)."
    return sentence[0].upper() + sentence[1:]


def _not_scored(facts: RunFacts) -> tuple[str, str]:
    if not facts.missing:
        return "No step scored", f"{facts.steps_found} steps found, none with enough peaks."
    names = [f"the {WORDS[name]}" for name in facts.missing]
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    second = f"{facts.steps_found} steps found; a score needs push leg, swing leg and arm or torso."
    return f"No score without {listed}", second
