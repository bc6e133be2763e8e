"""The live session: frames of its window, what the pipeline costs, how soon a step is shown, memory."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from .processes import ROOT, TaskFailed, own_environment

FRAMES_PER_S, WINDOW_PERCENT = 29.5, 40.0
PIPELINE_PERCENT, LATENCY_MS = 2.0, 100.0
GROWTH_MIB_PER_H = 20.0
SIZES = ((1280, 720), (1920, 1080))


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything, as JSON values."""
    quick = arguments.quick
    frames = {f"{width}x{height}": child("frames", width, height) for width, height in SIZES}
    pipeline = child("live_tasks", "pipeline", 2 if quick else 15)
    latency = child("live_tasks", "latency", 2 if quick else 10)
    memory = child("live_tasks", "memory", 40 if quick else 120)
    slowest = min(one["frames_per_s"] for one in frames.values())
    dearest = max(one["core_percent"] for one in frames.values())
    growth = memory["second_half_mib_per_h"]
    return {
        "window": frames,
        "pipeline": pipeline,
        "latency": latency,
        "memory": memory,
        "targets": [
            target("frames a second", slowest, f">= {FRAMES_PER_S}", slowest >= FRAMES_PER_S),
            target("window, % of a core", dearest, WINDOW_PERCENT, dearest <= WINDOW_PERCENT),
            target(
                "pipeline 5 x 200 Hz, % of a core", pipeline["core_percent"], PIPELINE_PERCENT,
                pipeline["core_percent"] <= PIPELINE_PERCENT,
            ),
            target(
                "packet to spread, p99 ms", latency["p99_ms"], LATENCY_MS, latency["p99_ms"] <= LATENCY_MS
            ),
            target("memory, MiB an hour", growth, GROWTH_MIB_PER_H, growth <= GROWTH_MIB_PER_H),
        ],
    }  # fmt: skip


def target(name: str, value: float, limit: object, met: bool) -> dict[str, Any]:
    return {"name": name, "value": round(value, 2), "limit": limit, "met": met}


def child(module: str, *words: object) -> dict[str, Any]:
    """What a process of its own measured."""
    environment = own_environment()
    scripts = str(ROOT / "scripts")
    environment["PYTHONPATH"] = ":".join(filter(None, [scripts, environment.get("PYTHONPATH", "")]))
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise TaskFailed(f"{module} {words} ended with exit code {done.returncode}; see the lines above")
    return json.loads(done.stdout.splitlines()[-1])
