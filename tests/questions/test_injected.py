"""Injected truth and real recordings: the questions find what was put in, and what METHOD measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aqsense as aq
from aqsense.analysis.questions.amplitudes import Pool
from aqsense.analysis.questions.balance import growth
from aqsense.analysis.questions.run_data import RunData
from aqsense.model import Result
from aqsense.simulate import SimulationSpec, write_simulation
from aqsense.simulate.wish_texts import read_late, read_weak

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"the shared recordings are not at {DATA}")


def analysed(folder: Path, seed: int, reference: list[Result] | None = None, **wishes: Any) -> Result:
    write_simulation(SimulationSpec(name=folder.name, athlete="a", **wishes), seed, folder)
    return aq.analyze(aq.read_recording(folder), reference=reference)


def answer(result: Result, key: str) -> dict[str, Any]:
    return next(one for one in result.summary["runs"][0]["questions"] if one["key"] == key)


def value(question: dict[str, Any], name: str, side: str = "", contributor: str = "") -> dict[str, Any]:
    return next(
        number
        for number in question["quantities"]
        if (number["name"], number["side"]) == (name, side) and contributor in ("", number["contributor"])
    )


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> list[Result]:
    folder = tmp_path_factory.mktemp("usual")
    return [analysed(folder / str(seed), seed) for seed in (21, 22)]


def test_late_arms_and_a_small_swing_are_told_apart(usual: list[Result], tmp_path: Path) -> None:
    wishes = {
        "late": tuple(read_late(f"arm:{side}:30") for side in ("left", "right")),
        "weak": tuple(read_weak(f"swing:{side}:0.8") for side in ("left", "right")),
    }
    question = answer(analysed(tmp_path / "run", 23, usual, **wishes), "mistimed")
    small, late = value(question, "amplitude_percent", "", "swing"), value(question, "timing_ms", "", "arm")
    assert small["low"] < 80 < small["high"]
    assert late["low"] < 30 < late["high"]
    assert "arm" in question["answer"]
    assert "wing leg smaller" in question["answer"]


def test_nothing_wrong_nothing_said(usual: list[Result], tmp_path: Path) -> None:
    question = answer(analysed(tmp_path / "run", 24, usual), "mistimed")
    assert question["answer"].startswith("Neither mistimed nor too small")


def test_no_reference_no_verdict(usual: list[Result]) -> None:
    question = answer(usual[0], "mistimed")
    assert question["answer"].startswith("Can't be told")
    assert value(question, "amplitude_percent", "", "push")["value_reason"] == "no_reference"


@pytest.mark.parametrize(
    ("still", "words"), [("both", "Neither arm swings"), ("left", "The left arm does not")]
)
def test_still_arms_are_found(still: str, words: str, tmp_path: Path) -> None:
    assert answer(analysed(tmp_path / "run", 25, still_arms=still), "arms")["answer"].startswith(words)


def real(name: str) -> Result:
    return aq.analyze(aq.read_recording(DATA / name))


@needs_data
def test_the_one_who_holds_his_arms_still_is_found() -> None:
    answers = [answer(real(f"dsads/p{person}"), "arms")["answer"] for person in (1, 2, 3, 4)]
    assert [text.startswith("Neither arm") for text in answers] == [True, False, False, False]


@pytest.fixture(scope="module")
def dorn() -> dict[float, Result]:
    if not DATA.is_dir():
        pytest.skip(f"the shared recordings are not at {DATA}")
    return {9.47: real("dorn2012/run_9.5_extended"), 3.53: real("dorn2012/run_3.5_extended")}


def test_exponents_of_the_real_sprinter(dorn: dict[float, Result]) -> None:
    """METHOD 5.3: swing shin 0.82, forearm 0.80, torso yaw 0.76; the push's dive rises with speed."""
    runs = []
    for speed, result in dorn.items():
        run = RunData.of(result.tables, 1, {})
        known = np.where(run.of_headline, speed, np.nan)
        runs.append(replace(run, steps={**run.steps, "speed_m_s": known}))
    push, swing, arm, trunk = (quantity.value for quantity in growth(Pool.of(*runs)).beta)
    assert push > 1.5
    assert swing == pytest.approx(0.82, abs=0.05)
    assert arm == pytest.approx(0.80, abs=0.05)
    assert trunk == pytest.approx(0.76, abs=0.20)  # tiled strides and our own axes: 0.61


def test_load_from_times(dorn: dict[float, Result]) -> None:
    """METHOD 5.5: 229 / 118.5 = 1.93 body weights at 9.5 m/s."""
    loads = [
        value(answer(dorn[9.47], "push"), "vertical_load_bw", side)["value"] for side in ("left", "right")
    ]
    assert np.mean(loads) == pytest.approx(1.93, abs=0.06)


def test_retraction(dorn: dict[float, Result]) -> None:
    """METHOD 5.8: 40 +- 5 ms at 9.5 m/s, the shin swinging back at contact."""
    question = answer(dorn[9.47], "arrival")
    times = [value(question, "retraction_ms", side)["value"] for side in ("left", "right")]
    assert np.mean(times) == pytest.approx(40, abs=8)
    assert all(value(question, "contact_rate_deg_s", side)["high"] < 0 for side in ("left", "right"))


def test_phases_add_up_to_a_stride(dorn: dict[float, Result]) -> None:
    for result in dorn.values():
        question = answer(result, "phases")
        for side in ("left", "right"):
            shares = [
                value(question, f"{phase}_percent", side)["value"] for phase in ("push", "swing", "return")
            ]
            assert sum(shares) == pytest.approx(100, abs=0.5)


def test_duty_falls_with_speed(dorn: dict[float, Result]) -> None:
    """METHOD 3.2: toe-off at 25.8 % of the stride at 9.5 m/s, 32.0 % at 3.5."""
    for speed, expected in ((9.47, 25.8), (3.53, 32.0)):
        question = answer(dorn[speed], "step_timing")
        duty = np.mean([value(question, "duty_percent", side)["value"] for side in ("left", "right")])
        assert duty == pytest.approx(expected, abs=1.0)


def test_events_come_in_order_within_limbs(dorn: dict[float, Result]) -> None:
    for result in dorn.values():
        shares = [
            n["value"] for n in answer(result, "sequence")["quantities"] if n["name"] == "in_order_percent"
        ]
        assert min(share for share in shares if share is not None) >= 90


def test_clipped_shins_have_no_angle(dorn: dict[float, Result]) -> None:
    assert value(answer(dorn[9.47], "posture"), "shin_angle_contact_deg", "left")["value_reason"] == "clipped"
    angle = value(answer(dorn[3.53], "posture"), "shin_angle_contact_deg", "left")
    assert 0 < angle["value"] < 20
