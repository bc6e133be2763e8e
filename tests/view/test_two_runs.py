"""A run below an earlier one: one axis, one scale, and nothing said that two runs can't show (VISUAL 3.5)."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from cases import CASES
from made_result import SIDES, WHO, made_result
from text_boxes import problems, touched_marks, words_of

import aqsense as aq
from aqsense.errors import NothingToAnalyse, SettingsError
from aqsense.view.result_folder import foreign_paths
from aqsense.view.rows_of_run import earlier_runs, rows_of_run
from aqsense.view.run_rows import Estimate
from aqsense.view.two_runs import difference_words, save_two_runs

SHOWN = [case for case in CASES if "named" not in CASES[case] and "no " not in case]


def two(case: str):
    options = {**CASES[case], "runs": 2}
    return made_result(options.pop("strides", 12), **options)


@pytest.mark.parametrize("case", [*SHOWN, "no trunk left", "no swing right"])
def test_nothing_overlaps(case):
    page = aq.plot_two_runs(two(case), 2)
    assert problems(page) == []
    assert touched_marks(page) == []


def marks(page, name):
    """Middles of a mark in the earlier and in this run, mm; one where only one has it."""
    found = {str(shape.get_gid()): shape.get_window_extent() for shape in page.artists}
    boxes = [found[gid] for gid in (f"{name}-before", name) if gid in found]
    return np.array([((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2) for box in boxes]) * 25.4 / page.dpi


def test_places_of_both_runs_are_on_one_axis():
    result = made_result(12, runs=2, scale=1.6)
    page = aq.plot_two_runs(result, 2)
    steps = result.tables["steps"]
    assert (earlier_runs(result, 1), earlier_runs(result, 2)) == ([], [1])
    places, xs = [], []
    for i in np.flatnonzero(steps["stance_side"] == "left"):
        times = {who: steps[f"{who}_s"][i] for who in WHO}
        zero = np.mean(list(times.values()))
        for who, time in times.items():
            both = marks(page, f"mark-{steps['stride'][i]}-{who}-left")
            assert len(both) == 2
            places.append(1000 * (time - zero))
            xs.append(both[int(steps["run"][i]) - 1][0])
    slope, start = np.polyfit(places, xs, 1)
    assert slope > 0.5
    np.testing.assert_allclose((np.array(xs) - start) / slope, places, atol=0.1)


def test_the_earlier_run_has_rows_of_60_percent():
    page = aq.plot_two_runs(made_result(12, runs=2), 2)
    first, last = (marks(page, f"mark-{stride}-push-left")[:, 1] for stride in (1, 12))
    heights = first - last
    assert heights[0] / heights[1] == pytest.approx(0.6, abs=0.01)


def spreads(now: tuple[float, float, float], before: tuple[float, float, float]):
    run = rows_of_run(made_result(6), 1)
    return (replace(run, spread=Estimate(*one)) for one in (now, before))


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        ((9.0, 8.0, 10.0), (14.0, 13.0, 15.0), "Peaks 5.0 ms closer together than in run 1"),
        ((14.0, 13.0, 15.0), (9.0, 8.0, 10.0), "Peaks 5.0 ms further apart than in run 1"),
        ((9.0, 8.0, 10.0), (10.3, 9.3, 11.3), "Spread as in run 1, as far as two runs can tell"),
        ((9.0, math.nan, math.nan), (14.0, 13.0, 15.0), "No comparison with run 1"),
        ((math.nan, math.nan, 4.2), (14.0, 13.0, 15.0), "No comparison with run 1"),
    ],
)
def test_only_what_two_intervals_can_tell_is_said(now, before, words):
    first, second = difference_words(*spreads(now, before), "run 1", True)
    assert first.startswith(words)
    if words.startswith("Peaks"):
        assert "95 % interval 3.6 to 6.4 ms" in second
        assert "varies" in second


def test_other_limbs_are_not_compared():
    first, _ = difference_words(*spreads((9.0, 8.0, 10.0), (14.0, 13.0, 15.0)), "run 1", False)
    assert first == "No comparison with run 1: not the same limbs are scored"


def test_nobody_is_named():
    from made_result import Naming

    page = aq.plot_two_runs(made_result(12, runs=2, named=Naming("arm")), 2)
    gids = {str(shape.get_gid()) for shape in page.artists}
    assert not any(gid.startswith(("ghost", "mean-ghost")) for gid in gids)
    assert "0 = mean of all" in " ".join(words_of(page))


def test_every_shape_has_a_name_of_its_own():
    page = aq.plot_two_runs(made_result(12, runs=2, with_intervals=True), 2)
    gids = [shape.get_gid() for shape in page.artists if shape.get_gid()]
    assert len(gids) == len(set(gids)) > 100


def test_an_earlier_session():
    now, before = made_result(12), made_result(8)
    page = aq.plot_two_runs(now, earlier=before)
    strides = {side: [len(marks(page, f"mark-{n}-push-{side}")) for n in (8, 12)] for side in SIDES}
    assert strides == {"left": [2, 1], "right": [2, 1]}
    assert any("earlier run 1" in words for words in words_of(page))


def test_long_runs_say_what_is_shown():
    words = words_of(aq.plot_two_runs(made_result(40, runs=2), 2))
    assert sum("below: strides 21 to 40" in word for word in words) == 2


def test_refusals():
    with pytest.raises(NothingToAnalyse, match="no earlier one"):
        aq.plot_two_runs(made_result(6))
    with pytest.raises(SettingsError, match="run is 9"):
        aq.plot_two_runs(made_result(6), 1, 9)


def test_the_file_belongs_to_a_result(tmp_path):
    (tmp_path / "summary.json").write_text("{}")
    (tmp_path / "figures").mkdir()
    paths = save_two_runs(made_result(6, runs=2), 2, None, tmp_path / "figures")
    assert [path.name for path in paths] == ["alignment-2-compared.svg", "alignment-2-compared.png"]
    assert foreign_paths(tmp_path) == []
