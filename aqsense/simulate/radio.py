"""When each packet reaches the host: connection intervals, retransmissions, the host's delays and stalls."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from aqsense.model import ARRIVAL, Floats, Ticks
from aqsense.simulate.draws import stream
from aqsense.simulate.link import Link

_READY_S: Final = 0.001  # from the last sample to a packet that can be sent
_AIR_S: Final = 0.0005  # a packet in the air, and between two packets of one interval
_INTERVAL_STEP_MS: Final = 1.25
_STEPS: Final = (6, 36)  # 7.5 to 45 ms
_STALL_S: Final = (0.1, 0.8)


def arrivals(
    link: Link, seed: int, site: str, tick: Ticks, time_s: Floats, kept: NDArray[np.bool_], duration_s: float
) -> NDArray[Any]:
    """ARRIVAL rows of the packets that got through.

    tick, time_s  (n,) of all samples that were taken, true session time
    kept          (n,) which of them got through; packets are kept or lost whole
    """
    size = link.packet_samples
    last = np.arange(size - 1, len(tick), size)
    arrival = _in_order(_arrival_s(link, seed, site, time_s[last] + _READY_S, duration_s))
    rows = np.zeros(len(last), ARRIVAL)
    rows["tick"], rows["arrival_s"] = tick[last], arrival
    rows["sequence"], rows["n_samples"] = np.arange(len(last)), size
    return rows[kept[last]]


def interval_s(link: Link, seed: int, site: str) -> float:
    """Connection interval of a site's sensor, s."""
    if link.interval_ms is not None:
        return link.interval_ms / 1000.0
    steps = stream(seed, f"connection interval/{site}").randint(_STEPS[0], _STEPS[1] + 1)
    return steps * _INTERVAL_STEP_MS / 1000.0


def _arrival_s(link: Link, seed: int, site: str, ready_s: Floats, duration_s: float) -> Floats:
    random = stream(seed, f"radio/{site}")
    interval = interval_s(link, seed, site)
    anchor = random.uniform(0.0, interval)
    repeats = random.geometric(1.0 - link.retransmit, len(ready_s)) - 1
    event = np.ceil((ready_s - anchor) / interval) + repeats
    # A packet waits for those before it; several may go in one interval, one after the other.
    sent = anchor + np.maximum.accumulate(event) * interval + _AIR_S
    heard = sent + link.delay_ms / 1000.0 * random.standard_exponential(len(ready_s))
    return _after_stalls(heard, _stalls(link, seed, duration_s))


def _stalls(link: Link, seed: int, duration_s: float) -> list[tuple[float, float]]:
    """When the host hears nothing, the same for all its sensors: begin and end, s."""
    random = stream(seed, "host stalls")
    begins = np.sort(
        random.uniform(0.0, duration_s, random.poisson(link.stalls_per_minute * duration_s / 60))
    )
    return [(float(begin), float(begin + random.uniform(*_STALL_S))) for begin in begins]


def _after_stalls(heard: Floats, stalls: list[tuple[float, float]]) -> Floats:
    for begin, end in stalls:
        heard = np.where((heard >= begin) & (heard < end), end, heard)
    return heard


def _in_order(arrival: Floats) -> Floats:
    """No packet before the one sent before it, and never two at once."""
    spaced = arrival - _AIR_S * np.arange(len(arrival))
    return np.asarray(np.maximum.accumulate(spaced) + _AIR_S * np.arange(len(arrival)), np.float64)
