"""One sensor's packets -> its rows by session time, for as long as somebody needs them.

In:  packets with arrival times, in the order in which the sensor sent them.
Out: rows between two session times; how far they are known; when the sensor fell silent.
Refuses: looking at other sensors.
Silence is told by the sensor's own arrivals, so that it does not depend on delivery: a pause of more than
SILENCE_S between two packets ends an epoch, and so does the promise that nothing came for that long.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from aqsense.analysis.clock import Clock, TimedSensor
from aqsense.model import Floats, Samples, Sensor, Ticks

SILENCE_S = 2.0
RECENT_S = 3.0
RECENT_EVERY_S = 0.5  # arrival time between two looks at the last seconds


@dataclass(frozen=True, slots=True)
class Packet:
    """What one notification held: rows of one sensor.

    arrival_s   host monotonic s since session start
    tick        (n,) rising
    accel, gyro three (n,) arrays, m/s^2 and rad/s
    """

    site: str
    arrival_s: float
    tick: Ticks
    accel: tuple[Floats, Floats, Floats]
    gyro: tuple[Floats, Floats, Floats]


@dataclass(frozen=True, slots=True)
class SensorFacts:
    """What is known of a sensor before its first packet.

    sensor             the noun; its samples are empty
    clock              ticks -> session time
    rate_hz            true rate
    ticks_per_sample   device ticks from one sample to the next
    """

    sensor: Sensor
    clock: Clock
    rate_hz: float
    ticks_per_sample: float


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of one sensor.

    time_s   (n,) session time
    tick     (n,)
    values   (6, n) accelerometer and gyroscope
    """

    time_s: Floats
    tick: Ticks
    values: Floats

    def __len__(self) -> int:
        return len(self.tick)

    @property
    def accel(self) -> tuple[Floats, Floats, Floats]:
        return self.values[0], self.values[1], self.values[2]

    @property
    def gyro(self) -> tuple[Floats, Floats, Floats]:
        return self.values[3], self.values[4], self.values[5]

    @staticmethod
    def joined(parts: list[Rows]) -> Rows:
        """One after the other."""
        if not parts:
            return Rows(np.empty(0), np.empty(0, np.int64), np.empty((6, 0)))
        return Rows(
            np.concatenate([part.time_s for part in parts]),
            np.concatenate([part.tick for part in parts]),
            np.concatenate([part.values for part in parts], axis=1),
        )


@dataclass(frozen=True, slots=True)
class _Piece:
    epoch: int
    arrival_s: float
    rows: Rows


class Lane:
    """The rows of one sensor, newest last; `forget` drops what nobody needs any more."""

    def __init__(self, facts: SensorFacts):
        self.facts = facts
        self._pieces: list[_Piece] = []
        self._epoch = 0
        self._closed_epoch = -1
        self.last_arrival_s = -np.inf
        self._recent = (np.nan, np.nan, np.nan)
        self._recent_at_s = -np.inf
        self.known_s = -np.inf

    @property
    def is_heard(self) -> bool:
        """A packet has come, ever."""
        return self.last_arrival_s > -np.inf

    @property
    def is_silent(self) -> bool:
        """Silent for SILENCE_S at least, and not back."""
        return self._closed_epoch >= self._epoch

    def take(self, packet: Packet) -> None:
        """Take the next packet."""
        if self.is_heard and packet.arrival_s - self.last_arrival_s > SILENCE_S:
            self._epoch += 1
        self.last_arrival_s = packet.arrival_s
        if not len(packet.tick):
            return
        time_s = self.facts.clock.time_at(packet.tick.astype(float))
        # Copies: the caller may use its buffers again.
        values = np.empty((6, len(packet.tick)))
        for row, axis in enumerate((*packet.accel, *packet.gyro)):
            values[row] = axis
        rows = Rows(time_s, packet.tick.copy(), values)
        self._pieces.append(_Piece(self._epoch, packet.arrival_s, rows))
        self.known_s = float(time_s[-1])

    def heard_until(self, host_s: float) -> None:
        """Everything that arrived up to this time has been given."""
        if self.is_heard and host_s - self.last_arrival_s > SILENCE_S:
            self._closed_epoch = self._epoch

    def knows(self, time_s: float) -> bool:
        """No row before this session time can still come."""
        return not self.is_heard or self.known_s >= time_s or self.is_silent

    def rows(self, begin_s: float, end_s: float, epoch: int | None = None) -> Rows:
        """Rows with begin <= time < end; of one epoch only if it is given."""
        parts: list[Rows] = []
        for piece in reversed(self._pieces):
            time_s = piece.rows.time_s
            if time_s[-1] < begin_s:
                break
            if time_s[0] >= end_s or (epoch is not None and piece.epoch != epoch):
                continue
            first, stop = np.searchsorted(time_s, [begin_s, end_s])
            values = piece.rows.values[:, first:stop]
            parts.append(Rows(time_s[first:stop], piece.rows.tick[first:stop], values))
        parts.reverse()
        return Rows.joined(parts)

    def epoch_at(self, time_s: float) -> int | None:
        """Epoch of the newest row before a session time; None if there is none within SILENCE_S."""
        for piece in reversed(self._pieces):
            if piece.rows.time_s[0] < time_s:
                near = float(piece.rows.time_s[-1]) > time_s - SILENCE_S
                return piece.epoch if near else None
        return None

    def is_over(self, epoch: int) -> bool:
        """No more rows of this epoch can come."""
        return epoch < self._epoch or epoch <= self._closed_epoch

    def forget(self, before_s: float) -> None:
        """Drop pieces that end before a session time."""
        kept = next((i for i, p in enumerate(self._pieces) if p.rows.time_s[-1] >= before_s), None)
        self._pieces = [] if kept is None else self._pieces[kept:]

    def recent(self) -> tuple[float, float, float]:
        """Rate, share of samples that arrived and median delay of the last seconds; NaN before any."""
        if self.last_arrival_s - self._recent_at_s < RECENT_EVERY_S:
            return self._recent
        self._recent_at_s = self.last_arrival_s
        self._recent = self._measured()
        return self._recent

    def _measured(self) -> tuple[float, float, float]:
        first = len(self._pieces)
        while first and self._pieces[first - 1].arrival_s > self.last_arrival_s - RECENT_S:
            first -= 1
        pieces = self._pieces[first:]
        if len(pieces) < 2:
            return np.nan, np.nan, np.nan
        n = sum(len(p.rows) for p in pieces)
        span_s = float(pieces[-1].rows.time_s[-1] - pieces[0].rows.time_s[0]) + 1 / self.facts.rate_hz
        share = min(1.0, n / max(span_s * self.facts.rate_hz, 1.0))
        delay_s = float(np.median([p.arrival_s - p.rows.time_s[-1] for p in pieces]))
        return n / span_s, share, delay_s


def timed(facts: SensorFacts, rows: Rows) -> TimedSensor:
    """Rows as the fits of offline analysis take them."""
    samples = Samples(rows.tick, None, rows.accel, rows.gyro)
    return TimedSensor(facts.sensor, samples, facts.clock, facts.rate_hz, facts.ticks_per_sample)
