"""Recording folders: reading, writing, and every complaint about them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_recording import (
    METADATA,
    change_metadata,
    made_recording,
    made_samples,
    samples_equal,
)

from aqsense.acquire import read_recording, write_recording
from aqsense.errors import OutputError, RecordingError
from aqsense.model import ARRIVAL, Mark, Recording, Samples, Sensor


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_recording(made_recording(), tmp_path / "made")
    return tmp_path / "made"


@pytest.fixture
def tick_folder(tmp_path: Path) -> Path:
    write_recording(made_recording(ticks=True), tmp_path / "ticks")
    return tmp_path / "ticks"


def complaint(path: Path) -> RecordingError:
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    return caught.value


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


@pytest.mark.parametrize("ticks", [False, True])
def test_round_trip(tmp_path: Path, ticks: bool):
    made = made_recording(ticks)
    write_recording(made, tmp_path / "r")
    read = read_recording(tmp_path / "r")
    assert read.name == made.name
    assert read.athlete == "NA"
    assert read.sync_sd_s == 0.001
    assert read.marks == made.marks
    assert read.warnings == ()
    assert read.path == tmp_path / "r"
    for site, sensor in made.sensors.items():
        assert samples_equal(read.sensors[site].samples, sensor.samples)
        assert read.sensors[site].tick_hz == sensor.tick_hz
        assert read.sensors[site].placement == "sternum"
        assert read.sensors[site].gyro_range_rad_s == 34.9
    assert list(read.arrivals) == list(made.arrivals)
    for site, rows in made.arrivals.items():
        np.testing.assert_array_equal(read.arrivals[site], rows)


def test_writing_what_was_read_gives_the_same_bytes(tmp_path: Path, tick_folder: Path):
    write_recording(read_recording(tick_folder), tmp_path / "again")
    for path in tick_folder.iterdir():
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes()


def test_files_have_the_names_rounding_and_line_ends_of_the_format(tmp_path: Path):
    samples = made_samples(3)
    accel = (np.array([-0.00001, 1.23456, np.nan]), samples.accel[1], np.array([9.8, 9.8, 9.8]))
    gyro = (np.array([1e-6, -2.0000049, 0.1]), samples.gyro[1], samples.gyro[2])
    time = np.array([0.0, 0.0100000049, 1234.5678915])
    recording = Recording("r", {"trunk": Sensor("trunk", Samples(None, time, accel, gyro), 100.0)})
    write_recording(recording, tmp_path / "r")
    content = (tmp_path / "r" / "trunk.csv").read_bytes()
    assert b"\r" not in content
    header, *rows = content.decode().splitlines()
    assert header == "time_s,accel_x_m_s2,accel_y_m_s2,accel_z_m_s2,gyro_x_rad_s,gyro_y_rad_s,gyro_z_rad_s"
    cells = [row.split(",") for row in rows]
    assert [float(row[0]) for row in cells] == [0.0, 0.01, 1234.567892]
    assert [row[1] for row in cells] in (["0.0", "1.2346", "NaN"], ["0", "1.2346", "NaN"])
    assert [float(row[4]) for row in cells] == [0.0, -2.0, 0.1]
    assert "-0" not in cells[0][1] + cells[0][4]
    assert "e" not in content.decode().split("\n", 1)[1]
    assert (tmp_path / "r" / "marks.csv").read_bytes() == b"time_s,kind,run,site,text\n"
    assert not (tmp_path / "r" / "arrivals.csv").exists()
    assert json.loads((tmp_path / "r" / "recording.json").read_text())["device_clock"] == "common"


names = st.text(st.characters(codec="utf-8"), max_size=20)
values = st.floats(-1000, 1000, width=32).map(lambda value: round(value, 4) + 0.0) | st.just(float("nan"))


@st.composite
def recordings(draw: st.DrawFn) -> Recording:
    ticks = draw(st.booleans())
    sensors = {}
    for site in draw(
        st.lists(st.sampled_from(["left_shin", "trunk", "right_foot"]), unique=True, min_size=1)
    ):
        n = draw(st.integers(1, 12))
        columns = [draw(arrays(np.float64, n, elements=values)) for _ in range(6)]
        columns[3:] = [np.clip(column, -50, 50) for column in columns[3:]]
        steps = np.cumsum(draw(arrays(np.int64, n, elements=st.integers(1, 3))))
        samples = Samples(
            steps * 10_000 if ticks else None,
            None if ticks else np.round(steps * 0.01, 6),
            (columns[0], columns[1], columns[2]),
            (columns[3], columns[4], columns[5]),
        )
        sensors[site] = Sensor(site, samples, 50.0, 1e6 if ticks else None)
    marks = draw(
        st.lists(st.builds(Mark, st.integers(0, 99).map(float), st.just("note"), names, names, names))
    )
    metadata = {"athlete": draw(names), "notes": draw(names)}
    return Recording(
        draw(names.filter(bool)), sensors, metadata, tuple(sorted(marks, key=lambda m: m.time_s))
    )


@settings(max_examples=60, deadline=None)
@given(recording=recordings())
def test_anything_written_reads_back(tmp_path_factory: pytest.TempPathFactory, recording: Recording):
    path = tmp_path_factory.mktemp("round") / "r"
    write_recording(recording, path)
    read = read_recording(path)
    assert read.name == recording.name
    assert read.athlete == recording.athlete
    assert read.metadata["notes"] == recording.metadata["notes"]
    assert read.marks == recording.marks
    assert set(read.sensors) == set(recording.sensors)
    for site, sensor in recording.sensors.items():
        assert samples_equal(read.sensors[site].samples, sensor.samples)


def test_an_existing_folder_is_refused(folder: Path):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(OutputError, match="something already"):
        write_recording(made_recording(), folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    from aqsense.acquire import recording_writer

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recording_writer, "_write_marks", full_disk)
    with pytest.raises(OutputError, match="No space left"):
        write_recording(made_recording(), tmp_path / "r")
    assert list(tmp_path.iterdir()) == []


def test_mixed_clocks_are_refused(tmp_path: Path):
    sensors = {
        "trunk": Sensor("trunk", made_samples(), 100.0),
        "left_shin": Sensor("left_shin", made_samples(ticks=True), 100.0, 1e6),
    }
    with pytest.raises(RecordingError, match="one kind of clock"):
        write_recording(Recording("r", sensors), tmp_path / "r")


def test_only_four_fields_are_needed(tmp_path: Path):
    """name, format, device_clock, sensors with rate_hz; no marks; columns in any order."""
    samples = made_samples(50)
    columns = [
        "gyro_z_rad_s",
        "accel_x_m_s2",
        "time_s",
        "accel_y_m_s2",
        "accel_z_m_s2",
        "gyro_x_rad_s",
        "gyro_y_rad_s",
    ]
    data = [samples.gyro[2], samples.accel[0], samples.time_s, *samples.accel[1:], *samples.gyro[:2]]
    np.savetxt(
        tmp_path / "trunk.csv", np.column_stack(data), delimiter=",", header=",".join(columns), comments=""
    )  # type: ignore[arg-type]
    lean = {"format": 1, "name": "r", "device_clock": "common", "sensors": {"trunk": {"rate_hz": 100}}}
    (tmp_path / "recording.json").write_text(json.dumps(lean))
    read = read_recording(tmp_path)
    assert samples_equal(read.sensors["trunk"].samples, samples)
    assert np.isnan(read.sync_sd_s)
    assert read.marks == ()


def test_a_wrong_rate_is_told_and_the_data_win(folder: Path):
    change_metadata(folder, sensors={"left_wrist": {"rate_hz": 105.0}, "trunk": {"rate_hz": 200.0}})
    read = read_recording(folder)
    assert read.sensors["left_wrist"].rate_hz == 105.0
    assert read.sensors["trunk"].rate_hz == pytest.approx(100.0)
    assert [(code, site) for code, site, _ in read.warnings] == [("rate_differs", "trunk")]


def test_ticks_without_tick_hz(tick_folder: Path):
    change_metadata(tick_folder, sensors={site: {"rate_hz": 100.0} for site in ("left_wrist", "trunk")})
    read = read_recording(tick_folder)
    assert read.sensors["trunk"].tick_hz == pytest.approx(1e6)
    assert {code for code, _, _ in read.warnings} == {"tick_hz_derived"}


def test_a_table_that_is_not_listed_is_told(folder: Path):
    change_metadata(folder, sensors={"trunk": {"rate_hz": 100.0}})
    read = read_recording(folder)
    assert list(read.sensors) == ["trunk"]
    assert [(code, site) for code, site, _ in read.warnings] == [("sensor_not_listed", "left_wrist")]


def test_a_cut_table_names_its_sensor(folder: Path):
    path = folder / "trunk.csv"
    path.write_bytes(path.read_bytes()[:-30])
    read = read_recording(folder)
    assert len(read.sensors["trunk"].samples) == 299
    assert [(code, site) for code, site, _ in read.warnings] == [("truncated_last_line", "trunk")]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": 2}, ["format", "found '2'", "the number 1"]),
        ({"format": "1"}, ["format"]),
        ({"format": True}, ["format"]),
        ({"name": None}, ["name"]),
        ({"device_clock": "utc"}, ["device_clock", "ticks"]),
        ({"device_clock": "ticks"}, ["time_s", "tick"]),
        ({"sync_sd_s": "small"}, ["sync_sd_s", "small"]),
        ({"sync_sd_s": -0.1}, ["sync_sd_s"]),
        ({"athlete": 7}, ["athlete"]),
        ({"speed": []}, ["speed"]),
        ({"speed": {"samples": [[0.0]]}}, ["speed.samples", "time_s, speed_m_s"]),
        ({"speed": {"samples": [[0.0, "fast"]]}}, ["speed.samples"]),
        ({"sensors": []}, ["sensors"]),
        ({"sensors": {}}, ["sensors is empty"]),
        ({"sensors": {"left_ankle": {"rate_hz": 100}}}, ["unknown site 'left_ankle'"]),
        ({"sensors": {"trunk": 100}}, ["sensors.trunk"]),
        ({"sensors": {"trunk": {}}}, ["sensors.trunk.rate_hz", "nothing", "above 0"]),
        ({"sensors": {"trunk": {"rate_hz": 0}}}, ["sensors.trunk.rate_hz", "'0'"]),
        ({"sensors": {"trunk": {"rate_hz": "100"}}}, ["sensors.trunk.rate_hz"]),
        ({"sensors": {"trunk": {"rate_hz": 10**400}}}, ["sensors.trunk.rate_hz"]),
        ({"sensors": {"trunk": {"rate_hz": 100, "tick_hz": -1}}}, ["sensors.trunk.tick_hz"]),
        ({"sensors": {"trunk": {"rate_hz": 100, "accel_range_m_s2": 0}}}, ["accel_range_m_s2"]),
        ({"sensors": {"trunk": {"rate_hz": 100, "placement": 3}}}, ["placement"]),
        ({"sensors": {"right_shin": {"rate_hz": 100}}}, ["right_shin.csv", "can't be read"]),
    ],
)
def test_metadata_complaints(folder: Path, changes: dict[str, Any], words: list[str]):
    change_metadata(folder, **changes)
    error = complaint(folder)
    for word in words:
        assert word in str(error)
    assert len(str(error)) < 500


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        (b'{"format": 1,\n "name": oops}', 2, ["not JSON"]),
        (b"", 1, ["not JSON"]),
        (b"[1]", None, ["found a list"]),
        (b'{"format": 1, "x": NaN}', None, ["NaN"]),
        (b'{"format": 1, "x": "\\ud800"}', None, ["plain JSON"]),
        (b'{"x": ' + b"9" * 10_000 + b"}", None, ["plain JSON"]),
        (b"[" * 200_000, None, ["JSON"]),
        (b'{"name": "\xe9"}', None, ["not UTF-8"]),
    ],
)
def test_metadata_that_is_no_json(folder: Path, content: bytes, line: int | None, words: list[str]):
    (folder / "recording.json").write_bytes(content)
    error = complaint(folder)
    assert error.line == line
    for word in words:
        assert word in str(error)


def test_a_folder_without_metadata_is_told_apart_from_a_shelf_of_recordings(folder: Path, tmp_path: Path):
    shelf = str(complaint(tmp_path))
    assert "1 recordings" in shelf
    assert str(folder) in shelf
    (folder / "recording.json").unlink()
    assert "recording.json: is missing" in str(complaint(folder))


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("tick,", "time_s,", 1, ["time_s", 'device_clock "ticks"']),
        ("accel_x_m_s2", "ax", 1, ["accel_x_m_s2", "missing"]),
        ("1000000000000,", "1e12,", 2, ["'1e12'", "whole number of ticks"]),
        ("1000000000000,", "1000000000000.5,", 2, ["whole number of ticks"]),
        ("1000000020000,", ",", 4, ["tick", "empty"]),
        (
            "1000000020000,",
            "1000000010000,",
            4,
            ["tick", "1000000010000 does not rise", "previous 1000000010000"],
        ),
        ("1000000020000,", "99999999999999999999,", 4, ["99999999999999999999"]),
    ],
)
def test_tick_complaints(tick_folder: Path, old: str, new: str, line: int, words: list[str]):
    edit(tick_folder / "trunk.csv", old, new)
    error = complaint(tick_folder)
    assert error.line == line
    for word in words:
        assert word in str(error)


def test_a_table_without_sensor_columns(folder: Path):
    (folder / "trunk.csv").write_text("time_s,temperature\n0.0,20\n")
    assert "'accel_x_m_s2' is missing" in str(complaint(folder))


def test_a_table_with_no_rows(folder: Path):
    path = folder / "trunk.csv"
    path.write_text(path.read_text().split("\n", 1)[0] + "\n")
    assert "no whole row" in str(complaint(folder))


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("kind\nnote\n", 1, ["time_s"]),
        ("time_s,kind,kind\n1,note,\n", 1, ["each once"]),
        ("time_s,kind\nsoon,note\n", 2, ["'soon'", "seconds"]),
        ("time_s,kind\n1.0,note,extra\n", 2, ["3 cells", "quotes"]),
        ("time_s,kind\n1.0,\n", 2, ["kind is empty"]),
        ('time_s,kind\n1.0,"note\n', 2, ["not a row"]),
    ],
)
def test_mark_complaints(folder: Path, content: str, line: int, words: list[str]):
    (folder / "marks.csv").write_text(content)
    error = complaint(folder)
    assert error.line == line
    for word in words:
        assert word in str(error)


def test_marks_are_sorted_and_unknown_kinds_are_told(folder: Path):
    (folder / "marks.csv").write_text(
        "\ufefftime_s,kind,site,text\n2,hop,,None\n1,note,,\n\n", encoding="utf-8"
    )
    read = read_recording(folder)
    assert read.marks == (Mark(1.0, "note"), Mark(2.0, "hop", "", "", "None"))
    assert [code for code, _, _ in read.warnings] == ["unknown_mark"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("left_ankle,1,0.1,,5", ["left_ankle", "no sensor"]),
        ("trunk,1.5,0.1,,5", ["tick", "'1.5'", "whole"]),
        ("trunk,1,inf,,5", ["arrival_s", "'inf'"]),
        ("trunk,1,,,5", ["arrival_s"]),
        ("trunk,1,0.1,x,5", ["sequence", "'x'"]),
        ("trunk,1,0.1,,", ["n_samples"]),
    ],
)
def test_arrival_complaints(tick_folder: Path, row: str, words: list[str]):
    (tick_folder / "arrivals.csv").write_text(
        f"site,tick,arrival_s,sequence,n_samples\ntrunk,1,0.1,,5\n{row}\n"
    )
    error = complaint(tick_folder)
    assert error.line == 3
    for word in words:
        assert word in str(error)


def test_arrivals_keep_the_order_of_the_file(tick_folder: Path):
    text = "site,tick,arrival_s,sequence,n_samples\ntrunk,2,0.2,9,5\nleft_wrist,1,0.1,,4\ntrunk,1,0.3,10,5\n"
    (tick_folder / "arrivals.csv").write_text(text)
    read = read_recording(tick_folder).arrivals
    np.testing.assert_array_equal(read["trunk"], np.array([(2, 0.2, 9, 5), (1, 0.3, 10, 5)], dtype=ARRIVAL))
    np.testing.assert_array_equal(read["left_wrist"], np.array([(1, 0.1, -1, 4)], dtype=ARRIVAL))


def test_real_recordings(shared: Path, tmp_path: Path):
    folders = sorted(path.parent for path in (shared / "data").glob("*/*/recording.json"))
    assert folders
    for folder in folders:
        read = read_recording(folder)
        assert read.warnings == ()
        write_recording(read, tmp_path / folder.name)
        again = read_recording(tmp_path / folder.name)
        assert again.marks == read.marks
        assert again.metadata == read.metadata
        for site, sensor in read.sensors.items():
            assert samples_equal(again.sensors[site].samples, sensor.samples)


def test_metadata_of_the_writer_is_what_was_stated(tmp_path: Path):
    write_recording(made_recording(), tmp_path / "r")
    raw = json.loads((tmp_path / "r" / "recording.json").read_text())
    assert raw["place"] is None
    assert raw["sync_sd_s"] == METADATA["sync_sd_s"]
    assert raw["sensors"]["trunk"]["rate_hz"] == 100.0
