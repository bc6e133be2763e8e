"""The sensors of sensors.toml, visited one by one: battery, free memory, firmware, signal.

In:  a link, known sensors.
Out: Checks, a line for each sensor.
Refuses: to change a setting that outlives the visit.
"""

from __future__ import annotations

from collections.abc import Sequence

from aqsense.acquire.find_sensors import find_sensors
from aqsense.acquire.link import Link
from aqsense.acquire.sensor_set import KnownSensor
from aqsense.acquire.visit import Visited, visit
from aqsense.doctor.check import Check, State

LOW_BATTERY_PERCENT = 30.0  # a session of an hour needs less
WEAK_DBM = -85
LITTLE_MEMORY_S = 600.0


async def sensor_checks(link: Link, known: Sequence[KnownSensor], seconds: float) -> list[Check]:
    """One check for each sensor, in the order of the set."""
    found = await find_sensors(link, known, lambda _: None, seconds)
    checks: list[Check] = []
    for one in known:
        if one in found:
            checks.append(judged(one, await visit(link, found[one])))
        else:
            todo = "Wake it (button, shake, off the charger), bring it near; close the app that holds it."
            checks.append(Check(one.called, State.FAILED, "is not heard", todo))
    return checks


def judged(known: KnownSensor, visited: Visited) -> Check:
    """What a visit found out, and what to do about it."""
    if visited.trouble:
        state = "is taken" if not visited.is_free else "does not stream"
        return Check(known.called, State.FAILED, state, visited.trouble)
    facts, todo = [str(visited.info.get("model") or known.family)], []
    if (firmware := visited.info.get("firmware")) is not None:
        facts.append(f"firmware {firmware}")
    if (percent := visited.battery_percent) is not None:
        facts.append(f"battery {percent:.0f} %")
        if percent < LOW_BATTERY_PERCENT:
            todo.append(f"Charge {known.called}.")
    if (memory_s := visited.info.get("free_memory_s")) is not None:
        facts.append(f"memory for {float(memory_s) / 60:.0f} min")
        if float(memory_s) < LITTLE_MEMORY_S:
            todo.append(f"Fetch and erase the recordings on {known.called}.")
    if (signal := visited.found.rssi_dbm) is not None:
        facts.append(f"{signal} dBm")
        if signal < WEAK_DBM:
            todo.append(f"Bring {known.called} nearer.")
    if visited.stream is not None:
        facts.append(f"{visited.stream.rate_hz:g} samples/s")
    return Check(known.called, State.WARNING if todo else State.OK, ", ".join(facts), " ".join(todo))
