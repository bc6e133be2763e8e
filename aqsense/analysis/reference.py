"""The athlete's usual: steps of earlier runs at like step frequency, against which a run may be held
(METHOD 5.1).

In:  finished Results (the user's references) and the earlier runs of the same recording.
Out: groups of steps, or the reason why there is no usual.
Refuses: other athletes, another place of the trunk sensor, other settings, clocks too coarse to compare
sensors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aqsense.analysis.contrasts import Group
from aqsense.analysis.convergence import N_CONTRIBUTORS
from aqsense.analysis.drift import LIKE_FREQUENCY
from aqsense.analysis.run_steps import SENSOR_OF, RunSteps, sensor_sds_ms
from aqsense.errors import SettingsError
from aqsense.model import COMPARABLE_MS, Contributor, Result
from aqsense.settings import Settings

FEWEST_STEPS = 40


@dataclass(frozen=True)
class KnownRun:
    """The headline steps of a run and what must be alike for a comparison.

    session     whose clocks these are: name and start of the recording
    start_s     start of the run in its recording
    placement   of the trunk sensor, "" if not stated
    number      of the run in its tables, 1-based
    result      where its tables are; None = the recording that is being analysed
    """

    session: str
    athlete: str
    start_s: float
    placement: str
    steps: RunSteps
    number: int
    result: Result | None = None

    @property
    def sync_ms(self) -> float:
        return float(self.steps.sensor_sd_ms.max())

    def is_same_run(self, other: KnownRun) -> bool:
        """The same stretch of the same recording, whatever analysis it came from."""
        return self.session == other.session and abs(self.start_s - other.start_s) < 1.0


@dataclass(frozen=True)
class Usual:
    """Steps to be held against, and the runs whose they are; empty groups with a reason where there are too
    few."""

    groups: tuple[Group, ...]
    n_runs: int
    n_steps: int
    reason: str
    runs: tuple[KnownRun, ...] = ()


def usual(run: KnownRun, known: Sequence[KnownRun]) -> Usual:
    """What of the known runs may stand for this athlete's usual; the run itself is left out."""
    left = [other for other in known if not other.is_same_run(run)]
    if not left:
        return Usual((), 0, 0, "no_reference")
    tests: tuple[tuple[str, Callable[[KnownRun], bool]], ...] = (
        ("other_athlete", lambda other: other.athlete == run.athlete),
        ("other_placement", lambda other: other.placement == run.placement),
        ("clocks_poor", lambda other: other.sync_ms <= COMPARABLE_MS),
        ("other_contributors", lambda other: other.steps.columns == run.steps.columns),
        ("other_step_frequency", lambda other: _is_like(run.steps.step_ms, other.steps.step_ms)),
    )
    for reason, fits in tests:
        left = [other for other in left if fits(other)]
        if not left:
            return Usual((), 0, 0, reason)
    groups = tuple(Group(other.steps, other.session) for other in left)
    n_steps = sum(len(group.steps) for group in groups)
    if n_steps < FEWEST_STEPS:
        return Usual((), len(groups), n_steps, "reference_too_small")
    return Usual(groups, len(groups), n_steps, "", tuple(left))


def _is_like(step_ms: float, other_ms: float) -> bool:
    return abs(other_ms / step_ms - 1) <= LIKE_FREQUENCY


def session_key(session: Mapping[str, Any]) -> str:
    """Name and start of a recording."""
    return f"{session.get('name') or ''} {session.get('started_utc') or ''}"


def trunk_placement(session: Mapping[str, Any]) -> str:
    """Where the trunk sensor was worn, "" if not stated; `session` as in summary.json."""
    sensors: Mapping[str, Any] = session.get("sensors") or {}
    trunk: Mapping[str, Any] = sensors.get("trunk") or {}
    return str(trunk.get("placement") or "")


def known_runs(result: Result, settings: Settings) -> list[KnownRun]:
    """The runs of a finished Result with at least one headline step.

    Raises SettingsError where it was computed with other settings.
    """
    other_hash = result.summary.get("settings_hash")
    session: Mapping[str, Any] = result.summary["session"]
    if other_hash != settings.hash:
        name = session.get("name") or ""
        raise SettingsError(
            f"the reference {name!r} was analysed with settings {other_hash}, this recording with "
            f"{settings.hash}: their peaks can't be compared. Give the reference's recording, or analyse "
            "it again with the same settings.",
            name="reference",
            value=other_hash,
        )
    clocks: Mapping[str, Any] = session.get("clocks") or {}
    sds = sensor_sds_ms({site: _number(clock.get("sd_s")) for site, clock in clocks.items()})
    placement = trunk_placement(session)
    runs = result.tables["runs"]
    found = [
        KnownRun(
            session_key(session),
            str(runs["athlete"][i]),
            float(runs["start_s"][i]),
            placement,
            _headline_steps(
                result, int(run), (int(runs["first_stride"][i]), int(runs["last_stride"][i])), sds
            ),
            int(run),
            result,
        )
        for i, run in enumerate(runs["run"])
    ]
    return [run for run in found if len(run.steps)]


def _number(value: Any) -> float:
    return math.nan if value is None else float(value)


def _headline_steps(result: Result, run: int, strides: tuple[int, int], sensor_sd_ms: Any) -> RunSteps:
    table = {name: np.asarray(column) for name, column in result.tables["steps"].items()}
    stride = table["stride"]
    rows = (table["run"] == run) & (stride >= strides[0]) & (stride <= strides[1])
    rows &= ~np.isnan(table["spread_ms"].astype(float))
    names = [contributor.value for contributor in Contributor]
    times = np.stack([1e3 * table[f"{name}_s"][rows].astype(float) for name in names], axis=1)
    sd = np.stack([1e3 * table[f"{name}_sd_s"][rows].astype(float) for name in names], axis=1)
    stance = (table["stance_side"][rows] == "right").astype(np.int64)
    clock = sensor_sd_ms[SENSOR_OF[stance]].reshape(-1, N_CONTRIBUTORS)
    event_sd = np.sqrt(np.maximum(sd**2 - clock**2, 0.0))
    return RunSteps(
        times,
        event_sd,
        stance,
        stride[rows].astype(np.int64),
        table["step"][rows].astype(np.int64),
        sensor_sd_ms,
    )
