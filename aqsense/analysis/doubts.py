"""Final rows -> the same with flags on what rests on a doubtful sensor.

In:  rows of contacts and steps; doubtful sensors, per run.
Out: copies with `frame_doubtful` on every event of such a sensor; its times stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.events import EVENT_RULES, role_site
from aqsense.analysis.steps import FinalRows
from aqsense.model import Quality

ALL_RUNS = -1
SIDE_NUMBERS = {"left_shin": 0, "right_shin": 1}


def flag_doubtful(found: FinalRows, doubtful: Mapping[str, Iterable[int]]) -> FinalRows:
    """Flag every event of a doubtful sensor.

    doubtful   site -> 0-based runs; ALL_RUNS stands for every run
    """
    if not doubtful:
        return found
    contacts, steps = found.contacts.copy(), found.steps.copy()
    for site, runs in doubtful.items():
        if site in SIDE_NUMBERS:
            rows = (contacts["side"] == SIDE_NUMBERS[site]) & _in_runs(contacts["run"], runs)
            for name in ("swing_peak", "initial_contact"):
                contacts[name]["quality"][rows] |= int(Quality.FRAME_DOUBTFUL)
        for stance in (0, 1):
            rows = (steps["stance"] == stance) & _in_runs(steps["run"], runs)
            for rule in EVENT_RULES:
                if role_site(rule.role, stance) == site:
                    steps[rule.event.value]["quality"][rows] |= int(Quality.FRAME_DOUBTFUL)
    return replace(found, contacts=contacts, steps=steps)


def flag_clipped_contacts(found: FinalRows, shins: Iterable[str]) -> FinalRows:
    """`clipped` on the contacts of shins whose accelerometer saturates long before an impact's peak."""
    rows = np.isin(found.contacts["side"], [SIDE_NUMBERS[site] for site in shins])
    if not rows.any():
        return found
    contacts = found.contacts.copy()
    contacts["initial_contact"]["quality"][rows] |= int(Quality.CLIPPED)
    return replace(found, contacts=contacts)


def _in_runs(run: NDArray[np.int32], runs: Iterable[int]) -> NDArray[np.bool_]:
    wanted = list(runs)
    return np.ones(len(run), bool) if ALL_RUNS in wanted else np.isin(run, wanted)
