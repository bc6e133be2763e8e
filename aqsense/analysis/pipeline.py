"""All stages in a row: samples in, contacts and steps out, live and offline alike; and `analyze` for a
recording.

Constants (clocks, frames, rates) are inputs: offline they are fitted on the whole recording first, live
they come
from the set-up. Given the same constants any delivery of the same rows gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.accelerometer import Accelerometer
from aqsense.analysis.clock import Clock, TimedSensor, time_sensors
from aqsense.analysis.contacts import has_data
from aqsense.analysis.doubts import ALL_RUNS, flag_clipped_contacts, flag_doubtful
from aqsense.analysis.edits import apply_edits
from aqsense.analysis.envelopes import envelope_columns
from aqsense.analysis.events import Stream
from aqsense.analysis.flight import without_grounded_runs
from aqsense.analysis.frames import Frame, Frames, fit_frames
from aqsense.analysis.readings import Notice, Readings, believable, worn
from aqsense.analysis.relabel import swap_sites
from aqsense.analysis.run_notes import note_runs, spans_of_runs
from aqsense.analysis.run_sds import with_run_sds
from aqsense.analysis.running import running_spans
from aqsense.analysis.runs import REFERENCE, Runs, references
from aqsense.analysis.signals import Channels, Waveform
from aqsense.analysis.steps import FinalRows, StepEvents
from aqsense.analysis.summary import empty_result, make_result
from aqsense.analysis.swing import SwingPeaks
from aqsense.errors import NothingToAnalyse
from aqsense.model import Floats, Recording, Result, Ticks
from aqsense.settings import Settings

SHINS = ("left_shin", "right_shin")
USED_SITES = (*SHINS, "left_wrist", "right_wrist", "trunk")
# Whose vertical force shows the flight: the first of these that is there (METHOD 2.3 TO).
FALLING_SITES = ("trunk", "pelvis")
Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class SensorSetup:
    """What the stages must know of a sensor before its first row."""

    site: str
    rate_hz: float
    ticks_per_sample: float
    gyro_range_rad_s: float | None
    clock: Clock
    frame: Frame

    @property
    def channels(self) -> Channels:
        """Sagittal rate for limbs; yaw and pitch for the trunk."""
        axes = [self.frame.right] if self.site != "trunk" else [self.frame.up, self.frame.right]
        return Channels(self.frame.bias_rad_s, np.stack(axes))


class Pipeline:
    """Rows of all sensors in, in any interleaving; CONTACT and STEP rows and loose swing peaks out.

    Sites other than wrists, shins and trunk are not used, but for the pelvis where no trunk sensor is there.
    """

    def __init__(self, setups: Mapping[str, SensorSetup], settings: Settings):
        falling = next((site for site in FALLING_SITES if site in setups), None)
        used = {site: setups[site] for site in USED_SITES if site in setups}
        if falling is not None:
            used[falling] = setups[falling]
        self._waveforms = {
            site: Waveform(s.rate_hz, s.ticks_per_sample, s.channels, s.gyro_range_rad_s)
            for site, s in used.items()
        }
        self._streams = {
            site: Stream(site, self._waveforms[site].trace, s.clock, _wobble(site, settings))
            for site, s in used.items()
        }
        self._swings = {
            site: SwingPeaks(self._waveforms[site].trace, settings.centroid_level)
            for site in SHINS
            if site in used
        }
        self._accelerometers = {
            site: _accelerometer(s) for site, s in used.items() if site in (*SHINS, falling)
        }
        self._runs = Runs(self._shin_has_data, lambda: self._shins_span()[0])
        self._steps = StepEvents(self._streams, self._accelerometers, settings)
        self._finished: set[str] = set()
        self._taken: list[NDArray[np.void]] = []  # swing peaks that no stage has seen yet

    @property
    def streams(self) -> Mapping[str, Stream]:
        """The sensors' waveforms and clocks by site, as far as they are final."""
        return self._streams

    @property
    def complete_runs(self) -> frozenset[int]:
        """0-based runs that have ended and whose rows are all out."""
        return self._steps.complete_runs

    @property
    def is_idle(self) -> bool:
        """No run is open and none is beginning: whoever starts anew a few seconds back misses nothing."""
        return self._runs.is_idle and not self._steps.is_waiting

    @property
    def is_quiet(self) -> bool:
        """No run is open and none looks like beginning: rows may wait for a while."""
        return self._runs.is_quiet and not self._steps.is_waiting

    def push(
        self,
        site: str,
        tick: Ticks,
        accel: tuple[Floats, Floats, Floats],
        gyro: tuple[Floats, Floats, Floats],
    ) -> FinalRows:
        """Take rows of one sensor; return what has become final."""
        if site not in self._waveforms:
            return FinalRows.nothing()
        self.take(site, tick, accel, gyro)
        return self.advance()

    def take(
        self,
        site: str,
        tick: Ticks,
        accel: tuple[Floats, Floats, Floats],
        gyro: tuple[Floats, Floats, Floats],
    ) -> None:
        """Take rows of one sensor; `advance` tells what they made final, once for all that were taken."""
        if site not in self._waveforms:
            return
        if site in self._accelerometers:
            self._accelerometers[site].push(tick, accel)
        self._waveforms[site].push(tick, gyro)
        if site in self._swings:
            self._taken.append(self._stamped(site, self._swings[site].push()))

    def advance(self) -> FinalRows:
        """What has become final by the rows that were taken."""
        return self._advance(None) if self._streams else FinalRows.nothing()

    def finish_site(self, site: str) -> FinalRows:
        """The sensor sends no more (switched off, lost for good): nobody waits for it any longer."""
        if site in self._finished or site not in self._waveforms:
            return FinalRows.nothing()
        self._waveforms[site].finish()
        peaks = self._stamped(site, self._swings[site].finish()) if site in self._swings else None
        self._finished.add(site)
        return self._advance(peaks)

    def finish(self) -> FinalRows:
        """No more rows from anybody: the rest."""
        parts = [self.finish_site(site) for site in self._waveforms]
        rows, ended = self._runs.finish(self._shins_span()[1])
        contacts, steps = self._steps.finish(rows[rows["run"] >= 0], ended)
        return FinalRows.joined([*parts, FinalRows(contacts, steps, rows[rows["run"] < 0])])

    def _stamped(self, site: str, swings: NDArray[np.void]) -> NDArray[np.void]:
        stream = self._streams[site]
        time_s = stream.clock.time_at(swings["tick"])
        return references(SHINS.index(site), swings, time_s, stream.trace.rate_hz)

    def _advance(self, peaks: NDArray[np.void] | None) -> FinalRows:
        open_shins = [site for site in self._swings if site not in self._finished]
        last_s = float(np.nextafter(self._shins_span()[1], np.inf))
        swings_final = min((self._swing_watermark(site) for site in open_shins), default=last_s)
        traces_final = min(self._watermark(site) for site in self._streams)
        taken = self._taken if peaks is None else [*self._taken, peaks]
        self._taken = []
        rows = np.concatenate(taken) if taken else np.empty(0, REFERENCE)
        rows, ended = self._runs.push(rows, swings_final)
        in_runs = rows["run"] >= 0
        contacts, steps = self._steps.push(rows[in_runs], ended, traces_final)
        return FinalRows(contacts, steps, rows[~in_runs])

    def _watermark(self, site: str) -> float:
        if site in self._finished:
            return np.inf
        stream = self._streams[site]
        tick = stream.trace.watermark_tick
        return tick if np.isinf(tick) else float(stream.clock.time_at(np.array([tick]))[0])

    def _shins_span(self) -> tuple[float, float]:
        """Session time of the first and the last sample of both shins; (inf, -inf) before there are any."""
        shins = [self._streams[site] for site in self._swings]
        times = [stream.clock.time_at(stream.trace.ends_ticks) for stream in shins]
        every = np.concatenate([*times, np.empty(0)])
        return (float(every.min()), float(every.max())) if len(every) else (np.inf, -np.inf)

    def _swing_watermark(self, site: str) -> float:
        tick = self._swings[site].watermark
        return tick if np.isinf(tick) else float(self._streams[site].clock.time_at(np.array([tick]))[0])

    def _shin_has_data(self, side: int, begin_s: float, end_s: float) -> bool:
        stream = self._streams.get(SHINS[side])
        return stream is not None and has_data(stream.trace, stream.clock, begin_s, end_s)


def _accelerometer(setup: SensorSetup) -> Accelerometer:
    """All axes of a shin, the vertical one of trunk and pelvis."""
    vertical = None if setup.site in SHINS else setup.frame.up[None, :]
    return Accelerometer(setup.clock, setup.ticks_per_sample, setup.rate_hz, vertical)


def _wobble(site: str, settings: Settings) -> float:
    return float(np.deg2rad(settings.wobble_trunk_deg_s if site == "trunk" else settings.wobble_limb_deg_s))


def analyze(
    recording: Recording,
    settings: Settings | None = None,
    progress: Progress | None = None,
    *,
    frames: Frames | None = None,
    reference: Sequence[Result] | None = None,
) -> Result:
    """Everything from a recording to scored strides.

    recording   as read by `read_recording`
    settings    METHOD's defaults if None
    progress    called with (what, share done 0-1)
    frames      body axes found before; None fits them on this recording
    reference   Results of the athlete's earlier recordings, got with the same settings: the usual that
                this one is held against (METHOD 5.1)

    Returns a Result with FORMATS' tables. Where nothing can be analysed the tables are empty and
    `summary["session"]["reason"]` says why. Raises RecordingError for times that no stage could use.
    """
    return analyze_with_streams(recording, settings, progress, frames=frames, reference=reference)[0]


def analyze_with_streams(
    recording: Recording,
    settings: Settings | None = None,
    progress: Progress | None = None,
    *,
    frames: Frames | None = None,
    reference: Sequence[Result] | None = None,
) -> tuple[Result, Mapping[str, Stream]]:
    """As `analyze`, with the filtered waveforms by site; none where nothing can be analysed."""
    settings = settings or Settings()
    recording = swap_sites(recording, settings.swap)
    tell = progress or _tell_nobody
    tell("clocks", 0.0)
    readings = believable(time_sensors(recording, resample=settings.resample))
    tell("body axes", 0.1)
    try:
        readings = _of_runners(readings)
        timed = readings.timed
        frames = frames or fit_frames(timed, recording.marks)
    except NothingToAnalyse as nothing:
        recording = replace(recording, warnings=(*recording.warnings, *_untimed(readings.warnings)))
        return empty_result(recording, settings, readings.timed, str(nothing)), {}
    tell("peaks", 0.3)
    setups = make_setups(timed, frames)
    pipeline = Pipeline(setups, settings)
    found, drills = without_grounded_runs(_feed(pipeline, timed, tell), timed)
    tell("scores", 0.9)
    found = with_run_sds(found, pipeline.streams, settings.centroid_level)
    notices, slipped = note_runs(timed, spans_of_runs(found), recording.marks)
    found = flag_doubtful(found, {**dict.fromkeys(frames.doubtful, (ALL_RUNS,)), **slipped})
    found = flag_clipped_contacts(found, readings.weak_accel)
    found, by_hand = apply_edits(found, recording.edits)
    noticed = (*readings.warnings, *frames.warnings, *drills, *notices, *by_hand)
    frames = replace(frames, warnings=noticed)
    result = make_result(recording, settings, timed, frames, found, reference or (), pipeline.streams)
    envelopes = envelope_columns(result.tables["steps"], result.tables["runs"], pipeline.streams)
    tell("done", 1.0)
    return replace(result, tables={**result.tables, "envelopes": envelopes}), pipeline.streams


def _tell_nobody(_what: str, _share: float) -> None:
    pass


def _of_runners(readings: Readings) -> Readings:
    """Without the sensors that have nothing to say while the legs run."""
    shins = [readings.timed[site] for site in SHINS if site in readings.timed]
    if not shins:
        return readings
    moving = worn(readings.timed, running_spans(shins))
    return replace(moving, warnings=(*readings.warnings, *moving.warnings), weak_accel=readings.weak_accel)


def _untimed(notices: Sequence[Notice]) -> tuple[tuple[str, str, str], ...]:
    return tuple((code, site, text) for code, site, _, text in notices)


def make_setups(timed: Mapping[str, TimedSensor], frames: Frames) -> dict[str, SensorSetup]:
    """Clock, rate and frame of every sensor, as the stages receive them."""
    return {
        site: SensorSetup(
            site,
            sensor.rate_hz,
            sensor.ticks_per_sample,
            sensor.sensor.gyro_range_rad_s,
            _known(sensor.clock),
            frames.by_site[site],
        )
        for site, sensor in timed.items()
    }


def _known(clock: Clock) -> Clock:
    """An unknown SD counts as 0 in the arithmetic; a warning tells that it is unknown."""
    return replace(clock, sd_s=0.0) if np.isnan(clock.sd_s) else clock


def _feed(pipeline: Pipeline, timed: Mapping[str, TimedSensor], tell: Progress) -> FinalRows:
    parts: list[FinalRows] = []
    for done, (site, sensor) in enumerate(timed.items()):
        tell("peaks", 0.3 + 0.6 * done / len(timed))
        parts.append(pipeline.push(site, sensor.ticks, sensor.samples.accel, sensor.samples.gyro))
    parts.append(pipeline.finish())
    return FinalRows.joined(parts)
