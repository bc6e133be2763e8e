"""Final rows -> the same rows with the SDs that their runs' own wobble gives (METHOD 2.2).

In:  all rows of a recording and its complete traces.
Out: the rows with `sd_s` of the rotation events replaced. Contacts and toe-offs keep theirs.
A summary over whole runs: nothing is detected with it.

The mean stride of a run, much quieter than a single one, says how far wobble moves each event; the strides'
differences say how much wobble there is. A run of fewer than six strides takes the settings' wobble.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.events import (
    ALIASING_SD_S,
    EVENT_RULES,
    STALL_ALIASING_SD_S,
    Kind,
    Stream,
    event_sd,
    role_site,
)
from aqsense.analysis.mean_stride import CHANNELS, LONGEST_STRIDE_S, RunStrides, run_strides
from aqsense.analysis.mean_wave import MeanWave
from aqsense.analysis.steps import FinalRows
from aqsense.analysis.wobble import measured_wobble
from aqsense.model import Event, Floats, Quality

LARGEST_SCALE = 2.0
_RUN_APART_S = 1e7  # keeps the times of different runs apart in one sorted array


def with_run_sds(found: FinalRows, streams: Mapping[str, Stream], level: float) -> FinalRows:
    """The rows with the SD of every rotation event from its run's wobble; nothing else changes."""
    if not len(found.contacts):
        return found
    contacts, steps = found.contacts.copy(), found.steps.copy()
    strides = run_strides(contacts, streams)
    wobble = _wobble(strides, streams)
    wave = MeanWave(strides.mean, strides.period_s, level)
    phases = _Phases(strides)
    for group in _groups(contacts, steps):
        if group.site not in streams:
            continue
        column = CHANNELS.index((group.site, group.channel))
        rows = group.column[group.rows]
        run = np.searchsorted(strides.runs, group.run[group.rows])
        phase = phases.mean(run, rows["time_s"])
        wobble_sd = wave.wobble_sd(group.kind, column, group.sign, phase, wobble[:, column])[run]
        if group.kind in (Kind.HIGHEST, Kind.LOWEST):
            wobble_sd = wobble_sd * _smaller_swings(run, rows["amplitude"])
        bridged = rows["quality"] & int(Quality.BRIDGED) > 0
        aliasing = STALL_ALIASING_SD_S if group.kind is Kind.LAST_HIGHEST else ALIASING_SD_S
        sd = event_sd(wobble_sd, streams[group.site].trace, bridged, aliasing)
        kept = np.isnan(sd) | np.isnan(rows["sd_s"])
        group.column["sd_s"][group.rows] = np.where(kept, rows["sd_s"], sd)
    return FinalRows(contacts, steps, found.loose)


def _wobble(strides: RunStrides, streams: Mapping[str, Stream]) -> Floats:
    """(runs, channels) measured, or assumed where there are too few strides, rad/s."""
    assumed = [streams[site].wobble_rad_s if site in streams else np.nan for site, _ in CHANNELS]
    measured = measured_wobble(strides)
    return np.where(np.isnan(measured), np.array(assumed), measured)


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one event and one foot on the ground.

    column   FOUND rows of the event, all feet: a view that can be written to
    rows     which of them
    run      run of each row of `column`
    """

    column: NDArray[np.void]
    rows: NDArray[np.int64]
    run: NDArray[np.int64]
    site: str
    channel: int
    sign: float
    kind: Kind


def _groups(contacts: NDArray[np.void], steps: NDArray[np.void]) -> Iterator[_Group]:
    for side, site in enumerate(("left_shin", "right_shin")):
        rows = np.flatnonzero(contacts["side"] == side)
        yield _Group(contacts["swing_peak"], rows, contacts["run"], site, 0, 1.0, Kind.HIGHEST)
    for rule in EVENT_RULES:
        for stance in (0, 1):
            if rule.event is Event.TOE_OFF:
                continue
            rows = np.flatnonzero(steps["stance"] == stance)
            sign = -1.0 if rule.mirrored and stance == 0 else 1.0
            site = role_site(rule.role, stance)
            yield _Group(steps[rule.event.value], rows, steps["run"], site, rule.channel, sign, rule.kind)


class _Phases:
    """Session time -> phase in the stride of its run."""

    def __init__(self, strides: RunStrides):
        self._n_runs = len(strides.runs)
        keys = [row * _RUN_APART_S + times for row, times in enumerate(strides.anchors)]
        self._begin = np.concatenate([[-1.0], *keys])
        self._length_s = np.append(np.diff(self._begin), np.inf)

    def mean(self, run: NDArray[np.int64], time_s: Floats) -> Floats:
        """(runs,) circular mean phase of events in cycles, NaN where a run has none."""
        key = run * _RUN_APART_S + np.where(np.isnan(time_s), -1.0, time_s)
        stride = np.searchsorted(self._begin, key, side="right") - 1
        inside = ~np.isnan(time_s) & (stride >= 0) & (self._length_s[stride] < LONGEST_STRIDE_S)
        run, key, stride = run[inside], key[inside], stride[inside]
        angle = 2 * np.pi * (key - self._begin[stride]) / self._length_s[stride]
        cosine = np.bincount(run, np.cos(angle), self._n_runs)
        sine = np.bincount(run, np.sin(angle), self._n_runs)
        none = np.bincount(run, minlength=self._n_runs) == 0
        return np.where(none, np.nan, np.arctan2(sine, cosine) / (2 * np.pi) % 1.0)


def _smaller_swings(run: NDArray[np.int64], amplitude: Floats) -> Floats:
    """How much farther wobble moves a swing that is smaller than its run's mean; 1 without an amplitude."""
    known = ~np.isnan(amplitude)
    n = int(run.max(initial=-1)) + 1
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.bincount(run[known], amplitude[known], n) / np.bincount(run[known], minlength=n)
        scale = np.clip(mean[run] / amplitude, 1.0 / LARGEST_SCALE, LARGEST_SCALE)
    return np.where(np.isnan(scale), 1.0, scale)
