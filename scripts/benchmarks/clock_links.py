"""Sensors on links at least as bad as METHOD 6's: their packets, their shakes, and their true times."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.model import ARRIVAL, Floats, Ticks
from aqsense.simulate.hand import shake
from aqsense.simulate.link import Link
from aqsense.simulate.radio import arrivals

SITES = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")
RATE_HZ = 100.0
TICK_HZ = 1e6
SHAKE_S = 5.0
COUNTED_BATCH = 4  # as WitMotion's
_SKEW_PPM, _WANDER_PPM, _WARMING_PPM, _WARMING_S = 50.0, 2.0, 5.0, 600.0
_RATE_ERROR = 0.02
_INTERVALS_MS = 1.25 * np.arange(12, 37)  # 15 to 45
_OWN_DELAY_S = 0.002
_FINE_HZ = 1000.0


@dataclass(frozen=True)
class Trial:
    """One sensor of one session.

    tick     (n,) device ticks of the samples that came through, us
    time_s   (n,) their true times
    packets  ARRIVAL rows; tick of the newest sample
    """

    tick: Ticks
    time_s: Floats
    packets: NDArray[Any]

    def true_at(self, tick: Floats) -> Floats:
        """True time of ticks."""
        return np.interp(tick, self.tick, self.time_s)


def session(seed: int, seconds: float, *, locked: bool = False, counted: bool = False) -> dict[str, Trial]:
    """Five sensors of one make; `locked` = 3 samples per packet at 100 Hz on 30 ms for all of them,
    `counted` = the tick is the number of samples that arrived."""
    return {site: _sensor(seed, site, seconds, locked=locked, counted=counted) for site in SITES}


def _sensor(seed: int, site: str, seconds: float, *, locked: bool, counted: bool) -> Trial:
    random = np.random.RandomState([seed, SITES.index(site), int(locked)])
    rate = RATE_HZ if locked else RATE_HZ * (1 + random.uniform(-_RATE_ERROR, _RATE_ERROR))
    number = np.arange(int(seconds * rate), dtype=np.int64)
    device_s = number / rate
    time = random.uniform(0.0, 1.0) + device_s + _wrong_s(random, device_s)
    batch = 3 if locked else COUNTED_BATCH if counted else int(random.randint(1, 9))
    interval = 30.0 if locked else float(random.choice(_INTERVALS_MS))
    lost = random.uniform(0.02, 0.05)
    kept = np.repeat(random.random_sample(len(number) // batch + 1) >= lost, batch)[: len(number)]
    kept[len(number) // batch * batch :] = False
    tick = 5_000_000 + np.rint(device_s * TICK_HZ).astype(np.int64)
    link = Link(packet_samples=batch, interval_ms=interval, stalls_per_minute=1.0)
    own = random.uniform(0.0, _OWN_DELAY_S)
    rows = arrivals(link, seed, site, tick, time + own, kept, seconds + 2.0)
    if counted:
        count = np.cumsum(kept) - 1
        rows["tick"] = count[np.searchsorted(tick, rows["tick"])]
        rows["sequence"] = -1
        return Trial(count[kept].astype(np.int64), time[kept], rows)
    return Trial(tick[kept], time[kept], rows)


def _wrong_s(random: np.random.RandomState, device_s: Floats) -> Floats:
    """By how much a device's own seconds are wrong: skew, slow wander, warming up."""
    seconds = np.arange(0.0, device_s[-1] + 120.0, 1.0)
    knots = random.randn(len(seconds) // 60 + 2)
    rate = _SKEW_PPM * random.randn() + _WANDER_PPM * np.interp(seconds / 60.0, np.arange(len(knots)), knots)
    rate += _WARMING_PPM * random.randn() * np.exp(-seconds / _WARMING_S)
    return np.interp(device_s, seconds, np.concatenate([[0.0], np.cumsum(rate[:-1])])) * 1e-6


def turning(
    seed: int, begins_s: tuple[float, ...], sensors: dict[str, Trial]
) -> dict[str, tuple[Floats, ...]]:
    """(3, n) angular rates of all sensors, rad/s: still but for the shakes in one hand."""
    parts = [(begin, *_hand(seed, number, begin)) for number, begin in enumerate(begins_s)]
    return {site: _measured(seed, site, trial, parts) for site, trial in sensors.items()}


def _hand(seed: int, number: int, begin_s: float) -> tuple[Floats, Floats]:
    """True times and (3, n) rates of a shake at 1 kHz, by the difference of attitudes."""
    one = shake(seed, number, begin_s, begin_s + SHAKE_S)
    time = np.arange(begin_s - 0.5, begin_s + SHAKE_S + 0.5, 1.0 / _FINE_HZ)
    step = 0.5 / _FINE_HZ
    before, after = one.attitude(time - step), one.attitude(time + step)
    turn = np.swapaxes(before, 1, 2) @ after
    skew = np.stack(
        [turn[:, 2, 1] - turn[:, 1, 2], turn[:, 0, 2] - turn[:, 2, 0], turn[:, 1, 0] - turn[:, 0, 1]]
    )
    return time, 0.5 * skew * _FINE_HZ


def _measured(
    seed: int, site: str, trial: Trial, parts: list[tuple[float, Floats, Floats]]
) -> tuple[Floats, ...]:
    from scipy.interpolate import CubicSpline

    random = np.random.RandomState([seed, SITES.index(site), 77])
    rates = np.zeros((3, len(trial.time_s)))
    for _, time, rate in parts:
        rows = (trial.time_s >= time[0]) & (trial.time_s <= time[-1])
        rates[:, rows] = CubicSpline(time, rate, axis=1)(trial.time_s[rows])
    turned, _ = np.linalg.qr(random.randn(3, 3))
    scale = 1 + 0.01 * random.uniform(-1, 1, (3, 1))
    bias = np.radians(2.0) * random.uniform(-1, 1, (3, 1))
    noise = np.radians(0.2) * random.randn(*rates.shape)
    return tuple(scale * (turned @ rates) + bias + noise)


def plain_hull(rows: NDArray[Any]) -> Callable[[Floats], Floats]:
    """One straight line under all arrivals."""
    from aqsense.analysis.arrival_clock import lower_hull_line

    tick, time = lower_hull_line(rows["tick"].astype(float), rows["arrival_s"])
    slope = (time[1] - time[0]) / (tick[1] - tick[0])
    return lambda at: time[0] + (at - tick[0]) * slope


__all__ = ["ARRIVAL", "SITES", "Trial", "plain_hull", "session", "turning"]
