"""Are the stated SDs true: does the 95 % interval of an event cover its true time in 95 % of events?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from aqsense.validate.observation import Observation
from aqsense.validate.question import Answers, Question
from aqsense.validate.questions.events import (
    CONTACT_EVENTS,
    ROTATION_EVENTS,
    all_errors,
    cells,
    covered,
    observed,
    plan,
)
from aqsense.validate.simulated import SPEEDS_M_S, WORST
from aqsense.validate.sizes import Size
from aqsense.validate.table import POOLED, REAL, SIMULATED, Place, Row, share_row

JUDGED_FROM_HZ = 50.0
EVENTS = (*CONTACT_EVENTS, *ROTATION_EVENTS)
MEDIAN_SD = "median stated SD {:.1f} ms, SD of errors {:.1f} ms"


def rows(size: Size, answers: Answers, given: Sequence[Observation]) -> list[Row]:
    """Per kind of run and event: given recordings; all rates together, which is judged; each rate."""
    out = []
    for kind in sorted({seen.kind for seen in given}):
        for data in (REAL, SIMULATED):
            mine = [seen for seen in given if seen.kind == kind and seen.data == data]
            out += _of(kind, data, f"{POOLED} ({len(mine)})", mine, ())
    for speed in sorted(SPEEDS_M_S, reverse=True):
        worst = [cell for cell in cells(size) if cell.speed_m_s == speed and cell.sensors == WORST]
        judged = [cell for cell in worst if cell.rate_hz >= JUDGED_FROM_HZ]
        seen = [one for cell in judged for one in observed(cell, size, answers)]
        kind = SPEEDS_M_S[speed]
        out += _of(kind, SIMULATED, f"{speed:g} m/s, all rates together, {WORST}", seen, ("coverage",))
        for cell in worst:
            out += _of(kind, SIMULATED, cell.condition, observed(cell, size, answers), ())
    return out


def _of(
    group: str, data: str, condition: str, seen: Sequence[Observation], limits: tuple[str, ...]
) -> list[Row]:
    out = []
    for name in EVENTS:
        parts = all_errors(seen, name)
        if parts:
            place = Place(group, name, data, condition)
            hits = [covered(part).tolist() for part in parts]
            sd, error = (
                1e3 * np.concatenate([getattr(part, of) for part in parts]) for of in ("sd", "error")
            )
            note = "" if np.isnan(sd).all() else MEDIAN_SD.format(np.nanmedian(sd), error.std())
            out.append(share_row(place, hits, limits=limits, note=note))
    return out


SDS = Question(
    "sds",
    "Are the stated SDs true?",
    "Share of matched events whose true time lies within 1.96 stated SDs of the found one; 95 % is right. A "
    "higher share means that SDs are too large. Sensors with noise, impacts and soft tissue.",
    plan,
    rows,
)
