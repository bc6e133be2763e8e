"""Wishes and keys of the coach from a file, for tests and demonstrations.

In:  lines `SECONDS WISH [TEXT]`; with a window also `SECONDS key CAP` and `SECONDS type TEXT`.
Out: actions, and keystrokes for the window.
"""

from __future__ import annotations

import math
from pathlib import Path

from aqsense.errors import SettingsError
from aqsense.snapshot import Action, Do
from aqsense.view.window.keystroke import Keystroke


def read_script(path: Path) -> list[Action]:
    """Actions with their session times. Raises SettingsError that quotes the line which can't be read."""
    actions, keystrokes = read_window_script(path)
    if keystrokes:
        raise SettingsError(
            f"{path}: a line presses a key, and without a window there is none. Write the wish itself.",
            name="script",
            value=str(path),
        )
    return actions


def read_window_script(path: Path) -> tuple[list[Action], list[Keystroke]]:
    """Actions and keystrokes with their session times; raises as `read_script`."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingsError(
            f"{path}: the script can't be read ({error.strerror}). Check its name.",
            name="script",
            value=str(path),
        ) from None
    read = [
        _read(line, f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]
    return [one for one in read if isinstance(one, Action)], [
        one for one in read if isinstance(one, Keystroke)
    ]


def _read(line: str, where: str) -> Action | Keystroke:
    words = line.split(maxsplit=2)
    wishes = {do.value: do for do in Do}
    try:
        time_s = float(words[0])
    except ValueError:
        time_s = math.nan
    rest = words[2] if len(words) > 2 else ""
    if math.isfinite(time_s) and len(words) > 2 and words[1] in ("key", "type"):
        return Keystroke(time_s, cap=rest) if words[1] == "key" else Keystroke(time_s, text=rest)
    if not math.isfinite(time_s) or len(words) < 2 or words[1] not in wishes:
        raise SettingsError(
            f"{where}: found {line.strip()!r}, expected `SECONDS WISH [TEXT]` with a wish of "
            f"{', '.join(wishes)}, or `SECONDS key CAP`, `SECONDS type TEXT`",
            name="script",
            value=line,
        )
    return Action(wishes[words[1]], time_s=time_s, text=rest)
