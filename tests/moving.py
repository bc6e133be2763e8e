"""What simulated sensors feel, where it does not matter what it is."""

from __future__ import annotations

import numpy as np

from aqsense.acquire.simulated_link import Source
from aqsense.model import STANDARD_GRAVITY_M_S2, Floats


def waves(seed: int) -> Source:
    """Something that moves, below every family's ranges."""
    draw = np.random.RandomState(seed)
    phase, speed = draw.uniform(0, 6.28, 6), draw.uniform(2, 20, 6)

    def source(time_s: Floats) -> tuple[Floats, Floats]:
        moving = np.sin(np.outer(time_s, speed) + phase)
        return 1.5 * STANDARD_GRAVITY_M_S2 * moving[:, :3] + [0, 0, STANDARD_GRAVITY_M_S2], 5 * moving[:, 3:]

    return source
