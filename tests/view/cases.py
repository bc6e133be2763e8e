"""Every case of VISUAL 3 as a result to draw."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from made_result import SIDES, WHO, Change, Naming, Step, made_result

from aqsense.model import Result

DETAIL = "Strides 5 to 12; 95 % interval 19 to 30 ms. Push leg, swing leg and torso kept their places."
LONG = {"headline_detail": DETAIL}
SESSION = {"name": "flying 30 m", "place": "Sportpark Überschär", "started_utc": "2026-06-14T10:00:00Z"}
NO_VERDICT = {"convergence": math.nan, "headline": "No verdict: clocks agree only within 24 ms",
              "headline_detail": "Shake all sensors together before and after."}  # fmt: skip


def lacking(who: str, side: str, every: int = 1) -> Change:
    """Steps of a side without this contributor's peak: all, or those of every so-manieth stride."""

    def change(step: Step) -> None:
        if step["stance_side"] == side and step["stride"] % every == 0:
            step.update({f"{who}_s": math.nan, f"{who}_quality": "no_data"})

    return change


def beyond(step: Step) -> None:
    """All four peaks outside the axis."""
    for who, shift in zip(WHO, (0.16, 0.11, -0.15, -0.12), strict=True):
        step[f"{who}_s"] += shift


def far_arms(step: Step) -> None:
    """The arms outside the axis, the others near its borders."""
    for who, shift in zip(WHO, (0.05, 0.04, -0.15, -0.05), strict=True):
        step[f"{who}_s"] += shift


def doubtful(step: Step) -> None:
    """Every third step has two doubtful peaks."""
    if step["step"] % 3 == 0:
        step.update(arm_quality="bridged", trunk_quality="clipped")


def without_toe_off(step: Step) -> None:
    """No toe-off is measured."""
    step["toe_off_s"] = math.nan


CASES: Mapping[str, Mapping[str, Any]] = {
    **{f"{n} strides": {"strides": n, "with_intervals": n > 2} for n in (1, 2, 6, 12, 24, 40)},
    "24 strides, right first": {"strides": 24, "first_foot": "right", "scale": 1.7},
    "40 strides, arm": {"strides": 40, "named": Naming("arm"), "with_intervals": True},
    "arm, other side": {"named": Naming("arm"), "with_intervals": True, "run_values": LONG},
    "arm, 24, torso lacks": {"strides": 24, "named": Naming("arm"), "change": lacking("trunk", "left", 2)},
    "torso, label": {"named": Naming("trunk", ("left",), label="torso turn, right foot")},
    "swing, usual": {"strides": 16, "named": Naming("swing", SIDES, "reference", 14.0), "scale": 1.7},
    "push, drift": {"strides": 20, "named": Naming("push", SIDES, "earlier_strides", -12.0)},
    **{f"no {who} {side}": {"change": lacking(who, side)} for who in WHO for side in SIDES},
    **{f"no {who} now and then": {"strides": 24, "change": lacking(who, "right", 2)} for who in WHO},
    "all beyond": {"change": beyond, "with_intervals": True},
    "all beyond, 24": {"strides": 24, "change": beyond, "first_foot": "right"},
    "arms beyond, 24": {"strides": 24, "change": far_arms},
    "doubtful": {"change": doubtful},
    "no toe-off": {"change": without_toe_off},
    "clocks 3 ms": {"clock_sd_s": 0.003, "with_intervals": True},
    "clocks 7 ms": {"clock_sd_s": 0.007, "with_intervals": True},
    "clocks 12 ms": {"clock_sd_s": 0.012, "run_values": NO_VERDICT},
    "clocks not stated, no distance": {"clock_sd_s": None, "with_distance": False},
    "German": {"athlete": "Hans-Jürgen Überschär-Großmann v. Weißen", "session": SESSION},
    "Japanese": {"athlete": "山田太郎" * 10},
    "wide": {"athlete": "W" * 40},
    "hostile": {"athlete": "$x^2$ <script>alert(1)</script>\n\\frac{1}"},
    "six runs": {"strides": 14, "runs": 6, "with_intervals": True},
}  # fmt: skip


def result_of(case: str) -> Result:
    """The result of a case; 12 strides where it doesn't say."""
    options = dict(CASES[case])
    return made_result(options.pop("strides", 12), **options)
