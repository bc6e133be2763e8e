"""What truth.json says: which runs, whose, what was done to them, and how the clocks truly went."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aqsense.simulate.course import Course
from aqsense.simulate.radio import interval_s
from aqsense.simulate.sample_clock import sample_clock
from aqsense.simulate.spec import SimulationSpec
from aqsense.simulate.truth import TrueStep
from aqsense.simulate.truth_tables import SOURCE
from aqsense.simulate.wearing import swapped_limbs, wearers


def about(steps: list[TrueStep], spec: SimulationSpec, seed: int, course: Course) -> dict[str, Any]:
    """Content of truth.json. `scored_s` = from the first to the last contact, `runs_s` = by run.

    `clocks`, by site, where sensors don't share the true time:
    with ticks  `tick0` and `time_at_tick0_s` of the first sample, `s_per_tick`, `skew_ppm`, `rate_hz` (true),
                `interval_s` of the connection and `knots`, pairs of tick and time between which the clock is
                straight to a microsecond
    with time_s `offset_s`: `time_s` minus the true time
    """
    runs = sorted({step.run for step in steps})
    spans = [[step.contact_s for step in steps if step.run == run] for run in runs]
    runs_s = [[round(times[0], 6), round(times[-1], 6)] for times in spans]
    scored = [runs_s[0][0], runs_s[-1][1]] if runs_s else None
    return {
        "scored_s": scored,
        "scored_s_reason": None if runs_s else "no running",
        "runs_s": runs_s,
        "contact_source": SOURCE,
        "tiled": False,
        "sites": list(spec.sites),
        "align": "none",
        "contact_truth": True,
        "clocks": _clocks(spec, seed, course.duration_s),
        "time_base": "same clock as time_s" if _shares_time(spec) else "true session time",
        "athlete": spec.athlete,
        "late": [asdict(late) for late in spec.late],
        "lost": [asdict(lost) for lost in spec.lost],
        "seed": seed,
        **_unusual(spec, seed, course, runs_s),
    }


def _shares_time(spec: SimulationSpec) -> bool:
    return spec.link is None and not spec.sync_sd_ms


def _unusual(spec: SimulationSpec, seed: int, course: Course, runs_s: list[list[float]]) -> dict[str, Any]:
    """What only some sessions have."""
    found: dict[str, Any] = {
        "weak": [asdict(weak) for weak in spec.weak],
        "gaps": [asdict(gap) for gap in spec.gaps],
        "swapped": list(swapped_limbs(spec, seed)),
        "still_arms": "" if spec.still_arms == "none" else spec.still_arms,
        "run_athletes": _run_athletes(spec, course, runs_s),
    }
    return {name: value for name, value in found.items() if value}


def _run_athletes(spec: SimulationSpec, course: Course, runs_s: list[list[float]]) -> list[str]:
    """The athlete of each run, where there are several."""
    turns = wearers(spec, course)
    if len(turns) == 1:
        return []
    return [next(turn.athlete for turn in reversed(turns) if turn.from_s <= begin) for begin, _ in runs_s]


def _clocks(spec: SimulationSpec, seed: int, duration_s: float) -> dict[str, Any]:
    return {} if _shares_time(spec) else {site: _clock(spec, site, seed, duration_s) for site in spec.sites}


def _clock(spec: SimulationSpec, site: str, seed: int, duration_s: float) -> dict[str, Any]:
    clock = sample_clock(spec, site, seed, duration_s)
    if spec.link is None:
        return {"offset_s": round(clock.offset_s, 9)}
    knots = clock.knots(duration_s)
    return {
        "tick0": clock.tick0,
        "time_at_tick0_s": knots[0][1],
        "s_per_tick": (knots[-1][1] - knots[0][1]) / (knots[-1][0] - knots[0][0]),
        "skew_ppm": round(clock.skew_ppm, 3),
        "rate_hz": round(clock.rate_hz, 9),
        "interval_s": interval_s(spec.link, seed, site),
        "knots": knots,
    }
