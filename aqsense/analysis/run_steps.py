"""Scored steps of one run as numbers: what all statistics of a run are computed from.

In:  StepValues of an analysis, columns of a finished Result, or times written down directly.
Out: RunSteps, arrays with a row per step and a column per contributor (push, swing, arm, trunk).
The clocks' errors are kept per sensor and not per event: a sensor's offset is the same in all steps of a
session.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.convergence import N_CONTRIBUTORS, lags, noise, spread
from aqsense.analysis.events import Role, role_site
from aqsense.model import Floats

SENSORS = ("left_shin", "right_shin", "left_wrist", "right_wrist", "trunk")


def _sensors_of(stance: int) -> list[int]:
    """Sensor behind push, swing, arm and trunk when the left (0) or right (1) foot pushes."""
    sites = [
        role_site(Role.STANCE_SHIN, stance),
        role_site(Role.STANCE_SHIN, 1 - stance),
        role_site(Role.STANCE_ARM, stance),
        role_site(Role.TRUNK, stance),
    ]
    return [SENSORS.index(site) for site in sites]


SENSOR_OF: NDArray[np.int64] = np.array([_sensors_of(0), _sensors_of(1)])


@dataclass(frozen=True)
class RunSteps:
    """K steps, in order.

    times_ms        (K, 4) peak times, any common zero; NaN = missing
    event_sd_ms     (K, 4) their SDs without the clocks'
    stance          (K,) 0 left foot pushes, 1 right
    stride          (K,) number of the stride
    step            (K,) number of the step within the run
    sensor_sd_ms    (5,) SD of each sensor's clock against the common time, in the order of SENSORS
    """

    times_ms: Floats
    event_sd_ms: Floats
    stance: NDArray[np.int64]
    stride: NDArray[np.int64]
    step: NDArray[np.int64]
    sensor_sd_ms: Floats

    def __len__(self) -> int:
        return len(self.times_ms)

    def rows(self, chosen: NDArray[np.bool_] | NDArray[np.int64]) -> RunSteps:
        """Some of the steps."""
        return RunSteps(
            self.times_ms[chosen], self.event_sd_ms[chosen], self.stance[chosen], self.stride[chosen],
            self.step[chosen], self.sensor_sd_ms,
        )  # fmt: skip

    @cached_property
    def present(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.times_ms)

    @cached_property
    def counted(self) -> NDArray[np.int64]:
        """(K,) contributors of each step."""
        return self.present.sum(axis=1)

    @cached_property
    def sensor(self) -> NDArray[np.int64]:
        """(K, 4) index of the sensor behind each peak."""
        return SENSOR_OF[self.stance]

    @cached_property
    def middle_ms(self) -> Floats:
        """(K,) mean of each step's own peaks."""
        return np.where(self.present, self.times_ms, 0.0).sum(axis=1) / np.maximum(self.counted, 1)

    @cached_property
    def centred_ms(self) -> Floats:
        """(K, 4) times from the middle of each step: X of METHOD 4.3."""
        return self.times_ms - self.middle_ms[:, None]

    @cached_property
    def lags_ms(self) -> Floats:
        """(K, 4) each contributor from the mean of the others of its step."""
        return lags(self.times_ms)

    @cached_property
    def square_ms2(self) -> Floats:
        """(K,) S_obs^2 of each step."""
        return spread(self.times_ms) ** 2

    @cached_property
    def noise_ms2(self) -> float:
        """Mean of N^2 over the steps, clocks included (METHOD 4.2)."""
        sd = np.hypot(self.event_sd_ms, self.sensor_sd_ms[self.sensor])
        return float((noise(sd, self.times_ms) ** 2).mean())

    @cached_property
    def columns(self) -> list[int]:
        """Contributors that are there in at least one step."""
        return np.flatnonzero(self.present.any(axis=0)).tolist()

    def whole(self) -> RunSteps:
        """Steps in which none of the run's contributors is missing."""
        return self._whole

    @cached_property
    def _whole(self) -> RunSteps:
        # The steps themselves, where nobody is missing, keep what was computed of them.
        whole = self.counted == len(self.columns)
        return self if whole.all() else self.rows(whole)

    @cached_property
    def sides(self) -> tuple[RunSteps, RunSteps]:
        """The steps of the left and those of the right foot."""
        return self.rows(self.stance == 0), self.rows(self.stance == 1)

    @cached_property
    def mean_contributors(self) -> float:
        """Mean number of contributors per step."""
        return float(self.counted.mean())

    @cached_property
    def step_ms(self) -> float:
        """Mean step time by least squares over the middles of the peaks; NaN for fewer than two steps."""
        if len(self) < 2:
            return float("nan")
        number = self.step - self.step.mean()
        return float((number * self.middle_ms).sum() / (number**2).sum())

    @cached_property
    def lag_sums(self) -> LagSums:
        """Over all the steps."""
        lag = self.lags_ms
        known = ~np.isnan(lag)
        n = known.sum(axis=0).astype(float)
        total = np.where(known, lag, 0.0).sum(axis=0)
        squares = np.where(known, (lag - total / np.maximum(n, 1)) ** 2, 0.0).sum(axis=0)
        place = np.where(self.present, self.centred_ms, 0.0).sum(axis=0)
        gradient = np.where(known[:, :, None], self.gradients, 0.0).sum(axis=0)
        return LagSums(n, total, place, squares, gradient)

    @cached_property
    def gradients(self) -> Floats:
        """(K, 4, 5) by how many ms each lag moves per ms of each sensor's clock."""
        others = 1.0 / np.maximum(self.counted - 1, 1)
        out = np.zeros((len(self), N_CONTRIBUTORS, len(SENSORS)))
        row = np.arange(len(self))[:, None]
        # A step's peaks come from different sensors: each is written to once.
        out[row, :, self.sensor] = -(others[:, None] * self.present)[:, :, None]
        out[row, np.arange(N_CONTRIBUTORS), self.sensor] += (1.0 + others)[:, None]
        return out


@dataclass(frozen=True, slots=True)
class LagSums:
    """What the lags of some steps come down to; sums over the steps in which a contributor has a lag.

    n          (4,) these steps
    lag        (4,) sum of the lags, ms
    place      (4,) sum of the places, ms
    squares    (4,) of the lags about their mean, ms^2
    gradient   (4, 5) by how many ms the sum of the lags moves per ms of each sensor's clock
    """

    n: Floats
    lag: Floats
    place: Floats
    squares: Floats
    gradient: Floats


def pooled(parts: Sequence[LagSums]) -> LagSums:
    """Of all the steps together."""
    n, lag, place, squares = (
        np.array([getattr(part, name) for part in parts]) for name in ("n", "lag", "place", "squares")
    )
    total = n.sum(axis=0)
    away = lag / np.maximum(n, 1) - lag.sum(axis=0) / np.maximum(total, 1)
    gradient = np.array([part.gradient for part in parts]).sum(axis=0)
    within = (squares + n * away**2).sum(axis=0)
    return LagSums(total, lag.sum(axis=0), place.sum(axis=0), within, gradient)


def joined(parts: Sequence[RunSteps]) -> RunSteps:
    """Steps of several runs in one, with the clocks of the first."""
    return RunSteps(
        np.concatenate([part.times_ms for part in parts]),
        np.concatenate([part.event_sd_ms for part in parts]),
        np.concatenate([part.stance for part in parts]),
        np.concatenate([part.stride for part in parts]),
        np.concatenate([part.step for part in parts]),
        parts[0].sensor_sd_ms,
    )


def sensor_sds_ms(sd_s: Mapping[str, float]) -> Floats:
    """(5,) SDs in ms in the order of SENSORS; a sensor that is absent or unknown counts as exact."""
    return 1e3 * np.nan_to_num([sd_s.get(site, 0.0) for site in SENSORS])
