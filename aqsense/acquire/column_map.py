"""Any CSV through a column map: `--columns map.toml` says which columns are what.

Example, one file for all sensors, semicolons and decimal commas, times in ms:

    separator = ";"             # default ","
    decimal = ","               # default "."
    header_line = 3             # line of the column names; default 1
    missing = ["-"]             # further words for "no value"; empty, NA and NaN always are
    sync_sd_s = 0.002           # SD of the sensors' clocks, where known
    athlete = "a07"             # optional

    [time]
    column = "t"
    unit = "ms"                 # s (default), ms, us or ns

    [sites.left_shin]
    accel = ["ax", "ay", "az"]
    accel_unit = "g"            # m/s^2, g or mg
    gyro = ["gx", "gy", "gz"]
    gyro_unit = "deg/s"         # rad/s, deg/s or mdeg/s
    rate_hz = 100               # optional; else from the times
    accel_range_m_s2 = 156.9    # optional, as gyro_range_rad_s and placement

One file per sensor: `file = "left.csv"` in each site; sought beside the CSV given, or in the folder given.
No time column: `[time]` with `rate_hz = 100` instead of `column`; rows are then even steps from 0.
A site may have its own `time = {...}`. Every site needs its units: none is ever guessed.
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from aqsense.acquire.channels import Channel
from aqsense.acquire.header import MISSING, Dialect, Header, listed, read_header, shown
from aqsense.acquire.metadata import finite
from aqsense.acquire.number_table import NumberTable, read_numbers
from aqsense.acquire.rate import median_rate_hz
from aqsense.acquire.sensor_rows import check_rate, check_rising, read_samples, settle_rate
from aqsense.errors import RecordingError
from aqsense.model import SITES, STANDARD_GRAVITY_M_S2, Recording, Sensor

ACCEL_UNITS = {"m/s^2": 1.0, "g": STANDARD_GRAVITY_M_S2, "mg": STANDARD_GRAVITY_M_S2 / 1000.0}
GYRO_UNITS = {"rad/s": 1.0, "deg/s": math.pi / 180.0, "mdeg/s": math.pi / 180_000.0}
TIME_UNITS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
_TOP = ("separator", "decimal", "header_line", "missing", "sync_sd_s", "athlete", "name", "time", "sites")
_TIME = ("column", "unit", "rate_hz")
_SITE = (
    "file", "accel", "accel_unit", "gyro", "gyro_unit", "time", "rate_hz", "placement", "accel_range_m_s2",
    "gyro_range_rad_s",
)  # fmt: skip
_MADE_TIME = "time (made from rate_hz)"  # stands in the table where the file has no time column

Warnings = tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class TimeSource:
    """A time column with its units per second, or (column "") the rate of evenly spaced rows."""

    column: str
    units_per_s: float
    rate_hz: float


@dataclass(frozen=True, slots=True)
class SiteSource:
    """Where one sensor's columns are. `file` "" is the CSV given; `rate_hz` NaN means: from the times."""

    file: str
    channels: tuple[Channel, ...]
    time: TimeSource
    rate_hz: float
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """A checked column map; `sites` in the order of SITES."""

    dialect: Dialect
    sites: Mapping[str, SiteSource]
    metadata: Mapping[str, Any] = field(default_factory=dict)


def read_mapped(path: Path, map_path: Path) -> Recording:
    """Read the CSV (or the folder of CSVs) at `path` as the map says.

    Rows whose six cells of a sensor are missing are left out for that sensor. The rate is the one stated,
    else the median of the times. Raises RecordingError that names the map's field or the table's line.
    """
    column_map = read_column_map(map_path)
    sensors: dict[str, Sensor] = {}
    warnings: Warnings = ()
    for file in dict.fromkeys(source.file for source in column_map.sites.values()):
        sources = {site: source for site, source in column_map.sites.items() if source.file == file}
        found, noticed = _read_file(_file_path(path, file, map_path), column_map.dialect, sources)
        sensors |= found
        warnings += noticed
    return Recording(
        name=str(column_map.metadata.get("name") or path.stem),
        sensors={site: sensors[site] for site in SITES if site in sensors},
        metadata=column_map.metadata,
        path=path,
        warnings=warnings,
    )


def read_column_map(path: Path) -> ColumnMap:
    """Read and check a column map (form: the head of this module)."""
    try:
        raw = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise RecordingError(f"can't be read: {error.strerror}. Check the path.", path=path) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise RecordingError(f"not TOML: {error}. Correct it.", path=path) from error
    top = _Entries(path, "", raw, _TOP)
    sites = top.entries("sites", None)
    unknown = [site for site in sites.values if site not in SITES]
    if unknown or not sites.values:
        what = f"found {shown(unknown[0])}" if unknown else "is empty"
        raise RecordingError(f"sites: {what}; expected some of {', '.join(SITES)}.", path=path)
    sources = {site: _site(sites.entries(site, _SITE), top) for site in SITES if site in sites.values}
    return ColumnMap(_dialect(top), sources, _metadata(top))


def _read_file(
    path: Path, dialect: Dialect, sources: Mapping[str, SiteSource]
) -> tuple[dict[str, Sensor], Warnings]:
    header = read_header(path, dialect)
    wanted = [source.time.column for source in sources.values() if source.time.column]
    wanted += _axis_columns(header, sources)
    table = read_numbers(header, dict.fromkeys(wanted, False))
    clocks = {source.time: _clock(table, source.time) for source in sources.values()}
    sensors: dict[str, Sensor] = {}
    warnings: Warnings = table.warnings()
    for site, source in sources.items():
        sensors[site], noticed = _sensor(table, site, source, clocks[source.time])
        warnings += noticed
    return sensors, warnings


def _axis_columns(header: Header, sources: Mapping[str, SiteSource]) -> list[str]:
    columns = [channel.column for source in sources.values() for channel in source.channels]
    clocks = {source.time.column for source in sources.values()}
    for index, name in enumerate(columns):
        if name in columns[:index] or name in clocks:
            text = f"the column map uses column {shown(name)} twice. Every axis and the time need their own."
            raise RecordingError(text, path=header.path)
    return columns


def _clock(table: NumberTable, time: TimeSource) -> str:
    """The table's column that holds the times in s, put there and checked."""
    if not time.column:
        name = f"{_MADE_TIME} {time.rate_hz!r}"
        table.columns[name] = np.arange(table.n_rows) / time.rate_hz
        return name
    if time.units_per_s == 1.0:
        check_rising(table, time.column)
        return time.column
    check_rising(table, time.column)
    name = f"{time.column} in s"
    table.columns[name] = table.columns[time.column] / time.units_per_s
    return name


def _sensor(table: NumberTable, site: str, source: SiteSource, clock: str) -> tuple[Sensor, Warnings]:
    samples = read_samples(table, site, source.channels, time=clock, sparse=True)
    found_hz = math.nan if samples.time_s is None else median_rate_hz(samples.time_s)
    check_rate(table, clock, found_hz)
    stated_hz = found_hz if math.isnan(source.rate_hz) else source.rate_hz
    if math.isnan(stated_hz):
        raise RecordingError(
            f"{site} has a single row; a rate needs two. State its rate_hz.", path=table.path
        )
    rate_hz, noticed = settle_rate(stated_hz, found_hz, site, "the column map")
    if not source.time.column:
        text = f"{site} has no times: rows are taken as even steps of {source.time.rate_hz:g} Hz from 0 s"
        noticed += (("clock_assumed", site, text),)
    return Sensor(site, samples, rate_hz, **source.facts), noticed


def _file_path(path: Path, file: str, map_path: Path) -> Path:
    if file:
        return (path if path.is_dir() else path.parent) / file
    if path.is_dir():
        text = f'{path} is a folder, so every site needs its `file = "..."`. Add it, or name a CSV.'
        raise RecordingError(text, path=map_path)
    return path


@dataclass(frozen=True, slots=True)
class _Entries:
    """One table of the map; refuses keys that it doesn't know."""

    path: Path
    prefix: str
    values: Mapping[str, Any]
    known: tuple[str, ...] | None

    def __post_init__(self) -> None:
        if self.known is None:
            return
        for key in self.values:
            if key not in self.known:
                raise self.error(key, f"is not known; known are {listed(self.known, 20)}.")

    def error(self, key: str, message: str) -> RecordingError:
        return RecordingError(f"{self.prefix}{shown(key)[1:-1]} {message}", path=self.path)

    def entries(self, key: str, known: tuple[str, ...] | None) -> _Entries:
        value = self.values.get(key)
        if not isinstance(value, dict):
            raise self.error(key, "is missing; expected a table, such as [time] or [sites.left_shin].")
        return _Entries(self.path, f"{self.prefix}{key}.", value, known)

    def get(self, key: str, is_right: Callable[[Any], bool], expected: str, default: Any) -> Any:
        """The value; `default` where it is absent; an error where it is wrong (or absent without default)."""
        value = self.values.get(key, default)
        if key in self.values and is_right(value):
            return value
        if key in self.values or default is None:
            found = shown(str(value)) if key in self.values else "nothing"
            raise self.error(key, f"is {found}; expected {expected}.")
        return value

    def text(self, key: str, default: str | None = None) -> str:
        return self.get(key, lambda value: isinstance(value, str) and bool(value), "a text", default)

    def number(self, key: str, default: float | None = None) -> float:
        return float(self.get(key, lambda value: finite(value) > 0, "a number above 0", default))

    def choice(self, key: str, choices: Mapping[str, float], default: str | None = None) -> float:
        expected = " or ".join(choices)
        return choices[
            self.get(key, lambda value: isinstance(value, str) and value in choices, expected, default)
        ]

    def three(self, key: str) -> list[str]:
        return self.get(key, _is_three_names, 'three column names, such as ["ax", "ay", "az"]', None)


def _is_three_names(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 3 and all(isinstance(name, str) and name for name in value)
    )


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(word, str) for word in value)


def _dialect(top: _Entries) -> Dialect:
    separator = top.get(
        "separator",
        lambda value: isinstance(value, str) and value in {",", ";", "\t", "|"},
        "one of , ; \\t |",
        ",",
    )
    decimal = top.get("decimal", lambda value: isinstance(value, str) and value in {".", ","}, ". or ,", ".")
    if separator == decimal:
        raise top.error("separator", "is a comma as the decimals are; expected another, such as ;")
    line = top.get("header_line", lambda value: type(value) is int and value > 0, "a line number from 1", 1)
    missing = top.get("missing", _is_texts, "a list of texts", ())
    return Dialect(separator, decimal, line, MISSING + tuple(missing))


def _site(site: _Entries, top: _Entries) -> SiteSource:
    columns = site.three("accel") + site.three("gyro")
    factors = [site.choice("accel_unit", ACCEL_UNITS)] * 3 + [site.choice("gyro_unit", GYRO_UNITS)] * 3
    facts: dict[str, Any] = {
        key: site.number(key) for key in ("accel_range_m_s2", "gyro_range_rad_s") if key in site.values
    }
    if "placement" in site.values:
        facts["placement"] = site.text("placement")
    time = _time((site if "time" in site.values else top).entries("time", _TIME))
    channels = tuple(Channel(name, factor) for name, factor in zip(columns, factors, strict=True))
    return SiteSource(site.text("file", ""), channels, time, site.number("rate_hz", math.nan), facts)


def _time(time: _Entries) -> TimeSource:
    if ("column" in time.values) == ("rate_hz" in time.values):
        raise time.error("column", 'or rate_hz: expected one of them, such as column = "t" with unit = "ms".')
    if "rate_hz" in time.values:
        return TimeSource("", 1.0, time.number("rate_hz"))
    return TimeSource(time.text("column"), time.choice("unit", TIME_UNITS, "s"), 0.0)


def _metadata(top: _Entries) -> dict[str, Any]:
    metadata: dict[str, Any] = {key: top.text(key) for key in ("name", "athlete") if key in top.values}
    if "sync_sd_s" in top.values:
        metadata["sync_sd_s"] = float(
            top.get("sync_sd_s", lambda value: finite(value) >= 0, "a number from 0", None)
        )
    return metadata
