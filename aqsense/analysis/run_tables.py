"""Findings about a run -> its row of runs.csv and its part of summary.json (FORMATS 4)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.convergence import score
from aqsense.analysis.headline import NamedFact, RunFacts, headline
from aqsense.analysis.intervals import FEW_STEPS
from aqsense.analysis.named import SIDES, Named, kept_places, named_json, named_of
from aqsense.analysis.quantity import Quantity, mean_quantity, stated
from aqsense.analysis.run_findings import FEWEST_STRIDES, RunFindings
from aqsense.analysis.run_steps import RunSteps
from aqsense.analysis.speed import Speed
from aqsense.analysis.surrogates import coupling_and_shift_z, random_lag_p, seed_of
from aqsense.analysis.tables import StepValues
from aqsense.analysis.verdicts import EARLIER_STRIDES, OTHER_SIDE, Comparison, bases_compared
from aqsense.formats import RUN_COLUMNS
from aqsense.model import SCORED_MS, Contributor, Quality, Recording, RunKind, quality_text
from aqsense.settings import Settings


@dataclass(frozen=True)
class RunReport:
    """One run with all that its row and its summary need.

    number              0-based
    steps               all steps of the recording
    headline_rows       rows of `steps` that the headline covers
    swing_rate_deg_s    median swing-peak rate
    start_s, end_s      first and last swing peak
    """

    number: int
    recording: Recording
    settings: Settings
    steps: StepValues
    headline_rows: NDArray[np.int64]
    findings: RunFindings
    swing_rate_deg_s: float
    start_s: float
    end_s: float
    speed: Speed

    @cached_property
    def of_run(self) -> NDArray[np.bool_]:
        return self.steps.run == self.number

    @cached_property
    def named(self) -> Named | None:
        return named_of(self.findings)

    @property
    def kind(self) -> RunKind:
        if self.swing_rate_deg_s >= self.settings.sprint_rate_deg_s:
            return RunKind.SPRINT
        return RunKind.RUN if self.swing_rate_deg_s >= self.settings.run_rate_deg_s else RunKind.JOG

    @cached_property
    def athlete(self) -> str:
        return athlete_of(self.recording, self.end_s)

    def row(self) -> dict[str, Any]:
        """runs.csv."""
        findings, named = self.findings, self.named
        first, second = self.headline
        row: dict[str, Any] = {
            "run": self.number + 1,
            "kind": self.kind.value,
            "athlete": self.athlete,
            "tag": last_mark(self.recording, "tag", self.end_s),
            "start_s": self.start_s,
            "end_s": self.end_s,
            "first_foot": SIDES[int(self.steps.stance[self.of_run][0])],
            "steps_found": int(self.of_run.sum()),
            "steps_scored": len(findings.scored),
            "first_stride": findings.first_stride,
            "last_stride": findings.last_stride,
            "pattern_basis": findings.basis.name if findings.basis else "",
            "verdict": self.verdict,
            "verdict_contributor": named.contributor.value if named else "",
            "verdict_side": named.side if named else "",
            "verdict_basis": named.comparison.basis if named else "",
            "sync_sd_ms": findings.sync_sd_ms,
            "score_set": self.score_set,
            "headline": first,
            "headline_detail": second,
            "quality": quality_text(int(self.quality)),
        }
        for name, quantity in self.quantities.items():
            row |= _columns(name, quantity)
        return row

    @property
    def verdict(self) -> str:
        if self.named:
            return self.named.direction
        return "none" if bases_compared(self.findings.comparisons) else "not_possible"

    @property
    def score_set(self) -> str:
        return "+".join(list(Contributor)[column].value for column in self.findings.steps.columns)

    @property
    def quality(self) -> Quality:
        findings, quality = self.findings, Quality.GOOD
        if findings.few_strides:
            quality |= Quality.FEW_STRIDES
        if not len(findings.steps):
            quality |= Quality.FEW_CONTRIBUTORS
        if not findings.is_comparable:
            quality |= Quality.CLOCKS_POOR
        if findings.spread.reason == "below_noise":
            quality |= Quality.BELOW_NOISE
        if (self.steps.quality[self.of_run] & int(Quality.EDITED | Quality.EXCLUDED)).any():
            quality |= Quality.EDITED
        if math.isnan(findings.sync_sd_ms):
            quality |= Quality.CLOCK_UNKNOWN
        return quality

    @cached_property
    def quantities(self) -> dict[str, Quantity]:
        """QUANTITY of summary.json, by the names of runs.csv."""
        steps, findings = self.steps, self.findings
        # Step and contact times need no score: of a run without one they are those of all its steps.
        rows = self.headline_rows if len(self.headline_rows) else np.flatnonzero(self.of_run)
        step_time = mean_quantity((steps.next_contact_s - steps.contact_s)[rows], "no_contact")
        return {
            "spread_ms": findings.spread,
            "spread_percent": findings.spread.scaled(100.0 / findings.stride_ms),
            "convergence": findings.convergence(findings.spread),
            "pattern_spread_ms": findings.pattern_spread,
            "pattern_ms": findings.pattern,
            "jitter_ms": findings.jitter,
            "consistency": self._consistency(findings.jitter),
            "contributors_in_contact": mean_quantity(steps.n_in_contact[rows], "no_toe_off"),
            "verdict_difference_ms": self.named.difference
            if self.named
            else Quantity.missing(self._why_nobody),
            "step_frequency_hz": step_time.through_falling(lambda seconds: 1 / seconds),
            "contact_time_ms": mean_quantity(1e3 * (steps.toe_off_s - steps.contact_s)[rows], "no_toe_off"),
            "speed_max_m_s": self._fastest(),
        }

    def _consistency(self, jitter: Quantity) -> Quantity:
        """Score of the jitter alone (METHOD 4.3)."""
        percent = jitter.scaled(100.0 / self.findings.stride_ms)
        return percent.through_falling(lambda x: float(score(np.array(x), self.settings.half_percent)))

    def _fastest(self) -> Quantity:
        speed = self.speed.at(self.steps.contact_s[self.of_run])
        known = speed[~np.isnan(speed)]
        if not len(known):
            return Quantity.missing("no_outside_speed")
        return Quantity(
            float(known.max()), math.nan, math.nan, len(known), interval_reason="not_stated_by_source"
        )

    def summary(self) -> dict[str, Any]:
        """The run's part of summary.json."""
        findings, steps = self.findings, self.steps
        found = int(self.of_run.sum())
        excluded = np.flatnonzero(self.of_run & ~steps.scored)
        return {
            "run": self.number + 1,
            "kind": self.kind.value,
            **stated("swing_rate_deg_s", self.swing_rate_deg_s, "no_swing_peak", 1),
            **{name: quantity.as_json() for name, quantity in self.quantities.items()},
            "lags": _by_name(findings.lags()),
            "places": {side: _by_name(findings.places(stance)) for stance, side in enumerate(SIDES)},
            "verdict": self.verdict,
            **self._named_json(),
            "verdicts": [_comparison_json(comparison) for comparison in findings.comparisons],
            "usual": {
                "runs": findings.usual.n_runs,
                "steps": findings.usual.n_steps,
                "reason": findings.usual.reason,
            },
            "surrogates": self._surrogates(),
            "coverage": {"scored": len(findings.scored), "found": found, "expected": found},
            "excluded": [
                {"step": int(steps.step[row]), "reason": quality_text(int(steps.quality[row]))}
                for row in excluded
            ],
            "warnings": self._warnings(),
        }

    def _named_json(self) -> dict[str, Any]:
        if self.named:
            return {"named": named_json(self.findings, self.named)}
        return {"named": None, "named_reason": self._why_nobody}

    @property
    def _why_nobody(self) -> str:
        return "nobody_named" if self.verdict == "none" else "no_verdict_possible"

    def _surrogates(self) -> dict[str, Any]:
        steps, seed = self.findings.steps, seed_of(self.settings.hash)
        if self.findings.sync_ms > SCORED_MS:
            values, reason = (math.nan, math.nan, math.nan), "clocks_poor"
        else:
            p = random_lag_p(steps, self.findings.stride_ms, seed)
            values, reason = (p, *coupling_and_shift_z(steps, seed)), "few_steps"
        names = ("p_random_lag", "coupling_z", "shift_z")
        pairs = zip(names, values, strict=True)
        return {
            key: value for name, number in pairs for key, value in stated(name, number, reason, 6).items()
        }

    def _warnings(self) -> list[dict[str, Any]]:
        n = len(self.findings.steps)
        warnings: list[dict[str, Any]] = []
        if self.findings.few_strides:
            text = f"fewer than {FEWEST_STRIDES} scored strides: the value is rough and there is no verdict"
            warnings.append({"code": "few_strides", "text": text})
        if 0 < n < FEW_STEPS:
            warnings.append({"code": "few_steps", "text": f"few steps ({n}): wide intervals"})
        return warnings

    @cached_property
    def headline(self) -> tuple[str, str]:
        """The two lines of VISUAL 3.4."""
        findings = self.findings
        times = self.steps.times_s[self.of_run]
        never: NDArray[np.bool_] = np.all(np.isnan(times), axis=0)
        names = [contributor.value for contributor in Contributor]
        missing = [name for name, absent in zip(names, never, strict=True) if absent]
        by_name = dict(zip(names, _means(findings.steps), strict=True))
        spread = findings.spread
        return headline(
            RunFacts(
                steps_scored=len(findings.scored), steps_found=int(self.of_run.sum()), spread_ms=spread.value,
                spread_low_ms=spread.low, spread_high_ms=spread.high, first_stride=findings.first_stride,
                last_stride=findings.last_stride, few_strides=findings.few_strides,
                low_rate=findings.low_rate,
                sync_sd_ms=findings.sync_sd_ms, clock_bound_ms=findings.clock_bound_ms(), places_ms=by_name,
                missing=tuple(name for name in missing if name in ("push", "swing")) or tuple(missing),
                named=self._named_fact(), tested=bases_compared(findings.comparisons),
                sides_agree_ms=_sides_agree_ms(findings.comparisons),
                not_compared=_not_compared(findings.comparisons), athlete=self.athlete,
                usual_runs=findings.usual.n_runs,
            )
        )  # fmt: skip

    def _named_fact(self) -> NamedFact | None:
        named = self.named
        if named is None:
            return None
        basis, change = named.comparison.basis, named.comparison.from_stride
        return NamedFact(
            basis, named.contributor.value, named.side, named.difference.value, named.difference.low,
            named.difference.high, kept_places(self.findings, named) if basis == OTHER_SIDE else (), change,
            self._where(change) if basis == EARLIER_STRIDES else "",
        )  # fmt: skip

    def _where(self, stride: int) -> str:
        """Distance, or time, from the run's start to a stride's."""
        rows = np.flatnonzero(self.of_run)
        first = rows[self.steps.stride[rows] == stride][0]
        times = self.steps.contact_s[[rows[0], first]]
        along = np.diff(self.speed.distance(times))
        if np.isfinite(along[0]):
            return f"{along[0]:.0f} m"
        after = float(np.nanmin(self.steps.times_s[first])) - self.start_s
        return f"{after:.1f} s"


def _by_name(quantities: list[Quantity]) -> dict[str, Any]:
    """As JSON, by contributor."""
    return {who.value: quantity.as_json() for who, quantity in zip(Contributor, quantities, strict=True)}


def _means(steps: RunSteps) -> list[float]:
    """Mean place of each contributor from the mean of all, ms; NaN where it is never there."""
    with np.errstate(invalid="ignore"):
        total = np.where(steps.present, steps.centred_ms, 0.0).sum(axis=0)
        return (total / steps.present.sum(axis=0)).tolist()


def _columns(name: str, quantity: Quantity) -> dict[str, float]:
    """Value and ends under those of their names that runs.csv has."""
    stem, unit = (name.removesuffix("_ms"), "_ms") if name.endswith("_ms") else (name, "")
    ends = {f"{stem}_low{unit}": quantity.low, f"{stem}_high{unit}": quantity.high}
    if name == "verdict_difference_ms":
        ends = {"verdict_low_ms": quantity.low, "verdict_high_ms": quantity.high}
    return {
        column: value for column, value in {name: quantity.value, **ends}.items() if column in RUN_COLUMNS
    }


def _comparison_json(comparison: Comparison) -> dict[str, Any]:
    """One basis and contributor; `smallest_tellable_ms` answers "can we tell?"."""
    numbers = {
        "difference_ms": comparison.difference_ms,
        "low_ms": comparison.low_ms,
        "high_ms": comparison.high_ms,
        "smallest_tellable_ms": comparison.smallest_tellable_ms,
        "p": comparison.p,
        "p_holm": comparison.p_holm,
    }
    out: dict[str, Any] = {
        "basis": comparison.basis,
        "contributor": list(Contributor)[comparison.contributor].value,
    }
    for name, value in numbers.items():
        out |= stated(name, value, comparison.reason)
    if comparison.from_stride >= 0:
        out["from_stride"] = comparison.from_stride
    return out | {"named": comparison.named, "reason": comparison.reason}


def _sides_agree_ms(comparisons: list[Comparison]) -> float:
    """Within how many ms left and right agree at 95 %, not finer than what is told apart."""
    ends = [max(abs(c.low_ms), abs(c.high_ms)) for c in comparisons if c.basis == OTHER_SIDE and not c.reason]
    return float(math.ceil(max(5.0, *ends))) if ends else math.nan


def _not_compared(comparisons: list[Comparison]) -> tuple[str, ...]:
    compared = {c.contributor for c in comparisons if not c.reason}
    return tuple(c.value for column, c in enumerate(Contributor) if column not in compared)


def last_mark(recording: Recording, kind: str, end_s: float) -> str:
    """Text of the last mark of a kind before a run's end."""
    texts = [mark.text for mark in recording.marks if mark.kind == kind and mark.time_s <= end_s]
    return texts[-1] if texts else ""


def athlete_of(recording: Recording, end_s: float) -> str:
    """Whose run it is: the last mark, else the recording's."""
    return last_mark(recording, "athlete", end_s) or recording.athlete
