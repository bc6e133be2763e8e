"""The committed filter: taps of the one linear-phase low-pass, for every sampling rate (METHOD 2.1).

Target |H(f)| = 1 / (1 + (f / 20 Hz)^4), zero delay, the same analogue response at every rate. Made by
`scripts/make_filter_taps.py`; committed as data, because least-squares bits differ between LAPACKs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from aqsense.errors import SettingsError
from aqsense.model import Floats

_TABLE = Path(__file__).with_name("filter_taps.npz")


@dataclass(frozen=True, slots=True)
class Taps:
    """One symmetric FIR and its grid.

    up     grid points per sample (interpolation), 1 for rates from 200 Hz up
    down   samples per grid point, 1 for rates below 400 Hz
    half   taps k = 0..K on the grid `up * rate`, in the order of k
    """

    up: int
    down: int
    half: Floats

    @property
    def reach(self) -> int:
        """Samples that an output needs on each side of it."""
        return -(-(len(self.half) - 1) // self.up)

    def grid_hz(self, rate_hz: float) -> float:
        """Rate of the internal grid, in [200, 400) Hz for sensors from 20 Hz up."""
        return rate_hz * self.up / self.down


@cache
def _table() -> dict[str, Floats]:
    with np.load(_TABLE) as data:
        return {name: data[name] for name in data.files}


@cache
def taps_for(rate_hz: float) -> Taps:
    """Taps of the table's nearest rate (within 0.5 %: the cutoff moves by at most 0.1 Hz).

    Raises SettingsError outside 20 to 2000 Hz.
    """
    rates = _table()["rate_hz"]
    if not rates[0] * 0.99 <= rate_hz <= rates[-1] * 1.01:
        raise SettingsError(
            f"the sampling rate is {rate_hz:g} Hz; 20 to 2000 Hz can be analysed",
            name="rate_hz",
            value=rate_hz,
        )
    row = int(np.argmin(np.abs(np.log(rates / rate_hz))))
    start, stop = (int(i) for i in _table()["start"][row : row + 2])
    down = max(1, math.floor(rate_hz / 200)) if rate_hz >= 400 else 1
    return Taps(int(_table()["factor"][row]), down, _table()["taps"][start:stop].copy())
