"""Captured packets and vendors' examples that nobody here wrote: protocols/vectors.json in `shared`."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

FILE = Path(__file__).resolve().parents[3] / "shared" / "protocols" / "vectors.json"


@dataclass(frozen=True)
class Vector:
    """One entry of the file; `number` is its place there."""

    number: int
    device: str
    characteristic: str
    data: bytes
    decoded: dict[str, Any]
    real: bool
    origin: str
    note: str

    @property
    def is_error(self) -> bool:
        """The document that it comes from made a mistake: it must not decode."""
        return self.decoded.get("checksum_and_length_ok") is False or "typo" in self.note.lower()


@cache
def _all() -> tuple[Vector, ...]:
    entries = json.loads(FILE.read_text(encoding="utf-8"))
    return tuple(
        Vector(
            number,
            one["device"],
            one["characteristic"],
            bytes.fromhex(one["hex"]),
            one["decoded"],
            one["real"],
            one["origin"],
            one["note"],
        )
        for number, one in enumerate(entries)
    )


def vectors(*devices: str) -> list[Vector]:
    """All entries of these devices; empty where the file isn't there."""
    return [one for one in _all() if one.device in devices] if FILE.exists() else []


def vector_parameters(*devices: str) -> list[ParameterSet]:
    """For `@pytest.mark.parametrize("vector", ...)`; one skipped parameter where the file isn't there."""
    if not FILE.exists():
        return [pytest.param(None, marks=pytest.mark.skip(f"{FILE} is not there"))]
    return [pytest.param(one, id=f"{one.number}-{one.device}") for one in vectors(*devices)]


def vectors_of(device: str, characteristics: Collection[str], *, others: bool = False) -> list[ParameterSet]:
    """Like `vector_parameters`, those of some characteristics only; or all but those."""
    every = vector_parameters(device)
    if not FILE.exists():
        return every
    chosen = {one.number for one in vectors(device) if (one.characteristic in characteristics) != others}
    return [one for one in every if getattr(one.values[0], "number", None) in chosen]


def vector_data(number: int) -> bytes:
    """Bytes of one entry; skips the test where the file isn't there."""
    if not FILE.exists():
        pytest.skip(f"{FILE} is not there")
    return _all()[number].data
