"""A run has ended: the offline analysis of the stretch around it, and by how much the live numbers moved.

In:  rows of the stretch, the standing before it, the frames and steps that live work used.
Out: the RunResult; None where the whole analysis finds no run there (a drill).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from aqsense.analysis.events import Stream
from aqsense.analysis.frames import Frames
from aqsense.analysis.pipeline import analyze
from aqsense.live.calibration import Standing
from aqsense.live.lane import Lane, Rows
from aqsense.model import Mark, Recording, Result, Samples, Sensor
from aqsense.settings import Settings
from aqsense.snapshot import LiveStep, Moved, Wave

BEFORE_S, AFTER_S = 10.0, 2.0
WAVE_MARGIN_S = 1.0


@dataclass(frozen=True)
class Stretch:
    """What is analysed: rows of all sensors around a run, standing included.

    started_s, ended_s   first and last swing peak as found live
    """

    lanes: Mapping[str, Lane]
    standing: Standing | None
    since_s: float
    started_s: float
    ended_s: float
    name: str
    athlete: str
    tag: str
    placement: str | None = None

    def recording(self) -> Recording:
        """On the session's time, clocks as they were used live."""
        sensors: dict[str, Sensor] = {}
        for site, lane in self.lanes.items():
            begin_s = max(self.since_s, self.started_s - BEFORE_S)
            still = [] if self.standing is None else [self.standing.rows.get(site, Rows.joined([]))]
            if still and len(still[0]):
                begin_s = max(begin_s, float(still[0].time_s[-1]) + 0.5 / lane.facts.rate_hz)
            rows = Rows.joined([*still, lane.rows(begin_s, self.ended_s + AFTER_S)])
            if len(rows) < 8:
                continue
            known = lane.facts.sensor
            samples = Samples(None, rows.time_s, rows.accel, rows.gyro)
            sensors[site] = Sensor(
                site, samples, lane.facts.rate_hz, None, known.accel_range_m_s2, known.gyro_range_rad_s,
                known.placement,
            )  # fmt: skip
        sds = [lane.facts.clock.sd_s for lane in self.lanes.values()]
        sd_s = float(np.max(sds)) if sds and not np.isnan(sds).any() else None
        marks = [] if self.standing is None else list(self.standing.marks)
        if self.athlete:
            marks.append(Mark(self.started_s, "athlete", text=self.athlete))
        if self.tag:
            marks.append(Mark(self.started_s, "tag", text=self.tag))
        metadata = {"name": self.name, "athlete": self.athlete or None, "sync_sd_s": sd_s, "source": "live"}
        return Recording(self.name, sensors, metadata, tuple(sorted(marks, key=lambda mark: mark.time_s)))


def analyse_stretch(
    stretch: Stretch, recording: Recording, frames: Frames, steps: Sequence[LiveStep], settings: Settings,
    reference: Sequence[Result],
) -> tuple[Result, int, Moved | None]:  # fmt: skip
    """The Result of the stretch's recording, the run's number inside it (0: there is none), what moved."""
    result = analyze(recording, settings, reference=reference)
    run = _run_at(result, stretch)
    if not run:
        return result, 0, None
    frozen = frames if recording.sensors.keys() <= frames.by_site.keys() else None
    same_axes = analyze(recording, settings, frames=frozen) if frozen is not None else result
    return result, run, _moved(steps, same_axes, result, stretch)


def _run_at(result: Result, stretch: Stretch) -> int:
    """The run that overlaps most with the one found live; 0 if none does."""
    runs = result.tables["runs"]
    overlap = np.minimum(runs["end_s"], stretch.ended_s) - np.maximum(runs["start_s"], stretch.started_s)
    if not len(overlap) or overlap.max() <= 0:
        return 0
    return int(runs["run"][int(np.argmax(overlap))])


def _moved(steps: Sequence[LiveStep], same_axes: Result, result: Result, stretch: Stretch) -> Moved:
    """Root mean square of the steps' spreads, live against whole."""
    before = _rms(np.array([step.spread_ms for step in steps]))
    middle, after = _spread_of(same_axes, stretch), _spread_of(result, stretch)
    causes = sorted(
        (("body axes", after - middle), ("clocks and edges", middle - before)),
        key=lambda cause: -abs(np.nan_to_num(cause[1])),
    )
    if np.isnan(before) or np.isnan(after):
        sentence = "The live steps had no score; the whole run was analysed." if np.isnan(before) else ""
    else:
        why = ", ".join(f"{name} {value:+.1f}" for name, value in causes)
        sentence = f"Spread of the steps {before:.1f} -> {after:.1f} ms: {why}."
    return Moved("spread_ms", before, after, tuple(causes), sentence)


def _spread_of(result: Result, stretch: Stretch) -> float:
    run = _run_at(result, stretch)
    steps = result.tables["steps"]
    return _rms(steps["spread_ms"][steps["run"] == run]) if run else np.nan


def _rms(values: np.ndarray) -> float:
    known = values[~np.isnan(values)]
    return float(np.sqrt(np.mean(known**2))) if len(known) else np.nan


def waves(streams: Mapping[str, Stream], started_s: float, ended_s: float) -> tuple[Wave, ...]:
    """Filtered waveforms around a run."""
    found: list[Wave] = []
    for site, stream in streams.items():
        trace = stream.trace
        if not len(trace):
            continue
        ends = stream.clock.tick_at(np.array([started_s - WAVE_MARGIN_S, ended_s + WAVE_MARGIN_S]))
        first, stop = trace.position_at(ends)
        position = np.arange(int(np.ceil(first)), int(np.floor(stop)) + 1)
        position = position[position < len(trace)]
        time_s = stream.clock.time_at(trace.tick_at(position.astype(float)))
        names = ("yaw rate", "pitch rate") if site == "trunk" else ("sagittal rate",)
        found += [Wave(site, name, time_s, trace.channel(i)[position].copy()) for i, name in enumerate(names)]
    return tuple(found)
