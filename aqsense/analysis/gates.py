"""Gate times -> speed: the mono-exponential of a sprint from a start, or means between gates.

Model: v(t) = v_max (1 - exp(-t / tau)), so d(t) = v_max (t - tau (1 - exp(-t / tau))) (METHOD 5.13; used for
standing and block starts by di Prampero 2005, Morin & Samozino 2016). Gates of a run that began before the
first of them give the mean speed between neighbours, taken at the middle of each.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares

from aqsense.model import Floats

GRID_S = 0.05
# What human sprints from a start allow, with room to spare.
_V_MAX_M_S, _TAU_S = (2.0, 14.0), (0.05, 4.0)
_MOST_RESIDUAL_S = 0.1


@dataclass(frozen=True)
class Sprint:
    """A mono-exponential sprint.

    residual_s   RMS of measured minus modelled gate times; 0 where two gates leave nothing over
    """

    v_max_m_s: float
    tau_s: float
    residual_s: float

    @property
    def fits(self) -> bool:
        """The model describes the gates."""
        return self.residual_s <= _MOST_RESIDUAL_S

    def speed(self, time_s: Floats) -> Floats:
        """(n,) m/s at seconds since the start."""
        return self.v_max_m_s * (1.0 - np.exp(-time_s / self.tau_s))


def fit_sprint(metres: Floats, seconds: Floats) -> Sprint:
    """The sprint that passes gates at `metres` after `seconds` since its start; two gates or more."""

    def missing(model: Floats) -> Floats:
        v_max, tau = model
        way = v_max * (seconds - tau * (1.0 - np.exp(-seconds / tau)))
        speed = np.maximum(v_max * (1.0 - np.exp(-seconds / tau)), 0.5)
        return (way - metres) / speed

    begin = (float(np.clip(1.1 * metres[-1] / seconds[-1], 2.5, 13.0)), 1.0)
    low, high = zip(_V_MAX_M_S, _TAU_S, strict=True)
    found = least_squares(missing, begin, bounds=(low, high), xtol=1e-12, ftol=1e-12)
    residual = float(np.sqrt(np.mean(np.asarray(found.fun, float) ** 2)))
    return Sprint(float(found.x[0]), float(found.x[1]), residual)


def sprint_samples(sprint: Sprint, until_s: float) -> tuple[Floats, Floats]:
    """Seconds since the start and speeds on a grid, up to the last gate."""
    times = np.append(np.arange(0.0, until_s, GRID_S), until_s)
    return times, sprint.speed(times)


def means_between(metres: Floats, time_s: Floats) -> tuple[Floats, Floats]:
    """Mean speeds between neighbouring gates: the first and last mean holds from and to its outer gate."""
    middles = 0.5 * (time_s[1:] + time_s[:-1])
    means = np.diff(metres) / np.diff(time_s)
    times = np.concatenate([time_s[:1], middles, time_s[-1:]])
    return times, np.concatenate([means[:1], means, means[-1:]])
