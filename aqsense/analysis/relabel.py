"""A recording whose sensors are worn in each other's place -> the same with the labels exchanged.

Refuses: deciding. The user says what is exchanged (`--swap`); the evidence stands in the warnings and the
frames.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from aqsense.errors import SettingsError
from aqsense.model import SITES, Recording

Value = TypeVar("Value")


def swap_sites(recording: Recording, pairs: Iterable[tuple[str, str]]) -> Recording:
    """Exchange the labels of pairs of sites, one pair after the other.

    A site may be absent: then the other's sensor moves there.
    Raises SettingsError where neither of a pair is in the recording.
    """
    for first, second in pairs:
        if first not in recording.sensors and second not in recording.sensors:
            found = ", ".join(recording.sensors)
            raise SettingsError(
                f"--swap {first} {second}: the recording has neither; it has {found}",
                name="swap",
                value=(first, second),
            )
        sensors = _exchanged(recording.sensors, first, second)
        sensors = {site: replace(sensors[site], site=site) for site in SITES if site in sensors}
        arrivals = _exchanged(recording.arrivals, first, second)
        recording = replace(recording, sensors=sensors, arrivals=arrivals)
    return recording


def _exchanged(by_site: Mapping[str, Value], first: str, second: str) -> dict[str, Value]:
    other = {first: second, second: first}
    return {other.get(site, site): value for site, value in by_site.items()}
