"""What a report says: the grammar's own sentence, the numbers of the tables, doubt in words."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from made_result import made_result

from aqsense.errors import OutputError, SettingsError
from aqsense.view.report import run_report, save_reports, session_report
from aqsense.view.report.compared import Compared, compared
from aqsense.view.report.definitions import DEFINITIONS, NOT_CLAIMED
from aqsense.view.report.numbers import quantity, readable
from aqsense.view.result_folder import foreign_paths
from aqsense.view.words import between, number

NEVER = ("efficiency", "optimal", "weak link", "injury risk", "good", "bad ")


def a_row(basis: str, who: str, difference: float | None, *, named: bool = False) -> dict[str, Any]:
    return {"basis": basis, "contributor": who, "difference_ms": difference, "named": named,
            "smallest_tellable_ms": 12.0, "from_stride": 9}  # fmt: skip


def a_run(*verdicts: dict[str, Any], earlier: dict[str, Any] | None = None) -> dict[str, Any]:
    run = {"verdicts": verdicts}
    return run if earlier is None else {**run, "earlier": earlier}


def table_of(run: dict[str, Any]) -> Compared:
    return compared({"spread_ms": 9.6, "contact_time_ms": 112.0, "step_frequency_hz": 4.31}, run)


def test_the_headline_is_the_result_s_own() -> None:
    result = made_result(run_values={"headline": "Left arm & <b>torso</b>"})
    assert "<h1>Left arm &amp; &lt;b&gt;torso&lt;/b&gt;</h1>" in run_report(result)


def test_words_that_are_never_said() -> None:
    said = " ".join([*NOT_CLAIMED, *(f"{one.word} {one.means}" for one in DEFINITIONS)]).lower()
    assert [word for word in NEVER if word in said] == []
    assert "force" not in " ".join(one.means for one in DEFINITIONS).lower()


def test_who_is_named_stands_first_and_a_swing_leg_s_side_is_the_leg_s() -> None:
    table = table_of(a_run(a_row("other_side", "arm", 3.0), a_row("other_side", "swing", 25.0, named=True)))
    assert (table.rows[0].what, table.rows[0].now, table.rows[0].answer) == (
        "swing leg, right vs left", "−25\u00a0ms", "yes",
    )  # fmt: skip
    assert table.rows[0].needs == "needs 12\u00a0ms"


def test_nobody_named_shows_the_largest_difference_of_sides() -> None:
    table = table_of(a_run(a_row("other_side", "arm", 3.0), a_row("other_side", "trunk", -4.0)))
    assert (table.rows[0].what, table.rows[0].answer) == ("torso turn, right foot vs left", "no")
    assert table_of(a_run(a_row("other_side", "arm", None))).rows[0].what == "spread"


def test_the_column_of_an_earlier_session_needs_one() -> None:
    assert not table_of(a_run()).has_earlier
    quantities = {"spread_ms": {"value": 8.0, "smallest_tellable": 1.2, "can_tell": True}}
    earlier = {
        "runs": 2,
        "session": "June",
        "reason": "",
        "runs_missing": 0,
        "quantities": quantities,
        "sides": {},
    }
    table = table_of(a_run(earlier=earlier))
    assert table.has_earlier
    assert table.earlier_session == "June"
    row = table.rows[0]
    assert (row.what, row.earlier, row.answer, row.needs) == (
        "spread",
        "8.0\u00a0ms",
        "yes",
        "needs 1.2\u00a0ms",
    )


def test_too_few_repeats_say_how_many_are_missing() -> None:
    spread = {"value": 8.0, "smallest_tellable": None, "can_tell": None}
    earlier = {
        "runs": 1, "session": "", "reason": "", "runs_missing": 2, "sides": {},
        "quantities": {"spread_ms": spread},
    }  # fmt: skip
    assert table_of(a_run(earlier=earlier)).rows[0].answer == "not yet (2 more runs of one day)"


def test_missing_is_said() -> None:
    missing = quantity(
        "Spread", {"value": None, "value_reason": "below_noise", "low": None, "high": 4.0}, 1, "ms"
    )
    assert (missing.value, missing.interval, missing.reason) == ("–", "under 4.0", "below noise")
    assert number(None, 1) == number(math.nan, 1) == readable(None) == "–"
    assert tuple(number(value, 0, signed=True) for value in (-0.2, -3.4, 25.0)) == ("0", "−3", "+25")
    assert between(-1.0, 2.0, 1) == "−1.0 to 2.0"


def test_one_run_has_its_pages_in_the_session_s_report() -> None:
    result = made_result()
    assert session_report(result) == run_report(result, 1)
    assert "report-2.html" in session_report(made_result(runs=2), has_files=True)
    with pytest.raises(SettingsError, match="run is 7"):
        run_report(result, 7)


def test_files_are_ours_and_named_by_run(tmp_path: Path) -> None:
    result = made_result(runs=2)
    (tmp_path / "summary.json").write_text("{}")
    names = [path.name for path in save_reports(result, tmp_path)]
    assert names == ["report.html", "report-1.html", "report-2.html"]
    assert foreign_paths(tmp_path) == []
    with pytest.raises(OutputError, match="can't be written"):
        save_reports(result, tmp_path / "absent")


def test_equal_results_give_equal_bytes() -> None:
    assert run_report(made_result()) == run_report(made_result())


def test_open_report_writes_and_opens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import aqsense as aq

    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", opened.append)
    path = aq.open_report(made_result(), tmp_path)
    assert opened == [path.as_uri()]
    assert "<!doctype html>" in path.read_text(encoding="utf-8")
