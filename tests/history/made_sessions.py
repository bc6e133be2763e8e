"""Result folders and recordings with written-down values: many sessions without analysing any."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aqsense.formats import RUN_COLUMNS
from aqsense.settings import Settings

FIRST_DAY = datetime(2026, 9, 1, 16, tzinfo=UTC)
SITES = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")
RUN = {
    "kind": "sprint", "athlete": "a07", "tag": "", "first_stride": 5, "last_stride": 16, "first_foot": "left",
    "spread_ms": 10.0, "spread_percent": 2.1, "convergence": 75.0, "pattern_spread_ms": 5.0,
    "pattern_basis": "other_side", "pattern_ms": 7.5, "jitter_ms": 4.5, "contributors_in_contact": 3.5,
    "step_frequency_hz": 4.3, "contact_time_ms": 120.0, "speed_max_m_s": float("nan"), "sync_sd_ms": 0.5,
    "score_set": "push+swing+arm+trunk", "verdict": "none", "steps_found": 39, "steps_scored": 32,
    "lag_push_ms": 12.0, "lag_swing_ms": -8.0, "lag_arm_ms": -9.0, "lag_trunk_ms": 5.0,
}  # fmt: skip
QUANTITIES = (
    "spread_ms", "spread_percent", "convergence", "pattern_spread_ms", "pattern_ms", "jitter_ms",
    "contributors_in_contact", "step_frequency_hz", "contact_time_ms", "speed_max_m_s",
)  # fmt: skip
LAGS = ("push", "swing", "arm", "trunk")


def started(day: float) -> str:
    """ISO time, days after the first."""
    return (FIRST_DAY + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%SZ")


def quantity(value: float) -> dict[str, Any]:
    if value != value:
        return {"n": 0, **{k: v for end in ("value", "low", "high") for k, v in _absent(end).items()}}
    return {"n": 24, "value": value, "low": value - 1.5, "high": value + 1.5}


def _absent(end: str) -> dict[str, Any]:
    return {end: None, f"{end}_reason": "not_computed"}


def write_session(
    folder: Path,
    day: float | None,
    runs: Sequence[Mapping[str, Any]],
    *,
    name: str = "",
    placement: str = "upper_back",
    family: str = "",
    rate_hz: float = 99.8,
    settings_hash: str | None = None,
) -> Path:
    """A result folder as `analyze` would leave it: summary.json and runs.csv of these runs."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        {**RUN, "run": i, "start_s": 60.0 * i, "end_s": 60.0 * i + 8, **run} for i, run in enumerate(runs, 1)
    ]
    sensor = {"rate_hz": rate_hz, "missing_fraction": 0.0, "clipped_fraction": 0.0, "placement": placement}
    if family:
        sensor["family"] = family
    summary = {
        "format": 1, "version": "0.1.0", "settings": {}, "settings_hash": settings_hash or Settings().hash,
        "session": {
            "name": name or folder.name, "session": "", "started_utc": "" if day is None else started(day),
            "place": "", "source": "simulated", "athlete": "a07",
            "sensors": {site: dict(sensor) for site in SITES}, "warnings": [],
        },
        "runs": [
            {"run": row["run"], "kind": row["kind"],
             **{key: quantity(row[key]) for key in QUANTITIES},
             "lags": {who: quantity(row[f"lag_{who}_ms"]) for who in LAGS}}
            for row in rows
        ],
    }  # fmt: skip
    (folder / "summary.json").write_text(json.dumps(summary, indent=2), encoding="utf-8")
    with (folder / "runs.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, RUN_COLUMNS, lineterminator="\n", extrasaction="ignore", restval="")
        writer.writeheader()
        for row in rows:
            guard = {k: _guarded(row[k]) for k in ("athlete", "tag")}
            writer.writerow({**row, **guard})
    return folder


def _guarded(text: str) -> str:
    return f"'{text}" if text[:1] in tuple("=+-@\t\r") else text


def write_facts(
    folder: Path, day: float | None, marks: Sequence[tuple[Any, ...]] = (), **metadata: Any
) -> Path:
    """A recording of which only what is written down about it is there."""
    folder.mkdir(parents=True, exist_ok=True)
    content = {
        "format": 1, "name": folder.name, "device_clock": "common", "athlete": "a07",
        **({} if day is None else {"started_utc": started(day)}),
        "sensors": {site: {"rate_hz": 100.0, "family": "movella_dot"} for site in SITES}, **metadata,
    }  # fmt: skip
    (folder / "recording.json").write_text(json.dumps(content), encoding="utf-8")
    lines = ["time_s,kind,run,site,text", *(",".join(map(str, mark)) for mark in marks)]
    (folder / "marks.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
