"""All pictures in all cases: no text is cut, overlaps another or lies on a mark (VISUAL 3.6 b, c, e)."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from cases import CASES, result_of
from made_envelopes import with_envelopes
from svg_shapes import SVG
from text_boxes import problems, touched_marks, words_of

import aqsense as aq
from aqsense.view.alignment import plot_alignment_pages
from aqsense.view.card import plot_card
from aqsense.view.page import Page
from aqsense.view.tokens import CONTRIBUTORS, PAPER, SMALLEST_PT, TEXT_COLOURS
from aqsense.view.typeset import ELLIPSIS

SMALL = (aq.plot_run, aq.plot_stride, aq.plot_lags)


@pytest.mark.parametrize("case", CASES)
def test_alignment(case):
    for page in plot_alignment_pages(result_of(case)):
        assert problems(page) == []
        assert touched_marks(page) == []
        assert text_breaks(page) == []


@pytest.mark.parametrize("case", CASES)
def test_card(case):
    page = plot_card(result_of(case))
    assert problems(page) == []
    assert touched_marks(page) == []
    assert text_breaks(page) == []


@pytest.mark.parametrize("plot", SMALL)
@pytest.mark.parametrize("case", CASES)
def test_small_figures(plot, case):
    result = result_of(case)
    page = plot(with_envelopes(result), int(result.tables["runs"]["run"][-1]))
    assert not [words for words in words_of(page) if words.endswith(ELLIPSIS)]
    assert min(text.get_fontsize() for text in page.texts) >= 11.0  # pixels at 375 px
    assert page.get_figwidth() * 72 < 375
    assert problems(page) == []
    assert touched_marks(page) == []
    assert text_breaks(page) == []


def text_breaks(page: Page) -> list[str]:
    """Texts that are too small, or whose colour is none of those with contrast enough (test_tokens)."""
    colours = {*TEXT_COLOURS, PAPER}
    return [
        text.get_text()
        for text in page.texts
        if text.get_fontsize() < SMALLEST_PT or text.get_color() not in colours
    ]


def test_the_check_sees_text_on_a_mark():
    from aqsense.view.marks import MarkStyle, draw_mark

    page = Page(100, 50, "a word on a mark, and one beside")
    draw_mark(page, (20, 20), next(iter(CONTRIBUTORS.values())), MarkStyle(), "mark-1")
    page.draw_text((18, 19), "here", 12)
    page.draw_text((25, 19), "there", 12)
    assert len(touched_marks(page)) == 1


@pytest.mark.parametrize("plot", [aq.plot_alignment, *SMALL])
def test_text_stays_text(plot, tmp_path):
    page = plot(with_envelopes(result_of("hostile")))
    page.savefig(tmp_path / "picture.svg")
    tree = ET.parse(tmp_path / "picture.svg")
    written = [" ".join("".join(text.itertext()).split()) for text in tree.iter(f"{SVG}text")]
    assert written == [words for text in words_of(page) if (words := " ".join(text.split()))]
    assert any("$x^2$ <script>" in words for words in written)
    assert not list(tree.iter(f"{SVG}script"))
