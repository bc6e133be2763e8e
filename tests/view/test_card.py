"""The phone card: size, bytes, words, determinism (VISUAL 3.5)."""

from __future__ import annotations

import math

import pytest
from made_result import WHO, Naming, made_result
from matplotlib.image import imread
from text_boxes import problems, words_of

from aqsense.errors import NothingToAnalyse, OutputError
from aqsense.view.card import plot_card, save_card
from aqsense.view.result_folder import foreign_paths

BOTH = ("left", "right")
DETAIL = "Strides 5 to 12; 95 % interval 19 to 30 ms. Push leg, swing leg and torso kept their places."
NAMINGS = [None, Naming("arm"), Naming("trunk", ("left",), label="torso turn, right foot"),
           Naming("swing", BOTH, "reference", 14.0),
           Naming("push", BOTH, "earlier_strides", -12.0)]  # fmt: skip


@pytest.mark.parametrize("strides", [1, 2, 6, 12, 24, 40])
@pytest.mark.parametrize("naming", NAMINGS, ids=lambda naming: naming.who if naming else "nobody")
def test_nothing_overlaps(naming, strides):
    if naming is not None and strides < 10:
        pytest.skip("fewer strides name nobody")
    values = {"headline_detail": DETAIL}
    assert (
        problems(plot_card(made_result(strides, named=naming, with_intervals=True, run_values=values))) == []
    )


@pytest.mark.parametrize("name", ["J", "W" * 40, "Hans-Jürgen Überschär-Großmann v. Weißen", "山田太郎" * 10])
def test_names_fit(name):
    session = {"name": "flying 30 m", "place": f"Sportpark {name}", "started_utc": "2026-06-14T10:00:00Z"}
    values = {"headline": f"Torso turn 14 ms later than the usual of {name}", "headline_detail": DETAIL * 2}
    assert problems(plot_card(made_result(12, athlete=name, session=session, run_values=values))) == []


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("side", BOTH)
@pytest.mark.parametrize("first_foot", BOTH)
def test_missing_contributors_fit(who, side, first_foot):
    def change(step):
        if step["stance_side"] == side:
            step.update({f"{who}_s": math.nan, f"{who}_quality": "no_data"})

    page = plot_card(made_result(24, first_foot=first_foot, change=change, scale=1.7))
    assert problems(page) == []
    assert "ms" in words_of(page)


@pytest.mark.parametrize("naming", NAMINGS[:2], ids=["nobody", "arm"])
def test_size_and_bytes(tmp_path, naming):
    path = save_card(made_result(24, named=naming, with_intervals=True, scale=1.7), 1, tmp_path)
    assert path == tmp_path / "card-1.png"
    assert imread(path).shape[:2] == (1350, 1080)
    assert path.stat().st_size < 300_000


def test_equal_results_give_equal_bytes(tmp_path):
    (tmp_path / "b").mkdir()
    one, other = (
        save_card(made_result(12, named=Naming("arm")), None, at) for at in (tmp_path, tmp_path / "b")
    )
    assert one.read_bytes() == other.read_bytes()


def test_numbers_are_those_of_the_result():
    result = made_result(12, named=Naming("arm"), with_intervals=True)
    page, run = plot_card(result), result.tables["runs"]
    places = result.summary["runs"][0]["named"]["places"]
    for side in BOTH:
        text = next(text for text in page.texts if text.get_gid() == f"place-arm-{side}").get_text()
        assert int(text.replace("−", "-")) == round(places[side]["arm"]["value"])
    assert {"25 ms", f"{run['spread_ms'][0]:.1f} ms", f"score {run['convergence'][0]:.0f}"} <= set(
        words_of(page)
    )


def test_a_number_stays_with_its_unit():
    values = {"headline": "Right arm peaks 25 ms later than the left"}
    words = words_of(plot_card(made_result(12, run_values=values)))
    assert [w for w in words if w.startswith(("Right arm", "later"))] == [
        "Right arm peaks 25 ms",
        "later than the left",
    ]


def test_long_runs_show_the_compared_end():
    words = words_of(plot_card(made_result(40)))
    assert any("strides 17 to 40 of 40" in word for word in words)
    assert {"17", "40"} <= set(words)
    assert "16" not in words


def test_the_card_belongs_to_a_result(tmp_path):
    (tmp_path / "summary.json").write_text("{}")
    save_card(made_result(3), 1, tmp_path)
    assert foreign_paths(tmp_path) == []


def test_refusals(tmp_path):
    with pytest.raises(NothingToAnalyse, match="holds no run"):
        plot_card(made_result(3, runs=0))
    with pytest.raises(OutputError, match="nowhere"):
        save_card(made_result(1), 1, tmp_path / "nowhere")
