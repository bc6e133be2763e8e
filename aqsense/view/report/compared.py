"""The table "can we tell?": this run, the last session where one is known, and what could be told (VISUAL 6).

In:  a run of summary.json: its `verdicts`, `named`, quantities and, with a reference, `earlier`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aqsense.view.report.numbers import in_words, with_unit
from aqsense.view.words import ABSENT, number

Part = Mapping[str, Any]

_SIDES = {
    "push": "push leg, right vs left",
    "swing": "swing leg, right vs left",
    "arm": "right arm vs left",
    "trunk": "torso turn, right foot vs left",
}
_WORDS = {"push": "push leg", "swing": "swing leg", "arm": "arm", "trunk": "torso turn"}
_QUANTITIES = (
    ("spread_ms", "spread", 1, "ms"),
    ("contact_time_ms", "contact time", 0, "ms"),
    ("step_frequency_hz", "step frequency", 2, "Hz"),
)


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """One line of the table; `earlier` is "" where no earlier session is known."""

    what: str
    now: str
    earlier: str
    answer: str
    needs: str

    @property
    def is_answer(self) -> bool:
        """It is a yes or a no, not the reason why there is none."""
        return self.answer in ("yes", "no")


@dataclass(frozen=True, slots=True)
class Compared:
    """The table and, where an earlier session was given, what stands over its column."""

    rows: tuple[ComparedRow, ...]
    has_earlier: bool
    earlier_session: str
    note: str


def compared(row: Part, run: Part) -> Compared:
    """The table of one run.

    row   of runs.csv
    run   of summary.json
    """
    earlier: Part = run.get("earlier") or {}
    has_earlier = bool(earlier.get("runs"))
    rows = [_contributor(run, earlier), *(_quantity(row, earlier, *about) for about in _QUANTITIES)]
    return Compared(
        tuple(row for row in rows if row is not None),
        has_earlier,
        str(earlier.get("session") or "") if has_earlier else "",
        _note(earlier),
    )


def _note(earlier: Part) -> str:
    if earlier.get("reason") == "no_like_run_in_another_session":
        return (
            "No run of another session is alike (same athlete, kind, contributors and place of the trunk "
            "sensor, strides that begin within 2, step frequency within 3 %)."
        )
    return ""


def _contributor(run: Part, earlier: Part) -> ComparedRow | None:
    """Who is named, else the contributor that comes nearest to it, against the other side."""
    row = _chosen(run.get("verdicts") or ())
    if row is None:
        return None
    basis, who = str(row["basis"]), str(row["contributor"])
    # Differences are right minus left steps; in a right step it is the left leg that swings.
    sign = -1.0 if basis == "other_side" and who == "swing" else 1.0
    before = (earlier.get("sides") or {}).get(who) if basis == "other_side" else None
    then = None if before is None or before.get("value") is None else sign * float(before["value"])
    return ComparedRow(
        _what(basis, who, row),
        with_unit(number(sign * float(row["difference_ms"]), 0, signed=True), "ms"),
        with_unit(number(then, 0, signed=True), "ms"),
        "yes" if row["named"] else "no",
        _needs(row.get("smallest_tellable_ms"), 0, "ms"),
    )


def _what(basis: str, who: str, row: Part) -> str:
    if basis == "other_side":
        return _SIDES[who]
    if basis == "reference":
        return f"{_WORDS[who]} vs usual"
    return f"{_WORDS[who]}, stride {row.get('from_stride', ABSENT)} on vs before"


def _chosen(rows: Any) -> Part | None:
    known = [row for row in rows if row.get("difference_ms") is not None]
    named = [row for row in known if row["named"]]
    if named:
        return named[0]
    sides = [row for row in known if row["basis"] == "other_side" and row.get("smallest_tellable_ms")]
    return max(sides, key=lambda row: abs(row["difference_ms"]) / row["smallest_tellable_ms"], default=None)


def _quantity(row: Part, earlier: Part, name: str, label: str, decimals: int, unit: str) -> ComparedRow:
    found: Part = (earlier.get("quantities") or {}).get(name) or {}
    needs = _needs(found.get("smallest_tellable"), decimals, unit)
    can_tell = found.get("can_tell")
    if can_tell is not None:
        answer = "yes" if can_tell else "no"
    elif not earlier.get("runs"):
        answer = "nothing to compare with yet"
    else:
        missing = int(earlier.get("runs_missing") or 0)
        more = f"{missing} more {'run' if missing == 1 else 'runs'} of one day"
        answer = f"not yet ({more})" if missing else f"not known: {in_words(found.get('can_tell_reason'))}"
    now = with_unit(number(row[name], decimals), unit)
    then = with_unit(number(found.get("value"), decimals), unit)
    return ComparedRow(label, now, then, answer, needs)


def _needs(value: Any, decimals: int, unit: str) -> str:
    text = number(value, decimals)
    return "" if text == ABSENT else f"needs {with_unit(text, unit)}"
