"""Ways to drive a live session: in order of arrival, or cut and interleaved by chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from aqsense.live.lane import Packet
from aqsense.live.session import LiveSession
from aqsense.live.sources import Replay
from aqsense.model import Recording
from aqsense.snapshot import Action, LiveStep, Snapshot

StepOf = dict[tuple[int, int], LiveStep]


def lived(recording: Recording, actions: Sequence[Action] = ()) -> tuple[Snapshot, StepOf]:
    """Packet by packet in the order of arrival; every step that was ever shown, as it was shown last."""
    replay = Replay(recording)
    session = LiveSession(replay.facts, name=recording.name)
    session.take([], [*replay.actions(), *actions])
    steps: StepOf = {}
    for packet in replay.packets():
        session.take([packet], heard_until_s=packet.arrival_s)
        gather(session.snapshot(), steps)
    session.finish()
    return session.snapshot(), steps


def lived_by_chance(recording: Recording, seed: int, actions: Sequence[Action] = ()) -> Snapshot:
    """Packets cut in two, sensors up to two seconds apart, in batches of any size."""
    random = np.random.RandomState(seed)
    replay = Replay(recording)
    packets = [part for packet in replay.packets() for part in _cut(packet, random)]
    lead = {site: 2.0 * random.random_sample() for site in replay.facts}
    order = sorted(range(len(packets)), key=lambda i: packets[i].arrival_s + lead[packets[i].site])
    session = LiveSession(replay.facts, name=recording.name)
    session.take([], [*replay.actions(), *actions])
    while order:
        n = int(random.randint(1, 60))
        batch, order = [packets[i] for i in order[:n]], order[n:]
        session.take(batch)
    session.finish()
    return session.snapshot()


def _cut(packet: Packet, random: np.random.RandomState) -> list[Packet]:
    at = int(random.randint(0, len(packet.tick) + 1))
    parts = [slice(0, at), slice(at, None)]
    return [
        replace(packet, tick=packet.tick[part], accel=_of(packet.accel, part), gyro=_of(packet.gyro, part))
        for part in parts
        if len(packet.tick[part])
    ]


def _of(columns: tuple[Any, Any, Any], part: slice) -> tuple[Any, Any, Any]:
    return columns[0][part], columns[1][part], columns[2][part]


def gather(snapshot: Snapshot, steps: StepOf) -> None:
    """Keep every step that the snapshot shows."""
    if snapshot.run is not None:
        steps |= {(snapshot.run.number, step.step): step for step in snapshot.run.steps}
