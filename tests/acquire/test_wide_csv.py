"""One wide CSV: what it means, and every complaint about it."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_recording import (
    made_samples,
    samples_equal,
    wide_text,
    with_cell,
    with_line,
    write_wide,
)

from aqsense.acquire import number_table, read_recording, write_recording
from aqsense.errors import RecordingError
from aqsense.model import AXIS_COLUMNS, STANDARD_GRAVITY_M_S2, Recording, Sensor

LAST = 301  # line of the last row


def complaint(path: Path) -> RecordingError:
    with pytest.raises(RecordingError) as caught:
        read_recording(path)
    return caught.value


def test_reads_sites_in_order_with_contiguous_columns(tmp_path: Path):
    path = tmp_path / "wide.csv"
    path.write_text(wide_text(sites=("trunk", "left_wrist")))
    recording = read_recording(path)
    assert list(recording.sensors) == ["left_wrist", "trunk"]
    assert samples_equal(recording.sensors["trunk"].samples, made_samples(seed=0))
    assert samples_equal(recording.sensors["left_wrist"].samples, made_samples(seed=1))
    for sensor in recording.sensors.values():
        for column in sensor.samples.accel + sensor.samples.gyro:
            assert column.flags.c_contiguous
            assert column.dtype == np.float64
    assert recording.warnings == ()
    assert math.isnan(recording.sync_sd_s)
    assert recording.name == "wide"


def test_equals_a_folder_of_the_same_data(tmp_path: Path):
    recording = read_recording(write_wide(tmp_path))
    write_recording(recording, tmp_path / "folder")
    again = read_recording(tmp_path / "folder")
    assert list(again.sensors) == list(recording.sensors)
    for site, sensor in recording.sensors.items():
        assert samples_equal(again.sensors[site].samples, sensor.samples)
        assert again.sensors[site].rate_hz == pytest.approx(sensor.rate_hz)


@pytest.mark.parametrize("piece_bytes", [200, 1000, 10_000])
def test_pieces_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece_bytes: int):
    """Long rows first: the number of rows estimated from the first piece is too small."""

    def lengthen(lines: list[str]) -> None:
        lines[1:20] = [",".join(f"{float(cell):.40f}" for cell in line.split(",")) for line in lines[1:20]]

    path = write_wide(tmp_path, lengthen)
    whole = read_recording(path)
    monkeypatch.setattr(number_table, "PIECE_BYTES", piece_bytes)
    pieces = read_recording(path)
    for site, sensor in whole.sensors.items():
        assert samples_equal(pieces.sensors[site].samples, sensor.samples)


def test_lines_are_named_right_in_later_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(number_table, "PIECE_BYTES", 500)
    assert complaint(write_wide(tmp_path, with_cell(250, 3, "oops"))).line == 250


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("final", [True, False])
def test_line_ends_and_bom_are_harmless(tmp_path: Path, ending: str, final: bool):
    path = tmp_path / "wide.csv"
    text = wide_text().replace("\n", ending)
    path.write_bytes(("\ufeff" + (text if final else text.rstrip("\r\n"))).encode())
    recording = read_recording(path)
    assert samples_equal(recording.sensors["trunk"].samples, made_samples(seed=1))
    assert recording.warnings == ()


def test_blank_lines_at_the_end_are_harmless(tmp_path: Path):
    path = write_wide(tmp_path)
    path.write_bytes(path.read_bytes() + b"\r\n\n\n")
    assert len(read_recording(path).sensors["trunk"].samples) == 300


def test_quotes_and_blanks_around_numbers_are_harmless(tmp_path: Path):
    path = tmp_path / "wide.csv"
    header, *rows = wide_text().splitlines()
    quoted = [",".join(f'"{cell}"' for cell in row.split(",")) for row in rows[:10]]
    path.write_text("\n".join([header, *quoted, *(row.replace(",", " ,  ") for row in rows[10:])]) + "\n")
    assert samples_equal(read_recording(path).sensors["trunk"].samples, made_samples(seed=1))


def test_suffixes_are_converted(tmp_path: Path):
    samples = made_samples()
    names = [*(f"trunk_accel_{axis}_g" for axis in "xyz"), *(f"trunk_gyro_{axis}_deg_s" for axis in "xyz")]
    columns = [a / STANDARD_GRAVITY_M_S2 for a in samples.accel] + [np.degrees(g) for g in samples.gyro]
    rows = np.column_stack([samples.time_s, *columns])  # type: ignore[list-item]
    path = tmp_path / "wide.csv"
    np.savetxt(path, rows, delimiter=",", header=",".join(["time_s", *names]), comments="", fmt="%.12g")
    read = read_recording(path).sensors["trunk"].samples
    for found, made in zip(read.accel + read.gyro, samples.accel + samples.gyro, strict=True):
        np.testing.assert_allclose(found, made, rtol=1e-10, atol=1e-10)


def test_sensors_of_different_rates_leave_cells_empty(tmp_path: Path):
    def thin(lines: list[str]) -> None:
        for index in range(1, len(lines)):
            cells = lines[index].split(",")
            if index % 2 == 0:
                cells[7:] = [""] * 6  # trunk: every second row
            if index == 5:
                cells[9] = ""  # one value that the trunk did not deliver
            lines[index] = ",".join(cells)

    recording = read_recording(write_wide(tmp_path, thin))
    wrist, trunk = recording.sensors["left_wrist"], recording.sensors["trunk"]
    assert (len(wrist.samples), len(trunk.samples)) == (300, 150)
    assert wrist.rate_hz == pytest.approx(100.0)
    assert trunk.rate_hz == pytest.approx(50.0)
    made = made_samples(seed=1)
    expected = made.accel[2][::2].copy()
    expected[2] = np.nan
    np.testing.assert_array_equal(trunk.samples.accel[2], expected)
    np.testing.assert_array_equal(trunk.samples.time_s, made.time_s[::2])  # type: ignore[index]
    assert all(column.flags.c_contiguous for column in trunk.samples.gyro)


@pytest.mark.parametrize("word", ["", "NA", "NaN", "nan"])
def test_words_for_no_value(tmp_path: Path, word: str):
    recording = read_recording(write_wide(tmp_path, with_cell(17, 2, word)))
    values = recording.sensors["left_wrist"].samples.accel[1]
    assert np.flatnonzero(np.isnan(values)).tolist() == [15]


def test_missing_value_in_the_last_column_is_no_short_row(tmp_path: Path):
    recording = read_recording(write_wide(tmp_path, with_cell(17, 12, "")))
    assert np.flatnonzero(np.isnan(recording.sensors["trunk"].samples.gyro[2])).tolist() == [15]


def test_rate_from_rounded_times(tmp_path: Path):
    """60 Hz written with 0.01 s: no single step is right, the stretch is."""
    samples = made_samples(600, 60.0)
    columns = [np.round(np.arange(600) / 60.0, 2), *samples.accel, *samples.gyro]
    path = tmp_path / "wide.csv"
    header = ",".join(["time_s", *(f"trunk_{name}" for name in AXIS_COLUMNS)])
    np.savetxt(path, np.column_stack(columns), delimiter=",", header=header, comments="", fmt="%.6g")
    assert read_recording(path).sensors["trunk"].rate_hz == pytest.approx(60.0, rel=0.01)


def test_foreign_columns_are_told(tmp_path: Path):
    def extend(lines: list[str]) -> None:
        lines[0] += ',trunk_mag_x_uT,"=note, of mine"'
        lines[1:] = [line + ",1.5,fine" for line in lines[1:]]

    recording = read_recording(write_wide(tmp_path, extend))
    assert samples_equal(recording.sensors["trunk"].samples, made_samples(seed=1))
    ((code, site, text),) = recording.warnings
    assert (code, site) == ("column_ignored", "")
    assert "=note, of mine" in text
    assert "mag" not in text


@pytest.mark.parametrize("tail", ["3.24,1.0,2.0", "3.24,", "3"])
@pytest.mark.parametrize("ended", ["", "\n"])
def test_a_cut_last_line_is_left_out_and_told(tmp_path: Path, tail: str, ended: str):
    path = write_wide(tmp_path)
    path.write_bytes(path.read_bytes() + (tail + ended).encode())
    recording = read_recording(path)
    assert len(recording.sensors["trunk"].samples) == 300
    assert [(code, site) for code, site, _ in recording.warnings] == [("truncated_last_line", "")]
    assert f"line {LAST + 1}" in recording.warnings[0][2]


@pytest.mark.parametrize("broken", ["-", "1e", "-0.5e-", "."])
def test_a_last_number_that_breaks_off_is_left_out(tmp_path: Path, broken: str):
    path = write_wide(tmp_path, with_cell(LAST, 12, broken))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    recording = read_recording(path)
    assert len(recording.sensors["trunk"].samples) == 299
    assert recording.warnings[0][0] == "truncated_last_line"


def test_nul_bytes_behind_the_last_line_are_a_crash(tmp_path: Path):
    path = write_wide(tmp_path)
    path.write_bytes(path.read_bytes() + b"3.25,1.0" + bytes(5000))
    assert len(read_recording(path).sensors["trunk"].samples) == 300


@pytest.mark.parametrize(
    ("edit", "line", "words"),
    [
        (with_cell(1, 0, "t"), 1, ["'time_s'", "missing", "--columns"]),
        (with_cell(1, 3, "left_wrist_accel_y_m_s2"), 1, ["left_wrist_accel_y_m_s2", "twice"]),
        (with_cell(1, 3, "left_wrist_accel_y_g"), 1, ["same axis", "left_wrist_accel_y_m_s2"]),
        (with_cell(1, 3, "spare"), 1, ["'left_wrist_accel_z_m_s2' is missing"]),
        (with_cell(1, 3, "left_wrist_accel_z"), 1, ["unit", "_m_s2 or _g"]),
        (with_cell(1, 3, "left_wrist_accel_z_rad_s"), 1, ["unit", "_m_s2 or _g"]),
        (with_cell(1, 3, "left_ankle_accel_z_m_s2"), 1, ["unknown site 'left_ankle'", "left_shin"]),
        (with_cell(40, 4, "abc"), 40, ["column 5", "left_wrist_gyro_x_rad_s", "'abc'"]),
        (with_cell(40, 4, "0x10"), 40, ["'0x10'"]),
        (with_cell(40, 4, "1_000"), 40, ["'1_000'"]),
        (with_cell(40, 4, "\u0661"), 40, ["column 5"]),
        (with_cell(40, 4, '"1,5"'), 40, ["decimal comma"]),
        (with_cell(40, 4, "1,5"), 40, ["14 cells", "13", "Decimal commas"]),
        (with_cell(40, 4, "inf"), 40, ["left_wrist_gyro_x_rad_s", "inf", "no sensor"]),
        (with_cell(40, 4, "-1e400"), 40, ["inf"]),
        (with_cell(40, 4, "1e7"), 40, ["10000000", "no sensor"]),
        (with_cell(40, 4, "a" * 100_000), 40, ["aaa..."]),
        (with_cell(40, 0, ""), 40, ["'time_s' is empty"]),
        (with_cell(40, 0, "inf"), 40, ["'time_s' is inf"]),
        (with_cell(40, 0, "0.62"), 40, ["'time_s' 0.62 does not rise", "previous 0.62"]),
        (with_cell(40, 0, "0.1"), 40, ["does not rise"]),
        (with_line(40, "0.63,1,2,3"), 40, ["found 4 cells", "13"]),
        (with_line(40, ""), 40, ["blank"]),
        (with_line(40, "0.63,1,2,3\x00" + ",1" * 9), 40, ["NUL"]),
        (with_line(40, '0.63,"1,2,3' + ",1" * 9), 40, []),
    ],
)
def test_complaints_name_line_and_cause(tmp_path: Path, edit, line: int, words: list[str]):
    path = write_wide(tmp_path, edit)
    error = complaint(path)
    assert error.path == path
    assert error.line == line
    assert f"line {line}: " in str(error)
    assert len(str(error)) < 600
    for word in words:
        assert word in str(error)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty"]),
        (b"\n", ["blank"]),
        (wide_text(n=0).encode(), ["no whole row"]),
        (wide_text(n=0).encode().rstrip(b"\n"), ["no whole row"]),
        (wide_text(n=1).encode(), ["single row"]),
        (wide_text().replace(",", ";").replace(".", ",").encode(), ["semicolons", "decimal", "--columns"]),
        (wide_text().replace(",", "\t").encode(), ["tabs", "--columns"]),
        (wide_text().encode("utf-16"), ["UTF-16"]),
        (wide_text().replace("\n", "\r").encode(), ["CR alone"]),
        (wide_text().split("\n", 1)[1].encode(), ["found numbers", "header"]),
        (wide_text().replace("time_s", "tim\xe9_s").encode("latin-1"), ["not UTF-8"]),
        (b"PK\x03\x04\x00\x00" + bytes(100), ["binary"]),
        (b"x" * (2 << 20), ["no line end"]),
        (b'time_s,"' + b"y" * 200_000 + b'"\n1,2\n', ["header is not"]),
        (b"time_s,a,a\n0,1,2\n", ["'a'", "twice"]),
        (b"time_s,a,b\n0,1,2\n", ["trunk_accel_x_m_s2", "'b'"]),
    ],
)
def test_files_that_are_no_table(tmp_path: Path, content: bytes, words: list[str]):
    path = tmp_path / "wide.csv"
    path.write_bytes(content)
    error = complaint(path)
    assert str(path) in str(error)
    assert len(str(error)) < 800
    for word in words:
        assert word in str(error)


def test_a_path_that_is_not_there(tmp_path: Path):
    assert "no such file" in str(complaint(tmp_path / "absent.csv"))


def scaled(factor: float, first: int, last: int):
    def edit(lines: list[str]) -> None:
        for index in range(1, len(lines)):
            cells = lines[index].split(",")
            cells[first:last] = [repr(float(cell) * factor) for cell in cells[first:last]]
            lines[index] = ",".join(cells)

    return edit


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (scaled(1 / STANDARD_GRAVITY_M_S2, 7, 10), ["trunk_accel_x_m_s2", "in g", "_g"]),
        (scaled(1000 / STANDARD_GRAVITY_M_S2, 7, 10), ["trunk_accel_x_m_s2", "mg"]),
        (scaled(0.01, 7, 10), ["Gravity seems removed"]),
        (scaled(180 / math.pi, 4, 7), ["left_wrist_gyro_", "deg/s", "_deg_s"]),
        (scaled(1000, 0, 1), ["time_s", "rows per second", "ms"]),
    ],
)
def test_units_that_can_not_be_true(tmp_path: Path, edit, words: list[str]):
    error = complaint(write_wide(tmp_path, edit))
    for word in words:
        assert word in str(error)


def test_m_s2_in_a_column_of_g(tmp_path: Path):
    path = write_wide(tmp_path)
    path.write_text(
        path.read_text().replace("accel_x_m_s2", "accel_x_g").replace("accel_z_m_s2", "accel_z_g")
    )
    assert "_m_s2" in str(complaint(path))


def test_a_single_wild_gyro_value_is_no_matter_of_unit(tmp_path: Path):
    recording = read_recording(write_wide(tmp_path, with_cell(40, 4, "75.0")))
    assert recording.sensors["left_wrist"].samples.gyro[0][38] == 75.0


def test_columns_without_a_value(tmp_path: Path):
    def blank(lines: list[str]) -> None:
        lines[1:] = [",".join(line.split(",")[:7] + [""] * 6) for line in lines[1:]]

    assert "trunk has columns and not one value" in str(complaint(write_wide(tmp_path, blank)))


@settings(max_examples=60, deadline=None)
@given(garbage=st.binary(max_size=300), at=st.integers(0, 3000))
def test_damage_is_read_or_refused_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, garbage: bytes, at: int
):
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    content = wide_text(n=20).encode()
    path.write_bytes(content[:at] + garbage + content[at:])
    try:
        recording = read_recording(path)
    except RecordingError:
        return
    assert isinstance(recording, Recording)
    assert all(isinstance(sensor, Sensor) for sensor in recording.sensors.values())
