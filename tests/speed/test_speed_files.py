"""Splits and speed files are read, or refused in words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import speed_files
from speed_files import STARTED

from aqsense.acquire.outside_speed import add_speed_file, add_splits, read_splits
from aqsense.acquire.speed_file import MissingPackage, read_speed_file
from aqsense.errors import RecordingError, SettingsError
from aqsense.model import Recording

CURVE = [(float(k), 0.5 * k) for k in range(12)]


def a_recording(**metadata: Any) -> Recording:
    return Recording("made", {}, metadata)


def test_splits_are_metres_and_seconds() -> None:
    assert read_splits("10=1.85 20=2.95") == {"run": None, "gates": [[10.0, 1.85], [20.0, 2.95]]}
    assert read_splits(" 3: 10=1.85  20=2.95")["run"] == 3


@pytest.mark.parametrize(
    "text",
    ["", "10=1.85", "10 1.85", "10=1.85 20=1.80", "20=2.9 10=1.8", "10=x 20=2", "10=-1 20=2", "10=nan 20=2"],
)
def test_other_splits_are_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"--splits: found .* expected at least 2 rising pairs"):
        read_splits(text)


@pytest.mark.parametrize(("name", "factor"), [("speed_m_s", 1.0), ("speed_km_h", 3.6)])
def test_csv_with_a_unit_in_its_name(tmp_path: Path, name: str, factor: float) -> None:
    path = speed_files.csv(tmp_path / "a.csv", f"time_s,{name}", [(t, v * factor) for t, v in CURVE])
    found = read_speed_file(path)
    assert not found.is_utc
    assert [pair for row in found.samples for pair in row] == pytest.approx(
        [pair for row in CURVE for pair in row]
    )


def test_distances_become_speed(tmp_path: Path) -> None:
    rows = [(0.01 * k, 7.0 * 0.01 * k) for k in range(300)]
    found = read_speed_file(speed_files.csv(tmp_path / "a.csv", "time_s,distance_m", rows))
    assert found.source == "laser"
    assert [speed for _, speed in found.samples] == pytest.approx([7.0] * len(found.samples))


def test_fit_and_gpx_hold_the_same_curve(tmp_path: Path) -> None:
    pytest.importorskip("fitdecode", reason="needs the extra `formats`")
    pytest.importorskip("gpxpy", reason="needs the extra `formats`")
    by_fit = read_speed_file(speed_files.fit(tmp_path / "a.fit", CURVE))
    by_gpx = read_speed_file(speed_files.gpx(tmp_path / "a.gpx", CURVE))
    assert by_fit.is_utc
    assert by_fit.samples[3] == (STARTED.timestamp() + 3.0, pytest.approx(1.5))
    # A watch's track says where, so its speed is the mean between two points.
    assert by_gpx.samples[3] == (STARTED.timestamp() + 3.5, pytest.approx(2.0, rel=5e-3))


def test_a_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "gpxpy", None)
    with pytest.raises(
        MissingPackage, match=r"needs the package gpxpy. Run: pip install 'aqsense\[formats\]'"
    ):
        read_speed_file(speed_files.gpx(tmp_path / "a.gpx", CURVE))


@pytest.mark.parametrize(
    ("name", "text", "match"),
    [
        ("a.txt", "", "no speed file that is known"),
        ("a.csv", "time_s,speed\n1,2\n", "has the columns time_s, speed; expected"),
        ("a.csv", "time_s,speed_m_s\n1,2\n", "holds 1 samples"),
        ("a.csv", "time_s,speed_m_s\n1,2\n1,3\n", "don't rise"),
        ("a.csv", "time_s,speed_m_s\n1,2\n2,fast\n", "line 3: speed_m_s is 'fast'"),
        ("a.csv", "utc,speed_m_s\nnoon,2\n1,3\n", "line 2: utc is 'noon'"),
        ("a.csv", "", "can't be read as CSV"),
        ("a.fit", "no fit", "can't be read as FIT"),
        ("a.gpx", "no xml", "can't be read as GPX"),
        ("absent/a.csv", None, "can't be read"),
    ],
)
def test_what_is_no_speed_is_refused(tmp_path: Path, name: str, text: str | None, match: str) -> None:
    if name.endswith(("fit", "gpx")):
        pytest.importorskip(
            {"fit": "fitdecode", "gpx": "gpxpy"}[name[-3:]], reason="needs the extra `formats`"
        )
    path = tmp_path / name
    if text is not None:
        path.write_text(text)
    with pytest.raises(RecordingError, match=match):
        read_speed_file(path)


def test_utc_needs_the_session_s_start(tmp_path: Path) -> None:
    rows = [((STARTED.replace(second=int(t))).isoformat(), v) for t, v in CURVE]
    path = speed_files.csv(tmp_path / "a.csv", "utc,speed_m_s", rows)
    with pytest.raises(RecordingError, match=r"recording\.json says no started_utc"):
        add_speed_file(a_recording(), path)
    track = add_speed_file(a_recording(started_utc="2026-06-14T09:59:50Z"), path).metadata["speed"]["track"]
    assert track["samples"][0] == [10.0, 0.0]
    assert track["within_s"] > 0
    told = add_speed_file(a_recording(), path, 4.0).metadata["speed"]["track"]
    assert (told["samples"][0], told["within_s"]) == ([4.0, 0.0], 0.0)


def test_one_source_of_speed_is_enough() -> None:
    with_splits = add_splits(a_recording(), ["10=1.85 20=2.95"])
    with pytest.raises(SettingsError, match="has a speed already"):
        add_splits(with_splits, ["10=1.85 20=2.95"])
