"""Final rows -> the Result: tables and summary (FORMATS 4). Glue: what is found out about a run is in
run_findings.

Every quantity has a value, an interval and an n, or it is NaN (None in the summary) with a reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.comparable_steps import before_braking, one_set
from aqsense.analysis.earlier_session import SessionRun, earlier_part, runs_of
from aqsense.analysis.events import Stream
from aqsense.analysis.frames import Frames
from aqsense.analysis.outside_speed import RunSpan, outside_speed, speed_warnings
from aqsense.analysis.pattern import pattern_spreads
from aqsense.analysis.questions import answers
from aqsense.analysis.questions.body_motion import BodySensor
from aqsense.analysis.questions.run_data import RunData
from aqsense.analysis.reference import KnownRun, known_runs, session_key, trunk_placement
from aqsense.analysis.run_findings import RunFindings, headline_strides
from aqsense.analysis.run_steps import RunSteps, sensor_sds_ms
from aqsense.analysis.run_tables import RunReport, athlete_of
from aqsense.analysis.session_summary import frame_summary, session_summary
from aqsense.analysis.speed import Speed
from aqsense.analysis.steps import FinalRows
from aqsense.analysis.tables import (
    StepValues,
    event_columns,
    step_columns,
    step_values,
    stride_columns,
)
from aqsense.formats import FORMAT, RUN_COLUMNS, TABLES, TEXT, column_kind
from aqsense.model import ORDERED_MS, SCORED_MS, Columns, Floats, Quality, Recording, Result
from aqsense.settings import Settings

# METHOD 2.1: below 50 Hz the motion itself is aliased.
LEAST_VERDICT_HZ = 49.0


def make_result(
    recording: Recording,
    settings: Settings,
    timed: Mapping[str, TimedSensor],
    frames: Frames,
    found: FinalRows,
    reference: Sequence[Result] = (),
    streams: Mapping[str, Stream] | None = None,
) -> Result:
    """Tables and summary of a recording that was analysed.

    reference   the athlete's earlier Results
    streams     waveforms by site, for the questions that need them
    """
    clock_sd_s = {site: float(np.nan_to_num(sensor.clock.sd_s)) for site, sensor in timed.items()}
    sync_sd_ms = 1e3 * _worst_sd_s(timed)
    values = _with_clock_flag(step_values(found, clock_sd_s), sync_sd_ms)
    speed = outside_speed(recording, timed, _run_spans(values))
    noticed = [*frames.warnings, *speed_warnings(speed)]
    session = session_summary(recording, timed, noticed, frame_summary(frames))
    session["speed"] = {"source": speed.source, "pieces": list(speed.facts)}
    known = [run for result in reference for run in known_runs(result, settings)]
    reports: list[RunReport] = []
    for run in np.unique(found.contacts["run"]):
        report = _report(
            recording, settings, values, found, int(run), speed, sync_sd_ms, clock_sd_s, session, known
        )
        reports.append(report)
        # The athlete's earlier runs of the same recording are part of the usual, if it is known whose they
        # are.
        if report.athlete and len(report.findings.steps):
            known.append(report.findings.self_known)
    if not reports:
        session["reason"] = (
            "no run was found: the legs never swing alternately for six strides in less than 0.9 s each. "
            "Standing, walking and drills are no runs."
        )
    off_pattern_ms = _off_pattern(values, reports)
    rows = [report.row() for report in reports]
    tables = {
        "events": event_columns(found, values, clock_sd_s, settings),
        "steps": step_columns(values, found, speed, settings, off_pattern_ms),
        "strides": stride_columns(values, speed, settings, off_pattern_ms),
        "runs": _columns(rows),
    }
    if sync_sd_ms > ORDERED_MS:
        _hide_what_clocks_forbid(tables, sync_sd_ms)
    runs = [report.summary() for report in reports]
    _add_earlier(session, rows, runs, reference)
    body = {site: BodySensor(timed[site], frame) for site, frame in frames.by_site.items() if site in timed}
    for report, run in zip(reports, runs, strict=True):
        data = _run_data(report, tables, session["sensors"], streams or {}, body)
        run["questions"] = [answer.as_json() for answer in answers(data)]
    return Result(tables, _summary(settings, session, runs))


def _run_spans(values: StepValues) -> list[RunSpan]:
    spans: list[RunSpan] = []
    for run in np.unique(values.run):
        contacts = values.contact_s[values.run == run]
        known = contacts[~np.isnan(contacts)]
        if len(known):
            spans.append(RunSpan(int(run) + 1, float(known[0]), float(known[-1])))
    return spans


def _run_data(
    report: RunReport,
    tables: Mapping[str, Columns],
    sensors: Mapping[str, Any],
    streams: Mapping[str, Stream],
    body: Mapping[str, BodySensor],
) -> RunData:
    """A run as the coach's questions see it, with the runs that are the athlete's usual."""
    usual = report.findings.usual
    earlier = [
        RunData.of(known.result.tables if known.result else tables, known.number, sensors)
        for known in usual.runs
    ]
    data = RunData.of(tables, report.number + 1, sensors, streams)
    comparisons = report.findings.comparisons
    return replace(data, body=body, comparisons=comparisons, usual=earlier, usual_reason=usual.reason)


def _add_earlier(
    session: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], summaries: Sequence[dict[str, Any]],
    reference: Sequence[Result],
) -> None:  # fmt: skip
    """What each run is beside the athlete's last session, where other runs are known."""
    own = [SessionRun(session, row, part) for row, part in zip(rows, summaries, strict=True)]
    others = [*own, *(run for result in reference for run in runs_of(result))]
    for run, part in zip(own, summaries, strict=True):
        earlier = earlier_part(run, others)
        if earlier is not None:
            part["earlier"] = earlier


def empty_result(
    recording: Recording, settings: Settings, timed: Mapping[str, TimedSensor], reason: str
) -> Result:
    """Tables with headers and no rows, and the reason in the summary."""
    session = session_summary(recording, timed, (), {})
    session["reason"] = reason
    tables = {name: {column: _empty(column) for column in columns} for name, columns in TABLES.items()}
    return Result(tables, _summary(settings, session, []))


def _empty(column: str) -> NDArray[Any]:
    kind = column_kind(column)
    return np.empty(0, object if kind == TEXT else np.int64 if kind == "integer" else np.float64)


def _columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, NDArray[Any]]:
    if not rows:
        return {column: _empty(column) for column in RUN_COLUMNS}
    return {column: np.array([row[column] for row in rows], _empty(column).dtype) for column in RUN_COLUMNS}


def _summary(settings: Settings, session: Mapping[str, Any], runs: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "version": metadata.version("aqsense"),
        "settings": asdict(settings),
        "settings_hash": settings.hash,
        "session": session,
        "runs": runs,
    }


def _worst_sd_s(timed: Mapping[str, TimedSensor]) -> float:
    """Largest clock SD; NaN if one of them is unknown."""
    return float(np.max([sensor.clock.sd_s for sensor in timed.values()]))


def _report(
    recording: Recording, settings: Settings, values: StepValues, found: FinalRows, run: int, speed: Speed,
    sync_sd_ms: float, clock_sd_s: Mapping[str, float], session: Mapping[str, Any], known: Sequence[KnownRun],
) -> RunReport:  # fmt: skip
    """One run with its findings."""
    swings = found.contacts["swing_peak"][found.contacts["run"] == run]
    start_s, end_s = float(swings["time_s"][0]), float(swings["time_s"][-1])
    rows = _comparable_rows(values, run)
    times_s, whole = one_set(values.times_s[rows], _of_headline(values.stride[rows]))
    rows, times_s = rows[whole], times_s[whole]
    scored = _run_steps(values, rows, times_s, clock_sd_s)
    of_headline = _of_headline(scored.stride)
    headline_rows = rows[of_headline]
    stride_ms = 1e3 * float(np.mean(values.stride_time_s[headline_rows])) if len(headline_rows) else math.nan
    itself = KnownRun(
        session_key(session), athlete_of(recording, end_s), start_s, trunk_placement(session),
        scored.rows(of_headline), run + 1,
    )  # fmt: skip
    low_rate = any(sensor["rate_hz"] < LEAST_VERDICT_HZ for sensor in session["sensors"].values())
    findings = RunFindings(
        scored, stride_ms, sync_sd_ms, settings.half_percent, itself, tuple(known), low_rate
    )
    swing_rate = float(np.rad2deg(np.nanmedian(swings["amplitude"])))
    return RunReport(
        run, recording, settings, values, headline_rows, findings, swing_rate, start_s, end_s, speed
    )


def _comparable_rows(values: StepValues, run: int) -> NDArray[np.int64]:
    """Scored steps of a run up to where the athlete brakes."""
    of_run = np.flatnonzero(values.run == run)
    running = before_braking(values.stride[of_run], values.swing_rate[of_run])
    return of_run[running & values.scored[of_run]]


def _of_headline(stride: NDArray[np.int64]) -> NDArray[np.bool_]:
    chosen = headline_strides(np.unique(stride))[0]
    # Chosen strides are neighbours among the scored ones.
    return (stride >= chosen[0]) & (stride <= chosen[-1]) if len(chosen) else np.zeros(len(stride), bool)


def _run_steps(
    values: StepValues, rows: NDArray[np.int64], times_s: Floats, clock_sd_s: Mapping[str, float]
) -> RunSteps:
    return RunSteps(
        1e3 * times_s, 1e3 * values.event_sd_s[rows], values.stance[rows], values.stride[rows],
        values.step[rows], sensor_sds_ms(clock_sd_s),
    )  # fmt: skip


def _with_clock_flag(values: StepValues, sync_sd_ms: float) -> StepValues:
    if not sync_sd_ms > ORDERED_MS:
        return values
    return replace(values, quality=values.quality | int(Quality.CLOCKS_POOR))


def _off_pattern(values: StepValues, reports: Sequence[RunReport]) -> Floats:
    """(n,) off own pattern of the steps of runs that have a basis, ms."""
    out = np.full(len(values), np.nan)
    for report in reports:
        if report.findings.basis is not None:
            scored = report.findings.scored
            rows = np.flatnonzero(report.of_run)
            rows = rows[np.isin(values.step[rows], scored.step)]
            out[rows] = pattern_spreads(scored, report.findings.basis)
    return out


def _hide_what_clocks_forbid(tables: Mapping[str, dict[str, NDArray[Any]]], sync_sd_ms: float) -> None:
    """Sync rule of METHOD 6 for rows: above 5 ms no lags, above 10 ms no score; spreads stay."""
    hidden = {"steps": [name for name in tables["steps"] if name.startswith("lag_")]}
    if sync_sd_ms > SCORED_MS:
        hidden = {"steps": [*hidden["steps"], "convergence"], "strides": ["convergence"]}
    for table, names in hidden.items():
        for name in names:
            tables[table][name] = np.full(len(tables[table][name]), np.nan)
