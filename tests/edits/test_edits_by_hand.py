"""edits.csv: append-only; `analyze` applies it and says so; raw data never change."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from aqsense.acquire import read_recording
from aqsense.acquire.edits import COLUMNS, append_edit, read_edits, undo_last_edit
from aqsense.analysis.convergence import spread
from aqsense.analysis.pipeline import analyze
from aqsense.cli import app
from aqsense.errors import RecordingError
from aqsense.model import STEP_EVENT, Edit, Recording, Result

SOURCE = Path(__file__).resolve().parents[2] / "recordings" / "sprint-clean"
STEP = 9


@pytest.fixture(scope="module")
def recording() -> Recording:
    return read_recording(SOURCE)


@pytest.fixture(scope="module")
def plain(recording: Recording) -> Result:
    return analyze(recording)


def row_of(result: Result, step: int) -> dict[str, object]:
    steps = result.tables["steps"]
    at = int(np.flatnonzero(steps["step"] == step)[0])
    return {name: column[at] for name, column in steps.items()}


def event_time(result: Result, event: str, step: int) -> tuple[float, str]:
    events = result.tables["events"]
    at = int(np.flatnonzero((events["event"] == event) & (events["step"] == step))[0])
    return float(events["time_s"][at]), str(events["side"][at])


def edited(recording: Recording, *edits: Edit) -> Result:
    return analyze(replace(recording, edits=edits))


@pytest.mark.parametrize(
    ("event", "column"),
    [("arm_forward_peak", "arm_s"), ("swing_peak", "swing_s"), ("shin_stall", "push_s"),
     ("trunk_yaw_peak", "trunk_s"), ("toe_off", "toe_off_s"), ("initial_contact", "contact_s"),
     ("arm_backward_peak", "other_arm_back_s")],
)  # fmt: skip
def test_a_moved_event_is_where_it_was_put(
    recording: Recording, plain: Result, event: str, column: str
) -> None:
    time_s, side = event_time(plain, event, STEP)
    result = edited(recording, Edit("move", event, side, time_s, time_s + 0.012, "seen on video"))
    before, after = row_of(plain, STEP), row_of(result, STEP)
    assert after[column] == pytest.approx(float(str(before[column])) + 0.012, abs=1e-9)
    others = [row for row in plain.tables["steps"]["step"].tolist() if abs(row - STEP) > 1]
    for step in others[:5]:
        assert row_of(result, step)[column] == row_of(plain, step)[column]
    assert result.tables["runs"]["quality"][0] == ("edited" if column != "other_arm_back_s" else "")
    (said,) = [w["text"] for w in result.warnings if w["code"] == "edited"]
    where = f"move {event.replace('_', ' ')} at {time_s:.3f} s to {time_s + 0.012:.3f} s"
    assert said == f"edited by hand: {where} (seen on video)"


def test_a_moved_peak_moves_the_spread(recording: Recording, plain: Result) -> None:
    time_s, side = event_time(plain, "arm_forward_peak", STEP)
    result = edited(recording, Edit("move", "arm_forward_peak", side, time_s, time_s + 0.020))
    after = row_of(result, STEP)
    times = np.array([float(str(after[f"{who}_s"])) for who in ("push", "swing", "arm", "trunk")])
    assert after["spread_ms"] == pytest.approx(1e3 * float(spread(times[None, :])[0]), rel=1e-9)
    assert after["spread_ms"] != row_of(plain, STEP)["spread_ms"]
    assert "edited" in str(after["arm_quality"])
    assert result.summary["session"]["edits"][0]["what"] == "move"


def test_an_excluded_step_is_not_scored(recording: Recording, plain: Result) -> None:
    time_s, _ = event_time(plain, "swing_peak", STEP)
    side = str(row_of(plain, STEP)["stance_side"])
    result = edited(recording, Edit("exclude", STEP_EVENT, side, time_s, why="stumbled"))
    assert np.isnan(float(str(row_of(result, STEP)["spread_ms"])))
    assert "excluded" in str(row_of(result, STEP)["quality"])
    assert result.tables["runs"]["steps_scored"][0] == plain.tables["runs"]["steps_scored"][0] - 1
    assert result.tables["runs"]["steps_found"][0] == plain.tables["runs"]["steps_found"][0]


def test_an_excluded_peak_leaves_the_others(recording: Recording, plain: Result) -> None:
    time_s, side = event_time(plain, "trunk_yaw_peak", STEP)
    after = row_of(edited(recording, Edit("exclude", "trunk_yaw_peak", side, time_s)), STEP)
    assert after["n_contributors"] == 3
    assert float(str(after["spread_ms"])) > 0


def test_an_edit_that_fits_nothing_is_said(recording: Recording, plain: Result) -> None:
    result = edited(recording, Edit("exclude", "toe_off", "left", 500.0))
    assert [w["code"] for w in result.warnings if w["code"].startswith("edit")] == ["edit_not_used"]
    for name, column in plain.tables["steps"].items():
        np.testing.assert_array_equal(result.tables["steps"][name], column)


def test_the_file_is_a_history(tmp_path: Path) -> None:
    first = Edit("exclude", STEP_EVENT, "left", 3.25, why='stumbled, "twice"')
    second = Edit("move", "toe_off", "right", 4.5, 4.512, "video")
    append_edit(tmp_path, first)
    append_edit(tmp_path, second)
    assert [(e.what, e.event, e.time_s, e.why) for e in read_edits(tmp_path)] == [
        ("exclude", STEP_EVENT, 3.25, first.why),
        ("move", "toe_off", 4.5, "video"),
    ]
    before = (tmp_path / "edits.csv").read_text()
    assert undo_last_edit(tmp_path) == second
    assert (tmp_path / "edits.csv").read_text().startswith(before)
    assert len(read_edits(tmp_path)) == 1
    assert undo_last_edit(tmp_path) is not None
    assert undo_last_edit(tmp_path) is None
    append_edit(tmp_path, second)
    assert read_edits(tmp_path) == (second,)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("1,2026-01-01T00:00:00Z,jump,toe_off,left,1,,,", "what is 'jump'"),
        ("2,2026-01-01T00:00:00Z,exclude,toe_off,left,1,,,", "n is '2'"),
        ("1,2026-01-01T00:00:00Z,exclude,hop,left,1,,,", "event is 'hop'"),
        ("1,2026-01-01T00:00:00Z,exclude,toe_off,up,1,,,", "side is 'up'"),
        ("1,2026-01-01T00:00:00Z,exclude,toe_off,left,soon,,,", "time_s is 'soon'"),
        ("1,2026-01-01T00:00:00Z,move,toe_off,left,1,,,", "to_s is ''"),
        ("1,2026-01-01T00:00:00Z,move,step,left,1,2,,", "can't be moved"),
        ("1,2026-01-01T00:00:00Z,undo,,,,,1,", "undoes is '1'"),
        ("1,now", "found 2 cells"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, row: str, said: str) -> None:
    (tmp_path / "edits.csv").write_text(",".join(COLUMNS) + "\n" + row + "\n")
    with pytest.raises(RecordingError, match=said) as error:
        read_edits(tmp_path)
    assert "line 2" in str(error.value)


def test_analyze_applies_and_says_so(tmp_path: Path, plain: Result) -> None:
    folder = tmp_path / "sprint"
    shutil.copytree(SOURCE, folder)
    raw = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    time_s, _ = event_time(plain, "swing_peak", STEP)
    append_edit(folder, Edit("exclude", STEP_EVENT, "left", time_s, why="stumbled"))
    done = CliRunner().invoke(app, ["analyze", str(folder), "--out", str(tmp_path / "out"), "--no-figures"])
    assert done.exit_code == 0, done.stderr
    assert "edited by hand: exclude step" in done.stdout
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["session"]["edits"][0]["why"] == "stumbled"
    for name, digest in raw.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
