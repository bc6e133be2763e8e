"""An answer to one of the coach's questions: a sentence, what it means and doesn't, and the numbers behind
it.

The report shows each as a fold, the API and summary.json as `questions` of a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aqsense.analysis.quantity import Quantity


@dataclass(frozen=True, slots=True)
class Number:
    """A defined quantity of an answer.

    name          as in files: words joined by `_`, the unit last
    label         for people
    unit          "ms", "%", "deg/s", "" for a plain number
    side          left, right, or "" where it is of both or of the trunk
    contributor   push, swing, arm, trunk, or ""
    """

    name: str
    label: str
    unit: str
    quantity: Quantity
    side: str = ""
    contributor: str = ""

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"name": self.name, "label": self.label, "unit": self.unit}
        return out | self.quantity.as_json() | {"side": self.side, "contributor": self.contributor}


@dataclass(frozen=True, slots=True)
class Answer:
    """One question of one run.

    key             stable name
    title           the question as a coach asks it
    answer          one sentence; where there is no answer, why
    means           what the numbers are, in plain words
    does_not_mean   what must not be read into them
    exploratory     no published support at all: shown as such
    """

    key: str
    title: str
    answer: str
    means: str
    does_not_mean: str
    numbers: tuple[Number, ...]
    exploratory: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "title": self.title,
            "answer": self.answer,
            "means": self.means,
            "does_not_mean": self.does_not_mean,
            "exploratory": self.exploratory,
            "quantities": [number.as_json() for number in self.numbers],
        }


def in_words(quantity: Quantity, unit: str, decimals: int = 0) -> str:
    """`112 ms (109 to 115)`; the interval only where there is one."""
    space = "" if unit in ("", "%") else " "
    text = f"{number(quantity.value, decimals)}{space}{unit}"
    if quantity.low != quantity.low or quantity.high != quantity.high:
        return text
    return f"{text} ({number(quantity.low, decimals)} to {number(quantity.high, decimals)})"


def number(value: float, decimals: int) -> str:
    """With a real minus sign."""
    return f"{value:.{decimals}f}".replace("-", "−")
