"""Stamps and counters that wrap -> ticks that rise over the life of a receiver.

In:  one stamp per packet, in the order in which the packets came.
Out: its tick; None for a repeated packet; whether the device began anew.
Why a step back tells a restart: a link delivers in order, so a stamp can only go back by wrapping, by a
repeated notification (a moment back) or because the device began anew.
"""

from __future__ import annotations

REPEATED_S = 1.0  # a stamp back by up to this is a packet that was delivered again
LONGEST_GAP_S = 60.0  # no link lives through a longer silence; a wrap over a longer one is a restart


class Unwrapper:
    """Unwraps stamps of `bits` bits that run at `tick_hz`; after a restart ticks go on `step` later.

    A stamp back by up to `repeated_s` is a packet delivered again; 0: only the very same stamp is.
    """

    def __init__(self, bits: int, tick_hz: float, step: int, repeated_s: float = REPEATED_S):
        self._modulus = 1 << bits
        self._repeated = min(round(repeated_s * tick_hz), self._modulus // 4)
        self._longest = min(round(LONGEST_GAP_S * tick_hz), self._modulus // 2)
        self._step = max(1, step)
        self._stamp = -1
        self._tick = -1

    def place(self, stamp: int) -> tuple[int, bool] | None:
        """Tick of this stamp and whether the device began anew; None if the stamp was there already."""
        if self._tick < 0:
            self._stamp = self._tick = stamp
            return stamp, False
        forward = (stamp - self._stamp) % self._modulus
        if forward == 0 or self._modulus - forward <= self._repeated:
            return None
        restarted = stamp < self._stamp and forward > self._longest
        self._tick += self._step if restarted else forward
        self._stamp = stamp
        return self._tick, restarted
