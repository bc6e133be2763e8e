"""What to simulate. Everything that is not said here is drawn from the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from aqsense.errors import SettingsError
from aqsense.model import Contributor, Side
from aqsense.simulate.phases import Phase

SITES: Final = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")
SIDES: Final = ("left", "right", "both")
CONTRIBUTORS: Final = tuple(contributor.value for contributor in Contributor)


@dataclass(frozen=True, slots=True)
class Late:
    """A contributor that is late (negative: early) by a constant amount.

    contributor  push, swing, arm or trunk
    side         left, right or both: of the limb (push and swing: that shin); trunk: of the stance foot
    ms           -60 to 60
    from_stride  first late stride of every run, counted from 1

    A late arm is late as a whole (forward and backward peak), a late trunk with yaw and pitch.
    """

    contributor: str
    side: str
    ms: float
    from_stride: int = 1

    def __post_init__(self) -> None:
        _one_of("late contributor", self.contributor, CONTRIBUTORS)
        _one_of("late side", self.side, SIDES)
        _between("late ms", self.ms, -60.0, 60.0)
        _between("late from_stride", self.from_stride, 1, 10_000)

    def concerns(self, contributor: Contributor, side: Side) -> bool:
        """Does it hold for this contributor on this side?"""
        return self.contributor == contributor.value and self.side in (side.value, "both")


@dataclass(frozen=True, slots=True)
class Lost:
    """A sensor that delivers nothing from `from_s` (session time, s) on."""

    site: str
    from_s: float

    def __post_init__(self) -> None:
        _one_of("lost site", self.site, SITES)
        _between("lost from_s", self.from_s, 0.0, 1e6)


@dataclass(frozen=True, slots=True)
class SimulationSpec:
    """One session to simulate (METHOD 7.2).

    name, athlete      as they stand in recording.json
    phases             what the athlete does; () = stand, one sprint, decelerate, stand, from the fields below
    vmax_m_s, tau_s    speed of a sprint, v = vmax (1 - exp(-t/tau)); also for phases that don't say theirs
    distance_m         length of the one sprint; with `sprint_s` given that duration counts instead
    sprint_s           duration of the one sprint, s
    standing_s         standing before and, 2 s at most, after
    deceleration_s     time to slow down
    rate_hz            sampling rate of all sensors, 10 to 500 Hz
    rates_hz           by site, where a sensor differs
    jitter_ms          SD of every contributor's time from step to step
    jitters_ms         by contributor, where one differs
    cadence_sd         slow wandering of the cadence, share
    amplitude_sd       slow wandering of every limb's amplitude, share
    late               contributors that are late
    lost               sensors that die
    impacts            shock at each contact
    noise              sensor noise, bias, scale and cross-axis errors (rounding to 16 bit and clipping stay)
    accel_range_g, gyro_range_deg_s  where sensors clip
    first_foot         foot of the first contact

    Raises SettingsError for a value outside its range.
    """

    name: str = "simulated"
    athlete: str = "sim"
    phases: tuple[Phase, ...] = ()
    vmax_m_s: float = 9.5
    tau_s: float = 1.2
    distance_m: float = 60.0
    sprint_s: float | None = None
    standing_s: float = 3.0
    deceleration_s: float = 3.0
    rate_hz: float = 200.0
    rates_hz: Mapping[str, float] = field(default_factory=dict)
    jitter_ms: float = 4.5
    jitters_ms: Mapping[str, float] = field(default_factory=dict)
    cadence_sd: float = 0.01
    amplitude_sd: float = 0.02
    late: tuple[Late, ...] = ()
    lost: tuple[Lost, ...] = ()
    impacts: bool = True
    noise: bool = True
    accel_range_g: float = 16.0
    gyro_range_deg_s: float = 2000.0
    first_foot: str = "left"

    def __post_init__(self) -> None:
        _between("vmax_m_s", self.vmax_m_s, 4.0, 12.0)
        _between("standing_s", self.standing_s, 0.5, 600.0)
        _between("deceleration_s", self.deceleration_s, 1.0, 60.0)
        _between("cadence_sd", self.cadence_sd, 0.0, 0.05)
        _between("amplitude_sd", self.amplitude_sd, 0.0, 0.1)
        _between("accel_range_g", self.accel_range_g, 2.0, 1000.0)
        _between("gyro_range_deg_s", self.gyro_range_deg_s, 125.0, 10_000.0)
        _one_of("first_foot", self.first_foot, ("left", "right"))
        self._check_sensors()
        self._check_jitter()
        self.session()  # refuses a wrong tau, distance or duration

    def _check_sensors(self) -> None:
        _between("rate_hz", self.rate_hz, 10.0, 500.0)
        for site, rate in self.rates_hz.items():
            _one_of("rates_hz site", site, SITES)
            _between(f"rates_hz of {site}", rate, 10.0, 500.0)

    def _check_jitter(self) -> None:
        _between("jitter_ms", self.jitter_ms, 0.0, 15.0)
        for contributor, jitter in self.jitters_ms.items():
            _one_of("jitters_ms contributor", contributor, CONTRIBUTORS)
            _between(f"jitters_ms of {contributor}", jitter, 0.0, 15.0)

    def session(self) -> tuple[Phase, ...]:
        """The phases, with the default session filled in."""
        if self.phases:
            return self.phases
        distance = self.distance_m if self.sprint_s is None else None
        return (
            Phase("stand", self.standing_s),
            Phase("sprint", self.sprint_s, distance, self.vmax_m_s, self.tau_s),
            Phase("decelerate", self.deceleration_s),
            Phase("stand", min(self.standing_s, 2.0)),
        )

    def rate_of(self, site: str) -> float:
        """Sampling rate of one sensor, Hz."""
        return float(self.rates_hz.get(site, self.rate_hz))

    def jitter_of(self, contributor: Contributor) -> float:
        """SD of a contributor's time, s."""
        return float(self.jitters_ms.get(contributor.value, self.jitter_ms)) / 1000.0

    def as_json(self) -> dict[str, Any]:
        """All choices as JSON values."""
        return asdict(self) | {"rates_hz": dict(self.rates_hz), "jitters_ms": dict(self.jitters_ms)}


def _between(name: str, value: float, low: float, high: float) -> None:
    # Written so that NaN fails too.
    if not low <= value <= high:
        raise SettingsError(f"{name} is {value}; expected {low:g} to {high:g}", name=name, value=value)


def _one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise SettingsError(
            f"{name} is {value!r}; expected one of {', '.join(allowed)}", name=name, value=value
        )
