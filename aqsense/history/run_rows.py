"""A result -> one flat row per run: what the store keeps, and nothing that a file doesn't say.

In:  summary.json and runs.csv, as written or still in memory.
Out: columns of equal length (text, integer, float), NaN = missing.
A source (result folder or recording) has one row with run 0 that says what it is, and a row per run.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np

from aqsense.history.measures import MEASURES
from aqsense.model import Columns, Contributor

TEXTS = (
    "path", "what", "stamp", "reason", "session", "name", "started_utc", "facts", "athlete", "kind", "tag",
    "score_set", "settings_hash", "placement", "rates", "family", "pattern_basis",
)  # fmt: skip
INTEGERS = ("run", "first_stride")
FLOATS = (
    "day", "start_s", "end_s", "sync_sd_ms",
    *(f"{name}{end}" for name in MEASURES for end in ("", "_low", "_high")),
)  # fmt: skip
RESULTS, RECORDING, UNREADABLE = "results", "recording", "unreadable"
CORE_SITES = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")
# Rates that sensors have: a true rate of 99.6 is one of 100.
_NOMINAL_HZ = np.array(
    [25, 50, 60, 64, 100, 104, 120, 128, 148, 200, 208, 240, 250, 256, 400, 416, 500, 512, 800, 833, 1000,
     1125, 1600, 1666, 2000]
)  # fmt: skip
_SECONDS_PER_DAY = 86400.0

Row = dict[str, Any]


def empty_row() -> Row:
    """A row with nothing known."""
    return {**dict.fromkeys(TEXTS, ""), **dict.fromkeys(INTEGERS, 0), **dict.fromkeys(FLOATS, math.nan)}


def source_row(path: str, what: str, stamp: str, reason: str = "") -> Row:
    """The row of a source itself."""
    return empty_row() | {"path": path, "what": what, "stamp": stamp, "reason": reason}


def day_of(started_utc: str) -> float:
    """Days since 1970 of an ISO 8601 time; NaN for none or for what is none. Without a zone it is UTC."""
    try:
        moment = datetime.fromisoformat(started_utc.strip().replace("Z", "+00:00"))
    except ValueError:
        return math.nan
    if moment.tzinfo is None:
        moment = datetime.fromisoformat(moment.isoformat() + "+00:00")
    return moment.timestamp() / _SECONDS_PER_DAY


def session_of(name: str, started_utc: str, path: str) -> str:
    """What tells one session from another: its name and start; without a start only its path does."""
    return f"{name} {started_utc}" if started_utc else f"{name} in {path}"


def result_rows(source: Row, summary: Mapping[str, Any], runs: Columns) -> list[Row]:
    """The source's row and a row per run.

    Raises KeyError, TypeError or ValueError where the summary is not one of aqsense.
    """
    session: Mapping[str, Any] = summary["session"]
    name, started = str(session.get("name") or ""), str(session.get("started_utc") or "")
    sensors: Mapping[str, Any] = session.get("sensors") or {}
    source = source | {
        "session": session_of(name, started, source["path"]),
        "name": name,
        "started_utc": started,
        "settings_hash": str(summary["settings_hash"]),
        "day": day_of(started),
        "placement": stated_of(sensors, "placement"),
        "family": source["family"] or stated_of(sensors, "family"),
        "rates": nominal_rates(sensors),
    }
    by_number = {int(entry["run"]): entry for entry in summary["runs"]}
    return [source] + [
        source | _of_table(runs, index) | _of_summary(by_number[int(number)])
        for index, number in enumerate(runs["run"])
    ]


def stated_of(sensors: Mapping[str, Any], key: str) -> str:
    """What the five sensors say of themselves, `value` where all say the same, else `site value; ...`."""
    said = {site: str((sensors.get(site) or {}).get(key) or "") for site in CORE_SITES if site in sensors}
    if len(set(said.values())) == 1:
        return next(iter(said.values()))
    return "; ".join(f"{site} {value}" for site, value in said.items() if value)


def nominal_rates(sensors: Mapping[str, Any]) -> str:
    """`100`, or `60+100` where the five sensors differ."""
    true = [float(sensors[site]["rate_hz"]) for site in CORE_SITES if site in sensors]
    nearest = {int(_NOMINAL_HZ[np.argmin(np.abs(np.log(_NOMINAL_HZ / rate)))]) for rate in true if rate > 0}
    return "+".join(str(rate) for rate in sorted(nearest))


def _of_table(runs: Columns, index: int) -> Row:
    texts = {
        name: str(runs[name][index]) for name in ("athlete", "kind", "tag", "score_set", "pattern_basis")
    }
    floats = {name: float(runs[name][index]) for name in ("start_s", "end_s", "sync_sd_ms")}
    integers = {name: int(runs[name][index]) for name in ("run", "first_stride")}
    return texts | floats | integers


def _of_summary(entry: Mapping[str, Any]) -> Row:
    quantities = {name: entry.get(name) for name in MEASURES} | {
        f"lag_{who.value}_ms": (entry.get("lags") or {}).get(who.value) for who in Contributor
    }
    out: Row = {}
    for name, quantity in quantities.items():
        for end, key in (("", "value"), ("_low", "low"), ("_high", "high")):
            value = (quantity or {}).get(key)
            out[name + end] = math.nan if value is None else float(value)
    return out


def recording_row(source: Row, metadata: Mapping[str, Any], marks: Iterable[Any]) -> Row:
    """What a recording says without being analysed: its athletes, sensor family, how runs felt."""
    marks = list(marks)
    name, started = str(metadata.get("name") or ""), str(metadata.get("started_utc") or "")
    athletes = {str(one) for one in metadata.get("athletes") or ()} | {str(metadata.get("athlete") or "")}
    athletes |= {mark.text for mark in marks if mark.kind == "athlete"}
    facts = {
        "athletes": sorted(athletes),
        "feel": [[mark.time_s, mark.run, mark.text] for mark in marks if mark.kind == "feel"],
    }
    return source | {
        "session": session_of(name, started, source["path"]),
        "name": name,
        "started_utc": started,
        "day": day_of(started),
        "facts": json.dumps(facts, ensure_ascii=False),
        "family": stated_of(metadata.get("sensors") or {}, "family"),
    }


def columns_of(rows: Sequence[Row]) -> Columns:
    """Rows -> columns. Halves of letters, which no file can hold, become `?`."""
    return {
        **{name: np.array([_whole(row[name]) for row in rows], object) for name in TEXTS},
        **{name: np.array([row[name] for row in rows], np.int64) for name in INTEGERS},
        **{name: np.array([row[name] for row in rows], np.float64) for name in FLOATS},
    }


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def where(columns: Columns, rows: Any) -> Columns:
    """Chosen rows of all columns."""
    return {name: column[rows] for name, column in columns.items()}


def joined(parts: Sequence[Columns]) -> Columns:
    """Parts one below the other; no rows for no parts."""
    if not parts:
        return columns_of([])
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
