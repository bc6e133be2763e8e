"""recording.json: read, and checked where the program will rely on it (FORMATS 1)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from aqsense.acquire.header import shown
from aqsense.errors import RecordingError
from aqsense.formats import FORMAT
from aqsense.model import SITES

FILE_NAME = "recording.json"


@dataclass(frozen=True, slots=True)
class SensorFacts:
    """What recording.json says of one sensor; units as in `Sensor`."""

    rate_hz: float
    tick_hz: float | None
    accel_range_m_s2: float | None
    gyro_range_rad_s: float | None
    placement: str | None


@dataclass(frozen=True, slots=True)
class Metadata:
    """recording.json as it stands, and the parts that were checked.

    sensors   in the order of SITES
    """

    raw: Mapping[str, Any]
    name: str
    has_ticks: bool
    sensors: Mapping[str, SensorFacts]


def read_metadata(path: Path) -> Metadata:
    """Read and check recording.json; unknown fields are kept, none is needed but FORMATS 1's four.

    Raises RecordingError, with the line for text that is no JSON and the field's name for a wrong value.
    """
    raw = _load(path)
    checked = _Fields(path, raw, "")
    if raw.get("format") != FORMAT or isinstance(raw.get("format"), bool):
        checked.refuse("format", f"the number {FORMAT}", "A newer program wrote it? Update this one.")
    clock = raw.get("device_clock")
    if clock not in ("ticks", "common"):
        checked.refuse(
            "device_clock", '"ticks" or "common"', "Say which column the tables have: tick or time_s."
        )
    _check_session(checked)
    return Metadata(raw, checked.text("name"), clock == "ticks", _sensors(checked))


def _load(path: Path) -> dict[str, Any]:
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        text = "is missing. A recording folder holds it and a CSV per site; a single CSV is named directly."
        raise RecordingError(text, path=path) from error
    except OSError as error:
        raise RecordingError(f"can't be read: {error.strerror}. Check its rights.", path=path) from error
    except UnicodeDecodeError as error:
        raise RecordingError("is not UTF-8. Save it as UTF-8.", path=path) from error
    return _parse(text, path)


def _parse(text: str, path: Path) -> dict[str, Any]:
    try:
        raw = json.loads(text, parse_constant=_refuse_constant)
        json.dumps(raw, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise RecordingError(
            f"not JSON: {error.msg}. Correct this line.", path=path, line=error.lineno
        ) from error
    except (ValueError, RecursionError) as error:
        # NaN, halves of surrogate pairs, numbers of thousands of digits, thousands of nested lists.
        raise RecordingError(f"not plain JSON: {shown(str(error))}. Correct it.", path=path) from error
    if not isinstance(raw, dict):
        raise RecordingError(f"found a {type(raw).__name__}; expected an object {{...}}.", path=path)
    return raw


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number; write null")


@dataclass(frozen=True, slots=True)
class _Fields:
    """One object of the file: fetches fields and complains with their full name."""

    path: Path
    values: Mapping[str, Any]
    prefix: str

    def refuse(self, name: str, expected: str, advice: str = "Correct it.") -> NoReturn:
        found = shown(json.dumps(self.values[name])) if name in self.values else "nothing"
        raise RecordingError(
            f"{self.prefix}{name}: found {found}; expected {expected}. {advice}", path=self.path
        )

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            self.refuse(name, "a text")
        return value

    def optional_text(self, name: str) -> str | None:
        value = self.values.get(name)
        if value is not None and not isinstance(value, str):
            self.refuse(name, "a text or null")
        return value

    def number(self, name: str, *, least: float = 0.0, above: bool = True) -> float:
        value = finite(self.values.get(name))
        if not (value > least or (value == least and not above)):
            self.refuse(name, f"a number {'above' if above else 'from'} {least:g}")
        return value

    def optional_number(self, name: str, *, above: bool = True) -> float | None:
        return None if self.values.get(name) is None else self.number(name, above=above)

    def object(self, name: str) -> _Fields:
        value = self.values.get(name)
        if not isinstance(value, dict):
            self.refuse(name, "an object {...}")
        return _Fields(self.path, value, f"{self.prefix}{name}.")


def finite(value: object) -> float:
    """A JSON or TOML number as float; NaN for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    try:
        return float(value) if math.isfinite(value) else math.nan
    except OverflowError:
        return math.nan


def _check_session(fields: _Fields) -> None:
    fields.optional_text("athlete")
    fields.optional_number("sync_sd_s", above=False)
    if fields.values.get("speed") is None:
        return
    speed = fields.object("speed")
    rows = speed.values.get("samples")
    if rows is None:
        return
    if not isinstance(rows, list) or not all(_is_speed(row) for row in rows):
        speed.refuse("samples", "a list of [time_s, speed_m_s] pairs of numbers")


def _is_speed(row: object) -> bool:
    return isinstance(row, list) and len(row) == 2 and all(finite(value) == finite(value) for value in row)


def _sensors(fields: _Fields) -> dict[str, SensorFacts]:
    sensors = fields.object("sensors")
    unknown = [site for site in sensors.values if site not in SITES]
    if unknown:
        text = f"sensors: unknown site {shown(unknown[0])}; known are {', '.join(SITES)}. Rename it."
        raise RecordingError(text, path=fields.path)
    if not sensors.values:
        raise RecordingError('sensors is empty; expected sites with {"rate_hz": ...}.', path=fields.path)
    return {site: _facts(sensors.object(site)) for site in SITES if site in sensors.values}


def _facts(sensor: _Fields) -> SensorFacts:
    return SensorFacts(
        rate_hz=sensor.number("rate_hz"),
        tick_hz=sensor.optional_number("tick_hz"),
        accel_range_m_s2=sensor.optional_number("accel_range_m_s2"),
        gyro_range_rad_s=sensor.optional_number("gyro_range_rad_s"),
        placement=sensor.optional_text("placement"),
    )
