"""The command `aqsense` as tests call it: in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Ended(NamedTuple):
    """Exit code, stdout, stderr."""

    code: int
    out: str
    err: str


Command = Callable[..., Ended]
