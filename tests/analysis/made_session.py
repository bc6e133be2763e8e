"""A recording in memory of the made runner of `gait`: common times, five sensors, no file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import numpy as np
from gait import SITES, made_sensor

from aqsense.analysis.pipeline import analyze
from aqsense.model import Mark, Recording, Result, Samples, Sensor

LONG: Mapping[str, Any] = {"seconds": 16.0, "run_s": (4.0, 14.0)}


def made_recording(
    *,
    without: tuple[str, ...] = (),
    rate_hz: float = 100.0,
    metadata: Mapping[str, Any] | None = None,
    marks: tuple[Mark, ...] = (),
    by_site: Mapping[str, Mapping[str, Any]] | None = None,
    **how: Any,
) -> Recording:
    """Five sensors, or fewer; `how` and `by_site` go to `made_sensor`."""
    sensors = {}
    for site in SITES:
        if site in without:
            continue
        made = made_sensor(site, rate_hz, **{**LONG, **how, **(by_site or {}).get(site, {})})
        time_s = made.setup.clock.time_at(made.tick.astype(float))
        sensors[site] = Sensor(site, Samples(None, time_s, made.accel, made.gyro), rate_hz, None, 156.9, 34.9)
    about = {"athlete": "a07", "sync_sd_s": 0.001} if metadata is None else metadata
    return Recording("made", sensors, about, marks)


@cache
def made_result() -> Result:
    """Of the plain recording; shared by tests that only look."""
    return analyze(made_recording())


def standing_recording() -> Recording:
    """Nobody moves."""
    return made_recording(run_s=(1e3, 1e3 + 1.0))


def row_count(result: Result, table: str) -> int:
    columns = result.tables[table]
    lengths = {len(np.atleast_1d(column)) for column in columns.values()}
    assert len(lengths) == 1, f"{table}: columns of different lengths"
    return lengths.pop()
