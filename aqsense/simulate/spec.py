"""What to simulate. Everything that is not said here is drawn from the seed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final

from aqsense.errors import SettingsError
from aqsense.model import SITES as ALL_SITES
from aqsense.model import Contributor
from aqsense.simulate.link import Link
from aqsense.simulate.phases import Phase
from aqsense.simulate.ranges import between, one_of
from aqsense.simulate.wishes import CONTRIBUTORS, Gap, Late, Lost, Weak

SITES: Final = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")
EXTRA_SITES: Final = tuple(site for site in ALL_SITES if site not in SITES)
LIMBS: Final = ("wrist", "shin", "thigh", "foot", "upper_arm")
PLACEMENTS: Final = ("upper_back", "sternum", "sacrum")
# What recordings have said from the beginning; later choices are named only where somebody made them.
_ALWAYS_SAID: Final = frozenset(
    """name athlete phases vmax_m_s tau_s distance_m sprint_s standing_s deceleration_s rate_hz rates_hz
    jitter_ms jitters_ms cadence_sd amplitude_sd late lost impacts noise accel_range_g gyro_range_deg_s
    first_foot""".split()
)


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
    soft_tissue        wobble of the sensors on the skin after each contact, 1 = METHOD 7.2's size, 0 = none
    weak               contributors that move less
    jitter_shared      share of the jitter's variance that all contributors of a step have in common
    still_arms         arms that don't swing: none, left, right or both
    gaps               samples that don't arrive
    packet_loss        share of samples lost at random, in bursts of 3 to 20
    sync_sd_ms         SD of each sensor's `time_s` against the true time
    rate_error         in %: true rates differ from the nominal ones by up to this, each sensor by its own
    link               device ticks and packets instead of `time_s`
    swapped            limbs whose left and right sensors are worn on the wrong side: wrist, shin ...
    swap_chance        chance that a session has a pair swapped, by the seed (METHOD 7.2: 0.05)
    trunk_placement    upper_back, sternum or sacrum; the sacrum turns with the pelvis
    extra_sites        further sensors: pelvis, thighs, feet, upper arms
    mark_runs          marks `run_start` and `run_end`, as a helper with a button sets them

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
    soft_tissue: float = 0.0
    weak: tuple[Weak, ...] = ()
    jitter_shared: float = 0.0
    still_arms: str = "none"
    gaps: tuple[Gap, ...] = ()
    packet_loss: float = 0.0
    sync_sd_ms: float = 0.0
    rate_error: float = 0.0
    link: Link | None = None
    swapped: tuple[str, ...] = ()
    swap_chance: float = 0.0
    trunk_placement: str = "upper_back"
    extra_sites: tuple[str, ...] = ()
    mark_runs: bool = False

    def __post_init__(self) -> None:
        between("vmax_m_s", self.vmax_m_s, 4.0, 12.0)
        between("standing_s", self.standing_s, 0.5, 600.0)
        between("deceleration_s", self.deceleration_s, 1.0, 60.0)
        between("cadence_sd", self.cadence_sd, 0.0, 0.05)
        between("amplitude_sd", self.amplitude_sd, 0.0, 0.1)
        between("accel_range_g", self.accel_range_g, 2.0, 1000.0)
        between("gyro_range_deg_s", self.gyro_range_deg_s, 125.0, 10_000.0)
        one_of("first_foot", self.first_foot, ("left", "right"))
        self._check_sensors()
        self._check_jitter()
        self._check_delivery()
        self._check_wearing()
        self.session()  # refuses a wrong tau, distance or duration

    def _check_sensors(self) -> None:
        between("rate_hz", self.rate_hz, 10.0, 500.0)
        for site, rate in self.rates_hz.items():
            one_of("rates_hz site", site, ALL_SITES)
            between(f"rates_hz of {site}", rate, 10.0, 500.0)

    def _check_delivery(self) -> None:
        between("packet_loss", self.packet_loss, 0.0, 0.5)
        between("sync_sd_ms", self.sync_sd_ms, 0.0, 100.0)
        between("rate_error", self.rate_error, 0.0, 5.0)
        if self.link is not None and self.sync_sd_ms:
            raise SettingsError(
                f"sync_sd_ms is {self.sync_sd_ms} together with link; expected 0, because device ticks have "
                "their own clocks. Leave one of the two out.",
                name="sync_sd_ms",
                value=self.sync_sd_ms,
            )
        for named in (*self.lost, *self.gaps):
            one_of("site of a lost sensor or gap", named.site, self.sites)

    def _check_wearing(self) -> None:
        between("soft_tissue", self.soft_tissue, 0.0, 5.0)
        between("swap_chance", self.swap_chance, 0.0, 1.0)
        one_of("still_arms", self.still_arms, ("none", "left", "right", "both"))
        one_of("trunk_placement", self.trunk_placement, PLACEMENTS)
        for limb in self.swapped:
            one_of("swapped", limb, LIMBS)
        for site in self.extra_sites:
            one_of("extra_sites", site, EXTRA_SITES)

    def _check_jitter(self) -> None:
        between("jitter_shared", self.jitter_shared, 0.0, 1.0)
        between("jitter_ms", self.jitter_ms, 0.0, 15.0)
        for contributor, jitter in self.jitters_ms.items():
            one_of("jitters_ms contributor", contributor, CONTRIBUTORS)
            between(f"jitters_ms of {contributor}", jitter, 0.0, 15.0)

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

    @property
    def sites(self) -> tuple[str, ...]:
        """All sensors of the session, in the order of the model's SITES."""
        return tuple(site for site in ALL_SITES if site in SITES or site in self.extra_sites)

    def holds_still(self, side: str) -> bool:
        """Does the arm of this side not swing?"""
        return self.still_arms in (side, "both")

    def rate_of(self, site: str) -> float:
        """Sampling rate of one sensor, Hz."""
        return float(self.rates_hz.get(site, self.rate_hz))

    def jitter_of(self, contributor: Contributor) -> float:
        """SD of a contributor's time, s."""
        return float(self.jitters_ms.get(contributor.value, self.jitter_ms)) / 1000.0

    def as_json(self) -> dict[str, Any]:
        """The choices as JSON values; of the later options those that differ from their defaults."""
        plain = SimulationSpec()
        said = asdict(self) | {"rates_hz": dict(self.rates_hz), "jitters_ms": dict(self.jitters_ms)}
        return {
            each.name: said[each.name]
            for each in fields(self)
            if each.name in _ALWAYS_SAID or getattr(self, each.name) != getattr(plain, each.name)
        }
