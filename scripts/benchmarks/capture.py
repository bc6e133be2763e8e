"""Capture: how long from a notification to the log, and what it costs, with eight sensors at 200/s.

    python -m benchmarks.capture SECONDS plain|held   (one measurement, in a process of its own)

In:  notifications from another process, through sockets.
Out: latencies, share of a core; twice: undisturbed, and with a thread that holds the interpreter.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from argparse import Namespace
from pathlib import Path
from typing import Any

from benchmarks.processes import ROOT, TaskFailed, own_environment

N_SENSORS = 8
SECONDS, QUICK_SECONDS = 60.0, 10.0
LATENCY_MS, HELD_LATENCY_MS, CORE_PERCENT = 2.0, 60.0, 10.0


def measure(arguments: Namespace) -> dict[str, Any]:
    """The report of `benchmark.py capture`."""
    seconds = QUICK_SECONDS if arguments.quick else SECONDS
    plain, held = (_in_process(seconds, how) for how in ("plain", "held"))
    targets = (
        ("notification to log, p99, ms", plain["to_log_ms"]["p99"], LATENCY_MS),
        ("... interpreter held, p99, ms", held["to_log_ms"]["p99"], HELD_LATENCY_MS),
        ("share of one core, %", plain["core_percent"], CORE_PERCENT),
        ("notifications lost", plain["lost"] + held["lost"], 0),
    )
    return {
        "load": {"sensors": N_SENSORS, "notifications_per_s_each": 200, "seconds": seconds},
        "undisturbed": plain,
        "interpreter held 50 ms twice a second": held,
        "targets": [
            {"name": name, "value": value, "limit": limit, "met": value <= limit}
            for name, value, limit in targets
        ],
    }


def _in_process(seconds: float, how: str) -> dict[str, Any]:
    words = [sys.executable, "-m", "benchmarks.capture", str(seconds), how]
    done = subprocess.run(words, cwd=ROOT, env=own_environment(), stdout=subprocess.PIPE, check=False)
    if done.returncode:
        raise TaskFailed(f"the capture ended with exit code {done.returncode}; see the lines above")
    return json.loads(done.stdout)


def captured(seconds: float, how: str, folder: Path) -> dict[str, Any]:
    """One capture under load."""
    import resource
    import struct
    from contextlib import nullcontext

    import numpy as np

    from aqsense.acquire.capture import Capture
    from aqsense.acquire.log_record import What
    from aqsense.acquire.packet_log import PacketLog
    from benchmarks.capture_load import Holding, LoadLink

    logged_ns: dict[int, int] = {}
    stamp = struct.Struct("<Bq")

    def write(descriptor: int, data: bytes) -> int:
        n = os.write(descriptor, data)
        if len(data) > 17:
            what, time_ns = stamp.unpack_from(data, 8)
            if what == What.PACKET:
                logged_ns[time_ns] = time.perf_counter_ns()
        return n

    link = LoadLink(N_SENSORS, seconds)
    capture = Capture(link, link.wanted(), PacketLog(folder, write=write), {"name": "load"})
    capture.start()
    while any(one.stage != "streaming" for one in capture.now.sensors):
        time.sleep(0.05)
    with Holding() if how == "held" else nullcontext():
        before = resource.getrusage(resource.RUSAGE_SELF)
        link.go()
        while link.is_sending():
            time.sleep(0.1)
        after = resource.getrusage(resource.RUSAGE_SELF)
    time.sleep(0.3)
    capture.stop()
    link.close()
    both = [pair for stamps in link.stamps for pair in stamps]
    sent_ns, arrival_ns = np.array(both).T
    log_ns = np.array([logged_ns[arrival] for arrival in arrival_ns.tolist()])
    cpu_s = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {
        "sent": round(N_SENSORS * 200 * seconds),
        "lost": round(N_SENSORS * 200 * seconds) - len(both),
        "to_log_ms": _spread(arrival_ns, log_ns),
        "sent_to_stamp_ms": _spread(sent_ns, arrival_ns),
        "sent_to_log_ms": _spread(sent_ns, log_ns),
        "core_percent": round(100 * cpu_s / seconds, 2),
    }


def _spread(from_ns: Any, to_ns: Any) -> dict[str, float]:
    import numpy as np

    ms = (to_ns - from_ns) * 1e-6
    values = {"p50": np.median(ms), "p99": np.percentile(ms, 99), "worst": ms.max()}
    return {name: round(float(value), 3) for name, value in values.items()}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps(captured(float(sys.argv[1]), sys.argv[2], Path(scratch) / "recording")))
