"""All sensors of a recording that carry device ticks -> session time, with the shakes that it holds.

In:  a recording with ticks and arrivals.
Out: sensors with their clocks and certificates, and what each shake gave.
Refuses: ticks without arrivals.
A counter that began again (mark `clock_reset`: site, and as text the first tick of its new life, else the
time of its first packet) is a clock of its own; a life with fewer packets than a line needs leaves a hole.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.arrival_clock import FEWEST_PACKETS, LINK_SD_S, OTHER_MAKE_SD_S, fit_arrivals
from aqsense.analysis.clock_value import Clock, TimedSensor
from aqsense.analysis.shake_session import Life, Shaken, Turning, shake_session
from aqsense.errors import RecordingError
from aqsense.model import Floats, Recording, Samples, Sensor, Ticks

ASK = "Shake all sensors together before strapping and after unstrapping."
# Samples that nobody numbers: a lost packet moves all later ones by its length, 40 ms at 4 samples and
# 100 Hz, and neither packets nor shakes tell when it was lost.
COUNTED_SD_S = 0.05
ROUNDING_S = 1e-5  # of times in files
COUNTED = "the sensor numbers no samples: lost ones can't be told from late ones, so no lag is claimed"
LEAST_STEP_S = 1e-3  # between two lives of a counter


@dataclass(frozen=True, slots=True)
class TickClocks:
    """What a recording's ticks, packets and shakes gave.

    timed    sensors with ticks, by site
    shakes   of the session, refused ones too, in order of time
    before   lives of each sensor's clock by packets alone
    """

    timed: Mapping[str, TimedSensor]
    shakes: Sequence[Shaken]
    before: Mapping[str, Sequence[Life]]


def time_by_ticks(recording: Recording) -> TickClocks:
    """Clocks of the sensors with ticks.

    Raises RecordingError where ticks have no arrivals to place them in time.
    """
    sensors = {site: one for site, one in recording.sensors.items() if one.samples.time_s is None}
    if not sensors:
        return TickClocks({}, (), {})
    own_sd_s = OTHER_MAKE_SD_S if _mixed(recording, sensors) else LINK_SD_S
    lives = {site: _lives(recording, sensor, own_sd_s) for site, sensor in sensors.items()}
    turning = {
        site: Turning(_ticks(sensor).astype(float), sensor.samples.gyro, sensor.gyro_range_rad_s)
        for site, sensor in sensors.items()
    }
    corrected, shakes = shake_session(lives, turning, recording.marks)
    stated = recording.sync_sd_s
    timed: dict[str, TimedSensor] = {}
    for site, own in corrected.items():
        counted = _are_counted(recording, site)
        if counted:
            own = [replace(life, sd_s=math.hypot(life.sd_s, COUNTED_SD_S)) for life in own]
        timed[site] = _timed(sensors[site], own, math.nan if counted else stated)
        if counted:
            timed[site] = replace(timed[site], clock=replace(timed[site].clock, reason=COUNTED))
    return TickClocks(timed, shakes, lives)


def _are_counted(recording: Recording, site: str) -> bool:
    """Does the tick only count the samples that came (`tick_source` "count")?"""
    stated: Mapping[str, Any] = recording.metadata.get("sensors") or {}
    return stated.get(site, {}).get("tick_source") == "count"


def resets(recording: Recording, site: str) -> list[int]:
    """First ticks of the later lives of a sensor's counter."""
    found: list[int] = []
    for mark in recording.marks:
        if mark.kind == "clock_reset" and mark.site == site:
            text = mark.text.strip()
            if text.lstrip("-").isdigit():
                found.append(int(text))
            elif site in recording.arrivals:  # all that is newer than the last packet before the mark
                rows = recording.arrivals[site]
                earlier: list[int] = rows["tick"][rows["arrival_s"] < mark.time_s - ROUNDING_S].tolist()
                found += [max(earlier) + 1] if earlier else []
    return sorted(set(found))


def _mixed(recording: Recording, sensors: Mapping[str, Sensor]) -> bool:
    """Are there sensors of more than one make?"""
    stated: Mapping[str, Any] = recording.metadata.get("sensors") or {}
    return len({str(stated.get(site, {}).get("family") or "") for site in sensors}) > 1


def _ticks(sensor: Sensor) -> Ticks:
    assert sensor.samples.tick is not None
    return sensor.samples.tick


def _lives(recording: Recording, sensor: Sensor, own_sd_s: float) -> list[Life]:
    arrivals = recording.arrivals.get(sensor.site)
    edges = [-math.inf, *resets(recording, sensor.site), math.inf]
    rows = np.zeros(0, [("tick", "i8"), ("arrival_s", "f8")]) if arrivals is None else arrivals
    lives: list[Life] = []
    for begin, end in pairwise(edges):
        own = rows[(rows["tick"] >= begin) & (rows["tick"] < end)]
        ticks = _ticks(sensor)
        ticks = ticks[(ticks >= begin) & (ticks < end)]
        if len(own) >= FEWEST_PACKETS and len(ticks) > 1:
            lives.append(_life(own, ticks, own_sd_s))
    if not lives:
        raise RecordingError(
            f"{sensor.site}: the samples carry device ticks, but arrivals.csv has "
            f"{len(rows)} packets of it; {FEWEST_PACKETS} or more are needed to place "
            "them in time. Record the arrivals, or give the samples a common time_s.",
            path=recording.path,
        )
    return _in_order(lives)


def _life(packets: NDArray[Any], ticks: Ticks, own_sd_s: float) -> Life:
    """The clock of one life; its outer knots are its first and last tick."""
    order = np.argsort(packets["tick"], kind="stable")
    packets = packets[order]
    packets = packets[np.concatenate([[True], np.diff(packets["tick"]) > 0])]
    line = fit_arrivals(packets["tick"].astype(float), packets["arrival_s"])
    first = float(min(ticks[0], packets["tick"][0]))
    last = float(max(ticks[-1], packets["tick"][-1]))
    knots = np.unique(np.concatenate([[first], line.tick, [last]]))
    sd_s = float(np.sqrt(line.sd_s**2 - LINK_SD_S**2 + own_sd_s**2))
    return Life(
        knots, line.time_at(knots), sd_s, line.noise_s, line.bend_s, line.blind.hidden_s, line.blind.slow,
        line.blind.locked, len(packets), float(np.median(line.delay_s)),
    )  # fmt: skip


def _in_order(lives: list[Life]) -> list[Life]:
    """No life begins before the one before it has ended; an end that packets don't bear out is cut."""
    for number in range(1, len(lives)):
        late = float(lives[number - 1].time_s[-1]) + LEAST_STEP_S - float(lives[number].time_s[0])
        if late > 0.0:
            moved = lives[number]
            lives[number] = replace(moved, time_s=moved.time_s + late, sd_s=math.hypot(moved.sd_s, late))
    return lives


def _timed(sensor: Sensor, lives: Sequence[Life], stated_sd_s: float) -> TimedSensor:
    lives = _in_order(list(lives))
    ticks = _ticks(sensor)
    known = np.zeros(len(ticks), bool)
    for life in lives:
        known |= (ticks >= life.tick[0]) & (ticks <= life.tick[-1])
    samples = sensor.samples if known.all() else _kept(sensor.samples, known)
    clock = _clock(lives, stated_sd_s)
    tick_hz = sensor.tick_hz or sensor.rate_hz
    per_sample = float(np.median(np.diff(ticks[:20000]))) if tick_hz != sensor.rate_hz else 1.0
    return TimedSensor(sensor, samples, clock, 1.0 / (clock.s_per_tick * per_sample), per_sample)


def _kept(samples: Samples, rows: NDArray[np.bool_]) -> Samples:
    assert samples.tick is not None
    columns: list[Floats] = [column[rows] for column in (*samples.accel, *samples.gyro)]
    return Samples(
        samples.tick[rows], None, (columns[0], columns[1], columns[2]), (columns[3], columns[4], columns[5])
    )


def _clock(lives: Sequence[Life], stated_sd_s: float) -> Clock:
    shaken = sum(len(life.shakes) for life in lives)
    every = all(life.shakes for life in lives)
    # Two shakes are both ends of the session, whichever lives they fell into.
    method = "arrivals" if not every else "shake" if shaken < 2 else "shakes"
    locked = any(life.locked for life in lives)
    worst = max(life.sd_s for life in lives)
    n = sum(life.n for life in lives)
    return Clock(
        method,
        np.concatenate([life.tick for life in lives]),
        np.concatenate([life.time_s for life in lives]),
        worst if math.isnan(stated_sd_s) or every else stated_sd_s,
        residual_s=float(np.average([life.residual_s for life in lives], weights=[life.n for life in lives])),
        n=n,
        segments=len(lives),
        locked=locked,
        provisional=shaken < 2,
        reason=_reason(shaken, every=every, locked=locked, again=len(lives) > 1),
    )


def _reason(shaken: int, *, every: bool, locked: bool, again: bool) -> str:
    """Why a clock is no better."""
    if locked and shaken < 2:
        return f"packets and connection interval keep step, which hides the offset. {ASK}"
    if not shaken:
        return f"no shake. {ASK}"
    if not every:
        return "its counter began again between the shakes: one of its lives is known by packets alone"
    if shaken < 2:
        return "one shake: offsets are known, drift is known by packets alone. Shake again at the end."
    return "its counter began again: each life has one shake" if again else ""
