"""Packets of a source through a session, in the time of the wall or as fast as it goes.

In:  a source, a session, wishes as they are made.
Out: a snapshot after every round, the last one when the source has no more.
Refuses: threads, drawing, deciding anything.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from aqsense.live.lane import Packet
from aqsense.live.session import LiveSession
from aqsense.live.sources import Replay
from aqsense.snapshot import Action, Snapshot

ROUND_S = 0.02  # what came in this time is taken at once


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
    begun = time.monotonic()
    for end_s, packets in rounds(source.packets()):
        if end_s > stop_s:
            session.take([one for one in packets if one.arrival_s <= stop_s], wishes())
            break
        if speed > 0:
            wait(max(0.0, end_s / speed - (time.monotonic() - begun)))
        session.take(packets, wishes(), heard_until_s=end_s)
        if not show(session.snapshot()):
            break
    session.take([], wishes())
    session.finish()
    show(session.snapshot())


def rounds(packets: Iterable[Packet]) -> Iterator[tuple[float, list[Packet]]]:
    """Ends of the rounds in which something came, and what came up to each: nothing waits longer."""
    end_s, pending = -math.inf, list[Packet]()
    for packet in packets:
        if packet.arrival_s > end_s:
            if pending:
                yield end_s, pending
            pending = []
            end_s = max(end_s, packet.arrival_s - ROUND_S)
            end_s = packet.arrival_s if math.isinf(end_s) else end_s + ROUND_S
        pending.append(packet)
    if pending:
        yield end_s, pending
