"""What the delays of packets show of a Bluetooth connection: its interval, and which part of it stays unseen.

A packet waits for the next connection event, so delays run through the whole interval as long as packets and
events do not keep step. Where they do, part of the interval, or all of it, is never seen, and by that much
nobody can know the offset (METHOD 6).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats

Complex = NDArray[np.complex128]

INTERVALS_S: Floats = 0.00125 * np.arange(6, 81, dtype=np.float64)  # Bluetooth's steps, 7.5 to 100 ms
STRETCH_S = 10.0  # over which the host's and the radio's clocks agree
WORST_JITTER_S = 0.003  # of the host: beyond it no grid can be seen, only packets that come in time
NEARLY = 0.93  # of the best: the longest interval that explains as much
ONE_EVENT = 0.35  # of an interval: packets nearer than this came in one event
SOONEST = 0.1  # share of the packets that decide where the line lies
SLOW = 0.5  # of an interval unseen within one stretch: packets and events nearly keep step
FEWEST_IN_STRETCH = 40
FEWEST_TURNS = 2.0  # of the beat of packets and events, else the link counts as locked
LOCKED = 0.5  # of an interval unseen in all
COMMON = 0.9  # of the delays; the rest are repeats and stalls


def connection_interval(arrival_s: Floats) -> float:
    """Connection interval by the host's clock, s; NaN where arrivals (rising) lie on no grid of Bluetooth's.

    The longest that explains the arrivals: a locked link shows multiples of its interval only.
    """
    # Few packets always lie on some grid.
    cuts = [cut for cut in _stretches(arrival_s) if cut.stop - cut.start >= FEWEST_IN_STRETCH]
    if not cuts:
        return float("nan")
    arrows = np.stack([_arrow(arrival_s[cut], INTERVALS_S) for cut in cuts])
    count = sum(cut.stop - cut.start for cut in cuts)
    coherence = np.clip(np.abs(arrows).sum(axis=0) / count, 1e-6, 1.0)
    # What an exponential delay of the host would leave of the arrows on a true grid.
    jitter_s = INTERVALS_S / (2 * np.pi) * np.sqrt(coherence**-2.0 - 1.0)
    fits = jitter_s < WORST_JITTER_S
    if not fits.any():
        return float("nan")
    chosen = int(np.flatnonzero(fits & (coherence >= NEARLY * coherence[fits].max()))[-1])
    return float(INTERVALS_S[chosen]) * (1.0 + _rate(arrival_s, float(INTERVALS_S[chosen])))


def _stretches(seconds: Floats) -> list[slice]:
    """Packets of each stretch of time; seconds rise."""
    edges = np.arange(seconds[0], seconds[-1], STRETCH_S)[1:]
    cuts = np.unique(np.concatenate([[0], np.searchsorted(seconds, edges), [len(seconds)]]))
    return [slice(start, stop) for start, stop in pairwise(cuts.tolist())]


def _arrow(seconds: Floats, interval_s: Floats) -> Complex:
    """Sum of the places on the circles of intervals."""
    return np.exp(2j * np.pi * (seconds[:, None] / interval_s)).sum(axis=0)


def _rate(arrival_s: Floats, interval_s: float) -> float:
    """By which share an interval is longer by the host's clock than it says."""
    cuts = [cut for cut in _stretches(arrival_s) if cut.stop - cut.start >= FEWEST_IN_STRETCH]
    if len(cuts) < 2:
        return 0.0
    circle = np.array([interval_s])
    arrows = np.array([_arrow(arrival_s[cut], circle)[0] for cut in cuts])
    middles = np.array([float(arrival_s[cut].mean()) for cut in cuts])
    late_s = np.unwrap(np.angle(arrows)) / (2 * np.pi) * interval_s
    away = middles - middles.mean()
    return float(np.dot(away, late_s) / np.dot(away, away))


def unseen(ready_s: Floats, interval_s: float) -> float:
    """Widest part of the interval in which no packet became ready, s: by so much the least delay seen may
    still be above the least possible one.

    ready_s   (n,) when packets became ready, up to a constant
    """
    places = ready_s % interval_s
    places.sort()
    inside = float(np.max(places[1:] - places[:-1]))
    return max(inside, float(places[0]) - float(places[-1]) + interval_s)


def widest_gap(delay_s: Floats) -> float:
    """Between common delays, s: what may be unseen where no interval is known."""
    common = np.sort(delay_s)[: max(2, int(COMMON * len(delay_s)))]
    return float(np.diff(common).max())


def turns_seen(ready_s: Floats, interval_s: float) -> float:
    """How often packets ran through the interval in all; infinite where they do so all the time.

    ready_s   (n,) when packets became ready by a straight line, rising
    Where packets and events nearly keep step, fewer than two turns can't tell the clock's drift from that of
    the step: the line may lie anywhere in the interval.
    """
    cuts = [cut for cut in _stretches(ready_s) if cut.stop - cut.start >= FEWEST_IN_STRETCH]
    slow = [unseen(ready_s[cut], interval_s) > SLOW * interval_s for cut in cuts]
    if not slow or np.mean(slow) < 0.5:
        return float("inf")
    circle = np.array([interval_s])
    arrows = np.array([_arrow(ready_s[cut], circle)[0] for cut in cuts])
    return float(np.ptp(np.unwrap(np.angle(arrows)))) / (2 * np.pi)


def queue_s(arrival_s: Floats, delay_s: Floats, interval_s: float) -> float:
    """How long the packets that decide the line waited behind others of their event, s.

    arrival_s, delay_s   (n,) in order of arrival
    """
    begins = np.diff(arrival_s, prepend=-np.inf) > ONE_EVENT * interval_s
    first = np.maximum.accumulate(np.where(begins, np.arange(len(arrival_s)), 0))
    soonest = delay_s <= np.quantile(delay_s, SOONEST)
    return float(np.median((arrival_s - arrival_s[first])[soonest]))


@dataclass(frozen=True, slots=True)
class Blind:
    """What the delays of a link can't show.

    interval_s   connection interval, s; NaN if not seen
    hidden_s     part of it that no packet showed, s
    queued_s     wait behind other packets of one event, s
    slow         packets and events nearly keep step
    locked       they do: no line knows the offset
    """

    interval_s: float
    hidden_s: float
    queued_s: float
    slow: bool
    locked: bool


def beat(arrival_s: Floats, ready_s: Floats) -> tuple[float, float]:
    """Connection interval and turns seen, by a straight line; NaN and infinite without a grid."""
    interval_s = connection_interval(arrival_s)
    return interval_s, float("inf") if np.isnan(interval_s) else turns_seen(ready_s, interval_s)


def blind_spots(arrival_s: Floats, ready_s: Floats, interval_s: float, turns: float) -> Blind:
    """What a line hides.

    arrival_s, ready_s   (n,) when packets came and when they were ready by that line, s
    """
    delay_s = arrival_s - ready_s
    slow = bool(np.isfinite(turns))
    if np.isnan(interval_s):
        return Blind(interval_s, widest_gap(delay_s), 0.0, slow, False)
    hidden_s = unseen(ready_s, interval_s)
    locked = turns < FEWEST_TURNS or hidden_s > LOCKED * interval_s
    queued_s = queue_s(arrival_s, delay_s, interval_s)
    return Blind(interval_s, interval_s if locked else hidden_s, queued_s, slow, locked)
