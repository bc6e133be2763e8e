"""The one sentence a coach would say, by the grammar of VISUAL 3.4. Every place that shows it calls this.

Nothing outside the grammar may be said. `late`, `later` and `earlier` need a basis; without one the words
are first and last.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from aqsense.model import COMPARABLE_MS, ORDERED_MS, SCORED_MS

MINUS = "\u2212"
FEWEST_STEPS, FEWEST_STRIDES, FEW_STEPS = 6, 6, 12
WORDS = {"push": "push leg", "swing": "swing leg", "arm": "arm", "trunk": "torso"}
LONG_WORDS = {**WORDS, "trunk": "torso turn"}
NOT_TOLD_APART_MS = 5
CLOCKS_UNKNOWN = "Clocks taken as exact: the recording does not say how well they agree."


@dataclass(frozen=True)
class NamedFact:
    """Who is named, against what.

    basis            other_side, reference or earlier_strides
    side             of the body: left or right; both
    difference_ms    later than the basis is positive; with its 95 % interval
    kept             contributors whose place against each other did not change
    from_stride      where a change along the run begins, and in words where that is ("34 m", "2.3 s")
    """

    basis: str
    contributor: str
    side: str
    difference_ms: float
    low_ms: float
    high_ms: float
    kept: tuple[str, ...] = ()
    from_stride: int = -1
    where: str = ""


@dataclass(frozen=True)
class RunFacts:
    """What is known of a run when its sentence is made.

    spread_ms and its ends      debiased spread over the headline strides; NaN and a bound if below the noise
    first_stride, last_stride   range that the headline covers
    few_strides                 too few of them for a verdict
    low_rate                    a sensor is sampled below 50 Hz: no verdict
    sync_sd_ms                  worst sensor's SD against the common time; NaN if not stated
    clock_bound_ms              95 % bound of the worst pair
    places_ms                   mean place per contributor, ms from the mean of all
    missing                     contributors that were scored in no step
    tested                      bases on which somebody could be compared
    sides_agree_ms              within how many ms left and right agree at 95 %; NaN if not compared
    not_compared                contributors that were compared on no basis
    athlete, usual_runs         whose usual, from how many runs; "" and 0 if unknown
    """

    steps_scored: int
    steps_found: int
    spread_ms: float
    spread_high_ms: float
    first_stride: int
    last_stride: int
    sync_sd_ms: float
    spread_low_ms: float = math.nan
    few_strides: bool = False
    low_rate: bool = False
    clock_bound_ms: float = math.nan
    places_ms: Mapping[str, float] = field(default_factory=dict[str, float])
    missing: tuple[str, ...] = ()
    named: NamedFact | None = None
    tested: tuple[str, ...] = ()
    sides_agree_ms: float = math.nan
    not_compared: tuple[str, ...] = ()
    athlete: str = ""
    usual_runs: int = 0


def signed_ms(value: float) -> str:
    """`+13`, `−5`, `0`: a sign on every lag, a real minus."""
    whole = round(value)
    return "0" if whole == 0 else f"+{whole}" if whole > 0 else f"{MINUS}{-whole}"


def headline(facts: RunFacts) -> tuple[str, str]:
    """First and second line for a run."""
    if facts.steps_scored == 0:
        return _not_scored(facts)
    if facts.sync_sd_ms > SCORED_MS:
        first = f"No verdict: clocks agree only within {_clock_bound(facts):.0f} ms"
        return first, "Shake all sensors together before and after."
    first, sentences = _scored(facts)
    if math.isnan(facts.sync_sd_ms):
        sentences.append(CLOCKS_UNKNOWN)
    return first, " ".join(sentence for sentence in sentences if sentence)


def _scored(facts: RunFacts) -> tuple[str, list[str]]:
    """First line and sentences of the second for a run with a score."""
    if facts.steps_scored < FEWEST_STEPS or facts.few_strides:
        return _too_few(facts)
    if facts.sync_sd_ms > ORDERED_MS:
        return f"Peaks about {_apart(facts)} ms apart", [_range(facts), "Clocks too coarse to say who."]
    too_coarse = "Clocks too coarse to compare sides." if facts.sync_sd_ms > COMPARABLE_MS else ""
    if facts.named is not None:
        return _said(facts, facts.named), [*_beside(facts, facts.named), too_coarse]
    first = f"Peaks {_apart(facts)} ms apart from stride {facts.first_stride} on"
    if too_coarse:
        return first, [_range(facts), too_coarse, _nobody(facts)]
    if facts.low_rate:
        return first, [_range(facts), "Sampled too slowly to compare sides.", _order(facts.places_ms)]
    if facts.tested:
        return first, [_range(facts), _nobody(facts)]
    first = f"Peaks {_apart(facts)} ms apart; first run, nothing to compare with yet"
    return first, [_range(facts), _order(facts.places_ms)]


def _clock_bound(facts: RunFacts) -> float:
    """Of the worst pair; of two as poor as the worst sensor where the others' SDs are not known."""
    both_worst = 1.96 * math.sqrt(2) * facts.sync_sd_ms
    return both_worst if math.isnan(facts.clock_bound_ms) else facts.clock_bound_ms


def _said(facts: RunFacts, named: NamedFact) -> str:
    """The three sentences that name somebody."""
    size, word = f"{abs(named.difference_ms):.0f} ms", _later(named)
    if named.basis == "other_side":
        if named.contributor == "trunk":
            other = "left" if named.side == "right" else "right"
            return f"Torso turn peaks {size} {word} on the {named.side} foot than on the {other}"
        other = "left" if named.side == "right" else "right"
        return f"{named.side.capitalize()} {WORDS[named.contributor]} peaks {size} {word} than the {other}"
    who, is_plural = _both_sides(named.contributor)
    if named.basis == "reference":
        whose = f"the usual of {facts.athlete}" if facts.athlete else "usual"
        return f"{who} {size} {word} than {whose}"
    return f"{who} {'drift' if is_plural else 'drifts'} {size} {word} from stride {named.from_stride} on"


def _both_sides(contributor: str) -> tuple[str, bool]:
    """`Arms` are two; the other contributors are roles that left and right take in turn."""
    return ("Arms", True) if contributor == "arm" else (LONG_WORDS[contributor].capitalize(), False)


def _later(named: NamedFact) -> str:
    return "later" if named.difference_ms > 0 else "earlier"


def _beside(facts: RunFacts, named: NamedFact) -> list[str]:
    """Second line of a run in which somebody is named."""
    ends = (named.low_ms, named.high_ms) if named.difference_ms > 0 else (-named.high_ms, -named.low_ms)
    interval = f"95 % interval {_whole(ends[0])} to {_whole(ends[1])} ms"
    if named.basis == "earlier_strides":
        begins = f"stride {named.from_stride} begins at {named.where}." if named.where else ""
        return [f"{interval}; {begins}" if begins else f"{interval}."]
    sentences = [f"{_strides(facts)}; {interval}."]
    if named.basis == "reference":
        sentences.append(f"The usual comes from {_counted(facts.usual_runs, 'run')}.")
    elif named.kept:
        its = "its place" if len(named.kept) == 1 else "their places"
        sentences.append(_capital(f"{_listed([WORDS[name] for name in named.kept])} kept {its}."))
    return sentences


def _nobody(facts: RunFacts) -> str:
    """Nobody late, and on which bases that was looked at."""
    parts: list[str] = []
    if "other_side" in facts.tested:
        parts.append(f"left and right agree within {facts.sides_agree_ms:.0f} ms")
    if "reference" in facts.tested:
        usual = f"the usual of {facts.athlete}" if facts.athlete else "usual"
        parts.append(f"as {usual} ({_counted(facts.usual_runs, 'run')})")
    if "earlier_strides" in facts.tested:
        parts.append("no change along the run")
    if not parts:
        return ""
    left_out = [WORDS[name] for name in facts.not_compared]
    beside = _capital(f" {_listed(left_out)} not compared.") if left_out else ""
    return f"Nobody late: {', '.join(parts)}.{beside}"


def _range(facts: RunFacts) -> str:
    """Which strides, and the interval of the spread where it has one."""
    if math.isnan(facts.spread_low_ms):
        return f"{_strides(facts)}."
    few = "few steps, " if facts.steps_scored < FEW_STEPS else ""
    return f"{_strides(facts)}; {few}95 % interval {_interval(facts)}."


def _interval(facts: RunFacts) -> str:
    return f"{_whole(facts.spread_low_ms)} to {_whole(facts.spread_high_ms)} ms"


def _strides(facts: RunFacts) -> str:
    return f"Strides {facts.first_stride} to {facts.last_stride}"


def _apart(facts: RunFacts) -> str:
    if math.isnan(facts.spread_ms):
        return f"less than {math.ceil(facts.spread_high_ms)}"
    return f"{facts.spread_ms:.0f}"


def _whole(value: float) -> str:
    """`-3.2` -> `−3`: an end of an interval, without a plus."""
    whole = round(value)
    return f"{MINUS}{-whole}" if whole < 0 else f"{whole}"


def _order(places_ms: Mapping[str, float]) -> str:
    known = {name: place for name, place in places_ms.items() if not math.isnan(place)}
    if len(known) < 2:
        return ""
    first, last = min(known, key=lambda name: known[name]), max(known, key=lambda name: known[name])
    ends = [
        f"{WORDS[name]} {word} ({signed_ms(known[name])} ms)"
        for name, word in ((first, "first"), (last, "last"))
    ]
    return _capital(f"{', '.join(ends)}.")


def _too_few(facts: RunFacts) -> tuple[str, list[str]]:
    first = f"Only {_counted(facts.steps_scored, 'step')} scored"
    found = f"{_counted(facts.steps_found, 'step')} found; a finding needs {FEWEST_STRIDES} strides."
    apart = f"Peaks {_apart(facts)} ms apart"
    if not math.isnan(facts.spread_low_ms):
        apart += f", 95 % interval {_interval(facts)}"
    return first, [found, f"{apart}."]


def _not_scored(facts: RunFacts) -> tuple[str, str]:
    if not facts.missing:
        return "No step scored", f"{_counted(facts.steps_found, 'step')} found, none with enough peaks."
    second = (
        f"{_counted(facts.steps_found, 'step')} found; a score needs push leg, swing leg and arm or torso."
    )
    return f"No score without {_listed([f'the {WORDS[name]}' for name in facts.missing])}", second


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _capital(sentence: str) -> str:
    """First letter in upper case, the rest as it stands."""
    start = len(sentence) - len(sentence.lstrip())
    return sentence[:start] + sentence[start : start + 1].upper() + sentence[start + 1 :]
