"""One thing that a recording needs, and how it is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class State(Enum):
    """How it is. `HINT`: can't be seen from here; what to do should it happen."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Check:
    """name: what was looked at; found: what is; todo: what to do, "" where nothing is to be done."""

    name: str
    state: State
    found: str
    todo: str = ""


def any_failed(checks: Iterable[Check]) -> bool:
    return any(one.state is State.FAILED for one in checks)
