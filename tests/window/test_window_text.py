"""No text is cut, at any size and with long names: asked of the texts themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from window_stand_in import StandIn, sensors

from aqsense.snapshot import Health, Level, Message, Saving, Setup, SetupStage, Snapshot
from aqsense.view.window.text import Text
from aqsense.view.window.window import LiveWindow

SIZES = ((1280, 720), (1920, 1080), (1000, 700))
LONG = "Wolfgang Amadeus von und zu Hohenlohe-Schillingsfürst"


def cut_texts(window: LiveWindow, app: QApplication, size: tuple[int, int]) -> list[str]:
    window.resize(*size)
    window.look()
    app.processEvents()
    return [
        text.text
        for text in window.findChildren(Text)
        if text.isVisible() and text.text and not text.fitted()[1]
    ]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("athlete", ["a07", LONG, "山田太郎"])
def test_ready(
    window: LiveWindow, session: StandIn, app: QApplication, size: tuple[int, int], athlete: str
) -> None:
    session.show(
        athlete=athlete, tag="flying 30 with a long word for it",
        setup=Setup(
            SetupStage.STAND, "Put the sensors on, then stand still for 2 seconds with hanging arms.",
            refused="the left wrist moved by more than 30 degrees a second", progress=0.3,
            clocks="the recording does not say how well its clocks agree",
            straps="left shin turned by 23 degrees; right shin turned by 14 degrees",
        ),
        sensors=sensors(Health.WEAK, trunk=Health.LOST, left_shin=Health.MISSING),
        messages=(Message(12.0, Level.WARNING, "Shakes are not compared live: clocks stay as they are."),),
    )  # fmt: skip
    assert cut_texts(window, app, size) == []


@pytest.mark.parametrize("size", SIZES)
def test_running_and_result(
    window: LiveWindow, session: StandIn, app: QApplication, size: tuple[int, int],
    late_arm: tuple[list[Snapshot], Snapshot], lost_trunk: tuple[list[Snapshot], Snapshot],
) -> None:  # fmt: skip
    for snapshot in (late_arm[0][-1], lost_trunk[0][-1], late_arm[1], lost_trunk[1]):
        session.show(snapshot)
        assert cut_texts(window, app, size) == []
    one = late_arm[1].results[0]
    named = replace(one, athlete=LONG, tag="flying 30", provisional="closing shake pending, fetch pending")
    session.show(
        late_arm[1], results=(named,), saving=Saving("", "The disk is full: nothing is written since 12:41.")
    )
    assert cut_texts(window, app, size) == []


@pytest.mark.parametrize("size", SIZES)
def test_look_closer(
    window: LiveWindow, session: StandIn, app: QApplication, size: tuple[int, int],
    late_arm: tuple[list[Snapshot], Snapshot],
) -> None:  # fmt: skip
    session.show(late_arm[1], video_offset_s=3605.0)
    window.look()
    QTest.keyClick(window, Qt.Key.Key_V)
    assert cut_texts(window, app, size) == []
    strides = window.closer.list
    assert strides.widest() <= strides.viewport().width()


def test_the_check_can_fail(app: QApplication) -> None:
    text = Text(40)
    text.say("word " * 200)
    text.resize(60, 20)
    assert not text.fitted()[1]
