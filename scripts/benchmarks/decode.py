"""What decoding costs: five sensors of each family, as a share of one core.

A virtual sensor sends what a real one would at 200 Hz, or at the next rate that its family has; measured is
the way from notifications to rows, decoding included. Processor time of the best of some rounds: a busy
machine makes rounds longer, never shorter.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass
from typing import Any

from .processes import ROOT

sys.path.insert(0, str(ROOT))

from firmware_protocol import FAMILIES, Family, Notification, Stream, Wish
from firmware_protocol.rehearsal import sent, started

SENSORS = 5
RATE_HZ = 200.0
LIMIT_PERCENT = 1.0


@dataclass(frozen=True)
class Plan:
    """Seconds of motion that are decoded in a round, and rounds."""

    seconds: float
    rounds: int


FULL, QUICK = Plan(20.0, 7), Plan(2.0, 3)


def measure(arguments: argparse.Namespace) -> dict[str, Any]:
    """Everything, as JSON values; `quick` judges too: a share needs no long recording."""
    plan = QUICK if arguments.quick else FULL
    families = {name: measure_family(family, plan) for name, family in FAMILIES.items()}
    return {"families": families, "targets": [target(name, one) for name, one in families.items()]}


def target(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """The limit holds for five sensors together."""
    share = found["percent_of_a_core"]
    return {
        "name": f"{name}: {SENSORS} sensors at {found['rate_hz']:g} Hz, % of a core",
        "value": share,
        "limit": LIMIT_PERCENT,
        "met": share < LIMIT_PERCENT,
    }


def measure_family(family: Family, plan: Plan) -> dict[str, Any]:
    """Cost of a family's packets."""
    sensor, stream, _ = started(family, "1234", Wish(rate_hz=RATE_HZ))
    packets = sent(sensor, stream.rate_hz, plan.seconds)
    rounds = [cost(family, stream, packets) for _ in range(plan.rounds + 1)][1:]
    cpu_s, rows = min(rounds)
    return {
        "rate_hz": stream.rate_hz,
        "packets_per_s": round(len(packets) / plan.seconds, 1),
        "us_per_sample": round(1e6 * cpu_s / rows, 3),
        "percent_of_a_core": round(100 * SENSORS * stream.rate_hz * cpu_s / rows, 3),
    }


def cost(family: Family, stream: Stream, packets: list[Notification]) -> tuple[float, int]:
    """Processor time from notifications to rows, and how many rows there were."""
    receiver = family.receiver(stream)
    begun = time.process_time()
    made = [receiver.push(packet.characteristic, packet.payload) for packet in packets]
    spent = time.process_time() - begun
    return spent, sum(len(rows) for rows in made)
