"""The sentences: every case of the grammar, and nothing that may not be said (VISUAL 3.4 and 7)."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqsense.analysis.headline import RunFacts, headline, signed_ms

NAN = float("nan")
PLACES = {"push": 9.6, "swing": -0.4, "arm": -9.2, "trunk": 0.2}
RUN = RunFacts(
    steps_scored=24, steps_found=26, spread_ms=9.2, spread_high_ms=NAN, first_stride=5, last_stride=12,
    sync_sd_ms=1.0, places_ms=PLACES,
)  # fmt: skip
FORBIDDEN = re.compile(r"efficien|optim|power|force|weak|good|bad|injur|risk|late|early|nan|inf|-\d", re.I)


def test_first_run_says_the_order_as_a_fact() -> None:
    first, second = headline(RUN)
    assert first == "Peaks 9 ms apart; first run, nothing to compare with yet"
    assert second == "Strides 5 to 12. Arm first (\u22129 ms), push leg last (+10 ms)."


def test_clocks_of_2_to_5_ms() -> None:
    first, second = headline(replace(RUN, sync_sd_ms=3.0))
    assert first == "Peaks 9 ms apart from stride 5 on"
    assert second.endswith("Clocks too coarse to compare sides.")


def test_clocks_of_5_to_10_ms() -> None:
    first, second = headline(replace(RUN, sync_sd_ms=7.0))
    assert first == "Peaks about 9 ms apart"
    assert second.endswith("Clocks too coarse to say who.")


def test_clocks_too_poor() -> None:
    """The bound of the worst pair: 1.96 times the root of both SDs' squares (METHOD 6)."""
    first, second = headline(replace(RUN, sync_sd_ms=12.0))
    assert first == "No verdict: clocks agree only within 33 ms"
    assert second == "Shake all sensors together before and after."


@pytest.mark.parametrize(("scored", "words"), [(1, "1 step"), (2, "2 steps"), (5, "5 steps")])
def test_too_few_steps(scored: int, words: str) -> None:
    first, second = headline(replace(RUN, steps_scored=scored, steps_found=8))
    assert first == f"Only {words} scored"
    assert "8 steps found" in second


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (("swing",), "No score without the swing leg"),
        (("push", "swing"), "No score without the push leg and the swing leg"),
        (("push", "arm", "trunk"), "No score without the push leg, the arm and the torso"),
    ],
)
def test_a_contributor_that_is_missing(missing: tuple[str, ...], words: str) -> None:
    first, second = headline(replace(RUN, steps_scored=0, missing=missing))
    assert first == words
    assert "26 steps found" in second


def test_nothing_scored_though_nobody_is_missing() -> None:
    first, second = headline(replace(RUN, steps_scored=0))
    assert first == "No step scored"
    assert "26 steps found" in second


def test_a_spread_below_the_noise_is_a_bound() -> None:
    first, _ = headline(replace(RUN, spread_ms=NAN, spread_high_ms=6.2))
    assert first.startswith("Peaks less than 7 ms apart")


def test_contributors_without_a_place_are_not_named() -> None:
    _, second = headline(replace(RUN, places_ms=PLACES | {"arm": NAN}))
    assert second == "Strides 5 to 12. Swing leg first (0 ms), push leg last (+10 ms)."
    _, second = headline(replace(RUN, places_ms={"push": 1.0, "arm": NAN}))
    assert second.strip() == "Strides 5 to 12."


@pytest.mark.parametrize(
    ("value", "text"),
    [(12.6, "+13"), (-4.6, "\u22125"), (0.4, "0"), (-0.4, "0"), (0.0, "0"), (-0.5, "0"), (100.0, "+100")],
)
def test_lags_have_a_sign_and_a_real_minus(value: float, text: str) -> None:
    assert signed_ms(value) == text


place = st.floats(-80, 80) | st.just(NAN)
facts = st.builds(
    RunFacts,
    steps_scored=st.integers(0, 40),
    steps_found=st.integers(40, 60),
    spread_ms=st.floats(0, 100) | st.just(NAN),
    spread_high_ms=st.floats(0, 100),
    first_stride=st.integers(1, 9),
    last_stride=st.integers(10, 30),
    sync_sd_ms=st.floats(0, 30),
    places_ms=st.fixed_dictionaries(dict.fromkeys(PLACES, place)),
    missing=st.lists(st.sampled_from(sorted(PLACES)), unique=True).map(tuple),
)


@given(facts)
def test_nothing_else_may_be_said(run: RunFacts) -> None:
    first, second = headline(run)
    assert first
    for line in (first, second):
        assert not FORBIDDEN.search(line), line
        assert "?" not in line, line
        assert "  " not in line
        assert len(line) <= 100
    # Without clocks that allow it nobody is named.
    if run.sync_sd_ms > 2 and run.steps_scored:
        assert not re.search(r"\b(first|last) \(", second)
