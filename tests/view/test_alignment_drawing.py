"""The drawn picture: nothing overlaps, nothing is cut, what is absent is said (VISUAL 3.6 b)."""

from __future__ import annotations

import math
import subprocess
import sys
import warnings

import pytest
from made_result import WHO, made_result
from matplotlib.figure import Figure
from text_boxes import problems, words_of

from aqsense.model import Side
from aqsense.view.alignment import plot_alignment, plot_alignment_pages
from aqsense.view.layout import A4_LANDSCAPE, axis
from aqsense.view.page import Page

NAMES = (
    "J",
    "Jürgen Überschär",
    "Hans-Jürgen Überschär-Großmann v. Weißen",
    "W" * 40,
    "山田太郎",
    "山田太郎" * 10,
)


def without(who: str, side: str, quality: str = "no_data"):
    def change(step):
        if step["stance_side"] == side:
            step.update({f"{who}_s": math.nan, f"{who}_quality": quality})

    return change


def beyond(step) -> None:
    """All four peaks outside the axis."""
    for who, shift in zip(WHO, (0.16, 0.11, -0.15, -0.12), strict=True):
        step[f"{who}_s"] += shift


def test_the_check_sees_overlap_and_cut():
    page = Page(100, 50, "two texts on one place, one over the edge")
    page.draw_text((20, 20), "here", 12)
    page.draw_text((22, 21), "there", 12)
    page.draw_text((95, 40), "over the edge", 12)
    assert len(problems(page)) == 2


@pytest.mark.parametrize("strides", [1, 2, 6, 12, 24, 40])
@pytest.mark.parametrize("first_foot", ["left", "right"])
@pytest.mark.parametrize("kind", ["plain", "with intervals", "beyond", "no toe-off", "time, no clocks"])
def test_nothing_overlaps_whatever_the_length(strides, first_foot, kind):
    options = {
        "plain": {},
        "with intervals": {"with_intervals": True},
        "beyond": {"change": beyond, "with_intervals": True, "clock_sd_s": 0.004},
        "no toe-off": {"change": lambda step: step.update(toe_off_s=math.nan)},
        "time, no clocks": {"with_distance": False, "clock_sd_s": None, "scale": 1.7},
    }[kind]
    pages = plot_alignment_pages(made_result(strides, first_foot=first_foot, **options))
    assert len(pages) == math.ceil(strides / 24)
    assert [problems(page) for page in pages] == [[] for _ in pages]


@pytest.mark.parametrize("strides", [2, 12, 24])
@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize("who", WHO)
def test_a_missing_contributor_is_said_in_its_row(who, side, strides):
    page = plot_alignment(made_result(strides, change=without(who, side)))
    assert problems(page) == []
    part = {"arm": "arm", "trunk": "torso", "swing": "swing leg", "push": "push leg"}[who]
    is_leg = who in ("swing", "push")
    said = f"not scored: no {part} data" if is_leg else f"no {part} data"
    assert words_of(page).count(said) == strides
    gids = {str(patch.get_gid()) for patch in page.artists}
    assert not any(gid.startswith("mark-") and gid.endswith(f"{who}-{side}") for gid in gids)
    assert f"mark-1-push-{'left' if side == 'right' else 'right'}" in gids
    assert (f"mark-1-push-{side}" in gids) is not is_leg


@pytest.mark.parametrize("name", NAMES, ids=lambda name: f"{name[:5]}-{len(name)}")
def test_names_fit(name):
    headline = f"Torso turn 14 ms later than the usual of {name}"
    session = {"name": "flying 30 m", "place": f"Sportpark {name}", "started_utc": "2026-06-14T10:00:00Z"}
    result = made_result(12, athlete=name, session=session, run_values={"headline": headline, "tag": "wet"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # a letter that would become a box warns
        page = plot_alignment(result)
        assert problems(page) == []


def test_long_headlines_shrink_and_end_in_an_ellipsis_at_last():
    long = "word " * 60
    page = plot_alignment(made_result(12, run_values={"headline": long, "headline_detail": long * 4}))
    assert problems(page) == []
    assert sum(words.endswith("…") for words in words_of(page)) == 2


def test_hostile_words_are_drawn_literally():
    name = "$x^2$ <script>alert(1)</script>\n\\frac{1}"
    page = plot_alignment(made_result(2, athlete=name, run_values={"headline": "50 % of $ and $_"}))
    assert any("$x^2$ <script>" in words for words in words_of(page))
    assert "50 % of $ and $_" in words_of(page)
    assert problems(page) == []


def test_peaks_beyond_the_axis_stand_at_the_border_with_their_number():
    result = made_result(2, change=beyond)
    page = plot_alignment(result)
    gids = {str(patch.get_gid()) for patch in page.artists}
    assert not any(gid.startswith("mark-") for gid in gids)
    table = result.tables["steps"]
    zero = sum(table[f"{who}_s"][0] for who in WHO) / 4
    for who in WHO:
        place = round(1000 * (table[f"{who}_s"][0] - zero))
        text = next(text for text in page.texts if text.get_gid() == f"beyond-1-{who}-left")
        assert text.get_text() == f"{'−' if place < 0 else '+'}{abs(place)}"


def test_the_axis_fills_its_panel_and_stops_at_its_borders():
    panel = axis(A4_LANDSCAPE, Side.RIGHT, 60.0)
    assert [panel.x(place) for place in (-60, 60, -200, 200)] == pytest.approx([panel.x0, panel.x1] * 2)
    assert panel.x(30) - panel.zero == pytest.approx((panel.x1 - panel.zero) / 2)


def test_no_interval_is_invented():
    words = words_of(plot_alignment(made_result(12)))
    assert not any("±" in word for word in words)
    with_intervals = words_of(plot_alignment(made_result(12, with_intervals=True)))
    assert with_intervals.count("± 3") == 8


def test_coarse_clocks_take_the_numbers_away():
    fine = plot_alignment(made_result(12, clock_sd_s=0.001))
    coarse = plot_alignment(made_result(12, clock_sd_s=0.006))
    ordered = plot_alignment(made_result(12, clock_sd_s=0.004))
    assert sum(str(text.get_gid()).startswith("place-") for text in ordered.texts) == 8
    assert sum(str(text.get_gid()).startswith("place-") for text in fine.texts) == 8
    assert not any(str(text.get_gid()).startswith("place-") for text in coarse.texts)
    assert "no numbers: clocks too coarse" in words_of(coarse)


def note(result) -> str:
    return " ".join(words_of(plot_alignment(result))[-2:])


def test_the_note_holds_its_facts():
    plain = note(made_result(12, clock_sd_s=0.0006))
    for fact in (
        "0 = mean of all scored peaks",
        "Thin bars: 95 %",
        "within 5 ms.",
        "within 2 ms (95 %)",
        "not forces",
    ):
        assert fact in plain
    assert "toe-off" not in plain
    assert "Clocks: stated to agree exactly." in note(made_result(12, clock_sd_s=0.0))
    assert "Clocks: agreement not stated in the recording." in note(made_result(12, clock_sd_s=None))
    assert "toe-off not measured" in note(made_result(6, change=lambda step: step.update(toe_off_s=math.nan)))
    assert "Pale mark" in note(made_result(6, change=lambda step: step.update(arm_quality="bridged")))
    blank = {f"{who}_sd_s": math.nan for who in WHO}
    assert "not stated" in note(made_result(6, change=lambda step: step.update(blank)))


def test_spread_below_the_noise_is_a_bound():
    nan = math.nan
    values = {"spread_ms": nan, "spread_low_ms": nan, "spread_high_ms": 4.2, "convergence": nan,
              "convergence_low": 88.4, "convergence_high": nan}  # fmt: skip
    page = plot_alignment(made_result(12, run_values=values))
    assert {"under 4.2", "over 88", "–"} <= set(words_of(page))
    assert problems(page) == []


def test_a_stride_with_one_step_says_which_is_missing():
    result = made_result(3)
    steps = result.tables["steps"]
    keep = steps["step"] != 6
    cut = type(result)({**result.tables, "steps": {k: v[keep] for k, v in steps.items()}}, result.summary)
    page = plot_alignment(cut)
    assert "no right step" in words_of(page)
    assert problems(page) == []


def test_pages_share_axis_and_row_height_and_are_equally_full():
    pages = plot_alignment_pages(made_result(28, scale=1.7))
    rows = [sum(text.get_text().endswith(" m") for text in page.texts) for page in pages]
    assert rows == [14, 14]
    ticks = [sorted(words for words in words_of(page) if words.endswith("0 ms")) for page in pages]
    assert ticks[0] == ticks[1]
    tops = []
    for page in pages:
        ys = [text.get_position()[1] for text in page.texts if text.get_text().endswith(" m")]
        tops.append(ys[0] - ys[1])
    assert tops[0] == pytest.approx(tops[1])
    assert "page 2 of 2" in " ".join(words_of(pages[1]))


def test_no_pyplot_is_needed():
    code = "import sys, aqsense.view.alignment as _; print(*(x in sys.modules for x in sys.argv[1:]))"
    command = [sys.executable, "-c", code, "matplotlib.pyplot", "scipy"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
    assert isinstance(plot_alignment(made_result(1)), Figure)
