"""Names are texts: they never become markup, paths or formulas in what is written."""

from __future__ import annotations

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path

import injections as do
import pytest

from aqsense.acquire import read_recording
from aqsense.analysis.pipeline import analyze
from aqsense.view.alignment import save_alignment
from aqsense.view.tables import read_result, write_result

SAMPLE = Path(__file__).resolve().parents[2] / "recordings" / "sprint-clean"
MARKUP = ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "$\\frac{1}{0}$"]
NAMES = [
    *MARKUP,
    "../../../etc/passwd",
    '=HYPERLINK("http://example.org")',
    "+1+1",
    "@SUM(A1)",
    "NA",
    "NaN",
    'a,b\n"c"',
    "{{ 7 * 7 }}",
    "\u202egnp.exe",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_stay_texts(tmp_path: Path, name: str) -> None:
    recording = do.named(athlete=name, name=name or "x")(read_recording(SAMPLE))
    result = analyze(recording)
    folder = tmp_path / "out"
    draw = (lambda figures: save_alignment(result, 1, figures)) if name in MARKUP else None
    write_result(result, folder, figures=draw)
    assert {path.name for path in tmp_path.iterdir()} == {"out"}
    assert read_result(folder).runs["athlete"].tolist() == [name]
    with (folder / "runs.csv").open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert not row["athlete"].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert json.loads((folder / "summary.json").read_text(encoding="utf-8"))["session"]["athlete"] == name
    for svg in folder.rglob("*.svg"):
        tags = {element.tag.split("}")[-1].lower() for element in ET.parse(svg).iter()}
        assert not tags & {"script", "img", "image", "foreignobject", "iframe"}
