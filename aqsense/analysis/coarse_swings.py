"""Rates about an axis at about 50 Hz: rough swing peaks, stride time, correlation on common times."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.coarse import Coarse, Spans
from aqsense.model import Floats


def rows_in(series: Coarse, spans: Spans) -> np.ndarray:
    return np.concatenate([np.arange(len(series.time_s))[series.between(*span)] for span in spans])


def rate_about(series: Coarse, bias: Floats, axis: Floats) -> Floats:
    return axis @ (series.gyro - bias[:, None])


def on_times(series: Coarse, values: Floats, time_s: Floats) -> Floats:
    return np.interp(time_s, series.time_s, values)


def correlation(a: Floats, b: Floats) -> float:
    a, b = a - a.mean(), b - b.mean()
    return float((a @ b) / np.sqrt((a @ a) * (b @ b)))


def coarse_swings(series: Coarse, rate: Floats, running: Spans) -> Floats:
    """Rough times of the positive lobes' peaks in the running spans, s."""
    limit = 0.4 * float(np.quantile(rate[rows_in(series, running)], 0.95))
    index = _separate_maxima(rate, limit, max(1, int(0.28 * series.rate_hz)))
    times = series.time_s[index]
    inside = np.zeros(len(times), bool)
    for start_s, stop_s in running:
        inside |= (times >= start_s) & (times < stop_s)
    return times[inside]


def _separate_maxima(values: Floats, least: float, apart: int) -> NDArray[np.int64]:
    """Local maxima of at least `least`, the higher one where two lie closer than `apart` points.

    scipy.signal.find_peaks does the same, at the price of a second and a half of imports.
    """
    inner = values[1:-1]
    index = 1 + np.flatnonzero((inner > values[:-2]) & (inner >= values[2:]) & (inner >= least))
    kept = np.ones(len(index), bool)
    for candidate in np.argsort(-values[index], kind="stable"):
        if kept[candidate]:
            near = np.abs(index - index[candidate]) < apart
            near[candidate] = False
            kept &= ~near
    return index[kept]


def stride_time(series: Coarse, rate: Floats, running: Spans) -> float:
    """Stride time of the running spans, s: first strong maximum of the autocorrelation (of either sign)."""
    lags = np.arange(int(0.35 * series.rate_hz), int(1.25 * series.rate_hz) + 1)
    products = np.zeros(len(lags))
    for start_s, stop_s in running:
        moving = rate[series.between(start_s, stop_s)]
        for row, lag in enumerate(lags):
            products[row] += moving[lag:] @ moving[: len(moving) - lag] if lag < len(moving) else 0.0
    middle = products[1:-1]
    strong = (middle >= products[:-2]) & (middle >= products[2:]) & (middle >= 0.8 * products.max())
    return float(lags[1 + np.argmax(strong)] / series.rate_hz) if strong.any() else 0.6
