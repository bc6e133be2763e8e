"""Any CSV through a column map."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from made_recording import made_samples

from aqsense.acquire import column_map, read_recording
from aqsense.errors import RecordingError
from aqsense.model import STANDARD_GRAVITY_M_S2, Samples

MAP = """
separator = ";"
decimal = ","
header_line = 3
missing = ["-"]
sync_sd_s = 0.002
athlete = "a07"

[time]
column = "t"
unit = "ms"

[sites.trunk]
accel = ["ax", "ay", "az"]
accel_unit = "g"
gyro = ["gx", "gy", "gz"]
gyro_unit = "deg/s"
accel_range_m_s2 = 156.9
placement = "sternum"
"""


def vendor_text(samples: Samples, head: str = "Device;X1\n\n") -> str:
    """Semicolons, decimal commas, ms, g, deg/s, under two lines of preamble."""
    columns = [
        samples.time_s * 1000,  # type: ignore[operator]
        *(accel / STANDARD_GRAVITY_M_S2 for accel in samples.accel),
        *(np.degrees(gyro) for gyro in samples.gyro),
    ]
    rows = (
        ";".join(f"{value:.12g}".replace(".", ",") for value in row) for row in zip(*columns, strict=True)
    )
    return head + "t;ax;ay;az;gx;gy;gz\n" + "\n".join(rows) + "\n"


def assert_close(found: Samples, made: Samples) -> None:
    np.testing.assert_allclose(found.time_s, made.time_s, rtol=1e-12)  # type: ignore[arg-type]
    for one, other in zip(found.accel + found.gyro, made.accel + made.gyro, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


@pytest.fixture
def vendor(tmp_path: Path) -> Path:
    path = tmp_path / "export.csv"
    path.write_text(vendor_text(made_samples()))
    return path


def read_with(path: Path, text: str):
    toml = path.parent / "map.toml" if path.is_file() else path / "map.toml"
    toml.write_text(text)
    return read_recording(path, columns=toml)


def test_a_vendor_file(vendor: Path):
    recording = read_with(vendor, MAP)
    trunk = recording.sensors["trunk"]
    assert_close(trunk.samples, made_samples())
    assert trunk.rate_hz == pytest.approx(100.0)
    assert trunk.accel_range_m_s2 == 156.9
    assert trunk.placement == "sternum"
    assert (recording.name, recording.athlete, recording.sync_sd_s) == ("export", "a07", 0.002)
    assert recording.warnings == ()
    assert all(column.flags.c_contiguous for column in trunk.samples.accel)


def test_further_words_for_no_value(vendor: Path):
    lines = vendor.read_text().splitlines()
    cells = lines[10].split(";")
    lines[10] = ";".join([*cells[:4], "-", *cells[5:]])
    vendor.write_text("\n".join(lines) + "\n")
    assert np.flatnonzero(np.isnan(read_with(vendor, MAP).sensors["trunk"].samples.gyro[0])).tolist() == [7]


def test_a_file_per_sensor_in_a_folder(tmp_path: Path):
    (tmp_path / "a.csv").write_text(vendor_text(made_samples(seed=1), head=""))
    (tmp_path / "b.csv").write_text(vendor_text(made_samples(200, seed=2), head=""))
    site = 'accel = ["ax","ay","az"]\naccel_unit = "g"\ngyro = ["gx","gy","gz"]\ngyro_unit = "deg/s"\n'
    text = 'separator = ";"\ndecimal = ","\n[time]\ncolumn = "t"\nunit = "ms"\n'
    text += f'[sites.trunk]\nfile = "a.csv"\n{site}[sites.left_shin]\nfile = "b.csv"\n{site}'
    recording = read_with(tmp_path, text)
    assert list(recording.sensors) == ["left_shin", "trunk"]
    assert_close(recording.sensors["trunk"].samples, made_samples(seed=1))
    assert_close(recording.sensors["left_shin"].samples, made_samples(200, seed=2))


def test_two_sites_share_a_time_column(tmp_path: Path):
    one, two = made_samples(seed=1), made_samples(seed=2)
    names = ["t", *(f"a{i}" for i in range(6)), *(f"b{i}" for i in range(6))]
    columns = [one.time_s * 1e6, *one.accel, *one.gyro, *two.accel, *two.gyro]  # type: ignore[operator]
    path = tmp_path / "x.csv"
    np.savetxt(
        path, np.column_stack(columns), delimiter=",", header=",".join(names), comments="", fmt="%.12g"
    )
    text = '[time]\ncolumn = "t"\nunit = "us"\n'
    for site, letter in (("trunk", "a"), ("left_shin", "b")):
        text += f'[sites.{site}]\naccel = ["{letter}0","{letter}1","{letter}2"]\naccel_unit = "m/s^2"\n'
        text += f'gyro = ["{letter}3","{letter}4","{letter}5"]\ngyro_unit = "rad/s"\n'
    recording = read_with(path, text)
    assert_close(recording.sensors["trunk"].samples, one)
    assert_close(recording.sensors["left_shin"].samples, two)


def test_no_time_column_makes_even_steps_and_says_so(vendor: Path):
    recording = read_with(vendor, MAP.replace('column = "t"\nunit = "ms"', "rate_hz = 50"))
    trunk = recording.sensors["trunk"]
    np.testing.assert_array_equal(trunk.samples.time_s, np.arange(300) / 50)  # type: ignore[arg-type]
    assert trunk.rate_hz == pytest.approx(50.0)
    assert [(code, site) for code, site, _ in recording.warnings] == [("clock_assumed", "trunk")]


def test_a_site_may_have_its_own_time_and_rate(vendor: Path):
    own = MAP.replace("[sites.trunk]", '[sites.trunk]\ntime = {column = "t", unit = "ms"}\nrate_hz = 200')
    recording = read_with(vendor, own.replace('[time]\ncolumn = "t"\nunit = "ms"', ""))
    assert_close(recording.sensors["trunk"].samples, made_samples())
    assert recording.sensors["trunk"].rate_hz == pytest.approx(100.0)
    assert [code for code, _, _ in recording.warnings] == ["rate_differs"]


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('separator = ";"', 'separator = "ab"', ["separator", "'ab'"]),
        ('separator = ";"', 'separator = ","', ["separator", "comma"]),
        ('separator = ";"', "seperator = 1", ["seperator", "not known", "'separator'"]),
        ('decimal = ","', 'decimal = "·"', ["decimal"]),
        ("header_line = 3", "header_line = 0", ["header_line", "'0'"]),
        ("header_line = 3", "header_line = true", ["header_line"]),
        ("header_line = 3", "header_line = 9999", ["ends before line 9999"]),
        ("header_line = 3", "header_line = 1", ["'t' is missing"]),
        ('missing = ["-"]', 'missing = "-"', ["missing", "list of texts"]),
        ("sync_sd_s = 0.002", "sync_sd_s = -1", ["sync_sd_s", "number from 0"]),
        ('column = "t"', 'column = "time"', ["'time' is missing", "'ax'"]),
        ('column = "t"', 'column = "t"\nrate_hz = 100', ["column or rate_hz"]),
        ('column = "t"', "", ["column or rate_hz"]),
        ('unit = "ms"', 'unit = "min"', ["time.unit", "'min'", "s or ms"]),
        ('unit = "ms"', 'unit = "s"', ["rows per second"]),
        ('accel_unit = "g"', "", ["sites.trunk.accel_unit", "nothing", "m/s^2 or g"]),
        ('accel_unit = "g"', 'accel_unit = "m/s^2"', ["in g"]),
        ('gyro_unit = "deg/s"', 'gyro_unit = "rad/s"', ["deg/s"]),
        ('gyro_unit = "deg/s"', 'gyro_unit = "rpm"', ["sites.trunk.gyro_unit", "'rpm'"]),
        ('["gx", "gy", "gz"]', '["gx", "gy"]', ["sites.trunk.gyro", "three column names"]),
        ('["gx", "gy", "gz"]', '["gx", "gy", "gy"]', ["'gy' twice"]),
        ('["gx", "gy", "gz"]', '["gx", "gy", "t"]', ["'t' twice"]),
        ("[sites.trunk]", "[sites.chest]", ["'chest'", "trunk"]),
        ("[sites.trunk]", "[sites.trunk]\nrate_hz = 0", ["sites.trunk.rate_hz", "above 0"]),
        ("[sites.trunk]", "[sites.trunk]\nfile = 'absent.csv'", ["absent.csv", "can't be read"]),
        ("[time]", "[time", ["not TOML"]),
        ("[time]", "[tiem]", ["tiem is not known"]),
    ],
)
def test_complaints(vendor: Path, old: str, new: str, words: list[str]):
    assert old in MAP
    with pytest.raises(RecordingError) as caught:
        read_with(vendor, MAP.replace(old, new, 1))
    for word in words:
        assert word in str(caught.value)


def test_no_time_and_no_sites(vendor: Path):
    with pytest.raises(RecordingError, match="sites is missing"):
        read_with(vendor, "[time]\nrate_hz = 100\n")
    with pytest.raises(RecordingError, match="sites: is empty"):
        read_with(vendor, "[sites]\n")
    with pytest.raises(RecordingError, match="time is missing"):
        read_with(vendor, MAP.replace('[time]\ncolumn = "t"\nunit = "ms"', ""))


def test_a_folder_needs_files_and_the_map_must_exist(vendor: Path):
    (vendor.parent / "map.toml").write_text(MAP)
    with pytest.raises(RecordingError, match="every site needs its `file"):
        read_recording(vendor.parent, columns=vendor.parent / "map.toml")
    with pytest.raises(RecordingError, match="can't be read"):
        read_recording(vendor, columns=vendor.parent / "no.toml")


def test_times_that_do_not_rise_name_the_line_of_the_file(vendor: Path):
    lines = vendor.read_text().splitlines()
    lines[20] = lines[19]
    vendor.write_text("\n".join(lines) + "\n")
    with pytest.raises(RecordingError) as caught:
        read_with(vendor, MAP)
    assert caught.value.line == 21


def test_the_example_of_the_documentation_is_a_map(tmp_path: Path):
    doc = column_map.__doc__ or ""
    example = "\n".join(line[4:] for line in doc.splitlines() if line.startswith("    ") or not line)
    path = tmp_path / "map.toml"
    path.write_text(example, encoding="utf-8")
    found = column_map.read_column_map(path)
    assert found.dialect.separator == ";"
    assert list(found.sites) == ["left_shin"]
    assert math.isclose(found.sites["left_shin"].channels[3].factor, math.pi / 180)
