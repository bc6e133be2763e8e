"""What sensors say of their own synchronisation, held against the clocks that packets and shakes tell.

In:  `device_sync` of recording.json (Movella's `--device-sync`) and timed sensors.
Out: whether the ticks of all sensors truly share one timebase. It is never used to place anything in time:
five sensors that called themselves synced have delivered 626 to 1319 frames of the same seconds (METHOD 6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from aqsense.analysis.clock_value import Z95, TimedSensor
from aqsense.model import Recording

WRAP_TICKS = 2**32  # the stamps' own range, before they were unwrapped


@dataclass(frozen=True, slots=True)
class DeviceSync:
    """The check of a stated synchronisation.

    stated        what recording.json says
    apart_s       by how much the farthest two timebases differ at their worst moment, s
    agrees        no more than the clocks' own bounds allow
    """

    stated: str
    apart_s: float
    agrees: bool


def check_device_sync(recording: Recording, timed: Mapping[str, TimedSensor]) -> DeviceSync | None:
    """The check; None where nothing is stated or fewer than two sensors stamp their samples."""
    stated = recording.metadata.get("device_sync")
    stamped = [one for one in timed.values() if one.sensor.tick_hz and one.clock.method != "common"]
    if not stated or len(stamped) < 2:
        return None
    begin = max(float(one.clock.time_s[0]) for one in stamped)
    end = min(float(one.clock.time_s[-1]) for one in stamped)
    at = begin + (end - begin) * np.arange(21, dtype=np.float64) / 20.0
    first, *others = stamped
    hz = first.sensor.tick_hz or 1.0
    apart, allowed = 0.0, 0.0
    for other in others:
        ticks = other.clock.tick_at(at) * (hz / (other.sensor.tick_hz or hz)) - first.clock.tick_at(at)
        ticks = (ticks + 0.5 * WRAP_TICKS) % WRAP_TICKS - 0.5 * WRAP_TICKS
        off_s = float(np.abs(ticks).max()) / hz
        if off_s >= apart:
            apart, allowed = off_s, Z95 * float(np.hypot(first.clock.sd_s, other.clock.sd_s))
    return DeviceSync(str(stated), apart, apart <= allowed)
