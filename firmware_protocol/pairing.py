"""Two streams of one sensor with times of their own -> rows: accelerometer beside gyroscope.

In:  samples of each with their times on the device's clock (whole ticks of any unit), in order.
Out: a row per gyroscope sample with the accelerometer sample nearest in time, NaN where none lies within half
     a period; rows whose ticks rise over the life of a receiver, also over restarts.
Refuses: host time; waiting for ever: a gyroscope sample waits `longest_wait` of device time at most.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from firmware_protocol.packet import Floats, Rows, Ticks

Flags = NDArray[np.bool_]
Columns = tuple[Ticks, Floats, Floats, Flags]  # time, accelerometer, gyroscope, clipped


@dataclass(slots=True)
class Waiting:
    """Samples of one stream that wait for the other's."""

    time: Ticks = field(default_factory=lambda: np.empty(0, np.int64))
    value: Floats = field(default_factory=lambda: np.empty((0, 3)))
    clipped: Flags = field(default_factory=lambda: np.empty(0, np.bool_))

    def add(self, time: Ticks, value: Floats, clipped: Flags) -> None:
        self.time = np.concatenate((self.time, time))
        self.value = np.concatenate((self.value, value))
        self.clipped = np.concatenate((self.clipped, clipped))

    def drop(self, n: int) -> None:
        self.time, self.value, self.clipped = self.time[n:], self.value[n:], self.clipped[n:]


class Pairing:
    """Samples wait here until their partner is there, or can't come any more. Times in ticks."""

    def __init__(self, period: float, longest_wait: float):
        self._period = period
        self._longest_wait = longest_wait
        self.accel = Waiting()
        self.gyro = Waiting()

    def take(self) -> Columns:
        """Gyroscope samples that no later accelerometer sample can be nearest to, or that waited too long."""
        accel, gyro = self.accel, self.gyro
        if not len(gyro.time):
            return gyro.time, gyro.value, gyro.value, gyro.clipped
        seen = int(accel.time[-1]) if len(accel.time) else -(2**62)
        given_up = int(gyro.time[-1]) - round(self._longest_wait)
        n = int(np.count_nonzero(gyro.time <= max(seen, given_up)))
        time, turning, clipped = gyro.time[:n], gyro.value[:n], gyro.clipped[:n]
        gyro.drop(n)
        force, force_clipped = self._nearest(time)
        if n:  # what is older than a period before the last row can be nearest to none that follows
            accel.drop(int(np.count_nonzero(accel.time < time[-1] - round(self._period))))
        return time, force, turning, clipped | force_clipped

    def _nearest(self, time: Ticks) -> tuple[Floats, Flags]:
        """Accelerometer values at these times: the nearest sample's, NaN beyond half a period."""
        accel = self.accel
        force, clipped = np.full((len(time), 3), np.nan), np.zeros(len(time), np.bool_)
        if len(accel.time) and len(time):
            after = np.searchsorted(accel.time, time).clip(0, len(accel.time) - 1)
            before = (after - 1).clip(0)
            nearer = np.abs(accel.time[before] - time) < np.abs(accel.time[after] - time)
            place: Ticks = np.where(nearer, before, after)
            near = np.abs(accel.time[place] - time) <= 0.5 * self._period
            force[near], clipped[near] = accel.value[place[near]], accel.clipped[place[near]]
        return force, clipped


class Rising:
    """Makes rows whose ticks only rise; after a restart they go on a period after the last."""

    def __init__(self, period: float):
        self._period = round(period)
        self._offset = 0
        self._last: int | None = None
        self._restarted = False

    def restart(self) -> None:
        """The device began anew: the next rows are told so, and their times are moved on."""
        self._restarted = True

    def rows(
        self,
        time: Ticks,
        accel: Floats,
        gyro: Floats,
        clipped: Flags,
        mag: Floats | None = None,
        newest: int | None = None,
    ) -> Rows:
        """Rows at these times; a sample that a stamp puts before the last row is left out.

        newest   time of the newest sample of the notification, where that isn't the last row's
        """
        if not len(time):
            return Rows.nothing()
        restarted, self._restarted = self._restarted, False
        if restarted and self._last is not None:
            self._offset = self._last + self._period - int(time[0])
        tick = time + self._offset
        floor = -(2**62) if self._last is None else self._last
        later = tick > np.maximum.accumulate(np.concatenate(([floor], tick[:-1])))
        if not later.any():
            return Rows.nothing()
        self._last = int(tick[later][-1])
        kept = None if mag is None else mag[later]
        return Rows(
            tick[later],
            accel[later],
            gyro[later],
            clipped[later],
            kept,
            restarted=restarted,
            newest=None if newest is None else newest + self._offset,
        )
