"""From the packet log alone: tables that say what the sensors sent."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from made_log import SECOND_NS, UTC_NS, Worn, clock, mark, start
from typer.testing import CliRunner

from aqsense.acquire import read_recording
from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.packet_log import PacketLog
from aqsense.acquire.recover import decoded, rebuild, recording_of
from aqsense.cli import app
from aqsense.errors import OutputError, RecordingError
from aqsense.model import AXIS_COLUMNS, Recording
from firmware_protocol import FAMILIES
from firmware_protocol.rehearsal import moving

T0 = 1000 * SECOND_NS


def logged(folder: Path, records: Iterable[LogRecord]) -> Path:
    log = PacketLog(folder)
    for record in records:
        log.append(record)
    log.close()
    return folder


def one_second_of_five(folder: Path) -> tuple[Path, list[Worn]]:
    names = sorted(FAMILIES)
    sites = ("left_wrist", "right_wrist", "left_shin", "right_shin", "trunk")
    worn = [Worn(site, names[i % len(names)], seed=i) for i, site in enumerate(sites)]
    records = [record for one in worn for record in one.connection(T0 + SECOND_NS, 2.0)]
    order = sorted(records, key=lambda record: record.time_ns)
    return logged(folder, [start(T0, athlete="a07"), *order]), worn


def test_tables_hold_what_was_sent(tmp_path: Path) -> None:
    folder, worn = one_second_of_five(tmp_path / "five")
    from_log = read_recording(folder)  # a capture that was cut short opens without tables
    assert [code for code, _, _ in from_log.warnings] == ["tables_missing"]
    rebuild(folder)
    again = read_recording(folder)
    assert again.warnings == ()
    assert set(again.sensors) == {one.site for one in worn}
    for one in worn:
        sensor = again.sensors[one.site]
        values = np.column_stack([*sensor.samples.accel, *sensor.samples.gyro])
        sent = np.concatenate([np.hstack(part[1:]) for part in moving(sensor.rate_hz, 2.0, one.seed)])
        whole = values[~np.isnan(values).any(axis=1)]
        # What is still in a packet that is not full is not sent: up to 66 samples of these motions (Polar).
        assert len(sent) - 66 <= len(whole) <= len(sent)
        near = 2.5 * np.array(3 * [sensor.accel_range_m_s2] + 3 * [sensor.gyro_range_rad_s]) / 2**15
        first = int(np.argmin(np.abs(sent[:60] - whole[0]).sum(axis=1)))
        assert np.all(np.abs(whole - sent[first : first + len(whole)]) <= near + 1e-4)
        assert len(again.arrivals[one.site]) > 0
        assert int(again.arrivals[one.site]["n_samples"].sum()) == len(sensor.samples)
        before = from_log.sensors[one.site].samples
        assert before.tick is not None
        assert sensor.samples.tick is not None
        assert np.array_equal(before.tick, sensor.samples.tick)


def test_recording_says_what_it_is(tmp_path: Path) -> None:
    folder, _ = one_second_of_five(tmp_path / "five")
    rebuild(folder)
    facts = json.loads((folder / "recording.json").read_text())
    assert facts["device_clock"] == "ticks"
    assert facts["athlete"] == "a07"
    assert facts["athletes"] == ["a07"]
    assert facts["source"] == "live"
    sensor = facts["sensors"]["left_shin"]
    assert sensor["family"] in FAMILIES
    assert {"rate_hz", "tick_hz", "accel_range_m_s2", "gyro_range_rad_s", "origin"} <= set(sensor)
    assert not list(folder.glob("*.partial"))
    header = (folder / "trunk.csv").read_text().split("\n", 1)[0]
    assert header == ",".join(("tick", *AXIS_COLUMNS))


def test_what_people_added_to_the_metadata_stays(tmp_path: Path) -> None:
    folder, _ = one_second_of_five(tmp_path / "five")
    rebuild(folder)
    path = folder / "recording.json"
    facts = json.loads(path.read_text())
    path.write_text(json.dumps(facts | {"surface": "tartan", "source": "mine"}))
    (folder / "trunk.csv").unlink()
    rebuild(folder)
    facts = json.loads(path.read_text())
    assert facts["surface"] == "tartan"
    assert facts["source"] == "live"
    assert (folder / "trunk.csv").exists()


def rises(recording: Recording, site: str) -> bool:
    ticks = recording.sensors[site].samples.tick
    assert ticks is not None
    return bool((np.diff(ticks) > 0).all())


@pytest.mark.parametrize("family", sorted(FAMILIES))
@pytest.mark.parametrize("reboots", [False, True])
def test_a_reconnected_sensor_goes_on_behind(tmp_path: Path, family: str, reboots: bool) -> None:
    """Ticks rise over connections and reboots, and the hole is as long as the sensor was away."""
    worn = Worn("trunk", family)
    records = [start(T0), *worn.connection(T0, 2.0), mark(T0 + 3 * SECOND_NS, "lost", "trunk")]
    if reboots:
        worn.sensor.reboot()
    records += worn.connection(T0 + 10 * SECOND_NS, 2.0, "reconnected")
    recording = recording_of(logged(tmp_path, records)).recording
    assert rises(recording, "trunk")
    assert [m.kind for m in recording.marks] == ["connected", "lost", "reconnected", "clock_reset"]
    sensor = recording.sensors["trunk"]
    ticks = sensor.samples.tick
    assert ticks is not None
    hole_s = np.diff(ticks).max() / (sensor.tick_hz or sensor.rate_hz)
    assert 7.5 < hole_s < 8.6
    arrivals = recording.arrivals["trunk"]
    apart = np.diff(arrivals["tick"]) / (sensor.tick_hz or 1.0) - np.diff(arrivals["arrival_s"])
    assert np.abs(apart).max() < 0.6


def test_taken_up_again_after_the_computer_was_off(tmp_path: Path) -> None:
    """The monotonic clock began anew at 5 s; UTC says that an hour went by."""
    worn = Worn("trunk", "open_profile")
    logged(tmp_path, [start(T0), *worn.connection(T0, 2.0)])
    begin = 5 * SECOND_NS
    hour_later = UTC_NS + T0 + 3600 * SECOND_NS
    logged(tmp_path, [start(begin, hour_later), *worn.connection(begin, 2.0)])
    recording = recording_of(tmp_path).recording
    assert rises(recording, "trunk")
    arrival_s = recording.arrivals["trunk"]["arrival_s"]
    assert (np.diff(arrival_s) >= 0).all()
    assert arrival_s[-1] == pytest.approx(3602.0, abs=0.2)
    assert [m.kind for m in recording.marks] == ["connected", "note", "connected", "clock_reset"]


def test_tables_older_than_the_log_are_not_read(tmp_path: Path) -> None:
    worn = Worn("trunk", "open_profile")
    logged(tmp_path, [start(T0), *worn.connection(T0, 2.0)])
    rebuild(tmp_path)
    n = len(read_recording(tmp_path).sensors["trunk"].samples)
    begin = T0 + 60 * SECOND_NS
    logged(tmp_path, [start(begin), *worn.connection(begin, 2.0)])
    again = read_recording(tmp_path)
    assert len(again.sensors["trunk"].samples) == 2 * n
    assert [code for code, _, _ in again.warnings] == ["tables_missing"]


def test_suspend_and_clock_sets_are_marked() -> None:
    worn = Worn("trunk", "open_profile")
    records = [start(T0), *worn.connection(T0, 1.0)]
    for second, ahead_s in ((1, 0.0), (2, 0.01), (3, 0.3), (4, 90.0), (5, 90.0), (6, 89.0)):
        time_ns = T0 + second * SECOND_NS
        records.append(clock(time_ns, UTC_NS + time_ns + round(ahead_s * 1e9)))
    _, _, marks = decoded(records)
    kinds = [(m.kind, m.site, m.time_s) for m in marks if m.kind in ("host_suspend", "clock_reset")]
    assert kinds == [
        ("host_suspend", "", 4.0),
        ("clock_reset", "trunk", 4.0),
        ("host_suspend", "", 6.0),
        ("clock_reset", "trunk", 6.0),
    ]


def test_a_bad_packet_is_counted_and_the_next_one_read(tmp_path: Path) -> None:
    worn = Worn("trunk", "open_profile")
    records = [start(T0), *worn.connection(T0, 2.0)]
    bad = LogRecord(What.PACKET, records[-1].time_ns, "trunk", records[-1].characteristic, b"\xff")
    rebuilt = recording_of(logged(tmp_path, [*records[:-1], bad, records[-1]]))
    assert rebuilt.undecoded == {"trunk": 1}
    assert len(rebuilt.recording.sensors["trunk"].samples) > 180


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(RecordingError, match=r"packets\.bin"):
        rebuild(tmp_path / "none")
    logged(tmp_path / "empty", [start(T0), mark(T0, "connected", "trunk")])
    with pytest.raises(RecordingError, match="no sensor sent a sample"):
        rebuild(tmp_path / "empty")
    folder, _ = one_second_of_five(tmp_path / "five")
    with pytest.raises(OutputError, match="already"):
        rebuild(folder, tmp_path / "none")
    log = PacketLog(folder)
    with pytest.raises(OutputError, match="recorded into"):
        rebuild(folder)
    log.close()


def test_the_command(tmp_path: Path) -> None:
    folder, _ = one_second_of_five(tmp_path / "five")
    with (folder / "packets.bin").open("ab") as file:
        file.write(b"torn")
    done = CliRunner().invoke(app, ["recover", str(folder)])
    assert done.exit_code == 0, done.output
    assert "the last 4 bytes are damaged" in done.output
    assert "trunk: " in done.output
    done = CliRunner().invoke(app, ["recover", str(tmp_path / "nothing")])
    assert done.exit_code == 2
