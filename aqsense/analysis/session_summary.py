"""What summary.json says about the session: clocks, sensors, axes, warnings (FORMATS 4)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from aqsense.analysis.clock_value import Clock, TimedSensor
from aqsense.analysis.frames import Frames
from aqsense.analysis.quantity import stated
from aqsense.model import Edit, Floats, Recording


def session_summary(
    recording: Recording,
    timed: Mapping[str, TimedSensor],
    noticed: Sequence[tuple[str, str, float | None, str]],
    frames: Mapping[str, Any],
) -> dict[str, Any]:
    """The `session` of summary.json.

    noticed   warnings of the analysis: code, site, time in s or None, text
    frames    as `frame_summary` makes them
    """
    warnings = [
        {"code": code, "site": site, "time_s": None, "text": text} for code, site, text in recording.warnings
    ]
    warnings += [
        {"code": code, "site": site, "time_s": _number(math.nan if time_s is None else time_s), "text": text}
        for code, site, time_s, text in noticed
    ]
    if any(math.isnan(sensor.clock.sd_s) for sensor in timed.values()):
        text = "the recording does not say how well its clocks agree; lags and scores take them as exact"
        warnings.append({"code": "clock_unknown", "site": "", "time_s": None, "text": text})
    warnings += [
        {"code": code, "site": site, "time_s": None, "text": text}
        for code, site, text in _clock_warnings(timed)
    ]
    for warning in warnings:
        if warning["time_s"] is None:
            warning["time_s_reason"] = "whole_recording"
    about = {key: recording.metadata.get(key) for key in ("session", "started_utc", "place", "source")}
    return {
        "name": recording.name,
        **{key: value if isinstance(value, str) else "" for key, value in about.items()},
        "athlete": recording.athlete,
        "clocks": {site: clock_summary(sensor) for site, sensor in timed.items()},
        "frames": frames,
        "sensors": {
            site: _sensor_summary(sensor) | {"family": _family(recording, site)}
            for site, sensor in timed.items()
        },
        "warnings": warnings,
        **({"edits": [_edit_summary(edit) for edit in recording.edits]} if recording.edits else {}),
    }


def _edit_summary(edit: Edit) -> dict[str, Any]:
    moved = {"to_s": _number(edit.to_s)} if edit.what == "move" else {}
    return {
        "what": edit.what, "event": edit.event, "side": edit.side, "time_s": _number(edit.time_s), **moved,
        "why": edit.why,
    }  # fmt: skip


def _number(value: float, digits: int = 6) -> float | None:
    return None if not math.isfinite(value) else round(float(value), digits)


def clock_summary(sensor: TimedSensor) -> dict[str, Any]:
    """One sensor's clock, and its certificate where it was fitted."""
    clock = sensor.clock
    tick0 = int(sensor.ticks[0])
    nominal = 1.0 / (sensor.sensor.rate_hz * sensor.ticks_per_sample)
    drift_ppm = (clock.s_per_tick / nominal - 1) * 1e6
    gaps = int(np.count_nonzero(np.diff(sensor.ticks) > 1.5 * sensor.ticks_per_sample))
    return {
        "method": clock.method,
        "tick0": tick0,
        "time_at_tick0_s": _number(float(clock.time_at(np.array([float(tick0)]))[0])),
        "s_per_tick": _number(clock.s_per_tick, 12),
        **stated("sd_s", clock.sd_s, "not_stated"),
        **stated("bound95_s", clock.bound95_s, "not_stated"),
        "drift_ppm": _number(drift_ppm, 1),
        "gaps": gaps,
        **(_certificate(clock) if clock.method != "common" else {}),
    }


def _certificate(clock: Clock) -> dict[str, Any]:
    """What is known of a clock that was fitted."""
    return {
        **stated("residual_s", clock.residual_s, "no_packets"),
        "n": clock.n,
        "segments": clock.segments,
        "locked": clock.locked,
        "provisional": clock.provisional,
        "advice": clock.reason,
    }


def _clock_warnings(timed: Mapping[str, TimedSensor]) -> list[tuple[str, str, str]]:
    """What a reader must know of the clocks: locked links each, a missing closing shake once."""
    clocks = {site: sensor.clock for site, sensor in timed.items()}
    found = [
        ("clock_locked", site, clock.reason)
        for site, clock in clocks.items()
        if clock.locked and clock.provisional
    ]
    if any(clock.provisional for clock in clocks.values()):
        one = any(clock.method == "shake" for clock in clocks.values())
        what = "the closing shake is missing" if one else "no shake of all sensors was found"
        text = f"{what}: times may still be off by what the clocks' bounds say, and the result is provisional"
        found.append(("clock_provisional", "", text))
    return found


def _family(recording: Recording, site: str) -> str:
    """Whose sensor it is, as recording.json says; "" if not stated."""
    sensors: Mapping[str, Any] = recording.metadata.get("sensors") or {}
    stated_there: Mapping[str, Any] = sensors.get(site) or {}
    return str(stated_there.get("family") or "")


def _sensor_summary(sensor: TimedSensor) -> dict[str, Any]:
    ticks, gyro = sensor.ticks, sensor.samples.gyro
    expected = (int(ticks[-1]) - int(ticks[0])) / sensor.ticks_per_sample + 1
    lost = sum(int(np.isnan(column).sum()) for column in gyro) / 3 if _has_nan(gyro) else 0.0
    return {
        "rate_hz": _number(sensor.rate_hz, 4),
        "missing_fraction": _number(max(0.0, 1 - (len(ticks) - lost) / expected)),
        **stated("clipped_fraction", _clipped_fraction(sensor), "range_not_stated"),
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
            # Not the NaN-proof extremes, which take three times as long: with a NaN in it they are not below.
            if max(float(column.max()), -float(column.min())) < level:
                continue
            full = np.abs(column) >= level
            pair = full[1:] & full[:-1]
            clipped[1:] |= pair
            clipped[:-1] |= pair
    return float(clipped.mean())


def frame_summary(frames: Frames) -> dict[str, Any]:
    """How each sensor's axes were found, and the checks of them."""
    return {
        site: {
            "method": frame.method,
            "checks": [{**asdict(check), "value": _number(check.value)} for check in frame.checks],
        }
        for site, frame in frames.by_site.items()
    }
