"""The run, the stride, lags: nothing overlaps, nothing is cut, and what is drawn is in the tables."""

from __future__ import annotations

import numpy as np
import pytest
from made_envelopes import CURVES, N_PHASES, PHASES, peak_phase, with_envelopes
from made_result import SIDES, WHO, Naming, made_result
from matplotlib.figure import Figure
from svg_shapes import drawn, middle, ms_per_unit
from text_boxes import problems, words_of

import aqsense as aq
from aqsense.errors import NothingToAnalyse, SettingsError
from aqsense.view.lags_figure import save_lags
from aqsense.view.run_figure import save_run
from aqsense.view.small_figure import apart
from aqsense.view.stride_figure import save_stride

PLOTS = (aq.plot_run, aq.plot_stride, aq.plot_lags)


@pytest.mark.parametrize("plot", PLOTS)
@pytest.mark.parametrize("strides", [1, 2, 6, 12, 24, 40])
def test_nothing_overlaps_whatever_the_length(plot, strides):
    page = plot(with_envelopes(made_result(strides, with_intervals=True, runs=3)))
    assert isinstance(page, Figure)
    assert problems(page) == []


@pytest.mark.parametrize("strides", [1, 2, 12])
def test_spread_read_back_from_the_svg(tmp_path, strides):
    result = made_result(strides)
    save_run(result, 1, tmp_path)
    points = drawn(tmp_path / "run-1.svg")["spread-1"]
    spread = result.tables["strides"]["spread_ms"]
    if strides == 1:  # a short dash
        assert points[0, 1] == points[1, 1]
        return
    assert len(points) == strides
    heights = points[0, 1] - points[:, 1]
    rise = spread - spread[0]
    per_unit = rise[np.argmax(np.abs(rise))] / heights[np.argmax(np.abs(rise))]
    np.testing.assert_allclose(heights * per_unit, rise, atol=0.1)


@pytest.mark.parametrize("named", [None, Naming("arm")])
def test_lags_read_back_from_the_svg(tmp_path, named):
    result = made_result(12, with_intervals=True, named=named)
    save_lags(result, 1, tmp_path)
    shapes, run = drawn(tmp_path / "lags-1.svg"), result.summary["runs"][0]
    places = run["named"]["places"] if named else run["places"]
    for side in SIDES:
        zero, per_unit = ms_per_unit(shapes, side, 5.0)
        for who in WHO:
            x = middle(shapes[f"lag-{who}-{side}"])[0]
            assert (x - zero) * per_unit == pytest.approx(places[side][who]["value"], abs=0.1)


def test_peaks_of_the_stride_read_back_from_the_svg(tmp_path):
    result = with_envelopes(made_result(12))
    save_stride(result, 1, tmp_path)
    shapes = drawn(tmp_path / "stride-1.svg")
    stride_ms = 1000 * np.median(result.tables["steps"]["stride_time_s"])
    for side in SIDES:
        for who in CURVES:
            curve = shapes[f"envelope-{who}-{side}"]
            assert len(curve) == N_PHASES
            per_unit = stride_ms * np.ptp(PHASES) / np.ptp(curve[:, 0])
            x = middle(shapes[f"peak-{who}-{side}"])[0]
            place = (x - curve[0, 0]) * per_unit + stride_ms * PHASES[0]
            assert place == pytest.approx(stride_ms * peak_phase(result, 1, side, who), abs=0.1)


def test_what_is_not_there_is_said():
    page = aq.plot_stride(with_envelopes(made_result(12), without=("trunk",)))
    assert words_of(page).count("no data") == 2
    assert problems(page) == []
    with pytest.raises(NothingToAnalyse, match="no envelopes"):
        aq.plot_stride(made_result(12))
    no_distance = words_of(aq.plot_run(made_result(12, with_distance=False)))
    assert "SPEED, m/s" not in no_distance
    assert "SPEED, m/s" in words_of(aq.plot_run(made_result(12)))


@pytest.mark.parametrize("plot", PLOTS)
def test_refusals(plot):
    with pytest.raises(NothingToAnalyse, match="holds no run"):
        plot(made_result(3, runs=0))
    with pytest.raises(SettingsError, match="run is 9"):
        plot(made_result(3), 9)


def test_no_file_where_a_run_has_no_envelopes(tmp_path):
    assert save_stride(made_result(3), 1, tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("places", "expected"),
    [
        ([], []),
        ([1.0, 9.0], [1.0, 9.0]),
        ([1.0, 1.0], [0.0, 2.0]),
        ([0.0, 0.0, 0.0, 9.0], [-2.0, 0.0, 2.0, 9.0]),
        ([0.0, 1.0, 2.5], [-5 / 6, 7 / 6, 19 / 6]),
    ],
)
def test_labels_give_way_as_little_as_can_be(places, expected):
    assert apart(places, 2.0) == pytest.approx(expected)
