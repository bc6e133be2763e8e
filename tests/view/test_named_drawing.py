"""The picture of a run in which somebody is named: emphasis, ghost, difference (VISUAL 3.2, 3.3)."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest
from made_result import WHO, Naming, made_result
from svg_shapes import drawn, middle, ms_per_unit, styles
from text_boxes import problems, words_of

from aqsense.view.alignment import plot_alignment, plot_alignment_pages
from aqsense.view.tokens import CONTRIBUTORS, INK, SECONDARY

BOTH = ("left", "right")
NAMINGS = [
    *(Naming(who, (side,), "other_side", 25.0) for who in WHO for side in BOTH),
    *(Naming(who, BOTH, "reference", 14.0) for who in WHO),
    *(Naming(who, BOTH, "earlier_strides", -12.0) for who in WHO),
]  # fmt: skip
LABELS = ("torso turn, right foot", "strides 15 to 18")


def naming_id(naming: Naming) -> str:
    return f"{naming.who}-{naming.basis}-{'+'.join(naming.panels)}-{naming.ms:.0f}"


def without(who: str, side: str):
    def change(step):
        if step["stance_side"] == side and step["stride"] % 2:
            step.update({f"{who}_s": math.nan, f"{who}_quality": "no_data"})

    return change


def text_of(page, gid: str):
    return next(text for text in page.texts if text.get_gid() == gid)


def labels(page) -> list[str]:
    return [text.get_text() for text in page.texts if str(text.get_gid()).startswith("ghost-label")]


@pytest.mark.parametrize("strides", [10, 24])
@pytest.mark.parametrize("naming", NAMINGS, ids=naming_id)
def test_nothing_overlaps_whoever_is_named(naming, strides):
    page = plot_alignment(made_result(strides, named=naming, with_intervals=True))
    assert problems(page) == []
    assert labels(page)


@pytest.mark.parametrize("strides", [10, 24, 40])
@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("missing", WHO)
def test_labels_find_room_beside_other_words(missing, label, strides):
    naming = Naming("trunk", label=label, ms=38.0)
    result = made_result(strides, named=naming, change=without(missing, "right"), scale=1.7)
    assert [problems(page) for page in plot_alignment_pages(result)] == [[]] * math.ceil(strides / 24)


@pytest.mark.parametrize("name", ["Hans-Jürgen Überschär-Großmann v. Weißen", "W" * 40, "山田太郎" * 10])
def test_long_names_in_the_headline(name):
    headline = f"Torso turn 14 ms later than the usual of {name}"
    naming = Naming("trunk", BOTH, "reference", 14.0)
    result = made_result(12, named=naming, athlete=name)
    runs = {**result.tables["runs"], "headline": np.array([headline], dtype=object)}
    page = plot_alignment(replace(result, tables={**result.tables, "runs": runs}))
    assert problems(page) == []


@pytest.mark.parametrize("naming", NAMINGS[::3], ids=naming_id)
def test_places_are_from_the_mean_of_the_others(tmp_path, naming):
    result = made_result(12, named=naming)
    plot_alignment(result).savefig(tmp_path / "p.svg")
    shapes, steps = drawn(tmp_path / "p.svg"), result.tables["steps"]
    for i, side in enumerate(steps["stance_side"]):
        zero, per_unit = ms_per_unit(shapes, side)
        times = {who: steps[f"{who}_s"][i] for who in WHO}
        others = np.mean([time for who, time in times.items() if who != naming.who])
        for who, time in times.items():
            x = middle(shapes[f"mark-{steps['stride'][i]}-{who}-{side}"])[0]
            assert (x - zero) * per_unit == pytest.approx(1000 * (time - others), abs=0.1)


@pytest.mark.parametrize("naming", NAMINGS[::3], ids=naming_id)
def test_means_ghosts_and_foot_are_those_of_the_summary(tmp_path, naming):
    result = made_result(12, named=naming, with_intervals=True)
    page = plot_alignment(result)
    page.savefig(tmp_path / "p.svg")
    shapes, part = drawn(tmp_path / "p.svg"), result.summary["runs"][0]["named"]
    for side in BOTH:
        zero, per_unit = ms_per_unit(shapes, side)
        for who, place in part["places"][side].items():
            x = middle(shapes[f"mean-{who}-{side}"])[0]
            assert (x - zero) * per_unit == pytest.approx(place["value"], abs=0.1)
            words = text_of(page, f"place-{who}-{side}").get_text()
            assert int(words.removesuffix(" ms").replace("−", "-")) == round(place["value"])
        assert (f"mean-ghost-{naming.who}-{side}" in shapes) is (side in naming.panels)
    for side, place in part["ghost_ms"].items():
        zero, per_unit = ms_per_unit(shapes, side)
        x = middle(shapes[f"mean-ghost-{naming.who}-{side}"])[0]
        assert (x - zero) * per_unit == pytest.approx(place, abs=0.1)


def ghost_rows(shapes, who: str, side: str, strides: int) -> list[int]:
    """Strides whose lane the ghost's line reaches."""
    ys = shapes[f"ghost-{who}-{side}"][:, 1]
    lanes = {n: middle(shapes[f"mark-{n}-{who}-{side}"])[1] for n in range(1, strides + 1)}
    return [n for n, y in lanes.items() if ys.min() - 0.5 <= y <= ys.max() + 0.5]


@pytest.mark.parametrize(
    ("basis", "panels", "first"),
    [("other_side", ("right",), 5), ("reference", BOTH, 5), ("earlier_strides", BOTH, 9)],
)
def test_ghost_covers_the_compared_strides_only(tmp_path, basis, panels, first):
    naming = Naming("arm", panels, basis, 20.0)
    page = plot_alignment(made_result(12, named=naming))
    page.savefig(tmp_path / "p.svg")
    shapes = drawn(tmp_path / "p.svg")
    for side in panels:
        assert ghost_rows(shapes, "arm", side, 12) == list(range(first, 13))
    assert f"{first}–12" in words_of(page)
    assert labels(page) == [
        {"other_side": "left arm", "reference": "your usual", "earlier_strides": "strides 5 to 8"}[basis]
    ] * len(panels)


def test_ghost_of_the_other_side_is_its_thread(tmp_path):
    result = made_result(12, named=Naming("arm"))
    plot_alignment(result).savefig(tmp_path / "p.svg")
    shapes = drawn(tmp_path / "p.svg")
    left, right = ms_per_unit(shapes, "left"), ms_per_unit(shapes, "right")
    drawn_ms = (shapes["ghost-arm-right"][:, 0] - right[0]) * right[1]
    other_ms = [(middle(shapes[f"mark-{n}-arm-left"])[0] - left[0]) * left[1] for n in range(5, 13)]
    np.testing.assert_allclose(drawn_ms, other_ms, atol=0.1)


def test_ghost_breaks_where_the_other_side_has_no_peak(tmp_path):
    def gap(step):
        if step["stride"] == 8 and step["stance_side"] == "left":
            step.update(arm_s=math.nan, arm_quality="no_data")

    plot_alignment(made_result(12, named=Naming("arm"), change=gap)).savefig(tmp_path / "p.svg")
    shapes = drawn(tmp_path / "p.svg")
    lane = middle(shapes["mark-8-arm-right"])[1]
    assert np.abs(shapes["ghost-arm-right"][:, 1] - lane).min() > 5


@pytest.mark.parametrize("naming", NAMINGS, ids=naming_id)
def test_one_arrow_with_the_difference_of_the_table(naming):
    page = plot_alignment(made_result(12, named=naming))
    numbers = [text for text in page.texts if str(text.get_gid()).startswith("difference-")]
    assert [text.get_text() for text in numbers] == [f"{abs(naming.ms):.0f} ms"]
    assert numbers[0].get_gid().removeprefix(f"difference-{naming.who}-") in naming.panels


def test_a_difference_that_is_no_distance_says_why():
    result = made_result(12, named=Naming("arm"))
    part = result.summary["runs"][0]["named"]
    gap = part["places"]["right"]["arm"]["value"] - part["ghost_ms"]["right"]
    part["difference_ms"]["value"] = gap - 3
    number = f"{gap - 3:.0f} ms"
    assert f"{number}: what changes along the run" in " ".join(words_of(plot_alignment(result)))
    part["difference_ms"]["value"] = gap
    assert "what changes along the run" not in " ".join(words_of(plot_alignment(result)))


def test_only_the_named_one_is_loud(tmp_path):
    page = plot_alignment(made_result(12, named=Naming("swing", ("left",))))
    page.savefig(tmp_path / "p.svg")
    drawn_styles = styles(tmp_path / "p.svg")
    for side in BOTH:
        for who in WHO:
            style = drawn_styles[f"thread-{who}-{side}"]
            width, opacity = (3.0, 0.8) if who == "swing" else (1.4, 0.38)
            assert float(style["stroke-width"]) == pytest.approx(width, abs=0.01)
            assert float(style["stroke-opacity"]) == pytest.approx(opacity)
            colour = text_of(page, f"place-{who}-{side}").get_color()
            token = next(token for name, token in CONTRIBUTORS.items() if name.value == who)
            assert colour == (token.text_colour if who == "swing" else INK)
    assert "stroke-dasharray" in drawn_styles["ghost-swing-left"]
    assert float(drawn_styles["ghost-swing-left"]["stroke-width"]) == pytest.approx(1.5)
    coloured = [text for text in page.texts if text.get_color() not in (INK, SECONDARY)]
    assert all(text.get_weight() == "bold" and text.get_size() >= 10 for text in coloured)


def test_nobody_named_nobody_loud(tmp_path):
    page = plot_alignment(made_result(12))
    page.savefig(tmp_path / "p.svg")
    drawn_styles = styles(tmp_path / "p.svg")
    assert {drawn_styles[f"thread-{who}-left"]["stroke-width"] for who in WHO} == {"2.2"}
    assert not any(re.match("ghost|mean-ghost", name) for name in drawn_styles)
    assert {text.get_color() for text in page.texts} == {INK, SECONDARY}


@pytest.mark.parametrize("naming", NAMINGS[::5], ids=naming_id)
def test_the_note_says_what_zero_is(naming):
    note = " ".join(words_of(plot_alignment(made_result(12, named=naming, with_intervals=True))))
    assert "0 = mean peak of the other three." in note
    assert "thick: of the mean" in note
    assert ("mean of both sides" in note) is (len(naming.panels) == 2)
    assert ("Mean places: strides 9 to 12; spread: strides 5 to 12." in note) is (
        naming.basis == "earlier_strides"
    )


def test_zero_of_two_where_one_was_never_there():
    def no_trunk(step):
        step.update(trunk_s=math.nan, trunk_quality="missing_sensor")

    page = plot_alignment(made_result(12, named=Naming("arm"), change=no_trunk))
    assert "0 = mean peak of the other two." in " ".join(words_of(page))
    assert problems(page) == []


def test_marks_of_the_named_one_beyond_the_axis():
    page = plot_alignment(made_result(12, named=Naming("arm", ms=150.0), with_intervals=True))
    assert problems(page) == []
    assert text_of(page, "difference-arm-right").get_text() == "150 ms"


def test_pages_of_long_runs_show_ghost_and_difference_on_each():
    pages = plot_alignment_pages(made_result(40, named=Naming("arm"), with_intervals=True))
    assert [problems(page) for page in pages] == [[], []]
    assert [labels(page) for page in pages] == [["left arm"]] * 2
    assert all("25 ms" in words_of(page) for page in pages)
