"""STEP rows: arm peaks too faint to be a swing become `no_peak`; slow sensors are said to be slow.

In:  STEP rows whose events were found, the rates of the sensors.
Out: the same rows, changed in place; a row depends on itself alone.
Why a floor: an arm held still trembles and turns with the trunk, and every waveform has a highest point. On
real sprinting the forearm's forward peak is 0.9 to 1.3 of the leg's swing peak, in slow jogging from 0.25
on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.events import EVENT_RULES, role_site
from aqsense.model import Event, Quality

LEAST_SHARE_OF_SWING = 0.15
LOW_RATE_HZ = 50.0
RATE_TOLERANCE = 0.98
# A peak and the events that hang on it.
ARM_EVENTS: Mapping[Event, tuple[Event, ...]] = {
    Event.ARM_FORWARD_PEAK: (Event.ARM_FORWARD_PEAK,),
    Event.ARM_BACKWARD_PEAK: (Event.ARM_BACKWARD_PEAK, Event.ARM_FRONT_REVERSAL, Event.ARM_BACK_REVERSAL),
}


def drop_faint_arms(steps: NDArray[np.void]) -> None:
    """Arm peaks below 15 % of the step's swing peak are no peaks (METHOD 3.4: one event of a moving limb)."""
    floor = LEAST_SHARE_OF_SWING * steps["swing_rate_rad_s"]
    for peak, events in ARM_EVENTS.items():
        faint = np.abs(steps[peak.value]["amplitude"]) < floor
        for event in events:
            for name in ("time_s", "sd_s", "amplitude", "width_s"):
                steps[event.value][name][faint] = np.nan
            steps[event.value]["quality"][faint] = int(Quality.NO_PEAK)


def flag_slow_sensors(steps: NDArray[np.void], rates_hz: Mapping[str, float]) -> None:
    """`low_rate` on events of sensors below 50 Hz.

    rates_hz   true sampling rate by site
    """
    for stance in (0, 1):
        rows = steps["stance"] == stance
        for rule in EVENT_RULES:
            if is_slow(rates_hz.get(role_site(rule.role, stance), np.inf)):
                steps[rule.event.value]["quality"][rows] |= int(Quality.LOW_RATE)


def is_slow(rate_hz: float) -> bool:
    """Below 50 Hz, nominal: a true rate 2 % lower is still a 50 Hz sensor."""
    return rate_hz < RATE_TOLERANCE * LOW_RATE_HZ
