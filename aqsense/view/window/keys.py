"""Every action has one key; the keys of a screen are its buttons. Space is the next sensible thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import Qt

from aqsense.snapshot import Do


class View(Enum):
    """What the window shows."""

    READY = "ready"
    RUNNING = "running"
    RESULT = "result"


class Own(Enum):
    """What the window does by itself."""

    CARD = "card"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, its cap on the button, what it does in words, and the wish.

    prompt   what is asked for before the wish goes out, "" = nothing
    """

    key: Qt.Key
    cap: str
    words: str
    wish: Do | Own
    prompt: str = ""


_NOTE = Key(Qt.Key.Key_N, "N", "note", Do.NOTE, "Note")
_QUIT = Key(Qt.Key.Key_Q, "Q", "quit", Do.QUIT)
KEYS: Mapping[View, tuple[Key, ...]] = {
    View.READY: (
        Key(Qt.Key.Key_Space, "space", "start now", Do.NEXT),
        Key(Qt.Key.Key_S, "S", "shake", Do.SHAKE),
        Key(Qt.Key.Key_C, "C", "stand again", Do.STAND),
        Key(Qt.Key.Key_A, "A", "athlete", Do.ATHLETE, "Athlete"),
        Key(Qt.Key.Key_T, "T", "tag", Do.TAG, "Tag of the next run"),
        _NOTE,
        Key(Qt.Key.Key_U, "U", "undo run", Do.UNDO),
        _QUIT,
    ),
    View.RUNNING: (
        Key(Qt.Key.Key_E, "E", "run is over", Do.END_RUN),
        Key(Qt.Key.Key_U, "U", "this is no run", Do.UNDO),
        _NOTE,
    ),
    View.RESULT: (
        Key(Qt.Key.Key_Space, "space", "next run", Do.NEXT),
        Key(Qt.Key.Key_P, "P", "save card", Own.CARD),
        Key(Qt.Key.Key_X, "X", "discard", Do.DISCARD),
        Key(Qt.Key.Key_F, "F", "feel", Do.FEEL, "How did it feel, 1 to 10"),
        Key(Qt.Key.Key_A, "A", "athlete", Do.ATHLETE, "Athlete"),
        _NOTE,
        _QUIT,
    ),
}  # fmt: skip
