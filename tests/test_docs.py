"""The README says what is true: its example runs, its options exist, its files are there."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from aqsense.formats import TABLES
from aqsense.model import QUALITY_MEANING

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, flags=re.DOTALL | re.MULTILINE)


def help_of(*words: str) -> str:
    run = subprocess.run(
        [sys.executable, "-m", "aqsense", *words, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stdout


def test_python_example_runs(tmp_path: Path) -> None:
    (example,) = blocks("python")
    (sample,) = re.findall(r'read_recording\("([^"]+)"\)', example)
    absolute = example.replace(sample, (ROOT / sample).as_posix())
    run = subprocess.run(
        [sys.executable, "-W", "error::DeprecationWarning:aqsense", "-c", absolute],
        cwd=tmp_path,
        env=environment_with_project(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert "spread_ms" in run.stdout
    assert (tmp_path / "alignment.svg").read_text(encoding="utf-8").count("<text") > 10
    assert (tmp_path / "results" / "python" / "runs.csv").is_file()


def environment_with_project() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}


def test_options_of_the_readme_are_those_of_analyze() -> None:
    documented = set(re.findall(r"^\| `(--[a-z-]+)", README, flags=re.MULTILINE))
    offered = set(re.findall(r"^  (--[a-z-]+)", help_of("analyze"), flags=re.MULTILINE)) - {"--help"}
    assert documented == offered


def test_commands_of_the_readme_exist() -> None:
    lines = [line.split("#")[0] for block in blocks("sh") for line in block.splitlines()]
    lines += re.findall(r"`(aqsense [^`]+)`", README)
    commands = [shlex.split(line)[1] for line in lines if line.startswith("aqsense ")]
    assert {"analyze", "simulate"} <= set(commands)
    assert set(commands) <= set(re.findall(r"^  ([a-z]+)  ", help_of(), flags=re.MULTILINE))
    scripts = {shlex.split(line)[1] for line in lines if line.startswith("python3 ")}
    assert all((ROOT / script).is_file() for script in scripts)


def test_linked_files_exist() -> None:
    links = re.findall(r"\]\(([^)#]+)\)", README)
    assert links
    assert [link for link in links if "://" not in link and not (ROOT / link).is_file()] == []


def test_quality_flags_are_explained_as_in_the_model() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.+) \|$", README, flags=re.MULTILINE))
    assert {name: rows.get(name) for name in (str(flag.name).lower() for flag in QUALITY_MEANING)} == {
        str(flag.name).lower(): meaning for flag, meaning in QUALITY_MEANING.items()
    }


@pytest.mark.parametrize("table", TABLES)
def test_columns_of_the_readme_exist(table: str) -> None:
    (row,) = re.findall(rf"^\| `{table}\.csv` \|.*$", README, flags=re.MULTILINE)
    named = set(re.findall(r"`([a-z_]+)`", row))
    assert named
    assert named <= set(TABLES[table])


def test_simulate_help_says_the_true_defaults() -> None:
    """The numbers are written by hand in the help, so that it need not load the simulator."""
    from aqsense.simulate import SimulationSpec

    text = " ".join(help_of("simulate").split())
    option = r"--([a-z-]+) (?:<float>|<str>|FLOAT|TEXT) (?:(?!--)[^\[])+\[default: ([\w.]+)\]"
    said = dict(re.findall(option, text))
    spec = SimulationSpec()
    true = {name: getattr(spec, name.replace("-", "_")) for name in said}
    assert {name: type(true[name])(value) for name, value in said.items()} == true
    assert {"distance-m", "vmax-m-s", "rate-hz", "athlete"} <= set(said)


def test_changelog_has_the_version() -> None:
    import aqsense

    assert f"## {aqsense.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
