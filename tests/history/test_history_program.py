"""The history of written-down sessions: what is followed, what is left out, what is said."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from made_sessions import started, write_facts, write_session

from aqsense.analysis.trends import Course
from aqsense.errors import AqsenseError, NothingToAnalyse, RecordingError
from aqsense.history import words
from aqsense.history.alike import densest
from aqsense.history.collect import collect
from aqsense.history.outside import read_outside
from aqsense.history.program import History
from aqsense.history.program import history as history_of
from aqsense.settings import Settings


def history(root: Path, **options: object) -> History:
    return history_of(collect([root], "a07", Settings()), "a07", **options)  # pyright: ignore[reportArgumentType]


def test_injected_trend_is_recovered(falling: Path) -> None:
    found = history(falling)
    spread = found.followed["spread_ms"]
    assert len(found.sessions) == 10
    assert spread.trend.course is Course.FALLING
    assert spread.trend.slope.low < -3.0 < spread.trend.slope.high
    assert spread.trend.slope.value == pytest.approx(-3.0, abs=0.4)
    assert spread.detectable.value == pytest.approx(1.96 * math.sqrt(2) * 0.5, rel=0.3)
    assert found.followed["pattern_spread_ms"].trend.course is Course.PLATEAU
    assert words.finding(found)[0] == f"Spread falls by {-spread.trend.slope.value:.1f} ms in 30 days"


def test_feel_and_tags_stand_beside(falling: Path) -> None:
    found = history(falling)
    assert [session.feel for session in found.sessions] == [6.0] * 10
    assert [session.tags for session in found.sessions] == [()] * 7 + [("after",)] * 3
    assert len(history(falling, tag="after").sessions) == 3
    assert history(falling, tag="after").left_out == {"other tag": 28}


def test_too_few_repeats_say_how_many_more(tmp_path: Path) -> None:
    for week in range(6):
        write_session(tmp_path / f"s{week}", 7 * week, [{"spread_ms": 9.0 + week % 2}] * 2)
    found = history(tmp_path).followed["spread_ms"]
    assert found.detectable.reason == "not yet (1 more run of one day)"
    assert (found.trend.course, found.trend.reason) == (Course.OPEN, "not yet (1 more run of one day)")


def test_repeats_under_another_tag_are_no_repeats(tmp_path: Path) -> None:
    runs = [{"spread_ms": 9.0 + i, "tag": ("", "sled")[i % 2]} for i in range(4)]
    write_session(tmp_path / "s", 0, runs)
    assert history(tmp_path).followed["spread_ms"].detectable.reason == "not yet (1 more run of one day)"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"kind": "jog"}, "other phase"),
        ({"score_set": "push+swing+arm"}, "other contributors in the score"),
        ({"settings_hash": "0123456789ab"}, "other settings of the analysis"),
        ({"placement": "sacrum"}, "other placement of the sensors"),
        ({"family": "xsens"}, "other sensor family"),
        ({"rate_hz": 60.1}, "other sampling rate"),
        ({"first_stride": 9}, "headline begins at another stride"),
        ({"step_frequency_hz": 4.6}, "other step frequency (kept for step frequency and top speed)"),
        ({"day": None}, "no start time in the recording"),
    ],
)
def test_only_like_sessions_are_compared(tmp_path: Path, change: dict[str, object], reason: str) -> None:
    for week in range(3):
        write_session(tmp_path / f"s{week}", 7 * week, [{}, {}], family="movella_dot")
    of_session = {"day": 21.0, "family": "movella_dot"} | {
        key: value
        for key, value in change.items()
        if key in ("settings_hash", "placement", "family", "rate_hz", "day")
    }
    of_run = {key: value for key, value in change.items() if key not in of_session}
    day = of_session.pop("day")
    write_session(tmp_path / "odd", day, [of_run], **of_session)  # pyright: ignore[reportArgumentType]
    found = history(tmp_path)
    assert found.left_out == {reason: 1}
    assert np.isfinite(found.values("spread_ms")).sum() == 3


def test_step_frequency_keeps_what_the_spread_must_leave_out(tmp_path: Path) -> None:
    for week in range(6):
        write_session(tmp_path / f"s{week}", 7 * week, [{"step_frequency_hz": 4.0 + 0.1 * week}] * 3)
    found = history(tmp_path)
    assert found.followed["step_frequency_hz"].trend.course is Course.RISING
    assert found.followed["step_frequency_hz"].trend.slope.n == 6
    assert found.followed["spread_ms"].trend.slope.n < 6


def test_off_pattern_against_another_basis_is_another_quantity(tmp_path: Path) -> None:
    for week in range(4):
        basis = "reference" if week == 3 else "other_side"
        write_session(tmp_path / f"s{week}", 7 * week, [{"pattern_basis": basis}] * 3)
    values = history(tmp_path).values("pattern_spread_ms")
    assert np.isfinite(values).tolist() == [True, True, True, False]


def test_unstated_family_is_said_and_not_held_against(tmp_path: Path) -> None:
    for week in range(3):
        write_session(tmp_path / f"s{week}", 7 * week, [{}], family="movella_dot" if week else "")
    found = history(tmp_path)
    assert not found.left_out
    assert any("sensor family of 1 sessions isn't stated" in note for note in found.notes)


def test_family_comes_from_the_recording_of_the_session(tmp_path: Path) -> None:
    write_session(tmp_path / "results" / "s", 0, [{}])
    write_facts(tmp_path / "recordings" / "s", 0)
    assert history(tmp_path).alike["family"] == "movella_dot"


def test_sessions_of_unlike_numbers_of_runs_are_pointed_out(tmp_path: Path) -> None:
    for week in range(3):
        write_session(tmp_path / f"s{week}", 7 * week, [{}] * (9 if week else 3))
    assert any("3 to 9 runs" in note for note in history(tmp_path).notes)


def test_nothing_found_says_who_is_there(tmp_path: Path) -> None:
    write_session(tmp_path / "s", 0, [{"athlete": "a03"}])
    with pytest.raises(
        NothingToAnalyse, match=r"no run of 'a07' under .*; found there: 'a03' \(1\)\. Check"
    ) as told:
        collect([tmp_path], "a07", Settings())
    assert told.value.exit_code == 1
    with pytest.raises(NothingToAnalyse, match="there is no folder"):
        collect([tmp_path / "none"], "a07", Settings())
    write_session(tmp_path / "mine", None, [{}])
    with pytest.raises(NothingToAnalyse, match="1 with no start time"):
        history(tmp_path)


def test_a_relay_is_told_apart(tmp_path: Path) -> None:
    write_session(tmp_path / "s", 0, [{"athlete": "a07"}, {"athlete": "a03"}, {"athlete": "a07"}])
    found = history(tmp_path)
    assert found.sessions[0].n_runs == 2
    assert found.runs["run"].tolist() == [1, 3]


def test_the_same_session_twice_counts_once(tmp_path: Path) -> None:
    for folder in ("one", "two"):
        write_session(tmp_path / folder / "s", 0, [{}, {}], name="the session")
    assert history(tmp_path).sessions[0].n_runs == 2


TABLE = "date,measure,value,who\n"


def test_outside_measures_stand_on_the_same_axis(falling: Path, tmp_path: Path) -> None:
    rows = [f"{started(7 * week)[:10]},squat,{100 + 3 * week},x\n" for week in range(10)]
    (tmp_path / "lifts.csv").write_text(TABLE + "".join(rows) + "2027-06-01,squat,1,x\n")
    found = history(falling, outside=read_outside([tmp_path / "lifts.csv"]))
    assert found.outside[0].at(found.days).tolist() == [100 + 3 * week for week in range(10)]
    together = found.associations["spread_ms", "squat"]
    assert together.n == 10
    assert together.value < -0.9
    few = read_outside([tmp_path / "lifts.csv"])[0]
    assert np.isnan(few.at(np.array([few.day[0] + 3.5])))


def test_no_coefficient_below_eight_sessions(tmp_path: Path) -> None:
    for week in range(7):
        write_session(tmp_path / "r" / f"s{week}", 7 * week, [{"spread_ms": 9.0 + week}])
    rows = [f"{started(7 * week)[:10]},squat,{week},x\n" for week in range(7)]
    (tmp_path / "lifts.csv").write_text(TABLE + "".join(rows))
    found = history(tmp_path / "r", outside=read_outside([tmp_path / "lifts.csv"]))
    assert found.associations["spread_ms", "squat"].reason == "not yet (1 more session)"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("date,measure\n", "line 1: lacks the column value"),
        (TABLE + "yesterday,squat,1,\n", "line 2: date is 'yesterday'; expected 2026-11-25"),
        (TABLE + "2026-11-25,squat,much,\n", "line 2: value is 'much'; expected a number"),
        (TABLE + "2026-11-25,squat,inf,\n", "line 2: value is 'inf'"),
        (TABLE + "2026-11-25,,1,\n", "line 2: measure is empty"),
    ],
)
def test_a_table_that_is_none(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(RecordingError, match=told):
        read_outside([tmp_path / "t.csv"])


@pytest.mark.parametrize("text", ["", "date;measure;value\n", "\ufeffdate,measure,value\n2026-11-25,x"])
def test_a_table_without_rows_or_with_short_ones(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    with pytest.raises(AqsenseError):
        read_outside([tmp_path / "t.csv"])


def test_densest_takes_the_most_that_are_close() -> None:
    values = np.array([4.0, 4.3, np.nan, 4.35, 4.42, 4.6])
    assert densest(values, 0.03, is_ratio=True).tolist() == [False, True, False, True, True, False]
    assert densest(np.array([5.0, 5.0, 7.0, 8.0]), 2).tolist() == [True, True, True, False]
    assert densest(np.array([1.0, 9.0]), 2).tolist() == [False, True]
    assert not densest(np.array([np.nan]), 2).any()


@pytest.mark.parametrize(
    ("value", "decimals", "shown"), [(0.0123, 1, 3), (1.2, 1, 1), (0.0, 1, 1), (-0.04, 1, 3), (1e-9, 2, 4)]
)
def test_a_small_slope_is_not_shown_as_none(value: float, decimals: int, shown: int) -> None:
    assert words.visible(value, decimals) == shown
