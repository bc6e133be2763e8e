"""When a sensor truly takes its samples: begin, rate, skew, and the slow wandering of its crystal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from aqsense.model import Floats, Ticks
from aqsense.simulate.draws import stream
from aqsense.simulate.link import Link
from aqsense.simulate.spec import SimulationSpec

_WANDER_EVERY_S: Final = 60.0
_MICRO: Final = 1e-6
_KNOT_EVERY_S: Final = 10.0


@dataclass(frozen=True)
class SampleClock:
    """A sensor's clock. Sample n is taken at first_s + n / rate_hz + wander, in session time.

    first_s           session time of sample 0
    rate_hz           true mean rate
    wander_s          (k,) seconds by which the samples are late at 0, 1, 2 ... s after sample 0; (0,) = never
    tick0             device tick of sample 0
    ticks_per_sample  by the device's own clock
    skew_ppm          how much slower than true that clock runs
    offset_s          what `time_s` is off the true time, where there are no ticks
    """

    first_s: float
    rate_hz: float
    wander_s: Floats
    tick0: int
    ticks_per_sample: float
    skew_ppm: float
    offset_s: float

    def times(self, duration_s: float) -> Floats:
        """True session times of all samples of a session, s."""
        count = int(np.ceil((duration_s - self.first_s) * self.rate_hz))
        time = self._times(np.arange(count))
        return time[time < duration_s] if len(self.wander_s) else time

    def ticks(self, count: int) -> Ticks:
        """Device ticks of the first samples."""
        return self.tick0 + np.rint(np.arange(count) * self.ticks_per_sample).astype(np.int64)

    def knots(self, duration_s: float) -> list[list[float]]:
        """True pairs of tick and session time, every 10 s: the clock to within a microsecond between them."""
        count = len(self.times(duration_s))
        every = max(round(_KNOT_EVERY_S * self.rate_hz), 1)
        number = np.unique(np.append(np.arange(0, count, every), max(count - 1, 0)))
        exact = self.tick0 + number * self.ticks_per_sample
        return [
            [round(float(tick), 3), round(float(time), 9)]
            for tick, time in zip(exact, self._times(number), strict=True)
        ]

    def _times(self, number: Ticks) -> Floats:
        time = self.first_s + number / self.rate_hz
        if not len(self.wander_s):
            return time
        return time + np.interp(time - self.first_s, np.arange(len(self.wander_s)), self.wander_s)


def sample_clock(spec: SimulationSpec, site: str, seed: int, duration_s: float) -> SampleClock:
    """The clock of a site's sensor, drawn from the seed (METHOD 7.2)."""
    nominal = spec.rate_of(site)
    # The chip's own oscillator sets the sampling; the ticks come from a crystal.
    wrong = 1.0
    if spec.rate_error:
        wrong += 0.01 * spec.rate_error * stream(seed, f"rate error/{site}").uniform(-1.0, 1.0)
    if spec.link is None:
        first = stream(seed, f"sample phase/{site}").uniform(0.0, 1.0) / nominal
        offset = 0.001 * spec.sync_sd_ms * stream(seed, f"sync/{site}").randn() if spec.sync_sd_ms else 0.0
        return SampleClock(first, nominal * wrong, np.zeros(0), 0, 1.0, 0.0, offset)
    return _of_link(spec.link, site, seed, duration_s, nominal, wrong)


def _of_link(
    link: Link, site: str, seed: int, duration_s: float, nominal: float, wrong: float
) -> SampleClock:
    random = stream(seed, f"clock/{site}")
    first, skew_ppm = random.uniform(0.0, 1.0), link.skew_ppm * random.randn()
    tick0 = int(random.randint(0, 2**31)) if link.tick_hz else int(random.randint(0, 2**16))
    per_sample = 1.0 if link.tick_hz is None else link.tick_hz / (nominal * wrong)
    rate = nominal * wrong / (1.0 + _MICRO * skew_ppm)
    return SampleClock(first, rate, _wander(link, site, seed, duration_s), tick0, per_sample, skew_ppm, 0.0)


def _wander(link: Link, site: str, seed: int, duration_s: float) -> Floats:
    """Seconds late after every second: the sum of a rate that changes over minutes."""
    if not link.wander_ppm:
        return np.zeros(0)
    seconds = int(np.ceil(duration_s)) + 2
    knots = stream(seed, f"clock wander/{site}").randn(int(seconds / _WANDER_EVERY_S) + 2)
    rate = np.interp(np.arange(seconds), np.arange(len(knots)) * _WANDER_EVERY_S, knots)
    return np.concatenate([[0.0], np.cumsum(rate[:-1])]) * _MICRO * link.wander_ppm
