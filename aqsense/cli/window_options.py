"""What the commands with a window have in common."""

from __future__ import annotations

from aqsense.errors import SettingsError


def pixels(size: str) -> tuple[int, int]:
    """`1280x720` as numbers; (0, 0) for none. Raises SettingsError for what is no size of a window."""
    if not size:
        return 0, 0
    width, _, height = size.partition("x")
    if not (width.isdecimal() and height.isdecimal() and int(width) >= 800 and int(height) >= 450):
        raise SettingsError(
            f"--size is {size!r}; expected WIDTHxHEIGHT of at least 800x450, for example 1280x720",
            name="size",
            value=size,
        )
    return int(width), int(height)
