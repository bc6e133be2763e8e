"""Every stage with a memory, and all of them together, held to the law of delivery (ARCHITECTURE 2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from delivery import Outcome, Rows, assert_delivery_does_not_matter
from gait import SITES, MadeSensor, made_sensor
from numpy.typing import NDArray

from aqsense.analysis.contacts import Accelerometer
from aqsense.analysis.events import Stream
from aqsense.analysis.pipeline import Pipeline, SensorSetup
from aqsense.analysis.runs import REFERENCE, Covered, Runs, references
from aqsense.analysis.signals import Waveform
from aqsense.analysis.steps import FinalRows, StepEvents
from aqsense.analysis.swing import SwingPeaks
from aqsense.settings import Settings

RATES = (25.0, 50.0, 60.0, 100.0, 104.0, 200.0, 250.0, 416.0, 1000.0)
SHORT_HOLES = np.array([[1.4, 1.42], [2.1, 2.115]])
LONG_HOLE = np.array([[2.6, 2.9]])
EMPTY: Outcome = {}
Span = tuple[float, float]
MOST_POINTS_PER_SAMPLE = 8  # at 25 Hz


def _joined(pieces: list[Outcome]) -> Outcome:
    names = next(piece.keys() for piece in pieces if piece)
    return {name: np.concatenate([piece[name] for piece in pieces if piece]) for name in names}


class WaveformStage:
    """A waveform; its outcome is what the trace tells through its public look-ups."""

    def __init__(self, setup: SensorSetup):
        self.stage = Waveform(setup.rate_hz, setup.ticks_per_sample, setup.channels, setup.gyro_range_rad_s)
        self._out = 0

    def push(self, source: str, rows: Rows) -> Outcome:
        self.stage.push(rows[0], (rows[4], rows[5], rows[6]))
        # The tick of a point between two samples needs the second one.
        return self._news(len(self.stage.trace) - MOST_POINTS_PER_SAMPLE)

    def end(self, source: str) -> Outcome:
        return EMPTY

    def finish(self) -> Outcome:
        self.stage.finish()
        return self._news(len(self.stage.trace))

    def _news(self, stop: int) -> Outcome:
        """Grid points that have become final: published now, they must be those of the finished trace."""
        trace, position = self.stage.trace, np.arange(self._out, stop)
        self._out = max(self._out, stop)
        if not len(position):
            return EMPTY
        return {
            "values": trace.channel(0)[position],
            "tick": trace.tick_at(position.astype(float)),
            "flags": trace.flags_between(position.astype(float), position.astype(float)),
            "segment": trace.bounds(position)[0],
        }

    def joined(self, pieces: list[Outcome]) -> Outcome:
        everything = np.arange(len(self.stage.trace))
        return {**_joined(pieces), "segment_end": self.stage.trace.bounds(everything)[1]}


class SwingStage(WaveformStage):
    """Swing peaks on a waveform."""

    def __init__(self, setup: SensorSetup):
        super().__init__(setup)
        self._swings = SwingPeaks(self.stage.trace, 0.9)

    def push(self, source: str, rows: Rows) -> Outcome:
        super().push(source, rows)
        return {"swings": self._swings.push()}

    def finish(self) -> Outcome:
        super().finish()
        return {"swings": self._swings.finish()}

    def joined(self, pieces: list[Outcome]) -> Outcome:
        return _joined(pieces)


class PipelineStage:
    def __init__(self, setups: Mapping[str, SensorSetup]):
        self._pipeline = Pipeline(setups, Settings())

    def push(self, source: str, rows: Rows) -> Outcome:
        accel, gyro = rows[1:4], rows[4:7]
        return _named(self._pipeline.push(source, rows[0], accel, gyro))  # pyright: ignore

    def end(self, source: str) -> Outcome:
        return _named(self._pipeline.finish_site(source))

    def finish(self) -> Outcome:
        return _named(self._pipeline.finish())

    def joined(self, pieces: list[Outcome]) -> Outcome:
        rows = [FinalRows(p["contacts"], p["steps"], p["loose"]) for p in pieces]  # pyright: ignore
        return _named(FinalRows.joined(rows))


def _named(rows: FinalRows) -> Outcome:
    return {"contacts": rows.contacts, "steps": rows.steps, "loose": rows.loose}


def test_rows_that_wait_behind_a_hole_are_the_stages_own() -> None:
    """A caller may use its buffers again: what waits for a second sample must have been copied."""
    made = _swing_sensor(100.0, lost=SHORT_HOLES)
    kept, reused = WaveformStage(made.setup), WaveformStage(made.setup)
    for i in range(len(made.tick)):
        kept.push("", tuple(column[i : i + 1] for column in made.rows))
        buffer = tuple(column[i : i + 1].copy() for column in made.rows)
        reused.push("", buffer)
        for column in buffer:
            column.fill(0)
    kept.finish()
    reused.finish()
    assert np.array_equal(kept.stage.trace.channel(0), reused.stage.trace.channel(0))


def _swing_sensor(rate_hz: float, **holes: Any) -> MadeSensor:
    return made_sensor("left_shin", rate_hz, seconds=5.0, run_s=(0.5, 4.5), **holes)


@pytest.mark.parametrize("rate_hz", RATES)
def test_waveform(rate_hz: float) -> None:
    made = _swing_sensor(rate_hz, lost=np.concatenate([SHORT_HOLES, LONG_HOLE]), nan=np.array([[3.3, 3.32]]))
    outcome = assert_delivery_does_not_matter(lambda: WaveformStage(made.setup), {"left_shin": made.rows})
    assert len(np.unique(outcome["segment"])) >= 2


def test_waveform_with_single_rows_between_holes_and_unsteady_ticks() -> None:
    made = _swing_sensor(100.0)
    random = np.random.RandomState(5)
    kept = random.random_sample(len(made.tick)) > 0.15
    tick = made.tick + random.randint(-80, 80, len(made.tick))
    rows = tuple(column[kept] for column in (tick, *made.rows[1:]))
    outcome = assert_delivery_does_not_matter(
        lambda: WaveformStage(made.setup), {"left_shin": rows}, seeds=range(12)
    )
    assert outcome["flags"].any()


def test_waveform_with_clipped_samples() -> None:
    made = _swing_sensor(100.0)
    low = replace(made.setup, gyro_range_rad_s=0.6 * float(np.nanmax(made.gyro[0])))
    outcome = assert_delivery_does_not_matter(lambda: WaveformStage(low), {"left_shin": made.rows})
    assert (outcome["flags"] == 2).any()


@pytest.mark.parametrize("rate_hz", RATES)
def test_swing_peaks(rate_hz: float) -> None:
    made = _swing_sensor(rate_hz, lost=np.concatenate([SHORT_HOLES, LONG_HOLE]))
    outcome = assert_delivery_does_not_matter(
        lambda: SwingStage(made.setup), {"left_shin": made.rows}, by_row=rate_hz <= 250
    )
    assert len(outcome["swings"]) >= 5


class RunsStage:
    """Swing peaks of both shins -> runs. A shin's watermark is its newest peak."""

    def __init__(self, covered: Covered = lambda _side, _begin, _end: True, span_s: Span = (0.0, 1e3)):
        self._runs = Runs(covered, lambda: span_s[0])
        self._last_s = span_s[1]
        self._newest = {"left_shin": -np.inf, "right_shin": -np.inf}

    def push(self, source: str, rows: Rows) -> Outcome:
        (peaks,) = rows
        if len(peaks):
            self._newest[source] = float(peaks["time_s"][-1])
        return self._named(*self._runs.push(peaks, min(self._newest.values())))

    def end(self, source: str) -> Outcome:
        self._newest[source] = self._last_s
        return self._named(*self._runs.push(np.empty(0, REFERENCE), min(self._newest.values())))

    def finish(self) -> Outcome:
        return self._named(*self._runs.finish(self._last_s))

    def _named(self, rows: NDArray[Any], ended: Sequence[int]) -> Outcome:
        return {"references": rows, "ended": np.array(ended, np.int64)}

    def joined(self, pieces: list[Outcome]) -> Outcome:
        out = dict(_joined(pieces))
        rows = out["references"]
        # Peaks in runs come in order; loose ones are let go when their fate is clear.
        of_run = rows[rows["run"] >= 0]
        assert (np.diff(of_run["time_s"]) > 0).all()
        out["references"] = rows[np.lexsort((rows["side"], rows["time_s"]))]
        return out


class StepsStage(RunsStage):
    """Runs and steps on traces that are complete."""

    def __init__(self, streams: Mapping[str, Stream], accelerometers: Mapping[str, Accelerometer]):
        super().__init__()
        self._steps = StepEvents(streams, accelerometers, Settings())

    def _named(self, rows: NDArray[Any], ended: Sequence[int]) -> Outcome:
        contacts, steps = self._steps.push(rows[rows["run"] >= 0], ended, np.inf)
        return {"contacts": contacts, "steps": steps}

    def joined(self, pieces: list[Outcome]) -> Outcome:
        return _joined(pieces)


def _all_sensors(rates: Mapping[str, float], **changes: Any) -> dict[str, MadeSensor]:
    return {site: made_sensor(site, rates[site], **changes.get(site, {})) for site in rates}


def _finished_streams(sensors: Mapping[str, MadeSensor]) -> dict[str, Stream]:
    streams = {}
    for site, made in sensors.items():
        stage = WaveformStage(made.setup)
        stage.push(site, made.rows)
        stage.finish()
        streams[site] = Stream(site, stage.stage.trace, made.setup.clock, 0.3)
    return streams


def _swing_rows(streams: Mapping[str, Stream]) -> dict[str, Rows]:
    inputs: dict[str, Rows] = {}
    for side, site in enumerate(("left_shin", "right_shin")):
        trace = streams[site].trace
        swings = SwingPeaks(trace, 0.9).finish()
        inputs[site] = (references(side, swings, streams[site].clock.time_at(swings["tick"]), trace.rate_hz),)
    return inputs


def test_runs_and_steps() -> None:
    sensors = _all_sensors(dict.fromkeys(SITES, 100.0))
    streams = _finished_streams(sensors)
    accelerometers = {}
    for site in ("left_shin", "right_shin"):
        setup = sensors[site].setup
        accelerometers[site] = Accelerometer(setup.clock, setup.ticks_per_sample, setup.rate_hz)
        accelerometers[site].push(sensors[site].tick, sensors[site].accel)
    inputs = _swing_rows(streams)
    runs = assert_delivery_does_not_matter(RunsStage, inputs, seeds=range(10))
    assert list(runs["ended"]) == [0]
    outcome = assert_delivery_does_not_matter(
        lambda: StepsStage(streams, accelerometers), inputs, seeds=range(10)
    )
    assert len(outcome["steps"]) >= 15


def _law_of_pipeline(sensors: Mapping[str, MadeSensor], **how: Any) -> Outcome:
    setups = {site: made.setup for site, made in sensors.items()}
    inputs = {site: made.rows for site, made in sensors.items()}
    outcome = assert_delivery_does_not_matter(lambda: PipelineStage(setups), inputs, **how)
    assert len(outcome["steps"]) >= 6
    return outcome


@pytest.mark.parametrize(
    "rates",
    [
        (25.0, 25.0, 25.0, 25.0, 25.0),
        (60.0, 60.0, 60.0, 60.0, 60.0),
        (100.0, 104.0, 50.0, 60.0, 200.0),
        (250.0, 416.0, 100.0, 1000.0, 119.7),
    ],
)
def test_pipeline(rates: tuple[float, ...]) -> None:
    _law_of_pipeline(_all_sensors(dict(zip(SITES, rates, strict=True))), by_row=False)


def test_pipeline_row_by_row() -> None:
    short = {"seconds": 4.0, "run_s": (0.2, 3.6)}
    sensors = _all_sensors(dict.fromkeys(SITES, 50.0), **dict.fromkeys(SITES, short))
    _law_of_pipeline(sensors, seeds=range(1))


def test_pipeline_with_holes_nan_rows_and_sensors_that_begin_late_or_die_early() -> None:
    faults: dict[str, dict[str, Any]] = {
        "left_shin": {"lost": np.array([[3.6, 3.9], [4.4, 4.42]])},
        "right_shin": {"nan": np.array([[4.0, 4.02], [5.0, 5.25]])},
        "left_wrist": {"begin_s": 4.2},
        "right_wrist": {"seconds": 4.5},
        "trunk": {"lost": np.array([[0.0, 1.0], [4.8, 4.81], [5.5, 6.5]])},
    }
    sensors = _all_sensors(dict.fromkeys(SITES, 100.0), **faults)
    outcome = _law_of_pipeline(sensors, seeds=range(8), by_row=False)
    arm = outcome["steps"]["arm_forward_peak"]["time_s"]
    assert np.isnan(arm).any()
    assert not np.isnan(arm).all()


def test_pipeline_whose_shin_dies_early() -> None:
    _law_of_pipeline(
        _all_sensors(dict.fromkeys(SITES, 100.0), left_shin={"seconds": 5.0}), seeds=range(8), by_row=False
    )


def test_rows_come_out_while_data_flow() -> None:
    """3 s after a step its rows are out, whatever the sensors do later."""
    long: dict[str, Any] = {"seconds": 12.0, "run_s": (1.0, 11.0)}
    sensors = _all_sensors(dict.fromkeys(SITES, 100.0), **dict.fromkeys(SITES, long))
    pipeline = Pipeline({site: made.setup for site, made in sensors.items()}, Settings())
    late_s: list[float] = []
    for begin in range(0, 1200, 10):
        for site, made in sensors.items():
            batch = slice(begin, begin + 10)
            accel, gyro = (tuple(column[batch] for column in part) for part in (made.accel, made.gyro))
            rows = pipeline.push(site, made.tick[batch], accel, gyro)  # pyright: ignore
            now_s = (begin + 10) / 100.0
            late_s += [now_s - t for t in rows.contacts["swing_peak"]["time_s"] if begin > 0]
    assert len(late_s) >= 30
    assert max(late_s) <= 3.0
