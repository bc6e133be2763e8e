"""A finished run -> the words of RESULT that are read from 5 m. Numbers are the result's own."""

from __future__ import annotations

import math
from dataclasses import dataclass

from aqsense.snapshot import RunResult
from aqsense.view.named_of_run import named_part
from aqsense.view.tokens import CONTRIBUTORS
from aqsense.view.words import signed


@dataclass(frozen=True, slots=True)
class BigWords:
    """Lines in capitals of 110 px; smaller: than what, a sentence, the spread, its interval, the detail."""

    lines: tuple[str, ...]
    than: str
    sentence: str
    spread: str
    interval: str
    detail: str


def big_words(one: RunResult) -> BigWords:
    """Who and by how much; where nobody is named the spread; where there is none, why, in words."""
    runs = one.result.tables["runs"]
    row = runs["run"].tolist().index(one.run)
    values = {name: column[row] for name, column in runs.items()}
    headline, detail = str(values["headline"]), str(values["headline_detail"])
    spread_ms = float(values["spread_ms"])
    spread = f"spread {spread_ms:.1f} ms" if math.isfinite(spread_ms) else ""
    low, high, score = (float(values[name]) for name in ("spread_low_ms", "spread_high_ms", "convergence"))
    interval = _interval(low, high, score)
    summary = next((entry for entry in one.result.summary["runs"] if entry["run"] == one.run), {})
    part = named_part(summary)
    if part is not None:
        named = part.named
        token = CONTRIBUTORS[named.contributor]
        name = token.name(named.panels[0]) if len(named.panels) == 1 else _both(token.word)
        late = "later" if named.difference_ms > 0 else "earlier"
        than = f"{late} than {_than(named.label, named.is_other_side)}"
        lines = (*name.upper().split(" ", 1), f"{signed(named.difference_ms)} ms")
        return BigWords(lines, than, "", spread, interval, f"{headline}. {detail}")
    if math.isfinite(spread_ms):
        about = "ms apart" if "about" not in headline else "ms apart, about"
        return BigWords((f"{spread_ms:.1f}",), about, headline, "", interval, detail)
    return BigWords((), "", headline, "", interval, detail)


def _both(word: str) -> str:
    return "arms" if word == "arm" else word


def _than(label: str, is_other_side: bool) -> str:
    return f"the {label}" if is_other_side else label


def _interval(low: float, high: float, score: float) -> str:
    parts: list[str] = []
    if math.isfinite(low) and math.isfinite(high):
        parts.append(f"{low:.1f} to {high:.1f} ms (95 %)")
    elif math.isfinite(high):
        parts.append(f"below {high:.1f} ms")
    if math.isfinite(score):
        parts.append(f"score {score:.0f}")
    return "    ".join(parts)
