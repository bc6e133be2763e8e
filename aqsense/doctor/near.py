"""What is near: heard, then visited one after the other."""

from __future__ import annotations

from typing import Any

from aqsense.acquire.link import Link
from aqsense.acquire.visit import Visited, visit


async def near(link: Link, seconds: float, *, quick: bool) -> list[Visited]:
    """All sensors of known families, strongest first. `quick`: none is connected."""
    heard = await link.scan(seconds, lambda _: None)
    if quick:
        return [Visited(one, is_free=True) for one in heard]
    return [await visit(link, one) for one in heard]


def row(visited: Visited, *, quick: bool) -> dict[str, Any]:
    """Plain values for tables and JSON; None = not known."""
    found = visited.found
    return {
        "family": found.identity.family,
        "name": found.advertisement.name,
        "serial": visited.serial,
        "address": found.address,
        "signal_dbm": found.rssi_dbm,
        "battery_percent": visited.battery_percent,
        "is": "heard" if quick else "free" if visited.is_free else "taken",
        "trouble": visited.trouble,
    }
