"""How well the clocks of a session agree, from summary.json: for lane and note of the pictures."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any


def worst_pair_bound_ms(clocks: Mapping[str, Mapping[str, Any]]) -> float:
    """95 % bound in ms on the disagreement of the two worst clocks: 1.96 sqrt(sd_i^2 + sd_j^2).

    clocks   site -> {"sd_s": SD in s or None, ...}
    returns  NaN where a clock's SD is not stated, or where there are fewer than two clocks
    """
    stated = [clock.get("sd_s") for clock in clocks.values()]
    known = sorted(float(sd) for sd in stated if sd is not None and math.isfinite(sd))
    if len(known) < max(len(stated), 2):
        return math.nan
    return 1.96 * math.hypot(*known[-2:]) * 1000
