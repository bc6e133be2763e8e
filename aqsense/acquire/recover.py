"""Packet log -> the recording's tables: after a crash, and at the end of every capture.

In:  a folder with packets.bin (and packets-0002.bin ...).
Out: a Recording, or the files of FORMATS 1 beside the log.
Refuses: to touch the log; a folder that is being recorded into.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from aqsense.acquire.log_decoder import LogDecoder
from aqsense.acquire.log_record import LogRecord
from aqsense.acquire.metadata import FILE_NAME
from aqsense.acquire.packet_log import FIRST, is_being_recorded, read_packets, segments
from aqsense.acquire.recording_writer import write_files
from aqsense.acquire.sensor_decoder import Batch, SensorDecoder
from aqsense.errors import OutputError, RecordingError
from aqsense.model import ARRIVAL, SITES, Mark, Recording, Samples, Sensor

PARTIAL = ".tables.partial"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What came out of a log.

    damages    facts of the bytes that could not be read
    undecoded  packets that are no legal ones, by site; sites with none are left out
    """

    recording: Recording
    damages: tuple[Mapping[str, Any], ...]
    undecoded: Mapping[str, int]


def rebuild(folder: Path, out: Path | None = None) -> Rebuilt:
    """Make `<site>.csv`, `arrivals.csv`, `marks.csv` and `recording.json` from the packet log.

    out   where to; None = beside the log, replacing the tables that are there

    Raises RecordingError where there is no log or nothing in it, OutputError where the folder is being
    recorded into or the disk refuses.
    """
    rebuilt = recording_of(folder)
    target = folder if out is None else out
    if out is not None and out.exists():
        raise OutputError(f"{out}: there is something already. Choose another name, or remove it first.")
    try:
        if is_being_recorded(folder):
            raise OutputError(f"{folder}: is being recorded into. Stop the recording first.")
        _write(_with_what_was_added(rebuilt.recording, target), target)
    except OSError as error:
        raise OutputError(
            f"{target}: can't be written: {error.strerror or error}. Make room or choose another --out."
        ) from error
    return rebuilt


def recording_of(folder: Path) -> Rebuilt:
    """The recording that a packet log holds; nothing is written."""
    if not segments(folder):
        text = f"holds no {FIRST}. Name the folder of a live recording."
        raise RecordingError(text, path=folder)
    decoder, batches, marks = decoded(read_packets(folder))
    sensors = {site: decoder.sensors[site] for site in SITES if site in batches}
    if not sensors:
        raise RecordingError("no sensor sent a sample before the recording ended.", path=folder)
    marks += [
        Mark(0.0, "note", site=site, text="connected, but it sent no samples")
        for site in decoder.sensors
        if site not in batches
    ]
    recording = Recording(
        name=str(decoder.start.get("name") or folder.absolute().name),
        sensors={site: _sensor(known, batches[site]) for site, known in sensors.items()},
        metadata=_metadata(decoder, sensors, marks, _log_bytes(folder)),
        marks=tuple(sorted(marks, key=lambda mark: mark.time_s)),
        arrivals={site: _arrivals(batches[site]) for site in sensors},
        path=folder,
        warnings=tuple(("log_damaged", "", _damage_text(damage)) for damage in decoder.damages),
    )
    undecoded = {site: one.undecodable for site, one in decoder.sensors.items() if one.undecodable}
    return Rebuilt(recording, tuple(decoder.damages), undecoded)


def decoded(records: Iterable[LogRecord]) -> tuple[LogDecoder, dict[str, list[Batch]], list[Mark]]:
    """All that the records hold: batches by site and marks."""
    decoder = LogDecoder()
    batches: dict[str, list[Batch]] = {}
    marks: list[Mark] = []
    for record in records:
        for one in decoder.push(record):
            if isinstance(one, Mark):
                marks.append(one)
            else:
                batches.setdefault(one.site, []).append(one)
    return decoder, batches, marks


def is_newer_than(folder: Path, metadata: Mapping[str, Any]) -> bool:
    """The log holds more than the tables with this recording.json were made from."""
    made_from = metadata.get("capture")
    stated = made_from.get("log_bytes") if isinstance(made_from, dict) else None
    return isinstance(stated, int) and bool(segments(folder)) and _log_bytes(folder) != stated


def _log_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in segments(folder))


def _with_what_was_added(recording: Recording, folder: Path) -> Recording:
    """Fields that people wrote into recording.json (place, surface, wind ...) stay."""
    try:
        there = json.loads((folder / FILE_NAME).read_bytes())
        added = {name: there[name] for name in there if recording.metadata.get(name) is None}
    except (OSError, ValueError, TypeError):
        return recording
    return replace(recording, metadata={**recording.metadata, **added})


def _sensor(known: SensorDecoder, batches: list[Batch]) -> Sensor:
    stream = known.first
    assert stream is not None
    accel = np.concatenate([batch.accel for batch in batches]).T
    gyro = np.concatenate([batch.gyro for batch in batches]).T
    three = [np.ascontiguousarray(axis) for axis in (*accel, *gyro)]
    samples = Samples(
        np.concatenate([batch.tick for batch in batches]),
        None,
        (three[0], three[1], three[2]),
        (three[3], three[4], three[5]),
    )
    placement = known.facts.get("placement")
    return Sensor(
        known.site,
        samples,
        stream.rate_hz,
        stream.tick_hz,
        stream.accel_range_m_s2,
        stream.gyro_range_rad_s,
        None if placement is None else str(placement),
    )


def _arrivals(batches: list[Batch]) -> NDArray[Any]:
    rows = np.zeros(len(batches), ARRIVAL)
    rows["tick"] = [batch.newest for batch in batches]
    rows["arrival_s"] = [batch.arrival_s for batch in batches]
    rows["sequence"] = [batch.sequence for batch in batches]
    rows["n_samples"] = [len(batch.tick) for batch in batches]
    return rows


def _metadata(
    decoder: LogDecoder, sensors: Mapping[str, SensorDecoder], marks: Iterable[Mark], log_bytes: int
) -> dict[str, Any]:
    start = {name: value for name, value in decoder.start.items() if name not in ("utc_ns", "program")}
    athletes = list(dict.fromkeys(mark.text for mark in marks if mark.kind == "athlete" and mark.text))
    stated = start.get("athlete")
    if stated and stated not in athletes:
        athletes.insert(0, str(stated))
    return {
        "athletes": athletes,
        "athlete": stated or (athletes[0] if athletes else None),
        "source": "live",
        "sync_sd_s": None,
        **{name: value for name, value in start.items() if name not in ("athlete", "athletes")},
        "sensors": {site: _facts(known) for site, known in sensors.items()},
        "capture": {
            "program": decoder.start.get("program"),
            "parts": decoder.n_starts,
            "log_bytes": log_bytes,
            "packets": {site: known.packets for site, known in decoder.sensors.items()},
            "undecodable": {site: known.undecodable for site, known in decoder.sensors.items()},
            "damages": decoder.damages,
        },
    }


def _facts(known: SensorDecoder) -> dict[str, Any]:
    assert known.first is not None
    info = dict(known.first.info)
    facts: dict[str, Any] = {"family": known.first.family}
    for name in ("model", "serial", "firmware"):
        value = known.facts.get(name) or info.get(name)
        if value is not None:
            facts[name] = str(value)
    return facts | {"origin": "live", "tick_source": known.first.tick_source}


def _damage_text(damage: Mapping[str, Any]) -> str:
    where = "the last" if damage.get("is_tail") else f"at byte {damage.get('offset')},"
    return f"{damage.get('file')}: {where} {damage.get('n_bytes')} bytes are damaged and were left out"


def _write(recording: Recording, folder: Path) -> None:
    """Beside the log, each file whole; recording.json comes last."""
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / PARTIAL
    shutil.rmtree(partial, ignore_errors=True)
    try:
        partial.mkdir()
        write_files(recording, partial)
        for path in sorted(partial.iterdir(), key=lambda path: path.name == FILE_NAME):
            path.replace(folder / path.name)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
