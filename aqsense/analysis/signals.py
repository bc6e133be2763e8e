"""Samples of one sensor -> filtered waveforms on the internal grid, in device ticks (METHOD 2.1).

In:  (tick, gyro) rows of one sensor, any batch size, ticks rising.
Out: a `Trace` that only grows: values of each channel, the ticks they belong to, flags, segments.
Refuses: session time, other sensors, files.
Why it can stream: an output depends on the samples within the filter's reach and on nothing else, and it
is computed element by element in a fixed order, so its bits do not depend on how the rows were delivered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.tape import Tape
from aqsense.analysis.taps import Taps, taps_for
from aqsense.analysis.tick_search import count_before, count_up_to
from aqsense.model import Floats, Ticks

BRIDGED = 1
CLIPPED = 2
LONGEST_BRIDGE_S = 0.030
SHORTEST_BRIDGE_SAMPLES = 2
_BLOCK = 8192  # positions filtered at a time: temporaries stay in the cache


@dataclass(frozen=True, slots=True)
class Channels:
    """What a sensor's waveforms are: rate about fixed axes, after the bias is taken off.

    bias_rad_s   (3,) gyro bias in sensor axes
    axes         (c, 3) unit vectors in sensor axes
    """

    bias_rad_s: Floats
    axes: Floats


class Trace:
    """Filtered waveforms of one sensor as far as they are final.

    Positions count grid points over all segments; a segment is a stretch without long holes.
    `rate_hz` is the rate of the grid. All look-ups take position arrays.
    """

    def __init__(self, taps: Taps, rate_hz: float, n_channels: int):
        self.rate_hz = taps.grid_hz(rate_hz)
        self.sample_rate_hz = rate_hz
        self._per_sample = taps.up / taps.down
        self._values = Tape(np.float64, n_channels)
        self._ticks = Tape(np.int64)
        self._flags = Tape(np.uint8)
        self._segment_position: list[int] = []
        self._segment_sample: list[int] = []
        self.flagged = False

    def __len__(self) -> int:
        return len(self._values)

    def channel(self, index: int) -> Floats:
        """(n,) values of one channel, rad/s."""
        return self._values.values[index]

    @property
    def n_segments(self) -> int:
        return len(self._segment_position)

    def begin_segment(self) -> None:
        self._segment_position.append(len(self._values))
        self._segment_sample.append(len(self._ticks))

    def append_samples(self, ticks: Ticks, flags: NDArray[np.uint8]) -> None:
        self._ticks.append(ticks)
        self._flags.append(flags)
        self.flagged = self.flagged or bool(flags.any())

    def extend_values(self, n: int) -> Floats:
        """Room for the next n positions, (channels, n), to be filled at once."""
        return self._values.extend(n)

    def bounds(self, position: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """First position and one past the last position of the segment that each position lies in."""
        starts = np.array([*self._segment_position, len(self._values)], np.int64)
        segment = np.searchsorted(starts, position, side="right") - 1
        segment = np.clip(segment, 0, max(self.n_segments - 1, 0))
        return starts[segment], starts[segment + 1]

    def tick_at(self, position: Floats) -> Floats:
        """Device tick of each (fractional) position; linear between a sample and the next."""
        sample = self._sample_at(position)
        ticks = self._ticks.values
        low = np.minimum(np.maximum(np.floor(sample).astype(np.int64), 0), len(ticks) - 2)
        part = sample - low
        return ticks[low] + part * (ticks[low + 1] - ticks[low])

    def _sample_at(self, position: Floats) -> Floats:
        starts = np.array(self._segment_position, np.int64)
        samples = np.array(self._segment_sample, np.int64)
        segment = np.maximum(starts.searchsorted(position, side="right") - 1, 0)
        return samples[segment] + (position - starts[segment]) / self._per_sample

    def position_at(self, tick: Floats) -> Floats:
        """Position of each tick; inside a gap the nearest end, outside the trace clipped to its ends."""
        ticks = self._ticks.values
        starts = np.array(self._segment_position, np.int64)
        samples = np.array([*self._segment_sample, len(ticks)], np.int64)
        low = np.clip(count_up_to(ticks, tick) - 1, 0, len(ticks) - 1)
        segment = np.searchsorted(samples, low, side="right") - 1
        high = np.minimum(low + 1, samples[segment + 1] - 1)
        span = np.maximum(ticks[high] - ticks[low], 1)
        part = np.clip((tick - ticks[low]) / span, 0.0, np.where(high > low, 1.0, 0.0))
        return starts[segment] + (low + part - samples[segment]) * self._per_sample

    def covers(self, low_tick: Floats, high_tick: Floats) -> NDArray[np.bool_]:
        """True where one segment holds the whole of [low, high]."""
        ticks = self._ticks.values
        if not len(ticks):
            return np.zeros(len(low_tick), bool)
        samples = np.array(self._segment_sample, np.int64)
        first = count_up_to(ticks, low_tick) - 1
        last = count_before(ticks, high_tick)
        inside = (first >= 0) & (last < len(ticks))
        same = np.searchsorted(samples, first, side="right") == np.searchsorted(samples, last, side="right")
        return inside & same

    def flags_between(self, low: Floats, high: Floats) -> NDArray[np.uint8]:
        """Flags of all samples within each [low, high] of positions, or-ed together."""
        if not self.flagged:
            return np.zeros(len(low), np.uint8)
        flags = self._flags.values
        first = np.floor(self._sample_at(low)).astype(np.int64)
        last = np.ceil(self._sample_at(high)).astype(np.int64) + 1
        found = np.zeros(len(low), np.uint8)
        for bit in (BRIDGED, CLIPPED):
            count = np.concatenate([[0], np.cumsum((flags & bit) > 0)])
            within = count[np.clip(last, 0, len(flags))] - count[np.clip(first, 0, len(flags))]
            found |= np.where(within > 0, bit, 0).astype(np.uint8)
        return found

    @property
    def ends_ticks(self) -> Floats:
        """(2,) ticks of the first and the last sample so far; empty before the first."""
        return self._ticks.values[[0, -1]].astype(float) if len(self._ticks) else np.empty(0)

    @property
    def watermark_tick(self) -> float:
        """Everything up to this tick is final; -inf before the first output."""
        if not len(self._values):
            return -np.inf
        return float(self.tick_at(np.array([len(self._values) - 1.0]))[0])


class Waveform:
    """The stage: rows of one sensor in, a growing `Trace` out.

    rate_hz            true sampling rate, 20 to 2000 Hz
    ticks_per_sample   device ticks from one sample to the next
    gyro_range_rad_s   full scale; None switches the clipping flag off
    """

    def __init__(
        self,
        rate_hz: float,
        ticks_per_sample: float,
        channels: Channels,
        gyro_range_rad_s: float | None = None,
    ):
        self._taps = taps_for(round(rate_hz, 3))
        self._ticks_per_sample = ticks_per_sample
        self._channels = channels
        self._clip_level = np.inf if gyro_range_rad_s is None else 0.99 * gyro_range_rad_s
        self._longest_hole = max(SHORTEST_BRIDGE_SAMPLES, int(LONGEST_BRIDGE_S * rate_hz + 1e-9))
        self.trace = Trace(self._taps, rate_hz, len(channels.axes))
        self._pending: list[_Rows] = []  # rows behind a hole that wait for their second sample
        self._segment: _Segment | None = None

    def push(self, tick: Ticks, gyro: tuple[Floats, Floats, Floats]) -> None:
        """Take rows; what has become final is on `trace` afterwards. Rows with NaN count as lost."""
        rows = self._project(tick, gyro)
        if len(rows):
            self._pending.append(rows)
            self._route(final=False)

    def finish(self) -> None:
        """The sensor sends no more: the rest becomes final."""
        self._route(final=True)
        if self._segment is not None:
            self._segment.close()
            self._segment = None

    def _project(self, tick: Ticks, gyro: tuple[Floats, Floats, Floats]) -> _Rows:
        clipped = np.zeros(len(tick), bool)
        values = np.zeros((len(self._channels.axes), len(tick)))
        for component, bias, axis in zip(gyro, self._channels.bias_rad_s, self._channels.axes.T, strict=True):
            if len(component) and not max(component.max(), -component.min()) < self._clip_level:
                clipped |= np.abs(component) >= self._clip_level
            unbiased = component - bias
            for channel, weight in enumerate(axis):
                values[channel] += weight * unbiased
        rows = _Rows(tick, values, clipped)
        return rows.keep(~np.isnan(values[0])) if np.isnan(values[0]).any() else rows

    def _route(self, final: bool) -> None:
        """Cut the waiting rows at holes; bridge the short ones; hand stretches to segments."""
        rows = _Rows.joined(self._pending)
        self._pending = []
        if not len(rows):
            return
        previous = self._segment.last_tick if self._segment else rows.tick[0] - self._ticks_per_sample
        steps = np.diff(rows.tick, prepend=previous) / self._ticks_per_sample
        holes = np.flatnonzero(np.rint(steps) != 1)
        begin = 0
        for hole in (int(h) for h in holes):
            self._extend(rows.cut(begin, hole))
            begin = hole
            missing = round(float(steps[hole])) - 1
            if self._segment is None or not 0 < missing <= self._longest_hole:
                self._break_segment()
                continue
            if hole + 1 >= len(rows) and not final:
                waiting = rows.cut(hole, len(rows))
                # The caller may use its buffer again.
                self._pending = [_Rows(waiting.tick.copy(), waiting.values, waiting.clipped)]
                return
            alone = hole + 1 >= len(rows) or round(float(steps[hole + 1])) != 1
            if alone or not self._segment.can_bridge:
                self._break_segment()
            else:
                self._segment.bridge(missing, rows.cut(hole, hole + 2))
        self._extend(rows.cut(begin, len(rows)))

    def _break_segment(self) -> None:
        if self._segment is not None:
            self._segment.close()
        self._segment = None

    def _extend(self, rows: _Rows) -> None:
        if not len(rows):
            return
        if self._segment is None:
            self._segment = _Segment(self.trace, self._taps)
        self._segment.push(rows)


@dataclass(frozen=True, slots=True)
class _Rows:
    tick: Ticks
    values: Floats  # (channels, n)
    clipped: NDArray[np.bool_]
    bridged: bool = False

    def __len__(self) -> int:
        return len(self.tick)

    def cut(self, start: int, stop: int) -> _Rows:
        return _Rows(self.tick[start:stop], self.values[:, start:stop], self.clipped[start:stop])

    def keep(self, mask: NDArray[np.bool_]) -> _Rows:
        return _Rows(self.tick[mask], self.values[:, mask], self.clipped[mask])

    @staticmethod
    def joined(parts: list[_Rows]) -> _Rows:
        if len(parts) == 1:
            return parts[0]
        if not parts:
            return _Rows(np.empty(0, np.int64), np.empty((0, 0)), np.empty(0, bool))
        return _Rows(
            np.concatenate([p.tick for p in parts]),
            np.concatenate([p.values for p in parts], axis=1),
            np.concatenate([p.clipped for p in parts]),
        )


class _Segment:
    """A stretch without long holes: filters every sample that has the filter's reach on both sides.

    It enters the trace with its first output, so a stretch too short to filter leaves nothing.
    At its ends it is continued by odd reflection.
    """

    def __init__(self, trace: Trace, taps: Taps):
        self._trace = trace
        self._taps = taps
        self._emitted = 0  # samples whose outputs are on the trace
        self._begun = False
        self._values = np.empty((0, 0))  # from `reach` samples before the next output on, once begun
        self._tick = np.empty(0, np.int64)  # of the samples not yet emitted, as the next two
        self._clipped = np.empty(0, bool)
        self._bridged = np.empty(0, bool)
        self._was_clipped = False
        self.last_tick = 0

    @property
    def can_bridge(self) -> bool:
        """Two true samples in a row stand before the hole."""
        return len(self._bridged) >= 2 and not self._bridged[-2:].any()

    def push(self, rows: _Rows) -> None:
        """Take samples and emit what they make final."""
        self._take(rows, bridged=False)
        reach = self._taps.reach
        if not self._begun:
            if self._values.shape[1] <= reach:
                return
            start = self._values
            self._values = np.concatenate([2 * start[:, :1] - start[:, reach:0:-1], start], axis=1)
            self._trace.begin_segment()
            self._begun = True
        self._emit(self._values.shape[1] - 2 * reach - 1)

    def bridge(self, missing: int, after: _Rows) -> None:
        """Fill `missing` samples by the cubic through two samples on each side."""
        known = np.concatenate([self._values[:, -2:], after.values], axis=1)
        at = np.array([-1.0, 0.0, missing + 1.0, missing + 2.0])
        inside = np.arange(1, missing + 1, dtype=float)
        span = int(after.tick[0]) - self.last_tick
        tick = self.last_tick + np.rint(inside * span / (missing + 1)).astype(np.int64)
        self._take(_Rows(tick, _cubic_through(at, known, inside), np.zeros(missing, bool)), bridged=True)

    def close(self) -> None:
        """No more samples: the last ones become final."""
        if not self._begun:
            return
        end, reach = self._values, self._taps.reach
        self._values = np.concatenate([end, 2 * end[:, -1:] - end[:, -2 : -2 - reach : -1]], axis=1)
        self._emit(len(self._tick) - 1)
        self._emit(1, last=True)

    def _take(self, rows: _Rows, *, bridged: bool) -> None:
        first = self._values.shape[1] == 0
        self._values = rows.values if first else np.concatenate([self._values, rows.values], axis=1)
        self._tick = np.concatenate([self._tick, rows.tick])
        self._clipped = np.concatenate([self._clipped, rows.clipped])
        self._bridged = np.concatenate([self._bridged, np.full(len(rows), bridged)])
        self.last_tick = int(rows.tick[-1])

    def _emit(self, n: int, *, last: bool = False) -> None:
        """Outputs of the next n samples; the segment's last sample has no grid points behind it."""
        if n <= 0:
            return
        skipped = -self._emitted % self._taps.down
        if skipped < n:
            count = -(-(n - skipped) // self._taps.down)
            phases = 1 if last else self._taps.up
            out = self._trace.extend_values(count * phases)
            _polyphase(self._values, skipped, self._taps, out, phases)
        self._trace.append_samples(self._tick[:n], self._flags(n))
        self._was_clipped = bool(self._clipped[n - 1])
        # Copies: views of the few samples left would keep the whole batch in memory.
        self._values = self._values[:, n:].copy()
        self._tick, self._clipped = self._tick[n:].copy(), self._clipped[n:].copy()
        self._bridged = self._bridged[n:].copy()
        self._emitted += n

    def _flags(self, n: int) -> NDArray[np.uint8]:
        """A sample counts as clipped beside another one: single ones at full scale are real peaks."""
        clipped = self._clipped
        if not clipped.any() and not self._bridged.any():
            return np.zeros(n, np.uint8)
        before = np.concatenate([[self._was_clipped], clipped[: n - 1]])
        after = clipped[1 : n + 1] if len(clipped) > n else np.append(clipped[1:n], False)
        in_a_row = clipped[:n] & (before | after)
        return (BRIDGED * self._bridged[:n] + CLIPPED * in_a_row).astype(np.uint8)


def _cubic_through(at: Floats, known: Floats, inside: Floats) -> Floats:
    """(c, k) values at `inside` of the cubic through four points (c, 4) at `at` (Lagrange)."""
    filled = np.zeros((len(known), len(inside)))
    for i in range(4):
        weight = np.ones(len(inside))
        for j in range(4):
            if j != i:
                weight *= (inside - at[j]) / (at[i] - at[j])
        filled += known[:, i : i + 1] * weight
    return filled


def _polyphase(values: Floats, skipped: int, taps: Taps, out: Floats, phases: int) -> None:
    """Fill `out` with filter outputs, `phases` per sample; `values` begins `reach` samples before the first.

    Only additions and multiplications element by element, in an order that is fixed by the taps: the bits
    of an output do not depend on how many are computed at once.
    """
    count = out.shape[1] // phases
    for channel, row in enumerate(values):
        for phase in range(phases):
            terms = _terms(taps, phase)
            for begin in range(0, count, _BLOCK):
                size = min(_BLOCK, count - begin)
                first = taps.reach + skipped + begin * taps.down
                stop = first + (size - 1) * taps.down + 1
                block = _weighted_sum(row, terms, first, stop, taps.down)
                out[channel, begin * phases + phase : (begin + size) * phases : phases] = block


def _terms(taps: Taps, phase: int) -> list[tuple[float, list[int]]]:
    """Weight and shifts in samples of one polyphase branch; equal weights are taken together."""
    shifts: dict[int, list[int]] = {}
    for shift in range(-taps.reach, taps.reach + 1):
        k = abs(phase - shift * taps.up)
        if k < len(taps.half):
            shifts.setdefault(k, []).append(shift)
    return [(float(taps.half[k]), shifts[k]) for k in sorted(shifts)]


def _weighted_sum(
    row: Floats, terms: list[tuple[float, list[int]]], first: int, stop: int, step: int
) -> Floats:
    total = np.zeros(-(-(stop - first) // step))
    term = np.empty_like(total)
    for weight, shifts in terms:
        a = row[first + shifts[0] : stop + shifts[0] : step]
        if len(shifts) == 1:
            np.multiply(a, weight, out=term)
        else:
            np.add(a, row[first + shifts[1] : stop + shifts[1] : step], out=term)
            np.multiply(term, weight, out=term)
        total += term
    return total
