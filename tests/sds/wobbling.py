"""Made bodies that wobble: periodic waveforms with exact event times, soft-tissue wobble and sampling on top.

Truth is found by brute force on a dense grid with the filter applied exactly (Fourier series times |H|); only
which of several peaks is meant is asked of the program, on a clean recording.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock import Clock
from aqsense.analysis.events import Stream
from aqsense.analysis.frames import Frame
from aqsense.analysis.pipeline import Pipeline, SensorSetup
from aqsense.analysis.run_sds import with_run_sds
from aqsense.analysis.steps import FinalRows
from aqsense.model import Event, Floats, Ticks
from aqsense.settings import Settings

TEMPLATES = Path(__file__).resolve().parents[2] / "aqsense" / "simulate" / "templates.json"
DENSE = 8192  # points of a period for the truth
CUTOFF_HZ = 20.0
WOBBLE_BAND_HZ = (8.0, 25.0)
NOISE_DEG_S = 0.1
START_S = 1.0
SHINS = ("left_shin", "right_shin")

PEAKS = {
    Event.SWING_PEAK: ("swing_shin", 1.0),
    Event.SHIN_STALL: ("stance_shin", 1.0),
    Event.HEEL_RECOVERY: ("stance_shin", -1.0),
    Event.ARM_FORWARD_PEAK: ("stance_wrist", 1.0),
    Event.ARM_BACKWARD_PEAK: ("other_wrist", -1.0),
    Event.ARM_FRONT_REVERSAL: ("other_wrist", 0.0),
    Event.ARM_BACK_REVERSAL: ("other_wrist", 0.0),
    Event.TRUNK_YAW_PEAK: ("trunk_yaw", 1.0),
    Event.TRUNK_PITCH_PEAK: ("trunk_pitch", 1.0),
}
REVERSALS = (Event.ARM_FRONT_REVERSAL, Event.ARM_BACK_REVERSAL)
TRUNK_EVENTS = (Event.TRUNK_YAW_PEAK, Event.TRUNK_PITCH_PEAK)


@dataclass(frozen=True, eq=False)
class Body:
    """A periodic runner.

    period_s   one or more whole strides
    waves      channel (`left_shin`, ..., `trunk_yaw`, `trunk_pitch`) -> (h,) complex Fourier series, rad/s
    """

    name: str
    period_s: float
    waves: Mapping[str, Floats]

    def at(self, channel: str, time_s: Floats, *, filtered: bool = False) -> Floats:
        """The channel's rate at session times."""
        series = self.waves[channel]
        if filtered:
            order = np.arange(len(series)) / self.period_s
            series = series / (1.0 + (order / CUTOFF_HZ) ** 4)
        turning = np.exp(2j * np.pi * np.asarray(time_s) / self.period_s)
        total = np.zeros(len(turning), complex)
        for coefficient in series[:0:-1]:
            total = (total + coefficient) * turning
        return series[0].real + total.real

    @property
    def sites(self) -> list[str]:
        return sorted({"trunk" if name.startswith("trunk") else name for name in self.waves})


@cache
def template_body(speed: str) -> Body:
    """A body on the harmonic templates: the right side half a stride after the left."""
    template = json.loads(TEMPLATES.read_text())[speed]

    def series(name: str, shift: float) -> Floats:
        part = template[name]
        found = (
            np.array([part["mean"], *(np.array(part["cos"]) - 1j * np.array(part["sin"]))]) * np.pi / 180.0
        )
        return found * np.exp(-2j * np.pi * np.arange(len(found)) * shift)

    waves: dict[str, Floats] = {}
    for side, shift in (("left", 0.0), ("right", 0.5)):
        waves[f"{side}_shin"] = series("shank_w", shift)
        if "forearm_w" in template:
            waves[f"{side}_wrist"] = series("forearm_w", shift)
    # Phase 0 of the trunk's templates is the right foot's contact.
    waves["trunk_yaw"], waves["trunk_pitch"] = series("thorax_axial_w", 0.5), series("thorax_pitch_w", 0.5)
    return Body(speed, template["T"], waves)


@cache
def recorded_body(folder: Path, strides: int = 1) -> Body:
    """A body that repeats the measured strides of a tiled recording, its noise averaged out."""
    from aqsense.acquire import read_recording
    from aqsense.analysis.clock import time_sensors
    from aqsense.analysis.frames import fit_frames

    recording = read_recording(folder)
    timed = time_sensors(recording)
    frames = fit_frames(timed, recording.marks)
    begin, end = json.loads((folder / "truth.json").read_text())["scored_s"]
    columns: dict[str, tuple[Floats, Floats]] = {}
    for site, sensor in timed.items():
        frame = frames.by_site[site]
        axes = {site: frame.right} if site != "trunk" else {"trunk_yaw": frame.up, "trunk_pitch": frame.right}
        gyro = np.stack(sensor.samples.gyro) - frame.bias_rad_s[:, None]
        time_s = sensor.clock.time_at(sensor.ticks.astype(float))
        for name, axis in axes.items():
            columns[name] = time_s, axis @ gyro
    period_s = _period(*columns["left_shin"], begin, end, strides)
    return Body(
        folder.name,
        period_s,
        {name: _series(*column, begin, end, period_s) for name, column in columns.items()},
    )


def _period(time_s: Floats, value: Floats, begin: float, end: float, strides: int) -> float:
    """The period at which the waveform repeats best, near `strides` stride times."""
    inside = (time_s > begin) & (time_s < end)
    time_s, value = time_s[inside], value[inside]
    trial = np.arange(0.40, 0.85, 0.0005)  # not two strides of a sprint
    stride = trial[np.argmin([_misfit(time_s, value, t, 1) for t in trial])]
    fine = strides * stride + np.arange(-0.03, 0.03, 0.00005)
    return float(fine[np.argmin([_misfit(time_s, value, t, strides) for t in fine])])


def _misfit(time_s: Floats, value: Floats, period_s: float, strides: int) -> float:
    late = time_s < time_s[-1] - period_s
    return float(np.mean((np.interp(time_s[late] + period_s, time_s, value) - value[late]) ** 2))


def _series(time_s: Floats, value: Floats, begin: float, end: float, period_s: float) -> Floats:
    """Least-squares Fourier series up to 40 Hz over the scored part."""
    inside = (time_s > begin) & (time_s < end)
    order = np.arange(int(40.0 * period_s) + 1)
    angle = 2 * np.pi * np.outer(time_s[inside] / period_s, order)
    design = np.concatenate([np.cos(angle), np.sin(angle[:, 1:])], axis=1)
    found = np.linalg.lstsq(design, value[inside], rcond=None)[0]
    return np.concatenate([found[:1], found[1 : len(order)] - 1j * found[len(order) :]])


def wobble(n: int, rate_hz: float, rms: float, random: np.random.RandomState) -> Floats:
    """(n,) Gaussian noise, flat from 8 to 25 Hz and nothing else, of the RMS given."""
    frequency = np.fft.rfftfreq(n, 1.0 / rate_hz)
    inside = (frequency >= WOBBLE_BAND_HZ[0]) & (frequency < min(WOBBLE_BAND_HZ[1], 0.4999 * rate_hz))
    spectrum = np.where(inside, random.standard_normal(len(frequency)) * 1.0, 0.0).astype(complex)
    spectrum += 1j * np.where(inside, random.standard_normal(len(frequency)), 0.0)
    return np.fft.irfft(spectrum, n) * rms * n / (2.0 * np.sqrt(inside.sum()))


@dataclass(frozen=True)
class Wobbling:
    """What is put on a body.

    limb_deg_s, trunk_deg_s   RMS of the wobble, 8 to 25 Hz
    seconds                   length of the recording
    timing_s                  SD of true timing: every channel's phase wanders smoothly, SD per moment
    """

    rate_hz: float
    limb_deg_s: float = 20.0
    trunk_deg_s: float = 10.0
    seconds: float = 120.0
    seed: int = 0
    noise_deg_s: float = NOISE_DEG_S
    timing_s: float = 0.0


def analysed(body: Body, how: Wobbling, settings: Settings | None = None) -> FinalRows:
    """Final rows, SDs included, for a body that wobbles as told."""
    settings = settings or Settings()
    found, streams = staged(body, how, settings)
    return with_run_sds(found, streams, settings.centroid_level)


def staged(
    body: Body, how: Wobbling, settings: Settings | None = None
) -> tuple[FinalRows, dict[str, Stream]]:
    """What the stages give, before the runs' own SDs, and their complete traces."""
    setups, rows = {}, {}
    for index, site in enumerate(body.sites):
        random = np.random.RandomState((how.seed * 64 + index) % 2**31)
        setups[site], rows[site] = _sensor(body, site, how, random)
    pipeline = Pipeline(setups, settings or Settings())
    parts = [pipeline.push(site, tick, gyro, gyro) for site, (tick, gyro) in rows.items()]
    parts.append(pipeline.finish())
    return FinalRows.joined(parts), dict(pipeline.streams)


def _sensor(
    body: Body, site: str, how: Wobbling, random: np.random.RandomState
) -> tuple[SensorSetup, tuple[Ticks, tuple[Floats, Floats, Floats]]]:
    n = int(how.seconds * how.rate_hz)
    start_s = START_S + random.random_sample() / how.rate_hz
    time_s = start_s + np.arange(n) / how.rate_hz
    knots = np.array([0.0, float(n)])
    clock = Clock("common", knots, start_s + knots / how.rate_hz, 0.0)
    right, up = np.array([1.0, 0.0, 0.0]), np.array([0.0, 0.0, 1.0])
    setup = SensorSetup(site, how.rate_hz, 1.0, None, clock, Frame(np.zeros(3), right, up, "made"))
    gyro = np.deg2rad(how.noise_deg_s) * random.standard_normal((3, n))
    names = {0: site} if site != "trunk" else {0: "trunk_pitch", 2: "trunk_yaw"}
    rms = np.deg2rad(how.trunk_deg_s if site == "trunk" else how.limb_deg_s)
    for axis, name in names.items():
        moved = time_s
        if how.timing_s:
            moved = time_s - _wander(n, how.rate_hz, how.timing_s, body.period_s, random)
        gyro[axis] += body.at(name, moved)
        if rms:
            gyro[axis] += wobble(n, how.rate_hz, rms, random)
    tick = np.arange(n, dtype=np.int64)
    return setup, (tick, (gyro[0], gyro[1], gyro[2]))


def _wander(n: int, rate_hz: float, sd_s: float, period_s: float, random: np.random.RandomState) -> Floats:
    """(n,) smooth noise slower than 4 Hz: true timing that changes from stride to stride."""
    frequency = np.fft.rfftfreq(n, 1.0 / rate_hz)
    inside = (frequency > 0) & (frequency < 4.0)
    spectrum = np.where(inside, random.standard_normal(len(frequency)), 0.0).astype(complex)
    spectrum += 1j * np.where(inside, random.standard_normal(len(frequency)), 0.0)
    wave = np.fft.irfft(spectrum, n)
    return wave * sd_s / wave.std()


@dataclass(frozen=True)
class Errors:
    """Errors and stated SDs of one event, arrays of one length, s."""

    event: Event
    error_s: Floats
    sd_s: Floats
    missed: int

    @property
    def coverage(self) -> float:
        """Share of errors within 1.96 stated SDs."""
        return float(np.mean(np.abs(self.error_s) <= 1.96 * self.sd_s))


def channel_of(event: Event, stance: int) -> str:
    """Channel that an event is read from when the left (0) or right (1) foot is on the ground."""
    side, other = ("left", "right") if stance == 0 else ("right", "left")
    role = PEAKS[event][0]
    return {
        "swing_shin": f"{other}_shin",
        "stance_shin": f"{side}_shin",
        "stance_wrist": f"{side}_wrist",
        "other_wrist": f"{other}_wrist",
    }.get(role, role)


def found_events(found: FinalRows, event: Event, stance: int) -> NDArray[np.void]:
    """Rows of an event for one stance side."""
    if event is Event.SWING_PEAK:
        return found.contacts[found.contacts["side"] == 1 - stance]["swing_peak"]
    return found.steps[found.steps["stance"] == stance][event.value]


@cache
def true_times(body: Body, event: Event, stance: int, level: float = 0.9) -> Floats:
    """Instants within a period at which the event truly happens, by brute force on the filtered waveform."""
    grid = np.arange(DENSE) * (body.period_s / DENSE)
    x = body.at(channel_of(event, stance), grid, filtered=True)
    x = np.concatenate([x, x, x])
    times = np.arange(len(x)) * (body.period_s / DENSE)
    sign = PEAKS[event][1]
    if event is Event.TRUNK_YAW_PEAK and stance == 0:
        sign = -1.0
    middle = slice(DENSE, 2 * DENSE)
    if event in REVERSALS:
        down = (
            (x[:-1] >= 0) & (x[1:] < 0) if event is Event.ARM_FRONT_REVERSAL else (x[:-1] < 0) & (x[1:] >= 0)
        )
        index = np.flatnonzero(down)
        index = index[(index >= DENSE) & (index < 2 * DENSE)]
        candidates = times[index] + (times[1] * x[index] / (x[index] - x[index + 1]))
    else:
        x = sign * x
        index = np.flatnonzero((x[1:-1] > x[:-2]) & (x[1:-1] >= x[2:])) + 1
        index = index[(index >= middle.start) & (index < middle.stop)]
        centroid = event is not Event.SHIN_STALL
        candidates = np.array([_centroid(times, x, i, level) if centroid else times[i] for i in index])
    clean = _clean(body, level)
    rough = found_events(clean, event, stance)["time_s"]
    rough = rough[~np.isnan(rough)][3:-3]
    candidates = candidates[~np.isnan(candidates)]
    away = _away(rough[:, None], candidates[None, :], body.period_s)
    chosen = np.unique(np.argmin(np.abs(away), axis=1))
    assert np.abs(away).min(axis=1).max() < 0.002, (body.name, event, np.abs(away).min(axis=1).max())
    return np.mod(candidates[chosen], body.period_s)


@cache
def _clean(body: Body, level: float) -> FinalRows:
    quiet = Wobbling(250.0, 0.0, 0.0, seconds=30.0, noise_deg_s=0.0)
    return analysed(body, quiet, Settings(centroid_level=level))


def _away(time_s: Floats, truth_s: Floats, period_s: float) -> Floats:
    return np.mod(time_s - truth_s + 0.5 * period_s, period_s) - 0.5 * period_s


def _centroid(times: Floats, x: Floats, index: int, level: float) -> float:
    if x[index] <= 0:
        return float("nan")
    floor = level * x[index]
    left, right = index, index
    while x[left] > floor:
        left -= 1
    while x[right] > floor:
        right += 1
    part = slice(left, right + 1)
    above = np.maximum(x[part] - floor, 0.0)
    return float((times[part] * above).sum() / above.sum())


def errors(body: Body, found: FinalRows, event: Event, level: float = 0.9) -> Errors:
    """Errors of an event of both sides against the truth."""
    error, sd, missed = [], [], 0
    for stance in (0, 1):
        rows = found_events(found, event, stance)[3:-3]
        truth = true_times(body, event, stance, level)
        here = ~np.isnan(rows["time_s"])
        missed += int((~here).sum())
        away = _away(rows["time_s"][here][:, None], truth[None, :], body.period_s)
        error.append(away[np.arange(len(away)), np.argmin(np.abs(away), axis=1)])
        sd.append(rows["sd_s"][here])
    return Errors(event, np.concatenate(error), np.concatenate(sd), missed)
