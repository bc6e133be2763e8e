"""Wishes of the coach from a file, for tests and demonstrations: a line `SECONDS WISH [TEXT]` each."""

from __future__ import annotations

import math
from pathlib import Path

from aqsense.errors import SettingsError
from aqsense.snapshot import Action, Do


def read_script(path: Path) -> list[Action]:
    """Actions with their session times. Raises SettingsError that quotes the line which can't be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise SettingsError(
            f"{path}: the script can't be read ({error.strerror}). Check its name.",
            name="script",
            value=str(path),
        ) from None
    return [
        _action(line, f"{path}, line {number}")
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]


def _action(line: str, where: str) -> Action:
    words = line.split(maxsplit=2)
    wishes = {do.value: do for do in Do}
    try:
        time_s = float(words[0])
    except ValueError:
        time_s = math.nan
    if not math.isfinite(time_s) or len(words) < 2 or words[1] not in wishes:
        raise SettingsError(
            f"{where}: found {line.strip()!r}, expected `SECONDS WISH [TEXT]` with a wish of "
            f"{', '.join(wishes)}",
            name="script",
            value=line,
        )
    return Action(wishes[words[1]], time_s=time_s, text=words[2] if len(words) > 2 else "")
