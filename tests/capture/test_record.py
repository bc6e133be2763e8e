"""`aqsense record`: keys, sentences, the demo from set-up to tables, and what happens when it is killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aqsense.acquire import read_recording
from aqsense.acquire.capture_state import CaptureNow, SensorNow
from aqsense.acquire.packet_log import is_being_recorded
from aqsense.analysis.pipeline import analyze
from aqsense.cli import app
from aqsense.record.desk import Desk
from aqsense.record.words import sentence
from aqsense.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NOT_ON_WINDOWS = pytest.mark.skipif(sys.platform == "win32", reason="terminals and signals of Unix")


def typed(text: str) -> tuple[list[tuple[str, str]], Desk]:
    marks: list[tuple[str, str]] = []
    desk = Desk(lambda kind, text: marks.append((kind, text)))
    for key in text:
        desk.take(key)
    return marks, desk


def test_keys_make_marks() -> None:
    marks, _ = typed("sSrrx c")
    kinds = [kind for kind, _ in marks]
    assert kinds == [
        *("shake_start", "shake_end", "run_start", "run_end", "discard", "note", "calibration_start"),
    ]


def test_text_is_typed_corrected_and_given_up() -> None:
    marks, desk = typed("aab1x\x7f2\nn\x1bt  \nf7\n")
    assert marks == [("athlete", "ab12"), ("feel", "7")]
    assert desk.line is None
    assert not desk.wants_to_stop
    assert typed("nq")[1].line is not None, "q is a letter of the note"
    assert typed("q")[1].wants_to_stop


GOOD = SensorNow(
    "left_shin", "streaming", rate_hz=99.0, nominal_hz=100.0, loss=0.0, delay_ms=8.0, clipped=0.0,
    silent_s=0.0, battery_percent=80.0,
)  # fmt: skip
ALL_MARKS = ("shake_start", "shake_end", "calibration_start", "calibration_end")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "READY"),
        ({"stage": "connecting", "rate_hz": float("nan")}, "Connecting: 1 of 2"),
        ({"stage": "waiting", "trouble": "the radio is busy"}, "does not connect (the radio is busy)"),
        ({"stage": "waiting", "trouble": "silent for 3.0 s", "n_lost": 1}, "lost (silent for 3.0 s)"),
        ({"rate_hz": float("nan")}, "checking that data flow"),
        ({"rate_hz": 51.0}, "51 samples/s instead of 100"),
        ({"loss": 0.1, "rate_hz": 90.0}, "loses 10 %"),
        ({"silent_s": 2.0}, "silent for 2 s"),
        ({"delay_ms": 900.0}, "900 ms late"),
        ({"battery_percent": 9.0}, "Charge left shin: 9 %"),
    ],
)
def test_one_sentence(changes: dict[str, object], said: str) -> None:
    other = replace(GOOD, site="trunk")
    now = CaptureNow(10.0, (replace(GOOD, **changes), other))  # type: ignore[arg-type]
    assert said in sentence(now, ALL_MARKS)


def test_the_next_thing_to_do() -> None:
    now = CaptureNow(10.0, (GOOD,))
    said = [sentence(now, ALL_MARKS[:n]) for n in range(5)]
    assert "press S" in said[0]
    assert "press S again" in said[1]
    assert "press C" in said[2]
    assert "press C again" in said[3]
    assert said[4].startswith("READY")
    assert sentence(replace(now, failed="x: the disk is full."), ()) == "x: the disk is full."


def test_the_demo_can_be_analysed(tmp_path: Path) -> None:
    """From set-up to tables: five sensors of mixed families, a sprint in it."""
    out = tmp_path / "demo"
    done = CliRunner().invoke(app, ["record", "--demo", "--speed", "8", "--out", str(out), "--json"])
    assert done.exit_code == 0, done.output
    told = [json.loads(line) for line in done.output.splitlines()]
    states = [one for one in told if one["event"] == "state"]
    assert len(states) > 15
    assert len(states[-1]["sensors"]) == 5
    assert any(one["sentence"].startswith("READY") for one in states)
    assert told[-1]["event"] == "recorded"
    recording = read_recording(out)
    assert recording.warnings == ()
    assert recording.metadata["source"] == "simulated"
    assert len({facts["family"] for facts in recording.metadata["sensors"].values()}) >= 4
    assert {site: len(one.samples) for site, one in recording.sensors.items()} == told[-1]["samples"]
    kinds = [mark.kind for mark in recording.marks if not mark.site]
    assert kinds == [
        "shake_start",
        "shake_end",
        "calibration_start",
        "calibration_end",
        "shake_start",
        "shake_end",
    ]
    runs = analyze(recording, Settings()).tables["runs"]
    assert runs["kind"].tolist() == ["sprint"]
    assert runs["steps_scored"][0] > 20


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "aqsense", "record", "--demo", "--speed", "4", *words]


ENVIRONMENT = os.environ | {"PYTHONPATH": str(ROOT)}


def until_it_streams(lines: Iterator[str]) -> None:
    for line in lines:
        state = json.loads(line)
        if state["event"] == "state" and all(one["n_samples"] > 50 for one in state["sensors"].values()):
            return
    raise AssertionError("it ended before all sensors sent")


@NOT_ON_WINDOWS
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_stopped_from_outside(tmp_path: Path, how: signal.Signals) -> None:
    """Ctrl-C and a polite end write the tables; kill -9 leaves a folder that opens, and goes on later."""
    out = tmp_path / "r"
    running = subprocess.Popen(
        command("--json", "--out", str(out)), stdout=subprocess.PIPE, text=True, env=ENVIRONMENT, cwd=ROOT
    )
    assert running.stdout is not None
    until_it_streams(iter(running.stdout))
    running.send_signal(how)
    rest = running.stdout.read()
    code = running.wait()
    if how is signal.SIGKILL:
        assert not (out / "recording.json").exists()
        assert [code for code, _, _ in read_recording(out).warnings][-1] == "tables_missing"
        again = subprocess.run(
            command("--seconds", "5", "--out", str(out)), env=ENVIRONMENT, cwd=ROOT, check=False, timeout=120
        )
        assert again.returncode == 0
        assert read_recording(out).metadata["capture"]["parts"] == 2
    else:
        assert code == 0
        assert json.loads(rest.splitlines()[-1])["event"] == "recorded"
        assert read_recording(out).warnings == ()
    assert not is_being_recorded(out)


@NOT_ON_WINDOWS
def test_keys_of_a_real_terminal(tmp_path: Path) -> None:
    """The table is drawn, keys without Enter make marks, Q ends it."""
    out = tmp_path / "r"
    ours, theirs = os.openpty()
    running = subprocess.Popen(
        command("--out", str(out)),
        stdin=theirs,
        stderr=theirs,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        cwd=ROOT,
    )
    os.close(theirs)
    drawn = b""
    while b"samples/s" not in drawn and b"press S" not in drawn and b"Shake all" not in drawn:
        drawn += os.read(ours, 65536)
    os.write(ours, "aé9\n".encode())  # faster than anybody types
    os.write(ours, b" ")
    os.write(ours, b"\x1b[A")  # an arrow is no Escape followed by an A
    time.sleep(1.0)
    os.write(ours, b"q")
    while running.poll() is None:
        try:
            drawn += os.read(ours, 65536)
        except OSError:  # the other side has closed it
            break
    assert running.wait() == 0
    os.close(ours)
    assert b"left shin" in drawn
    assert b"batt %" in drawn
    marks = [(mark.kind, mark.text) for mark in read_recording(out).marks if not mark.site]
    assert ("athlete", "é9") in marks
    assert ("note", "mark") in marks
    assert len([kind for kind, _ in marks if kind == "athlete"]) == 1


def test_refusals(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    done = CliRunner().invoke(app, ["record", "--demo", "--out", str(tmp_path)])
    assert done.exit_code == 2
    assert "other files" in done.output
