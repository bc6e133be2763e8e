"""What a clock is: the map from device ticks to session time, how it was found, and how well it is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from aqsense.model import Floats, Samples, Sensor, Ticks

Z95 = 1.96


@dataclass(frozen=True, slots=True)
class Clock:
    """Piecewise linear map from ticks to session time, and its certificate.

    method       how it was found: `common` (the file's own times), `arrivals` (packets alone), `shake` (and
                 one shake), `shakes` (and two or more)
    tick         (k,) knots, rising, k >= 2; each life of a counter has its own, so that no piece of one life
                 reaches into another
    time_s       (k,) session time of the knots, s
    sd_s         SD of this sensor against the common time, s; NaN if the recording does not say
    residual_s   median delay of packets above the line of least delay, s; NaN without packets
    n            packets behind it
    segments     lives of the counter
    locked       packets and connection interval keep step: arrivals alone can't tell the offset (METHOD 6)
    provisional  it may still move: the closing shake is missing
    reason       why it is no better, and what to do; "" if there is nothing to say
    """

    method: str
    tick: Floats
    time_s: Floats
    sd_s: float
    residual_s: float = math.nan
    n: int = 0
    segments: int = 1
    locked: bool = False
    provisional: bool = False
    reason: str = ""

    def time_at(self, tick: Floats) -> Floats:
        """Session time of ticks, s; beyond the knots the outer pieces go on."""
        return piecewise(tick, self.tick, self.time_s)

    def tick_at(self, time_s: Floats) -> Floats:
        """Fractional tick of session times."""
        return piecewise(time_s, self.time_s, self.tick)

    @property
    def s_per_tick(self) -> float:
        """Over all knots; the usual one where there are several lives."""
        if self.segments == 1:
            return float((self.time_s[-1] - self.time_s[0]) / (self.tick[-1] - self.tick[0]))
        steps = np.diff(self.tick)
        slopes = np.diff(self.time_s) / steps
        order = np.argsort(slopes)
        half = int(np.searchsorted(np.cumsum(steps[order]), 0.5 * float(steps.sum())))
        return float(slopes[order][half])

    @property
    def bound95_s(self) -> float:
        """95 % bound against the common time, s."""
        return Z95 * self.sd_s


def piecewise(x: Floats, knots: Floats, values: Floats) -> Floats:
    """Straight lines through knots, the outer ones going on."""
    piece = np.minimum(np.maximum(knots.searchsorted(x, side="right") - 1, 0), len(knots) - 2)
    slope = (values[piece + 1] - values[piece]) / (knots[piece + 1] - knots[piece])
    return values[piece] + (x - knots[piece]) * slope


@dataclass(frozen=True, slots=True)
class TimedSensor:
    """A sensor with ticks, their clock and its true rate: what the stages need."""

    sensor: Sensor
    samples: Samples  # with ticks
    clock: Clock
    rate_hz: float
    ticks_per_sample: float

    @property
    def ticks(self) -> Ticks:
        assert self.samples.tick is not None
        return self.samples.tick
