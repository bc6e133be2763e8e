"""Where in a recording the legs run: spans of session time, before any axis is known.

In:  the shins' sensors.
Out: spans of at least 1 s in which they turn as fast as in running; of a long session an even choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from aqsense.analysis.clock import TimedSensor
from aqsense.analysis.coarse import Spans, turning_rate
from aqsense.errors import NothingToAnalyse
from aqsense.model import Floats

LEAST_RUNNING_RAD_S = np.deg2rad(100.0)
SHARE_OF_FASTEST = 0.4
ENOUGH_RUNNING_S = 240.0
LONGEST_SPAN_S = 10.0


def running_spans(shins: Sequence[TimedSensor]) -> Spans:
    """Stretches of at least 1 s in which the shins turn as fast as in running, in session time.

    Of a long session an even choice of them, 4 minutes together.
    """
    # A shin that begins late or dies says nothing about the rest.
    start_s, rate = max((turning_rate(shin) for shin in shins), key=lambda series: len(series[0]))
    together = [np.interp(start_s, *turning_rate(shin), left=np.nan, right=np.nan) for shin in shins]
    rate = np.where(np.isnan(together).all(axis=0), rate, _mean_of_known(together)) if len(rate) else rate
    limit = max(LEAST_RUNNING_RAD_S, SHARE_OF_FASTEST * float(np.quantile(rate, 0.98))) if len(rate) else 0.0
    fast = np.concatenate([[False], rate >= limit, [False]])
    edges = np.flatnonzero(np.diff(fast.astype(int)))
    if not len(edges):
        raise NothingToAnalyse(
            f"nobody runs in this recording: the shins never turn at {np.rad2deg(LEAST_RUNNING_RAD_S):.0f} "
            "deg/s (RMS) for a second. Check that the right files were given and that rates are in rad/s."
        )
    spans: Spans = []
    for first, stop in zip(edges[::2], edges[1::2], strict=True):
        begin, end = float(start_s[first]), float(start_s[stop - 1]) + 1.0
        if stop == len(rate):  # the last second that is not whole
            end = max(_last_s(shin) for shin in shins)
        pieces = max(1, round((end - begin) / LONGEST_SPAN_S))
        cuts = np.linspace(begin, end, pieces + 1)
        spans += [(float(a), float(b)) for a, b in pairwise(cuts)]
    total = sum(end - begin for begin, end in spans)
    every = max(1, int(np.ceil(total / ENOUGH_RUNNING_S)))
    return spans[::every]


def _mean_of_known(series: list[Floats]) -> Floats:
    known = ~np.isnan(series)
    return np.where(known, series, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)


def _last_s(timed: TimedSensor) -> float:
    return float(timed.clock.time_at(timed.ticks[-1:].astype(float))[0])
