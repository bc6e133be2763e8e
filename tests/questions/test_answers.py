"""Every question has an answer or a reason, in the words that aqsense allows itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

import aqsense as aq
from aqsense.analysis.questions import QUESTIONS

ROOT = Path(__file__).resolve().parents[2]
# VISUAL 7. "Not a force" may be said; a force may not.
FORBIDDEN = re.compile(
    r"\b(force[sd]?|strength|strong|weak\w*|power\w*|efficien\w*|optimal\w*|good|bad)\b", re.I
)
ALLOWED = ("is not a force",)
NEEDS_SPEED = "balance"


@pytest.fixture(scope="module", params=["sprint-clean", "sprint-late-right-arm", "sprint-lost-sensor"])
def questions(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    result = aq.analyze(aq.read_recording(ROOT / "recordings" / request.param))
    return result.summary["runs"][0]["questions"]


def test_each_has_a_sentence_and_says_what_it_does_not_mean(questions: list[dict[str, Any]]) -> None:
    assert len(questions) == len(QUESTIONS)
    assert len({one["key"] for one in questions}) == len(questions)
    for one in questions:
        assert one["answer"].endswith("."), one["key"]
        assert one["title"].endswith("?"), one["key"]
        assert one["means"]
        assert one["does_not_mean"]


def test_every_number_has_an_interval_and_n_or_a_reason(questions: list[dict[str, Any]]) -> None:
    for number in (number for one in questions for number in one["quantities"]):
        for end in ("value", "low", "high"):
            assert number[end] is not None or number[f"{end}_reason"], (number["name"], end)
        assert number["value"] is None or number["n"] > 0, number["name"]
        if number["low"] is not None:
            assert number["low"] <= number["value"] <= number["high"], number


def test_forbidden_words_are_not_said(questions: list[dict[str, Any]]) -> None:
    for one in questions:
        labels = " ".join(number["label"] for number in one["quantities"])
        text = " ".join([one["title"], one["answer"], one["means"], one["does_not_mean"], labels])
        for phrase in ALLOWED:
            text = text.replace(phrase, "")
        assert not FORBIDDEN.search(text), (one["key"], FORBIDDEN.search(text))


def test_the_word_list_can_trip() -> None:
    assert FORBIDDEN.search("A weak leg with little force")


def test_without_speed_what_needs_it_says_so(questions: list[dict[str, Any]]) -> None:
    balance = next(one for one in questions if one["key"] == NEEDS_SPEED)
    assert "speed from outside" in balance["answer"]
    assert {number["value_reason"] for number in balance["quantities"]} == {"no_outside_speed"}


def test_the_page_lists_every_question(questions: list[dict[str, Any]]) -> None:
    page = (ROOT / "docs" / "questions.md").read_text(encoding="utf-8")
    for one in questions:
        assert f"`{one['key']}`" in page
        assert one["title"] in page
        for name in {number["name"] for number in one["quantities"]}:
            if not name.endswith(("_breakdown_stride", "_breakdown_speed_m_s")):
                assert f"`{name}`" in page, (one["key"], name)
