"""Names of sensor columns: `left_shin_accel_x_m_s2` -> site, quantity, axis, factor to m/s^2 or rad/s."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from aqsense.acquire.header import Header, listed, shown
from aqsense.errors import RecordingError
from aqsense.model import AXIS_COLUMNS, SITES, STANDARD_GRAVITY_M_S2

SUFFIX_FACTORS: Mapping[str, Mapping[str, float]] = {
    "accel": {"m_s2": 1.0, "g": STANDARD_GRAVITY_M_S2},
    "gyro": {"rad_s": 1.0, "deg_s": math.pi / 180.0},
}
AXES: tuple[str, ...] = tuple("_".join(name.split("_")[:2]) for name in AXIS_COLUMNS)  # accel_x ... gyro_z
_NAME = re.compile(r"(?:(?P<site>.*)_)?(?P<axis>(?P<quantity>accel|gyro)_[xyz])(?:_(?P<unit>.*))?", re.DOTALL)
_UNREAD = re.compile(r"(?:.*_)?mag_[xyz](?:_.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Channel:
    """One column of a file and what to multiply it with to get m/s^2 or rad/s."""

    column: str
    factor: float


def sensor_channels(header: Header, sites: Iterable[str] = SITES) -> dict[str, tuple[Channel, ...]]:
    """The six channels of every site that the header names, in the order of AXIS_COLUMNS.

    sites     sites that may stand in front of the axis; ("",) for the file of a single sensor
    returns   by site in the order of `sites`; empty if the header names no sensor

    Raises RecordingError for an unknown site or unit, an axis given twice, a sensor without all six axes.
    """
    sites = tuple(sites)
    found: dict[str, dict[str, Channel]] = {}
    for name in header.names:
        match = _NAME.fullmatch(name)
        if match is None:
            continue
        site = match["site"] or ""
        if site not in sites:
            raise _error(
                header, f"{shown(name)}: unknown site {shown(site)}; known are {', '.join(sites)}. Rename it."
            )
        axes = found.setdefault(site, {})
        if match["axis"] in axes:
            text = (
                f"{shown(name)} and {shown(axes[match['axis']].column)} are the same axis. Keep one of them."
            )
            raise _error(header, text)
        axes[match["axis"]] = Channel(name, _factor(header, name, match["quantity"], match["unit"] or ""))
    return {site: _complete(header, site, found[site]) for site in sites if site in found}


def unread_columns(header: Header, read: Iterable[str]) -> list[str]:
    """Columns that nobody reads and nobody expects (a magnetometer is expected)."""
    known = set(read)
    return [name for name in header.names if name and name not in known and not _UNREAD.fullmatch(name)]


def unread_warning(header: Header, site: str, read: Iterable[str]) -> tuple[tuple[str, str, str], ...]:
    """One warning about columns that were left out, or none."""
    names = unread_columns(header, read)
    if not names:
        return ()
    return (("column_ignored", site, f"{header.path.name}: columns not read: {listed(names)}"),)


def _factor(header: Header, name: str, quantity: str, unit: str) -> float:
    factors = SUFFIX_FACTORS[quantity]
    if unit not in factors:
        ends = " or ".join(f"_{suffix}" for suffix in factors)
        raise _error(
            header, f"{shown(name)}: the unit is not known; {quantity} columns end with {ends}. Rename it."
        )
    return factors[unit]


def _complete(header: Header, site: str, axes: Mapping[str, Channel]) -> tuple[Channel, ...]:
    for axis, column in zip(AXES, AXIS_COLUMNS, strict=True):
        if axis not in axes:
            missing = f"{site}_{column}" if site else column
            raise _error(
                header, f"column {shown(missing)} is missing. A sensor needs accel x, y, z and gyro x, y, z."
            )
    return tuple(axes[axis] for axis in AXES)


def _error(header: Header, message: str) -> RecordingError:
    return RecordingError(message, path=header.path, line=header.dialect.header_line)
