"""The history in sentences (VISUAL 7): what a slope may be read as, and never why."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime

from aqsense.analysis.quantity import Quantity
from aqsense.analysis.trends import Course, Trend
from aqsense.history.measures import Measure
from aqsense.history.program import Followed, History
from aqsense.view.words import ABSENT, day, number

REASONS = {
    "slope_unclear": "too unsteady to say",
    "fewer_than_two_sessions": "not yet (2 sessions at least)",
    "no_value": "not measured",
    "constant": "one value only",
}
_COURSES = {
    Course.RISING: "rises",
    Course.FALLING: "falls",
    Course.PLATEAU: "stands still",
    Course.OPEN: "no trend told",
    Course.NOT_YET: "no trend yet",
}


def iso_date(days: float) -> str:
    """`2026-11-25` of days since 1970, UTC."""
    return datetime.fromtimestamp(days * 86400.0, UTC).date().isoformat()


def visible(value: float, decimals: int) -> int:
    """Decimals with which a value is not shown as 0: two digits, at most four decimals."""
    if not math.isfinite(value) or value == 0.0 or float(f"{abs(value):.{decimals}f}"):
        return decimals
    return min(4, 1 - math.floor(math.log10(abs(value))))


def with_unit(text: str, measure: Measure) -> str:
    return f"{text} {measure.unit}".strip()


def interval(quantity: Quantity, decimals: int, *, signed: bool = True) -> str:
    """`−2.0 to −0.4`."""
    if not math.isfinite(quantity.low):
        return ABSENT
    return " to ".join(number(end, decimals, signed=signed) for end in (quantity.low, quantity.high))


def short_course(followed: Followed) -> str:
    """`falls`, `no trend told`."""
    return _COURSES[followed.trend.course] if followed.trend.slope.n else "not measured"


def course(followed: Followed) -> str:
    """`falls`, `no trend told: too unsteady to say`."""
    found = followed.trend
    reason = REASONS.get(found.reason or found.slope.reason, found.reason or found.slope.reason)
    return short_course(followed) + (f": {reason}" if reason and found.slope.n else "")


def detectable(followed: Followed) -> str:
    """`4.1 ms`, `not yet (1 more run of one day)`."""
    quantity, measure = followed.detectable, followed.measure
    if math.isnan(quantity.value):
        return quantity.reason
    return with_unit(number(quantity.value, slope_decimals(measure)), measure)


def slope_decimals(measure: Measure, found: Trend | None = None) -> int:
    """Slopes and detectable changes are small: one digit more for whole numbers, and a slope that is told is
    not shown as 0."""
    least = max(measure.decimals, 1)
    is_told = found is not None and found.course in (Course.RISING, Course.FALLING)
    return visible(found.slope.value, least) if found and is_told else least


def finding(history: History) -> tuple[str, str]:
    """Headline and second line, of the spread."""
    followed = history.followed["spread_ms"]
    found = followed.trend
    n, slope = found.slope.n, found.slope.value
    decimals = slope_decimals(followed.measure, found)
    sessions = f"{n} {'session' if n == 1 else 'sessions'}"
    first = {
        Course.RISING: f"Spread rises by {number(abs(slope), decimals)} ms in 30 days",
        Course.FALLING: f"Spread falls by {number(abs(slope), decimals)} ms in 30 days",
        Course.PLATEAU: "Spread stands still",
        Course.OPEN: f"Spread: no trend told from {sessions}",
        Course.NOT_YET: f"Spread: {sessions}, no trend yet",
    }[found.course]
    parts = [between(history)]
    if math.isfinite(found.slope.low):
        parts.append(f"{sessions}; 95 % {interval(found.slope, decimals)} ms in 30 days")
    elif found.reason:
        parts.append(found.reason)
    parts.append(f"detectable between two runs of a day: {detectable(followed)}")
    return first, "; ".join(parts) + "."


def between(history: History) -> str:
    """`1 September 2026 to 24 November 2026`."""
    first, last = (day(iso_date(history.sessions[i].day)) for i in (0, -1))
    return first if first == last else f"{first} to {last}"


def compared(history: History) -> str:
    """What all compared runs share, in a line."""
    shared = history.alike
    parts = [
        {"sprint": "sprints", "run": "runs", "jog": "jogs"}.get(shared["kind"], shared["kind"]),
        shared["score_set"].replace("+", ", "),
        f"{shared['rates'].replace('+', ' and ')} Hz",
        shared["family"].replace("_", " "),
        f"settings {shared['settings_hash']}",
    ]
    return "; ".join(part for part in parts if part)


def left_out(counted: Mapping[str, int]) -> list[str]:
    """`2 runs: other settings of the analysis` of a number of runs by reason."""
    return [f"{n} {'run' if n == 1 else 'runs'}: {reason}" for reason, n in counted.items()]
