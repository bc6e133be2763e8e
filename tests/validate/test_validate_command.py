"""`aqsense validate` from outside: right truth passes --strict, wrong truth ends with 3, nonsense with 2."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from tiny_grid import TINY, shift_truth
from typer.testing import CliRunner

import aqsense.validate
from aqsense.cli import app


@pytest.fixture
def no_grid(monkeypatch: pytest.MonkeyPatch) -> None:
    """--quick simulates nothing for events."""
    monkeypatch.setattr(aqsense.validate, "QUICK", TINY)


def run(*words: str | Path) -> tuple[int, str, str]:
    result = CliRunner().invoke(app, ["validate", "--quick", *map(str, words)])
    return result.exit_code, result.stdout, result.stderr


@pytest.mark.usefixtures("no_grid")
def test_right_truth_passes(sprint: Path, tmp_path: Path) -> None:
    code, out, _ = run(sprint, "--questions", "events", "--strict", "--out", tmp_path / "out")
    assert code == 0, out
    assert re.search(r"^0 of \d+ limits missed", out, re.MULTILINE)
    assert str(tmp_path / "out" / "validation.html") in out
    assert (tmp_path / "out" / "events.csv").is_file()


@pytest.mark.usefixtures("no_grid")
def test_wrong_truth_trips_strict_and_only_strict(own_sprint: Path, tmp_path: Path) -> None:
    shift_truth(own_sprint, 0.020)
    code, out, _ = run(own_sprint, "--questions", "events", "--strict", "--out", tmp_path / "out")
    assert code == 3
    (line,) = [line for line in out.splitlines() if line.startswith("missed: sprint, swing_peak")]
    assert re.search(r"value -(19\.|20)", line)
    assert "METHOD 7.1" in line
    code, _, _ = run(own_sprint, "--questions", "events", "--out", tmp_path / "out")
    assert code == 0


@pytest.mark.usefixtures("no_grid")
def test_json_is_one_object(sprint: Path, tmp_path: Path) -> None:
    code, out, _ = run(sprint, "--questions", "events,sds", "--json", "--out", tmp_path / "out")
    assert code == 0
    assert list(json.loads(out)["questions"]) == ["events", "sds"]


@pytest.mark.usefixtures("no_grid")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere", "--questions", "events"], "nowhere: there is no such file or folder"),
        (["--questions", "events,luck"], "there is no question 'luck'"),
    ],
)
def test_nonsense_is_refused_in_one_line(words: list[str], said: str, tmp_path: Path) -> None:
    code, _, err = run(*words, "--out", tmp_path / "out")
    assert code == 2
    assert said in err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("no_grid")
def test_foreign_folder_is_refused_before_the_work(sprint: Path, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    code, _, err = run(sprint, "--out", tmp_path)
    assert code == 2
    assert "holds mine.txt" in err


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import io, sys, contextlib\nfrom aqsense import cli\nsys.argv = ['aqsense', 'validate', '--help']\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n    try:\n        cli.main()\n"
        "    except SystemExit:\n        pass\n"
        "assert not {'scipy', 'pandas', 'matplotlib'} & set(sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.slow
def test_two_processes_give_the_same_tables(tmp_path: Path) -> None:
    """The whole quick grid on two processes and on one."""
    from dataclasses import replace

    from aqsense.validate import validate

    size = replace(TINY, rates_hz=(60.0,), seeds=1)
    once, twice = (validate([], size, ["events"], workers=n).as_json() for n in (1, 2))
    assert once == twice
