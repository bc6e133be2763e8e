"""Numbers and flags as people read them (VISUAL 2 type, VISUAL 7)."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterable
from datetime import datetime

MINUS = "\u2212"
ABSENT = "\u2013"
_BIDI_CONTROLS = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_REPLACEMENT = "\ufffd"


def one_line(text: object) -> str:
    """Foreign text as one printable line: white space folded, control characters shown as U+FFFD."""
    folded = " ".join(str(text).split())
    return "".join(_printable(letter) for letter in folded)


def _printable(letter: str) -> str:
    is_control = unicodedata.category(letter) in ("Cc", "Cs", "Co", "Cn") or letter in _BIDI_CONTROLS
    return _REPLACEMENT if is_control else letter


def number(value: float | None, decimals: int, *, signed: bool = False) -> str:
    """`9.8`, `−1.2` and, signed, `+1.2`; zero has no sign; an absent value is an en dash."""
    if value is None or not math.isfinite(value):
        return ABSENT
    text = f"{abs(value):.{decimals}f}"
    is_zero = not float(text)
    return f"{'' if is_zero else MINUS if value < 0 else '+' if signed else ''}{text}"


def signed(value_ms: float) -> str:
    """Whole ms with a sign: `+13`, `−5`, `0`. An absent value is an en dash."""
    return number(value_ms, 0, signed=True)


def between(low: float | None, high: float | None, decimals: int) -> str:
    """`8.5 to 10.7`; "" for none.

    One bound alone, as below the noise (METHOD 4.2), is `under 4.2` or `over 88`.
    """
    ends = [number(end, decimals) for end in (low, high)]
    if ABSENT not in ends:
        return f"{ends[0]} to {ends[1]}"
    if ends[1] != ABSENT:
        return f"under {ends[1]}"
    return f"over {ends[0]}" if ends[0] != ABSENT else ""


def upper_bound(value_ms: float) -> str:
    """A bound in ms, rounded up so that it stays one: `2`, `0.4`."""
    return f"{math.ceil(value_ms - 1e-9)}" if value_ms > 1 else f"{math.ceil(value_ms * 10 - 1e-9) / 10:.1f}"


def day(started_utc: str) -> str:
    """`14 June 2026` from ISO 8601; text that is no date is returned as it stands."""
    try:
        moment = datetime.fromisoformat(started_utc.replace("Z", "+00:00"))
    except ValueError:
        return one_line(started_utc)
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


# Not strftime: month names must not depend on the machine's locale.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def joined(parts: Iterable[str]) -> str:
    """The non-empty parts with a middle dot between."""
    return " \u00b7 ".join(part for part in parts if part)


def run_of_strides(first: int, last: int) -> str:
    """`strides 5 to 12`, `stride 3`."""
    return f"stride {first}" if first == last else f"strides {first} to {last}"
