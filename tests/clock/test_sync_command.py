"""`aqsense sync`: what it prints, its JSON and its picture."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from shaken_sessions import SITES, recording
from typer.testing import CliRunner

from aqsense.acquire import write_recording
from aqsense.analysis.sync_facts import may_say, sync_facts
from aqsense.cli import app
from aqsense.view.sync_figure import plot_sync


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, _ = recording(1, 60.0, (3.0, 51.0))
    path = tmp_path_factory.mktemp("sync") / "made"
    write_recording(made, path)
    return path


def test_certificates_are_printed(folder: Path) -> None:
    said = CliRunner().invoke(app, ["sync", str(folder)])
    assert said.exit_code == 0, said.output
    assert "Good for everything" in said.output
    assert (
        sum(line.startswith(tuple(s.replace("_", " ") for s in SITES)) for line in said.output.split("\n"))
        == 5
    )
    assert said.output.count("found without a mark") == 2


def test_json_and_picture(folder: Path, tmp_path: Path) -> None:
    said = CliRunner().invoke(app, ["sync", str(folder), "--json", "--out", str(tmp_path)])
    assert said.exit_code == 0, said.output
    found = json.loads(said.output)
    assert set(found["clocks"]) == set(SITES)
    assert all(shake["accepted"] and len(shake["offset_s"]) == 5 for shake in found["shakes"])
    assert found["bound95_s"] < 0.003
    assert (tmp_path / "sync.svg").stat().st_size > 10_000
    assert (tmp_path / "sync.png").stat().st_size > 10_000


def test_no_packets_no_picture(project: Path, tmp_path: Path) -> None:
    said = CliRunner().invoke(
        app, ["sync", str(project / "recordings" / "sprint-clean"), "--out", str(tmp_path)]
    )
    assert said.exit_code == 0
    assert not list(tmp_path.iterdir())


def test_words_keep_to_the_page_and_off_each_other() -> None:
    made, _ = recording(2, 60.0, (3.0,), locked=True)
    facts = sync_facts(made)
    boxes = plot_sync(facts).text_boxes_mm()
    assert min(box.x0 for box in boxes) > 5.0
    assert max(box.x1 for box in boxes) < 292.0
    for number, one in enumerate(boxes):
        assert not any(one.overlaps(other) for other in boxes[number + 1 :])


def test_alignment_brings_the_rates_together() -> None:
    made, _ = recording(3, 60.0, (3.0, 51.0), locked=True)
    shake = sync_facts(made).shakes[0]

    def apart(traces: dict) -> float:
        at = np.arange(5.3, 5.7, 0.001)
        first, second = (np.interp(at, *traces[site]) for site in ("right_wrist", "left_shin"))
        return float(np.abs(first - second).mean())

    assert apart(dict(shake.after)) < 0.5 * apart(dict(shake.before))


@pytest.mark.parametrize(
    ("sd_ms", "words"), [(2.0, "everything"), (2.1, "lags and order"), (5.1, "spread"), (10.1, "Too coarse")]
)
def test_one_rule(sd_ms: float, words: str) -> None:
    assert words in may_say(sd_ms, ask=True)
    assert ("Shake all" in may_say(sd_ms, ask=True)) == (sd_ms > 2.0)
