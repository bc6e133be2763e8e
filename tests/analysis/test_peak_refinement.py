"""Time, height and width of peaks between grid points: the properties that the definition promises."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aqsense.analysis.peaks import Peaks, refine, slope_at, zero_crossing
from aqsense.model import Floats

N = 240
LEVEL = 0.9
SEVERAL = np.array([80, 120, 150], np.int64)


def bump(centre: float, width: float, skew: float = 0.0, height: float = 5.0) -> Floats:
    """A smooth, skewed bump on the grid, with harmonics like a limb's."""
    x = (np.arange(N) - centre) / width
    return height * np.exp(-0.5 * x**2 * (1 + skew * np.tanh(x)))


def refined(x: Floats, index: int | None = None, **limits: int) -> Peaks:
    at = int(np.argmax(x)) if index is None else index
    low, high = limits.get("low", 0), limits.get("high", len(x))
    ends = np.array([low], np.int64), np.array([high], np.int64)
    return refine(x, np.array([at], np.int64), *ends, LEVEL, limits.get("reach", 80))


centres = st.floats(110.0, 130.0)
widths = st.floats(6.0, 25.0)
skews = st.floats(-0.5, 0.5)


@given(centres, widths, skews, st.integers(-40, 40))
def test_a_shift_by_grid_points_shifts_the_peak(centre: float, width: float, skew: float, shift: int) -> None:
    x = bump(centre, width, skew)
    moved = np.interp(np.arange(N) - shift, np.arange(N), x, left=0.0, right=0.0)
    peak, later = refined(x), refined(moved)
    np.testing.assert_allclose(later.position - peak.position, shift, atol=1e-9)
    np.testing.assert_allclose(later.width, peak.width, atol=1e-9)


@given(centres, widths, skews)
def test_a_shift_by_a_part_of_a_grid_point_shifts_the_peak(centre: float, width: float, skew: float) -> None:
    whole, part = refined(bump(round(centre), width, skew)), refined(bump(centre, width, skew))
    np.testing.assert_allclose(part.position - whole.position, centre - round(centre), atol=2e-3)


@given(centres, widths, skews, st.floats(1e-3, 1e3))
def test_time_does_not_depend_on_amplitude(centre: float, width: float, skew: float, factor: float) -> None:
    x = bump(centre, width, skew)
    peak, louder = refined(x), refined(factor * x)
    np.testing.assert_allclose(louder.position, peak.position, atol=1e-7)
    np.testing.assert_allclose(louder.height, factor * peak.height, rtol=1e-12)


@given(centres, widths, skews)
def test_mirrored_in_time_the_peak_is_mirrored(centre: float, width: float, skew: float) -> None:
    x = bump(centre, width, skew)
    peak, mirrored = refined(x), refined(np.ascontiguousarray(x[::-1]))
    np.testing.assert_allclose(mirrored.position, N - 1 - peak.position, atol=1e-8)
    np.testing.assert_allclose(mirrored.left, N - 1 - peak.right, atol=1e-8)


@given(centres, widths, skews)
def test_the_centroid_of_the_upper_tenth(centre: float, width: float, skew: float) -> None:
    """Against sums over a curve 500 times as dense."""
    fine = np.arange(0, N, 0.002)
    x = (fine - centre) / width
    value = 5.0 * np.exp(-0.5 * x**2 * (1 + skew * np.tanh(x)))
    excess = np.maximum(value - LEVEL * value.max(), 0.0)
    expected = (fine * excess).sum() / excess.sum()
    peak = refined(bump(centre, width, skew))
    np.testing.assert_allclose(peak.position, expected, atol=2e-3)
    np.testing.assert_allclose(peak.width, 0.002 * (excess > 0).sum(), atol=6e-3)


def test_a_symmetric_bump_peaks_at_its_centre_with_its_width() -> None:
    peak = refined(bump(120.3, 12.0))
    assert peak.position[0] == pytest.approx(120.3, abs=1e-3)
    assert peak.height[0] == pytest.approx(5.0, abs=1e-3)
    assert peak.width[0] == pytest.approx(2 * 12.0 * np.sqrt(-2 * np.log(LEVEL)), abs=1e-2)
    assert peak.left[0] + peak.right[0] == pytest.approx(2 * 120.3, abs=1e-3)


def test_no_candidate_no_peak() -> None:
    x = bump(120.0, 10.0)
    peaks = refine(x, np.array([-1, 120]), np.zeros(2, np.int64), np.full(2, N), LEVEL, 80)
    for name in ("position", "height", "width", "left", "right", "curvature"):
        values = getattr(peaks, name)
        assert np.isnan(values[0]), name
        assert not np.isnan(values[1]), name


def test_a_plateau_wider_than_the_reach_is_none() -> None:
    x = bump(120.0, 30.0)
    half_width = 0.5 * refined(x).width[0]
    assert np.isnan(refined(x, reach=int(half_width) - 1).position[0])
    assert not np.isnan(refined(x, reach=int(half_width) + 2).position[0])


@pytest.mark.parametrize("limits", [{"high": 124}, {"low": 116}])
def test_a_plateau_cut_off_by_a_gap_is_none(limits: dict[str, int]) -> None:
    """The walk stays inside its segment: beyond its ends there is no data."""
    assert np.isnan(refined(bump(120.0, 30.0), 120, **limits).position[0])


def test_a_maximum_below_zero_has_a_time_but_no_plateau() -> None:
    peak = refined(bump(120.3, 10.0) - 20.0)
    assert peak.position[0] == pytest.approx(120.3, abs=1e-3)
    assert peak.height[0] == pytest.approx(-15.0, abs=1e-3)
    assert np.isnan(peak.width[0])
    assert peak.left[0] == peak.right[0] == peak.position[0]


def test_without_plateau_the_time_is_the_extremum() -> None:
    x = bump(120.3, 10.0, skew=0.4)
    ends = np.zeros(1, np.int64), np.full(1, N, np.int64)
    peak = refine(x, np.array([120]), *ends, LEVEL, 80, plateau=False)
    fine = np.arange(110, 130, 1e-4)
    y = (fine - 120.3) / 10.0
    top = fine[np.argmax(np.exp(-0.5 * y**2 * (1 + 0.4 * np.tanh(y))))]
    assert peak.position[0] == pytest.approx(top, abs=2e-3)
    assert np.isnan(peak.width[0])


@given(st.lists(st.sampled_from([0, 1, 2]), min_size=1, max_size=6))
def test_a_peak_does_not_depend_on_what_is_refined_beside_it(which: list[int]) -> None:
    x = bump(80.2, 7.0) + bump(120.7, 9.0, 0.3, 4.0) + bump(150.1, 6.0, -0.2, 6.0)
    index = SEVERAL[which]
    together = refine(x, index, np.zeros_like(index), np.full_like(index, N), LEVEL, 60)
    for row, one in enumerate(index):
        alone = refine(x, np.array([one]), np.zeros(1, np.int64), np.full(1, N), LEVEL, 60)
        assert alone.position.tobytes() == together.position[row : row + 1].tobytes()
        assert alone.width.tobytes() == together.width[row : row + 1].tobytes()


@given(st.floats(100.0, 140.0), st.floats(5.0, 20.0))
def test_fall_through_zero_between_grid_points(at: float, scale: float) -> None:
    x = -np.sin((np.arange(N) - at) / scale)
    index = int(np.floor(at))
    crossing = zero_crossing(x, np.array([index, -1]))
    assert crossing[0] == pytest.approx(at, abs=2e-4)
    assert np.isnan(crossing[1])


@given(st.floats(-2, 2), st.floats(-2, 2), st.floats(-2, 2))
def test_cubics_are_followed_exactly(b: float, c: float, d: float) -> None:
    k = np.arange(-20.0, 21.0) / 5.0
    x = b * k + c * k**2 + d * k**3
    np.testing.assert_allclose(
        slope_at(x, np.array([20, 25])), (b + 2 * c * k[[20, 25]] + 3 * d * k[[20, 25]] ** 2) / 5.0, atol=1e-9
    )


def test_the_extremum_of_a_parabola() -> None:
    x = 7.0 - 0.3 * (np.arange(30) - 14.37) ** 2
    ends = np.zeros(1, np.int64), np.full(1, 30, np.int64)
    peak = refine(x, np.array([14]), *ends, LEVEL, 10, plateau=False)
    assert peak.position[0] == pytest.approx(14.37, abs=1e-9)
    assert peak.height[0] == pytest.approx(7.0, abs=1e-9)
    assert peak.curvature[0] == pytest.approx(-0.6, abs=1e-9)
