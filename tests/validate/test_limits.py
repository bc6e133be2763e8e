"""Limits: what is met, missed and undecided; every limit is used and has its source."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from aqsense.validate.limits import LIMITS, MET, MISSED, UNDECIDED, judge, outcome
from aqsense.validate.table import BIAS, SHARE, SIMULATED, Row

ERROR = Row(
    "sprint", "swing_peak", SIMULATED, "x", "ms", BIAS, 500, 10, 1.0, 0.5, 1.5, sd=2.0, rmse=2.2, worst=9.0
)
SHARES = Row("sprint", "swing_peak", SIMULATED, "x", "%", SHARE, 3000, 10, 95.0, 94.0, 96.0)


@pytest.mark.parametrize(
    ("row", "name", "expected"),
    [
        (ERROR, "event_bias", MET),
        (replace(ERROR, value=-2.1), "event_bias", MISSED),
        (replace(ERROR, value=2.1), "event_bias", MISSED),
        (replace(ERROR, sd=4.1), "event_sd", MISSED),
        (replace(ERROR, n=20), "event_bias", UNDECIDED),
        (replace(ERROR, n=20, value=2.5, low=1.5, high=3.5), "event_bias", UNDECIDED),
        (replace(ERROR, n=20, value=3.0, low=2.5, high=3.5), "event_bias", MISSED),
        (replace(ERROR, n=20, value=-3.0, low=-3.5, high=-2.5), "event_bias", MISSED),
        (replace(ERROR, n=0, value=math.nan, low=math.nan, high=math.nan), "event_bias", MISSED),
        (replace(ERROR, value=math.nan), "event_bias", MISSED),
        (SHARES, "coverage", MET),
        (replace(SHARES, value=92.9), "coverage", MISSED),
        (replace(SHARES, value=97.1), "coverage", MISSED),
        (replace(SHARES, n=1000, value=99.0, low=98.0, high=99.5), "coverage", MISSED),
        (replace(SHARES, n=1000, value=97.5, low=96.0, high=98.5), "coverage", UNDECIDED),
        (replace(SHARES, value=94.9, n=200), "nobody_named", MISSED),
        (replace(SHARES, value=95.0, n=200), "nobody_named", MET),
    ],
)
def test_judgement(row: Row, name: str, expected: str) -> None:
    assert judge(row, name).outcome == expected


def test_the_worst_outcome_of_a_row_counts() -> None:
    assert outcome(replace(ERROR, limits=("event_bias", "event_sd"))) == MET
    assert outcome(replace(ERROR, sd=5.0, limits=("event_bias", "event_sd"))) == MISSED
    assert outcome(ERROR) == ""


def test_limits_are_those_of_the_method() -> None:
    bounds = {name: (limit.low, limit.high) for name, limit in LIMITS.items()}
    assert bounds["event_bias"] == (-2.0, 2.0)
    assert bounds["event_sd"] == (0.0, 4.0)
    assert bounds["coverage"] == (93.0, 97.0)
    assert bounds["null"] == (14.3, 15.3)
    assert bounds["interval_coverage"] == (90.0, 98.0)
    assert bounds["named_alone"] == bounds["nobody_named"] == (95.0, 100.0)
    assert bounds["recall"] == bounds["precision"] == (99.5, 100.0)
    assert all(limit.source and limit.text for limit in LIMITS.values())
    assert LIMITS["coverage"].least_n == 2000
