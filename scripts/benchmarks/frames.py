"""Frames of the live window without a screen: how many a second, and how much of a core they take.

Run in a process of its own: `python -m benchmarks.frames WIDTH HEIGHT SECONDS`; prints one JSON object.
The window reads snapshots that were recorded before, at the pace at which they came: no engine runs beside.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from typing import Any

FRAME_S = 1 / 30


def recorded() -> list[tuple[float, Any]]:
    """Snapshots of the demo from its last run on, with their session times."""
    from aqsense.live.drive import drive
    from aqsense.live.session import LiveSession
    from aqsense.live.sources import Replay, demo

    source = Replay(demo())
    session = LiveSession(source.facts)
    seen: list[tuple[float, Any]] = []

    def show(snapshot: Any) -> bool:
        seen.append((snapshot.time_s, snapshot))
        return True

    drive(session, source, speed=0, stop_s=float("inf"), wishes=list, show=show)
    last = seen[-1][1].results[-1]
    return [(time_s, one) for time_s, one in seen if time_s > last.started_s]


def measure_frames(width: int, height: int) -> dict[str, float]:
    """Frames a second and share of a core over the recorded run, in real time, each frame painted."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

    from aqsense.view.window.card_maker import CardMaker
    from aqsense.view.window.window import LiveWindow

    app = QApplication.instance() or QApplication(["benchmark"])
    snapshots = recorded()
    first_s = snapshots[0][0]
    newest = snapshots[0][1]
    window = LiveWindow(lambda: newest, list[Any]().append, CardMaker(Path()))
    window._timer.stop()  # frames are asked for here
    window.resize(width, height)
    window.show()
    app.processEvents()
    length_s = snapshots[-1][0] - first_s
    begun, cpu = time.monotonic(), time.process_time()
    frames, busy, at = 0, 0.0, 0
    slowest = 0.0
    while (now_s := time.monotonic() - begun) < length_s:
        while at + 1 < len(snapshots) and snapshots[at + 1][0] - first_s <= now_s:
            at += 1
        # Between two snapshots time goes on: the stopwatch is drawn in every frame.
        newest = replace(snapshots[at][1], serial=frames + 2, time_s=first_s + now_s)
        started = time.monotonic()
        window.look()
        app.processEvents()
        took = time.monotonic() - started
        busy += took
        slowest = max(slowest, took)
        frames += 1
        time.sleep(max(0.0, FRAME_S * frames - (time.monotonic() - begun)))
    spent = time.monotonic() - begun
    return {
        "frames_per_s": frames / spent,
        "core_percent": 100 * (time.process_time() - cpu) / spent,
        "slowest_frame_ms": 1e3 * slowest,
    }


if __name__ == "__main__":
    print(json.dumps(measure_frames(int(sys.argv[1]), int(sys.argv[2]))))
