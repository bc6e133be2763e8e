"""Runs -> what each sensor shows over a stride: strides on a common phase grid, and their mean (METHOD 2.2).

In:  CONTACT rows of whole runs, the complete traces.
Out: `RunStrides`, all runs at once.
Refuses: anything while a run is still going on: this is a summary, never used to detect.

A stride goes from one predicted contact of the left foot to the next: the fall of the shin's rate through
zero is the steadiest instant of a stride.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.events import Stream
from aqsense.analysis.signals import Trace
from aqsense.model import Floats

N_PHASES = 64  # 35 Hz at the slowest stride: nothing is left above that
MOST_STRIDES = 16  # of a run, evenly spread over it
LONGEST_STRIDE_S = 1.2
CHANNELS: tuple[tuple[str, int], ...] = (
    ("left_shin", 0),
    ("right_shin", 0),
    ("left_wrist", 0),
    ("right_wrist", 0),
    ("trunk", 0),
    ("trunk", 1),
)


@dataclass(frozen=True)
class RunStrides:
    """Strides of all runs; r runs, c CHANNELS, k <= MOST_STRIDES strides, N_PHASES phases.

    grid_hz    (c,) rate of the traces' grids
    anchors    per run the times at which strides begin, session time
    period_s   (r,) mean stride time of the chosen strides
    waves      (r, c, k, N_PHASES) rad/s, without the ramp from a stride's start to its end; 0 where not valid
    valid      (r, c, k) the sensor has the whole stride
    """

    runs: NDArray[np.int64]
    grid_hz: Floats
    anchors: tuple[Floats, ...]
    period_s: Floats
    waves: Floats
    valid: NDArray[np.bool_]

    @property
    def mean(self) -> Floats:
        """(r, c, N_PHASES) mean stride; 0 where there is none."""
        count = self.valid.sum(axis=2)[..., None]
        return self.waves.sum(axis=2) / np.maximum(count, 1)


def run_strides(contacts: NDArray[np.void], streams: Mapping[str, Stream]) -> RunStrides:
    """Up to MOST_STRIDES strides of each run, from every sensor that has them."""
    runs = np.unique(contacts["run"]).astype(np.int64)
    left = contacts[(contacts["side"] == 0) & ~np.isnan(contacts["predicted_s"])]
    anchors = tuple(np.sort(left["predicted_s"][left["run"] == run]) for run in runs)
    begin, length = np.zeros((len(runs), MOST_STRIDES)), np.zeros((len(runs), MOST_STRIDES))
    for row, times in enumerate(anchors):
        chosen = _chosen(times)
        begin[row, : len(chosen)] = times[chosen]
        length[row, : len(chosen)] = times[chosen + 1] - times[chosen]
    present = length > 0
    count = present.sum(axis=1)
    period_s = np.where(count > 0, length.sum(axis=1) / np.maximum(count, 1), np.nan)
    waves = np.zeros((len(runs), len(CHANNELS), MOST_STRIDES, N_PHASES))
    valid = np.zeros((len(runs), len(CHANNELS), MOST_STRIDES), bool)
    for column, (site, channel) in enumerate(CHANNELS):
        if site in streams and present.any():
            found, covered = _cut(streams[site], channel, begin[present], length[present])
            waves[:, column][present] = found
            valid[:, column][present] = covered
    grid_hz = np.array([streams[site].trace.rate_hz if site in streams else np.inf for site, _ in CHANNELS])
    return RunStrides(runs, grid_hz, anchors, period_s, waves, valid)


def _chosen(times: Floats) -> NDArray[np.int64]:
    """Strides of a run that are no pauses, at most MOST_STRIDES, evenly spread."""
    whole = np.flatnonzero(np.diff(times) < LONGEST_STRIDE_S)
    if len(whole) <= MOST_STRIDES:
        return whole
    return whole[np.linspace(0, len(whole) - 1, MOST_STRIDES).astype(np.int64)]


def _cut(stream: Stream, channel: int, begin_s: Floats, length_s: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """(strides, N_PHASES) of one channel without the ramp; which strides lie in one stretch of the trace."""
    trace: Trace = stream.trace
    first, last = stream.clock.tick_at(begin_s), stream.clock.tick_at(begin_s + length_s)
    covered = trace.covers(first, last)
    if not covered.any():
        return np.zeros((len(begin_s), N_PHASES)), covered
    low, high = trace.position_at(first), trace.position_at(last)
    phase = np.arange(N_PHASES + 1) / N_PHASES
    position = low[:, None] + (high - low)[:, None] * phase
    values = trace.channel(channel)
    index = np.clip(position.astype(np.int64), 0, len(values) - 2)
    part = position - index
    wave = values[index] + part * (values[index + 1] - values[index])
    wave = wave[:, :-1] - (wave[:, -1:] - wave[:, :1]) * (phase[:-1] - 0.5)
    return np.where(covered[:, None], wave, 0.0), covered
