"""Where fractional ticks lie among the integer ticks of a sensor.

Searching a float among integers makes numpy convert all of them first, a million for every question.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from aqsense.model import Floats, Ticks


def count_up_to(ticks: Ticks, at: Floats) -> NDArray[np.int64]:
    """Number of ticks that are not after each of `at` (finite)."""
    return np.searchsorted(ticks, np.floor(at).astype(np.int64), side="right")


def count_before(ticks: Ticks, at: Floats) -> NDArray[np.int64]:
    """Number of ticks before each of `at` (finite)."""
    return np.searchsorted(ticks, np.ceil(at).astype(np.int64), side="left")
