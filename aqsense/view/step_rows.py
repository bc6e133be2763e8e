"""Tables of strides and steps -> the rows of the alignment picture, in ms from each step's zero."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from aqsense.model import Columns, Contributor, Quality, Side
from aqsense.view.run_rows import Peak, StepRow, StrideRow
from aqsense.view.tokens import CONTRIBUTORS

# Flags that tell something about a row but don't make its peak doubtful.
_INFORMATIVE = frozenset(
    flag.name.lower()
    for flag in (
        Quality.TOE_OFF_NOT_CLAIMED,
        Quality.NO_TOE_OFF,
        Quality.FEW_STRIDES,
        Quality.BELOW_NOISE,
        Quality.CLOCK_UNKNOWN,
        Quality.NO_STRIDE_TIME,
    )
    if flag.name
)


def stride_rows(
    strides: Columns, steps: Columns, run_start_s: float, named: Contributor | None
) -> list[StrideRow]:
    """The strides of a run in order of time.

    named   left out of every step's zero, the mean peak of the others; None: the mean of all (VISUAL 3.3)
    """
    rows: list[StrideRow] = []
    for index in np.argsort(strides["start_s"], kind="stable"):
        number, start_s = int(strides["stride"][index]), float(strides["start_s"][index])
        mine = np.flatnonzero(np.asarray(steps["stride"]) == number)
        rows.append(
            StrideRow(
                number=number,
                label=_where(float(strides["distance_m"][index]), start_s - run_start_s),
                first_foot=Side(str(strides["first_foot"][index])),
                steps={Side(str(steps["stance_side"][i])): _step_row(steps, int(i), named) for i in mine},
                spread_ms=float(strides["spread_ms"][index]),
                score=float(strides["convergence"][index]),
            )
        )
    return rows


def _where(distance_m: float, time_s: float) -> str:
    return f"{distance_m:.0f} m" if math.isfinite(distance_m) else f"{max(time_s, 0.0):.1f} s"


def _step_row(steps: Columns, i: int, named: Contributor | None) -> StepRow:
    times = {who: float(steps[f"{who.value}_s"][i]) for who in CONTRIBUTORS}
    found = {who: time for who, time in times.items() if math.isfinite(time)}
    missing = {
        who: _missing_words(CONTRIBUTORS[who].part, _flags(steps[f"{who.value}_quality"][i]))
        for who in CONTRIBUTORS
        if who not in found
    }
    if not math.isfinite(float(steps["spread_ms"][i])):
        return StepRow(math.nan, math.nan, {}, {}, _why_unscored(missing, _flags(steps["quality"][i])))
    zero = float(np.mean([time for who, time in found.items() if who is not named]))
    return StepRow(
        contact_ms=_after(zero, float(steps["contact_s"][i])),
        toe_off_ms=_after(zero, float(steps["toe_off_s"][i])),
        peaks={who: _peak(steps, who, i, _after(zero, time)) for who, time in found.items()},
        missing=missing,
        unscored="",
    )


def _after(zero_s: float, time_s: float) -> float:
    return (time_s - zero_s) * 1000


def _peak(steps: Columns, who: Contributor, i: int, place_ms: float) -> Peak:
    is_doubtful = bool(_flags(steps[f"{who.value}_quality"][i]) - _INFORMATIVE)
    return Peak(place_ms, float(steps[f"{who.value}_sd_s"][i]) * 1000, is_doubtful)


def _flags(quality: object) -> frozenset[str]:
    return frozenset(flag for flag in str(quality).split(";") if flag)


def _missing_words(part: str, flags: frozenset[str]) -> str:
    if "excluded" in flags:
        return f"{part} taken out by hand"
    return f"no {part} peak" if "no_peak" in flags else f"no {part} data"


def _why_unscored(missing: Mapping[Contributor, str], flags: frozenset[str]) -> str:
    """Words for a step without a score; the legs first, for without them there is none (METHOD 4.2)."""
    legs = [missing[who] for who in (Contributor.SWING, Contributor.PUSH) if who in missing]
    if "excluded" in flags:
        return "not scored: taken out by hand"
    if "no_contact" in flags:
        return "not scored: touchdown not found"
    if legs:
        return f"not scored: {', '.join(legs)}"
    if len(missing) > 1:
        return f"not scored: {', '.join(missing.values())}"
    if "no_stride_time" in flags:
        return "not scored: stride time not known"
    return "not scored"
