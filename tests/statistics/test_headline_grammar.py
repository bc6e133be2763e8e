"""Every case of VISUAL 3.4, and no word of VISUAL 7 that is never said."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest

from aqsense.analysis.headline import CLOCKS_UNKNOWN, NamedFact, RunFacts, headline

NAN = float("nan")
FORBIDDEN = re.compile(r"efficien|optim|power|force|weak|\bgood|\bbad|injur|risk|perfect|nan|inf|-\d", re.I)
RUN = RunFacts(
    steps_scored=16, steps_found=24, spread_ms=9.2, spread_low_ms=8.3, spread_high_ms=10.7, first_stride=5,
    last_stride=12, sync_sd_ms=1.0, places_ms={"push": 9.6, "swing": -0.4, "arm": -9.2, "trunk": 0.2},
    athlete="a07",
)  # fmt: skip
STRIDES = "Strides 5 to 12; 95 % interval 8 to 11 ms."
RIGHT_ARM = NamedFact("other_side", "arm", "right", 24.6, 19.2, 30.1, kept=("push", "swing", "trunk"))


def test_one_side_against_the_other() -> None:
    assert headline(replace(RUN, named=RIGHT_ARM)) == (
        "Right arm peaks 25 ms later than the left",
        "Strides 5 to 12; 95 % interval 19 to 30 ms. Push leg, swing leg and torso kept their places.",
    )


@pytest.mark.parametrize(
    ("contributor", "side", "said"),
    [
        ("push", "left", "Left push leg peaks 25 ms later than the right"),
        ("swing", "right", "Right swing leg peaks 25 ms later than the left"),
        ("trunk", "right", "Torso turn peaks 25 ms later on the right foot than on the left"),
    ],
)
def test_sides_of_the_others(contributor: str, side: str, said: str) -> None:
    named = replace(RIGHT_ARM, contributor=contributor, side=side, kept=("arm",))
    first, second = headline(replace(RUN, named=named))
    assert first == said
    assert second.endswith("Arm kept its place.")


def test_nothing_kept_its_place() -> None:
    assert headline(replace(RUN, named=replace(RIGHT_ARM, kept=())))[1].endswith("19 to 30 ms.")


def test_against_own_reference() -> None:
    named = NamedFact("reference", "trunk", "both", 14.2, 9.0, 19.4)
    assert headline(replace(RUN, named=named, usual_runs=4)) == (
        "Torso turn 14 ms later than the usual of a07",
        "Strides 5 to 12; 95 % interval 9 to 19 ms. The usual comes from 4 runs.",
    )
    early = NamedFact("reference", "arm", "both", -14.2, -19.4, -9.0)
    first, second = headline(replace(RUN, named=early, usual_runs=1, athlete=""))
    assert first == "Arms 14 ms earlier than usual"
    assert "9 to 19 ms. The usual comes from 1 run." in second


def test_change_along_the_run() -> None:
    named = NamedFact("earlier_strides", "arm", "both", 12.3, 7.4, 17.1, from_stride=9, where="34 m")
    expected = "Arms drift 12 ms later from stride 9 on", "95 % interval 7 to 17 ms; stride 9 begins at 34 m."
    assert headline(replace(RUN, named=named)) == expected
    first, second = headline(
        replace(RUN, named=replace(named, contributor="swing", where=""), sync_sd_ms=3.0)
    )
    assert first == "Swing leg drifts 12 ms later from stride 9 on"
    assert second == "95 % interval 7 to 17 ms. Clocks too coarse to compare sides."


def test_nobody() -> None:
    facts = replace(RUN, tested=("other_side", "earlier_strides"), sides_agree_ms=5.0)
    assert headline(facts) == (
        "Peaks 9 ms apart from stride 5 on",
        f"{STRIDES} Nobody late: left and right agree within 5 ms, no change along the run.",
    )
    usual = replace(facts, tested=("other_side", "reference"), sides_agree_ms=9.0, usual_runs=3)
    assert headline(usual)[1].endswith("left and right agree within 9 ms, as the usual of a07 (3 runs).")
    assert headline(replace(facts, not_compared=("trunk",)))[1].endswith("along the run. Torso not compared.")


def test_no_reference_no_difference() -> None:
    first, second = headline(RUN)
    assert first == "Peaks 9 ms apart; first run, nothing to compare with yet"
    assert second.endswith("Arm first (−9 ms), push leg last (+10 ms).")


def test_coarse_clocks() -> None:
    two_to_five = replace(RUN, sync_sd_ms=3.0, tested=("earlier_strides",))
    assert headline(two_to_five)[0] == "Peaks 9 ms apart from stride 5 on"
    assert (
        "Clocks too coarse to compare sides. Nobody late: no change along the run."
        in headline(two_to_five)[1]
    )
    first, second = headline(replace(RUN, sync_sd_ms=7.0))
    assert first == "Peaks about 9 ms apart"
    assert second.endswith("Clocks too coarse to say who.")
    poor = replace(RUN, sync_sd_ms=12.0, clock_bound_ms=25.4, spread_ms=NAN)
    expected = "No verdict: clocks agree only within 25 ms", "Shake all sensors together before and after."
    assert headline(poor) == expected


def test_unknown_clocks_are_said() -> None:
    assert headline(replace(RUN, sync_sd_ms=NAN))[1].endswith(CLOCKS_UNKNOWN)


def test_too_few() -> None:
    first, second = headline(replace(RUN, steps_scored=5, steps_found=8, few_strides=True))
    assert first == "Only 5 steps scored"
    assert second == "8 steps found; a finding needs 6 strides. Peaks 9 ms apart, 95 % interval 8 to 11 ms."
    assert headline(replace(RUN, steps_scored=9, few_strides=True))[0] == "Only 9 steps scored"
    assert headline(replace(RUN, steps_scored=0, missing=("swing",)))[0] == "No score without the swing leg"


def test_few_steps_and_a_bound() -> None:
    assert "few steps, 95 % interval" in headline(replace(RUN, steps_scored=11))[1]
    below = replace(RUN, spread_ms=NAN, spread_low_ms=NAN, spread_high_ms=3.2, tested=("other_side",))
    first, second = headline(replace(below, sides_agree_ms=5.0))
    assert first == "Peaks less than 4 ms apart from stride 5 on"
    assert second.startswith("Strides 5 to 12. Nobody late")


def test_nothing_forbidden_is_ever_said() -> None:
    facts: list[RunFacts] = []
    bases, who = ("other_side", "reference", "earlier_strides"), ("push", "swing", "arm", "trunk")
    for basis, contributor, side, sign in product(bases, who, ("left", "right"), (1, -1)):
        ends = sorted((sign * 3.0, sign * 30.0))
        named = NamedFact(basis, contributor, side, sign * 12.0, *ends, from_stride=9, where="2.3 s")
        facts.append(replace(RUN, named=named))
    for sync, tested, scored, few in product(
        (NAN, 1, 3, 7, 12), ((), bases), (0, 1, 5, 11, 24), (True, False)
    ):
        facts.append(
            replace(
                RUN, sync_sd_ms=sync, tested=tested, steps_scored=scored, few_strides=few, sides_agree_ms=7.0
            )
        )
    for one in facts:
        said = " ".join(headline(one))
        assert not FORBIDDEN.search(said), said
        assert "late" not in said.replace("later", "").replace("Nobody late", "")
