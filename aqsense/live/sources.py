"""Where packets come from without a radio: a recording replayed, or a simulated session.

In:  a Recording.
Out: its sensors' facts and its packets in the order of arrival, as a capture would have given them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from heapq import merge

import numpy as np

from aqsense.analysis.clock import time_sensors
from aqsense.live.lane import Packet, SensorFacts
from aqsense.model import Recording, Samples
from aqsense.snapshot import Action, Do

PACKET_S = 0.05
DELAY_S = 0.02
DEMO_PHASES = (
    "stand 4, walk 4, jog 6, walk 4 turn 180, stand 1, sprint 60m at 9.5, decelerate 3, walk 4, stand 2"
)


class Replay:
    """A recording as packets. Its clocks are those of the whole recording: constants that were written down.

    Raises RecordingError where the recording's times can't be used.
    """

    def __init__(self, recording: Recording):
        self.name = recording.name
        self._timed = time_sensors(recording)
        self._recording = recording
        none = (np.empty(0), np.empty(0), np.empty(0))
        empty = Samples(np.empty(0, np.int64), None, none, none)
        self.facts = {
            site: SensorFacts(
                replace(one.sensor, samples=empty), one.clock, one.rate_hz, one.ticks_per_sample
            )
            for site, one in self._timed.items()
        }

    def packets(self) -> Iterator[Packet]:
        """All packets in the order of arrival."""
        return merge(*(self._of(site) for site in self._timed), key=lambda packet: packet.arrival_s)

    def actions(self) -> list[Action]:
        """Wishes that the recording's marks hold: athletes and tags."""
        kinds = {"athlete": Do.ATHLETE, "tag": Do.TAG}
        return [
            Action(kinds[mark.kind], time_s=mark.time_s, text=mark.text)
            for mark in self._recording.marks
            if mark.kind in kinds
        ]

    def _of(self, site: str) -> Iterator[Packet]:
        timed = self._timed[site]
        arrivals = self._recording.arrivals.get(site)
        if arrivals is not None and len(arrivals):
            stops = np.searchsorted(timed.ticks, arrivals["tick"], side="right")
            arrival_s = np.maximum.accumulate(arrivals["arrival_s"])
        else:
            size = max(1, round(PACKET_S * timed.rate_hz))
            stops = np.append(np.arange(size, len(timed.ticks), size), len(timed.ticks))
            newest = timed.ticks[stops - 1].astype(float)
            arrival_s = timed.clock.time_at(newest) + DELAY_S
        first = 0
        for stop, arrived_s in zip(stops.tolist(), arrival_s.tolist(), strict=True):
            if stop > first:
                rows = timed.samples.rows(first, stop)
                yield Packet(site, arrived_s, timed.ticks[first:stop], rows.accel, rows.gyro)
            first = max(first, stop)


def demo(seed: int = 1) -> Recording:
    """A simulated session from standing to a result in less than a minute."""
    from aqsense.simulate import SimulationSpec, read_phases, simulate

    spec = SimulationSpec(name="demo", phases=read_phases(DEMO_PHASES), sync_sd_ms=1.0)
    return simulate(spec, seed, truth=False).recording
