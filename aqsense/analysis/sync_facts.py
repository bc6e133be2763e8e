"""What `aqsense sync` prints and draws: certificates, delays over time, shakes before and after alignment.

In:  a recording.
Out: numbers only.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import time_sensors
from aqsense.analysis.clock_value import Z95, TimedSensor
from aqsense.analysis.device_sync import DeviceSync, check_device_sync
from aqsense.analysis.session_summary import clock_summary
from aqsense.analysis.shake_session import Life, Shaken
from aqsense.analysis.tick_clocks import ASK, TickClocks, time_by_ticks
from aqsense.model import COMPARABLE_MS, ORDERED_MS, SCORED_MS, Floats, Recording

MOST_DOTS = 1500
LEAST_EVERY = 60  # stretches of a session in which the least delay is shown
SHOWN_S = (0.3, 0.3)  # of a shake, from its middle on


@dataclass(frozen=True)
class DelayTrace:
    """Delays of one sensor's packets against its clock.

    time_s, delay_s         (n,) of at most MOST_DOTS packets, s
    least_time_s, least_s   (m,) the least delay of each stretch
    """

    time_s: Floats
    delay_s: Floats
    least_time_s: Floats
    least_s: Floats


@dataclass(frozen=True)
class ShakeTrace:
    """|angular rate| of all sensors over a piece of a shake, rad/s, by two clocks.

    before, after   site -> (n,) times in s and (n,) rates; by packets alone, and aligned
    """

    begin_s: float
    end_s: float
    marked: bool
    reason: str
    sd_s: float
    offset_s: Mapping[str, float]
    before: Mapping[str, tuple[Floats, Floats]]
    after: Mapping[str, tuple[Floats, Floats]]


@dataclass(frozen=True)
class SyncFacts:
    """All of a recording's clocks.

    clocks         site -> certificate, as in summary.json
    worst_sd_s     of one sensor; NaN if not stated
    bound95_s      of the worst pair; NaN if not stated
    device_sync    what the sensors say of themselves, checked; None where they say nothing
    may_say        what METHOD 6 allows with these clocks, one sentence
    """

    name: str
    clocks: Mapping[str, Mapping[str, Any]]
    worst_sd_s: float
    bound95_s: float
    may_say: str
    delays: Mapping[str, DelayTrace]
    shakes: Sequence[ShakeTrace]
    device_sync: DeviceSync | None = None


def sync_facts(recording: Recording, *, resample: bool = False) -> SyncFacts:
    """Certificates and pictures' numbers. Raises RecordingError as `time_sensors` does."""
    found = time_by_ticks(recording)
    timed = found.timed or time_sensors(recording, resample=resample)
    sds = sorted(sensor.clock.sd_s for sensor in timed.values())
    known = bool(sds) and not any(math.isnan(sd) for sd in sds)
    worst = sds[-1] if known else math.nan
    return SyncFacts(
        recording.name,
        {site: clock_summary(sensor) for site, sensor in timed.items()},
        worst,
        Z95 * math.hypot(*sds[-2:]) if known and len(sds) > 1 else math.nan,
        may_say(1e3 * worst, ask=any(sensor.clock.provisional for sensor in timed.values())),
        {site: _delays(recording, sensor) for site, sensor in found.timed.items()},
        [_shake(found, shaken) for shaken in found.shakes],
        check_device_sync(recording, found.timed),
    )


def may_say(sd_ms: float, *, ask: bool) -> str:
    """The one rule of METHOD 6, in words: what may be said with clocks of this SD; `ask` for a shake."""
    advice = f" {ASK}" if ask else ""
    if math.isnan(sd_ms):
        return "The recording does not say how well its clocks agree; lags and scores take them as exact."
    if sd_ms <= COMPARABLE_MS:
        return "Good for everything: lags, order, and left against right."
    if sd_ms <= ORDERED_MS:
        return f"Good for lags and order; sides can't be compared, only earlier strides.{advice}"
    if sd_ms <= SCORED_MS:
        return f"Good for peaks and their spread, not for lags or order.{advice}"
    return f"Too coarse for a score.{advice}"


def _delays(recording: Recording, sensor: TimedSensor) -> DelayTrace:
    rows = recording.arrivals[sensor.sensor.site]
    ready = sensor.clock.time_at(rows["tick"].astype(float))
    delay: Floats = rows["arrival_s"] - ready
    every = max(1, len(rows) // MOST_DOTS)
    count = min(LEAST_EVERY, max(len(rows) // 20, 1))
    edges: Floats = ready[0] + (ready[-1] - ready[0]) * np.arange(count) / count
    cuts: NDArray[np.int64] = np.unique(np.searchsorted(ready, edges)).astype(np.int64)
    least: Floats = np.minimum.reduceat(delay, cuts)
    middles: Floats = np.add.reduceat(ready, cuts) / np.diff(np.append(cuts, len(ready)))
    return DelayTrace(ready[::every], delay[::every], middles, least)


def _shake(found: TickClocks, shaken: Shaken) -> ShakeTrace:
    middle = 0.5 * (shaken.begin_s + shaken.end_s)
    span = (middle - SHOWN_S[0], middle + SHOWN_S[1])
    before: dict[str, tuple[Floats, Floats]] = {}
    after: dict[str, tuple[Floats, Floats]] = {}
    for site, sensor in found.timed.items():
        x, y, z = sensor.samples.gyro
        size = np.sqrt(x * x + y * y + z * z)
        ticks = sensor.ticks.astype(float)
        before[site] = _within(_by_packets(found.before[site], ticks), size, span)
        after[site] = _within(sensor.clock.time_at(ticks), size, span)
    told = shaken.offsets
    return ShakeTrace(
        shaken.begin_s, shaken.end_s, shaken.marked, told.reason, told.sd_s, told.offset_s, before, after
    )


def _by_packets(lives: Sequence[Life], ticks: Floats) -> Floats:
    time = np.full(len(ticks), np.nan)
    for life in lives:
        own = (ticks >= life.tick[0]) & (ticks <= life.tick[-1])
        time[own] = life.time_at(ticks[own])
    return time


def _within(time: Floats, size: Floats, span: tuple[float, float]) -> tuple[Floats, Floats]:
    inside = (time >= span[0]) & (time <= span[1])
    return time[inside], size[inside]
