"""Memory of a long session: rows that nobody needs any more are gone."""

from __future__ import annotations

from dataclasses import replace

from aqsense.live.drive import rounds
from aqsense.live.session import LiveSession
from aqsense.live.sources import Replay
from aqsense.model import Recording

LATER_S = 120.0
KEPT_S = 40.0


def test_rows_are_forgotten_once_the_axes_are_known(two_runs: Recording) -> None:
    source = Replay(two_runs)
    session = LiveSession(source.facts)
    packets = list(source.packets())
    ticks = {site: round(LATER_S / facts.clock.s_per_tick) for site, facts in source.facts.items()}
    later = [
        replace(packet, arrival_s=packet.arrival_s + LATER_S, tick=packet.tick + ticks[packet.site])
        for packet in packets
    ]
    for end_s, given in rounds([*packets, *later]):
        session.take(given, heard_until_s=end_s)
    for lane in session._lanes.values():
        assert lane._pieces[0].rows.time_s[0] > lane.known_s - KEPT_S
    assert len(session.snapshot().results) >= 3
