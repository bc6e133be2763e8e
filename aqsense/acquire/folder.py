"""A recording folder (FORMATS 1): recording.json, a CSV per site, marks.csv, arrivals.csv."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from aqsense.acquire.arrivals import read_arrivals
from aqsense.acquire.channels import sensor_channels, unread_warning
from aqsense.acquire.edits import read_edits
from aqsense.acquire.header import Header, read_header
from aqsense.acquire.marks import read_marks
from aqsense.acquire.metadata import FILE_NAME, Metadata, SensorFacts, read_metadata
from aqsense.acquire.number_table import read_numbers
from aqsense.acquire.packet_log import segments
from aqsense.acquire.recover import is_newer_than, recording_of
from aqsense.acquire.sensor_rows import check_rate, check_rising, rate_from, read_samples, settle_rate
from aqsense.errors import RecordingError
from aqsense.model import SITES, Recording, Samples, Sensor

Warnings = tuple[tuple[str, str, str], ...]


def read_folder(folder: Path) -> Recording:
    """Read a recording folder.

    A capture that was cut short has a packet log and no tables, or older ones: it is read from the log.
    Raises RecordingError for a listed sensor without its CSV, a clock column that is not the one which
    `device_clock` names, and all that the tables themselves are refused for.
    """
    _refuse_shelf(folder)
    if not (folder / FILE_NAME).exists() and segments(folder):
        return _from_log(folder)
    metadata = read_metadata(folder / FILE_NAME)
    if is_newer_than(folder, metadata.raw):
        return _from_log(folder)
    sensors: dict[str, Sensor] = {}
    warnings: Warnings = _unlisted(folder, metadata)
    for site, facts in metadata.sensors.items():
        sensors[site], noticed = _read_sensor(folder / f"{site}.csv", site, facts, metadata.has_ticks)
        warnings += noticed
    marks, noticed = read_marks(folder / "marks.csv")
    return Recording(
        name=metadata.name,
        sensors=sensors,
        metadata=metadata.raw,
        marks=marks,
        arrivals=read_arrivals(folder / "arrivals.csv", metadata.sensors),
        path=folder,
        warnings=warnings + noticed,
        edits=read_edits(folder),
    )


def _from_log(folder: Path) -> Recording:
    """A capture that was cut short has no tables yet, or old ones; its log has everything."""
    recording = recording_of(folder).recording
    text = "the capture was cut short; read from its packet log. `aqsense recover` makes the tables"
    warnings = (*recording.warnings, ("tables_missing", "", text))
    return replace(recording, warnings=warnings, edits=read_edits(folder))


def _refuse_shelf(folder: Path) -> None:
    """A folder of recordings is no recording; say which it holds."""
    if (folder / FILE_NAME).exists():
        return
    inside = sorted(path.parent.name for path in folder.glob(f"*/{FILE_NAME}"))
    if inside:
        example = folder / inside[0]
        text = f"holds {len(inside)} recordings and is none itself. Name one of them, such as {example}."
        raise RecordingError(text, path=folder)


def _unlisted(folder: Path, metadata: Metadata) -> Warnings:
    """Tables of sites that recording.json does not list."""
    sites = [site for site in SITES if site not in metadata.sensors and (folder / f"{site}.csv").exists()]
    text = "{0}.csv is there but recording.json lists no sensor {0}; it was not read"
    return tuple(("sensor_not_listed", site, text.format(site)) for site in sites)


def _read_sensor(path: Path, site: str, facts: SensorFacts, has_ticks: bool) -> tuple[Sensor, Warnings]:
    header = read_header(path)
    clock = _clock_column(header, has_ticks)
    channels = sensor_channels(header, ("",)).get("")
    if channels is None:
        header.require(("accel_x_m_s2",))
        raise AssertionError("a header with accel_x_m_s2 names a sensor")
    columns = [channel.column for channel in channels]
    table = read_numbers(header, {clock: has_ticks} | dict.fromkeys(columns, False))
    check_rising(table, clock)
    samples = read_samples(
        table, site, channels, tick=clock if has_ticks else "", time="" if has_ticks else clock
    )
    tick_hz, noticed = _tick_hz(samples, facts, site)
    found_hz = rate_from(samples, facts.tick_hz)
    if not has_ticks:
        check_rate(table, clock, found_hz)
    rate_hz, differs = settle_rate(facts.rate_hz, found_hz, site, FILE_NAME)
    sensor = Sensor(
        site, samples, rate_hz, tick_hz, facts.accel_range_m_s2, facts.gyro_range_rad_s, facts.placement
    )
    return sensor, table.warnings(site) + unread_warning(header, site, [clock, *columns]) + noticed + differs


def _clock_column(header: Header, has_ticks: bool) -> str:
    column, other = ("tick", "time_s") if has_ticks else ("time_s", "tick")
    clock = "ticks" if has_ticks else "common"
    if other in header.names:
        stated = f'device_clock "{clock}" (column {column})'
        text = f"found column {other}, but recording.json says {stated}. Correct one of them."
        raise RecordingError(text, path=header.path, line=1)
    header.require((column,))
    return column


def _tick_hz(samples: Samples, facts: SensorFacts, site: str) -> tuple[float | None, Warnings]:
    """Nominal ticks per second: as stated, else from the nominal rate and the usual step."""
    if samples.tick is None:
        return None, ()
    if facts.tick_hz is not None or len(samples) < 2:
        return facts.tick_hz, ()
    tick_hz = float(np.median(np.diff(samples.tick))) * facts.rate_hz
    text = f"{FILE_NAME} states no tick_hz for {site}; {tick_hz:g} follows from rate_hz and the usual step"
    return tick_hz, (("tick_hz_derived", site, text),)
