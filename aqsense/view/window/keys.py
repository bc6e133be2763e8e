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
    CLOSER = "closer"


class Own(Enum):
    """What the window does by itself."""

    CARD = "card"
    CLOSER = "closer"
    BACK = "back"
    EXPORT = "export"
    NEXT_STRIDE = "next stride"
    STRIDE_BEFORE = "stride before"
    NEXT_EVENT = "next event"
    EVENT_BEFORE = "event before"
    NEXT_RUN = "next run"
    EXCLUDE_STEP = "exclude step"


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
        Key(Qt.Key.Key_V, "V", "look closer", Own.CLOSER),
        Key(Qt.Key.Key_P, "P", "card", Own.CARD),
        Key(Qt.Key.Key_X, "X", "discard", Do.DISCARD),
        Key(Qt.Key.Key_F, "F", "feel", Do.FEEL, "How did it feel, 1 to 10"),
        Key(Qt.Key.Key_A, "A", "athlete", Do.ATHLETE, "Athlete"),
        _NOTE,
        _QUIT,
    ),
    View.CLOSER: (
        Key(Qt.Key.Key_Space, "space", "next stride", Own.NEXT_STRIDE),
        Key(Qt.Key.Key_Right, "→", "event", Own.NEXT_EVENT),
        Key(Qt.Key.Key_R, "R", "run", Own.NEXT_RUN),
        Key(Qt.Key.Key_X, "X", "exclude", Do.EXCLUDE, "Exclude this event: why"),
        Key(Qt.Key.Key_K, "K", "skip step", Own.EXCLUDE_STEP, "Exclude the whole step: why"),
        Key(Qt.Key.Key_M, "M", "move", Do.MOVE, "Move this event by ms, and why"),
        Key(Qt.Key.Key_Z, "Z", "undo", Do.INCLUDE),
        Key(Qt.Key.Key_T, "T", "video", Do.VIDEO, "Time of this touchdown in the video"),
        Key(Qt.Key.Key_O, "O", "export", Own.EXPORT),
        Key(Qt.Key.Key_V, "V", "back", Own.BACK),
    ),
}  # fmt: skip
# Keys without a button of their own.
SILENT_KEYS: Mapping[View, tuple[Key, ...]] = {
    View.CLOSER: (
        Key(Qt.Key.Key_Down, "down", "next stride", Own.NEXT_STRIDE),
        Key(Qt.Key.Key_Up, "up", "stride before", Own.STRIDE_BEFORE),
        Key(Qt.Key.Key_Left, "left", "event before", Own.EVENT_BEFORE),
        Key(Qt.Key.Key_Escape, "esc", "back", Own.BACK),
        Key(Qt.Key.Key_Q, "Q", "quit", Do.QUIT),
    ),
}
# Of a recording that is looked at: nothing is live.
REVIEW_KEYS = tuple(key for key in KEYS[View.RESULT] if key.wish in (Own.CLOSER, Own.CARD, Do.QUIT))
