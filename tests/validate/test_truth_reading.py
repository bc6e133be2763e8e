"""Truth beside a recording: the right sources count, and what can't be read is said in one line."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from aqsense.errors import RecordingError
from aqsense.simulate import simulate
from aqsense.validate.simulated import Session
from aqsense.validate.truth import read_truth, truth_of


def test_written_truth_is_the_simulations(sprint: Path) -> None:
    simulation = simulate(Session(9.5, 5, seconds=6.0, rate_hz=100.0, sensors="noise, impacts").spec(), 5)
    made, read = truth_of(simulation), read_truth(sprint)
    np.testing.assert_allclose(read.spans_s, made.spans_s, atol=1e-6)
    np.testing.assert_allclose(read.events["time_s"], made.events["time_s"], atol=1e-6)
    assert read.events["event"].tolist() == made.events["event"].tolist()
    assert read.steps["stance_side"].tolist() == made.steps["stance_side"].tolist()


def write(folder: Path, sources: list[tuple[str, str]], about: dict[str, object]) -> Path:
    folder.mkdir(exist_ok=True)
    rows = [f"{event},left,{1.0 + i},{source}" for i, (event, source) in enumerate(sources)]
    (folder / "truth.csv").write_text("\n".join(["event,side,time_s,source", *rows]) + "\n")
    (folder / "truth_steps.csv").write_text("stance_side,contact_s\nleft,1.0\n")
    (folder / "truth.json").write_text(json.dumps({"scored_s": [0.0, 9.0]} | about))
    return folder


def test_contacts_from_the_contact_source_and_movement_from_kinematic(tmp_path: Path) -> None:
    sources = [
        ("initial_contact", "force_20N_tiled"), ("initial_contact", "lab_label_tiled"),
        ("toe_off", "kinematic_dive"),
        ("swing_peak", "kinematic"), ("swing_peak", "kinematic_ml"),
    ]  # fmt: skip
    for stated in ("force_20N", "force_20N_tiled"):
        truth = read_truth(write(tmp_path, sources, {"contact_source": stated, "tiled": True}))
        assert truth.events["time_s"].tolist() == [1.0, 4.0]
        assert truth.is_tiled


def test_stride_time_only(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text('{"scored_s": [1, 2], "stride_time_s": 0.75}')
    truth = read_truth(tmp_path)
    assert (truth.stride_time_s, truth.events, truth.steps) == (0.75, {}, {})


@pytest.mark.parametrize(
    ("about", "words"),
    [
        ({"scored_s": None}, "scored_s is None"),
        ({"contact_source": "plates"}, "no event comes from contact_source 'plates'"),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, about: dict[str, object], words: str) -> None:
    folder = write(tmp_path, [("initial_contact", "force_20N")], about)
    with pytest.raises(RecordingError, match=words):
        read_truth(folder)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("truth.json", "{", "can't be read as JSON"),
        ("truth.json", "[]", "holds no JSON object"),
        ("truth.csv", "event,side,time_s\n", "column source is missing"),
        (
            "truth.csv",
            "event,side,time_s,source\ntoe_off,left,soon,force_20N\n",
            "line 2: time_s is 'soon', no number",
        ),
        ("truth_steps.csv", "stance_side\n", "column contact_s is missing"),
    ],
)
def test_broken_files_are_named(tmp_path: Path, name: str, text: str, words: str) -> None:
    folder = write(tmp_path, [("initial_contact", "force_20N")], {"contact_source": "force_20N"})
    (folder / name).write_text(text)
    with pytest.raises(RecordingError, match=words):
        read_truth(folder)


@pytest.mark.parametrize("name", ["truth.json", "truth_steps.csv"])
def test_missing_files_are_named(tmp_path: Path, name: str) -> None:
    folder = write(tmp_path, [("initial_contact", "force_20N")], {"contact_source": "force_20N"})
    (folder / name).unlink()
    with pytest.raises(RecordingError, match="there is no"):
        read_truth(folder)


def test_no_truth_at_all(tmp_path: Path) -> None:
    (tmp_path / "truth.json").write_text('{"scored_s": [1, 2]}')
    with pytest.raises(RecordingError, match="states no stride_time_s"):
        read_truth(tmp_path)
