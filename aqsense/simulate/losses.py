"""Which samples never arrive: dead sensors, wished gaps, bursts of lost packets."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats
from aqsense.simulate.draws import stream
from aqsense.simulate.spec import SimulationSpec

_BURST: Final = (3, 20)  # samples, METHOD 7.2


def arriving(spec: SimulationSpec, seed: int, site: str, time_s: Floats) -> NDArray[np.bool_]:
    """Which of the samples taken at `time_s` (n,) reach the recording.

    Over a link packets are lost whole, and the last one is sent only when it is full.
    """
    kept = np.ones(len(time_s), bool)
    for gap in spec.gaps:
        if gap.site == site:
            first = int(np.searchsorted(time_s, gap.from_s))
            kept[first : first + gap.samples] = False
    if spec.packet_loss:
        kept &= ~_bursts(spec.packet_loss, seed, site, len(time_s))
    if spec.link is not None:
        kept &= _whole_packets(kept, spec.link.packet_samples)
    return kept


def _bursts(share: float, seed: int, site: str, count: int) -> NDArray[np.bool_]:
    random = stream(seed, f"packet loss/{site}")
    lost = np.zeros(count, bool)
    for _ in range(random.poisson(share * count / np.mean(_BURST))):
        start, length = random.randint(0, max(count, 1)), random.randint(_BURST[0], _BURST[1] + 1)
        lost[start : start + length] = True
    return lost


def _whole_packets(kept: NDArray[np.bool_], size: int) -> NDArray[np.bool_]:
    full = len(kept) // size
    whole = np.zeros(len(kept), bool)
    whole[: full * size] = np.repeat(kept[: full * size].reshape(full, size).all(axis=1), size)
    return whole
