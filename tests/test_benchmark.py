"""The benchmark runs, measures what it says, and counts steps correctly."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "benchmark.py"
sys.path.insert(0, str(SCRIPT.parent))

from benchmarks import comparison, processes, sessions, speed  # noqa: E402


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("benchmark")


@pytest.fixture(scope="module")
def short(work: Path) -> Path:
    """One sprint with what lies between: 90 s."""
    return sessions.make(sessions.training(1), work)


def test_session_is_the_wide_csv_of_the_contract(short: Path) -> None:
    with short.open() as lines:
        header, first, second = (next(lines).rstrip("\n").split(",") for _ in range(3))
        rows = 2 + sum(1 for _ in lines)
    assert len(header) == 31
    assert (header[0], first[0], second[0]) == ("time_s", "0", "0.005")
    assert rows in (17_999, 18_000)
    assert max(len(cell.partition(".")[2]) for cell in second) <= 5


def test_session_is_kept_and_repeated(short: Path, work: Path) -> None:
    before = short.stat().st_mtime_ns
    twice = sessions.make(sessions.training(1, copies=2), work)
    assert short.stat().st_mtime_ns == before
    once_lines, twice_lines = short.read_text().splitlines(), twice.read_text().splitlines()
    assert twice_lines[: len(once_lines)] == once_lines
    assert [line.partition(",")[2] for line in twice_lines[len(once_lines) :]] == [
        line.partition(",")[2] for line in once_lines[1:]
    ]
    times = [float(line.partition(",")[0]) for line in twice_lines[1:]]
    assert times == pytest.approx([row / 200 for row in range(len(times))], abs=1e-9)


def test_true_steps_lie_in_the_sprint(short: Path, work: Path) -> None:
    truth = json.loads(sessions.training(1).truth_path(work).read_text())
    assert 25 <= len(truth["sprint_s"]) <= 32  # 7 s at about 4 steps a second
    assert truth["sprint_s"][0] >= 70.0
    assert truth["sprint_s"][-1] < 77.0
    assert set(truth["sprint_s"]) < set(truth["running_s"])


@pytest.mark.slow
def test_aqsense_and_the_plain_script_find_the_sprint_steps(short: Path, work: Path) -> None:
    report = comparison.measure(short, sessions.training(1).truth_path(work), work, comparison.ENTRANTS[:2])
    for row in report["entrants"].values():
        assert row["sprint_steps_found"] >= 0.95 * report["true_sprint_steps"]
        assert row["steps_outside_running"] <= 3
        assert row["file_to_steps_s"]["min"] > 0


def test_a_rival_that_fails_says_why(short: Path, work: Path, capfd: pytest.CaptureFixture[str]) -> None:
    broken = comparison.Entrant("broken", "no_such_rival")
    report = comparison.measure(short, sessions.training(1).truth_path(work), work, [broken])
    assert "no_such_rival" in report["entrants"]["broken"]["reason"]
    assert "No module named" in capfd.readouterr().err


def test_tasks_take_turns_and_answer(short: Path) -> None:
    commands = [processes.task_command(name, short) for name in ("polars_read", "whole", "analysis")]
    polars, whole, analysis = processes.in_turns(commands, 2)
    assert polars.last["found"]["rows"] >= 17_999
    assert whole.last["found"]["steps"] == analysis.last["found"]["steps"] > 25
    assert [len(run.times.seconds) for run in (polars, whole, analysis)] == [2, 2, 2]
    assert (short.with_suffix(".whole") / "summary.json").is_file()


@pytest.mark.slow
def test_speed_measures_everything(work: Path, short: Path) -> None:
    plan = speed.Plan(rounds=1, non_stop_s=40, copies=(1, 2), repeats=1, judged=True)
    files = {session: sessions.make(session, work) for session in plan.sessions()}
    report = speed.measure(plan, files, short)
    assert report["session"]["steps_found"] > 25
    assert report["non_stop"]["steps_found"] > 140
    assert report["start_up_s"]["python -c pass"]["median"] < report["start_up_s"]["aqsense --help"]["median"]
    targets = {target["name"]: target for target in report["targets"]}
    whole, polars = (report["session"][name]["median"] for name in ("whole_s", "polars_read_s"))
    assert targets["whole / polars read"]["value"] == pytest.approx(whole / polars, rel=0.05)
    assert all(target["met"] == (target["value"] <= target["limit"]) for target in targets.values())


@pytest.mark.slow
def test_command_writes_json_and_judges_no_quick_run(work: Path) -> None:
    out = work / "report.json"
    words = ["compare", "--only", "aqsense", "--quick", "--work", str(work), "--json", str(out)]
    done = subprocess.run([sys.executable, str(SCRIPT), *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    report: dict[str, Any] = json.loads(out.read_text())
    assert report["quick"] is True
    assert report["entrants"]["aqsense"]["sprint_steps_found"] > 75
    assert "sprint_steps_found" in done.stdout


def test_a_missed_limit_is_exit_code_3(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import benchmark

    missed = speed._target("memory", 500.0, 450.0, speed.FULL)
    assert missed["met"] is False
    assert speed._target("memory", 500.0, 450.0, speed.QUICK)["met"] is None
    assert speed._target("memory", None, 450.0, speed.FULL)["met"] is None
    monkeypatch.setattr(benchmark, "measure_speed", lambda _arguments: {"targets": [missed]})
    assert benchmark.main(["--work", str(tmp_path)]) == benchmark.MISSED


def test_memory_counts_what_a_process_holds(tmp_path: Path) -> None:
    program = "from benchmarks.tasks import serve; serve(lambda: {'n': len(bytearray(200_000_000))})"
    plain = "from benchmarks.tasks import serve; serve(dict)"
    big, small = (processes.once([sys.executable, "-c", text])["peak_mib"] for text in (program, plain))
    if big is None:
        pytest.skip("this system doesn't tell the peak of memory")
    assert big - small == pytest.approx(200e6 / 2**20, rel=0.05)


@pytest.mark.parametrize(
    ("found", "truth", "expected"),
    [
        ([1.0, 2.0, 3.0], [1.05, 1.95, 3.2], 2),
        ([1.0], [0.95, 1.05], 1),  # one found time is one step
        ([0.99, 1.01], [1.0], 1),
        ([], [1.0], 0),
    ],
)
def test_count_matches(found: list[float], truth: list[float], expected: int) -> None:
    assert comparison.count_matches(found, truth) == expected


def test_best_match_forgives_a_constant_offset() -> None:
    truth = [0.23 * step for step in range(40)]
    offset, matched = comparison.best_match([time + 0.14 for time in truth], truth)
    assert matched == 40
    assert 0.04 <= offset <= 0.15
    uneven = sorted(time + 0.3 * (index % 2) for index, time in enumerate(truth))
    assert comparison.best_match(uneven, truth)[1] < 40


def test_outside_counts_what_is_near_no_contact() -> None:
    assert comparison.outside([1.0, 1.6, 9.0], [0.9, 1.2]) == 1
    assert comparison.outside([1.0], []) == 1


def test_decoding_is_measured_for_every_family(tmp_path: Path) -> None:
    from firmware_protocol import FAMILIES

    report = tmp_path / "report.json"
    run = subprocess.run(
        [sys.executable, str(SCRIPT), "decode", "--quick", "--json", str(report)],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert run.returncode in (0, 3), run.stderr
    found = json.loads(report.read_text(encoding="utf-8"))
    assert set(found["families"]) == set(FAMILIES)
    assert len(found["targets"]) == len(FAMILIES)
    for one in found["families"].values():
        share = one["us_per_sample"] * 1e-6 * 5 * one["rate_hz"] * 100
        assert one["percent_of_a_core"] == pytest.approx(share, rel=0.01, abs=2e-3)
