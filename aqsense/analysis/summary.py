"""Final rows -> the Result: runs with their headline values, and what summary.json holds (FORMATS 4).

Every quantity has a value, an interval and an n, or it is NaN (None in the summary) with a reason.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.convergence import debiased, lags, noise, places, score
from aqsense.analysis.frames import Frames
from aqsense.analysis.headline import RunFacts, headline
from aqsense.analysis.steps import FinalRows
from aqsense.analysis.tables import (
    SIDES,
    Speed,
    StepValues,
    event_columns,
    step_columns,
    step_values,
    stride_columns,
)
from aqsense.formats import FORMAT, RUN_COLUMNS, TABLES, TEXT, column_kind
from aqsense.model import Contributor, Floats, Quality, Recording, Result, RunKind, quality_text
from aqsense.settings import Settings

FIRST_STEADY_STRIDE, LONGEST_RANGE, FEWEST_STRIDES, FALLBACK_FIRST = 5, 12, 6, 3
NOT_COMPUTED = "not_computed"
# Sync rule of METHOD 6: above this SD per sensor, ms, there is no score.
WORST_SYNC_MS = 10.0


def make_result(
    recording: Recording,
    settings: Settings,
    timed: Mapping[str, TimedSensor],
    frames: Frames,
    found: FinalRows,
) -> Result:
    """Tables and summary of a recording that was analysed."""
    clock_sd_s = {site: float(np.nan_to_num(sensor.clock.sd_s)) for site, sensor in timed.items()}
    values = step_values(found, clock_sd_s)
    speed = Speed.of(recording)
    swing_rates = _swing_rates(found)
    sync_sd_ms = 1e3 * _worst_sd_s(timed)
    runs = [
        _Run(recording, settings, values, found, run, swing_rates[run], speed, sync_sd_ms)
        for run in sorted(swing_rates)
    ]
    session = _session(recording, timed, frames.warnings, _frame_summary(frames))
    if not runs:
        session["reason"] = (
            "no run was found: the legs never swing alternately for six strides in less than 0.9 s each. "
            "Standing, walking and drills are no runs."
        )
    tables = {
        "events": event_columns(found, values, clock_sd_s, settings),
        "steps": step_columns(values, found, speed, settings),
        "strides": stride_columns(values, speed, settings),
        "runs": _columns([run.row() for run in runs]),
    }
    return Result(tables, _summary(settings, session, [run.summary() for run in runs]))


def empty_result(
    recording: Recording, settings: Settings, timed: Mapping[str, TimedSensor], reason: str
) -> Result:
    """Tables with headers and no rows, and the reason in the summary."""
    session = _session(recording, timed, (), {})
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


def _number(value: float, digits: int = 6) -> float | None:
    return None if not math.isfinite(value) else round(float(value), digits)


def _stated(name: str, value: float, reason: str) -> dict[str, Any]:
    """A value, or None with `<name>_reason` beside it."""
    number = _number(value, 9)
    return {name: number} if number is not None else {name: None, f"{name}_reason": reason}


def _session(
    recording: Recording,
    timed: Mapping[str, TimedSensor],
    noticed: Sequence[tuple[str, str, float | None, str]],
    frames: Mapping[str, Any],
) -> dict[str, Any]:
    warnings = [
        {"code": code, "site": site, "time_s": None, "text": text}
        for code, site, text in recording.warnings
    ]
    warnings += [
        {"code": code, "site": site, "time_s": _number(math.nan if time_s is None else time_s), "text": text}
        for code, site, time_s, text in noticed
    ]
    if any(math.isnan(sensor.clock.sd_s) for sensor in timed.values()):
        text = "the recording does not say how well its clocks agree; lags and scores take them as exact"
        warnings.append({"code": "clock_unknown", "site": "", "time_s": None, "text": text})
    for warning in warnings:
        if warning["time_s"] is None:
            warning["time_s_reason"] = "whole_recording"
    about = {key: recording.metadata.get(key) for key in ("session", "started_utc", "place", "source")}
    return {
        "name": recording.name,
        **{key: value if isinstance(value, str) else "" for key, value in about.items()},
        "athlete": recording.athlete,
        "clocks": {site: _clock_summary(sensor) for site, sensor in timed.items()},
        "frames": frames,
        "sensors": {site: _sensor_summary(sensor) for site, sensor in timed.items()},
        "warnings": warnings,
    }


def _clock_summary(sensor: TimedSensor) -> dict[str, Any]:
    clock = sensor.clock
    tick0 = int(sensor.ticks[0])
    nominal = 1.0 / (sensor.sensor.rate_hz * sensor.ticks_per_sample)
    drift_ppm = (clock.s_per_tick / nominal - 1) * 1e6
    gaps = int((np.diff(sensor.ticks) > 1.5 * sensor.ticks_per_sample).sum())
    return {
        "method": clock.method,
        "tick0": tick0,
        "time_at_tick0_s": _number(float(clock.time_at(np.array([float(tick0)]))[0])),
        "s_per_tick": _number(clock.s_per_tick, 12),
        **_stated("sd_s", clock.sd_s, "not_stated"),
        **_stated("bound95_s", 1.96 * clock.sd_s, "not_stated"),
        "drift_ppm": _number(drift_ppm, 1),
        "gaps": gaps,
    }


def _sensor_summary(sensor: TimedSensor) -> dict[str, Any]:
    ticks, gyro = sensor.ticks, sensor.samples.gyro
    expected = (int(ticks[-1]) - int(ticks[0])) / sensor.ticks_per_sample + 1
    lost = sum(int(np.isnan(column).sum()) for column in gyro) / 3 if _has_nan(gyro) else 0.0
    return {
        "rate_hz": _number(sensor.rate_hz, 4),
        "missing_fraction": _number(max(0.0, 1 - (len(ticks) - lost) / expected)),
        **_stated("clipped_fraction", _clipped_fraction(sensor), "range_not_stated"),
        "placement": sensor.sensor.placement or "",
    }


def _has_nan(columns: Sequence[Floats]) -> bool:
    return any(bool(np.isnan(column.sum())) for column in columns)


def _clipped_fraction(sensor: TimedSensor) -> float:
    """Share of samples in which an axis stays within 1 % of full scale for two samples or more."""
    ranges = (sensor.sensor.accel_range_m_s2, sensor.sensor.gyro_range_rad_s)
    if ranges[0] is None and ranges[1] is None:
        return math.nan
    clipped = np.zeros(len(sensor.ticks), bool)
    for columns, full_scale in zip((sensor.samples.accel, sensor.samples.gyro), ranges, strict=True):
        for column in columns if full_scale is not None else ():
            level = 0.99 * float(full_scale or math.inf)
            if max(float(np.nanmax(column)), -float(np.nanmin(column))) < level:
                continue
            full = np.abs(column) >= level
            pair = full[1:] & full[:-1]
            clipped[1:] |= pair
            clipped[:-1] |= pair
    return float(clipped.mean())


def _frame_summary(frames: Frames) -> dict[str, Any]:
    return {
        site: {
            "method": frame.method,
            "checks": [{**asdict(check), "value": _number(check.value)} for check in frame.checks],
        }
        for site, frame in frames.by_site.items()
    }


def _swing_rates(found: FinalRows) -> dict[int, float]:
    """Median swing-peak rate of each run, deg/s."""
    runs = found.contacts["run"]
    rates = np.rad2deg(found.contacts["swing_peak"]["amplitude"])
    return {int(run): float(np.nanmedian(rates[runs == run])) for run in np.unique(runs)}


@dataclass
class _Run:
    """One run: picks its headline strides and sums them up."""

    recording: Recording
    settings: Settings
    all_steps: StepValues
    found: FinalRows
    run: int
    swing_rate_deg_s: float
    speed: Speed
    sync_sd_ms: float

    def __post_init__(self) -> None:
        steps = self.all_steps
        self.of_run = steps.run == self.run
        strides = np.unique(steps.stride[self.of_run & steps.scored])
        chosen, self.few = headline_strides(strides)
        self.first_stride, self.last_stride = (int(chosen[0]), int(chosen[-1])) if len(chosen) else (-1, -1)
        self.rows = np.flatnonzero(self.of_run & steps.scored & np.isin(steps.stride, chosen))
        contacts = self.found.contacts[self.found.contacts["run"] == self.run]
        self.start_s = float(contacts["swing_peak"]["time_s"][0])
        self.end_s = float(contacts["swing_peak"]["time_s"][-1])

    @property
    def kind(self) -> RunKind:
        if self.swing_rate_deg_s >= self.settings.sprint_rate_deg_s:
            return RunKind.SPRINT
        return RunKind.RUN if self.swing_rate_deg_s >= self.settings.run_rate_deg_s else RunKind.JOG

    def row(self) -> dict[str, Any]:
        """runs.csv."""
        first, second = self._headline()
        quantities = self._quantities()
        row: dict[str, Any] = {
            "run": self.run + 1,
            "kind": self.kind.value,
            "athlete": self._mark("athlete") or self.recording.athlete,
            "tag": self._mark("tag"),
            "start_s": self.start_s,
            "end_s": self.end_s,
            "first_foot": str(SIDES[self.all_steps.stance[self.of_run][0]]),
            "steps_found": int(self.of_run.sum()),
            "steps_scored": int((self.of_run & self.all_steps.scored).sum()),
            "first_stride": self.first_stride,
            "last_stride": self.last_stride,
            "pattern_basis": "",
            "verdict": "not_possible",
            "verdict_contributor": "",
            "verdict_side": "",
            "verdict_basis": "",
            "verdict_low_ms": math.nan,
            "verdict_high_ms": math.nan,
            "sync_sd_ms": self.sync_sd_ms,
            "score_set": self._score_set(),
            "headline": first,
            "headline_detail": second,
            "quality": quality_text(int(self._quality())),
        }
        for name, quantity in quantities.items():
            row[name] = quantity.value
            for end, value in (("low", quantity.low), ("high", quantity.high)):
                column = f"{name.removesuffix('_ms')}_{end}{'_ms' if name.endswith('_ms') else ''}"
                if column in RUN_COLUMNS:
                    row[column] = value
        return row

    def summary(self) -> dict[str, Any]:
        """The run's part of summary.json."""
        steps = self.all_steps
        scored = int((self.of_run & steps.scored).sum())
        excluded = np.flatnonzero(self.of_run & ~steps.scored)
        return {
            "run": self.run + 1,
            "kind": self.kind.value,
            "swing_rate_deg_s": _number(self.swing_rate_deg_s, 1),
            **{name: quantity.as_json() for name, quantity in self._quantities().items()},
            "lags": {
                contributor.value: _mean(1e3 * lags(steps.times_s[self.rows])[:, column]).as_json()
                for column, contributor in enumerate(Contributor)
            },
            "places": {
                str(SIDES[side]): {
                    contributor.value: self._place(side, column).as_json()
                    for column, contributor in enumerate(Contributor)
                }
                for side in (0, 1)
            },
            "coverage": {
                "scored": scored,
                "found": int(self.of_run.sum()),
                "expected": int(self.of_run.sum()),
            },
            "excluded": [
                {"step": int(steps.step[row]), "reason": quality_text(int(steps.quality[row]))}
                for row in excluded
            ],
            "warnings": self._warnings(),
        }

    def _place(self, side: int, column: int) -> _Quantity:
        rows = self.rows[self.all_steps.stance[self.rows] == side]
        return _mean(1e3 * places(self.all_steps.times_s[rows])[:, column])

    def _quality(self) -> Quality:
        quality = Quality.GOOD
        if self.few:
            quality |= Quality.FEW_STRIDES
        if not len(self.rows):
            quality |= Quality.FEW_CONTRIBUTORS
        if len(self.rows) and math.isnan(self._spread().value):
            quality |= Quality.CLOCKS_POOR if self.sync_sd_ms > WORST_SYNC_MS else Quality.BELOW_NOISE
        if math.isnan(self.sync_sd_ms):
            quality |= Quality.CLOCK_UNKNOWN
        return quality | Quality.NOT_COMPUTED

    def _warnings(self) -> list[dict[str, Any]]:
        if not self.few:
            return []
        text = f"fewer than {FEWEST_STRIDES} scored strides: the value is rough and there is no verdict"
        return [{"code": "few_strides", "text": text}]

    def _spread(self) -> _Quantity:
        """Debiased spread over the headline steps; below the noise only its bound."""
        rows, steps = self.rows, self.all_steps
        if not len(rows):
            return _Quantity.missing("no_scored_step")
        if self.sync_sd_ms > WORST_SYNC_MS:
            return _Quantity.missing("clocks_poor")
        square = float(np.mean(steps.spread_s[rows] ** 2)) * 1e6
        noise_square = float(np.mean(noise(steps.sd_s[rows], steps.times_s[rows]) ** 2)) * 1e6
        value = debiased(square, noise_square)
        if not math.isnan(value):
            return _Quantity(value, math.nan, math.nan, len(rows))
        # METHOD 4.4: S^2 of K steps of n contributors is about chi-square with K (n - 1) / 2 degrees.
        n = float((~np.isnan(steps.times_s[rows])).sum(axis=1).mean())
        degrees = len(rows) * (n - 1) / 2
        high = math.sqrt(square * degrees / float(chi2.ppf(0.025, degrees)))
        return _Quantity(math.nan, math.nan, high, len(rows), "below_noise")

    def _quantities(self) -> dict[str, _Quantity]:
        steps, rows = self.all_steps, self.rows
        spread = self._spread()
        stride_ms = 1e3 * float(np.mean(steps.stride_time_s[rows])) if len(rows) else math.nan
        percent = spread.scaled(100.0 / stride_ms)
        step_time = _mean((steps.next_contact_s - steps.contact_s)[rows])
        frequency = _Quantity(1 / step_time.value, math.nan, math.nan, step_time.n, step_time.reason)
        speed = self.speed.at(steps.contact_s[self.of_run])
        fastest = float(np.nanmax(speed)) if not np.isnan(speed).all() else math.nan
        return {
            "spread_ms": spread,
            "spread_percent": percent,
            "convergence": percent.through(lambda x: float(score(np.float64(x), self.settings.half_percent))),
            "pattern_spread_ms": _Quantity.missing(NOT_COMPUTED),
            "pattern_ms": _Quantity.missing(NOT_COMPUTED),
            "jitter_ms": _Quantity.missing(NOT_COMPUTED),
            "contributors_in_contact": _mean(steps.n_in_contact[rows], "no_toe_off"),
            "verdict_difference_ms": _Quantity.missing(NOT_COMPUTED),
            "step_frequency_hz": frequency,
            "contact_time_ms": _mean(1e3 * (steps.toe_off_s - steps.contact_s)[rows], "no_toe_off"),
            "speed_max_m_s": _Quantity(
                fastest, math.nan, math.nan, int((~np.isnan(speed)).sum()), "no_outside_speed"
            ),
        }

    def _score_set(self) -> str:
        if not len(self.rows):
            return ""
        present = ~np.isnan(self.all_steps.times_s[self.rows])
        used = [c.value for column, c in enumerate(Contributor) if present[:, column].any()]
        return "+".join(used)

    def _headline(self) -> tuple[str, str]:
        steps, rows = self.all_steps, self.rows
        spread = self._spread()
        mean_places = 1e3 * places(steps.times_s[rows])
        by_name = {c.value: _mean(mean_places[:, column]).value for column, c in enumerate(Contributor)}
        times = steps.times_s[self.of_run]
        missing = [c.value for column, c in enumerate(Contributor) if np.isnan(times[:, column]).all()]
        blocking = tuple(name for name in missing if name in ("push", "swing")) or tuple(missing)
        scored = int((self.of_run & steps.scored).sum())
        return headline(
            RunFacts(
                scored, int(self.of_run.sum()), spread.value, spread.high, self.first_stride,
                self.last_stride, float(np.nan_to_num(self.sync_sd_ms)), by_name, blocking,
            )
        )  # fmt: skip

    def _mark(self, kind: str) -> str:
        """Text of the last mark of a kind before the run's end."""
        texts = [m.text for m in self.recording.marks if m.kind == kind and m.time_s <= self.end_s]
        return texts[-1] if texts else ""


def headline_strides(scored: NDArray[np.int64]) -> tuple[NDArray[np.int64], bool]:
    """Strides that the headline covers, of the scored ones, and whether they are too few (METHOD 4.2)."""
    steady = scored[scored >= FIRST_STEADY_STRIDE]
    if len(steady):
        steady = steady[steady > steady[-1] - LONGEST_RANGE]
    if len(steady) >= FEWEST_STRIDES:
        return steady, False
    later = scored[scored >= FALLBACK_FIRST]
    if len(later) >= FEWEST_STRIDES:
        return later[-FEWEST_STRIDES:], False
    return scored, True


@dataclass(frozen=True)
class _Quantity:
    """Value, interval, n; NaN with a reason where there is none."""

    value: float
    low: float
    high: float
    n: int
    reason: str = NOT_COMPUTED

    @staticmethod
    def missing(reason: str) -> _Quantity:
        return _Quantity(math.nan, math.nan, math.nan, 0, reason)

    def scaled(self, factor: float) -> _Quantity:
        return _Quantity(self.value * factor, self.low * factor, self.high * factor, self.n, self.reason)

    def through(self, falling: Any) -> _Quantity:
        """Passed through a falling function: the ends change places."""
        ends = [falling(x) if not math.isnan(x) else x for x in (self.value, self.high, self.low)]
        return _Quantity(ends[0], ends[1], ends[2], self.n, self.reason)

    def as_json(self) -> dict[str, Any]:
        out: dict[str, Any] = {"n": self.n}
        for name, value in (("value", self.value), ("low", self.low), ("high", self.high)):
            reason = self.reason if name == "value" or self.reason == "below_noise" else NOT_COMPUTED
            out |= _stated(name, value, reason)
        return out


def _mean(values: Floats, reason: str = "no_scored_step") -> _Quantity:
    known = values[~np.isnan(values)]
    if not len(known):
        return _Quantity.missing(reason)
    return _Quantity(float(known.mean()), math.nan, math.nan, len(known))
