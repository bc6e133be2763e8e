"""Packets of one life of a counter -> the line of least delay under their arrivals, and how well it is known.

In:  ticks and arrivals, rising ticks.
Out: knots of the line; its SD against other links of the session.
Refuses: the nominal rate; fewer than FEWEST_PACKETS packets.
The line is straight for two minutes and bends afterwards where the delays insist: a crystal's rate changes
with its temperature, and a bend costs as much as a hidden area of delay (a linear program).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.clock_value import piecewise
from aqsense.analysis.connection import Blind, beat, blind_spots
from aqsense.model import Floats

FEWEST_PACKETS = 8
HALVES_SHARE = 2.0  # bends follow the beat of packets and events, of which two halves tell alike
GOLDEN = 0.6180339887498949
# A sensor's own delay before a packet can be sent: up to 2 ms, another one in each sensor, the same in all of
# its packets. Nothing in the arrivals tells it; sensors of other makes differ more.
LINK_SD_S = 0.0006
OTHER_MAKE_SD_S = 0.003
BENT_FROM_S = 120.0
KNOT_EVERY_S = 30.0
BEND_COST_S = 300.0  # area of delay, s x s, that a bend by 1 s within one knot's spacing must save
MOST_BINS = 3000
# A crystal's rate: 2 ppm from minute to minute (METHOD 7.2), 5 ppm while it warms up on a body, of which a
# straight line leaves a third.
WANDER_S_PER_MINUTE = 2e-6 * 60.0
WARMING, WARMING_S = 0.3 * 5e-6, 600.0


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """The line of least delay.

    tick, time_s  (k,) knots; the first and the last at the first and last packet
    delay_s       (n,) of the packets above the line of least delay, s
    blind         what the delays hide; the clock lies in the middle of it
    fit_sd_s      SD of the line itself, s
    noise_s       part of it that comes and goes, which one shake does not take away, s
    bend_s        part of that which two shakes do not take away, s
    slope         mean, s per tick
    """

    tick: Floats
    time_s: Floats
    delay_s: Floats
    blind: Blind
    fit_sd_s: float
    noise_s: float
    bend_s: float
    slope: float

    @property
    def sd_s(self) -> float:
        """SD against the other links of a session with sensors of one make, s."""
        hidden = (self.blind.hidden_s**2 + self.blind.queued_s**2) / 12.0
        return float(np.sqrt(LINK_SD_S**2 + self.fit_sd_s**2 + hidden))

    def time_at(self, tick: Floats) -> Floats:
        """Session time of ticks, s."""
        return piecewise(tick, self.tick, self.time_s)


def fit_arrivals(tick: Floats, arrival_s: Floats) -> ArrivalLine:
    """The line under the arrivals of one life of a counter; at least FEWEST_PACKETS, ticks rising."""
    line = _Line.under(tick, arrival_s, bends=False)
    interval_s, turns = beat(np.sort(arrival_s), line.time_at(tick))
    slow = bool(np.isfinite(turns))
    if not slow:  # a bent line would follow the slow beat of packets and events
        line = _Line.under(tick, arrival_s)
    ready_s = line.time_at(tick)
    blind = blind_spots(arrival_s, ready_s, interval_s, turns)
    bias_s, noise_s, bend_s = _by_halves(tick, arrival_s, line, bends=not slow)
    if len(line.tick) == 2:
        bend_s = drift_sd_s(float(ready_s[-1] - ready_s[0]))
        noise_s = float(np.hypot(noise_s, bend_s))
    spread_s = _wander(tick, arrival_s - ready_s, line) if blind.locked else 0.0
    return ArrivalLine(
        line.tick, line.time_s - max(0.5 * blind.hidden_s, bias_s) - 0.5 * blind.queued_s,
        arrival_s - ready_s, blind, float(np.sqrt(noise_s**2 + bias_s**2 + spread_s**2)), noise_s,
        bend_s, line.slope,
    )  # fmt: skip


def drift_sd_s(apart_s: float) -> float:
    """By how much a crystal leaves a straight line between two times, SD in s."""
    return float(
        np.hypot(0.5 * WANDER_S_PER_MINUTE * np.sqrt(apart_s / 60.0), WARMING * min(apart_s, WARMING_S))
    )


def _by_halves(tick: Floats, arrival_s: Floats, line: _Line, *, bends: bool) -> tuple[float, float, float]:
    """Bias and SD of a line, and SD of its bends, s: half of the packets make twice the bias, and two halves
    differ."""
    first_half = half_of(len(tick))
    halves = [_Line.under(tick[half], arrival_s[half], bends=bends) for half in (first_half, ~first_half)]
    at = tick[0] + (tick[-1] - tick[0]) * np.arange(50) / 49.0
    first, second = (half.time_at(at) for half in halves)
    bias_s = float(np.mean(0.5 * (first + second) - line.time_at(at)))
    apart = first - second
    middle = at - at.mean()
    straight = apart.mean() + middle * (np.dot(middle, apart) / np.dot(middle, middle))
    share = HALVES_SHARE if bends and len(line.tick) > 2 else 1.0
    noise_s, bend_s = (share * float(np.sqrt(0.5 * np.mean(part**2))) for part in (apart, apart - straight))
    return max(bias_s, 0.0), noise_s, bend_s


def half_of(count: int) -> NDArray[np.bool_]:
    """Half of all packets, in no step with any interval: by the golden ratio."""
    return np.arange(count) * GOLDEN % 1.0 < 0.5


def _wander(tick: Floats, delay_s: Floats, line: _Line) -> float:
    """SD of the least delays of half minutes, s: by how much a straight line misses them."""
    seconds = (tick - tick[0]) * line.slope
    cuts = np.unique(np.searchsorted(seconds, np.arange(0.0, seconds[-1] + KNOT_EVERY_S, KNOT_EVERY_S)))
    least = np.minimum.reduceat(delay_s, cuts[cuts < len(delay_s)])
    return float(np.std(least))


@dataclass(frozen=True, slots=True)
class _Line:
    """Knots of a line, and its mean slope in s per tick."""

    tick: Floats
    time_s: Floats
    slope: float

    def time_at(self, tick: Floats) -> Floats:
        return piecewise(tick, self.tick, self.time_s)

    @staticmethod
    def under(tick: Floats, arrival_s: Floats, *, bends: bool = True) -> _Line:
        """The line of least delay under the arrivals."""
        tick, arrival_s = thinned(tick, arrival_s)
        pair, times = lower_hull_line(tick, arrival_s)
        slope = float((times[1] - times[0]) / (pair[1] - pair[0]))
        if slope <= 0.0:
            slope = float((arrival_s[-1] - arrival_s[0]) / (tick[-1] - tick[0]))
        ends = np.array([tick[0], tick[-1]])
        straight = times[0] + slope * (ends - pair[0])
        seconds = (tick - tick[0]) * slope
        if not bends or seconds[-1] < BENT_FROM_S:
            return _Line(ends, straight, slope)
        above = arrival_s - straight[0] - seconds
        knots, bent = _bent(seconds, above)
        return _Line(tick[0] + knots / slope, straight[0] + knots + bent, slope)


def _bent(seconds: Floats, above_s: Floats) -> tuple[Floats, Floats]:
    """Knots and values of the bent line under points: least area above it plus the cost of its bends."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, diags_array, eye_array, hstack, vstack

    at, least = seconds, above_s
    width = float(seconds[-1]) / len(at)
    count = max(round(float(seconds[-1]) / KNOT_EVERY_S), 2) + 1
    knots = np.linspace(0.0, float(seconds[-1]), count)
    spacing = float(knots[1])
    piece = np.clip((at / spacing).astype(np.int64), 0, count - 2)
    share = at / spacing - piece
    rows = np.arange(len(at))
    under = csr_array(
        (
            np.concatenate([1 - share, share]),
            (np.concatenate([rows, rows]), np.concatenate([piece, piece + 1])),
        ),
        shape=(len(at), count),
    )
    bends = count - 2
    second = diags_array([1.0, -2.0, 1.0], offsets=[0, 1, 2], shape=(bends, count))
    size = eye_array(bends)
    limits: Any = vstack(
        [
            hstack([under, csr_array((len(at), bends))]),
            hstack([second, -size]),
            hstack([-second, -size]),
        ]
    ).tocsr()
    cost = np.concatenate([-width * np.asarray(under.sum(axis=0)).ravel(), np.full(bends, BEND_COST_S)])
    bounds = [(None, None)] * count + [(0.0, None)] * bends
    found: Any = linprog(
        cost, limits, np.concatenate([least, np.zeros(2 * bends)]), bounds=bounds, method="highs"
    )
    if found.x is None:  # never seen; the straight line stays
        return knots, np.zeros(count)
    return knots, np.asarray(found.x[:count], np.float64)


def thinned(tick: Floats, arrival_s: Floats) -> tuple[Floats, Floats]:
    """First, last, and of each stretch of time the packet that came soonest: the others decide no line."""
    if len(tick) <= MOST_BINS:
        return tick, arrival_s
    share = (tick - tick[0]) / (tick[-1] - tick[0])
    above_s = arrival_s - share * (arrival_s[-1] - arrival_s[0])
    place = np.minimum((share * MOST_BINS).astype(np.int64), MOST_BINS - 1)
    order = np.lexsort((above_s, place))
    soonest = order[np.flatnonzero(np.diff(place[order], prepend=-1))]
    kept = np.unique(np.concatenate([[0], soonest, [len(tick) - 1]]))
    return tick[kept], arrival_s[kept]


def lower_hull_line(tick: Floats, arrival_s: Floats) -> tuple[Floats, Floats]:
    """Two knots of the line under all arrivals that is nearest to them: the edge of the lower convex
    hull above which the mean tick lies (METHOD 6; Moon, Skelly & Towsley 1999)."""
    hull: list[int] = []
    for i in range(len(tick)):
        while len(hull) >= 2 and _turns_down(tick, arrival_s, hull[-2], hull[-1], i):
            hull.pop()
        hull.append(i)
    edge = int(np.searchsorted(tick[hull], float(tick.mean()), side="right")) - 1
    edge = min(max(edge, 0), len(hull) - 2)
    pair: NDArray[np.int64] = np.array([hull[edge], hull[edge + 1]])
    return tick[pair], arrival_s[pair]


def _turns_down(x: Floats, y: Floats, a: int, b: int, c: int) -> bool:
    return bool((x[b] - x[a]) * (y[c] - y[a]) <= (y[b] - y[a]) * (x[c] - x[a]))
