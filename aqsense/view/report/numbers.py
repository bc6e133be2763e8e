"""Numbers of a result as a report prints them: value, interval, or a dash with the reason in words.

Nothing is computed here; missing is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aqsense.view.words import ABSENT, MINUS


@dataclass(frozen=True, slots=True)
class Shown:
    """One number on the page: the value, its interval, and why there is none."""

    label: str
    value: str
    interval: str = ""
    reason: str = ""


def plain(value: Any, decimals: int) -> str:
    """`9.6`, `−3`; a dash for None and NaN."""
    number = math.nan if value is None else float(value)
    if not math.isfinite(number):
        return ABSENT
    text = f"{abs(number):.{decimals}f}"
    return MINUS + text if number < 0 and float(text) else text


def with_sign(value: Any, decimals: int = 0) -> str:
    """`+25`, `−5`, `0`."""
    text = plain(value, decimals)
    is_positive = text not in (ABSENT,) and not text.startswith(MINUS) and float(text) != 0
    return f"+{text}" if is_positive else text


def with_unit(text: str, unit: str) -> str:
    """A space before the unit; none after a dash."""
    return text if text == ABSENT or not unit or unit == "-" else f"{text}\u00a0{unit}"


def readable(value: Any) -> str:
    """A number of unknown size in three or four significant digits."""
    number = math.nan if value is None else float(value)
    if not math.isfinite(number):
        return ABSENT
    size = abs(number)
    return plain(number, 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or size == 0 else 3)


def between(low: Any, high: Any, decimals: int) -> str:
    """`8.5 to 10.7`; one end alone as `under 4.2` or `over 88`; "" for none."""
    ends = [plain(end, decimals) for end in (low, high)]
    if ABSENT not in ends:
        return f"{ends[0]} to {ends[1]}"
    if ends[1] != ABSENT:
        return f"under {ends[1]}"
    return f"over {ends[0]}" if ends[0] != ABSENT else ""


def in_words(reason: Any) -> str:
    """`too_few_runs` -> `too few runs`."""
    return str(reason or "").replace("_", " ")


def quantity(label: str, entry: Mapping[str, Any], decimals: int, unit: str = "") -> Shown:
    """A QUANTITY of summary.json."""
    value = with_unit(plain(entry.get("value"), decimals), unit)
    interval = between(entry.get("low"), entry.get("high"), decimals)
    return Shown(label, value, interval, in_words(entry.get("value_reason")))
