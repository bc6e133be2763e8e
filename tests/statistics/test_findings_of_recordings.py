"""From a recording to its finding: the sample recordings, references, and the sync rules of METHOD 6."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from aqsense.analysis.pipeline import analyze
from aqsense.analysis.reference import known_runs
from aqsense.cli import app
from aqsense.errors import SettingsError
from aqsense.formats import RUN_COLUMNS
from aqsense.model import Recording, Result
from aqsense.settings import Settings
from aqsense.view.tables import read_result, write_result


def with_clocks(recording: Recording, sd_s: float | None) -> Recording:
    return replace(recording, metadata={**recording.metadata, "sync_sd_s": sd_s})


def run_of(result: Result) -> dict[str, Any]:
    return {name: column[0] for name, column in result.tables["runs"].items()}


def renamed(result: Result, name: str) -> Result:
    session = {**result.summary["session"], "name": name}
    return Result(result.tables, {**result.summary, "session": session})


def test_the_late_arm_is_named(late_arm_result: Result) -> None:
    run = run_of(late_arm_result)
    said = re.fullmatch(r"Right arm peaks (\d+) ms later than the left", run["headline"])
    assert said
    assert 17 <= int(said.group(1)) <= 33
    assert (run["verdict"], run["verdict_contributor"], run["verdict_side"]) == ("late", "arm", "right")
    assert run["verdict_basis"] == "other_side"
    assert run["verdict_low_ms"] < 25 < run["verdict_high_ms"] + 2
    named = late_arm_result.summary["runs"][0]["named"]
    assert named["panels"] == ["right"]
    assert named["ghost_label"] == "left arm"
    place = named["places"]["right"]["arm"]["value"]
    assert place - named["ghost_ms"]["right"] == pytest.approx(named["difference_ms"]["value"], abs=3)


def test_nobody_is_named_in_the_clean_sprint(clean: Recording) -> None:
    run = run_of(analyze(clean))
    assert run["verdict"] == "none"
    assert run["headline"].endswith("on")
    assert "Nobody late" in run["headline_detail"]
    assert run["spread_low_ms"] < run["spread_ms"] < run["spread_high_ms"]
    assert run["convergence_low"] < run["convergence"] < run["convergence_high"]
    assert (run["pattern_basis"], run["quality"]) == ("other_side", "")


def test_every_basis_and_contributor_stands_in_the_summary(late_arm_result: Result) -> None:
    verdicts = late_arm_result.summary["runs"][0]["verdicts"]
    assert len({(one["basis"], one["contributor"]) for one in verdicts}) == 12
    assert sum(one["named"] for one in verdicts) == 1
    for one in verdicts:
        assert (one["smallest_tellable_ms"] is None) == bool(one["reason"])


def missing_without_reason(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if inner is None and f"{key}_reason" not in value:
                yield f"{path}/{key}"
            yield from missing_without_reason(inner, f"{path}/{key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from missing_without_reason(inner, f"{path}/{index}")


@pytest.mark.parametrize("sd_s", [0.0, 0.003, 0.007, 0.012, None])
def test_sync_rules(late_arm: Recording, sd_s: float | None) -> None:
    result = analyze(with_clocks(late_arm, sd_s))
    run, summary, steps = run_of(result), result.summary["runs"][0], result.steps
    assert set(run) == set(RUN_COLUMNS)
    assert [path for path in missing_without_reason(summary) if "session" not in path] == []
    json.dumps(summary, allow_nan=False)
    ms = 1e3 * (sd_s or 0.0)
    assert (run["verdict"] == "late") == (ms <= 2)
    assert steps["lag_arm_ms"].isna().all() == (ms > 5)
    assert (summary["places"]["left"]["arm"]["value"] is None) == (ms > 5)
    assert np.isnan(run["pattern_ms"]) == (ms > 5)
    assert ("clocks_poor" in run["quality"]) == (ms > 5)
    assert np.isnan(run["convergence"]) == (ms > 10)
    assert steps["convergence"].isna().all() == (ms > 10)
    assert ("clock_unknown" in run["quality"]) == (sd_s is None)
    if ms == 3:
        assert run["pattern_basis"] == "earlier_strides"


def test_usual_of_the_athlete(late_arm: Recording, late_arm_result: Result, clean: Recording) -> None:
    """The run itself and other athletes are no reference; two earlier runs are."""
    reasons = []
    for references in ([late_arm_result], [renamed(late_arm_result, "one")]):
        result = analyze(late_arm, reference=references)
        reasons.append(result.summary["runs"][0]["usual"]["reason"])
    assert reasons == ["no_reference", "reference_too_small"]
    usual = [renamed(late_arm_result, "one"), renamed(late_arm_result, "two")]
    result = analyze(late_arm, reference=usual)
    assert result.summary["runs"][0]["usual"] == {"runs": 2, "steps": 46, "reason": ""} or (
        result.summary["runs"][0]["usual"]["steps"] >= 40
    )
    tested = [one for one in result.summary["runs"][0]["verdicts"] if one["basis"] == "reference"]
    assert all(one["difference_ms"] == pytest.approx(0.0, abs=1e-6) for one in tested)
    assert run_of(result)["pattern_basis"] == "reference"
    stranger = replace(clean, metadata={**clean.metadata, "athlete": "somebody"})
    assert analyze(stranger, reference=usual).summary["runs"][0]["usual"]["reason"] == "other_athlete"


def test_reference_with_other_settings_is_refused(late_arm_result: Result) -> None:
    with pytest.raises(SettingsError, match="was analysed with settings") as caught:
        known_runs(late_arm_result, Settings(centroid_level=0.8))
    assert caught.value.name == "reference"


def test_reference_read_from_files_equals_the_one_in_memory(late_arm_result: Result, tmp_path: Path) -> None:
    write_result(late_arm_result, tmp_path / "out")
    (memory,) = known_runs(late_arm_result, Settings())
    (file,) = known_runs(read_result(tmp_path / "out"), Settings())
    assert file.steps.times_ms == pytest.approx(memory.steps.times_ms, abs=1e-3)
    assert (file.session, file.athlete, file.placement) == (memory.session, memory.athlete, memory.placement)


def run_cli(*words: str) -> int:
    """Exit code."""
    return CliRunner().invoke(app, ["analyze", *words, "--no-figures", "--quiet"]).exit_code


def test_reference_on_the_command_line(project: Path, tmp_path: Path) -> None:
    sample, other = (str(project / "recordings" / name) for name in ("sprint-clean", "sprint-late-right-arm"))
    assert run_cli(other, "--out", str(tmp_path / "other")) == 0
    words = (
        sample,
        "--reference",
        str(tmp_path / "other"),
        "--reference",
        other,
        "--out",
        str(tmp_path / "now"),
    )
    assert run_cli(*words) == 0
    summary = json.loads((tmp_path / "now" / "summary.json").read_text(encoding="utf-8"))
    assert summary["runs"][0]["usual"]["runs"] == 2
    assert run_cli(*words, "--centroid-level", "0.8") == 2
