"""The acceptance limits of METHOD 7.3 (and 5.1, 7.1) with their sources, and how a row is judged by them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from aqsense.validate.table import Row

MET, MISSED, UNDECIDED = "met", "missed", "undecided"


@dataclass(frozen=True)
class Limit:
    """Bounds of one figure.

    figure   attribute of Row: value, sd, rmse or worst
    low, high  in the row's unit, both allowed
    least_n  below it a miss is claimed only where the figure's whole 95 % interval is outside
    text     the rule in words
    source   where it stands
    """

    figure: str
    low: float
    high: float
    least_n: int
    text: str
    source: str


_OWN: Final = "requirement of this program"
_RULE: Final = "METHOD 7.3"
LIMITS: Final[Mapping[str, Limit]] = {
    "event_bias": Limit("value", -2.0, 2.0, 200, "bias −2 to 2 ms at 100 Hz or more, soft tissue", _RULE),
    "event_sd": Limit("sd", 0.0, 4.0, 200, "SD up to 4 ms at 100 Hz or more, soft tissue", _RULE),
    "given_bias": Limit("value", -3.0, 3.0, 8, "bias −3 to 3 ms on given recordings", "METHOD 7.1"),
    "coverage": Limit("value", 93.0, 97.0, 2000, "93 to 97 % of true times in the 95 % interval", _RULE),
    "recovery": Limit("rmse", 0.0, 1.0, 10, "spread within 1 ms of the injected one (RMSE over runs)", _RULE),
    "invariance": Limit("worst", -1.0, 1.0, 1, "score within 1 point", _RULE),
    "null": Limit("value", 14.3, 15.3, 2000, "14.3 to 15.3 % of the stride", _RULE),
    "drop": Limit("value", -2.0, 2.0, 100, "score moves by less than 2 points on average", _RULE),
    "monotone": Limit("value", 0.0, math.inf, 1, "score never rises with the injected spread", _RULE),
    "sync_table": Limit("value", -1.0, 1.0, 100, "within 1 point of the table", "METHOD 7.3, 4.4"),
    "interval_coverage": Limit("value", 90.0, 98.0, 100, "90 to 98 % from 8 steps on", _RULE),
    "nobody_named": Limit("value", 95.0, 100.0, 100, "nobody named in 95 % of runs or more", "METHOD 5.1"),
    "named_alone": Limit("value", 95.0, 100.0, 100, "only that one named in 95 % of runs", "METHOD 5.1"),
    "recall": Limit("value", 99.5, 100.0, 200, "99.5 % or more of sprint steps found", _OWN),
    "precision": Limit("value", 99.5, 100.0, 200, "99.5 % or more of found steps true", _OWN),
    "no_invented_run": Limit("value", 0.0, 0.0, 1, "no run where nobody runs", _OWN),
}  # fmt: skip


@dataclass(frozen=True)
class Judgement:
    """A row against one limit; `outcome` is MET, MISSED or UNDECIDED."""

    row: Row
    limit: Limit
    outcome: str

    @property
    def text(self) -> str:
        """In one line, for the terminal."""
        row, found = self.row, getattr(self.row, self.limit.figure)
        at = f"{row.group}, {row.quantity}, {row.data}: {row.condition}"
        asked = f"{self.limit.text} ({self.limit.source})"
        return f"{at}: {self.limit.figure} {found:.3g} {row.unit}, n {row.n}; asked: {asked}"


def judge(row: Row, name: str) -> Judgement:
    """One row against one of its limits. A figure that could not be had is missed."""
    limit = LIMITS[name]
    found = getattr(row, limit.figure)
    if limit.low <= found <= limit.high:
        # A bound on a mean is met by few, too; a few are no proof that it is.
        return Judgement(row, limit, MET if row.n >= limit.least_n else UNDECIDED)
    if row.n == 0 or math.isnan(found) or row.n >= limit.least_n:
        return Judgement(row, limit, MISSED)
    return Judgement(row, limit, MISSED if _is_surely_outside(row, limit) else UNDECIDED)


def _is_surely_outside(row: Row, limit: Limit) -> bool:
    """Only the mean has an interval; a wide scatter of few is undecided."""
    return limit.figure == "value" and (row.low > limit.high or row.high < limit.low)


def judgements(rows: Iterable[Row]) -> list[Judgement]:
    """Every row against every limit of its own."""
    return [judge(row, name) for row in rows for name in row.limits]


def outcome(row: Row) -> str:
    """The worst of a row's outcomes; "" where nothing judges it."""
    outcomes = {judge(row, name).outcome for name in row.limits}
    return next((word for word in (MISSED, UNDECIDED, MET) if word in outcomes), "")
