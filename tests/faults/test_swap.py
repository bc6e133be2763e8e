"""Sensors in each other's place: found, told with evidence, and mended by saying so."""

from __future__ import annotations

from pathlib import Path

import injections as do
import numpy as np
import pytest
from typer.testing import CliRunner

from aqsense.acquire import read_recording, write_recording
from aqsense.analysis.pipeline import analyze
from aqsense.cli import app
from aqsense.errors import SettingsError
from aqsense.formats import TABLES
from aqsense.model import Recording, Result
from aqsense.settings import Settings
from aqsense.view.tables import read_result

SAMPLE = Path(__file__).resolve().parents[2] / "recordings" / "sprint-clean"
PAIRS = [
    (("left_shin", "right_shin"),),
    (("left_wrist", "right_wrist"),),
    (("left_shin", "right_shin"), ("left_wrist", "right_wrist")),
    (("left_wrist", "right_shin"),),
    (("trunk", "left_wrist"),),
]


@pytest.fixture(scope="module")
def clean() -> Recording:
    return read_recording(SAMPLE)


def exchanged(recording: Recording, pairs: tuple[tuple[str, str], ...]) -> Recording:
    return do.then(*(do.exchanged(*pair) for pair in pairs))(recording)


def equal(left: Result, right: Result) -> bool:
    for table in TABLES:
        for name, column in left.tables[table].items():
            other = right.tables[table][name]
            if len(column) != len(other):
                return False
            same = column == other
            if column.dtype.kind == "f":
                same |= np.isnan(column) & np.isnan(other)
            if not same.all():
                return False
    return True


@pytest.mark.parametrize("pairs", PAIRS)
def test_swap_gives_the_clean_numbers(clean: Recording, pairs: tuple[tuple[str, str], ...]) -> None:
    worn_wrong = exchanged(clean, pairs)
    assert not equal(analyze(worn_wrong), analyze(clean))
    mended = analyze(worn_wrong, Settings(swap=pairs))
    assert equal(mended, analyze(clean))
    assert mended.warnings == analyze(clean).warnings
    assert mended.summary["settings"]["swap"] == pairs


def test_the_warning_shows_evidence_and_the_way_out(clean: Recording) -> None:
    result = analyze(exchanged(clean, PAIRS[0]))
    (text,) = [w["text"] for w in result.warnings if w["code"] == "sides_exchanged"]
    assert "--swap left_shin right_shin" in text
    assert any(sign in text for sign in "+-")
    checks = result.summary["session"]["frames"]["left_shin"]["checks"]
    (turn,) = [check for check in checks if check["name"] == "moves_with_trunk_turn"]
    assert not turn["passed"]
    assert turn["value"] < 0


def test_a_sensor_may_move_to_an_empty_place(clean: Recording) -> None:
    alone = do.without("right_wrist")(clean)
    moved = analyze(alone, Settings(swap=(("left_wrist", "right_wrist"),)))
    assert set(moved.summary["session"]["sensors"]) == {"right_wrist", "left_shin", "right_shin", "trunk"}


def test_swaps_that_mean_nothing_are_refused(clean: Recording) -> None:
    with pytest.raises(SettingsError, match="left_foot"):
        analyze(clean, Settings(swap=(("left_foot", "right_foot"),)))
    with pytest.raises(SettingsError, match="two different sites"):
        Settings(swap=(("left_shin", "left_shin"),))
    with pytest.raises(SettingsError, match="two different sites"):
        Settings(swap=(("left_shin", "left_ear"),))


def test_the_command_line_swaps_pairs(clean: Recording, tmp_path: Path) -> None:
    write_recording(exchanged(clean, PAIRS[2]), tmp_path / "wrong")
    words = ["analyze", str(tmp_path / "wrong"), "--no-figures", "--out", str(tmp_path / "out")]
    for pair in PAIRS[2]:
        words += ["--swap", *pair]
    run = CliRunner().invoke(app, words)
    assert run.exit_code == 0, run.output
    assert "exchanged" not in run.output
    found = read_result(tmp_path / "out")
    assert found.summary["settings"]["swap"] == [list(pair) for pair in PAIRS[2]]
    assert found.warnings == analyze(clean).warnings
    alone = CliRunner().invoke(app, [*words, "--swap", "left_shin", "left_ear"])
    assert alone.exit_code == 2
    assert "two different sites" in alone.output
