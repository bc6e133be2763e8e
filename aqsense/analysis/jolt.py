"""A short template of a jolt, slid over three axes: where it fits first, and in which direction (METHOD 2.3).

The template is a damped sine that begins at once (METHOD 7.2), seen through a low-pass as sensors have it
and freed from a parabola, so that the swing's own acceleration doesn't count. It is made once per rate. A
jolt may be looked for between samples: there is a template for each phase. Bits don't depend on delivery:
loops over fixed taps add whole columns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

JOLT_HZ, JOLT_DECAY_S = 30.0, 0.012
BEFORE_S, AFTER_S = 0.030, 0.025
BANDWIDTH, WIDEST_HZ = 0.4, 100.0
LAG_HZ = 200.0  # onsets are tried at least this densely
# The first onset counts whose weighted fit is a local maximum of this share of the best.
NEARLY_BEST = 0.8


@dataclass(frozen=True, slots=True)
class Expected:
    """Where the onset may lie after a window's own time, and where it usually does, s."""

    earliest_s: float
    latest_s: float
    usual_s: float
    usual_sd_s: float


@dataclass(frozen=True, slots=True)
class Jolt:
    """The first good fit of the template in each of n windows.

    position    (n,) its onset in columns of the window
    direction   (3, n) unit vectors in sensor axes; zero where nothing fits
    """

    position: Floats
    direction: Floats


def find_jolts(values: Floats, before: int, offset: Floats, rate_hz: float, expected: Expected) -> Jolt:
    """Slide the template over windows.

    values   (3, n, w) m/s^2 without NaN
    before   column from which `offset` counts
    offset   (n,) each window's own time, samples behind that column
    """
    n_phases = len(_templates(round(rate_hz, 3)).taps)
    first = before + int(np.floor(expected.earliest_s * rate_hz)) - 1
    last = before + int(np.ceil(expected.latest_s * rate_hz)) + 1
    stride = max(1, int(rate_hz / LAG_HZ))
    n_lags = ((last - first) // stride + 1) * n_phases
    lags: Floats = first + np.arange(n_lags, dtype=float) * (stride / n_phases)
    fit = _fits(values, first, last, stride, rate_hz)
    score = np.sqrt(fit[0] * fit[0] + fit[1] * fit[1] + fit[2] * fit[2])
    away_s: Floats = (lags - before - offset[:, None]) / rate_hz
    column = _first_good(score, away_s, expected)
    rows: NDArray[np.int64] = np.arange(len(column))
    strength = score[rows, column]
    direction = fit[:, rows, column] / np.where(strength > 0, strength, 1.0)
    return Jolt(lags[column] + _vertex(score, rows, column) * (stride / n_phases), direction)


def _fits(values: Floats, first: int, last: int, stride: int, rate_hz: float) -> Floats:
    """(3, n, lags) products of the templates with each axis."""
    templates = _templates(round(rate_hz, 3))
    n_phases, n_taps = templates.taps.shape
    # With a stride there is one phase only; a phase is then the next lag.
    n_samples = (last - first) // stride + 1
    fit = np.zeros((3, values.shape[1], n_samples * n_phases))
    for phase in range(n_phases):
        for axis in range(3):
            total = fit[axis, :, phase::n_phases]
            for tap in range(n_taps):
                start = first - templates.before + tap
                stop = start + last - first + 1
                total += templates.taps[phase, tap] * values[axis, :, start:stop:stride]
    return fit


def _first_good(score: Floats, away_s: Floats, expected: Expected) -> NDArray[np.int64]:
    inside = (away_s >= expected.earliest_s) & (away_s <= expected.latest_s)
    weighted = np.where(inside, score * _weight((away_s - expected.usual_s) / expected.usual_sd_s), 0.0)
    peak = np.zeros(score.shape, bool)
    peak[:, 1:-1] = (score[:, 1:-1] >= score[:, :-2]) & (score[:, 1:-1] > score[:, 2:])
    best = np.where(peak, weighted, 0.0).max(axis=1)
    return np.argmax(peak & (weighted > 0) & (weighted >= NEARLY_BEST * best[:, None]), axis=1)


def _weight(away_sds: Floats) -> Floats:
    """Close to a Gaussian, from multiplications and one division: the same bits in any company."""
    wide = 1.0 + away_sds * away_sds / 8.0
    square = wide * wide
    return 1.0 / (square * square)


def _vertex(score: Floats, rows: NDArray[np.int64], column: NDArray[np.int64]) -> Floats:
    """Maximum of the parabola through three scores, in lags from the middle one."""
    before, here = score[rows, np.maximum(column - 1, 0)], score[rows, column]
    after = score[rows, np.minimum(column + 1, score.shape[1] - 1)]
    bend = before - 2.0 * here + after
    return np.clip(np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, 1.0), 0.0), -1.0, 1.0)


@dataclass(frozen=True, slots=True)
class _Templates:
    """Templates for onsets at column k + phase / n_phases; tap i belongs to column k - before + i."""

    before: int
    taps: Floats  # (phases, taps), each of norm 1


@cache
def _templates(rate_hz: float) -> _Templates:
    phases = max(1, int(np.ceil(LAG_HZ / rate_hz)))
    before = int(np.ceil(BEFORE_S * rate_hz))
    after = int(np.ceil(AFTER_S * rate_hz))
    sample: Floats = np.arange(-before, after + 1, dtype=float)
    taps = [_template((sample - phase / phases) / rate_hz, rate_hz) for phase in range(phases)]
    return _Templates(before, np.stack(taps))


def _template(time_s: Floats, rate_hz: float) -> Floats:
    """The jolt at times after its onset, without what a parabola explains, norm 1."""
    cut_hz = BANDWIDTH * min(rate_hz, WIDEST_HZ / BANDWIDTH)
    fine: Floats = np.arange(0.0, 0.08, 1e-4)
    jolt = np.sin(2 * np.pi * JOLT_HZ * fine) * np.exp(-fine / JOLT_DECAY_S)
    away: Floats = time_s[:, None] - fine
    kernel = np.sinc(2 * cut_hz * away) * np.where(np.abs(away) < 0.04, np.cos(np.pi * away / 0.08) ** 2, 0.0)
    template: Floats = (kernel * jolt).sum(axis=1)
    for column in _parabola(time_s):
        template = template - (template * column).sum() * column
    return template / np.sqrt((template * template).sum())


def _parabola(time_s: Floats) -> list[Floats]:
    """An orthonormal basis of constant, line and parabola (Gram-Schmidt: LAPACKs differ in their bits)."""
    basis: list[Floats] = []
    for power in range(3):
        column: Floats = (time_s / BEFORE_S) ** power
        for earlier in basis:
            column = column - (column * earlier).sum() * earlier
        basis.append(column / np.sqrt((column * column).sum()))
    return basis
