"""Real recordings: no false alarm where nothing is wrong, the right word where something is missing."""

from __future__ import annotations

from pathlib import Path

import injections as do
import pytest

from aqsense.acquire import read_recording
from aqsense.analysis.pipeline import analyze
from aqsense.model import Result

RUNNING = [
    *(f"dorn2012/run_{v}{rate}{kind}" for v in ("3.5", "9.5") for rate in ("", "_100hz", "_60hz")
      for kind in ("", "_extended")),
    *(f"dsads/p{number}" for number in (1, 2, 3, 4)),
    "fukuchi2017/rbds001_2.5",
    "fukuchi2017/rbds001_2.5_impact",
]  # fmt: skip
FAST = [name for name in RUNNING if name.startswith("dorn2012")]
ACCUSATIONS = {
    "sides_exchanged", "wrong_limb", "axes_disagree", "strap_slipped", "stuck", "spike", "clips_early",
    "too_slow", "no_values", "lost", "late",
}  # fmt: skip


def codes(result: Result) -> set[str]:
    return {str(warning["code"]) for warning in result.warnings}


@pytest.mark.parametrize("name", RUNNING)
def test_no_false_alarm(shared: Path, name: str) -> None:
    found = codes(analyze(read_recording(shared / "data" / name))) & ACCUSATIONS
    assert not found


@pytest.mark.parametrize("name", FAST)
@pytest.mark.parametrize(
    ("pair", "code"),
    [
        (("left_shin", "right_shin"), "sides_exchanged"),
        (("left_wrist", "right_wrist"), "sides_exchanged"),
        (("left_wrist", "left_shin"), "wrong_limb"),
        (("right_wrist", "left_shin"), "wrong_limb"),
        (("trunk", "left_wrist"), "wrong_limb"),
        (("trunk", "right_shin"), "wrong_limb"),
    ],
)
def test_exchanged_sensors_are_found(shared: Path, name: str, pair: tuple[str, str], code: str) -> None:
    recording = do.exchanged(*pair)(read_recording(shared / "data" / name))
    assert code in codes(analyze(recording))


@pytest.mark.parametrize("name", [name for name in RUNNING if "dsads" in name])
def test_exchanged_shins_are_found_at_any_speed(shared: Path, name: str) -> None:
    recording = do.exchanged("left_shin", "right_shin")(read_recording(shared / "data" / name))
    assert "sides_exchanged" in codes(analyze(recording))


def test_walking_is_no_run(shared: Path) -> None:
    result = analyze(read_recording(shared / "data" / "dsads" / "p1_walk"))
    assert len(result.runs) == len(result.steps) == 0
    assert "no run" in result.summary["session"]["reason"]


@pytest.mark.parametrize("name", ["rbds001_2.5", "rbds001_2.5_impact"])
def test_without_arms_there_is_timing_and_no_score(shared: Path, name: str) -> None:
    steps = analyze(read_recording(shared / "data" / "fukuchi2017" / name)).steps
    assert steps["convergence"].isna().all()
    assert steps["quality"].str.contains("few_contributors").all()
    assert (steps["arm_quality"] == "missing_sensor").all()
    assert (steps["trunk_quality"] == "missing_sensor").all()
    assert steps["contact_s"].notna().mean() > 0.95
    assert steps["swing_s"].notna().mean() > 0.95


@pytest.mark.parametrize("name", ["p1", "p2", "p3", "p4"])
def test_slow_sensors_say_so_on_every_peak(shared: Path, name: str) -> None:
    steps = analyze(read_recording(shared / "data" / "dsads" / name)).steps
    for contributor in ("push", "swing", "arm", "trunk"):
        there = steps[f"{contributor}_s"].notna()
        assert steps[f"{contributor}_quality"][there].str.contains("low_rate").all()
