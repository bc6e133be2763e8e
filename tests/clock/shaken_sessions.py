"""Recordings of five sensors on radio links, with shakes, and their true times; made in a moment."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

sys.path.append(str(Path(__file__).resolve().parent.parent.parent / "scripts"))

from benchmarks.clock_links import SITES, TICK_HZ, Trial, session, turning

from aqsense.analysis.clock_value import TimedSensor
from aqsense.model import Floats, Mark, Recording, Samples, Sensor


def recording(
    seed: int, seconds: float, shakes_s: tuple[float, ...], *, locked: bool = False, marked: bool = False
) -> tuple[Recording, dict[str, Trial]]:
    trials = session(seed, seconds, locked=locked)
    return recorded(trials, turning(seed, shakes_s, trials), shakes_s if marked else ()), trials


def recorded(
    trials: dict[str, Trial], rates: dict[str, tuple[Floats, ...]], marked_s: tuple[float, ...] = ()
) -> Recording:
    sensors = {}
    for site, trial in trials.items():
        x, y, z = rates[site]
        zero = np.zeros(len(x))
        samples = Samples(trial.tick, None, (zero, zero, zero + 9.81), (x, y, z))
        sensors[site] = Sensor(site, samples, 100.0, TICK_HZ, gyro_range_rad_s=35.0)
    marks = [mark for at in marked_s for mark in (Mark(at, "shake_start"), Mark(at + 5.0, "shake_end"))]
    return Recording("made", sensors, marks=tuple(marks), arrivals={s: t.packets for s, t in trials.items()})


def pairs(timed: dict[str, TimedSensor], trials: dict[str, Trial]) -> tuple[Floats, Floats]:
    """(pairs, 200) errors between sensors and (pairs,) 95 % bounds, s."""
    errors = []
    for site in SITES:
        at = np.linspace(float(timed[site].ticks[0]), float(timed[site].ticks[-1]), 200)
        errors.append(timed[site].clock.time_at(at) - trials[site].true_at(at))
    who = [(i, j) for i in range(len(SITES)) for j in range(i)]
    sds = [timed[site].clock.sd_s for site in SITES]
    bounds = np.array([1.96 * np.hypot(sds[i], sds[j]) for i, j in who])
    return np.abs(np.array([errors[i] - errors[j] for i, j in who])), bounds
