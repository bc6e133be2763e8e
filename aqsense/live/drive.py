"""Packets of a source through a session, in the time of the wall or as fast as it goes.

In:  a source, a session, wishes as they are made.
Out: a snapshot after every round, the last one when the source has no more.
Refuses: threads, drawing, deciding anything.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence

from aqsense.live.session import LiveSession
from aqsense.live.sources import Replay
from aqsense.snapshot import Action, Snapshot

ROUND_S = 0.05  # session time between two looks at the clock on the wall


def drive(
    session: LiveSession, source: Replay, *, speed: float, stop_s: float,
    wishes: Callable[[], Sequence[Action]], show: Callable[[Snapshot], bool],
    wait: Callable[[float], object] = time.sleep,
) -> None:  # fmt: skip
    """Drive a session to the end of its source.

    speed    times real time; 0 = without waiting
    stop_s   session time at which to stop, inf = never
    wishes   new ones since the last call
    show     takes a snapshot; False = stop
    wait     for so many seconds, or shorter where somebody wants to stop
    """
    begun, looked_s = time.monotonic(), -math.inf
    pending = []
    for packet in source.packets():
        if packet.arrival_s > stop_s:
            break
        pending.append(packet)
        if packet.arrival_s < looked_s + ROUND_S:
            continue
        looked_s = packet.arrival_s
        if speed > 0:
            wait(max(0.0, looked_s / speed - (time.monotonic() - begun)))
        session.take(pending, wishes(), heard_until_s=looked_s)
        pending = []
        if not show(session.snapshot()):
            break
    session.take(pending, wishes())
    session.finish()
    show(session.snapshot())
