"""The samples' results have not changed. Else: run scripts/make_golden.py and tell the CHANGELOG."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import aqsense as aq
from aqsense.formats import INTEGER, TABLES, TEXT, column_kind

SAMPLES = ("sprint-clean", "sprint-late-right-arm", "sprint-lost-sensor")
# Other machines differ in the last bits, so a rounded digit may fall to either side.
LAST_DIGITS = 2.0


@pytest.fixture(scope="module", params=SAMPLES)
def pair(request: pytest.FixtureRequest, project: Path, tmp_path_factory: pytest.TempPathFactory) -> Any:
    name = request.param
    folder = tmp_path_factory.mktemp("golden") / name
    aq.write_result(aq.analyze(aq.read_recording(project / "recordings" / name)), folder)
    return aq.read_result(folder), aq.read_result(project / "tests" / "golden" / "v1" / name)


@pytest.mark.parametrize("table", TABLES)
def test_tables(pair: Any, table: str) -> None:
    found, golden = (result.tables[table] for result in pair)
    assert list(found) == list(golden)
    for column, expected in golden.items():
        kind = column_kind(column)
        if kind in (TEXT, INTEGER):
            assert found[column].tolist() == expected.tolist(), column
        else:
            tolerance = LAST_DIGITS * 10.0 ** -int(kind)
            np.testing.assert_allclose(found[column], expected, rtol=1e-6, atol=tolerance, err_msg=column)


def test_summary(pair: Any) -> None:
    _same(pair[0].summary, pair[1].summary, "summary")


def _same(found: Any, golden: Any, where: str) -> None:
    if isinstance(golden, dict):
        assert found.keys() == golden.keys(), where
        for key in golden:
            _same(found[key], golden[key], f"{where}.{key}")
    elif isinstance(golden, list):
        assert len(found) == len(golden), where
        for row, (a, b) in enumerate(zip(found, golden, strict=True)):
            _same(a, b, f"{where}[{row}]")
    elif isinstance(golden, float):
        assert math.isclose(found, golden, rel_tol=1e-4, abs_tol=0.002), (where, found, golden)
    else:
        assert found == golden, (where, found, golden)
