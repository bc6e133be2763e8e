"""Which strides the run's headline covers: METHOD 4.2's rule, written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqsense.analysis.summary import headline_strides


def covered(scored: list[int]) -> tuple[list[int], bool]:
    strides, few = headline_strides(np.array(scored, np.int64))
    return strides.tolist(), few


def to(last: int) -> list[int]:
    return list(range(1, last + 1))


@pytest.mark.parametrize(
    ("scored", "expected", "few"),
    [
        ([], [], True),
        (to(1), [1], True),
        (to(5), to(5), True),
        (to(6), to(6), True),  # from the 3rd on only four
        (to(8), [3, 4, 5, 6, 7, 8], False),
        (to(9), [4, 5, 6, 7, 8, 9], False),
        (to(10), [5, 6, 7, 8, 9, 10], False),
        (to(16), list(range(5, 17)), False),
        (to(40), list(range(29, 41)), False),
    ],
)
def test_strides_without_holes(scored: list[int], expected: list[int], few: bool) -> None:
    assert covered(scored) == (expected, few)


def test_holes_do_not_reach_further_back_than_twelve_strides() -> None:
    assert covered([1, 2, 5, 6, 7, 20, 21, 22, 23, 24, 25]) == ([20, 21, 22, 23, 24, 25], False)


def test_five_steady_strides_fall_back_to_the_last_six_from_the_third() -> None:
    assert covered([1, 2, 3, 4, 6, 8, 9, 10]) == ([3, 4, 6, 8, 9, 10], False)


@given(st.sets(st.integers(1, 60)))
def test_the_rule(strides: set[int]) -> None:
    scored = sorted(strides)
    steady = [s for s in scored if s >= 5 and s > scored[-1] - 12]
    later = [s for s in scored if s >= 3]
    expected = (
        (steady, False) if len(steady) >= 6 else (later[-6:], False) if len(later) >= 6 else (scored, True)
    )
    assert covered(scored) == expected
