"""Keys that a script presses in the window. No Qt here: scripts are read without a window."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keystroke:
    """`cap` as on the button (`space`, `A`, `enter`, `esc`), or `text` typed letter by letter."""

    time_s: float
    cap: str = ""
    text: str = ""
