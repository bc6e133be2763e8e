"""Single keys from a terminal, and a line of text where a key asks for one.

In:  the terminal, if there is one.
Out: characters. Without a terminal nothing comes, and nobody waits.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

ENTER, ESCAPE, BACKSPACE = ("\r", "\n"), "\x1b", ("\x7f", "\b")


class Keys:
    """Characters as they are typed."""

    def __init__(self, *, is_terminal: bool):
        self._is_terminal = is_terminal

    def next(self, seconds: float) -> str:
        """The next character, "" if none came within so many s."""
        if not self._is_terminal:
            time.sleep(seconds)
            return ""
        return _from_windows(seconds) if sys.platform == "win32" else _from_unix(seconds)


class Line:
    """A line being typed: `asked` is what for, `text` what stands there."""

    def __init__(self, asked: str):
        self.asked = asked
        self.text = ""

    def take(self, key: str) -> bool | None:
        """True when the line is finished, False when it was given up, None while it goes on."""
        if key in ENTER:
            return True
        if key == ESCAPE:
            return False
        if key in BACKSPACE:
            self.text = self.text[:-1]
        elif key.isprintable():
            self.text += key
        return None


@contextmanager
def single_keys() -> Iterator[Keys]:
    """Keys without Enter while this is open; the terminal is put back whatever happens."""
    if not sys.stdin or not sys.stdin.isatty():
        yield Keys(is_terminal=False)
    elif sys.platform == "win32":
        yield Keys(is_terminal=True)
    else:
        import termios
        import tty

        terminal = sys.stdin.fileno()
        before = termios.tcgetattr(terminal)
        try:
            tty.setcbreak(terminal)
            yield Keys(is_terminal=True)
        finally:
            termios.tcsetattr(terminal, termios.TCSADRAIN, before)


def _from_unix(seconds: float) -> str:
    import os

    terminal = sys.stdin.fileno()
    if not _is_ready(terminal, seconds):
        return ""
    # Not sys.stdin.read: it would keep further keys in its buffer, where select doesn't see them.
    data = os.read(terminal, 1)
    if data == ESCAPE.encode() and _is_ready(terminal, 0.0):
        os.read(terminal, 16)  # an arrow or function key
        return ""
    while data and data[0] >= 0xC0 and len(data) < 4 and _is_ready(terminal, 0.0):
        data += os.read(terminal, 1)  # the rest of a letter beyond ASCII
        if _is_whole(data):
            break
    return data.decode(errors="ignore")


def _is_whole(data: bytes) -> bool:
    try:
        return bool(data.decode())
    except UnicodeDecodeError:
        return False


def _is_ready(terminal: int, seconds: float) -> bool:
    import select

    return bool(select.select([terminal], [], [], seconds)[0])


def _from_windows(seconds: float) -> str:
    import msvcrt

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if msvcrt.kbhit():  # pyright: ignore[reportAttributeAccessIssue]
            return msvcrt.getwch()  # pyright: ignore[reportAttributeAccessIssue]
        time.sleep(0.02)
    return ""
