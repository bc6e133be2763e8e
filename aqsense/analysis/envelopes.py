"""What each contributor shows over a stride, as envelopes for the picture of the stride (METHOD 3.4).

In:  tables of steps and runs, the complete traces.
Out: the table `envelopes`: median and middle half over a run's headline strides, per pushing side.
Refuses: scoring. Nothing is ever computed from an envelope.

An envelope is sign * rate / P95 of the session, cut at zero. The push leg's is not cut: what peaks there is
the halt of a shin that turns back, at a rate of about zero or below (METHOD 5.2); a cut curve would hide it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.analysis.events import Role, Stream, role_site
from aqsense.formats import ENVELOPE_COLUMNS, TEXT, column_kind
from aqsense.model import Columns, Contributor, Floats, Side

N_PHASES = 101
PHASES = np.linspace(-0.25, 0.75, N_PHASES)  # of a stride, 0 = touchdown
FULL_PERCENT = 95.0
STANCES = (Side.LEFT, Side.RIGHT)
OTHER_ARM = "other_arm_back"


@dataclass(frozen=True, slots=True)
class EnvelopeRule:
    """Whose rate, seen from the foot on the ground; `sign` in right stance, `mirrored` turns it in left."""

    name: str
    site: tuple[str, str]
    sign: float = 1.0
    mirrored: bool = False
    is_cut: bool = True


def _sites(role: Role) -> tuple[str, str]:
    return role_site(role, 0), role_site(role, 1)


_SHINS = _sites(Role.STANCE_SHIN)
RULES = (
    EnvelopeRule(Contributor.PUSH.value, _SHINS, is_cut=False),
    EnvelopeRule(Contributor.SWING.value, (_SHINS[1], _SHINS[0])),
    EnvelopeRule(Contributor.ARM.value, _sites(Role.STANCE_ARM)),
    EnvelopeRule(Contributor.TRUNK.value, _sites(Role.TRUNK), mirrored=True),
    EnvelopeRule(OTHER_ARM, _sites(Role.OTHER_ARM), sign=-1.0),
)  # fmt: skip


def envelope_columns(steps: Columns, runs: Columns, streams: Mapping[str, Stream]) -> Columns:
    """Envelopes of all runs that have a headline; rows only where at least one stride is whole.

    steps, runs   tables of the Result: touchdown, stride time and the headline's strides are theirs
    """
    chosen = _headline_steps(steps, runs)
    parts: list[Columns] = []
    for rule in RULES:
        waves = [_waves(steps, chosen, stance, rule, streams) for stance in (0, 1)]
        full = _full(waves)
        for stance, wave in enumerate(waves):
            rows = chosen[stance]
            parts.extend(
                _rows_of(int(run), STANCES[stance], rule.name, wave[steps["run"][rows] == run] / full)
                for run in np.unique(steps["run"][rows])
            )
    return _joined([part for part in parts if len(part["phase"])])


def _headline_steps(steps: Columns, runs: Columns) -> list[NDArray[np.int64]]:
    """Rows of steps in the headlines' strides with touchdown and stride time: of left, of right stance."""
    inside = np.zeros(len(steps["run"]), bool)
    for run, first, last in zip(runs["run"], runs["first_stride"], runs["last_stride"], strict=True):
        if first >= 0:
            inside |= (steps["run"] == run) & (steps["stride"] >= first) & (steps["stride"] <= last)
    inside &= np.isfinite(steps["contact_s"]) & np.isfinite(steps["stride_time_s"])
    return [np.flatnonzero(inside & (steps["stance_side"] == side.value)) for side in STANCES]


def _waves(
    steps: Columns, chosen: list[NDArray[np.int64]], stance: int, rule: EnvelopeRule,
    streams: Mapping[str, Stream],
) -> Floats:  # fmt: skip
    """(steps, N_PHASES) sign * rate, cut at zero; NaN where the sensor has not the whole window."""
    rows = chosen[stance]
    wave = np.full((len(rows), N_PHASES), np.nan)
    stream = streams.get(rule.site[stance])
    if stream is None or not len(rows):
        return wave
    times = steps["contact_s"][rows, None] + PHASES * steps["stride_time_s"][rows, None]
    tick = stream.clock.tick_at(times)
    covered = stream.trace.covers(tick[:, 0], tick[:, -1])
    if not covered.any():
        return wave
    values = stream.trace.channel(0)
    position = stream.trace.position_at(tick[covered])
    low = np.clip(position.astype(np.int64), 0, len(values) - 2)
    found = values[low] + (position - low) * (values[low + 1] - values[low])
    found = found * (rule.sign * (-1.0 if rule.mirrored and stance == 0 else 1.0))
    wave[covered] = np.clip(found, 0.0, None) if rule.is_cut else found
    return wave


def _full(waves: list[Floats]) -> float:
    """The session's P95; 1 where there is nothing, or nothing above zero."""
    every = np.concatenate([wave[~np.isnan(wave)] for wave in waves])
    full = float(np.percentile(np.clip(every, 0.0, None), FULL_PERCENT)) if len(every) else 1.0
    return full if full > 0 else 1.0


def _rows_of(run: int, side: Side, name: str, wave: Floats) -> Columns:
    whole = wave[~np.isnan(wave[:, 0])]
    n = N_PHASES if len(whole) else 0
    low, median, high = np.percentile(whole, (25, 50, 75), axis=0) if n else np.empty((3, 0))
    return {
        "run": np.full(n, run, np.int64),
        "side": np.full(n, side.value, object),
        "contributor": np.full(n, name, object),
        "phase": PHASES[:n],
        "median": median,
        "low": low,
        "high": high,
        "n": np.full(n, len(whole), np.int64),
    }


def _joined(parts: list[Columns]) -> Columns:
    """All parts in order of runs, sides and contributors."""
    parts.sort(key=lambda part: (part["run"][0], part["side"][0]))
    nothing: dict[str, NDArray[Any]] = {name: np.empty(0, _dtype(name)) for name in ENVELOPE_COLUMNS}
    columns: dict[str, NDArray[Any]] = {}
    for name in ENVELOPE_COLUMNS:
        columns[name] = np.concatenate([nothing[name], *(part[name] for part in parts)])
    return columns


def _dtype(name: str) -> type:
    kind = column_kind(name)
    return object if kind == TEXT else np.int64 if kind == "integer" else np.float64
