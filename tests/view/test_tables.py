"""Result tables: rounding, round trip, and whole or not at all."""

from __future__ import annotations

import csv
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aqsense.errors import OutputError, RecordingError
from aqsense.formats import TABLES, column_kind
from aqsense.model import Result
from aqsense.view import result_folder
from aqsense.view.tables import read_result, summary_text, write_result

FILES = {"events.csv", "steps.csv", "strides.csv", "runs.csv", "summary.json"}


def any_result(n: int = 5, **runs: list[Any]) -> Result:
    """A result of `n` rows per table with every kind of cell; `runs` replaces columns of runs."""
    draw = np.random.default_rng(n)
    tables: dict[str, dict[str, Any]] = {}
    for table, names in TABLES.items():
        tables[table] = {}
        for index, name in enumerate(names):
            kind = column_kind(name)
            if kind == "text":
                column = np.array(["", "NA", "None", "a, b", 'say "x"'] * (n // 5 + 1), dtype=object)[:n]
            elif kind == "integer":
                column = draw.integers(-1, 9, n)
            else:
                column = np.round(draw.normal(0, 100, n), int(kind))
                column[index % n if n else 0 :][:1] = np.nan
            tables[table][name] = column
    for name, values in runs.items():
        tables["runs"][name] = np.array(values, dtype=object if column_kind(name) == "text" else None)
    return Result(tables, {"format": 1, "session": {"warnings": []}, "runs": []})


def assert_same(left: Result, right: Result) -> None:
    assert left.summary == right.summary
    for table, names in TABLES.items():
        assert list(left.tables[table]) == list(names)
        for name in names:
            one, other = left.tables[table][name], right.tables[table][name]
            if column_kind(name) == "text":
                assert one.dtype == object
                assert one.tolist() == other.tolist()
            else:
                assert one.dtype == other.dtype
                np.testing.assert_array_equal(one, other)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("n", [0, 1, 5])
def test_round_trip(tmp_path: Path, n: int):
    result = any_result(n)
    write_result(result, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES
    assert_same(read_result(tmp_path / "out"), result)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_files_are_as_the_format_says(tmp_path: Path):
    result = any_result(
        3,
        run=[0, -1, 2],
        start_s=[1.23456789, -1e-9, np.nan],
        spread_ms=[12.34567, -0.0001, np.nan],
        athlete=["NA", "", "ä,b"],
    )
    write_result(result, tmp_path / "out")
    content = (tmp_path / "out" / "runs.csv").read_bytes()
    assert b"\r" not in content
    assert content.split(b"\n")[0].decode() == ",".join(TABLES["runs"])
    rows = rows_of(tmp_path / "out" / "runs.csv")
    assert [row["run"] for row in rows] == ["0", "", "2"]
    assert [row["start_s"] for row in rows][0::2] == ["1.234568", "NaN"]
    assert [row["spread_ms"] for row in rows][0::2] == ["12.346", "NaN"]
    assert rows[1]["start_s"] in ("0", "0.0")
    assert rows[1]["spread_ms"] in ("0", "0.0")
    assert [row["athlete"] for row in rows] == ["NA", "", "ä,b"]
    assert b'""' not in content


@pytest.mark.parametrize("text", ["=1+1", "+49", "-7", "@me", "\t=1", "'=x", "''-", "'plain", "it's", "\r"])
def test_no_spreadsheet_runs_a_users_text(tmp_path: Path, text: str):
    write_result(
        any_result(1, athlete=[text], tag=[text], headline=[text], headline_detail=[text]), tmp_path / "o"
    )
    row = rows_of(tmp_path / "o" / "runs.csv")[0]
    for name in ("athlete", "tag", "headline", "headline_detail"):
        assert row[name][0] not in "=+-@\t\r"
        assert read_result(tmp_path / "o").tables["runs"][name].tolist() == [text]


@settings(max_examples=100, deadline=None)
@given(texts=st.lists(st.text(st.characters(codec="utf-8"), max_size=12), min_size=1, max_size=6))
def test_any_text_reads_back(tmp_path_factory: pytest.TempPathFactory, texts: list[str]):
    out = tmp_path_factory.getbasetemp() / "texts"
    write_result(any_result(len(texts), athlete=texts, headline=texts), out)
    runs = read_result(out).tables["runs"]
    assert runs["athlete"].tolist() == texts
    assert runs["headline"].tolist() == texts


@settings(max_examples=100, deadline=None)
@given(values=st.lists(st.floats(allow_infinity=False), min_size=1, max_size=6))
def test_any_number_is_rounded_and_reads_back(tmp_path_factory: pytest.TempPathFactory, values: list[float]):
    out = tmp_path_factory.getbasetemp() / "numbers"
    values = [value if abs(value) < 1e12 or value != value else 0.0 for value in values]
    write_result(any_result(len(values), start_s=values, spread_ms=values), out)
    runs = read_result(out).tables["runs"]
    for name, decimals in (("start_s", 6), ("spread_ms", 3)):
        np.testing.assert_array_equal(runs[name], np.round(values, decimals))
        assert not np.signbit(runs[name][runs[name] == 0]).any()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"spread_ms": [np.inf]}, "runs.spread_ms holds an infinite"),
        ({"run": [0.5]}, "runs.run holds float64"),
        ({"surprise": [1.0]}, "surprise"),
    ],
)
def test_a_result_that_breaks_the_contract_is_a_defect(tmp_path: Path, change: dict[str, Any], words: str):
    with pytest.raises(ValueError, match=words):
        write_result(any_result(1, **change), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_column_is_a_defect(tmp_path: Path):
    result = any_result(1)
    del result.tables["steps"]["push_s"]  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="push_s"):
        write_result(result, tmp_path / "out")


def test_summary_is_rounded_by_what_its_numbers_are():
    summary = {
        "settings": {"half_percent": 5.123456789012345},
        "session": {"clocks": {"trunk": {"s_per_tick": 1.00000123456789123e-06, "sd_s": np.float64(-0.0)}}},
        "runs": [
            {
                "run": np.int64(3),
                "spread_ms": {"value": 12.345678, "low": None, "n": 4},
                "contact_s": 1.23456789,
                "lags": {"push": {"value": -1.23456}},
                "warnings": ({"time_s": 1.23456789},),
            }
        ],
    }
    plain = json.loads(summary_text(summary))
    assert plain["settings"]["half_percent"] == 5.123456789012345
    assert plain["session"]["clocks"]["trunk"]["s_per_tick"] == 1.00000123457e-06
    assert plain["runs"][0] == {
        "run": 3,
        "spread_ms": {"value": 12.346, "low": None, "n": 4},
        "contact_s": 1.234568,
        "lags": {"push": {"value": -1.235}},
        "warnings": [{"time_s": 1.234568}],
    }
    assert list(plain) == ["settings", "session", "runs"]
    assert "-0" not in summary_text(summary).replace("e-0", "")


@pytest.mark.parametrize("value", [float("nan"), np.float64("nan"), float("inf")])
def test_nan_in_the_summary_is_a_defect_with_its_key(tmp_path: Path, value: float):
    result = any_result(1)
    broken = Result(result.tables, {"runs": [{"spread_ms": {"value": value}}]})
    with pytest.raises(ValueError, match=r"summary\.runs\[0\]\.spread_ms\.value"):
        write_result(broken, tmp_path / "out")


def test_figures_are_drawn_into_the_result(tmp_path: Path):
    def draw(folder: Path) -> None:
        (folder / "alignment-0.svg").write_text("<svg/>")
        (folder.parent / "report.html").write_text("<html/>")

    write_result(any_result(), tmp_path / "out", figures=draw)
    assert (tmp_path / "out" / "figures" / "alignment-0.svg").exists()
    assert (tmp_path / "out" / "report.html").exists()
    write_result(any_result(), tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "error", [RuntimeError("no font"), KeyboardInterrupt(), OSError(28, "No space left")]
)
def test_an_interrupted_write_leaves_the_old_result_whole(tmp_path: Path, error: BaseException):
    write_result(any_result(5), tmp_path / "out")
    before = contents(tmp_path)

    def draw(folder: Path) -> None:
        (folder / "alignment-0.svg").write_text("half")
        raise error

    with pytest.raises(OutputError if isinstance(error, OSError) else type(error)):
        write_result(any_result(3), tmp_path / "out", figures=draw)
    assert contents(tmp_path) == before


def test_a_rename_that_fails_brings_the_old_result_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write_result(any_result(5), tmp_path / "out")
    before = contents(tmp_path)
    rename = Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name.endswith(".partial"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(OutputError, match="Input/output error"):
        write_result(any_result(3), tmp_path / "out")
    assert contents(tmp_path) == before


def killed(_: Path) -> None:
    """What a killed program does not do any more."""


@pytest.mark.parametrize("moment", ["while filling", "between the renames", "before removing the old"])
def test_what_a_killed_program_left_is_tidied(tmp_path: Path, moment: str):
    out, partial, old = tmp_path / "out", tmp_path / ".out.partial", tmp_path / ".out.old"
    write_result(any_result(5), out)
    write_result(any_result(3), partial)
    if moment == "between the renames":
        out.rename(old)
    elif moment == "before removing the old":
        out.rename(old)
        partial.rename(out)
        (old / "notes.txt").write_text("mine")

    write_result(any_result(4), out, force=True)
    assert_same(read_result(out), any_result(4))
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert (out / "notes.txt").exists() == (moment == "before removing the old")


@pytest.mark.parametrize("name", ["notes.txt", "recording.json", "figures/photo.png", "events.csv.bak"])
def test_foreign_files_are_refused_and_stay_with_force(tmp_path: Path, name: str):
    out = tmp_path / "out"
    write_result(any_result(5), out, figures=lambda folder: (folder / "run-0.png").write_bytes(b"old"))
    (out / name).write_text("mine")
    before = contents(tmp_path)
    with pytest.raises(OutputError, match=name) as caught:
        write_result(any_result(3), out)
    assert "--force" in str(caught.value)
    assert contents(tmp_path) == before
    write_result(any_result(3), out, force=True)
    assert_same(read_result(out), any_result(3))
    assert (out / name).read_text() == "mine"
    assert not (out / "figures" / "run-0.png").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_files_of_our_names_without_a_summary_are_foreign(tmp_path: Path):
    out = tmp_path / "out"
    (out / "figures").mkdir(parents=True)
    (out / "report.html").write_text("my report")
    (out / "figures" / "run-1.png").write_text("my photo")
    with pytest.raises(OutputError, match="no result of aqsense"):
        write_result(any_result(), out)
    write_result(any_result(), out, force=True)
    assert (out / "report.html").read_text() == "my report"
    assert (out / "figures" / "run-1.png").read_text() == "my photo"


def make_file(out: Path) -> None:
    out.write_text("x")


def make_clash(out: Path) -> None:
    (out / "events.csv").mkdir(parents=True)
    (out / "events.csv" / "x").write_text("mine")


def make_figures_file(out: Path) -> None:
    out.mkdir()
    (out / "figures").write_text("mine")


@pytest.mark.parametrize(
    ("make", "words"),
    [(make_file, "is a file"), (make_clash, "events.csv is there"), (make_figures_file, "figures is there")],
)
def test_what_stands_in_the_way_is_never_removed(tmp_path: Path, make: Callable[[Path], None], words: str):
    make(tmp_path / "out")
    before = contents(tmp_path)
    with pytest.raises(OutputError, match=words):
        write_result(any_result(), tmp_path / "out", force=True)
    assert contents(tmp_path) == before


def test_an_empty_folder_and_missing_parents_are_fine(tmp_path: Path):
    (tmp_path / "empty").mkdir()
    write_result(any_result(), tmp_path / "empty")
    write_result(any_result(), tmp_path / "a" / "b" / "out")
    assert_same(read_result(tmp_path / "a" / "b" / "out"), any_result())


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    write_result(any_result(), tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert_same(read_result(tmp_path / "real"), any_result())


def test_the_root_is_refused():
    with pytest.raises(OutputError, match="folder of their own"):
        result_folder.replace_folder(Path("/"), killed, force=True)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda out: (out / "steps.csv").unlink(), "steps.csv: is missing"),
        (lambda out: (out / "summary.json").unlink(), "summary.json: is missing"),
        (lambda out: (out / "summary.json").write_text("{"), "is not JSON"),
        (lambda out: (out / "runs.csv").write_text("run,kind\n0,run\n"), "runs.csv: is no table"),
        (lambda out: (out / "runs.csv").write_text(""), "runs.csv: is no table"),
        (lambda out: [path.unlink() for path in out.iterdir()] and out.rmdir(), "no such folder"),
    ],
)
def test_results_that_can_not_be_read(tmp_path: Path, spoil: Callable[[Path], object], words: str):
    write_result(any_result(), tmp_path / "out")
    spoil(tmp_path / "out")
    with pytest.raises(RecordingError, match=words):
        read_result(tmp_path / "out")


def test_columns_of_a_later_version_are_left_out(tmp_path: Path):
    write_result(any_result(2), tmp_path / "out")
    path = tmp_path / "out" / "strides.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0] + ",later", *(line + ",x" for line in lines[1:])]) + "\n")
    assert_same(read_result(tmp_path / "out"), any_result(2))


def test_many_events_are_written_quickly(tmp_path: Path):
    """170,000 events take about 0.2 s; the bound has room for a busy machine, not for row by row."""
    result = any_result(5)
    rows = np.resize(np.arange(5), 170_000)
    events = {name: column[rows] for name, column in result.tables["events"].items()}
    big = Result({**result.tables, "events": events}, result.summary)
    start = time.perf_counter()
    write_result(big, tmp_path / "out")
    assert time.perf_counter() - start < 1.5
    assert len(read_result(tmp_path / "out").tables["events"]["event"]) == 170_000
