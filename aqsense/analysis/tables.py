"""Final rows -> the columns of FORMATS 4: events, steps, strides. Session time in s, lags and spreads in ms.

Numbers are computed on whole columns, after everything is final; rounding is left to the writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.convergence import ARM, PUSH, SWING, TRUNK, lags, score, spread, spread_sd
from aqsense.analysis.events import EVENT_RULES, LARGEST_SD_S, Role, role_site
from aqsense.analysis.sensitivity import cap_sd
from aqsense.analysis.speed import Speed
from aqsense.analysis.steps import FinalRows
from aqsense.formats import EVENT_COLUMNS, STEP_COLUMNS, STRIDE_COLUMNS
from aqsense.model import Contributor, Event, Floats, Quality, quality_text
from aqsense.settings import Settings

SIDES = np.array(["left", "right"], object)
# Contributor -> its event (METHOD 3.4); the swing leg's is the step's own swing peak.
CONTRIBUTOR_EVENTS: Mapping[Contributor, Event] = {
    Contributor.PUSH: Event.SHIN_STALL,
    Contributor.SWING: Event.SWING_PEAK,
    Contributor.ARM: Event.ARM_FORWARD_PEAK,
    Contributor.TRUNK: Event.TRUNK_YAW_PEAK,
}
_DEG = 180.0 / np.pi


_OF_TOE_OFF = Quality.TOE_OFF_NOT_CLAIMED | Quality.NO_TOE_OFF | Quality.EDITED | Quality.EXCLUDED


@dataclass(frozen=True)
class StepValues:
    """Steps as numbers, arrays of one length: what strides and runs are summed from.

    times_s, sd_s   (n, 4) contributors in the order push, swing, arm, trunk; SDs with the clocks'
    event_sd_s      (n, 4) SDs without the clocks'
    swing_rate      (n,) rate of the step's swing peak, rad/s
    quality         (n,) flags
    """

    run: NDArray[np.int64]
    stride: NDArray[np.int64]
    step: NDArray[np.int64]
    stance: NDArray[np.int64]
    contact_s: Floats
    next_contact_s: Floats
    toe_off_s: Floats
    stride_time_s: Floats
    times_s: Floats
    sd_s: Floats
    event_sd_s: Floats
    flags: NDArray[np.int64]  # (n, 4)
    spread_s: Floats
    n_in_contact: Floats
    swing_rate: Floats
    quality: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.run)

    @property
    def scored(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.spread_s)


def step_values(found: FinalRows, clock_sd_s: Mapping[str, float]) -> StepValues:
    """All steps of all runs."""
    rows = found.steps
    contact = _ContactLookup(found.contacts)
    order, run = rows["order"].astype(np.int64), rows["run"].astype(np.int64)
    contact_s = contact.time(run, order - 1)
    next_contact_s = contact.time(run, order)
    ahead = contact.time(run, order + 1) - contact_s
    behind = contact_s - contact.time(run, order - 3)
    toe_off_s = rows["toe_off"]["time_s"]
    swing = contact.swing_rows(run, order)
    columns = [rows["shin_stall"], swing, rows["arm_forward_peak"], rows["trunk_yaw_peak"]]
    times_s = np.stack([column["time_s"] for column in columns], axis=1)
    event_sd_s = np.stack([column["sd_s"] for column in columns], axis=1)
    flags = np.stack([column["quality"] for column in columns], axis=1)
    spread_s = spread(times_s)
    quality = np.where(np.isnan(spread_s), int(Quality.FEW_CONTRIBUTORS), 0)
    quality |= contact.flags(run, order - 1)
    quality |= rows["toe_off"]["quality"] & int(_OF_TOE_OFF)
    for column in range(4):
        quality |= flags[:, column]
    stride_time_s = np.where(np.isnan(ahead), behind, ahead)
    stride_time_s = np.where(np.isnan(stride_time_s), rows["stride_s"], stride_time_s)
    return StepValues(
        run, (order - 1) // 2 + 1, order, rows["stance"].astype(np.int64), contact_s, next_contact_s,
        toe_off_s, stride_time_s, times_s, np.hypot(event_sd_s, _clock_sds(rows["stance"], clock_sd_s)),
        event_sd_s, flags, spread_s, _in_contact(times_s, contact_s, toe_off_s), rows["swing_rate_rad_s"],
        quality.astype(np.int64),
    )  # fmt: skip


class _ContactLookup:
    """Contacts by run and order; NaN or NO_CONTACT where there is none."""

    def __init__(self, contacts: NDArray[np.void]):
        self._contacts = contacts
        self._key = self._keys(contacts["run"].astype(np.int64), contacts["order"].astype(np.int64))

    @staticmethod
    def _keys(run: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
        return run * 1_000_000 + order

    def _find(
        self, run: NDArray[np.int64], order: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if not len(self._key):
            return np.zeros(len(run), np.int64), np.zeros(len(run), bool)
        key = self._keys(run, order)
        row = np.minimum(np.searchsorted(self._key, key), len(self._key) - 1)
        return row, (self._key[row] == key) & (order >= 0)

    def time(self, run: NDArray[np.int64], order: NDArray[np.int64]) -> Floats:
        row, known = self._find(run, order)
        return np.where(known, self._contacts["initial_contact"]["time_s"][row], np.nan)

    def flags(self, run: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.int64]:
        row, known = self._find(run, order)
        flags = self._contacts["initial_contact"]["quality"][row]
        return np.where(known, flags, int(Quality.NO_CONTACT))

    def swing_rows(self, run: NDArray[np.int64], order: NDArray[np.int64]) -> NDArray[np.void]:
        row, _ = self._find(run, order)
        return self._contacts["swing_peak"][row]


def _clock_sds(stance: NDArray[np.int64], clock_sd_s: Mapping[str, float]) -> Floats:
    """(n, 4) SD of the clock behind each contributor."""
    sds = np.zeros((len(stance), 4))
    for side in (0, 1):
        sites = {
            PUSH: role_site(Role.STANCE_SHIN, side),
            SWING: role_site(Role.STANCE_SHIN, 1 - side),
            ARM: role_site(Role.STANCE_ARM, side),
            TRUNK: role_site(Role.TRUNK, side),
        }
        for column, site in sites.items():
            sds[stance == side, column] = clock_sd_s.get(site, 0.0)
    return sds


def _in_contact(times_s: Floats, contact_s: Floats, toe_off_s: Floats) -> Floats:
    """Contributors that peak while the foot is on the ground; NaN where contact or toe-off is unknown."""
    inside = (times_s >= contact_s[:, None]) & (times_s <= toe_off_s[:, None])
    known = ~np.isnan(contact_s) & ~np.isnan(toe_off_s)
    return np.where(known, inside.sum(axis=1), np.nan)


def step_columns(
    values: StepValues, found: FinalRows, speed: Speed, settings: Settings, off_pattern_ms: Floats
) -> dict[str, NDArray[Any]]:
    """steps.csv."""
    lag_ms = 1e3 * lags(values.times_s)
    percent = 100.0 * values.spread_s / values.stride_time_s
    columns: dict[str, NDArray[Any]] = {
        "run": values.run + 1,
        "stride": values.stride,
        "step": values.step,
        "stance_side": SIDES[values.stance],
        "contact_s": values.contact_s,
        "toe_off_s": values.toe_off_s,
        "step_time_s": values.next_contact_s - values.contact_s,
        "stride_time_s": values.stride_time_s,
        "contact_time_s": values.toe_off_s - values.contact_s,
        "flight_time_s": values.next_contact_s - values.toe_off_s,
        "n_contributors": (~np.isnan(values.times_s)).sum(axis=1),
        "n_in_contact": values.n_in_contact,
        "spread_ms": 1e3 * values.spread_s,
        "spread_sd_ms": 1e3 * spread_sd(values.times_s, values.sd_s),
        "spread_percent": percent,
        "convergence": score(percent, settings.half_percent),
        "pattern_spread_ms": off_pattern_ms,
        "speed_m_s": speed.at(values.contact_s),
        "quality": _texts(values.quality),
        "trunk_pitch_s": found.steps["trunk_pitch_peak"]["time_s"],
        "other_arm_back_s": found.steps["arm_backward_peak"]["time_s"],
    }
    for column, contributor in enumerate(Contributor):
        name = contributor.value
        columns[f"{name}_s"] = values.times_s[:, column]
        columns[f"lag_{name}_ms"] = lag_ms[:, column]
        columns[f"{name}_sd_s"] = values.sd_s[:, column]
        columns[f"{name}_quality"] = _texts(values.flags[:, column])
    return {name: columns[name] for name in STEP_COLUMNS}


def _texts(flags: NDArray[np.int64]) -> NDArray[Any]:
    kinds, index = np.unique(flags, return_inverse=True)
    return np.array([quality_text(int(kind)) for kind in kinds], object)[index]


def stride_columns(
    values: StepValues, speed: Speed, settings: Settings, off_pattern_ms: Floats
) -> dict[str, NDArray[Any]]:
    """strides.csv: a stride is its one or two steps; spreads are root mean squares (METHOD 4.2)."""
    key = values.run * 1_000_000 + values.stride
    _, first, index = np.unique(key, return_index=True, return_inverse=True)
    n = len(first)
    last = n_last(index, n)

    def mean(x: Floats) -> Floats:
        known = ~np.isnan(x)
        count = np.bincount(index[known], minlength=n)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.bincount(index[known], x[known], minlength=n) / np.where(count, count, np.nan)

    rms_s = np.sqrt(mean(values.spread_s**2))
    sd_s = np.sqrt(mean(spread_sd(values.times_s, values.sd_s) ** 2)) / np.sqrt(
        np.maximum(np.bincount(index[values.scored], minlength=n), 1)
    )
    start_s = values.contact_s[first]
    stride_time_s = mean(values.stride_time_s)
    percent = 100.0 * rms_s / stride_time_s
    contributors = (~np.isnan(values.times_s)).sum(axis=1)
    lowest = np.full(n, 99, np.int64)
    np.minimum.at(lowest, index, contributors)
    quality = np.zeros(n, np.int64)
    np.bitwise_or.at(quality, index, values.quality)
    columns: dict[str, NDArray[Any]] = {
        "run": values.run[first] + 1,
        "stride": values.stride[first],
        "first_foot": SIDES[values.stance[first]],
        "start_s": start_s,
        "end_s": values.next_contact_s[last],
        "stride_time_s": stride_time_s,
        "n_steps": np.bincount(index, minlength=n),
        "n_contributors": lowest,
        "spread_ms": 1e3 * rms_s,
        "spread_sd_ms": 1e3 * sd_s,
        "spread_percent": percent,
        "convergence": score(percent, settings.half_percent),
        "pattern_spread_ms": np.sqrt(mean(off_pattern_ms**2)),
        "n_in_contact": mean(values.n_in_contact),
        "speed_m_s": speed.at(start_s),
        "distance_m": _distance_in_run(values, first, start_s, speed),
        "quality": _texts(quality),
    }
    return {name: columns[name] for name in STRIDE_COLUMNS}


def n_last(index: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """Last row of each group of a sorted grouping."""
    return np.searchsorted(index, np.arange(n), side="right") - 1


def _distance_in_run(values: StepValues, first: NDArray[np.int64], start_s: Floats, speed: Speed) -> Floats:
    along = speed.distance(start_s)
    if not len(first):
        return along
    _, run_index = np.unique(values.run[first], return_inverse=True)
    run_start = np.searchsorted(run_index, np.arange(int(run_index.max()) + 1))
    return along - along[run_start][run_index]


def event_columns(
    found: FinalRows, values: StepValues, clock_sd_s: Mapping[str, float], settings: Settings
) -> dict[str, NDArray[Any]]:
    """events.csv, in order of time; events that were not found have no row."""
    parts = [*_contact_parts(found), *_step_parts(found, values), _loose_part(found, settings)]
    joined = {name: np.concatenate([part[name] for part in parts]) for name in EVENT_COLUMNS}
    site_sd = np.array([clock_sd_s.get(site, 0.0) for site in joined["site"]])
    joined["time_sd_s"] = np.hypot(joined["time_sd_s"].astype(float), site_sd)
    known = ~np.isnan(joined["time_s"].astype(float))
    order = np.argsort(joined["time_s"][known], kind="stable")
    columns = {name: column[known][order] for name, column in joined.items()}
    columns["quality"] = _texts(columns["quality"].astype(np.int64))
    return columns


def _part(
    event: Event, site: NDArray[Any], side: NDArray[Any], stance: NDArray[Any], run: NDArray[np.int64],
    step: NDArray[np.int64], rows: NDArray[np.void], unit: str,
) -> dict[str, NDArray[Any]]:  # fmt: skip
    n = len(rows)
    factor = _DEG if unit else np.nan
    return {
        "event": np.full(n, event.value, object),
        "site": site,
        "side": side,
        "stance_side": stance,
        "run": run,
        "step": step,
        "time_s": rows["time_s"],
        "time_sd_s": rows["sd_s"],
        "amplitude": rows["amplitude"] * factor,
        "amplitude_unit": np.full(n, unit, object),
        "width_s": rows["width_s"],
        "quality": rows["quality"],
    }


def _contact_parts(found: FinalRows) -> list[dict[str, NDArray[Any]]]:
    contacts = found.contacts
    side = contacts["side"].astype(np.int64)
    run, order = contacts["run"].astype(np.int64) + 1, contacts["order"].astype(np.int64)
    site = _shin(side)
    last = np.zeros(len(contacts), bool)
    last[n_last(contacts["run"].astype(np.int64), int(run.max(initial=0)))] = True
    swing = _part(
        Event.SWING_PEAK, site, SIDES[side], SIDES[1 - side], run, np.where(order >= 1, order, -1),
        contacts["swing_peak"], "deg/s",
    )  # fmt: skip
    landing = _part(
        Event.INITIAL_CONTACT, site, SIDES[side], SIDES[side], run, np.where(last, -1, order + 1),
        contacts["initial_contact"], "",
    )  # fmt: skip
    return [swing, landing]


def _shin(side: NDArray[np.int64]) -> NDArray[Any]:
    return np.array(["left_shin", "right_shin"], object)[side]


def _step_parts(found: FinalRows, values: StepValues) -> list[dict[str, NDArray[Any]]]:
    parts: list[dict[str, NDArray[Any]]] = []
    for rule in EVENT_RULES:
        rows = found.steps[rule.event.value]
        if rule.event is Event.TOE_OFF:
            rows = rows[~np.isnan(values.toe_off_s)]
            kept = ~np.isnan(values.toe_off_s)
        else:
            kept = np.ones(len(rows), bool)
        stance = values.stance[kept]
        site = np.array([role_site(rule.role, side) for side in (0, 1)], object)[stance]
        side = np.array([text.split("_")[0] if text != "trunk" else "none" for text in site], object)
        unit = "deg/s^2" if rule.event is Event.TOE_OFF else "deg/s"
        unit = "" if "reversal" in rule.event.value else unit
        parts.append(
            _part(rule.event, site, side, SIDES[stance], values.run[kept] + 1, values.step[kept], rows, unit)
        )
    return parts


def _loose_part(found: FinalRows, settings: Settings) -> dict[str, NDArray[Any]]:
    """Swing peaks in no run: walking, drills, single swings."""
    loose = found.loose
    side = loose["side"].astype(np.int64)
    none = np.full(len(loose), -1, np.int64)
    rows = np.zeros(len(loose), found.contacts["swing_peak"].dtype)
    rows["time_s"], rows["width_s"], rows["amplitude"] = loose["time_s"], loose["width_s"], loose["height"]
    wobble = np.deg2rad(settings.wobble_limb_deg_s)
    sd_s = cap_sd(loose["width_s"], loose["height"], settings.centroid_level, wobble)
    rows["sd_s"] = np.minimum(sd_s, LARGEST_SD_S)
    return _part(
        Event.SWING_PEAK, _shin(side), SIDES[side], np.full(len(loose), "", object), none, none, rows, "deg/s"
    )
