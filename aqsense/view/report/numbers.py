"""Numbers of a result as a report prints them: value, interval, or a dash with the reason in words.

Nothing is computed here; missing is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aqsense.view.words import ABSENT, between, number


@dataclass(frozen=True, slots=True)
class Shown:
    """One number on the page: the value, its interval, and why there is none."""

    label: str
    value: str
    interval: str = ""
    reason: str = ""


def with_unit(text: str, unit: str) -> str:
    """A space before the unit; none after a dash."""
    return text if text == ABSENT or not unit or unit == "-" else f"{text}\u00a0{unit}"


def readable(value: Any) -> str:
    """A number of unknown size in three or four significant digits."""
    if value is None or not math.isfinite(value):
        return ABSENT
    size = abs(value)
    return number(value, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or size == 0 else 3)


def in_words(reason: Any) -> str:
    """`too_few_runs` -> `too few runs`."""
    return str(reason or "").replace("_", " ")


def quantity(label: str, entry: Mapping[str, Any], decimals: int, unit: str = "") -> Shown:
    """A QUANTITY of summary.json."""
    value = with_unit(number(entry.get("value"), decimals), unit)
    interval = between(entry.get("low"), entry.get("high"), decimals)
    return Shown(label, value, interval, in_words(entry.get("value_reason")))
