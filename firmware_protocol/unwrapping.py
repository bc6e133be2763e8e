"""Device counters and clocks that wrap or begin anew -> ticks that only rise.

In:  counter values as sent, in the order of their packets.
Out: the same counted on for ever, and whether the device began anew.
Refuses: host time. Packets of one connection keep their order, so a value that goes back means a restart.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Step(Enum):
    """How a value follows the one before."""

    ON = "on"
    REPEATED = "repeated"
    RESTARTED = "restarted"


@dataclass(slots=True)
class Unwrapper:
    """Counts a value of `bits` bits on.

    A step of less than half the range goes on, also over the wrap; a longer one is a step back. After a
    restart the ticks go on at `last + pause`.
    """

    bits: int
    pause: int = 1
    _raw: int | None = None
    _tick: int = 0

    def look(self, raw: int) -> tuple[int, Step]:
        """The tick of a value and how it follows; nothing changes."""
        if self._raw is None:
            return raw, Step.ON
        ahead = (raw - self._raw) % (1 << self.bits)
        if ahead == 0:
            return self._tick, Step.REPEATED
        if ahead < 1 << (self.bits - 1):
            return self._tick + ahead, Step.ON
        return self._tick + self.pause, Step.RESTARTED

    def take(self, raw: int, tick: int) -> None:
        """Remember the value and its tick."""
        self._raw, self._tick = raw, tick
