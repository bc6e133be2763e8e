"""The rate of a sensor as its own times tell it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def median_rate_hz(time: NDArray[Any], units_per_s: float = 1.0) -> float:
    """Samples per second from the median over stretches of about 1 s.

    time          (n,) rising, s or ticks
    units_per_s   1 for s, tick_hz for ticks
    returns       Hz; NaN if n < 2

    Stretches instead of single steps, because times rounded to 0.01 s hold no single step of a 60 Hz sensor.
    The median passes over gaps. Source: METHOD 2.1 (rate = median over 1 s blocks).
    """
    if len(time) < 2:
        return float("nan")
    step = float(np.median(time[1:] - time[:-1])) / units_per_s
    n_steps = min(max(1, round(1.0 / step)), max(1, (len(time) - 1) // 4))
    stretch = float(np.median(time[n_steps:] - time[:-n_steps])) / units_per_s
    return n_steps / stretch
