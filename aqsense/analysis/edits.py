"""Corrections by hand -> the same rows with an event moved or taken out, flagged (edits.csv).

In:  rows that are final, the edits in the order in which they were made.
Out: rows as copies; a notice for every edit, and for one that fits nothing.
Refuses: guessing. An edit belongs to the nearest event of its kind and side, if that lies within
NEAREST_S; edits know times and not numbers, so that they outlive a changed numbering of runs and steps.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.events import EVENT_RULES, Role
from aqsense.analysis.readings import Notice
from aqsense.analysis.steps import FinalRows
from aqsense.model import STEP_EVENT, Edit, Quality

NEAREST_S = 0.030
BY_HAND_SD_S = 0.005  # a place seen in a waveform or a 100 Hz video
_SIDES = ("left", "right")
_OF_CONTACTS = ("initial_contact", "swing_peak")
_SCORED = ("shin_stall", "arm_forward_peak", "trunk_yaw_peak")  # the swing peak carries the step's number
_OTHER_SIDE = frozenset(rule.event.value for rule in EVENT_RULES if rule.role is Role.OTHER_ARM)


def apply_edits(found: FinalRows, edits: Sequence[Edit]) -> tuple[FinalRows, tuple[Notice, ...]]:
    """All edits, one after the other."""
    if not edits:
        return found, ()
    contacts, steps = found.contacts.copy(), found.steps.copy()
    notices: list[Notice] = []
    for edit in edits:
        words = f"{edit.what} {edit.event.replace('_', ' ')} at {edit.time_s:.3f} s"
        if not _apply(contacts, steps, edit):
            text = f"an edit fits no event and was not used: {words}"
            notices.append(("edit_not_used", "", edit.time_s, text))
            continue
        to = f" to {edit.to_s:.3f} s" if edit.what == "move" else ""
        why = f" ({edit.why})" if edit.why else ""
        notices.append(("edited", "", edit.time_s, f"edited by hand: {words}{to}{why}"))
    return FinalRows(contacts, steps, found.loose), tuple(notices)


def _apply(contacts: NDArray[np.void], steps: NDArray[np.void], edit: Edit) -> bool:
    if edit.event == STEP_EVENT:
        return _exclude_step(contacts, steps, edit)
    rows = contacts if edit.event in _OF_CONTACTS else steps
    if edit.event not in (rows.dtype.names or ()):
        return False
    found = rows[edit.event]
    at = _nearest(np.where(_is_of(rows, edit), found["time_s"], np.nan), edit.time_s)
    if at < 0:
        return False
    if edit.what == "move":
        found["time_s"][at] = edit.to_s
        found["sd_s"][at] = max(BY_HAND_SD_S, float(np.nan_to_num(found["sd_s"][at])))
        found["quality"][at] |= int(Quality.EDITED)
    else:
        found["time_s"][at] = found["sd_s"][at] = np.nan
        found["quality"][at] |= int(Quality.EXCLUDED)
    return True


def _exclude_step(contacts: NDArray[np.void], steps: NDArray[np.void], edit: Edit) -> bool:
    """All scored peaks of the step but the swing peak, by which it keeps its number."""
    swings = contacts["swing_peak"]["time_s"]
    at = _nearest(swings, edit.time_s)
    if at < 0:
        return False
    row = (steps["run"] == contacts["run"][at]) & (steps["order"] == contacts["order"][at])
    if not row.any():
        return False
    for name in _SCORED:
        steps[name]["time_s"][row] = np.nan
        steps[name]["quality"][row] |= int(Quality.EXCLUDED)
    return True


def _is_of(rows: NDArray[np.void], edit: Edit) -> NDArray[np.bool_]:
    """Rows whose event belongs to the edit's side."""
    if edit.side not in _SIDES:
        return np.ones(len(rows), bool)
    side = _SIDES.index(edit.side)
    if edit.event in _OF_CONTACTS:
        return rows["side"] == side
    return rows["stance"] == (1 - side if edit.event in _OTHER_SIDE else side)


def _nearest(times_s: NDArray[np.float64], time_s: float) -> int:
    away = np.abs(times_s - time_s)
    if not len(away) or np.isnan(away).all():
        return -1
    at = int(np.nanargmin(away))
    return at if away[at] <= NEAREST_S else -1
