"""`aqsense simulate` hands every option on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aqsense.cli import app

RUN = CliRunner()


def simulated(folder: Path, *options: str) -> dict[str, object]:
    """What the recording says was wished."""
    ended = RUN.invoke(app, ["simulate", "--out", str(folder), "--rate-hz", "50", *options])
    assert ended.exit_code == 0, ended.output
    metadata = json.loads((folder / "recording.json").read_text(encoding="utf-8"))
    return metadata["settings"]["simulation"]


def test_all_options_arrive(tmp_path):
    options = """--phases stand@2,sprint@2 --weak swing:left:0.8:3 --gap trunk:2.5:7 --packet-loss 0.01
        --soft-tissue 1.5 --jitter-shared 0.5 --still-arms left --swapped shin --trunk-placement sacrum
        --extra-site pelvis --extra-site left_foot --rate-error 1 --ticks --interval-ms 20
        --mark-runs""".split()
    said = simulated(tmp_path / "all", *(option.replace("@", " ") for option in options))
    assert said["weak"] == [{"contributor": "swing", "side": "left", "factor": 0.8, "from_stride": 3}]
    assert said["gaps"] == [{"site": "trunk", "from_s": 2.5, "samples": 7}]
    assert (said["packet_loss"], said["soft_tissue"], said["jitter_shared"]) == (0.01, 1.5, 0.5)
    assert (said["still_arms"], said["swapped"], said["trunk_placement"]) == ("left", ["shin"], "sacrum")
    assert said["extra_sites"] == ["pelvis", "left_foot"]
    assert said["rate_error"] == 1.0
    assert said["link"]["interval_ms"] == 20.0
    assert said["mark_runs"] is True
    names = {path.name for path in (tmp_path / "all").iterdir()}
    assert {"arrivals.csv", "pelvis.csv", "left_foot.csv", "truth.json"} < names


def test_a_common_time_with_errors(tmp_path):
    said = simulated(tmp_path / "off", "--phases", "stand 2", "--sync-sd-ms", "5", "--swap-chance", "0.05")
    assert (said["sync_sd_ms"], said["swap_chance"]) == (5.0, 0.05)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--weak", "swing:left"), "--weak is 'swing:left'; expected e.g. swing:left:0.8"),
        (("--weak", "swing:left:much"), "'much' is no number"),
        (("--gap", "trunk:2:x"), "number of samples 'x' is no whole number"),
        (("--gap", "pelvis:2:3"), "site of a lost sensor or gap is 'pelvis'"),
        (("--interval-ms", "20"), "--interval-ms is 20.0 without --ticks"),
        (("--still-arms", "yes"), "still_arms is 'yes'"),
    ],
)
def test_wrong_options_are_refused_in_words(tmp_path, options, said):
    ended = RUN.invoke(app, ["simulate", "--out", str(tmp_path / "new"), *options])
    assert ended.exit_code == 2
    assert said in ended.output
    assert not (tmp_path / "new").exists()
