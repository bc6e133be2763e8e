"""What the four states show, from snapshots of real replays and of set-ups by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QApplication, QWidget
from window_stand_in import StandIn, sensors

from aqsense.model import Contributor, Side
from aqsense.snapshot import Health, Level, Message, Saving, Screen, Setup, SetupStage, Snapshot
from aqsense.view.window.keys import View
from aqsense.view.window.picture_rows import finished_run, open_run
from aqsense.view.window.states.result import Result
from aqsense.view.window.states.running import Running
from aqsense.view.window.text import Text
from aqsense.view.window.window import LiveWindow

Seen = tuple[list[Snapshot], Snapshot]


def words(widget: QWidget) -> list[str]:
    return [text.text for text in widget.findChildren(Text) if text.isVisible() and text.text]


def test_ready_says_one_sentence(window: LiveWindow, session: StandIn) -> None:
    assert session.snapshot.setup.sentence in words(window)
    session.show(
        setup=Setup(SetupStage.SENSORS, "Right wrist not found: press its button.", "right_wrist"),
        sensors=sensors(right_wrist=Health.MISSING, left_shin=Health.WEAK),
    )
    window.look()
    shown = words(window)
    assert "Right wrist not found: press its button." in shown
    assert {"not found", "weak signal", "move the laptop nearer", "good"} <= set(shown)


def test_a_refused_shake_says_why_and_progress_is_seen(window: LiveWindow, session: StandIn) -> None:
    session.show(setup=Setup(SetupStage.SHAKE, "Shake again.", refused="too short: 1.1 s", progress=0.4))
    window.look()
    assert "again: too short: 1.1 s" in words(window)


def test_running_grows_and_draws_only_what_is_new(
    window: LiveWindow, session: StandIn, app: QApplication, late_arm: Seen
) -> None:
    running = window.states[View.RUNNING]
    assert isinstance(running, Running)
    drawn: list[int] = []
    usual = running.picture.show_run
    running.picture.show_run = lambda run, **more: (drawn.append(len(run.rows)), usual(run, **more))  # type: ignore[method-assign]
    for snapshot in late_arm[0]:
        for later_s in (0.0, 0.03):
            session.show(snapshot, time_s=snapshot.time_s + later_s)
            window.look()
            app.processEvents()
    assert drawn == sorted(drawn)
    assert len(drawn) == len(late_arm[0])
    assert drawn[-1] >= 15
    shown = " ".join(words(running))
    assert "score" not in shown
    assert "later" not in shown


def test_places_on_screen_are_the_steps_own(late_arm: Seen) -> None:
    """ms from the step's mean, of the live steps and of the result's table."""
    snapshot = late_arm[0][-1]
    assert snapshot.run is not None
    rows = open_run(snapshot.run, 0.001).rows
    step = snapshot.run.steps[7]
    row = next(row for row in rows if row.number == step.stride).steps[step.stance_side]
    mean_s = sum(step.times_s.values()) / len(step.times_s)
    for who, time_s in step.times_s.items():
        assert row.peaks[who].place_ms == pytest.approx(1e3 * (time_s - mean_s), abs=1e-6)


def test_a_lost_sensor_greys_its_contributor(window: LiveWindow, session: StandIn, lost_trunk: Seen) -> None:
    session.show(lost_trunk[0][-1])
    window.look()
    running = window.states[View.RUNNING]
    assert isinstance(running, Running)
    assert "trunk: lost" in words(running)
    assert running.picture.absent == {(Contributor.TRUNK, side) for side in (Side.LEFT, Side.RIGHT)}
    run = lost_trunk[0][-1].run
    assert run is not None
    last = open_run(run, 0.001).rows[-2].steps[Side.LEFT]
    assert last.missing == {Contributor.TRUNK: "no torso data"}
    assert run.steps[-2].spread_ms > 0  # the score is over what remains


def test_result_names_who_is_late(
    window: LiveWindow, session: StandIn, app: QApplication, late_arm: Seen
) -> None:
    session.show(late_arm[1])
    window.look()
    app.processEvents()
    result = window.states[View.RESULT]
    assert isinstance(result, Result)
    one = late_arm[1].results[0]
    named = finished_run(one).named
    assert named is not None
    assert [text.text for text in result.big] == ["RIGHT", "ARM", f"+{named.difference_ms:.0f} ms"]
    for text in result.big:
        assert QFontMetrics(text.fitted()[0]).capHeight() >= 108
    assert "later than the left arm" in words(result)
    assert f"spread {float(one.result.tables['runs']['spread_ms'][0]):.1f} ms" in words(result)


def test_result_without_a_name_is_the_spread(window: LiveWindow, session: StandIn, lost_trunk: Seen) -> None:
    session.show(lost_trunk[1])
    window.look()
    spread = float(lost_trunk[1].results[0].result.tables["runs"]["spread_ms"][0])
    assert {f"{spread:.1f}", "ms apart"} <= set(words(window.states[View.RESULT]))


def test_provisional_and_discarded_are_said(window: LiveWindow, session: StandIn, late_arm: Seen) -> None:
    one = replace(late_arm[1].results[0], provisional="closing shake pending")
    session.show(late_arm[1], results=(one,))
    window.look()
    assert "provisional: closing shake pending" in words(window)
    session.show(late_arm[1], results=(replace(one, discarded=True),))
    window.look()
    assert any(text.startswith("discarded") for text in words(window))


def test_errors_are_words_in_the_window(window: LiveWindow, session: StandIn) -> None:
    session.show(messages=(Message(11.0, Level.ERROR, "The Bluetooth adapter is gone.", "radio"),))
    window.look()
    assert window.message.text == "✕ The Bluetooth adapter is gone."
    session.show(saving=Saving("", "The disk is full: recording goes on in memory."))
    window.look()
    assert window.message.text == "✕ The disk is full: recording goes on in memory."


def test_a_message_goes_when_it_is_old(window: LiveWindow, session: StandIn) -> None:
    session.show(messages=(Message(11.0, Level.INFO, "Standing still was found."),))
    window.look()
    assert window.message.text == "Standing still was found."
    session.show(time_s=40.0)
    window.look()
    assert window.message.text == ""


def test_the_states_follow_the_session(window: LiveWindow, session: StandIn, late_arm: Seen) -> None:
    for snapshot, view in (
        (late_arm[0][0], View.RUNNING), (late_arm[1], View.RESULT),
        (replace(late_arm[1], screen=Screen.READY), View.READY),
    ):  # fmt: skip
        session.show(snapshot)
        window.look()
        assert window.view is view
        assert window.states[view].isVisible()
