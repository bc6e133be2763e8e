"""The row of keys at the foot of the window, and the line in which something is typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from aqsense.view import tokens
from aqsense.view.window.keys import Key
from aqsense.view.window.text import Text
from aqsense.view.window.theme import LEAST_TARGET, font

_STYLE = (
    f"QPushButton {{ background: {tokens.PAPER}; color: {tokens.INK}; border: 2px solid {tokens.INK};"
    f" padding: 0 6px; }} QPushButton:pressed {{ background: {tokens.INK}; color: {tokens.PAPER}; }}"
)


class KeyBar(QWidget):
    """Buttons of the keys that count now."""

    def __init__(self, pressed: Callable[[Key], None]):
        super().__init__()
        self._pressed = pressed
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._scale = 1.0
        self.keys: tuple[Key, ...] = ()
        self.buttons: list[QPushButton] = []

    def show_keys(self, keys: Sequence[Key]) -> None:
        """Put the buttons of these keys."""
        if tuple(keys) == self.keys:
            return
        self.keys = tuple(keys)
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = [self._button(key) for key in keys]
        self.rescale(self._scale)

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self._row.setSpacing(round(8 * scale))
        for button in self.buttons:
            button.setFont(font(19 * scale))
            button.setMinimumHeight(max(LEAST_TARGET, round(LEAST_TARGET * scale)))

    def _button(self, key: Key) -> QPushButton:
        button = QPushButton(f"[{key.cap}] {key.words}")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.setStyleSheet(_STYLE)
        button.setMinimumWidth(LEAST_TARGET)
        button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        button.clicked.connect(lambda: self._pressed(key))
        self._row.addWidget(button)
        return button


class EntryBar(QWidget):
    """One line to type into; known words can be taken by a click. `done` and `left` say how it ended."""

    done = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._prompt = Text(22, bold=True, wide=False)
        self.line = _Line()
        self.line.returnPressed.connect(lambda: self.done.emit(self.line.text().strip()))
        self.line.escaped.connect(self.left.emit)
        self._hint = Text(18, wide=False)
        self._hint.say("enter = take, esc = leave")
        self._known = QHBoxLayout()
        self._scale = 1.0
        row.addWidget(self._prompt)
        row.addWidget(self.line, 1)
        row.addLayout(self._known)
        row.addWidget(self._hint)
        self.buttons: list[QPushButton] = []

    def ask(self, prompt: str, known: Sequence[str]) -> None:
        """Begin; `known` are offered as buttons, newest last."""
        self._prompt.say(prompt)
        self.line.clear()
        for button in self.buttons:
            self._known.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        for word in known[-6:]:
            button = QPushButton(word)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setStyleSheet(_STYLE)
            button.clicked.connect(lambda _=False, word=word: self.done.emit(word))
            self._known.addWidget(button)
            self.buttons.append(button)
        self.rescale(self._scale)
        self.show()
        self.line.setFocus()

    def rescale(self, scale: float) -> None:
        self._scale = scale
        self.line.setFont(font(22 * scale))
        for widget in (self.line, *self.buttons):
            widget.setMinimumHeight(max(LEAST_TARGET, round(LEAST_TARGET * scale)))
        for button in self.buttons:
            button.setMinimumWidth(LEAST_TARGET)
            button.setFont(font(19 * scale))


class _Line(QLineEdit):
    escaped = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setStyleSheet(
            f"QLineEdit {{ background: {tokens.PAPER}; color: {tokens.INK};"
            f" border: 3px solid {tokens.INK}; }}"
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
            return
        super().keyPressEvent(event)
