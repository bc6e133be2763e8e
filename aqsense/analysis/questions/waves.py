"""A waveform at any session times, for the questions that look at shapes rather than events."""

from __future__ import annotations

import numpy as np

from aqsense.analysis.events import Stream
from aqsense.model import Floats


def sampled(stream: Stream, channel: int, time_s: Floats) -> Floats:
    """A waveform at session times of any shape, rad/s, linear on its grid; NaN outside its stretches."""
    tick = stream.clock.tick_at(time_s.ravel())
    trace = stream.trace
    covered = trace.covers(tick, tick)
    values = trace.channel(channel)
    if len(values) < 2 or not covered.any():
        return np.full(time_s.shape, np.nan)
    inside = np.where(covered, tick, tick[covered][0])
    position = trace.position_at(inside)
    index = np.clip(position.astype(np.int64), 0, len(values) - 2)
    found = values[index] + (position - index) * (values[index + 1] - values[index])
    return np.where(covered, found, np.nan).reshape(time_s.shape)


def stretches(stream: Stream, channel: int, begin_s: Floats, end_s: Floats, n: int) -> Floats:
    """(k, n) of a waveform at n even times from each begin to each end, both included; NaN = no data."""
    part = np.linspace(0.0, 1.0, n)
    return sampled(stream, channel, begin_s[:, None] + (end_s - begin_s)[:, None] * part)
