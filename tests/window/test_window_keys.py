"""Every action by one key or one click; nothing modal; what is typed stays in its line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog
from window_stand_in import StandIn, wait_for

from aqsense.snapshot import Do, Screen, Snapshot
from aqsense.view.window.keys import KEYS, View
from aqsense.view.window.theme import LEAST_TARGET
from aqsense.view.window.window import LiveWindow


def told(session: StandIn) -> list[tuple[Do, str]]:
    return [(action.do, action.text) for action in session.sent]


@pytest.mark.parametrize(
    ("key", "do"),
    [
        (Qt.Key.Key_Space, Do.NEXT),
        (Qt.Key.Key_S, Do.SHAKE),
        (Qt.Key.Key_C, Do.STAND),
        (Qt.Key.Key_U, Do.UNDO),
    ],
)
def test_a_key_is_a_wish(window: LiveWindow, session: StandIn, key: Qt.Key, do: Do) -> None:
    QTest.keyClick(window, key)
    assert told(session) == [(do, "")]


def test_every_button_does_what_its_key_does(window: LiveWindow, session: StandIn) -> None:
    for button, key in zip(window.keys.buttons, window.keys.keys, strict=True):
        if key.prompt or key.wish is Do.QUIT:
            continue
        session.sent.clear()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert told(session) == [(key.wish, "")]
        assert key.cap in button.text()


def test_an_athlete_is_typed_in_place(window: LiveWindow, session: StandIn, app: QApplication) -> None:
    QTest.keyClick(window, Qt.Key.Key_A)
    app.processEvents()
    assert window.entry.isVisible()
    assert not app.topLevelWidgets() or not any(isinstance(w, QDialog) for w in app.topLevelWidgets())
    QTest.keyClicks(window.entry.line, "a07 cs")  # C and S are no wishes here
    QTest.keyClick(window.entry.line, Qt.Key.Key_Return)
    assert told(session) == [(Do.ATHLETE, "a07 cs")]
    assert not window.entry.isVisible()


def test_a_known_athlete_is_one_click(window: LiveWindow, session: StandIn) -> None:
    session.show(athletes=("a07", "b11"), athlete="a07")
    window.look()
    QTest.keyClick(window, Qt.Key.Key_A)
    button = next(b for b in window.entry.buttons if b.text() == "b11")
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert told(session) == [(Do.ATHLETE, "b11")]


def test_escape_leaves_the_line(window: LiveWindow, session: StandIn) -> None:
    QTest.keyClick(window, Qt.Key.Key_N)
    QTest.keyClicks(window.entry.line, "head wind")
    QTest.keyClick(window.entry.line, Qt.Key.Key_Escape)
    assert told(session) == []
    QTest.keyClick(window, Qt.Key.Key_Space)
    assert told(session) == [(Do.NEXT, "")]


def test_a_run_that_starts_while_one_types_takes_nothing_away(
    window: LiveWindow, session: StandIn, late_arm: tuple[list[Snapshot], Snapshot]
) -> None:
    QTest.keyClick(window, Qt.Key.Key_N)
    QTest.keyClicks(window.entry.line, "tail ")
    session.show(late_arm[0][5])
    window.look()
    assert window.view is View.RUNNING
    QTest.keyClicks(window.entry.line, "wind")
    QTest.keyClick(window.entry.line, Qt.Key.Key_Return)
    assert told(session) == [(Do.NOTE, "tail wind")]


def test_closing_asks_for_the_end(window: LiveWindow, session: StandIn) -> None:
    QTest.keyClick(window, Qt.Key.Key_Q)
    assert told(session) == [(Do.QUIT, "")]
    assert window.closed


@pytest.mark.parametrize("view", list(View))
def test_no_key_twice_and_targets_for_gloves(
    window: LiveWindow, session: StandIn, app: QApplication, view: View
) -> None:
    keys = KEYS[view]
    assert len({key.key for key in keys}) == len(keys)
    window.keys.show_keys(keys)
    for size in ((800, 450), (1280, 720), (1920, 1080)):
        window.resize(*size)
        app.processEvents()
        for button in window.keys.buttons:
            assert min(button.width(), button.height()) >= LEAST_TARGET
            words = button.fontMetrics().horizontalAdvance(button.text())
            assert size[0] < 1280 or words <= button.width() - 4, button.text()


def test_a_card_is_made_beside_the_window(
    window: LiveWindow, session: StandIn, app: QApplication, late_arm: tuple[list[Snapshot], Snapshot]
) -> None:
    session.show(late_arm[1])
    window.look()
    assert session.snapshot.screen is Screen.RESULT
    QTest.keyClick(window, Qt.Key.Key_P)
    assert "Making the card" in window.message.text or window.message.text == ""
    wait_for(app, lambda: "card-1.png" in window.message.text)
    path = window.message.text.split(": ", 1)[1]
    with open(path, "rb") as file:  # noqa: PTH123 - the path is the window's word
        assert file.read(8) == b"\x89PNG\r\n\x1a\n"
    assert session.sent == []
