"""The command line, through its real entry point: exit codes, streams, and whole results or none."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from commands import Command, Ended

from aqsense import __version__, findings
from aqsense.model import Result
from aqsense.view.session_words import session_headline

ROOT = Path(__file__).resolve().parent.parent
TABLES = ("events", "steps", "strides", "runs")


def simulated(folder: Path, *options: str) -> Path:
    command = [sys.executable, "-m", "aqsense", "simulate", "--out", str(folder), *options]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=120)
    return folder


@pytest.fixture(scope="session")
def sprint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short simulated sprint."""
    return simulated(tmp_path_factory.mktemp("sprint") / "short sprint", "--distance-m", "40")


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Somebody who only stands."""
    return simulated(tmp_path_factory.mktemp("standing") / "standing", "--phases", "stand 6")


def test_version(aqsense: Command) -> None:
    assert aqsense("--version") == Ended(0, f"aqsense {__version__}\n", "")


def test_results_are_there_and_the_headline_is_said(aqsense: Command, sprint: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    ended = aqsense("analyze", sprint, "--out", out)
    assert ended.code == 0, ended.err
    assert all((out / f"{table}.csv").is_file() for table in TABLES)
    assert (out / "figures" / "alignment-1.svg").is_file()
    assert f"Results: {out}\n" in ended.out
    assert f"Picture: {out / 'figures' / 'alignment-1.svg'}\n" in ended.out
    assert "spread ms" in ended.out
    assert ended.out.splitlines()[0] in (out / "runs.csv").read_text(encoding="utf-8")


def test_the_terminal_table_fits_80_columns(aqsense: Command, sprint: Path, tmp_path: Path) -> None:
    ended = aqsense("analyze", sprint, "--out", tmp_path / "r", "--no-figures")
    lines = [line for line in ended.out.splitlines() if not line.startswith(("Results:", "Picture:"))]
    assert max(map(len, lines)) <= 80


def test_json_is_the_summary_and_nothing_else(aqsense: Command, sprint: Path, tmp_path: Path) -> None:
    out = tmp_path / "results"
    ended = aqsense("analyze", sprint, "--out", out, "--json", "--no-figures")
    assert ended.code == 0
    printed = json.loads(ended.out)
    assert printed.pop("results") == str(out)
    assert printed == json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert not (out / "figures").exists()


def test_quiet_says_nothing(aqsense: Command, sprint: Path, tmp_path: Path) -> None:
    assert aqsense("analyze", sprint, "--out", tmp_path / "r", "--quiet", "--no-figures") == Ended(0, "", "")


def test_settings_reach_the_results(aqsense: Command, sprint: Path, tmp_path: Path) -> None:
    options = ("--centroid-level", "0.8", "--half-percent", "7", "--resample", "--no-figures", "--json")
    settings = json.loads(aqsense("analyze", sprint, "--out", tmp_path / "r", *options).out)["settings"]
    assert (settings["centroid_level"], settings["half_percent"], settings["resample"]) == (0.8, 7.0, True)


def test_results_go_to_their_own_folder_unasked(
    aqsense: Command, sprint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert aqsense("analyze", sprint, "--no-figures").code == 0
    assert (tmp_path / "results" / sprint.name / "runs.csv").is_file()


def test_progress_goes_to_a_terminal_and_never_to_stdout(
    aqsense: Command, sprint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    ended = aqsense("analyze", sprint, "--out", tmp_path / "r", "--json", "--no-figures")
    assert ended.code == 0
    json.loads(ended.out)
    assert ended.err != ""


@pytest.mark.parametrize("options", [(), ("--json",), ("--quiet",)])
def test_nothing_to_analyse_is_exit_1_with_empty_tables(
    aqsense: Command, standing: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    out = tmp_path / "results"
    ended = aqsense("analyze", standing, "--out", out, *options)
    assert ended.code == 1
    reason = json.loads((out / "summary.json").read_text(encoding="utf-8"))["session"]["reason"]
    assert reason
    assert ended.err == f"aqsense: {standing}: {reason}\n"
    for table in TABLES:
        assert len((out / f"{table}.csv").read_text(encoding="utf-8").splitlines()) == 1
    if options == ("--json",):
        assert json.loads(ended.out)["session"]["reason"] == reason


def test_what_cannot_be_read_is_one_line_and_exit_2(aqsense: Command, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "nowhere", tmp_path / "empty"):
        ended = aqsense("analyze", path, "--out", tmp_path / "results")
        assert (ended.code, ended.out) == (2, "")
        assert ended.err.startswith("aqsense: ")
        assert str(path) in ended.err
        assert ended.err.count("\n") == 1
    assert not (tmp_path / "results").exists()


@pytest.mark.parametrize(
    "words",
    [
        ("analyze", "RECORDING", "--centroid-level", "2"),
        ("analyze", "RECORDING", "--half-percent", "nan"),
        ("simulate", "--out", "new", "--late", "arm"),
        ("simulate", "--out", "new", "--late", "arm:right:soon"),
        ("simulate", "--out", "new", "--late", "arm:right:5:2.5"),
        ("simulate", "--out", "new", "--late", "nose:right:5"),
        ("simulate", "--out", "new", "--lost", "left_shin"),
        ("simulate", "--out", "new", "--phases", "fly 3"),
        ("simulate", "--out", "new", "--rate-hz", "nan"),
    ],
)
def test_wrong_values_are_one_line_and_exit_2(
    aqsense: Command, sprint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    ended = aqsense(*(str(sprint) if word == "RECORDING" else word for word in words))
    assert (ended.code, ended.out) == (2, "")
    assert "expected" in ended.err or "no number" in ended.err or "no whole number" in ended.err
    assert ended.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [("analyze",), ("analyze", "x", "--frobnicate"), ("fly",)])
def test_wrong_usage_is_exit_2(aqsense: Command, words: tuple[str, ...]) -> None:
    ended = aqsense(*words)
    assert ended.code == 2
    assert "Usage:" in ended.err
    assert "Traceback" not in ended.err


def test_the_recording_is_never_overwritten(aqsense: Command, sprint: Path) -> None:
    before = sorted(path.name for path in sprint.iterdir())
    for out in (sprint, sprint.parent):
        ended = aqsense("analyze", sprint, "--out", out, "--force")
        assert ended.code == 2
        assert "Choose another folder" in ended.err
    assert sorted(path.name for path in sprint.iterdir()) == before


def test_foreign_files_are_refused_and_survive_force(aqsense: Command, sprint: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    refused = aqsense("analyze", sprint, "--out", tmp_path, "--no-figures")
    assert (refused.code, refused.out) == (2, "")
    assert "--force" in refused.err
    assert aqsense("analyze", sprint, "--out", tmp_path, "--no-figures", "--force").code == 0
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_a_defect_keeps_its_traceback(
    aqsense: Command, sprint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aqsense.analysis.pipeline.analyze", lambda *_, **__: 1 / 0)
    ended = aqsense("analyze", sprint, "--out", tmp_path / "results")
    assert (ended.code, ended.out) == (70, "")
    assert "ZeroDivisionError" in ended.err
    assert "in analyze" in ended.err
    assert "report" in ended.err
    assert not (tmp_path / "results").exists()


def test_interrupted_leaves_the_earlier_results_whole(
    aqsense: Command, sprint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("aqsense.view.alignment.save_alignment", interrupt)
    out = tmp_path / "results"
    assert aqsense("analyze", sprint, "--out", out).code == 130
    assert list(tmp_path.iterdir()) == []
    assert aqsense("analyze", sprint, "--out", out, "--no-figures").code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    ended = aqsense("analyze", sprint, "--out", out, "--half-percent", "9")
    assert (ended.code, ended.out) == (130, "")
    assert "Traceback" not in ended.err
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["results"]


def test_simulated_recordings_are_repeatable_and_not_replaced(aqsense: Command, tmp_path: Path) -> None:
    options = ("--distance-m", "20", "--late", "arm:right:25:3", "--lost", "trunk:5", "--seed", "7")
    for folder in ("a/run", "b/run"):
        (tmp_path / folder).parent.mkdir()
        ended = aqsense("simulate", "--out", tmp_path / folder, *options)
        assert (ended.code, ended.err) == (0, "")
    files = sorted(path.name for path in (tmp_path / "a/run").iterdir())
    assert {"recording.json", "left_shin.csv", "trunk.csv"} <= set(files)
    for name in files:
        assert (tmp_path / "a/run" / name).read_bytes() == (tmp_path / "b/run" / name).read_bytes()
    assert aqsense("simulate", "--out", tmp_path / "a/run").code == 2


def test_a_terminal_without_unicode_gets_no_traceback(sprint: Path, tmp_path: Path) -> None:
    run = subprocess.run(
        [
            sys.executable,
            "-m",
            "aqsense",
            "analyze",
            str(sprint),
            "--out",
            str(tmp_path / "r"),
            "--no-figures",
        ],
        cwd=ROOT,
        env=os.environ | {"PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert "Results:" in run.stdout.decode("ascii")


def a_run(number: int, kind: str, headline: str) -> dict[str, object]:
    spread = {"spread_ms": 9.64, "spread_low_ms": 8.5, "spread_high_ms": 10.71}
    numbers = {**spread, "convergence": float("nan"), "step_frequency_hz": 4.256}
    return {
        "run": number,
        "kind": kind,
        "first_stride": 5,
        "last_stride": 12,
        "headline": headline,
        "headline_detail": "Strides 5 to 12.",
        **numbers,
    }


def test_a_row_shows_missing_numbers_as_such() -> None:
    row = findings.numbers(a_run(1, "sprint", "Peaks 9 ms apart"))
    assert row == ["1", "sprint", "5-12", "9.6", "8.5-10.7", "-", "4.26"]


def test_an_interval_may_be_a_bound_or_missing() -> None:
    nan = float("nan")
    assert findings.interval(nan, 4.06) == "< 4.1"
    assert findings.interval(nan, nan) == "-"


def test_findings_of_many_runs_fit_80_columns() -> None:
    from rich.console import Console

    runs = [a_run(n, "sprint", "Left arm peaks 25 ms later than the right") for n in (9, 10)]
    console = Console(width=findings.WIDTH)
    with console.capture() as capture:
        console.print(findings.runs_table(runs))
    lines = capture.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert "later than" in " ".join(lines)


def test_the_headline_speaks_of_sprints_only() -> None:
    jog, sprint = a_run(1, "jog", "slow"), a_run(2, "sprint", "fast")
    assert session_headline([jog, sprint]) == ("fast", "Strides 5 to 12.")
    assert session_headline([jog])[0] == "slow"
    assert session_headline([jog, sprint, sprint])[0] == "2 sprints, each with its own finding"


def test_many_warnings_are_counted() -> None:
    warnings = [{"code": "x", "site": "trunk", "time_s": None, "text": f"trunk: w{i}"} for i in range(7)]
    lines = findings.warning_lines(Result({}, {"session": {"warnings": warnings}}))
    assert lines[0] == "Note: trunk: w0"
    assert len(lines) == findings.WARNINGS_SHOWN + 1
    assert lines[-1].startswith("and 2 more")
