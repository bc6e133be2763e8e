"""Values outside their range are refused in words."""

from __future__ import annotations

from aqsense.errors import SettingsError


def between(name: str, value: float, low: float, high: float) -> None:
    """SettingsError unless low <= value <= high."""
    # Written so that NaN fails too.
    if not low <= value <= high:
        raise SettingsError(f"{name} is {value}; expected {low:g} to {high:g}", name=name, value=value)


def one_of(name: str, value: str, allowed: tuple[str, ...]) -> None:
    """SettingsError unless the value is one of those allowed."""
    if value not in allowed:
        raise SettingsError(
            f"{name} is {value!r}; expected one of {', '.join(allowed)}", name=name, value=value
        )
