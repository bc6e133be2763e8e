"""Runs without flight are none: drills in place and quick marching alternate like running (FORMATS 4, METHOD
3.0).

In:  final rows, the trunk's (or pelvis') sensor.
Out: the rows without the runs in which nobody flies; their swing peaks stay, outside runs.
Refuses: judging where no trunk was worn.

Why the load tells: over a step the mean load is one body weight. A foot that is always on the ground can
bear it
evenly, and a half-sine from contact to contact peaks at pi / 2 = 1.57 g. With a flight of a fifth of the
step it peaks at
1.96 g, in running at 2.2 to 2.6 g (real: dorn2012, fukuchi2017, dsads 2.5 to 6.8 g; simulated drills 1.6 to
1.7 g).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import coarse
from aqsense.analysis.readings import Notice
from aqsense.analysis.runs import REFERENCE
from aqsense.analysis.steps import FinalRows
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats

LEAST_LOAD_G = 1.9
LEAST_MEAN_G = 0.7


def without_grounded_runs(
    found: FinalRows, timed: Mapping[str, TimedSensor]
) -> tuple[FinalRows, list[Notice]]:
    """Final rows of the runs with flight, numbered anew, and a notice for each that was left out."""
    trunk = timed.get("trunk") or timed.get("pelvis")
    runs = np.unique(found.contacts["run"])
    if trunk is None or not len(runs):
        return found, []
    loads = {int(run): _load_g(found.contacts[found.contacts["run"] == run], trunk) for run in runs}
    grounded = [run for run, load in loads.items() if load < LEAST_LOAD_G]
    notices = [_notice(found, run, loads[run]) for run in grounded]
    return (_left_out(found, grounded), notices) if grounded else (found, [])


def _load_g(contacts: NDArray[np.void], trunk: TimedSensor) -> float:
    """Median over the steps of the greatest force on the trunk, g; infinite where it can't be told."""
    swings: Floats = contacts["swing_peak"]["time_s"]
    swings = swings[~np.isnan(swings)]
    series = coarse(trunk, [(float(swings[0]), float(swings[-1]))])
    force = np.sqrt((series.accel * series.accel).sum(axis=0)) / STANDARD_GRAVITY_M_S2
    edges = np.searchsorted(series.time_s, swings)
    full = edges[:-1] < edges[1:]
    # An accelerometer that does not bear the body's weight on the whole says nothing.
    if not full.any() or float(force.mean()) < LEAST_MEAN_G:
        return np.inf
    greatest = np.maximum.reduceat(np.append(force, 0.0), edges[:-1])
    return float(np.median(greatest[full]))


def _notice(found: FinalRows, run: int, load_g: float) -> Notice:
    times = found.contacts["swing_peak"]["time_s"][found.contacts["run"] == run]
    begin, end = float(np.nanmin(times)), float(np.nanmax(times))
    text = (
        f"the legs alternate from {begin:.1f} to {end:.1f} s as in running, but nobody flies: the trunk's "
        f"load peaks at {load_g:.1f} g (running: {LEAST_LOAD_G:.1f} g and more). Taken for a drill, no run"
    )
    return ("no_flight", "", begin, text)


def _left_out(found: FinalRows, grounded: list[int]) -> FinalRows:
    out = np.isin(found.contacts["run"], grounded)
    kept = np.setdiff1d(found.contacts["run"], grounded)
    swings = found.contacts[out & ~np.isnan(found.contacts["swing_peak"]["time_s"])]
    loose = np.zeros(len(swings), REFERENCE)
    loose["run"], loose["order"], loose["index"] = -1, -1, -1
    loose["side"] = swings["side"]
    for name, source in (("time_s", "time_s"), ("height", "amplitude"), ("width_s", "width_s")):
        loose[name] = swings["swing_peak"][source]
    parts = FinalRows(
        _renumbered(found.contacts[~out], kept),
        _renumbered(found.steps[~np.isin(found.steps["run"], grounded)], kept),
        np.concatenate([found.loose, loose]),
    )
    return FinalRows.joined([parts])


def _renumbered(rows: NDArray[np.void], kept: NDArray[np.int32]) -> NDArray[np.void]:
    rows = rows.copy()
    rows["run"] = np.searchsorted(kept, rows["run"])
    return rows
