"""What may come out of a damaged recording, as things that can be checked and said in words.

Numbers are honest if every peak either lies where the clean recording has it (within a stated tolerance),
or carries a flag, or is missing with its reason. Anything else is a plausible wrong number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from aqsense.errors import AqsenseError
from aqsense.formats import column_kind
from aqsense.model import Result

CONTRIBUTORS = ("push", "swing", "arm", "trunk")
# What a step says about itself. Its numbers within the run are left out: a run that falls in two counts anew.
MEASURED = (
    "stance_side", "contact_s", "toe_off_s", "stride_time_s", "push_s", "swing_s", "arm_s", "trunk_s",
    "lag_push_ms", "lag_swing_ms", "lag_arm_ms", "lag_trunk_ms", "spread_ms", "spread_percent", "convergence",
    "push_quality", "swing_quality", "arm_quality", "trunk_quality",
)  # fmt: skip
SAME_STEP_S = 0.060


@dataclass(frozen=True)
class Seen:
    """What an analysis of the damaged recording did.

    result        None where an error was raised
    same_frames   the result with the body axes of the clean recording; None where nobody asks for it
    """

    clean: Result
    result: Result | None = None
    error: AqsenseError | None = None
    same_frames: Result | None = None

    @property
    def codes(self) -> set[tuple[str, str]]:
        assert self.result is not None
        return {(str(w["code"]), str(w["site"])) for w in self.result.warnings}


@dataclass(frozen=True)
class Refused:
    """One clear error that holds these words; nothing is written."""

    words: tuple[str, ...]
    code: int = 2

    def said(self) -> str:
        quoted = ", ".join(f"`{word}`" for word in self.words)
        return f"one error (exit code {self.code}) that says {quoted}"

    def check(self, seen: Seen) -> None:
        assert seen.error is not None, f"no error; {describe(seen)}"
        text = str(seen.error)
        missing = [word for word in self.words if word not in text]
        assert not missing, f"{missing} not in: {text}"
        assert seen.error.exit_code == self.code
        assert "\n" not in text


@dataclass(frozen=True)
class Nothing:
    """No run, tables with headers and no rows, and the reason (exit code 1)."""

    words: tuple[str, ...]
    warns: tuple[tuple[str, str], ...] = ()

    def said(self) -> str:
        quoted = ", ".join(f"`{word}`" for word in self.words)
        return f"no run, and the reason that says {quoted} (exit code 1)"

    def check(self, seen: Seen) -> None:
        assert seen.result is not None, f"refused: {seen.error}"
        assert len(seen.result.runs) == len(seen.result.steps) == 0, describe(seen)
        reason = seen.result.summary["session"].get("reason") or ""
        missing = [word for word in self.words if word not in reason]
        assert not missing, f"{missing} not in: {reason}"
        assert set(self.warns) <= seen.codes, describe(seen)


@dataclass(frozen=True)
class Numbers:
    """Results, honest ones.

    tolerance_ms   how far a peak without a flag may lie from the clean recording's
    warns          (code, site) that must be among the session's warnings
    warns_only     those and no others
    untouched      steps outside this span of session time equal the clean ones to the byte, given the same
                   body axes
    flags          contributor -> flag that its damaged peaks carry, at least once
    absent         contributor -> the reason that stands on all its steps; it has no time anywhere
    side           `flags` and `absent` hold for steps with this stance foot
    least_steps    so many steps are found
    contacts_ms    how far a contact may lie off; None = not looked at
    """

    tolerance_ms: float = 1.0
    warns: tuple[tuple[str, str], ...] = ()
    warns_only: bool = True
    untouched: tuple[float, float] | None = None
    flags: Mapping[str, str] = field(default_factory=dict)
    absent: Mapping[str, str] = field(default_factory=dict)
    side: str = ""
    least_steps: int = 0
    contacts_ms: float | None = None

    def said(self) -> str:
        parts: list[str] = []
        if self.untouched is not None:
            parts.append("untouched steps equal to the byte")
        if self.tolerance_ms < 0.001:
            parts.append("the clean numbers")
        elif self.untouched is None:
            parts.append(f"unflagged peaks within {self.tolerance_ms:g} ms of the clean ones")
        where = f" in {self.side} stance" if self.side else ""
        parts += [f"`{flag}` on the {name} where damaged{where}" for name, flag in self.flags.items()]
        parts += [f"{name} NaN, reason `{flag}`{where}" for name, flag in self.absent.items()]
        parts += [f"warning `{code}`" + (f" ({site})" if site else "") for code, site in self.warns]
        return "; ".join(parts)

    def check(self, seen: Seen) -> None:
        assert seen.result is not None, f"refused: {seen.error}"
        self._check_warnings(seen)
        steps = seen.result.steps
        assert len(steps) >= max(self.least_steps, 1), describe(seen)
        check_reasons(steps)
        if self.side:
            steps = steps[steps["stance_side"] == self.side]
        for name, flag in self.flags.items():
            assert steps[f"{name}_quality"].str.contains(flag).any(), describe(seen)
        for name, flag in self.absent.items():
            assert steps[f"{name}_s"].isna().all(), describe(seen)
            assert steps[f"{name}_quality"].str.contains(flag).all(), set(steps[f"{name}_quality"])
        check_honest(seen.result.steps, seen.clean.steps, self.tolerance_ms, self.contacts_ms)
        if self.untouched is not None:
            assert seen.same_frames is not None
            check_untouched(seen.same_frames.steps, seen.clean.steps, self.untouched)
            check_honest(seen.same_frames.steps, seen.clean.steps, self.tolerance_ms, self.contacts_ms)

    def _check_warnings(self, seen: Seen) -> None:
        missing = set(self.warns) - seen.codes
        assert not missing, f"no warning {missing}; {describe(seen)}"
        if self.warns_only:
            extra = seen.codes - set(self.warns)
            assert not extra, f"further warnings {extra}; {describe(seen)}"


Outcome = Refused | Nothing | Numbers


def check_reasons(steps: pd.DataFrame) -> None:
    """A missing peak has its reason on the row, a missing score too."""
    for name in CONTRIBUTORS:
        bare = steps[f"{name}_s"].isna() & (steps[f"{name}_quality"] == "")
        assert not bare.any(), f"{name} is missing without a reason in steps {list(steps['step'][bare])}"
    bare = steps["convergence"].isna() & (steps["quality"] == "")
    assert not bare.any()


def check_honest(
    steps: pd.DataFrame, clean: pd.DataFrame, tolerance_ms: float, contacts_ms: float | None
) -> None:
    """Peaks without a flag lie where the clean recording has them."""
    pairs = matched(steps, clean)
    invented = steps.drop(index=pairs["row"])
    # A braking athlete's run may end a step earlier or later; within the run there is nothing to invent.
    inside = invented["swing_s"].between(clean["swing_s"].min(), clean["swing_s"].max())
    bare = inside & invented["spread_ms"].notna() & ~invented["quality"].str.contains("frame_doubtful")
    assert not bare.any(), (
        f"steps that the clean recording does not have: {invented['swing_s'][bare].tolist()}"
    )
    for name in CONTRIBUTORS:
        off_ms = 1e3 * (pairs[f"{name}_s"] - pairs[f"{name}_s_clean"]).abs()
        good = pairs[f"{name}_quality"] == ""
        wrong = good & ~(off_ms <= tolerance_ms + 1e-9)
        assert not wrong.any(), (
            f"{name} without a flag is off by {off_ms[wrong].round(2).tolist()[:8]} ms at "
            f"{pairs['swing_s_clean'][wrong].round(2).tolist()[:8]} s"
        )
    if contacts_ms is not None:
        off_ms = 1e3 * (pairs["contact_s"] - pairs["contact_s_clean"]).abs()
        measured = ~pairs["quality"].str.contains("ic_gyro_only|no_contact|clipped")
        assert not (measured & (off_ms > contacts_ms)).any(), off_ms.max()


def check_untouched(steps: pd.DataFrame, clean: pd.DataFrame, span_s: tuple[float, float]) -> None:
    """Every clean step outside the span is there again, equal to the byte in all that was measured."""
    begin, end = span_s
    middle = clean["trunk_s"].fillna(clean["swing_s"])
    outside = clean[(middle < begin) | (middle > end)]
    assert len(outside), "nothing is untouched: the row tests nothing"
    pairs = matched(steps, outside)
    lost = set(outside["step"]) - set(pairs["step_clean"])
    assert not lost, f"untouched steps are gone: {sorted(lost)}"
    for name in MEASURED:
        new, old = as_in_files(pairs[name], name), as_in_files(pairs[f"{name}_clean"], name)
        same = (new == old) | (new.isna() & old.isna())
        assert same.all(), (
            name,
            pairs["step_clean"][~same].tolist(),
            new[~same].tolist(),
            old[~same].tolist(),
        )


def as_in_files(values: pd.Series, name: str) -> pd.Series:
    """Numbers rounded as FORMATS writes them; texts as they are."""
    kind = column_kind(name)
    return values.astype(float).round(int(kind)) if kind.isdigit() else values


def matched(steps: pd.DataFrame, clean: pd.DataFrame) -> pd.DataFrame:
    """Steps beside the clean step of the same foot and time, with their row numbers as `row`.

    A step has its time from whatever peak is there: one of them always is.
    """
    rows: list[dict[str, Any]] = []
    keys = [f"{name}_s" for name in CONTRIBUTORS]
    for _, old in clean.iterrows():
        near = steps[(steps["stance_side"] == old["stance_side"])]
        distance = (near[keys] - old[keys].to_numpy(dtype=float)).abs().min(axis=1)
        if len(near) and distance.min() <= SAME_STEP_S:
            new = near.loc[distance.idxmin()]
            rows.append(
                {
                    **new.to_dict(),
                    "row": distance.idxmin(),
                    **{f"{name}_clean": value for name, value in old.items()},
                }
            )
    columns = [*steps.columns, "row", *(f"{name}_clean" for name in clean.columns)]
    return pd.DataFrame(rows, columns=columns)


def describe(seen: Seen) -> str:
    """What was seen, for a failing test."""
    if seen.result is None:
        return f"refused: {seen.error}"
    steps = seen.result.steps
    flags = {name: steps[f"{name}_quality"].value_counts().to_dict() for name in CONTRIBUTORS}
    spread = np.round(seen.result.runs["spread_ms"].to_numpy(float), 2)
    reason = seen.result.summary["session"].get("reason")
    return f"steps {len(steps)}, spread {spread}, {flags}, {sorted(seen.codes)}, reason {reason}"
