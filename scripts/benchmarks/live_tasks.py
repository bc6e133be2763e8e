"""What benchmark `live` measures of the engine, each in a process of its own: prints one JSON object.

    python -m benchmarks.live_tasks pipeline|latency|memory MINUTES

The session is a training of five sensors at 200 Hz: standing, walking, a jog, two sprints; repeated.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

PHASES = (
    "stand 4, walk 20, jog 10, walk 20, stand 2, sprint 60m at 9.5, decelerate 3, walk 30, stand 20, "
    "walk 10, stand 2, sprint 60m at 9.5, decelerate 3, walk 30, stand 3"
)
RUNS_A_ROUND = 3
StepKey = tuple[int, int]


def training() -> Any:
    """The source of one round."""
    from aqsense.live.sources import Replay
    from aqsense.simulate import SimulationSpec, read_phases, simulate

    spec = SimulationSpec(name="training", phases=read_phases(PHASES), rate_hz=200.0, sync_sd_ms=1.0)
    return Replay(simulate(spec, 3, truth=False).recording)


def repeated(source: Any, minutes: float) -> Iterator[Any]:
    """Packets of round after round, as one long session."""
    packets = list(source.packets())
    length_s = packets[-1].arrival_s + 0.05
    shift_s = 0.0
    while shift_s < 60 * minutes:
        for packet in packets:
            clock = source.facts[packet.site].clock
            ticks = round(shift_s / clock.s_per_tick)
            yield replace(packet, arrival_s=packet.arrival_s + shift_s, tick=packet.tick + ticks)
        shift_s += length_s


def pipeline(minutes: float) -> dict[str, float]:
    """Share of a core, with and without the analysis of whole runs at their ends."""
    from aqsense.live.drive import rounds
    from aqsense.live.session import LiveSession

    source = training()
    given = list(rounds(repeated(source, minutes)))
    session = LiveSession(source.facts)
    session.take([])
    closing_s, known = 0.0, 0
    begun = time.process_time()
    for looked_s, packets in given:
        started = time.process_time()
        session.take(packets, heard_until_s=looked_s)
        snapshot = session.snapshot()
        if len(snapshot.results) != known:
            known = len(snapshot.results)
            closing_s += time.process_time() - started
    spent_s, session_s = time.process_time() - begun, given[-1][0]
    return {
        "session_s": session_s,
        "runs": known,
        "core_percent": 100 * (spent_s - closing_s) / session_s,
        "whole_run_analysis_s": closing_s / max(known, 1),
        "core_percent_with_whole_runs": 100 * spent_s / session_s,
    }


def latency(minutes: float) -> dict[str, float]:
    """From the arrival of a step's last needed packet to the snapshot that shows its spread, ms.

    The processor's time counts; the wall's stands beside it, which on a busy machine holds others' work too.
    """
    import numpy as np

    from aqsense.live.drive import rounds
    from aqsense.live.session import LiveSession

    source = training()
    needed, zeros = _needed(source, minutes)
    session = LiveSession(source.facts)
    shown: dict[StepKey, tuple[float, float]] = {}
    for looked_s, packets in rounds(repeated(source, minutes)):
        wall, cpu = time.perf_counter(), time.process_time()
        session.take(packets, heard_until_s=looked_s)
        snapshot = session.snapshot()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        for key in _steps(snapshot):
            shown.setdefault(key, (looked_s + cpu, looked_s + wall))
    keys = sorted(set(needed) & set(shown))
    late_ms, wall_ms = (1e3 * np.array([shown[key][i] - needed[key] for key in keys]) for i in (0, 1))
    hold_off_ms = 1e3 * np.array([needed[key] - zeros[key] for key in keys])
    return {
        "steps": len(keys),
        "p50_ms": float(np.median(late_ms)),
        "p99_ms": float(np.percentile(late_ms, 99)),
        "p99_of_the_wall_ms": float(np.percentile(wall_ms, 99)),
        "hold_off_p50_ms": float(np.median(hold_off_ms)),
    }


def _never(_turn: Any) -> bool:
    return False


def _needed(source: Any, minutes: float) -> tuple[dict[StepKey, float], dict[StepKey, float]]:
    """Arrival of the packet with which each step could first be known: everything is given at once."""
    from aqsense.live.session import LiveSession
    from aqsense.live.turn import Turn

    usual = Turn.is_quiet
    eager: Any = Turn
    eager.is_quiet = property(_never)
    try:
        session = LiveSession(source.facts)
        arrival: dict[StepKey, float] = {}
        zero: dict[StepKey, float] = {}
        for packet in repeated(source, minutes):
            session.take([packet], heard_until_s=packet.arrival_s)
            for key, zero_s in _steps(session.snapshot()).items():
                arrival.setdefault(key, packet.arrival_s)
                zero.setdefault(key, zero_s)
    finally:
        eager.is_quiet = usual
    return arrival, zero


def _steps(snapshot: Any) -> dict[StepKey, float]:
    run = snapshot.run
    return {} if run is None else {(run.number, step.step): step.zero_s for step in run.steps}


def memory(minutes: float) -> dict[str, Any]:
    """Resident memory every ten minutes of session time, MiB, and how much a run adds."""
    from aqsense.live.drive import rounds
    from aqsense.live.session import LiveSession

    source = training()
    session = LiveSession(source.facts)
    sizes: list[float] = []
    next_s = 600.0
    for looked_s, packets in rounds(repeated(source, minutes)):
        session.take(packets, heard_until_s=looked_s)
        session.snapshot()
        if looked_s >= next_s:
            sizes.append(_resident_mib())
            next_s += 600.0
    runs = len(session.snapshot().results)
    half = len(sizes) // 2
    growth = sizes[-1] - sizes[half - 1] if half else float("nan")
    hours = (len(sizes) - half) / 6
    return {
        "mib_every_10_min": [round(size) for size in sizes],
        "runs": runs,
        "second_half_mib_per_h": growth / hours if hours else float("nan"),
        "peak_mib": max(sizes, default=float("nan")),
    }


def _resident_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


if __name__ == "__main__":
    task = {"pipeline": pipeline, "latency": latency, "memory": memory}[sys.argv[1]]
    print(json.dumps(task(float(sys.argv[2]))))
