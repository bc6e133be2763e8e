"""How well clocks of five sensors come to agree: this project's, and others' on the same packets.

Between-sensor errors of simulated links (`clock_links`): all pairs of sensors, at 400 places of the session.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.analysis.clock_value import Z95
from aqsense.analysis.tick_clocks import time_by_ticks
from aqsense.model import Floats, Recording, Samples, Sensor

from .clock_links import RATE_HZ, SITES, TICK_HZ, Trial, plain_hull, session, turning

SEEDS, QUICK_SEEDS = 20, 3
LENGTHS_S = (20.0, 600.0, 3600.0)
QUICK_LENGTHS_S = (20.0, 120.0)
PLACES = 400
To = Callable[[Floats], Floats]


@dataclass
class Collected:
    """Of one method and length: |errors| between sensors of each session, ms, and their 95 % bounds, ms."""

    errors: list[Floats]
    bounds: list[Floats]

    def add(self, errors: Floats, bounds: Floats | None = None) -> None:
        """One session: (pairs, places) and (pairs,)."""
        self.errors.append(1e3 * errors)
        if bounds is not None:
            self.bounds.append(1e3 * bounds)

    def row(self) -> dict[str, Any]:
        """The numbers of the report."""
        p95 = [float(np.percentile(one, 95)) for one in self.errors]
        every = np.concatenate([one.ravel() for one in self.errors])
        row: dict[str, Any] = {
            "seeds": len(p95),
            "rms_ms": round(float(np.sqrt(np.mean(every**2))), 2),
            "p95_median_ms": round(float(np.median(p95)), 2),
            "p95_worst_seed_ms": round(max(p95), 2),
            "max_ms": round(float(every.max()), 2),
        }
        if self.bounds:
            inside = [one <= bound[:, None] for one, bound in zip(self.errors, self.bounds, strict=True)]
            row["bound_covers"] = round(float(np.mean(np.concatenate([one.ravel() for one in inside]))), 4)
            row["bound_median_ms"] = round(float(np.median(np.concatenate(self.bounds))), 2)
            row["bound_per_p95"] = round(row["bound_median_ms"] / float(np.percentile(every, 95)), 2)
        return row


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """All methods, lengths and kinds of links; and the issue's targets."""
    seeds = QUICK_SEEDS if arguments.quick else SEEDS
    lengths = QUICK_LENGTHS_S if arguments.quick else LENGTHS_S
    report: dict[str, Any] = {}
    for seconds in lengths:
        report[f"{seconds:g} s"] = {
            name: found.row() for name, found in free_links(range(seeds), seconds).items()
        }
        report[f"{seconds:g} s, locked"] = {
            name: found.row() for name, found in locked_links(range(seeds), seconds).items()
        }
    return report | {"targets": targets(report, lengths)}


def free_links(seeds: range, seconds: float) -> dict[str, Collected]:
    """Links whose packets and intervals don't keep step, by method."""
    found = {name: Collected([], []) for name in (*OTHERS, "packets alone", "one shake", "two shakes")}
    for seed in seeds:
        trials = session(seed, seconds)
        for name, fit in OTHERS.items():
            found[name].add(_errors(trials, {site: fit(trial) for site, trial in trials.items()}))
        _add_own(found, seed, trials, seconds)
    return found


def locked_links(seeds: range, seconds: float) -> dict[str, Collected]:
    """Three samples per packet at 100 Hz on an interval of 30 ms, for all sensors."""
    found = {name: Collected([], []) for name in ("packets alone", "one shake", "two shakes")}
    for seed in seeds:
        _add_own(found, seed, session(seed, seconds, locked=True), seconds)
    return found


def _add_own(found: Mapping[str, Collected], seed: int, trials: dict[str, Trial], seconds: float) -> None:
    shakes = {"packets alone": (), "one shake": (3.0,), "two shakes": (3.0, seconds - 8.0)}
    for name, begins in shakes.items():
        timed = time_by_ticks(_recording(trials, turning(seed, begins, trials))).timed
        errors = _errors(trials, {site: timed[site].clock.time_at for site in SITES})
        found[name].add(errors, _bounds({site: timed[site].clock.sd_s for site in SITES}))


def _recording(trials: Mapping[str, Trial], rates: Mapping[str, tuple[Floats, ...]]) -> Recording:
    sensors: dict[str, Sensor] = {}
    for site, trial in trials.items():
        x, y, z = rates[site]
        samples = Samples(trial.tick, None, (x, x, x), (x, y, z))
        sensors[site] = Sensor(site, samples, RATE_HZ, TICK_HZ)
    return Recording("made", sensors, arrivals={site: t.packets for site, t in trials.items()})


def _errors(trials: Mapping[str, Trial], fits: Mapping[str, To]) -> Floats:
    """(pairs, places) |errors| between sensors, s."""
    at = _common_places(trials)
    errors: dict[str, Floats] = {}
    for site, trial in trials.items():
        tick = np.interp(at, trial.time_s, trial.tick)
        errors[site] = fits[site](tick) - at
    return _pairs(errors)


def _common_places(trials: Mapping[str, Trial]) -> Floats:
    """Times at which all sensors measured."""
    begin = max(float(trial.time_s[0]) for trial in trials.values())
    end = min(float(trial.time_s[-1]) for trial in trials.values())
    return np.linspace(begin, end, PLACES)


def _pairs(errors: Mapping[str, Floats]) -> Floats:
    return np.array([np.abs(errors[a] - errors[b]) for i, a in enumerate(SITES) for b in SITES[:i]])


def _bounds(sds: Mapping[str, float]) -> Floats:
    return np.array([Z95 * np.hypot(sds[a], sds[b]) for i, a in enumerate(SITES) for b in SITES[:i]])


def _regression(trial: Trial) -> To:
    tick, arrival = trial.packets["tick"].astype(float), trial.packets["arrival_s"]
    slope, offset = np.polyfit(tick - tick[0], arrival, 1)
    return lambda at: offset + slope * (at - tick[0])


def _dejitter(trial: Trial) -> To:
    """pyxdf's: all samples of a packet get its arrival, then a line through them, broken at gaps."""
    from pyxdf.pyxdf import StreamData, _jitter_removal  # pyright: ignore

    last = np.searchsorted(trial.tick, trial.packets["tick"], side="right")
    size = int(trial.packets["n_samples"][0])
    rows = (last[:, None] - size + np.arange(size)).ravel()
    stamps = (trial.packets["arrival_s"][:, None] - (size - 1 - np.arange(size)) / RATE_HZ).ravel()
    stream: Any = StreamData.__new__(StreamData)
    stream.time_stamps, stream.segments = stamps, []
    stream.srate, stream.tdiff = RATE_HZ, 1.0 / RATE_HZ
    smooth = _jitter_removal({1: stream})[1].time_stamps
    tick = trial.tick[rows].astype(float)
    return lambda at: np.interp(at, tick, smooth)


OTHERS: dict[str, Callable[[Trial], To]] = {
    "linear regression": _regression,
    "pyxdf dejitter": _dejitter,
    "plain lower hull": lambda trial: plain_hull(trial.packets),
}


def targets(report: Mapping[str, Any], lengths: tuple[float, ...]) -> list[dict[str, Any]]:
    """The issue's."""
    out: list[dict[str, Any]] = []
    for seconds in lengths:
        free, where = report[f"{seconds:g} s"], f"{seconds:g} s"
        alone, two = free["packets alone"], free["two shakes"]
        if seconds >= 600.0:
            out.append(_target(f"packets alone, p95 at {where}", alone["p95_median_ms"], "<=", 2.0))
        out.append(_target(f"two shakes, p95 at {where}", two["p95_median_ms"], "<=", 1.0))
        out.append(_target(f"two shakes, worst seed at {where}", two["p95_worst_seed_ms"], "<=", 2.0))
        for name in ("packets alone", "one shake", "two shakes"):
            out.append(_target(f"{name}, bound covers at {where}", free[name]["bound_covers"], ">=", 0.95))
            out.append(_target(f"{name}, bound per p95 at {where}", free[name]["bound_per_p95"], "<=", 2.0))
            covers = report[f"{where}, locked"][name]["bound_covers"]
            out.append(_target(f"{name}, locked, bound covers at {where}", covers, ">=", 0.95))
    return out


def _target(name: str, value: float, sign: str, limit: float) -> dict[str, Any]:
    met = value <= limit if sign == "<=" else value >= limit
    return {"name": name, "value": value, "limit": f"{sign} {limit:g}", "met": bool(met)}
