"""The host's time, real or sped up: who waits and stamps asks it, so that simulated sensors can run fast."""

from __future__ import annotations

import asyncio
import time


class HostClock:
    """Monotonic time in ns and waiting. `speed` 1 is `time.perf_counter_ns`; 10 lets 10 s pass in one.

    Only simulated sensors may run at another speed: a real radio stamps with the real clock.
    """

    def __init__(self, speed: float = 1.0):
        self.speed = speed
        self._begin_ns = time.perf_counter_ns()
        self._begin_utc_ns = time.time_ns()

    def now_ns(self) -> int:
        """Monotonic."""
        now_ns = time.perf_counter_ns()
        if self.speed == 1.0:
            return now_ns
        return self._begin_ns + round((now_ns - self._begin_ns) * self.speed)

    def utc_ns(self) -> int:
        """UTC; at another speed it begins with the real one and runs along."""
        if self.speed == 1.0:
            return time.time_ns()
        return self._begin_utc_ns + self.now_ns() - self._begin_ns

    def real_s(self, seconds: float) -> float:
        """How long that takes on the wall's clock."""
        return seconds / self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.real_s(seconds))
