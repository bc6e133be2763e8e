"""The files of the picture: positions, text, determinism (VISUAL 3.6 d, e)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from made_result import WHO, made_result
from svg_shapes import SVG, drawn, middle, ms_per_unit

from aqsense.errors import OutputError
from aqsense.view.alignment import plot_alignment, save_alignment


@pytest.mark.parametrize("first_foot", ["left", "right"])
@pytest.mark.parametrize(("strides", "scale"), [(12, 1.0), (24, 1.6)])
def test_positions_read_back_from_the_svg(tmp_path, strides, scale, first_foot):
    def doubtful(step):
        if step["step"] % 5 == 0:
            step["trunk_quality"] = "bridged"

    result = made_result(strides, scale=scale, first_foot=first_foot, change=doubtful)
    save_alignment(result, 1, tmp_path)
    shapes, steps = drawn(tmp_path / "alignment-1.svg"), result.tables["steps"]
    compared = 0
    for i, side in enumerate(steps["stance_side"]):
        zero, per_unit = ms_per_unit(shapes, side, 5.0)
        times = {who: steps[f"{who}_s"][i] for who in WHO}
        for who, time in times.items():
            expected = 1000 * (time - np.mean(list(times.values())))
            x = middle(shapes[f"mark-{steps['stride'][i]}-{who}-{side}"])[0]
            assert (x - zero) * per_unit == pytest.approx(expected, abs=0.1)
            compared += 1
    assert compared == 8 * strides


def test_means_and_toe_offs_read_back_from_the_svg(tmp_path):
    result = made_result(12)
    save_alignment(result, 1, tmp_path)
    shapes, steps = drawn(tmp_path / "alignment-1.svg"), result.tables["steps"]
    for side in ("left", "right"):
        zero, per_unit = ms_per_unit(shapes, side, 5.0)
        for who, place in result.summary["runs"][0]["places"][side].items():
            x = middle(shapes[f"mean-{who}-{side}"])[0]
            assert (x - zero) * per_unit == pytest.approx(place["value"], abs=0.1)
        mine = np.flatnonzero(steps["stance_side"] == side)
        zeros = np.mean([steps[f"{who}_s"][mine] for who in WHO], axis=0)
        edges = shapes[f"toe-off-{side}"][::2, 0][:12]
        expected = 1000 * (steps["toe_off_s"][mine] - zeros)
        np.testing.assert_allclose((edges - zero) * per_unit, expected, atol=0.1)


def test_spread_bars_are_to_scale(tmp_path):
    result = made_result(12)
    save_alignment(result, 1, tmp_path)
    shapes = drawn(tmp_path / "alignment-1.svg")
    lengths = np.array([np.ptp(shapes[f"spread-{stride}"][:, 0]) for stride in range(1, 13)])
    spreads = result.tables["strides"]["spread_ms"]
    np.testing.assert_allclose(lengths / lengths[0], spreads / spreads[0], rtol=1e-3)


def test_svg_keeps_text_as_text(tmp_path):
    result = made_result(12, athlete="山田 Jürgen $a$ <script>alert(1)</script>")
    save_alignment(result, 1, tmp_path)
    tree = ET.parse(tmp_path / "alignment-1.svg")
    words = ["".join(text.itertext()) for text in tree.iter(f"{SVG}text")]
    assert "山田 Jürgen $a$ <script>alert(1)</script>" in " ".join(words)
    assert {"LEFT FOOT PUSHES", "RIGHT FOOT PUSHES", "SPREAD", "12"} <= set(words)
    assert not list(tree.iter(f"{SVG}script"))
    assert "<dc:date>" not in (tmp_path / "alignment-1.svg").read_text(encoding="utf-8")


def test_savefig_of_the_figure_follows_the_same_rules(tmp_path):
    result = made_result(3)
    save_alignment(result, 1, tmp_path)
    plot_alignment(result).savefig(tmp_path / "own.svg")
    assert (tmp_path / "own.svg").read_bytes() == (tmp_path / "alignment-1.svg").read_bytes()


def test_equal_results_give_equal_bytes_also_in_threads(tmp_path):
    result = made_result(6, athlete="山田")
    folders = [tmp_path / str(number) for number in range(4)]
    for folder in folders:
        folder.mkdir()
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda folder: save_alignment(result, None, folder), folders))
    assert [path.name for path in written[0]] == ["alignment-1.svg", "alignment-1.png"]
    for paths in written[1:]:
        assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in written[0]]


def test_png_is_a4_at_200_dpi(tmp_path):
    save_alignment(made_result(3), 1, tmp_path)
    head = (tmp_path / "alignment-1.png").read_bytes()[:24]
    width, height = (int.from_bytes(head[at : at + 4], "big") for at in (16, 20))
    assert width == pytest.approx(297 / 25.4 * 200, abs=1.5)
    assert height == pytest.approx(210 / 25.4 * 200, abs=1.5)


def test_further_pages_have_their_own_files(tmp_path):
    names = [path.name for path in save_alignment(made_result(40), 1, tmp_path)]
    assert names == ["alignment-1.svg", "alignment-1.png", "alignment-1-page2.svg", "alignment-1-page2.png"]
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(names)


def test_a_directory_that_is_not_there_is_said(tmp_path):
    with pytest.raises(OutputError, match="nowhere"):
        save_alignment(made_result(1), 1, tmp_path / "nowhere")
