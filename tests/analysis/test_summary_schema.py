"""The JSON Schema of summary.json: real summaries fit, broken ones do not."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from made_session import made_recording, made_result, standing_recording
from real_data import DORN_EXTENDED, DSADS, FUKUCHI, WALK, RealData

from aqsense.analysis.pipeline import analyze
from aqsense.formats import FORMAT, RUN_COLUMNS
from aqsense.model import SITES
from aqsense.settings import Settings

Summary = dict[str, Any]


@pytest.fixture(scope="session")
def schema(project: Path) -> Summary:
    schema = json.loads((project / "aqsense" / "summary.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return schema


def complaints(schema: Summary, summary: Any) -> list[str]:
    as_read = json.loads(json.dumps(summary, allow_nan=False))
    return [
        f"{error.json_path}: {error.message}" for error in Draft202012Validator(schema).iter_errors(as_read)
    ]


def test_a_made_session_fits(schema: Summary) -> None:
    assert complaints(schema, made_result().summary) == []
    assert made_result().summary["runs"]


@pytest.mark.parametrize("name", [*DORN_EXTENDED, "dorn2012/run_9.5", *DSADS, WALK, *FUKUCHI])
def test_real_summaries_fit(schema: Summary, real: RealData, name: str) -> None:
    assert complaints(schema, real[name].result.summary) == []


def test_sessions_with_little_in_them_fit(schema: Summary) -> None:
    for recording in (
        standing_recording(),
        made_recording(metadata={}),
        made_recording(without=("left_wrist", "right_wrist", "trunk")),
        made_recording(without=("left_shin",)),
    ):
        assert complaints(schema, analyze(recording).summary) == []


def test_the_schema_knows_what_the_program_knows(schema: Summary) -> None:
    assert schema["$defs"]["site"]["enum"] == list(SITES)
    assert schema["properties"]["format"]["const"] == FORMAT
    assert set(schema["properties"]["settings"]["required"]) <= set(made_result().summary["settings"])
    assert set(Settings.__dataclass_fields__) == set(made_result().summary["settings"])
    quantities = {
        name
        for name, part in schema["$defs"]["run"]["properties"].items()
        if part.get("$ref", "").endswith("/quantity")
    }
    assert {name for name in quantities if name in RUN_COLUMNS} >= {"spread_ms", "convergence", "jitter_ms"}


def _rename_site(summary: Summary) -> None:
    clocks = summary["session"]["clocks"]
    clocks["left_calf"] = clocks.pop("left_shin")


def _drop(*path: str | int) -> Callable[[Summary], None]:
    def change(summary: Summary) -> None:
        part: Any = summary
        for key in path[:-1]:
            part = part[key]
        del part[path[-1]]

    return change


def _put(value: Any, *path: str | int) -> Callable[[Summary], None]:
    def change(summary: Summary) -> None:
        part: Any = summary
        for key in path[:-1]:
            part = part[key]
        part[path[-1]] = value

    return change


BROKEN: dict[str, Callable[[Summary], None]] = {
    "no format": _drop("format"),
    "another format": _put(2, "format"),
    "no settings": _drop("settings"),
    "settings without half_percent": _drop("settings", "half_percent"),
    "no session": _drop("session"),
    "no clocks": _drop("session", "clocks"),
    "unknown site": _rename_site,
    "clock without its SD": _drop("session", "clocks", "trunk", "sd_s"),
    "unknown SD without reason": _put(None, "session", "clocks", "trunk", "sd_s"),
    "negative SD": _put(-0.001, "session", "clocks", "trunk", "sd_s"),
    "missing share above 1": _put(1.5, "session", "sensors", "trunk", "missing_fraction"),
    "a check that says yes in words": _put("yes", "session", "frames", "trunk", "checks", 0, "passed"),
    "a warning without text": _put(
        [{"code": "x", "site": "", "time_s": 1.0}], "session", "warnings"
    ),
    "no runs": _drop("runs"),
    "no run and no reason": _put([], "runs"),
    "unknown kind": _put("sprinting", "runs", 0, "kind"),
    "no convergence": _drop("runs", 0, "convergence"),
    "convergence above 100": _put(101.0, "runs", 0, "convergence", "value"),
    "a value that is missing without reason": _put(None, "runs", 0, "spread_ms", "value"),
    "a value as text": _put("9.1", "runs", 0, "spread_ms", "value"),
    "a quantity without n": _drop("runs", 0, "spread_ms", "n"),
    "a lag without the arm": _drop("runs", 0, "lags", "arm"),
    "coverage in words": _put("all", "runs", 0, "coverage", "scored"),
    "a step left out without reason": _put([{"step": 4, "reason": ""}], "runs", 0, "excluded"),
    "run 0": _put(0, "runs", 0, "run"),
}  # fmt: skip


@pytest.mark.parametrize("how", sorted(BROKEN))
def test_broken_summaries_do_not_fit(schema: Summary, how: str) -> None:
    summary = copy.deepcopy(dict(made_result().summary))
    BROKEN[how](summary)
    assert complaints(schema, summary), how
