"""`aqsense live` without a window."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aqsense.cli import app
from aqsense.errors import SettingsError
from aqsense.live.script import read_script
from aqsense.snapshot import Do

ROOT = Path(__file__).resolve().parents[2]
RECORDING = ROOT / "recordings" / "sprint-clean"


def run(*words: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["live", *words])
    return done.exit_code, done.stdout, done.stderr


def test_replay_tells_steps_and_a_result() -> None:
    code, out, _ = run("--replay", str(RECORDING), "--headless", "--json", "--speed", "0")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    results = [row for row in rows if "result" in row]
    assert len(results) == 1
    assert results[0]["kind"] == "sprint"
    steps = {row["step"] for row in rows if "step" in row}
    assert len(steps) == results[0]["steps_found"]
    assert [row["screen"] for row in rows if "screen" in row] == ["ready", "running", "result"]


def test_a_short_look_finds_no_run() -> None:
    code, _, err = run("--replay", str(RECORDING), "--headless", "--speed", "0", "--seconds", "3")
    assert code == 1
    assert "no run" in err


def test_a_source_must_be_named() -> None:
    code, _, err = run("--headless")
    assert code == 2
    assert "--demo" in err


def test_script(tmp_path: Path) -> None:
    path = tmp_path / "keys.txt"
    path.write_text("# a visit\n3 athlete b\n12.5 note head wind\n20 quit\n")
    actions = read_script(path)
    assert [(a.do, a.time_s, a.text) for a in actions] == [
        (Do.ATHLETE, 3.0, "b"),
        (Do.NOTE, 12.5, "head wind"),
        (Do.QUIT, 20.0, ""),
    ]
    path.write_text("3 jump\n")
    with pytest.raises(SettingsError, match=r"line 1: found '3 jump'"):
        read_script(path)
