"""One athlete's turn: from calibration to the next one; raw rows -> steps and ended runs.

In:  the lanes, at every half second; in between, rows as they come.
Out: the open run's steps as they become final, and runs that have ended.
Why pipelines are renewed: a trace only grows. Where nobody runs a new one begins a few seconds back, so
that memory stays flat over hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from aqsense.analysis.pipeline import Pipeline, SensorSetup
from aqsense.analysis.steps import FinalRows
from aqsense.live.calibration import Calibration
from aqsense.live.lane import Lane
from aqsense.live.steps import OpenRun
from aqsense.settings import Settings

RENEW_S = 60.0
PREROLL_S = 5.0
KEEP_S = 15.0


@dataclass
class Turn:
    """The stage. `decide` at every half second; `feed` whenever rows came."""

    lanes: Mapping[str, Lane]
    settings: Settings
    since_s: float
    calibration: Calibration = field(init=False)
    pipeline: Pipeline | None = None
    open: dict[int, OpenRun] = field(default_factory=dict[int, OpenRun])
    _epochs: dict[str, int] = field(default_factory=dict[str, int])
    _fed_s: dict[str, float] = field(default_factory=dict[str, float])
    _begun_s: float = np.nan
    _last_end_s: float = -np.inf

    def __post_init__(self) -> None:
        self.calibration = Calibration(self.lanes, self.settings, self.since_s)

    @property
    def needs_from_s(self) -> float:
        """Rows before this session time are needed no more."""
        starts = [run.started_s - KEEP_S for run in self.open.values()]
        return min([self.calibration.needs_from_s, *starts])

    @property
    def is_quiet(self) -> bool:
        """Nobody runs: it is enough to be fed at every decision."""
        return self.pipeline is None or (self.pipeline.is_quiet and not self.open)

    def feed(self, until_s: float) -> None:
        """Push the rows before `until_s` that are there into the pipeline."""
        if self.pipeline is None:
            return
        over: list[str] = []
        for site, epoch in self._epochs.items():
            lane = self.lanes[site]
            rows = lane.rows(self._fed_s[site], until_s, epoch)
            if len(rows):
                self._fed_s[site] = float(np.nextafter(rows.time_s[-1], np.inf))
                self.pipeline.take(site, rows.tick, rows.accel, rows.gyro)
            elif lane.is_over(epoch) and not len(lane.rows(self._fed_s[site], np.inf, epoch)):
                over.append(site)
        self._sort(self.pipeline.advance())
        for site in over:
            del self._epochs[site]
            self._sort(self.pipeline.finish_site(site))

    def decide(self, now_s: float) -> list[OpenRun]:
        """All rows before `now_s` are there. Runs that have ended."""
        frames = self.calibration.frames
        self.calibration.look(now_s)
        if self.calibration.frames is not frames:
            self._begin(self.calibration.run_from_s, now_s)
        self.feed(now_s)
        ended = self._ended()
        old = now_s - self._begun_s > RENEW_S
        is_free = self.pipeline is not None and self.pipeline.is_idle and not self.open
        if is_free and (old or self._is_one_back(now_s)):
            self._begin(max(now_s - PREROLL_S, self._last_end_s + 0.5), now_s)
            self.feed(now_s)
        return ended

    def _is_one_back(self, now_s: float) -> bool:
        """A sensor that this pipeline does without is heard again, for as long as the pre-roll needs."""
        frames = self.calibration.frames
        if frames is None:
            return False
        for site, lane in self.lanes.items():
            if site in frames.by_site and site not in self._epochs:
                epoch = lane.epoch_at(now_s)
                if epoch is not None and lane.epoch_at(now_s - PREROLL_S) == epoch:
                    return True
        return False

    def end_run(self, now_s: float) -> list[OpenRun]:
        """The coach says that the open run is over: what there is of it; a new pipeline begins here."""
        if self.pipeline is None:
            return []
        self.feed(now_s)
        self._sort(self.pipeline.finish())
        ended = self._ended()
        self._begin(now_s, now_s)
        return ended

    def finish(self, now_s: float) -> list[OpenRun]:
        """No more rows from anybody."""
        frames = self.calibration.frames
        self.calibration.end(now_s)
        if self.calibration.frames is not frames:
            self._begin(self.calibration.run_from_s, now_s)
        self.feed(now_s)
        if self.pipeline is not None:
            self._sort(self.pipeline.finish())
        return self._ended()

    def _begin(self, from_s: float, now_s: float) -> None:
        frames = self.calibration.frames
        assert frames is not None
        setups: dict[str, SensorSetup] = {}
        self._epochs, self._fed_s = {}, {}
        for site, lane in self.lanes.items():
            epoch = lane.epoch_at(now_s)
            if epoch is None or site not in frames.by_site:
                continue
            facts = lane.facts
            setups[site] = SensorSetup(
                site, facts.rate_hz, facts.ticks_per_sample, facts.sensor.gyro_range_rad_s, facts.clock,
                frames.by_site[site],
            )  # fmt: skip
            self._epochs[site], self._fed_s[site] = epoch, from_s
        self.pipeline = Pipeline(setups, self.settings)
        self._begun_s = now_s

    def _sort(self, rows: FinalRows) -> None:
        """Give rows to the runs that they belong to."""
        if not len(rows.contacts) and not len(rows.steps):
            return
        sds = {site: float(np.nan_to_num(lane.facts.clock.sd_s)) for site, lane in self.lanes.items()}
        for run in np.unique(np.concatenate([rows.contacts["run"], rows.steps["run"]])).tolist():
            of_run = FinalRows(
                rows.contacts[rows.contacts["run"] == run], rows.steps[rows.steps["run"] == run],
                rows.loose[:0],
            )  # fmt: skip
            self.open.setdefault(run, OpenRun(self.settings, sds)).take(of_run)

    def _ended(self) -> list[OpenRun]:
        if self.pipeline is None:
            return []
        over = sorted(run for run in self.open if run in self.pipeline.complete_runs)
        ended = [self.open.pop(run) for run in over]
        for run in ended:
            run.close()
            self._last_end_s = max(self._last_end_s, run.newest_s)
        return ended
