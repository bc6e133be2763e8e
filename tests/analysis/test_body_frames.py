"""Body axes on real recordings: any mounting gives the same events; signs and sides fit the labels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from real_data import (
    DORN_EXTENDED,
    DORN_SHORT,
    DSADS,
    FUKUCHI,
    RUNNING,
    WALK,
    RealData,
    RealRecording,
    mounted_otherwise,
    nearest,
)

from aqsense.analysis.pipeline import analyze
from aqsense.errors import NothingToAnalyse
from aqsense.model import Recording, Result

MOUNTED = (*DORN_EXTENDED, *DSADS, *FUKUCHI)


def codes(result: Result) -> list[str]:
    return [warning["code"] for warning in result.warnings]


def exchanged(recording: Recording, a: str, b: str) -> Recording:
    """Two sensors under each other's label."""
    other = {a: b, b: a}
    sensors = {other.get(site, site): sensor for site, sensor in recording.sensors.items()}
    return replace(recording, sensors={site: replace(sensors[site], site=site) for site in recording.sensors})


@pytest.mark.parametrize("name", MOUNTED)
def test_any_mounting_gives_the_same_events(real: RealData, name: str) -> None:
    expected = real[name].result.tables["events"]
    for seed in (1, 2):
        found = analyze(mounted_otherwise(real[name].recording, seed)).tables["events"]
        for event in np.unique(expected["event"]):
            for site in np.unique(expected["site"][expected["event"] == event]):
                ours, turned = (
                    t["time_s"][(t["event"] == event) & (t["site"] == site)] for t in (expected, found)
                )
                assert len(turned) == len(ours), (event, site)
                assert np.abs(turned - ours).max() < 0.2e-3, (event, site)


@pytest.mark.parametrize("name", RUNNING)
def test_labels_fit_and_no_false_alarm(real: RealData, name: str) -> None:
    assert "sides_exchanged" not in codes(real[name].result)
    frames = real[name].result.summary["session"]["frames"]
    if "trunk" in frames:
        for site in ("left_shin", "right_shin"):
            checks = {check["name"]: check for check in frames[site]["checks"]}
            turn = checks["moves_with_trunk_turn"]
            assert turn["passed"], (site, turn)
            assert (turn["value"] > 0) == (site == "left_shin")


@pytest.mark.parametrize("name", [*DORN_EXTENDED, *DORN_SHORT, *FUKUCHI])
def test_signs_and_sides_are_those_of_the_truth(real: RealData, name: str) -> None:
    """A limb with the wrong sign or on the wrong side would peak a quarter to half a stride elsewhere."""
    recording = real[name]
    events = ["swing_peak"] if name in FUKUCHI else ["swing_peak", "arm_forward_peak", "arm_backward_peak"]
    for event in events:
        for side in ("left", "right"):
            times = recording.truth_s(event, side, ("kinematic",))
            assert len(times) >= 2
            missed = np.isnan(nearest(times, recording.found_s(event, side), 0.03))
            assert not missed.any(), (event, side, times[missed])
    if name not in FUKUCHI:
        for event in ("trunk_yaw_peak", "trunk_pitch_peak"):
            missed = np.isnan(
                nearest(
                    recording.truth_s(event, "none", ("kinematic",)), recording.found_s(event, "none"), 0.03
                )
            )
            assert not missed.any(), event


@pytest.mark.parametrize("name", [*DORN_EXTENDED, *DSADS])
def test_exchanged_shins_are_noticed_and_never_mended(real: RealData, name: str) -> None:
    right = real[name].result
    wrong = analyze(exchanged(real[name].recording, "left_shin", "right_shin"))
    (text,) = [w["text"] for w in wrong.warnings if w["code"] == "sides_exchanged"]
    assert "left_shin and right_shin seem to be exchanged" in text
    for label, truly in (("left", "right"), ("right", "left")):
        ours, theirs = (
            table["time_s"][(table["event"] == "swing_peak") & (table["side"] == side)]
            for table, side in ((wrong.tables["events"], label), (right.tables["events"], truly))
        )
        np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_walking_raises_no_false_alarm(real: RealData) -> None:
    assert "sides_exchanged" not in codes(real[WALK].result)


def test_without_shins_nothing_can_be_analysed(real: RealData) -> None:
    whole = real[DORN_EXTENDED[0]].recording
    arms = {site: sensor for site, sensor in whole.sensors.items() if not site.endswith("shin")}
    result = analyze(replace(whole, sensors=arms))
    assert "no shin sensor" in result.summary["session"]["reason"]
    assert all(len(table[next(iter(table))]) == 0 for table in result.tables.values())


def test_one_shin_alone_still_has_swing_peaks_of_the_right_sign(real: RealData) -> None:
    recording: RealRecording = real[DORN_EXTENDED[0]]
    whole = recording.recording
    alone = {site: sensor for site, sensor in whole.sensors.items() if site != "left_shin"}
    events = analyze(replace(whole, sensors=alone)).tables["events"]
    times = recording.truth_s("swing_peak", "right", ("kinematic",))
    assert not np.isnan(nearest(times, events["time_s"][events["event"] == "swing_peak"], 0.03)).any()


def test_nobody_runs_is_said(real: RealData) -> None:
    whole = real[DORN_EXTENDED[0]].recording
    standing = {
        site: replace(sensor, samples=sensor.samples.rows(0, 700)) for site, sensor in whole.sensors.items()
    }
    result = analyze(replace(whole, sensors=standing))
    assert "nobody runs" in result.summary["session"]["reason"]
    assert NothingToAnalyse.exit_code == 1
