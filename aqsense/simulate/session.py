"""A whole session: athlete, sensors, recording, truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aqsense.model import Columns, Recording
from aqsense.simulate.body import Body, athlete
from aqsense.simulate.course import plan
from aqsense.simulate.labels import marks, metadata
from aqsense.simulate.sensors import delivered
from aqsense.simulate.spec import SimulationSpec
from aqsense.simulate.truth import true_steps
from aqsense.simulate.truth_about import about
from aqsense.simulate.truth_tables import events, step_table
from aqsense.simulate.wearing import wearers


@dataclass(frozen=True)
class Simulation:
    """A recording and what is true about it.

    recording    as a capture would have written it
    truth        events, columns of truth.csv; {} if switched off
    truth_steps  steps, columns of truth_steps.csv; {} if switched off
    about        content of truth.json; {} if switched off
    """

    recording: Recording
    truth: Columns
    truth_steps: Columns
    about: dict[str, Any]


def simulate(spec: SimulationSpec, seed: int, *, truth: bool = True) -> Simulation:
    """Five IMUs (or more) on a running athlete, with the exact truth (METHOD 7.2).

    seed    any integer; same spec and seed give the same bytes
    truth   False leaves the truth out (long sessions for speed tests)

    Events are found by brute force on the clean 1 kHz signals with METHOD 2.2's definitions; no code is
    shared with the analysis. A lost sensor loses samples, not truth. The truth is in true session time,
    whatever the sensors' clocks say, and speaks of the limb, wherever a swapped sensor was.
    """
    body = athlete(spec, seed, plan(spec, seed))
    recording = _recording(spec, seed, body)
    if not truth:
        return Simulation(recording, {}, {}, {})
    steps = true_steps(body)
    return Simulation(recording, events(steps), step_table(steps), about(steps, spec, seed, body.course))


def _recording(spec: SimulationSpec, seed: int, body: Body) -> Recording:
    all_delivered = {site: delivered(spec, seed, body, site) for site in spec.sites}
    sensors = {site: each.sensor for site, each in all_delivered.items()}
    athletes = list(dict.fromkeys(wearer.athlete for wearer in wearers(spec, body.course)))
    return Recording(
        name=spec.name,
        sensors=sensors,
        metadata=metadata(spec, seed, sensors, athletes),
        marks=marks(spec, body),
        arrivals={site: each.arrivals for site, each in all_delivered.items() if each.arrivals is not None},
    )
