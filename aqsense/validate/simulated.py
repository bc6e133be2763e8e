"""Simulated sessions of the grid, and what is done to them in memory: clocks that disagree, an early end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from aqsense.model import Mark, Recording, Sensor
from aqsense.simulate import Late, Phase, SimulationSpec
from aqsense.simulate import simulate as simulate_session
from aqsense.simulate.session import Simulation
from aqsense.validate.observation import Observation, observe
from aqsense.validate.truth import truth_of

# Speed and its name as a kind of run.
SPEEDS_M_S = {3.5: "jog", 6.6: "run", 9.5: "sprint"}
STANDING_S = 3.0
_TAU_S = 0.6  # a short way to full speed: most of the session is at the speed it is called after


@dataclass(frozen=True)
class Session:
    """A session of the grid: hashable, so that equal ones are simulated once.

    seconds   of running at `speed_m_s`, the way to it included
    sensors   a name of SENSORS
    late      contributors that are late
    """

    speed_m_s: float
    seed: int
    seconds: float = 18.0
    rate_hz: float = 200.0
    sensors: str = "noise, impacts, soft tissue"
    jitter_ms: float = 4.5
    late: tuple[Late, ...] = ()

    def spec(self) -> SimulationSpec:
        """What to simulate."""
        running = Phase("sprint", self.seconds, speed_m_s=self.speed_m_s, tau_s=_TAU_S)
        return SimulationSpec(
            name=f"simulated {self.seed}",  # runs of one name are runs of one session to the analysis
            phases=(Phase("stand", STANDING_S), running, Phase("decelerate", 2.5), Phase("stand", 1.0)),
            rate_hz=self.rate_hz,
            jitter_ms=self.jitter_ms,
            late=self.late,
            **SENSORS[self.sensors],
        )

    def simulate(self) -> Simulation:
        """The session."""
        return simulate_session(self.spec(), self.seed)


SENSORS: dict[str, dict[str, Any]] = {
    "ideal sensors": {"noise": False, "impacts": False},
    "noise, impacts": {},
    "noise, impacts, soft tissue": {"soft_tissue": 1.0},
}
IDEAL, WORST = next(iter(SENSORS)), tuple(SENSORS)[-1]


def observe_session(session: Session) -> Observation:
    """Simulate, analyse, compare."""
    simulation = session.simulate()
    return observe(simulation.recording, truth_of(simulation))


def with_clock_errors(recording: Recording, sd_ms: float, seed: int) -> Recording:
    """Every sensor's clock off by a constant drawn from N(0, sd); the recording states the SD."""
    random = np.random.RandomState(seed)
    off_s = {site: sd_ms / 1e3 * random.randn() for site in recording.sensors}
    return replace(
        recording,
        sensors={site: _moved(sensor, off_s[site]) for site, sensor in recording.sensors.items()},
        metadata={**recording.metadata, "sync_sd_s": sd_ms / 1e3},
    )


def _moved(sensor: Sensor, by_s: float) -> Sensor:
    assert sensor.samples.time_s is not None, "sessions of the grid are on the common clock"
    return replace(sensor, samples=replace(sensor.samples, time_s=sensor.samples.time_s + by_s))


def ended_at(recording: Recording, end_s: float) -> Recording:
    """The recording as if it had been stopped at `end_s`."""

    def cut(sensor: Sensor) -> Sensor:
        assert sensor.samples.time_s is not None, "sessions of the grid are on the common clock"
        stop = int(np.searchsorted(sensor.samples.time_s, end_s))
        return replace(sensor, samples=sensor.samples.rows(0, stop))

    def kept(mark: Mark) -> bool:
        return mark.time_s <= end_s

    sensors = {site: cut(sensor) for site, sensor in recording.sensors.items()}
    return replace(recording, sensors=sensors, marks=tuple(filter(kept, recording.marks)))
