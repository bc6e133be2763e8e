"""Words and numbers as people read them, and lines that fit."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqsense.view import typeset
from aqsense.view.words import day, one_line, signed, upper_bound


@pytest.mark.parametrize(
    ("value", "words"),
    [(12.6, "+13"), (-4.51, "−5"), (0.4, "0"), (-0.4, "0"), (0.0, "0"), (math.nan, "–"), (-139.2, "−139")],
)
def test_signed(value, words):
    assert signed(value) == words


@pytest.mark.parametrize(
    ("value", "words"), [(1.66, "2"), (2.0, "2"), (2.01, "3"), (0.31, "0.4"), (1.0, "1.0"), (5.0, "5")]
)
def test_upper_bound_never_rounds_down(value, words):
    assert upper_bound(value) == words
    assert float(words) >= value


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2026-06-14T10:00:00Z", "14 June 2026"),
        ("2026-06-14T23:30:00.5+02:00", "14 June 2026"),
        ("last Friday", "last Friday"),
    ],
)
def test_day(text, words):
    assert day(text) == words


def test_one_line_shows_what_it_takes_away():
    assert one_line("a\n b\tc") == "a b c"
    assert one_line("a\x00b\u202ec\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert one_line("Jürgen 山田 NA") == "Jürgen 山田 NA"


@given(st.text(min_size=1, max_size=120), st.sampled_from([7.0, 11.5, 25.0]))
def test_fitted_lines_keep_the_room(text, size):
    words = one_line(text)
    lines, _ = typeset.fit(words, 200.0, ((size, 2),))
    assert len(lines) <= 2
    assert all(typeset.width(line, size) <= 200.0 for line in lines)
    whole = "".join(words.split(" "))
    kept = "".join("".join(lines).split(" "))
    assert kept == whole or (kept.endswith("…") and whole.startswith(kept[:-1]))


def test_fit_takes_the_largest_size_that_holds():
    sizes = ((25.0, 1), (20.0, 1), (16.0, 2))
    assert typeset.fit("short", 300.0, sizes)[1] == 25.0
    lines, size = typeset.fit("a text that is a bit too long for one line", 300.0, sizes)
    assert (len(lines), size) == (2, 16.0)
    assert typeset.fit("", 300.0, sizes)[0] == []


def test_parts_are_not_torn():
    parts = ["Clocks agree within 2 ms.", "White lane: within 5 ms.", "Peaks, not forces."]
    lines, _ = typeset.fit_parts(parts, "", 250.0, ((9.0, 3),))
    assert len(lines) > 1
    assert all(any(part in line for line in lines) for part in parts)


def test_a_part_too_long_for_a_line_is_broken_between_words():
    words = "one part that is far too long for the room that it is given"
    lines, _ = typeset.fit_parts([words, "short"], ";", 150.0, ((9.0, 4),))
    assert " ".join(lines) == f"{words}; short"


def test_letters_without_a_font_are_said_not_boxed():
    assert typeset.drawable("Jürgen Größe") == "Jürgen Größe"
    nobody_has = "\U000e0041\U000e0042"  # tag letters: no font draws them
    assert typeset.drawable(f"a{nobody_has} b") == "a[no font] b"
    assert typeset.width(nobody_has * 20, 10) >= 400
