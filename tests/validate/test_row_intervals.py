"""Intervals of means and shares: right coverage, and wider where a recording's events are alike."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binomtest

from aqsense.validate.intervals import mean_interval, share_interval
from aqsense.validate.table import Errors, Place, count_row, error_row, share_row, value_row

PLACE = Place("group", "quantity", "simulated", "condition")


def test_independent_values_have_the_t_interval() -> None:
    value = np.array([1.0, 2.0, 4.0, 7.0])
    mean, low, high = mean_interval(value, np.arange(4))
    half = 3.182446 * value.std(ddof=1) / 2
    assert (mean, low, high) == pytest.approx((3.5, 3.5 - half, 3.5 + half), abs=1e-5)


def test_alike_events_of_a_recording_count_little() -> None:
    """12 recordings with their own bias: the naive interval would cover in half of the cases."""
    random = np.random.RandomState(0)
    cluster = np.repeat(np.arange(12), 20)
    hits = 0
    for _ in range(400):
        value = random.randn(12)[cluster] + random.randn(240)
        _, low, high = mean_interval(value, cluster)
        hits += low <= 0.0 <= high
    assert 0.92 <= hits / 400 <= 0.98


def test_a_share_of_independent_things_has_wilsons_interval() -> None:
    hit = np.array([True] * 18 + [False] * 2)
    wilson = binomtest(18, 20).proportion_ci(method="wilson")
    assert share_interval(hit, np.arange(20))[1:] == pytest.approx((wilson.low, wilson.high), abs=1e-6)


def test_a_share_widens_when_recordings_differ() -> None:
    hit = np.array([True] * 10 + [False] * 10)
    alone, together = share_interval(hit, np.arange(20)), share_interval(hit, np.repeat([0, 1], 10))
    assert together[2] - together[1] > alone[2] - alone[1]


def test_nothing_has_no_interval() -> None:
    assert all(
        math.isnan(x)
        for x in (*mean_interval(np.empty(0), np.empty(0)), *share_interval(np.empty(0, bool), np.empty(0)))
    )
    row = share_row(PLACE, [])
    assert (row.n, math.isnan(row.value)) == (0, True)


def test_an_error_row_says_the_signed_worst_and_the_sums() -> None:
    parts = [
        Errors(np.array([0.001, -0.009]), np.full(2, 0.003), 1, 0),
        Errors(np.array([0.002]), np.full(1, 0.003), 2, 3),
    ]
    row = error_row(PLACE, parts)
    assert (row.n, row.groups, row.missed, row.invented) == (3, 2, 3, 3)
    assert (row.bias, row.worst, row.rmse) == pytest.approx((-2.0, -9.0, math.sqrt(86 / 3)))
    assert row.sd == pytest.approx(np.std([1.0, -9.0, 2.0], ddof=1))


def test_a_count_has_its_poisson_interval() -> None:
    row = count_row(PLACE, 0, 60, "runs")
    assert (row.value, row.low, row.high) == pytest.approx((0.0, 0.0, 3.689), abs=1e-3)
    row = count_row(PLACE, 3, 60, "runs")
    assert (row.low, row.high) == pytest.approx((0.619, 8.767), abs=1e-3)


def test_values_that_could_not_be_had_are_left_out() -> None:
    row = value_row(PLACE, [1.0, float("nan"), 3.0], "ms")
    assert (row.n, row.value) == (2, 2.0)
