"""Two runs or sets of runs: like with like or refused in a line; "yes" only where repeats allow it."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from commands import Command
from history_helpers import no_overlap
from made_sessions import write_session

from aqsense.analysis.change import Told
from aqsense.errors import NothingToAnalyse, SettingsError
from aqsense.history.collect import silent
from aqsense.history.compare import Compared, compare, compare_tags
from aqsense.history.compare_output import FILES, picture_of
from aqsense.history.compare_words import finding
from aqsense.history.selection import parse, select
from aqsense.history.sides import BESIDE
from aqsense.settings import Settings
from aqsense.view.dense_figure import plot_dense

Rows = list[dict[str, Any]]


def held(one: object, other: object, athlete: str = "") -> Compared:
    first, second = (select(str(word), Settings(), silent) for word in (one, other))
    return compare(first, second, athlete)


def spreads(*values: float, **also: Any) -> Rows:
    return [{"spread_ms": value, **also} for value in values]


def test_a_large_change_between_sets_is_told(tmp_path: Path) -> None:
    a = write_session(tmp_path / "a", 0, spreads(10.0, 10.4, 9.8, 10.2))
    b = write_session(tmp_path / "b", 7, spreads(15.0, 15.3, 14.6, 15.1))
    found = held(a, b)
    spread = found.found["spread_ms"]
    assert spread.quantity.value == pytest.approx(4.9)
    assert spread.quantity.low < 4.9 < spread.quantity.high
    assert spread.told is Told.YES
    assert found.values["spread_ms"] == pytest.approx((10.1, 15.0))
    assert finding(found)[0].startswith("Spread 4.9 ms larger in ")
    assert any("several days" in note for note in found.notes)


def test_single_runs_use_the_repeats_beside_them(tmp_path: Path) -> None:
    a = write_session(tmp_path / "a", 0, spreads(10.0, 15.0, 10.2, 9.7, 10.1))
    found = held(f"{a}#1", f"{a}#2")
    assert (found.side == BESIDE).sum() == 3
    assert found.found["spread_ms"].told is Told.YES
    assert found.found["spread_ms"].quantity.value == pytest.approx(5.0)


def test_without_repeats_the_answer_is_not_yet(tmp_path: Path) -> None:
    a = write_session(tmp_path / "a", 0, spreads(10.0, 30.0, 10.1))
    found = held(f"{a}#1", f"{a}#2").found["spread_ms"]
    assert (found.told, found.reason) == (Told.NOT_YET, "not yet (2 more runs of one day)")
    assert found.quantity.low == pytest.approx(20 - 1.5 * math.sqrt(2))


def test_equal_repeats_are_no_proof(tmp_path: Path) -> None:
    a = write_session(tmp_path / "a", 0, spreads(10.0, 10.0, 10.0))
    b = write_session(tmp_path / "b", 0, spreads(10.1, 10.1, 10.1))
    found = held(a, b).found["spread_ms"]
    assert found.told is Told.NOT_YET
    assert "all repeats are equal" in found.reason


def test_clocks_of_two_sessions_widen_and_of_one_session_cancel(tmp_path: Path) -> None:
    values = (10.0, 10.4, 9.8, 10.2, 11.4, 11.8, 11.2, 11.6)
    both = write_session(tmp_path / "both", 0, spreads(*values, sync_sd_ms=2.0))
    a = write_session(tmp_path / "a", 0, spreads(*values[:4], sync_sd_ms=2.0))
    b = write_session(tmp_path / "b", 0, spreads(*values[4:], sync_sd_ms=2.0))
    within = held(f"{both}#1-4", f"{both}#5-8").found["spread_ms"]
    across = held(a, b).found["spread_ms"]
    assert within.told_from < 0.5
    # METHOD 4.4: more runs do not beat sync error: 1.96 * 0.66 * sqrt(2) * 2 ms at least.
    assert across.told_from > 3.6
    assert (within.told, across.told) == (Told.YES, Told.NO)


def test_no_change_is_told_in_at_most_5_percent_of_pairs(tmp_path: Path) -> None:
    """Whole comparisons of eleven measures, sessions whose clocks are off, nothing changed."""
    random, names = np.random.RandomState(5), [
        "spread_ms", "pattern_spread_ms", "pattern_ms", "jitter_ms", "contact_time_ms",
        "lag_push_ms", "lag_swing_ms", "lag_arm_ms", "lag_trunk_ms",
    ]  # fmt: skip
    alarms, pairs = 0, 300
    for _ in range(pairs):
        folders: list[Path] = []
        for which in "ab":
            shift = {name: 0.6 * random.randn() for name in names if name.startswith(("spread", "lag"))}
            runs = [
                {name: 20 + random.randn() + shift.get(name, 0.0) for name in names} | {"sync_sd_ms": 1.0}
                for _ in range(4)
            ]
            folders.append(write_session(tmp_path / which, 7.0 * (which == "b"), runs))
        alarms += any(one.told is Told.YES for one in held(*folders).found.values())
    assert alarms / pairs <= 0.05 + 2 * math.sqrt(0.05 * 0.95 / pairs)


def test_tags_are_held_together_in_their_order(tmp_path: Path) -> None:
    runs = [*spreads(10.0, 10.3, 9.9, tag="before"), *spreads(13.0, 13.2, 12.9, tag="after")]
    a = write_session(tmp_path / "a", 0, runs)
    part = [select(str(a), Settings(), silent)]
    found = compare_tags(part, [])
    assert found.words == ("before", "after")
    assert found.found["spread_ms"].told is Told.YES
    assert compare_tags(part, ["after", "before"]).found["spread_ms"].quantity.value < 0
    with pytest.raises(SettingsError, match=r"--by tag needs two tags; these runs have before, after"):
        compare_tags(part, ["before", "sled"])


UNLIKE: list[tuple[dict[str, Any], dict[str, Any], str]] = [
    ({"kind": "jog"}, {}, r"differ in phase \(sprint against jog\)\. Choose"),
    ({"score_set": "push+swing+arm"}, {}, r"differ in contributors in the score"),
    ({}, {"settings_hash": "0123456789ab"}, r"differ in settings of the analysis .* Analyze both again"),
    ({}, {"placement": "sacrum"}, r"differ in placement of the sensors \(upper_back against sacrum\)"),
    ({}, {"family": "xsens"}, r"differ in sensor family \(movella_dot against xsens\)"),
    ({}, {"rate_hz": 60.2}, r"differ in sampling rate \(100 against 60\)"),
    (
        {"step_frequency_hz": 4.5},
        {},
        r"differ in step frequency \(4\.3 against 4\.5\)\. Choose",
    ),
    ({"first_stride": 9}, {}, r"differ in first stride of the headline \(5 against 9\)"),
    ({"athlete": "a03"}, {}, r"are of 'a03' and 'a07'; athletes are not compared"),
]


@pytest.mark.parametrize(("of_run", "of_session", "told"), UNLIKE)
@pytest.mark.parametrize("numbers", ["", "#1"])
def test_unlike_is_refused_in_one_line(
    tmp_path: Path, of_run: dict[str, Any], of_session: dict[str, Any], told: str, numbers: str
) -> None:
    a = write_session(tmp_path / "a", 0, [{}] * 3, family="movella_dot")
    b = write_session(tmp_path / "b", 7, [of_run] * 3, **({"family": "movella_dot"} | of_session))
    with pytest.raises(NothingToAnalyse, match=told) as refused:
        held(f"{a}{numbers}", f"{b}{numbers}")
    assert refused.value.exit_code == 1
    assert "\n" not in str(refused.value)


def test_speed_takes_the_place_of_step_frequency_where_known(tmp_path: Path) -> None:
    a = write_session(tmp_path / "a", 0, [{"speed_max_m_s": 9.0}] * 3)
    b = write_session(tmp_path / "b", 0, [{"speed_max_m_s": 9.5}] * 3)
    with pytest.raises(NothingToAnalyse, match=r"differ in speed \(9 against 9\.5\)"):
        held(a, b)


def test_of_whole_sessions_the_runs_that_fit_are_taken_and_the_rest_is_said(tmp_path: Path) -> None:
    fast, slow, jog = {"step_frequency_hz": 4.5}, {"step_frequency_hz": 4.0}, {"kind": "jog"}
    a = write_session(tmp_path / "a", 0, [fast, fast, slow, jog])
    b = write_session(tmp_path / "b", 0, [fast, slow, slow, slow])
    found = held(a, b)
    assert found.left_out == {"other phase": 1, "other step frequency": 3}
    assert set(found.runs["step_frequency_hz"][found.side != BESIDE]) == {4.0}
    with pytest.raises(NothingToAnalyse, match="step frequency"):
        held(f"{a}#1-3", f"{b}#1")


def test_one_athlete_of_a_relay(tmp_path: Path) -> None:
    a = write_session(tmp_path / "a", 0, [*spreads(10.0, 11.0), *spreads(30.0, athlete="a03")])
    b = write_session(tmp_path / "b", 0, spreads(12.0, 13.0))
    assert held(a, b, "a07").values["spread_ms"] == (10.5, 12.5)
    with pytest.raises(NothingToAnalyse, match="b has no run of this athlete"):
        held(a, b, "a03")


def test_off_pattern_only_against_a_shared_basis(tmp_path: Path) -> None:
    a = write_session(tmp_path / "a", 0, [{"pattern_basis": "other_side", "pattern_spread_ms": 5.0}] * 3)
    runs: Rows = [
        {"pattern_basis": "reference", "pattern_spread_ms": 1.0},
        {"pattern_basis": "reference", "pattern_spread_ms": 1.0},
        {"pattern_basis": "other_side", "pattern_spread_ms": 6.0},
    ]
    found = held(a, write_session(tmp_path / "b", 0, runs))
    assert found.found["pattern_spread_ms"].quantity.value == pytest.approx(1.0)
    none = held(a, write_session(tmp_path / "c", 0, runs[:2])).found["pattern_spread_ms"]
    assert math.isnan(none.quantity.value)


@pytest.mark.parametrize(
    ("word", "path", "runs"),
    [
        ("x/y", "x/y", ()),
        ("x/y#3", "x/y", (3,)),
        ("x/y#1,4-6", "x/y", (1, 4, 5, 6)),
        ("x#y#2", "x#y", (2,)),
    ],
)
def test_what_may_be_typed(word: str, path: str, runs: tuple[int, ...]) -> None:
    assert parse(word) == (Path(path), runs)


@pytest.mark.parametrize("word", ["x#", "x#a", "x#1,", "x#-3", "#3", "x#1-99999999"])
def test_what_may_not_be_typed(word: str) -> None:
    with pytest.raises(SettingsError):
        parse(word)


def test_a_folder_whose_name_holds_the_sign(tmp_path: Path) -> None:
    folder = write_session(tmp_path / "day#3", 0, [{}])
    assert parse(str(folder)) == (folder, ())


Spoilt = Callable[[Path], list[object]]
WRONG: dict[str, tuple[int, Spoilt]] = {
    "same run twice": (1, lambda a: [f"{a}#1", f"{a}#1"]),
    "a set in itself": (1, lambda a: [a, f"{a}#1"]),
    "no such run": (2, lambda a: [f"{a}#1", f"{a}#9"]),
    "no such folder": (2, lambda a: [a, a / "none"]),
    "one path": (2, lambda a: [a]),
    "three paths": (2, lambda a: [a, a, a]),
    "by what": (2, lambda a: [a, "--by", "moon"]),
    "one tag only": (2, lambda a: [a, "--by", "tag"]),
    "nobody": (1, lambda a: [f"{a}#1", f"{a}#2", "--athlete", "a99"]),
}


@pytest.mark.parametrize("case", WRONG)
def test_every_refusal_is_one_line(aqsense: Command, tmp_path: Path, case: str) -> None:
    code, words = WRONG[case]
    a = write_session(tmp_path / "a", 0, [{}, {}, {}])
    ended = aqsense("compare", *words(a))
    assert (ended.code, ended.out, ended.err.count("\n")) == (code, "", 1), ended.err


def test_no_runs_in_a_session_is_1(aqsense: Command, tmp_path: Path) -> None:
    a, b = write_session(tmp_path / "a", 0, [{}]), write_session(tmp_path / "b", 0, [])
    ended = aqsense("compare", a, b)
    assert ended.code == 1
    assert "no run was found" in ended.err


def test_files_terminal_and_json_say_the_same(aqsense: Command, tmp_path: Path) -> None:
    a = write_session(tmp_path / "a", 0, spreads(10.0, 10.4, 9.8, tag="=1+1"))
    b = write_session(tmp_path / "b", 7, spreads(15.0, 15.3, 14.6, tag="\x1b[31m"))
    out = tmp_path / "out"
    printed = aqsense("compare", a, b, "--out", out)
    assert printed.code == 0
    assert sorted(path.name for path in out.iterdir()) == sorted(FILES)
    assert "\x1b" not in printed.out
    assert max(len(line) for line in printed.out.splitlines() if "Picture" not in line) <= 100
    content = json.loads(aqsense("compare", a, b, "--json").out)
    assert content == json.loads((out / "compare.json").read_text())
    assert content["measures"]["spread_ms"]["can_tell"] == "yes"
    assert content["measures"]["speed_max_m_s"]["first_reason"] == "no_value"
    assert [run["run"] for run in content["sides"][1]["runs"]] == [1, 2, 3]
    with (out / "compare.csv").open(newline="") as file:
        row = next(one for one in csv.DictReader(file) if one["measure"] == "spread_ms")
    assert float(row["difference"]) == pytest.approx(
        content["measures"]["spread_ms"]["difference"]["value"], rel=1e-4
    )
    (out / "mine.txt").write_text("x")
    assert aqsense("compare", a, b, "--out", out).code == 2


def with_places(folder: Path, shift_ms: float) -> Path:
    """Mean places of peaks, put into a made result."""
    path = folder / "summary.json"
    summary = json.loads(path.read_text())
    at = {"push": 12.0, "swing": -8.0, "arm": -9.0 + shift_ms, "trunk": 5.0}
    for entry in summary["runs"]:
        entry["places"] = {
            side: {who: {"n": 12, "value": x, "low": x - 2, "high": x + 2} for who, x in at.items()}
            for side in ("left", "right")
        }
    path.write_text(json.dumps(summary))
    return folder


@pytest.mark.parametrize(("n", "m"), [(1, 1), (2, 9), (30, 1), (40, 40)])
def test_no_texts_overlap_in_the_picture(tmp_path: Path, n: int, m: int) -> None:
    long = "a session with a name that is far too long for any page " * 4
    a = with_places(write_session(tmp_path / "a", 0, spreads(*np.linspace(9, 11, n), tag=long)), 0.0)
    b = with_places(write_session(tmp_path / "b", 7, spreads(*np.linspace(19, 31, m))), 200.0)
    page = plot_dense(picture_of(held(a, b)))
    no_overlap(page)
    said = " ".join(words for words, _ in page.text_boxes())
    assert ("more runs have no room here" in said) == (n + m > 15)


def test_places_in_the_picture_are_those_of_the_result(tmp_path: Path) -> None:
    a = with_places(write_session(tmp_path / "a", 0, [{}]), 0.0)
    b = with_places(write_session(tmp_path / "b", 0, [{}]), 30.0)
    picture = picture_of(held(a, b))
    assert [row.group for row in picture.rows] == [0, 1]
    arms = [next(mark for who, mark in row.marks[side].items() if who.value == "arm").value
            for row in picture.rows for side in row.marks]  # fmt: skip
    assert arms == [-9.0, -9.0, 21.0, 21.0]


@pytest.mark.slow
def test_a_late_arm_is_found_between_simulated_sessions(aqsense: Command, tmp_path: Path) -> None:
    """From recordings, through the analysis: 30 ms in one arm; the same again: nothing."""
    phases = ", ".join(["stand 3", *["sprint 50m at 9.5, decelerate 3, stand 4"] * 3])
    for seed, late in ((1, []), (2, []), (3, ["--late", "arm:right:30"])):
        folder = tmp_path / f"s{seed}"
        assert aqsense("simulate", "--out", folder, "--seed", seed, "--phases", phases, *late).code == 0
    nothing = json.loads(aqsense("compare", tmp_path / "s1", tmp_path / "s2", "--json").out)
    late = json.loads(aqsense("compare", tmp_path / "s1", tmp_path / "s3", "--json").out)
    assert {one["can_tell"] for one in nothing["measures"].values()} <= {"no", "not_yet", "one_of_many"}
    assert late["measures"]["lag_arm_ms"]["can_tell"] == "yes"
    # Half of the steps are 30 ms late, the lag is against the others.
    assert late["measures"]["lag_arm_ms"]["difference"]["value"] == pytest.approx(15.0, abs=3.0)
