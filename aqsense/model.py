"""The nouns: what flows between the rooms. No algorithm lives here.

Inside the program: s, m/s^2 (specific force, gravity included), rad/s, Hz. In result tables lags and
spreads are ms and amplitudes deg/s or deg/s^2, as the column name or `amplitude_unit` says (FORMATS).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, IntFlag
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Ticks = NDArray[np.int64]

SITES: tuple[str, ...] = (
    "left_wrist",
    "right_wrist",
    "left_shin",
    "right_shin",
    "trunk",
    "pelvis",
    "left_thigh",
    "right_thigh",
    "left_foot",
    "right_foot",
    "left_upper_arm",
    "right_upper_arm",
)
AXIS_COLUMNS: tuple[str, ...] = (
    "accel_x_m_s2",
    "accel_y_m_s2",
    "accel_z_m_s2",
    "gyro_x_rad_s",
    "gyro_y_rad_s",
    "gyro_z_rad_s",
)
STANDARD_GRAVITY_M_S2 = 9.80665


class Side(Enum):
    """Side of the body. `NONE` is the trunk."""

    LEFT = "left"
    RIGHT = "right"
    NONE = "none"

    @property
    def other(self) -> Side:
        """The opposite side; the trunk stays the trunk."""
        return {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT, Side.NONE: Side.NONE}[self]


class Event(Enum):
    """The events of FORMATS 4, by the name that stands in `events.csv`."""

    INITIAL_CONTACT = "initial_contact"
    TOE_OFF = "toe_off"
    SWING_PEAK = "swing_peak"
    SHIN_STALL = "shin_stall"
    HEEL_RECOVERY = "heel_recovery"
    ARM_FORWARD_PEAK = "arm_forward_peak"
    ARM_BACKWARD_PEAK = "arm_backward_peak"
    ARM_FRONT_REVERSAL = "arm_front_reversal"
    ARM_BACK_REVERSAL = "arm_back_reversal"
    TRUNK_YAW_PEAK = "trunk_yaw_peak"
    TRUNK_PITCH_PEAK = "trunk_pitch_peak"


class Contributor(Enum):
    """The four equal voices of a step (METHOD 3.4), in the order of tables and pictures' data."""

    PUSH = "push"
    SWING = "swing"
    ARM = "arm"
    TRUNK = "trunk"


class RunKind(Enum):
    """Kind of a run by its median swing-peak rate (METHOD 3.0)."""

    SPRINT = "sprint"
    RUN = "run"
    JOG = "jog"


class Quality(IntFlag):
    """Flags of a row, joined by `;` in lower case in the files; none = good.

    `quality_text` writes them, `QUALITY_MEANING` says in words what each means.
    """

    GOOD = 0
    MISSING_SENSOR = 1 << 0
    NO_DATA = 1 << 1
    NO_PEAK = 1 << 2
    BRIDGED = 1 << 3
    CLIPPED = 1 << 4
    IC_GYRO_ONLY = 1 << 5
    NO_CONTACT = 1 << 6
    NO_TOE_OFF = 1 << 7
    TOE_OFF_NOT_CLAIMED = 1 << 8
    FEW_CONTRIBUTORS = 1 << 9
    FEW_STRIDES = 1 << 10
    BELOW_NOISE = 1 << 11
    LOW_RATE = 1 << 12
    FRAME_DOUBTFUL = 1 << 13
    CLOCK_UNKNOWN = 1 << 15
    NO_STRIDE_TIME = 1 << 16
    CLOCKS_POOR = 1 << 17
    EDITED = 1 << 18
    EXCLUDED = 1 << 19


QUALITY_MEANING: Mapping[Quality, str] = {
    Quality.MISSING_SENSOR: "a sensor that this row needs is not in the recording",
    Quality.NO_DATA: "the sensor has a gap here",
    Quality.NO_PEAK: "the limb shows no peak in the window where the event is looked for",
    Quality.BRIDGED: "a short hole was bridged inside or beside the peak; the SD is tripled",
    Quality.CLIPPED: "the sensor's range was exceeded in the peak",
    Quality.IC_GYRO_ONLY: "contact from the gyroscope alone; SD at least 10 ms",
    Quality.NO_CONTACT: "no contact was found for this step",
    Quality.NO_TOE_OFF: "no toe-off was found for this step",
    Quality.TOE_OFF_NOT_CLAIMED: "toe-off is not claimed at this low leg speed (METHOD 2.3)",
    Quality.FEW_CONTRIBUTORS: "fewer than three contributors, or push or swing leg missing: no score",
    Quality.FEW_STRIDES: "fewer than six scored strides: no verdict",
    Quality.BELOW_NOISE: "the spread is below what the sensors can resolve; only a bound is given",
    Quality.LOW_RATE: "sampled below 50 Hz: the event is blurred and its SD is large",
    Quality.FRAME_DOUBTFUL: "the sensor's axes could not be found with certainty",
    Quality.CLOCK_UNKNOWN: "the recording does not say how well its clocks agree",
    Quality.NO_STRIDE_TIME: "no stride time for this step, so no percent and no score",
    Quality.CLOCKS_POOR: "the clocks agree too poorly for this number (METHOD 6)",
    Quality.EDITED: "moved by hand; of a run: corrections by hand are in it",
    Quality.EXCLUDED: "taken out by hand",
}


def quality_text(quality: int) -> str:
    """The flags as they stand in the files: `bridged;clipped`, empty when good."""
    return ";".join(flag.name.lower() for flag in Quality if quality & flag and flag.name)


@dataclass(frozen=True, slots=True)
class Samples:
    """Rows of one sensor in its own axes, a column per array (all of one length n).

    tick     (n,) int64 unwrapped device counter, rising; None where the file has `time_s`
    time_s   (n,) s on the session's common clock, rising; None where the file has `tick`
    accel    three (n,) arrays, m/s^2, gravity included
    gyro     three (n,) arrays, rad/s
    A lost sample is a missing row. A NaN value is a sample that the sensor did not deliver.
    """

    tick: Ticks | None
    time_s: Floats | None
    accel: tuple[Floats, Floats, Floats]
    gyro: tuple[Floats, Floats, Floats]

    def __len__(self) -> int:
        return len(self.gyro[0])

    def rows(self, start: int, stop: int) -> Samples:
        """Rows [start, stop) as views."""
        cut = slice(start, stop)
        return Samples(
            None if self.tick is None else self.tick[cut],
            None if self.time_s is None else self.time_s[cut],
            (self.accel[0][cut], self.accel[1][cut], self.accel[2][cut]),
            (self.gyro[0][cut], self.gyro[1][cut], self.gyro[2][cut]),
        )


@dataclass(frozen=True, slots=True)
class Sensor:
    """One sensor of a recording: what it is and what it measured.

    rate_hz            nominal; the true rate is estimated from the data
    tick_hz            ticks per second, nominal; None where samples carry `time_s`
    accel_range_m_s2   full scale, None if not stated
    gyro_range_rad_s   full scale, None if not stated
    placement          free text of the metadata, None if not stated
    """

    site: str
    samples: Samples
    rate_hz: float
    tick_hz: float | None = None
    accel_range_m_s2: float | None = None
    gyro_range_rad_s: float | None = None
    placement: str | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A row of `marks.csv`. `run` and `site` are empty strings where they don't apply."""

    time_s: float
    kind: str
    run: str = ""
    site: str = ""
    text: str = ""


# The one rule of METHOD 6: up to which SD of a sensor's clock, ms, what may be said. Sides compared; lags and
# order, and verdicts on the basis of earlier strides; marks and spread. Beyond the last, no score.
COMPARABLE_MS, ORDERED_MS, SCORED_MS = 2.0, 5.0, 10.0

ARRIVAL = np.dtype(
    [
        ("tick", "i8"),  # newest sample in the packet
        ("arrival_s", "f8"),  # host monotonic s since session start
        ("sequence", "i8"),  # -1 where the sensor sends none
        ("n_samples", "i4"),
    ]
)


STEP_EVENT = "step"


@dataclass(frozen=True, slots=True)
class Edit:
    """A correction by hand that counts (edits.csv).

    what     "exclude" or "move"
    event    of `Event`, by value; STEP_EVENT = all scored peaks of a step
    side     of the limb; of the foot on the ground for a step
    time_s   where the event is without it; a step's swing peak
    to_s     where it is with it; NaN unless moved
    """

    what: str
    event: str
    side: str
    time_s: float
    to_s: float = float("nan")
    why: str = ""


@dataclass(frozen=True)
class Recording:
    """A recording as read: untouched samples plus what was written down about them.

    sensors     by site, in the order of SITES
    metadata    recording.json as it stands (FORMATS 1); {} for a wide CSV
    marks       in order of time
    arrivals    by site, ARRIVAL rows; empty where the recording has none
    path        where it came from; None if made in memory
    warnings    what was noticed while reading, as (code, site or "", text)
    edits       corrections by hand, in the order in which they were made
    """

    name: str
    sensors: Mapping[str, Sensor]
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    marks: tuple[Mark, ...] = ()
    arrivals: Mapping[str, NDArray[Any]] = field(default_factory=dict[str, NDArray[Any]])
    path: Path | None = None
    warnings: tuple[tuple[str, str, str], ...] = ()
    edits: tuple[Edit, ...] = ()

    @property
    def athlete(self) -> str:
        """Id of the athlete, "" if not stated."""
        return str(self.metadata.get("athlete") or "")

    @property
    def sync_sd_s(self) -> float:
        """Stated SD of the sensors' clocks against the common time, s; NaN if not stated."""
        value = self.metadata.get("sync_sd_s")
        return float("nan") if value is None else float(value)


Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class Result:
    """What an analysis found, with the names and units of FORMATS 4.

    tables    `events`, `steps`, `strides`, `runs`: column name -> array (text columns are object arrays);
              `envelopes`, what limbs show over a stride, is for pictures and may be absent
    summary   the content of summary.json; a missing value is None with `<name>_reason` beside it
    """

    tables: Mapping[str, Columns]
    summary: Mapping[str, Any]

    def frame(self, table: str) -> pd.DataFrame:
        """One table as a DataFrame."""
        import pandas as pd

        return pd.DataFrame(dict(self.tables[table]))

    @property
    def events(self) -> pd.DataFrame:
        """A row per event (FORMATS 4, events.csv)."""
        return self.frame("events")

    @property
    def steps(self) -> pd.DataFrame:
        """A row per step (steps.csv)."""
        return self.frame("steps")

    @property
    def strides(self) -> pd.DataFrame:
        """A row per stride (strides.csv)."""
        return self.frame("strides")

    @property
    def runs(self) -> pd.DataFrame:
        """A row per run (runs.csv)."""
        return self.frame("runs")

    @property
    def warnings(self) -> list[Mapping[str, Any]]:
        """What is wrong with the data, session-wide: code, site, time_s, text."""
        return list(self.summary["session"]["warnings"])

    def _repr_html_(self) -> str:
        """What a notebook shows: a row per run, its finding, spread with interval and score."""
        runs = self.tables["runs"]
        rows = [{name: column[i] for name, column in runs.items()} for i in range(len(runs["run"]))]
        body = "".join(_html_row(row) for row in rows[:_MOST_RUNS_SHOWN])
        notes = [f"{len(rows) - _MOST_RUNS_SHOWN} more runs"] if len(rows) > _MOST_RUNS_SHOWN else []
        notes += [str(warning["text"]) for warning in self.warnings[:_MOST_WARNINGS_SHOWN]]
        head = "".join(f"<th>{word}</th>" for word in _HTML_HEAD)
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        said = "".join(f"<p>{_escaped(note)}</p>" for note in notes)
        return f"{table}{said}" if rows else f"<p>No run found.</p>{said}"


_HTML_HEAD = ("run", "kind", "athlete", "finding", "spread, ms (95 %)", "score", "steps scored")
_MOST_RUNS_SHOWN, _MOST_WARNINGS_SHOWN = 30, 10
_ABSENT = "\u2013"


def _html_row(run: Mapping[str, Any]) -> str:
    spread, low, high = (_decimal(run[f"spread_{name}ms"], 1) for name in ("", "low_", "high_"))
    if spread == _ABSENT and high != _ABSENT:  # below the noise
        spread = f"under {high}"
    interval = f" ({low} to {high})" if _ABSENT not in (low, high) else ""
    cells = [
        _escaped(run["run"]), _escaped(run["kind"]), _escaped(run["athlete"]),
        f"<b>{_escaped(run['headline'])}</b><br>{_escaped(run['headline_detail'])}",
        f"{spread}{interval}", _decimal(run["convergence"], 0),
        f"{_escaped(run['steps_scored'])} of {_escaped(run['steps_found'])}",
    ]  # fmt: skip
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _decimal(value: float, decimals: int) -> str:
    return f"{value:.{decimals}f}" if value == value else _ABSENT


def _escaped(value: object) -> str:
    return escape(" ".join(str(value).split()))
