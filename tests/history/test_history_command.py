"""`aqsense history` through its entry point: what it prints, writes, and ends with; and its picture."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from commands import Command
from history_helpers import no_overlap
from made_sessions import started, write_session

from aqsense.history.collect import collect
from aqsense.history.output import HISTORY_FILES
from aqsense.history.picture import picture_of
from aqsense.history.program import history as history_of
from aqsense.settings import Settings
from aqsense.view.history_figure import HistoryPicture, plot_history


def test_what_the_terminal_says(aqsense: Command, falling: Path) -> None:
    ended = aqsense("history", "a07", "--in", falling)
    assert ended.code == 0
    assert "a07: Spread falls by" in ended.out
    assert "spread ms" in ended.out
    assert "2026-09-01" in ended.out
    assert max(len(line) for line in ended.out.splitlines()) <= 100
    assert "not measured" not in ended.out


def test_files_and_json_say_the_same(aqsense: Command, falling: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    ended = aqsense("history", "a07", "--in", falling, "--out", out, "--json")
    assert ended.code == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(HISTORY_FILES)
    content = json.loads(ended.out)
    assert content == json.loads((out / "history.json").read_text())
    assert content["measures"]["spread_ms"]["course"] == "falling"
    assert content["measures"]["speed_max_m_s"]["slope"]["value_reason"] == "fewer_than_two_sessions"
    with (out / "sessions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["date"] for row in rows] == [started(7 * week)[:10] for week in range(10)]
    listed = [session["values"]["spread_ms"]["value"] for session in content["sessions"]]
    assert [float(row["spread_ms"]) for row in rows] == pytest.approx(listed, rel=1e-4)
    again = aqsense("history", "a07", "--in", falling, "--out", out)
    assert again.code == 0


def test_foreign_files_are_kept(aqsense: Command, falling: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.docx").write_text("x")
    ended = aqsense("history", "a07", "--in", falling, "--out", tmp_path / "out")
    assert ended.code == 2
    assert "thesis.docx" in ended.err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.docx"]


def test_nothing_found_is_one_line_and_1(aqsense: Command, falling: Path, tmp_path: Path) -> None:
    for words in (
        ["a99", "--in", falling],
        ["a07", "--in", tmp_path / "none"],
        ["a07", "--in", falling, "--kind", "jog"],
    ):
        ended = aqsense("history", *words)
        assert ended.code == 1
        assert ended.err.count("\n") == 1
        assert ended.out == ""


def test_wrong_words_are_usage_errors(aqsense: Command, falling: Path, tmp_path: Path) -> None:
    assert aqsense("history", "a07", "--in", falling, "--kind", "walk").code == 2
    (tmp_path / "names.toml").write_text("[")
    assert aqsense("history", "a07", "--in", falling, "--athletes", tmp_path / "names.toml").code == 2


@pytest.mark.parametrize("text", ['a07 = "Ada L."', '[a07]\nname = "Ada L."'])
def test_names_are_on_the_screen_and_in_no_file(
    aqsense: Command, falling: Path, tmp_path: Path, text: str
) -> None:
    (tmp_path / "names.toml").write_text(text)
    out = tmp_path / "out"
    ended = aqsense("history", "a07", "--in", falling, "--athletes", tmp_path / "names.toml", "--out", out)
    assert "Ada L. (a07): Spread" in ended.out
    for path in [*out.iterdir(), *falling.rglob("*")]:
        assert path.is_dir() or b"Ada" not in path.read_bytes()


def test_control_letters_do_not_reach_the_terminal(aqsense: Command, tmp_path: Path) -> None:
    hostile = "\x1b[31m=x"
    for week in range(3):
        write_session(tmp_path / f"s{week}", 7 * week, [{"athlete": hostile, "tag": "\x1b[2J"}] * 3)
    ended = aqsense("history", hostile, "--in", tmp_path, "--out", tmp_path / "out")
    assert ended.code == 0
    assert "\x1b" not in ended.out + ended.err
    assert "\x1b" not in (tmp_path / "out" / "history.svg").read_text()


def pictured(root: Path) -> HistoryPicture:
    return picture_of(history_of(collect([root], "a07", Settings()), "a07"))


def test_places_in_the_picture_are_the_values(falling: Path, tmp_path: Path) -> None:
    picture = pictured(falling)
    plot_history(picture).save_as(tmp_path / "p.svg")
    tree = ET.parse(tmp_path / "p.svg")
    tops: list[float] = []
    for i in range(10):
        shape = next(one for one in tree.iter() if one.get("id") == f"session-0-{i}")
        path = next(one.get("d") for one in shape.iter() if one.tag.endswith("path"))
        numbers = np.array([float(x) for x in path.replace("\n", " ").split() if x[-1].isdigit()])
        tops.append((numbers[1::2].max() + numbers[1::2].min()) / 2)
    values = picture.panels[0].value
    slope, _ = np.polyfit(values, tops, 1)
    assert slope < 0  # SVG counts from the top
    np.testing.assert_allclose(np.polyval(np.polyfit(values, tops, 1), values), tops, atol=0.02)


@pytest.mark.parametrize("n", [1, 2, 5, 30, 150])
def test_no_texts_overlap(tmp_path: Path, n: int) -> None:
    from aqsense.history.outside import Outside

    random = np.random.RandomState(n)
    for i in range(n):
        runs = [{"spread_ms": 10 + random.randn(), "tag": f"sled {i} and a band", "athlete": "a07"}] * 3
        write_session(tmp_path / f"s{i:03d}", 3 * i, runs)
    collected = collect([tmp_path], "a07", Settings())
    day = np.array([20700.0, 20710.0])
    lifts = [
        Outside("レッグプレス " * 12, day, np.array([1.0, 1.0])),
        Outside("x", day, np.array([-1e6, 1e6])),
    ]
    found = history_of(collected, "a07", outside=lifts)
    no_overlap(plot_history(picture_of(found)))
