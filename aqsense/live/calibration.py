"""Set-up of one athlete: standing still, the first eight strides, body axes (METHOD 1.3, ARCHITECTURE 3).

In:  the sensors' lanes, at every half second of session time.
Out: the newest quiet standing; frames, once the 8th stride after it is complete.
Refuses: changing frames afterwards. A new athlete or a new calibration begins a new one of these.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from aqsense.analysis.frames import Frame, Frames, fit_frames
from aqsense.analysis.pipeline import SHINS, Pipeline, SensorSetup
from aqsense.analysis.running import LEAST_RUNNING_RAD_S
from aqsense.analysis.standing import GRAVITY_TOLERANCE, QUIET_RAD_S, RESTLESS_RAD_S, STANDING_S
from aqsense.analysis.steps import CONTACT
from aqsense.errors import NothingToAnalyse
from aqsense.live.lane import Lane, Rows, timed
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats, Mark
from aqsense.settings import Settings

STRIDES_FOR_FRAMES = 8
LIVELY_S = 4.0
BEFORE_S = 10.0
SCOUT_S = 30.0
AFTER_S = 0.5


@dataclass(frozen=True)
class Standing:
    """Two quiet seconds: what every sensor measured in them.

    unrest   SD of the rate of the least quiet sensor, rad/s
    """

    start_s: float
    rows: Mapping[str, Rows]
    unrest: float

    @property
    def marks(self) -> tuple[Mark, Mark]:
        """As they stand in marks.csv."""
        return Mark(self.start_s, "calibration_start"), Mark(self.start_s + STANDING_S, "calibration_end")

    def up(self, site: str) -> Floats:
        """Unit vector of the mean specific force in sensor axes."""
        force = self.rows[site].values[:3].mean(axis=1)
        return force / np.linalg.norm(force)


def find_standing(lanes: Mapping[str, Lane], end_s: float) -> Standing | None:
    """The two seconds that end here, if all sensors that are heard are quiet in them and read 1 g."""
    rows: dict[str, Rows] = {}
    worst = 0.0
    for site, lane in lanes.items():
        if lane.epoch_at(end_s) is None:
            continue
        part = lane.rows(end_s - STANDING_S, end_s)
        if len(part) < 0.8 * STANDING_S * lane.facts.rate_hz:
            return None
        unrest = float(np.sqrt((part.values[3:].std(axis=1) ** 2).mean()))
        load_g = float(np.linalg.norm(part.values[:3].mean(axis=1))) / STANDARD_GRAVITY_M_S2
        worst = max(worst, unrest)
        if not (unrest < RESTLESS_RAD_S and abs(load_g - 1) <= GRAVITY_TOLERANCE):
            return None
        rows[site] = part
    return Standing(end_s - STANDING_S, rows, worst) if rows else None


@dataclass
class Calibration:
    """The stage: `look` at every half second until `frames` are there."""

    lanes: Mapping[str, Lane]
    settings: Settings
    since_s: float
    standing: Standing | None = None
    frames: Frames | None = None
    run_from_s: float = np.nan  # where the rows begin that the pipeline must see first
    _scout: _Scout | None = field(default=None)

    @property
    def needs_from_s(self) -> float:
        """Rows before this session time are needed no more."""
        if self.frames is not None or self._scout is None:
            return np.inf
        return self._scout.begin_s - BEFORE_S

    def look(self, now_s: float) -> None:
        """Decide what can be decided from the rows before `now_s`."""
        if self.frames is not None:
            return
        if now_s - STANDING_S >= self.since_s:
            self._stand(now_s)
        self._run(now_s)

    def end(self, now_s: float) -> None:
        """No more rows: a run that is still open is all there will be."""
        if self.frames is None and self._scout is not None:
            contacts = self._scout.finish(self.lanes, now_s)
            self._fit(contacts, now_s, now_s)

    def _stand(self, now_s: float) -> None:
        found = find_standing(self.lanes, now_s)
        if found is None:
            return
        # Quiet beats restless; the newest quiet one is nearest to the run.
        if self.standing is None or found.unrest < max(QUIET_RAD_S, self.standing.unrest):
            self.standing = found

    def _run(self, now_s: float) -> None:
        if self._scout is None:
            begin_s = max(self.since_s, now_s - BEFORE_S)
            self._scout = _scout(self.lanes, begin_s, now_s, self.settings)
        if self._scout is None:
            return
        contacts = self._scout.advance(self.lanes, now_s)
        for run in np.unique(contacts["run"]):
            of_run = contacts[contacts["run"] == run]
            enough = of_run["order"] >= 2 * STRIDES_FOR_FRAMES
            if enough.any():
                cut_s = float(of_run["swing_peak"]["time_s"][np.argmax(enough)])
            elif int(run) in self._scout.pipeline.complete_runs:
                cut_s = float(np.nanmax(of_run["swing_peak"]["time_s"])) + AFTER_S
            else:
                continue
            self._fit(of_run, cut_s, now_s)
            if self.frames is not None:
                return
        if self._scout is not None and now_s - self._scout.begin_s > SCOUT_S and self._scout.pipeline.is_idle:
            self._scout = None

    def _fit(self, contacts: np.ndarray, cut_s: float, now_s: float) -> None:
        if not len(contacts):
            return
        first_s = float(np.nanmin(contacts["swing_peak"]["time_s"]))
        self.run_from_s = max(self.since_s, first_s - BEFORE_S)
        sensors = {}
        for site, lane in self.lanes.items():
            still = [] if self.standing is None else [self.standing.rows.get(site, Rows.joined([]))]
            after_s = self.run_from_s if self.standing is None else self.standing.start_s + STANDING_S
            rows = Rows.joined([*still, lane.rows(max(self.run_from_s, after_s), cut_s)])
            if lane.epoch_at(now_s) is not None and len(rows) > lane.facts.rate_hz:
                sensors[site] = timed(lane.facts, rows)
        try:
            self.frames = fit_frames(sensors, () if self.standing is None else self.standing.marks)
        except NothingToAnalyse:
            self._scout = None


class _Scout:
    """Counts strides before axes are known: both shins about the axis that they turn about most."""

    def __init__(self, pipeline: Pipeline, begin_s: float):
        self.pipeline = pipeline
        self.begin_s = begin_s
        self._fed_s = begin_s
        self._contacts = np.empty(0, CONTACT)

    def advance(self, lanes: Mapping[str, Lane], now_s: float) -> np.ndarray:
        """CONTACT rows of all runs so far."""
        parts = [self._contacts]
        for site in SHINS:
            rows = lanes[site].rows(self._fed_s, now_s)
            parts.append(self.pipeline.push(site, rows.tick, rows.accel, rows.gyro).contacts)
        self._fed_s = now_s
        self._contacts = np.concatenate(parts)
        return self._contacts

    def finish(self, lanes: Mapping[str, Lane], now_s: float) -> np.ndarray:
        return np.concatenate([self.advance(lanes, now_s), self.pipeline.finish().contacts])


def _scout(lanes: Mapping[str, Lane], begin_s: float, now_s: float, settings: Settings) -> _Scout | None:
    setups: dict[str, SensorSetup] = {}
    for site in SHINS:
        if site not in lanes or lanes[site].epoch_at(now_s) is None:
            return None
        facts = lanes[site].facts
        rate = lanes[site].rows(now_s - LIVELY_S, now_s).values[3:]
        rate = rate[:, ~np.isnan(rate).any(axis=0)]
        if rate.shape[1] < 0.5 * LIVELY_S * facts.rate_hz:
            return None
        if np.sqrt((rate**2).sum(axis=0).mean()) < LEAST_RUNNING_RAD_S:
            return None
        axis = np.linalg.eigh(rate @ rate.T)[1][:, -1]
        axis = axis if ((axis @ rate) ** 3).mean() > 0 else -axis
        frame = Frame(np.zeros(3), axis, np.zeros(3), "scout")
        setups[site] = SensorSetup(
            site, facts.rate_hz, facts.ticks_per_sample, facts.sensor.gyro_range_rad_s, facts.clock, frame
        )
    return _Scout(Pipeline(setups, settings), begin_s)
