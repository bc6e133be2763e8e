"""Result -> what both the report of a session and the reports of its runs say of the session."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from aqsense.formats import TABLES
from aqsense.model import Result
from aqsense.view.report.numbers import with_unit
from aqsense.view.report.quality import SensorRow, sensor_rows, warning_texts
from aqsense.view.session_words import run_rows, session_headline
from aqsense.view.words import ABSENT, between, day, number, one_line

# Width in units of the bar that shows a spread with its interval, 10 units of margin at both ends.
BAR = 200.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A spread and its interval as places on the common bar; NaN is left out."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class RunLine:
    """One run in the session's table."""

    number: int
    athlete: str
    kind: str
    strides: str
    finding: str
    spread: str
    interval: str
    score: str
    frequency: str
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class SessionPage:
    """The session: its finding, a line per run, and the scientist's page."""

    name: str
    where: str
    headline: str
    detail: str
    athletes: Sequence[str]
    runs: Sequence[RunLine]
    scale_ms: Sequence[tuple[float, str]]
    sensors: Sequence[SensorRow]
    warnings: Sequence[str]
    settings: str
    version: str
    tables: Sequence[str]


def session_page(result: Result) -> SessionPage:
    """What is said of a session."""
    session = result.summary["session"]
    rows = run_rows(result)
    headline, detail = session_headline(rows) if rows else ("No run found", str(session.get("reason") or ""))
    most = _scale_end(rows)
    started = str(session.get("started_utc") or "")
    place = one_line(session.get("place") or "")
    athletes = dict.fromkeys(one_line(row["athlete"]) for row in rows if row["athlete"])
    return SessionPage(
        name=one_line(session.get("name") or ""),
        where=" · ".join(part for part in (place, day(started) if started else "") if part),
        headline=one_line(headline),
        detail=one_line(detail),
        athletes=list(athletes),
        runs=[_line(row, most) for row in rows],
        scale_ms=[(_place(ms, most), f"{ms:.0f}") for ms in (0.0, most / 2, most)],
        sensors=sensor_rows(session),
        warnings=warning_texts(session.get("warnings") or ()),
        settings=_settings(result.summary),
        version=str(result.summary.get("version") or ""),
        tables=[*(f"{table}.csv" for table in TABLES), "summary.json"],
    )


def _settings(summary: Mapping[str, Any]) -> str:
    stated = ", ".join(
        f"{name} = {_setting(value)}" for name, value in (summary.get("settings") or {}).items()
    )
    return f"{stated} (hash {summary.get('settings_hash') or ABSENT})"


def _setting(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(" ↔ ".join(map(str, pair)) for pair in value) or "none"
    return f"{value:g}" if isinstance(value, (int, float)) else str(value)


def _scale_end(rows: Sequence[Mapping[str, Any]]) -> float:
    ends = [float(row[name]) for row in rows for name in ("spread_ms", "spread_high_ms")]
    largest = max((end for end in ends if math.isfinite(end)), default=10.0)
    return max(10.0, 10.0 * math.ceil(largest / 10 - 1e-9))


def _place(ms: float, most: float) -> float:
    return round(10.0 + ms / most * (BAR - 20.0), 2)


def _line(row: Mapping[str, Any], most: float) -> RunLine:
    ends = [float(row[name]) for name in ("spread_ms", "spread_low_ms", "spread_high_ms")]
    bar = Bar(*(_place(end, most) for end in ends)) if all(map(math.isfinite, ends)) else None
    has_strides = int(row["first_stride"]) > 0
    return RunLine(
        number=int(row["run"]),
        athlete=one_line(row["athlete"]),
        kind=str(row["kind"]),
        strides=f"{row['first_stride']} to {row['last_stride']}" if has_strides else ABSENT,
        finding=one_line(row["headline"]),
        spread=with_unit(number(row["spread_ms"], 1), "ms"),
        interval=between(row["spread_low_ms"], row["spread_high_ms"], 1),
        score=number(row["convergence"], 0),
        frequency=with_unit(number(row["step_frequency_hz"], 2), "Hz"),
        bar=bar,
    )
