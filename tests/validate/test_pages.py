"""The written folder: HTML well-formed and on its own, real data first, CSV and JSON complete."""

from __future__ import annotations

import csv
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from aqsense.errors import OutputError
from aqsense.validate import QUESTIONS, QUICK, Validation
from aqsense.validate.layout import grids
from aqsense.validate.published import published
from aqsense.validate.table import REAL, SIMULATED, Errors, Place, Row, error_row, share_row
from aqsense.validate.words import number

VOID = {"meta"}
NASTY = 'a <b> & "c"'


class Checker(HTMLParser):
    """Every tag that opens closes, in order; notes what would be loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [str(value) for name, value in attrs if name in ("src", "href")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def made_rows() -> list[Row]:
    errors = [Errors(np.array([0.030, 0.031] * 200), np.full(400, 0.003), 2, 1)]
    places = [
        Place("sprint", "initial_contact", SIMULATED, "9.5 m/s, 200 Hz"),
        Place("sprint", "swing_peak", SIMULATED, "9.5 m/s, 200 Hz"),
        Place("sprint", "swing_peak", REAL, NASTY),
    ]
    return [error_row(place, errors, limits=("event_bias",)) for place in places]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    share = share_row(Place("sprint", "swing_peak", SIMULATED, "all"), [[True] * 95 + [False] * 5])
    tables = {"events": made_rows(), "sds": [share], "score": []}
    folder = tmp_path / "out"
    Validation(tables, QUICK, (NASTY,), "aqsense validate --quick").write(folder)
    return folder


def test_html_is_well_formed_and_loads_nothing(written: Path) -> None:
    text = (written / "validation.html").read_text(encoding="utf-8")
    checker = Checker()
    checker.feed(text)
    checker.close()
    assert checker.open == []
    assert checker.loads == []
    assert not re.search(r"https?:|url\(|@import|<script", text)
    assert NASTY not in text
    assert "a &lt;b&gt; &amp; &quot;c&quot;" in text


def test_real_data_are_the_first_column_and_simulated_ones_are_called_so(written: Path) -> None:
    text = (written / "validation.html").read_text(encoding="utf-8")
    heads = re.findall(r"<th[^>]*>((?:real data|simulated): [^<]*)</th>", text)
    assert heads[0].startswith("real data: ")
    assert heads[1].startswith("simulated: 9.5 m/s")
    assert 'class="missed"' in text
    assert "3 of 3 limits are missed" in text


def test_published_figures_stand_beside_with_their_source(written: Path) -> None:
    text = (written / "validation.html").read_text(encoding="utf-8")
    assert "Friedl 2026" in text
    assert published("events", "jog", "toe_off").source.startswith("Bailey")
    assert published("events", "sprint, by recording", "swing_peak").figure == "none at sprint speed"
    with (written / "events.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert "Friedl" in rows[0]["published_source"]


def test_csv_has_all_figures(written: Path) -> None:
    with (written / "events.csv").open(newline="", encoding="utf-8") as file:
        (row, *_) = csv.DictReader(file)
    wanted = {
        "n": "400",
        "bias": "30.5",
        "worst": "31.0",
        "missed": "2",
        "invented": "1",
        "outcome": "missed",
    }
    assert {name: row[name] for name in wanted} == wanted
    assert {"sd", "rmse", "low", "high", "limit", "limit_source", "published", "published_source"} <= set(row)


def test_json_has_no_nan_and_every_question(written: Path) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    found = json.loads((written / "validation.json").read_text(encoding="utf-8"), parse_constant=refuse)
    assert list(found["questions"]) == ["events", "sds", "score"]
    assert len(found["missed"]) == 3
    assert found["questions"]["sds"][0]["bias"] is None


def test_markdown_tables_are_whole(written: Path) -> None:
    lines = (written / "validation.md").read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if line.startswith("|")]
    assert table
    assert {line.count("|") for line in table} == {5}
    assert "aqsense validate --quick" in lines


def test_an_earlier_validation_is_replaced_and_other_files_are_not(written: Path) -> None:
    made = Validation({"events": made_rows()}, QUICK, (), "aqsense validate")
    made.write(written)
    assert not (written / "sds.csv").exists()
    (written / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"holds mine\.txt"):
        made.write(written)
    assert (written / "mine.txt").read_text() == "mine"
    assert not list(written.parent.glob(".*partial"))


def test_every_question_has_its_file_name(tmp_path: Path) -> None:
    made = Validation({name: [] for name in QUESTIONS}, QUICK, (), "aqsense validate")
    made.write(tmp_path / "out")
    made.write(tmp_path / "out")
    assert {f"{name}.csv" for name in QUESTIONS} <= {path.name for path in (tmp_path / "out").iterdir()}


def test_a_grid_keeps_all_rows() -> None:
    (grid,) = grids("events", made_rows())
    assert len(grid.cells) == 3
    assert grid.columns[0][0] == REAL
    assert grid.quantities == ("initial_contact", "swing_peak")


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.04, "0.0"), (-1.26, "\u22121.3"), (99.96, "100"), (float("nan"), "-"), (0.0, "0.0")],
)
def test_numbers(value: float, text: str) -> None:
    assert number(value) == text
