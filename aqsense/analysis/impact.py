"""The jolt of a landing foot in the shin's specific force -> the instant of contact (METHOD 2.3 IC).

In:  the shin's three raw axes, and where the gyroscope expects the contact.
Out: onset of the jolt with its SD, NaN where none stands out.
Refuses: axes of the body, the gyroscope, other sensors. Any mounting gives the same instant.

How. A short template of a jolt (a damped sine that begins at once, freed from a parabola, so that the
swing's own acceleration doesn't count) is slid over the three axes. Where it fits best it also tells the
direction of the jolt. Along this direction the force is a scalar; its steepest rise is found on a fine grid,
and the onset is where its slope last reached `ONSET_SHARE`. The norm of the acceleration, or of its jerk,
mixes the jolt with the swing's own acceleration in other directions: SD 5 to 13 ms at 100 Hz.

Bits don't depend on delivery: loops over fixed taps add whole columns; the templates are made once per rate.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.accelerometer import Accelerometer, Window
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats

# Where the contact may lie after the shin's rate fell through zero, and where it usually does (METHOD 2.3).
EARLIEST_S, LATEST_S = -0.020, 0.090
USUAL_S, USUAL_SD_S = 0.035, 0.020
# The template: 30 Hz, gone after 12 ms (METHOD 7.2), seen through a low-pass as sensors have it.
JOLT_HZ, JOLT_DECAY_S = 30.0, 0.012
TEMPLATE_BEFORE_S, TEMPLATE_AFTER_S = 0.030, 0.025
BANDWIDTH, WIDEST_HZ = 0.4, 100.0
LAG_HZ = 200.0  # lags of the template are tried at least this densely
NEARLY_BEST = 0.8  # the first lag whose weighted fit is a local maximum of this share of the best
# The steepest rise lies around the fit; the first one of this share counts.
RISE_BEFORE_S, RISE_AFTER_S, FIRST_RISE = 0.020, 0.006, 0.6
FOOT_S = 0.015
ONSET_SHARE = 0.7
FINE_HZ = 500.0
LANCZOS = 5
# Slower sampling smears the onset forwards, a soft sole delays the shin: offsets that balance both over the
# recordings with force plates and the simulated impacts. Not derived from theory.
SAMPLE_S = np.array([1 / 150, 1 / 100])
OFFSET_S = np.array([-0.0015, 0.0015])
# Below this rate the slope says less than the fit of the template itself.
SLOW_HZ, SLOW_OFFSET_S, SLOW_SD_S = 95.0, -0.0025, 0.006
LEAST_RISE_M_S2 = 1.0 * STANDARD_GRAVITY_M_S2
LEAST_RISE_SDS = 4.0
# Foot, shoe and ground: what the same onset means for the force differs by this much between people.
PERSON_SD_S = 0.004
SAMPLING_SD_SAMPLES = 0.17
_NOISE_SAMPLES = 7
_FOURTH_DIFFERENCE_SD = np.sqrt(70.0)
MAD_TO_SD = 1.4826
_BLOCK = 2048  # steps at a time: temporaries stay in the cache


@dataclass(frozen=True, slots=True)
class Impacts:
    """Onsets, arrays of one length; NaN where no jolt stands out.

    time_s    session time
    sd_s
    bridged   a hole of the accelerometer was bridged inside the rise
    """

    time_s: Floats
    sd_s: Floats
    bridged: NDArray[np.bool_]

    @staticmethod
    def none(n: int) -> Impacts:
        return Impacts(np.full(n, np.nan), np.full(n, np.nan), np.zeros(n, bool))


def find_impacts(accelerometer: Accelerometer, zero_s: Floats, swing_s: Floats) -> Impacts:
    """The jolt that follows each fall of the shin's rate through zero.

    zero_s    session time of the fall; NaN gives NaN
    swing_s   session time of the swing peak before it: there the noise is measured
    """
    found = Impacts.none(len(zero_s))
    for begin in range(0, len(zero_s), _BLOCK):
        part = slice(begin, begin + _BLOCK)
        time_s, sd_s, bridged = _find(accelerometer, zero_s[part], swing_s[part])
        found.time_s[part], found.sd_s[part], found.bridged[part] = time_s, sd_s, bridged
    return found


def _find(
    accelerometer: Accelerometer, zero_s: Floats, swing_s: Floats
) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    rate_hz = accelerometer.rate_hz
    templates = _templates(round(rate_hz, 3))
    margin_s = max(TEMPLATE_BEFORE_S, RISE_BEFORE_S + FOOT_S) + (LANCZOS + 3) / rate_hz
    window = accelerometer.around(zero_s, margin_s - EARLIEST_S, LATEST_S + margin_s)
    whole = ~np.isnan(window.values).any(axis=(0, 2))
    values = np.where(whole[:, None], window.values, 0.0)
    before = window.before
    position, direction = _best_lag(values, window.offset, before, templates, rate_hz)
    along = sum(values[axis] * direction[axis][:, None] for axis in range(3))
    assert isinstance(along, np.ndarray)
    rise = _rise(along, position, rate_hz)
    noise = _noise(accelerometer, swing_s)
    seen = whole & rise.found & (rise.height > np.maximum(LEAST_RISE_M_S2, LEAST_RISE_SDS * noise))
    slow = rate_hz < SLOW_HZ
    onset = position if slow else rise.onset
    offset_s = SLOW_OFFSET_S if slow else float(np.interp(1 / rate_hz, SAMPLE_S, OFFSET_S))
    time_s = accelerometer.time_at(window, onset) + offset_s
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = PERSON_SD_S**2 + (SAMPLING_SD_SAMPLES / rate_hz) ** 2 + (noise / rise.slope) ** 2
    sd_s = np.sqrt(variance + (SLOW_SD_S**2 if slow else 0.0))
    bridged = _bridged_near(window, onset, rate_hz) & seen
    return np.where(seen, time_s, np.nan), np.where(seen, sd_s, np.nan), bridged


@dataclass(frozen=True, slots=True)
class _Templates:
    """Templates for onsets at sample k + phase / n_phases; tap i belongs to sample k - before + i."""

    before: int
    taps: Floats  # (phases, taps), each of norm 1


@cache
def _templates(rate_hz: float) -> _Templates:
    phases = max(1, int(np.ceil(LAG_HZ / rate_hz)))
    before = int(np.ceil(TEMPLATE_BEFORE_S * rate_hz))
    after = int(np.ceil(TEMPLATE_AFTER_S * rate_hz))
    sample = np.arange(-before, after + 1)
    taps = [_template((sample - phase / phases) / rate_hz, rate_hz) for phase in range(phases)]
    return _Templates(before, np.stack(taps))


def _template(time_s: Floats, rate_hz: float) -> Floats:
    """The jolt at times after its onset, without what a parabola explains, norm 1."""
    cut_hz = BANDWIDTH * min(rate_hz, WIDEST_HZ / BANDWIDTH)
    fine = np.arange(0.0, 0.08, 1e-4)
    jolt = np.sin(2 * np.pi * JOLT_HZ * fine) * np.exp(-fine / JOLT_DECAY_S)
    away = time_s[:, None] - fine
    kernel = np.sinc(2 * cut_hz * away) * np.where(np.abs(away) < 0.04, np.cos(np.pi * away / 0.08) ** 2, 0.0)
    template = (kernel * jolt).sum(axis=1)
    basis: list[Floats] = []
    for power in range(3):
        column = (time_s / TEMPLATE_BEFORE_S) ** power
        for earlier in basis:
            column = column - (column * earlier).sum() * earlier
        basis.append(column / np.sqrt((column * column).sum()))
    for column in basis:
        template = template - (template * column).sum() * column
    return template / np.sqrt((template * template).sum())


def _best_lag(
    values: Floats, offset: Floats, before: int, templates: _Templates, rate_hz: float
) -> tuple[Floats, list[Floats]]:
    """Position (samples) of the first good fit, and the direction of the jolt there: three columns."""
    first = before + int(np.floor(EARLIEST_S * rate_hz)) - 1
    last = before + int(np.ceil(LATEST_S * rate_hz)) + 1
    stride = max(1, int(rate_hz / LAG_HZ))
    samples = np.arange(first, last + 1, stride)
    n_phases, n_taps = templates.taps.shape
    lags = (samples[:, None] + np.arange(n_phases) / n_phases).ravel()
    fit = np.zeros((3, values.shape[1], len(lags)))
    for phase in range(n_phases):
        for axis in range(3):
            total = fit[axis, :, phase::n_phases]
            for tap in range(n_taps):
                start = first - templates.before + tap
                stop = start + last - first + 1
                total += templates.taps[phase, tap] * values[axis, :, start:stop:stride]
    score = np.sqrt(fit[0] * fit[0] + fit[1] * fit[1] + fit[2] * fit[2])
    away_s = (lags - before - offset[:, None]) / rate_hz
    weighted = np.where((away_s >= EARLIEST_S) & (away_s <= LATEST_S), score * _weight(away_s), 0.0)
    peak = np.zeros(score.shape, bool)
    peak[:, 1:-1] = (score[:, 1:-1] >= score[:, :-2]) & (score[:, 1:-1] > score[:, 2:])
    best = np.where(peak, weighted, 0.0).max(axis=1)
    column = np.argmax(peak & (weighted > 0) & (weighted >= NEARLY_BEST * best[:, None]), axis=1)
    rows = np.arange(len(column))
    strength = np.where(score[rows, column] > 0, score[rows, column], 1.0)
    position = lags[column] + _vertex(score, rows, column) * stride / n_phases
    return position, [fit[axis, rows, column] / strength for axis in range(3)]


def _vertex(score: Floats, rows: NDArray[np.int64], column: NDArray[np.int64]) -> Floats:
    """Maximum of the parabola through three scores, in lags from the middle one."""
    before, here = score[rows, np.maximum(column - 1, 0)], score[rows, column]
    after = score[rows, np.minimum(column + 1, score.shape[1] - 1)]
    bend = before - 2.0 * here + after
    return np.clip(np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1.0), 0.0), -1.0, 1.0)


def _weight(away_s: Floats) -> Floats:
    """Close to a Gaussian, from multiplications and one division: the same bits in any company."""
    part = (away_s - USUAL_S) / USUAL_SD_S
    wide = 1.0 + part * part / 8.0
    square = wide * wide
    return 1.0 / (square * square)


@dataclass(frozen=True, slots=True)
class _Rise:
    onset: Floats  # samples
    slope: Floats  # m/s^3, the steepest
    height: Floats  # m/s^2, from the foot to the top
    found: NDArray[np.bool_]


def _rise(along: Floats, position: Floats, rate_hz: float) -> _Rise:
    """The first steep rise around each position of a scalar (n, w): where its slope reaches ONSET_SHARE."""
    factor = max(1, int(np.ceil(FINE_HZ / rate_hz)))
    fine_hz = factor * rate_hz
    behind = int(np.ceil((RISE_BEFORE_S + FOOT_S) * rate_hz)) + 1
    ahead = int(np.ceil((RISE_AFTER_S + FOOT_S) * rate_hz)) + 2
    first = np.floor(position).astype(np.int64) - behind
    fine = _interpolated(along, first, behind + ahead, factor)
    slope = np.zeros_like(fine)
    slope[:, 1:-1] = (fine[:, 2:] - fine[:, :-2]) * (0.5 * fine_hz)
    away_s = (first[:, None] - position[:, None] + np.arange(fine.shape[1]) / factor) / rate_hz
    near = (away_s >= -RISE_BEFORE_S) & (away_s <= RISE_AFTER_S)
    top = np.zeros(fine.shape, bool)
    top[:, 1:-1] = near[:, 1:-1] & (slope[:, 1:-1] >= slope[:, :-2]) & (slope[:, 1:-1] > slope[:, 2:])
    steepest = np.where(top, slope, 0.0).max(axis=1)
    peak = np.argmax(top & (slope >= FIRST_RISE * steepest[:, None]), axis=1)
    rows, columns = np.arange(len(peak)), np.arange(fine.shape[1])
    highest = slope[rows, peak]
    level = ONSET_SHARE * highest
    below = (slope <= level[:, None]) & (columns < peak[:, None]) & (columns > 0)
    last = fine.shape[1] - 1 - np.argmax(below[:, ::-1], axis=1)
    after = np.minimum(last + 1, fine.shape[1] - 1)
    low, high = slope[rows, last], slope[rows, after]
    part = (level - low) / np.where(high > low, high - low, 1.0)
    reach = int(FOOT_S * fine_hz)
    behind_peak = columns - peak[:, None]
    foot = np.where((behind_peak <= 0) & (behind_peak >= -reach), fine, np.inf).min(axis=1)
    head = np.where((behind_peak >= 0) & (behind_peak <= reach), fine, -np.inf).max(axis=1)
    found = (steepest > 0) & below.any(axis=1)
    return _Rise(first + (last + part) / factor, highest, head - foot, found)


def _interpolated(values: Floats, first: NDArray[np.int64], count: int, factor: int) -> Floats:
    """(n, count * factor) values from each row's sample `first` on, `factor` points per sample (Lanczos)."""
    fine = np.empty((len(values), count * factor))
    index = first[:, None] + np.arange(-LANCZOS + 1, count + LANCZOS)
    near = np.take_along_axis(values, np.clip(index, 0, values.shape[1] - 1), axis=1)
    for phase, weights in enumerate(_lanczos(factor)):
        total = np.zeros((len(values), count))
        for tap, weight in enumerate(weights):
            total += weight * near[:, tap : tap + count]
        fine[:, phase::factor] = total
    return fine


@cache
def _lanczos(factor: int) -> list[list[float]]:
    """Weights of the samples -LANCZOS + 1 .. LANCZOS around a point `phase / factor` behind sample 0."""
    weights: list[list[float]] = []
    for phase in range(factor):
        away = phase / factor - np.arange(-LANCZOS + 1, LANCZOS + 1)
        row = np.sinc(away) * np.sinc(away / LANCZOS) * (np.abs(away) < LANCZOS)
        weights.append((row / row.sum()).tolist())
    return weights


def _noise(accelerometer: Accelerometer, swing_s: Floats) -> Floats:
    """SD of the accelerometer's noise in mid-swing, m/s^2, by fourth differences; 0 without data."""
    reach_s = _NOISE_SAMPLES / accelerometer.rate_hz
    values = accelerometer.around(swing_s, reach_s, reach_s).values
    differences = np.abs(np.diff(values, 4, axis=2))
    joined = np.concatenate([differences[0], differences[1], differences[2]], axis=1)
    with np.errstate(invalid="ignore"):
        noise = MAD_TO_SD * np.median(joined, axis=1) / _FOURTH_DIFFERENCE_SD
    return np.nan_to_num(noise)


def _bridged_near(window: Window, onset: Floats, rate_hz: float) -> NDArray[np.bool_]:
    """True where a bridged sample lies in the foot or the rise."""
    columns = np.arange(window.bridged.shape[1])
    away_s = (columns - onset[:, None]) / rate_hz
    return (window.bridged & (away_s >= -FOOT_S) & (away_s <= FOOT_S)).any(axis=1)
