"""The truth as tables: truth.csv and truth_steps.csv."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, Final

import numpy as np

from aqsense.model import Columns, Event, Side
from aqsense.simulate.peaks import NONE
from aqsense.simulate.truth import TrueStep

SOURCE: Final = "simulated"


def events(steps: list[TrueStep]) -> Columns:
    """Columns of truth.csv, in order of time; events that don't exist are not listed."""
    found = [
        (peak.time_s, event.value, side.value, peak)
        for step in steps
        for (event, side), peak in step.peaks.items()
        if peak is not NONE
    ]
    found.sort(key=lambda row: row[:3])
    return {
        "event": _text(row[1] for row in found),
        "side": _text(row[2] for row in found),
        "time_s": np.array([row[0] for row in found], float),
        "source": _text(SOURCE for _ in found),
        "amplitude_rad_s": np.array([row[3].amplitude for row in found], float),
        "width_s": np.array([row[3].width_s for row in found], float),
    }


def _text(values: Iterator[str]) -> np.ndarray:
    return np.array(list(values), dtype=object)


def step_table(steps: list[TrueStep]) -> Columns:
    """Columns of truth_steps.csv: a row per step, names as in steps.csv, spread not debiased."""
    rows = [_row(number, step) for number, step in enumerate(steps)]
    names = list(_row(0, _EMPTY))
    text = ("stance_side", "contact_source")
    return {
        name: np.array([row[name] for row in rows], dtype=object if name in text else None) for name in names
    }


_NAN: Final = float("nan")
_EMPTY: Final = TrueStep(1, 1, Side.RIGHT, _NAN, _NAN, _NAN, _NAN, {})


def _row(number: int, step: TrueStep) -> dict[str, Any]:
    def time(event: Event, side: Side) -> float:
        return step.peaks.get((event, side), NONE).time_s

    contributors = {
        "push_s": time(Event.SHIN_STALL, step.side),
        "swing_s": time(Event.SWING_PEAK, step.side.other),
        "arm_s": time(Event.ARM_FORWARD_PEAK, step.side),
        "trunk_s": time(Event.TRUNK_YAW_PEAK, Side.NONE),
    }
    present = [value for value in contributors.values() if not np.isnan(value)]
    spread_ms = 1000.0 * _spread(present)
    stride_time = step.next_same_s - step.contact_s
    return {
        "step": number,
        "stance_side": step.side.value,
        "contact_s": step.contact_s,
        "toe_off_s": step.toe_off_s,
        "step_time_s": step.next_s - step.contact_s,
        "stride_time_s": stride_time,
        "contact_time_s": step.toe_off_s - step.contact_s,
        "flight_time_s": step.next_s - step.toe_off_s,
        **contributors,
        "trunk_pitch_s": time(Event.TRUNK_PITCH_PEAK, Side.NONE),
        "n_contributors": len(present),
        "spread_ms": spread_ms,
        "spread_percent": 0.1 * spread_ms / stride_time,
        "contact_source": SOURCE,
        "run": step.run,
        "stride": step.stride,
    }


def _spread(times: list[float]) -> float:
    """Mean absolute difference of all pairs, scaled to the SD of a normal law; NaN below three times."""
    if len(times) < 3:
        return float("nan")
    return float(np.mean([abs(a - b) for a, b in combinations(times, 2)]) * np.sqrt(np.pi) / 2)
