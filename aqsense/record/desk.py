"""What the coach presses -> marks of the recording.

In:  keys, and lines of text where a key asks for one.
Out: marks; whether to stop.
"""

from __future__ import annotations

from collections.abc import Callable

from aqsense.record.keys import Line

Marking = Callable[[str, str], None]
TOGGLES = {"s": "shake", "c": "calibration", "r": "run"}
ASKING = {"a": ("athlete", "Athlete"), "t": ("tag", "Tag"), "n": ("note", "Note"), "f": ("feel", "Feel 1-10")}
AT_ONCE = {"x": "discard", " ": "note"}
QUIT = ("q", "\x03")
HELP = "S shake  C stand still  R run  A athlete  T tag  N note  F feel  X discard the last run  Q stop"


class Desk:
    """Give it keys by `take`.

    kinds    of all marks made so far, in order
    line     being typed; None
    """

    def __init__(self, mark: Marking):
        self._mark = mark
        self.kinds: list[str] = []
        self.line: Line | None = None
        self.wants_to_stop = False

    def note(self, kind: str, text: str = "") -> None:
        """Make a mark."""
        self.kinds.append(kind)
        self._mark(kind, text)

    def take(self, key: str) -> None:
        """One key."""
        if self.line is not None:
            self._type(self.line, key)
            return
        letter = key.lower()
        if letter in QUIT:
            self.wants_to_stop = True
        elif letter in TOGGLES:
            begin, end = f"{TOGGLES[letter]}_start", f"{TOGGLES[letter]}_end"
            latest = [kind for kind in self.kinds if kind in (begin, end)][-1:]
            self.note(end if latest == [begin] else begin)
        elif letter in ASKING:
            self.line = Line(ASKING[letter][1])
            self._asked = ASKING[letter][0]
        elif letter in AT_ONCE:
            self.note(AT_ONCE[letter], "mark" if letter == " " else "")

    def _type(self, line: Line, key: str) -> None:
        is_done = line.take(key)
        if is_done is None:
            return
        self.line = None
        text = line.text.strip()
        if is_done and text:
            self.note(self._asked, text)
