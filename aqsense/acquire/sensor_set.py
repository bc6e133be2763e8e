"""sensors.toml: which sensor is worn where. It belongs to the sensors, not to an athlete.

In:  a file that `aqsense sensors` wrote or a person edited.
Out: `KnownSensor`s, one a site; the file.
Refuses: two sensors for a site, a sensor twice, one that nothing tells apart from its like.

    [[sensor]]
    site = "left_shin"
    family = "movella_dot"
    serial = "D422CD0000A1"
    tape = "red"

A sensor without a serial has `address` and `system` instead: an address holds on one system only.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aqsense.errors import SettingsError
from aqsense.model import SITES
from firmware_protocol import FAMILIES

USUAL_FILE = Path("sensors.toml")
FIELDS = ("site", "family", "serial", "tape", "name", "address", "system")
HEAD = "# Which sensor is worn where. `aqsense sensors` makes this file; edit it as you like.\n"


@dataclass(frozen=True, slots=True)
class KnownSensor:
    """A sensor of the set.

    serial    as the sensor tells it; "" where it has none
    tape      colour of the tape on it, for people
    name      as it advertises
    address   where it was on `system` (sys.platform); a hint that saves time, identity only without a serial
    """

    site: str
    family: str
    serial: str = ""
    tape: str = ""
    name: str = ""
    address: str = ""
    system: str = ""

    @property
    def here(self) -> str:
        """Its address on this system; "" where it is not known."""
        return self.address if self.system == sys.platform else ""

    @property
    def called(self) -> str:
        """`left shin (red tape)`."""
        return self.site.replace("_", " ") + (f" ({self.tape} tape)" if self.tape else "")


def read_sensor_set(path: Path) -> tuple[KnownSensor, ...]:
    """The sensors of the file, in the order of SITES.

    Raises SettingsError: no file, no TOML, an unknown field, site or family, or the same twice.
    """
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        text = f"{path}: there is no such file. Make it with `aqsense sensors`."
        raise SettingsError(text, name="sensors", value=path) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        text = f"{path}: can't be read as TOML ({error}). Correct it, or make it with `aqsense sensors`."
        raise SettingsError(text, name="sensors", value=path) from error
    rows = told.get("sensor")
    if set(told) != {"sensor"} or not isinstance(rows, list) or not rows:
        raise SettingsError(f"{path}: holds no [[sensor]] tables.", name="sensors", value=path)
    known = [_known(path, number, row) for number, row in enumerate(rows, 1)]
    _check(path, known)
    return tuple(sorted(known, key=lambda one: SITES.index(one.site)))


def write_sensor_set(path: Path, sensors: Iterable[KnownSensor]) -> None:
    """Write the file anew, whole or not at all."""
    blocks = [HEAD]
    for one in sorted(sensors, key=lambda one: SITES.index(one.site)):
        values = {name: getattr(one, name) for name in FIELDS}
        lines = [f"{name} = {_quoted(value)}" for name, value in values.items() if value]
        blocks.append("\n".join(["[[sensor]]", *lines, ""]))
    draft = path.with_name(path.name + ".new")
    draft.write_text("\n".join(blocks), encoding="utf-8")
    draft.replace(path)


def _known(path: Path, number: int, row: Any) -> KnownSensor:
    where = f"{path}: sensor {number}"
    if not isinstance(row, Mapping):
        raise SettingsError(f"{where} is no table. Write [[sensor]] above it.", name="sensor", value=row)
    for name, value in row.items():
        if name not in FIELDS:
            raise SettingsError(
                f"{where} has `{name}`; known are {', '.join(FIELDS)}.", name=name, value=value
            )
        if not isinstance(value, str):
            raise SettingsError(f'{where}: {name} is text, written "{value}".', name=name, value=value)
    for name, words in (("site", SITES), ("family", tuple(FAMILIES))):
        if row.get(name) not in words:
            found = row.get(name, "nothing")
            text = f"{where}: {name} is {found}; it is one of {', '.join(words)}."
            raise SettingsError(text, name=name, value=found)
    known = KnownSensor(**row)
    if not known.serial and not (known.address and known.system):
        text = f"{where} ({known.called}) needs a serial, or address and system. Run `aqsense sensors`."
        raise SettingsError(text, name="serial", value="")
    return known


def _check(path: Path, known: list[KnownSensor]) -> None:
    sites: dict[object, str] = {}
    for one in known:
        for key in (one.site, (one.family, one.serial or one.address)):
            if key in sites:
                text = (
                    f"{path}: {one.called} has the site or the serial of {sites[key]}. Take one of them out."
                )
                raise SettingsError(text, name="site", value=one.site)
            sites[key] = one.called


def _quoted(text: str) -> str:
    """As TOML writes text; JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
