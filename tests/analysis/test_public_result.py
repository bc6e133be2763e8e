"""What `analyze` promises in FORMATS 4: columns, types, definitions, reasons, nothing silent."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_session import made_recording, made_result, row_count, standing_recording
from real_data import DORN_EXTENDED, DSADS, FUKUCHI, WALK, RealData

import aqsense
from aqsense.analysis.pipeline import analyze
from aqsense.errors import SettingsError
from aqsense.formats import TABLES
from aqsense.model import Mark, Quality, Recording, Result, quality_text
from aqsense.settings import Settings

# The contract, as FORMATS 4 states it; what came later stands behind.
CONTRACT = {
    "runs": """
        run, kind, athlete, tag, start_s, end_s, first_foot, steps_found, steps_scored,
        first_stride, last_stride, spread_ms, spread_low_ms, spread_high_ms, spread_percent,
        convergence, convergence_low, convergence_high, pattern_spread_ms, pattern_basis,
        pattern_ms, jitter_ms, contributors_in_contact, verdict, verdict_contributor,
        verdict_side, verdict_basis, verdict_difference_ms, verdict_low_ms, verdict_high_ms,
        step_frequency_hz, contact_time_ms, speed_max_m_s, sync_sd_ms, score_set, headline,
        quality
    """,
    "strides": """
        run, stride, first_foot, start_s, end_s, stride_time_s, n_steps, n_contributors,
        spread_ms, spread_sd_ms, spread_percent, convergence, pattern_spread_ms, n_in_contact,
        speed_m_s, distance_m, quality
    """,
    "steps": """
        run, stride, step, stance_side, contact_s, toe_off_s, step_time_s, stride_time_s,
        contact_time_s, flight_time_s, push_s, swing_s, arm_s, trunk_s, lag_push_ms,
        lag_swing_ms, lag_arm_ms, lag_trunk_ms, n_contributors, n_in_contact, spread_ms,
        spread_sd_ms, spread_percent, convergence, pattern_spread_ms, speed_m_s, quality,
        trunk_pitch_s, other_arm_back_s
    """,
    "events": """
        event, site, side, stance_side, run, step, time_s, time_sd_s, amplitude, amplitude_unit,
        width_s, quality
    """,
}
TEXT = frozenset(
    """kind athlete tag first_foot pattern_basis verdict verdict_contributor verdict_side verdict_basis
    score_set headline quality stance_side event site side amplitude_unit""".split()
)
WHOLE = frozenset(
    "run stride step steps_found steps_scored first_stride last_stride n_steps n_contributors".split()
)
CONTRIBUTORS = ("push", "swing", "arm", "trunk")
VOCABULARY = frozenset(flag.name.lower() for flag in Quality if flag.name)


def contract(table: str) -> list[str]:
    return [name.strip() for name in CONTRACT[table].split(",")]


@pytest.mark.parametrize("table", sorted(CONTRACT))
def test_columns_stand_in_their_order(table: str) -> None:
    names = list(made_result().tables[table])
    assert names == list(TABLES[table])
    assert names[: len(contract(table))] == contract(table)


@pytest.mark.parametrize("table", sorted(CONTRACT))
def test_types(table: str) -> None:
    for result in (made_result(), analyze(standing_recording())):
        for name in contract(table):
            column = result.tables[table][name]
            kind = "text" if name in TEXT else "whole" if name in WHOLE else "float"
            expected = {"text": object, "whole": np.int64, "float": np.float64}[kind]
            assert column.dtype == expected, name
            if kind == "text":
                assert all(type(value) is str for value in column), name


def test_a_run_is_found_and_scored() -> None:
    runs = made_result().runs
    assert list(runs["kind"]) == ["sprint"]
    assert runs["steps_scored"][0] >= 35
    assert row_count(made_result(), "steps") == runs["steps_found"][0]
    assert not np.isnan(runs["convergence"][0])


def test_milliseconds_of_steps_are_those_of_the_definition() -> None:
    steps = made_result().steps
    assert steps["n_contributors"].eq(4).sum() >= 30
    times = 1e3 * steps[[f"{name}_s" for name in CONTRIBUTORS]].to_numpy()
    for row, t in enumerate(times):
        known = t[~np.isnan(t)]
        assert steps["n_contributors"][row] == len(known)
        for column, name in enumerate(CONTRIBUTORS):
            others = np.delete(t, column)
            lag = t[column] - others[~np.isnan(others)].mean()
            np.testing.assert_allclose(steps[f"lag_{name}_ms"][row], lag, atol=1e-6)
        pairs = [abs(a - b) for i, a in enumerate(known) for b in known[i + 1 :]]
        np.testing.assert_allclose(steps["spread_ms"][row], np.sqrt(np.pi) / 2 * np.mean(pairs), atol=1e-6)
    percent = 0.1 * steps["spread_ms"] / steps["stride_time_s"]
    np.testing.assert_allclose(steps["spread_percent"], percent, rtol=1e-9)
    np.testing.assert_allclose(steps["convergence"], 100 * 2.0 ** (-percent / 5), rtol=1e-9)


def test_times_of_steps_are_those_of_their_contacts() -> None:
    steps = made_result().steps
    contact, toe_off = steps["contact_s"].to_numpy(), steps["toe_off_s"].to_numpy()
    assert (np.diff(contact) > 0).all()
    assert list(steps["stance_side"][:4]) in (["left", "right"] * 2, ["right", "left"] * 2)
    np.testing.assert_allclose(steps["step_time_s"][:-1], np.diff(contact), atol=1e-9)
    np.testing.assert_allclose(steps["stride_time_s"][:-2], contact[2:] - contact[:-2], atol=1e-9)
    np.testing.assert_allclose(steps["contact_time_s"], toe_off - contact, atol=1e-9)
    np.testing.assert_allclose(
        steps["flight_time_s"] + steps["contact_time_s"], steps["step_time_s"], atol=1e-9
    )
    inside = sum(
        ((steps[f"{name}_s"] >= contact) & (steps[f"{name}_s"] <= toe_off)).astype(int)
        for name in CONTRIBUTORS
    )
    known = ~np.isnan(toe_off)
    np.testing.assert_array_equal(steps["n_in_contact"][known], inside[known])


def test_strides_are_their_steps() -> None:
    steps, strides = made_result().steps, made_result().strides
    for stride in strides.itertuples():
        own = steps[steps["stride"] == stride.stride]
        assert stride.n_steps == len(own)
        assert stride.first_foot == own["stance_side"].iloc[0]
        assert stride.start_s == own["contact_s"].iloc[0]
        np.testing.assert_allclose(stride.spread_ms, np.sqrt((own["spread_ms"] ** 2).mean()), rtol=1e-9)


def test_contributors_of_steps_are_their_events() -> None:
    """Role by role: push and arm of the stance side, swing of the other, one torso."""
    steps, events = made_result().steps, made_result().events
    other = {"left": "right", "right": "left"}
    for step in steps.iloc[2:-2].itertuples():
        wanted = {
            "push_s": ("shin_stall", step.stance_side),
            "swing_s": ("swing_peak", other[step.stance_side]),
            "arm_s": ("arm_forward_peak", step.stance_side),
            "trunk_s": ("trunk_yaw_peak", "none"),
            "other_arm_back_s": ("arm_backward_peak", other[step.stance_side]),
        }
        for column, (event, side) in wanted.items():
            of_step = events[
                (events["event"] == event) & (events["step"] == step.step) & (events["run"] == step.run)
            ]
            assert list(of_step["side"]) == [side], (step.step, event)
            assert list(of_step["stance_side"]) == [step.stance_side]
            assert of_step["time_s"].iloc[0] == getattr(step, column)


def test_events_are_sorted_and_sound() -> None:
    events = made_result().events
    assert events["time_s"].is_monotonic_increasing
    assert (events["time_sd_s"] > 0).all()
    assert set(events["event"]) <= set(
        """initial_contact toe_off swing_peak shin_stall heel_recovery arm_forward_peak arm_backward_peak
        arm_front_reversal arm_back_reversal trunk_yaw_peak trunk_pitch_peak""".split()
    )
    assert set(events["amplitude_unit"]) <= {"", "deg/s", "deg/s^2"}
    assert (events.loc[events["event"] == "swing_peak", "amplitude"] > 900).mean() > 0.8
    assert not events.duplicated(["event", "site", "time_s"]).any()


def reasons_missing(value: Any, path: str = "summary") -> Iterator[str]:
    """Places where a number is missing without a reason, or where something can't be JSON."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if inner is None and not value.get(f"{key}_reason"):
                yield f"{path}.{key} is null without a reason"
            yield from reasons_missing(inner, f"{path}.{key}")
    elif isinstance(value, list | tuple):
        for i, inner in enumerate(value):
            yield from reasons_missing(inner, f"{path}[{i}]")
    elif isinstance(value, float) and not np.isfinite(value):
        yield f"{path} is {value}"
    elif not isinstance(value, str | int | float | bool | None):
        yield f"{path} is a {type(value).__name__}"


def assert_nothing_is_silent(result: Result) -> None:
    assert list(reasons_missing(result.summary)) == []
    json.dumps(result.summary, allow_nan=False)
    assert len(result.summary["runs"]) == row_count(result, "runs")
    for row, run in enumerate(result.summary["runs"]):
        quantities = {name: q for name, q in run.items() if isinstance(q, Mapping) and "value" in q}
        assert len(quantities) >= 11
        for name, quantity in quantities.items():
            if name not in result.tables["runs"]:
                continue  # a quantity of the summary alone
            value = result.tables["runs"][name][row]
            if quantity["value"] is None:
                assert np.isnan(value), name
                assert quantity["value_reason"], name
            else:
                assert value == pytest.approx(quantity["value"], abs=1e-6), name
        missing = {
            name
            for name in contract("runs")
            if name not in TEXT | WHOLE and np.isnan(result.tables["runs"][name][row])
        }
        bounds = {name for name in missing if "_low" in name or "_high" in name}
        assert missing - bounds - set(quantities) <= {"sync_sd_ms"}
    for name in TABLES:
        for text in set(result.tables[name]["quality"]):
            assert set(text.split(";")) - {""} <= VOCABULARY, name


def test_nothing_is_silent_in_a_made_session() -> None:
    assert_nothing_is_silent(made_result())


@pytest.mark.parametrize("name", [*DORN_EXTENDED, "dorn2012/run_9.5", *DSADS, WALK, *FUKUCHI])
def test_nothing_is_silent_on_real_recordings(real: RealData, name: str) -> None:
    assert_nothing_is_silent(real[name].result)


@pytest.mark.parametrize(
    "without",
    [("trunk",), ("left_wrist",), ("left_wrist", "right_wrist"), ("left_shin",), ("right_shin", "trunk"),
     ("left_wrist", "right_wrist", "trunk")],
)  # fmt: skip
def test_missing_sensors_are_said(without: tuple[str, ...]) -> None:
    result = analyze(made_recording(without=without))
    assert_nothing_is_silent(result)
    assert not set(result.events["site"]) & set(without)
    if not any(site.endswith("shin") for site in without):
        steps = result.steps
        scored = ~steps["spread_ms"].isna()
        assert scored.any() == (without != ("left_wrist", "right_wrist", "trunk"))
        assert steps["quality"][~scored].str.contains("few_contributors").all()
        (score_set,) = result.runs["score_set"]
        assert ("trunk" in score_set) == (scored.any() and "trunk" not in without)


def test_a_clock_that_is_not_stated_is_said() -> None:
    result = analyze(made_recording(metadata={}))
    assert "clock_unknown" in [warning["code"] for warning in result.warnings]
    assert np.isnan(result.runs["sync_sd_ms"][0])
    assert "clock_unknown" in result.runs["quality"][0]
    assert_nothing_is_silent(result)


@pytest.mark.parametrize(
    "recording", [standing_recording(), made_recording(without=("left_shin", "right_shin"))]
)
def test_nothing_to_analyse_gives_empty_tables_and_a_reason(recording: Recording) -> None:
    result = analyze(recording)
    for table in TABLES:
        assert row_count(result, table) == 0
    assert result.summary["runs"] == []
    assert len(result.summary["session"]["reason"]) > 20
    assert_nothing_is_silent(result)


def test_the_same_twice_gives_the_same_bytes() -> None:
    one, two = made_result(), analyze(made_recording())
    assert json.dumps(one.summary) == json.dumps(two.summary)
    for table, columns in one.tables.items():
        for name, column in columns.items():
            again = two.tables[table][name]
            same = (
                list(column) == list(again) if column.dtype == object else column.tobytes() == again.tobytes()
            )
            assert same, (table, name)


def test_what_was_read_stays_untouched() -> None:
    recording = made_recording()
    before = [[c.tobytes() for c in (*s.samples.accel, *s.samples.gyro)] for s in recording.sensors.values()]
    analyze(recording)
    after = [[c.tobytes() for c in (*s.samples.accel, *s.samples.gyro)] for s in recording.sensors.values()]
    assert before == after


def test_marks_name_athlete_and_tag() -> None:
    marks = (
        Mark(1.0, "athlete", text="NA"),
        Mark(2.0, "tag", text="band, 40 m"),
        Mark(15.5, "athlete", text="b"),
    )
    runs = analyze(made_recording(marks=marks)).runs
    assert list(runs["athlete"]) == ["NA"]
    assert list(runs["tag"]) == ["band, 40 m"]


def test_tables_are_data_frames() -> None:
    for table in TABLES:
        frame = getattr(made_result(), table)
        assert isinstance(frame, pd.DataFrame)
        assert list(frame.columns) == list(TABLES[table])


def test_settings_are_written_and_change_what_they_should() -> None:
    halved = analyze(made_recording(), Settings(half_percent=2.5))
    assert halved.summary["settings"]["half_percent"] == 2.5
    assert halved.summary["settings_hash"] != made_result().summary["settings_hash"]
    assert halved.runs["spread_ms"][0] == made_result().runs["spread_ms"][0]
    plain = made_result().runs["convergence"][0]
    assert halved.runs["convergence"][0] == pytest.approx(100 * (plain / 100) ** 2)
    lower = analyze(made_recording(), Settings(centroid_level=0.7))
    width = [
        r.events.loc[r.events["event"] == "swing_peak", "width_s"].median() for r in (lower, made_result())
    ]
    assert width[0] > 1.3 * width[1]


def test_a_rate_that_no_filter_covers_is_refused() -> None:
    slow = made_recording(rate_hz=100.0)
    thinned = {
        site: replace(
            sensor,
            samples=replace(
                sensor.samples,
                time_s=np.arange(len(sensor.samples)) / 12.5,
            ),
        )
        for site, sensor in slow.sensors.items()
    }
    with pytest.raises(SettingsError, match=r"12\.5 Hz; 20 to 2000 Hz"):
        analyze(replace(slow, sensors=thinned))


def test_progress_is_told() -> None:
    told: list[tuple[str, float]] = []
    analyze(made_recording(), progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0


def test_the_front_door() -> None:
    assert aqsense.analyze is analyze


@pytest.mark.parametrize("flag", list(Quality))
def test_flags_are_written_in_lower_case(flag: Quality) -> None:
    assert quality_text(int(flag)) == (flag.name or "").lower()
    assert quality_text(int(flag | Quality.CLIPPED)).count(";") == (flag is not Quality.CLIPPED)
