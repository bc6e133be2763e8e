"""Waveform of one shin -> swing peaks, the events everything else hangs on (METHOD 2.1, 2.3 SW).

In:  the `Trace` of a shin's sagittal rate, as far as it is final.
Out: SWING rows that no later sample can change.
Refuses: session time, other sensors.
Why a candidate may wait: a higher one within 0.4 stride times replaces it, and the reference of the half
second
that it lies in must be complete.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.peaks import refine
from aqsense.analysis.signals import Trace
from aqsense.analysis.tape import Tape
from aqsense.model import Floats

SWING = np.dtype(
    [
        ("tick", "f8"),
        ("position", "f8"),  # on the trace's grid
        ("index", "i8"),  # grid point of the local maximum
        ("height", "f8"),  # rad/s
        ("width", "f8"),  # grid points
        ("left", "f8"),
        ("right", "f8"),
        ("stride_time", "f8"),  # s, estimate; NaN before the first
    ]
)
BLOCK_S = 0.5
MEMORY_BLOCKS = 8  # 4 s
COARSE_HZ = 25.0
SHORTEST_STRIDE_S, LONGEST_STRIDE_S = 0.35, 1.2
DEFAULT_STRIDE_S = 0.7
LEAST_RATE_RAD_S = np.deg2rad(100.0)
# METHOD 2.1 says 0.5; a sprinter who brakes loses half his swing rate within the 4 s of the reference.
SHARE_OF_REFERENCE = 0.3
SEPARATION_STRIDES = 0.4
# A swing is broad. Units worn high on the shin (dsads) also show the stance as a high but narrow peak half
# a stride later:
# the mean around a swing peak stays high, that around the other one does not.
MASS_STRIDES, MASS_POINTS, SHARE_OF_MASS = 0.15, 13, 0.15
REACH_S = 0.3
_NONE = np.empty(0, np.int64)


class StrideEstimator:
    """Amplitude reference (P95) and stride time (autocorrelation) every 0.5 s, from the last 4 s.

    Works on every few grid points (about 25 Hz): swings are slow.
    """

    def __init__(self, grid_hz: float):
        self.every = max(1, int(grid_hz / COARSE_HZ))
        self.coarse_hz = grid_hz / self.every
        self.per_block = round(BLOCK_S * self.coarse_hz)
        self.block = self.per_block * self.every  # grid points
        self._lags = np.arange(
            int(SHORTEST_STRIDE_S * self.coarse_hz), int(LONGEST_STRIDE_S * self.coarse_hz) + 2
        )
        self._products = Tape(np.float64, len(self._lags) + 1)
        self._estimates = Tape(np.float64, 2)  # reference, stride time
        self._done = 0

    @property
    def n_blocks(self) -> int:
        """Blocks whose estimates are final."""
        return self._done

    def push(self, waveform: Floats, final: bool) -> None:
        """Take the waveform from its beginning; blocks that are whole (or the last one) are estimated."""
        n_whole = len(waveform) // self.block
        n = n_whole + (1 if final and len(waveform) % self.block else 0)
        if n <= self._done:
            return
        # Whole blocks back to the oldest that the memory or the longest lag needs.
        since = max(0, self._done - MEMORY_BLOCKS)
        coarse = np.ascontiguousarray(waveform[since * self.block : n * self.block : self.every])
        self._products.append(self._lag_products(coarse, self._done - since, n - since))
        self._estimates.append(self._estimate(coarse, since, self._done, n))
        self._done = n

    def _lag_products(self, coarse: Floats, first: int, stop: int) -> Floats:
        """(lags + 1, blocks) sums of w(i) w(i - lag) over the block's i; row 0 is lag 0."""
        sums = np.zeros((len(self._lags) + 1, stop - first))
        begin, end = first * self.per_block, min(stop * self.per_block, len(coarse))
        size = (stop - first) * self.per_block
        now = np.zeros(size)
        now[: end - begin] = coarse[begin:end]
        back = int(self._lags[-1])
        padded = np.zeros(back + size)
        have = coarse[max(0, begin - back) : end]
        padded[back - (begin - max(0, begin - back)) :][: len(have)] = have
        for row, lag in enumerate([0, *self._lags.tolist()]):
            product = (now * padded[back - lag : back - lag + size]).reshape(-1, self.per_block)
            total = sums[row]
            for column in range(self.per_block):
                total += product[:, column]
        return sums

    def _estimate(self, coarse: Floats, origin: int, first: int, stop: int) -> Floats:
        """(2, blocks) reference and stride time; `coarse` begins with block `origin`."""
        blocks = np.arange(first, stop)
        since = np.maximum(blocks + 1 - MEMORY_BLOCKS, 0)
        energy = np.zeros((len(self._lags) + 1, len(blocks)))
        products = self._products.values
        for back in range(MEMORY_BLOCKS):
            source = blocks - back
            energy += np.where(source >= since, products[:, np.maximum(source, 0)], 0.0)
        return np.stack([self._p95(coarse, blocks - origin), self._first_strong_lag(energy)])

    def _p95(self, coarse: Floats, blocks: NDArray[np.int64]) -> Floats:
        """95th percentile of the last 4 s (or what there is of them) at the end of each block."""
        memory = MEMORY_BLOCKS * self.per_block
        stop = (blocks + 1) * self.per_block
        full = (stop >= memory) & (stop <= len(coarse))
        reference = np.empty(len(blocks))
        if full.any():
            first = int(stop[full][0]) - memory
            windows = np.lib.stride_tricks.sliding_window_view(coarse[first:], memory)
            reference[full] = _rank(windows[stop[full] - memory - first])
        for row in np.flatnonzero(~full):
            reference[row] = _rank(coarse[max(0, stop[row] - memory) : stop[row]][None])[0]
        return reference

    def _first_strong_lag(self, energy: Floats) -> Floats:
        """Stride time: the first local maximum of the autocorrelation of at least 0.8 of the greatest."""
        correlation = energy[1:]
        best = correlation.max(axis=0)
        middle = correlation[1:-1]
        strong = (middle >= correlation[:-2]) & (middle >= correlation[2:]) & (middle >= 0.8 * best)
        found = strong.any(axis=0) & (best > 0.3 * energy[0])
        lag = self._lags[1 + np.argmax(strong, axis=0)]
        return np.where(found, lag / self.coarse_hz, np.nan)

    def at(self, index: NDArray[np.int64]) -> tuple[Floats, Floats]:
        """Reference (rad/s) and stride time (s) that hold at grid points: those of the block they lie in."""
        reference, stride_time = self._estimates.values[:, index // self.block]
        return reference, stride_time


def _rank(windows: Floats) -> Floats:
    """The value at 95 % of the ranks of each row."""
    rank = int(0.95 * (windows.shape[1] - 1))
    return np.partition(windows, rank, axis=1)[:, rank]


class SwingPeaks:
    """The stage: `push()` after the trace has grown, `finish()` when it is complete.

    level   share of the height above which the centroid is taken
    """

    def __init__(self, trace: Trace, level: float):
        self._trace = trace
        self._level = level
        self._estimator = StrideEstimator(trace.rate_hz)
        self._looked = 1  # grid points before this one have been looked at for local maxima
        self._candidates = np.empty(0, np.int64)
        self._decided = 0  # candidates before this grid point are settled

    def push(self) -> NDArray[np.void]:
        """SWING rows that have become final."""
        return self._advance(final=False)

    def finish(self) -> NDArray[np.void]:
        """The rest."""
        return self._advance(final=True)

    @property
    def watermark(self) -> float:
        """Tick before which no further swing peak can appear."""
        position = self._decided - REACH_S * self._trace.rate_hz  # a centroid may lie before its maximum
        if position < 1:
            return -np.inf
        return float(self._trace.tick_at(np.array([position]))[0])

    def _advance(self, final: bool) -> NDArray[np.void]:
        waveform = self._trace.channel(0) if self._trace.n_segments else np.empty(0)
        self._estimator.push(waveform, final)
        self._find(waveform)
        grid_hz = self._trace.rate_hz
        wait = round((SEPARATION_STRIDES * LONGEST_STRIDE_S + REACH_S) * grid_hz)
        estimated = self._estimator.n_blocks * self._estimator.block
        settled = len(waveform) if final else min(len(waveform), estimated) - wait
        if settled <= self._decided:
            return np.empty(0, SWING)
        undecided = (self._candidates >= self._decided) & (self._candidates < settled)
        winners = self._candidates[undecided & self._wins(waveform)] if undecided.any() else _NONE
        self._decided = settled
        self._candidates = self._candidates[self._candidates >= settled - wait]
        return self._rows(waveform, winners)

    def _find(self, waveform: Floats) -> None:
        """Local maxima above the least rate, up to the last grid point that has a neighbour."""
        stop = len(waveform) - 1
        if stop <= self._looked:
            return
        here = waveform[self._looked : stop]
        is_peak = here >= LEAST_RATE_RAD_S
        is_peak &= here > waveform[self._looked - 1 : stop - 1]
        is_peak &= here >= waveform[self._looked + 1 : stop + 1]
        self._candidates = np.concatenate([self._candidates, np.flatnonzero(is_peak) + self._looked])
        self._looked = stop

    def _wins(self, waveform: Floats) -> NDArray[np.bool_]:
        """Swings (high enough, broad enough) that are the highest of their kind within 0.4 stride times."""
        candidates = self._candidates
        height = waveform[candidates]
        known = candidates < self._estimator.n_blocks * self._estimator.block
        reach = np.zeros(len(candidates))
        wins = np.zeros(len(candidates), bool)
        reference, stride_time = self._estimator.at(candidates[known])
        strides = np.where(np.isnan(stride_time), DEFAULT_STRIDE_S, stride_time)
        reach[known] = SEPARATION_STRIDES * strides * self._trace.rate_hz
        mass = self._mean_around(waveform, candidates[known], MASS_STRIDES * strides * self._trace.rate_hz)
        wins[known] = (height[known] >= SHARE_OF_REFERENCE * reference) & (mass >= SHARE_OF_MASS * reference)
        height = np.where(wins, height, -np.inf)
        farthest = reach.max(initial=0.0)
        for shift in range(1, len(candidates)):
            gap = candidates[shift:] - candidates[:-shift]
            if not (gap <= farthest).any():
                break
            wins[shift:] &= ~((gap <= reach[shift:]) & (height[:-shift] >= height[shift:]))
            wins[:-shift] &= ~((gap <= reach[:-shift]) & (height[shift:] > height[:-shift]))
        return wins

    def _mean_around(self, waveform: Floats, index: NDArray[np.int64], reach: Floats) -> Floats:
        """Mean of the waveform over index +- reach, at MASS_POINTS points that stay inside the segment."""
        low, high = self._trace.bounds(index)
        total = np.zeros(len(index))
        for point in range(MASS_POINTS):
            offset = (2.0 * point / (MASS_POINTS - 1) - 1.0) * reach
            total += waveform[np.clip(index + np.rint(offset).astype(np.int64), low, high - 1)]
        return total / MASS_POINTS

    def _rows(self, waveform: Floats, index: NDArray[np.int64]) -> NDArray[np.void]:
        rows = np.empty(len(index), SWING)
        if not len(index):
            return rows
        low, high = self._trace.bounds(index)
        peaks = refine(waveform, index, low, high, self._level, int(REACH_S * self._trace.rate_hz))
        rows["index"] = index
        rows["position"] = peaks.position
        rows["height"], rows["width"] = peaks.height, peaks.width
        rows["left"], rows["right"] = peaks.left, peaks.right
        rows["stride_time"] = self._estimator.at(index)[1]
        rows = rows[~np.isnan(rows["position"])]
        rows["tick"] = self._trace.tick_at(rows["position"])
        return rows
