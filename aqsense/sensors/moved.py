"""Which of several streaming sensors is being moved.

In:  notifications of each.
Out: the one that turns clearly more than every other one.
Refuses: to guess: while two move, or none, there is no answer.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from aqsense.acquire.link import Connection, Found
from firmware_protocol import ProtocolError, Receiver, Stream

LOOK_BACK_S = 1.5  # some families send only every 0.7 s
LEAST_RAD_S = 1.0  # a sensor that lies or is worn by somebody who stands stays far below
TIMES_THE_NEXT = 3.0


@dataclass
class Watched:
    """A sensor that streams.

    turning   (arrival in s, sum of squares, samples) of the newest notifications
    """

    found: Found
    connection: Connection
    stream: Stream
    receiver: Receiver
    turning: deque[tuple[float, float, int]] = field(default_factory=lambda: deque(maxlen=1000))

    def notified(self, characteristic: str, arrival_ns: int, payload: bytes) -> None:
        """One more notification; what is no sample is left alone."""
        try:
            rows = self.receiver.push(characteristic, payload)
        except ProtocolError:
            return
        rates = rows.gyro_rad_s[np.isfinite(rows.gyro_rad_s).all(axis=1)]
        if len(rates):
            self.turning.append((arrival_ns * 1e-9, float(np.sum(rates**2)), len(rates)))

    def rate_rad_s(self, now_s: float) -> float:
        """Root mean square of the angular rate of late; 0 where nothing came."""
        newest = [one for one in self.turning if now_s - one[0] <= LOOK_BACK_S]
        n = sum(one[2] for one in newest)
        return math.sqrt(sum(one[1] for one in newest) / n) if n else 0.0


def moved(watched: Sequence[Watched], now_s: float) -> Watched | None:
    """The one that is being moved."""
    if not watched:
        return None
    ranked = sorted(watched, key=lambda one: one.rate_rad_s(now_s), reverse=True)
    most = ranked[0].rate_rad_s(now_s)
    next_most = ranked[1].rate_rad_s(now_s) if len(ranked) > 1 else 0.0
    return ranked[0] if most >= LEAST_RAD_S and most >= TIMES_THE_NEXT * next_most else None
