"""The store is a cache: it notices what changed, survives what happens to it, and losing it loses nothing."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from made_sessions import write_facts, write_session

from aqsense.errors import OutputError
from aqsense.history import collect as collect_module
from aqsense.history import store as store_module
from aqsense.history.collect import Collected, collect
from aqsense.history.run_rows import columns_of, source_row
from aqsense.history.store import NAME, Store
from aqsense.settings import Settings

ROOT = Path(__file__).resolve().parents[2]


def spreads(root: Path, athlete: str = "a07") -> list[float]:
    return collect([root], athlete, Settings()).runs["spread_ms"].tolist()


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Paths of the sources that were read, in order."""
    seen: list[str] = []
    real = collect_module._read

    def read(root: Path, source: Any) -> Any:
        seen.append(source.path)
        return real(root, source)

    monkeypatch.setattr(collect_module, "_read", read)
    return seen


def test_unchanged_sessions_are_read_once(tmp_path: Path, reads: list[str]) -> None:
    for i in range(3):
        write_session(tmp_path / f"s{i}", 7 * i, [{"spread_ms": 10.0 + i}])
    assert spreads(tmp_path) == [10.0, 11.0, 12.0]
    assert spreads(tmp_path) == [10.0, 11.0, 12.0]
    assert sorted(reads) == ["s0", "s1", "s2"]


def test_changed_new_and_removed_sessions_are_noticed(tmp_path: Path, reads: list[str]) -> None:
    for i in range(3):
        write_session(tmp_path / f"s{i}", 7 * i, [{"spread_ms": 10.0 + i}])
    spreads(tmp_path)
    reads.clear()
    write_session(tmp_path / "s1", 7, [{"spread_ms": 50.0}])
    write_session(tmp_path / "deep" / "er" / "s9", 70, [{"spread_ms": 60.0}])
    (tmp_path / "s0" / "summary.json").unlink()
    assert sorted(spreads(tmp_path)) == [12.0, 50.0, 60.0]
    assert sorted(reads) == ["deep/er/s9", "s1"]


def test_losing_the_store_loses_nothing(tmp_path: Path) -> None:
    write_session(tmp_path / "s", 0, [{"spread_ms": 10.0}])
    before = collect([tmp_path], "a07", Settings())
    (tmp_path / NAME).unlink()
    _same(collect([tmp_path], "a07", Settings()), before)


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty", "folder of pages"])
def test_a_broken_store_is_made_anew(tmp_path: Path, damage: str) -> None:
    write_session(tmp_path / "s", 0, [{"spread_ms": 10.0}])
    before = collect([tmp_path], "a07", Settings())
    store = tmp_path / NAME
    content = store.read_bytes()
    if damage == "folder of pages":  # a whole footer behind pages that are none
        store.write_bytes(content[:4] + bytes(len(content) // 2) + content[4 + len(content) // 2 :])
    else:
        store.write_bytes({"cut": content[: len(content) // 2], "garbage": b"x" * 999, "empty": b""}[damage])
    _same(collect([tmp_path], "a07", Settings()), before)


def test_another_versions_store_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_session(tmp_path / "s", 0, [{"spread_ms": 10.0}])
    monkeypatch.setattr(store_module, "_LAYOUT", b"0 ancient")
    spreads(tmp_path)
    monkeypatch.undo()
    assert len(Store(tmp_path).sources()["path"]) == 0
    assert spreads(tmp_path) == [10.0]
    assert len(Store(tmp_path).sources()["path"]) == 1


def _same(one: Collected, other: Collected) -> None:
    for name, column in other.runs.items():
        assert str(one.runs[name].tolist()) == str(column.tolist()), name


KILLED = """
import os, signal, sys
from pathlib import Path
from pyarrow import parquet
from aqsense.history.collect import collect
from aqsense.settings import Settings
real = parquet.write_table
def write(table, where, **options):
    real(table, where, **options)
    with open(where, "r+b") as file:
        file.truncate(where.stat().st_size // 2)
    os.kill(os.getpid(), signal.SIGKILL)
parquet.write_table = write
collect([Path(sys.argv[1])], "a07", Settings())
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no SIGKILL on this system")
def test_killed_in_the_middle_of_writing(tmp_path: Path) -> None:
    write_session(tmp_path / "s0", 0, [{"spread_ms": 10.0}])
    spreads(tmp_path)
    whole = (tmp_path / NAME).read_bytes()
    write_session(tmp_path / "s1", 7, [{"spread_ms": 11.0}])
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path)], env=environment, check=False, timeout=60
    )
    assert killed.returncode == -signal.SIGKILL
    left = list(tmp_path.glob(f"{NAME}.*.partial"))
    assert len(left) == 1
    assert (tmp_path / NAME).read_bytes() == whole
    hour_ago = time.time() - 3600
    os.utime(left[0], (hour_ago, hour_ago))
    assert spreads(tmp_path) == [10.0, 11.0]
    assert not list(tmp_path.glob(f"{NAME}.*.partial"))


def test_a_folder_that_is_not_ours_to_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pyarrow import parquet

    def refuse(*words: Any, **options: Any) -> None:
        raise PermissionError(13, "no")

    monkeypatch.setattr(parquet, "write_table", refuse)
    write_session(tmp_path / "s", 0, [{"spread_ms": 10.0}])
    assert spreads(tmp_path) == [10.0]
    assert not (tmp_path / NAME).exists()


def test_missing_packages_say_how_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "duckdb" else real(name))
    with pytest.raises(OutputError, match=r"duckdb, which this Python lacks.*pip install 'aqsense\[store\]'"):
        Store(tmp_path)


def test_what_is_no_result_is_named_and_the_rest_is_used(tmp_path: Path) -> None:
    write_session(tmp_path / "good", 0, [{"spread_ms": 10.0}])
    for name, text in (("a", "{"), ("b", "[]"), ("c", '{"session": {}, "runs": []}'), ("d", "\x00")):
        write_session(tmp_path / name, 0, [{}])
        (tmp_path / name / "summary.json").write_text(text)
    write_facts(tmp_path / "recording", 0, format=7)
    found = collect([tmp_path], "a07", Settings())
    assert found.runs["spread_ms"].tolist() == [10.0]
    assert sorted(Path(path).name for path, _ in found.unreadable) == ["a", "b", "c", "d", "recording"]
    assert all(reason and "\n" not in reason for _, reason in found.unreadable)


def test_hidden_folders_links_and_files_are_left_alone(tmp_path: Path) -> None:
    write_session(tmp_path / ".trash" / "s", 0, [{}])
    write_session(tmp_path / "s", 0, [{"spread_ms": 10.0}])
    (tmp_path / "circle").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "notes.txt").write_text("x")
    assert spreads(tmp_path) == [10.0]


HOSTILE = ["'; drop table rows; --", "=1+1", "../../x", "a\tb", "ä 走 \u202e", "\x1b[31m", '"', "%s {x}"]


@pytest.mark.parametrize("athlete", HOSTILE)
def test_hostile_names_of_athletes(tmp_path: Path, athlete: str) -> None:
    write_session(tmp_path / "s", 0, [{"athlete": athlete, "spread_ms": 10.0}])
    write_session(tmp_path / "t'; x", 7, [{"spread_ms": 12.0}])
    assert spreads(tmp_path, athlete) == [10.0]
    assert spreads(tmp_path) == [12.0]


def test_a_quote_in_the_folders_name(tmp_path: Path) -> None:
    root = tmp_path / "it's"
    write_session(root / "s", 0, [{"spread_ms": 10.0}])
    assert spreads(root) == spreads(root) == [10.0]


def test_halves_of_letters_can_be_kept(tmp_path: Path) -> None:
    row = source_row("s", "results", "1") | {"name": "\ud800", "tag": "走"}
    Store(tmp_path).replace(set(), columns_of([row]))
    assert len(Store(tmp_path).sources()["path"]) == 1


@pytest.fixture
def analysed(tmp_path: Path, project: Path) -> Path:
    """A sample recording without results, with a start time, of athlete `sim`."""
    import json
    import shutil

    folder = tmp_path / "shelf" / "sprint"
    shutil.copytree(project / "recordings" / "sprint-clean", folder)
    content = json.loads((folder / "recording.json").read_text())
    (folder / "recording.json").write_text(json.dumps(content | {"started_utc": "2026-09-01T16:00:00Z"}))
    with (folder / "marks.csv").open("a") as file:
        file.write("14.0,feel,,,8\n")
    return tmp_path / "shelf"


def test_a_recording_without_results_is_analysed_once(
    analysed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[Path] = []
    real = collect_module._analysed

    def count(folder: Path, row: Any, settings: Settings) -> Any:
        calls.append(folder)
        return real(folder, row, settings)

    monkeypatch.setattr(collect_module, "_analysed", count)
    first = collect([analysed], "sim", Settings())
    _same(collect([analysed], "sim", Settings()), first)
    assert len(calls) == 1
    assert first.runs["spread_ms"][0] == pytest.approx(9.772, abs=0.05)
    assert list(first.feel.values()) == [8.0]
    assert first.runs["family"].tolist() == ["simulated"]

    other = collect([analysed], "sim", Settings(half_percent=4.0))
    assert len(calls) == 2
    assert other.runs["settings_hash"][0] != first.runs["settings_hash"][0]
    write_facts(analysed / "of-another", 0, athlete="a03")
    collect([analysed], "sim", Settings(half_percent=4.0))
    assert len(calls) == 2

    # Results of that session take its place.
    write_session(analysed / "results", 0, [{"athlete": "sim", "spread_ms": 30.0}], name="sprint-clean")
    assert spreads(analysed, "sim") == [30.0]
    assert len(calls) == 2
