"""What notebooks show: results as a small table with every foreign letter escaped, figures as pictures."""

from __future__ import annotations

import math
import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import numpy as np
import pytest
from made_envelopes import with_envelopes
from made_result import made_result
from matplotlib.figure import Figure

import aqsense as aq

PLOTS = (aq.plot_alignment, aq.plot_two_runs, aq.plot_run, aq.plot_stride, aq.plot_lags)


def shown(result) -> str:
    return result._repr_html_()


def cells(html: str) -> list[list[str]]:
    rows = ET.fromstring(f"<div>{html.replace('<br>', ' ')}</div>").iter("tr")
    return [["".join(cell.itertext()) for cell in row] for row in rows]


def test_a_row_per_run_with_the_numbers_of_the_table():
    result = made_result(12, runs=3, with_intervals=True)
    head, *rows = cells(shown(result))
    assert [row[0] for row in rows] == ["1", "2", "3"]
    runs = result.tables["runs"]
    for i, row in enumerate(rows):
        found = dict(zip(head, row, strict=True))
        numbers = [float(number) for number in re.findall(r"[\d.]+", found["spread, ms (95 %)"])]
        expected = [runs[name][i] for name in ("spread_ms", "spread_low_ms", "spread_high_ms")]
        np.testing.assert_allclose(numbers, expected, atol=0.051)
        assert float(found["score"]) == pytest.approx(runs["convergence"][i], abs=0.51)
        assert runs["headline"][i] in found["finding"]


def test_what_is_missing_is_a_dash_or_a_bound():
    nan = math.nan
    low = {"spread_ms": nan, "spread_low_ms": nan, "spread_high_ms": 4.2, "convergence": nan}
    row = cells(shown(made_result(12, run_values=low)))[1]
    assert row[4:6] == ["under 4.2", "–"]
    none = {"spread_ms": nan, "spread_low_ms": nan, "spread_high_ms": nan, "convergence": nan}
    assert cells(shown(made_result(12, run_values=none)))[1][4:6] == ["–", "–"]


def test_hostile_words_are_escaped():
    attack = '<script>alert("1")</script><img src=x onerror=alert(1)>&'
    values = {"headline": attack, "headline_detail": attack, "tag": attack}
    warnings = [{"code": "x", "site": "", "time_s": None, "text": attack}]
    result = made_result(3, athlete=attack, run_values=values, session={"warnings": warnings})
    html = shown(result)
    assert "<script" not in html
    assert "<img" not in html
    assert cells(html)[1][2] == attack


def test_it_stays_small():
    result = made_result(1, runs=80, session={"warnings": [{"text": "odd"}] * 500})
    html = shown(result)
    assert len(html) < 20_000
    assert "50 more runs" in html
    assert html.count("odd") == 10


def test_nothing_found_is_said():
    result = made_result(1, runs=0)
    assert shown(replace(result)) == "<p>No run found.</p>"


@pytest.mark.parametrize("plot", PLOTS)
def test_figures_are_matplotlib_and_show_themselves(plot):
    page = plot(with_envelopes(made_result(6, runs=2)), 2)
    assert isinstance(page, Figure)
    png = page._repr_png_()
    assert png.startswith(b"\x89PNG")
    width = int.from_bytes(png[16:20], "big")
    assert 400 < width < 1300
