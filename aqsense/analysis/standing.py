"""Quiet standing -> gyro bias and up axis of every sensor (METHOD 1.3.1-2); without standing, from running.

In:  sensors with clocks, marks, the time of the first run.
Out: 2 s in which all sensors are quiet and read 1 g; bias and up by site.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import Coarse, Spans, coarse
from aqsense.analysis.frame_notes import Notes
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Mark

STANDING_S = 2.0
QUIET_RAD_S = np.deg2rad(1.0)
RESTLESS_RAD_S = np.deg2rad(6.0)
GRAVITY_TOLERANCE = 0.05
BEFORE_RUN_S = 60.0


def find_standing(
    timed: Mapping[str, TimedSensor], marks: Sequence[Mark], first_run_s: float
) -> tuple[float, dict[str, Coarse]] | None:
    """Start of 2 s in which all sensors are quiet, and the series around it; None if nobody stands still.

    Looks into the marked calibrations, then at the last minute before the first run, then everywhere. In
    each, quiet
    standing is preferred to restless standing.
    """
    begin, end = _common_span(timed)
    calibration = [(max(a, begin), min(b, end)) for a, b in _calibration_spans(marks) if b > begin]
    before = (max(begin, first_run_s - BEFORE_RUN_S), min(first_run_s + 0.5, end))
    for spans, latest in ((calibration, False), ([before], True), ([(begin, end)], False)):
        if not spans:
            continue
        still = {site: coarse(sensor, spans) for site, sensor in timed.items()}
        starts = np.concatenate([np.arange(a, b - STANDING_S + 0.05, 0.25) for a, b in spans])
        if not len(starts):
            continue
        unrest = np.max([_unrest(series, starts) for series in still.values()], axis=0)
        for limit in (QUIET_RAD_S, RESTLESS_RAD_S):
            good = np.flatnonzero(unrest < limit)
            if len(good):
                return float(starts[good[-1] if latest else good[np.argmin(unrest[good])]]), still
    return None


def _common_span(timed: Mapping[str, TimedSensor]) -> tuple[float, float]:
    """Session time in which all sensors have data, s."""
    ends = [sensor.clock.time_at(sensor.ticks[[0, -1]].astype(float)) for sensor in timed.values()]
    return max(float(first) for first, _ in ends), min(float(last) for _, last in ends)


def _calibration_spans(marks: Sequence[Mark]) -> Spans:
    starts = [mark.time_s for mark in marks if mark.kind == "calibration_start"]
    ends = [mark.time_s for mark in marks if mark.kind == "calibration_end"]
    return [(start, min((end for end in ends if end > start), default=start + 3.0)) for start in starts]


def _unrest(series: Coarse, starts: Floats) -> Floats:
    """SD of the rate in the 2 s from each start; infinite where gravity is not 1 g.

    Root mean square over the axes: mounting does not matter.
    """
    first = np.searchsorted(series.time_s, starts)
    stop = np.searchsorted(series.time_s, starts + STANDING_S)
    count = np.maximum(stop - first, 1)

    def window_mean(rows: Floats) -> Floats:
        sums = np.concatenate([np.zeros((len(rows), 1)), np.cumsum(rows, axis=1)], axis=1)
        return (sums[:, stop] - sums[:, first]) / count

    variance = np.maximum(window_mean(series.gyro**2) - window_mean(series.gyro) ** 2, 0)
    unrest = np.sqrt(variance.mean(axis=0))
    gravity = np.linalg.norm(window_mean(series.accel), axis=0) / STANDARD_GRAVITY_M_S2
    enough = count >= 0.8 * STANDING_S * series.rate_hz
    return np.where(enough & (np.abs(gravity - 1) <= GRAVITY_TOLERANCE), unrest, np.inf)


def rest_standing(
    start_s: float, sensors: Mapping[str, Coarse], notes: Notes
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Gyro bias and up axis of every sensor from the standing window."""
    bias: dict[str, Floats] = {}
    up: dict[str, Floats] = {}
    for site, series in sensors.items():
        window = series.between(start_s, start_s + STANDING_S)
        bias[site] = series.gyro[:, window].mean(axis=1)
        gravity = series.accel[:, window].mean(axis=1)
        up[site] = gravity / np.linalg.norm(gravity)
        unrest = float(np.sqrt((series.gyro[:, window].std(axis=1) ** 2).mean()))
        notes.check(site, "standing_sd_deg_s", np.rad2deg(unrest), "< 1", unrest < QUIET_RAD_S)
        if unrest >= QUIET_RAD_S:
            text = f"{site} moved while standing at {start_s:.1f} s ({np.rad2deg(unrest):.1f} deg/s SD)"
            notes.warn("standing_restless", site, text, start_s)
    return bias, up


def rest_in_running(
    sensors: Mapping[str, Coarse], notes: Notes
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """No standing: the up axis from the mean specific force in running, no bias.

    Over whole strides the force on the trunk is its weight, and the force on a swinging limb points along
    the limb to
    its joint: both are the axis that standing would give, to a few degrees. A gyro bias of some deg/s moves
    no
    peak, so it is left at 0.
    """
    text = "nobody stands still for 2 s: body axes come from the running itself, a few degrees less certain"
    notes.warn("no_standing", "", text)
    up: dict[str, Floats] = {}
    for site, series in sensors.items():
        force = series.accel.mean(axis=1)
        up[site] = force / np.linalg.norm(force)
    return {site: np.zeros(3) for site in sensors}, up
