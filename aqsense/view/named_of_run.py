"""summary.json -> whom the picture emphasises: the part `named` of a run (FORMATS 4), as it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aqsense.model import Contributor, Side
from aqsense.view.run_rows import Named
from aqsense.view.words import one_line

_OTHER_SIDE = "other_side"


@dataclass(frozen=True, slots=True)
class NamedPart:
    """What a run's summary says about the named contributor: itself, its strides, all mean places."""

    named: Named
    strides: tuple[int, int]
    places: Mapping[str, Any]


def named_part(summary: Mapping[str, Any]) -> NamedPart | None:
    """The named contributor of a run's summary; None where nobody is named."""
    part = summary.get("named")
    if not part:
        return None
    first, last = part["strides"]
    named = Named(
        contributor=Contributor(part["contributor"]),
        panels=[Side(side) for side in part["panels"]],
        difference_ms=float(part["difference_ms"]["value"]),
        is_other_side=part["basis"] == _OTHER_SIDE,
        expected_ms={Side(side): float(place) for side, place in part["ghost_ms"].items()},
        label=one_line(part["ghost_label"]),
    )
    return NamedPart(named, (int(first), int(last)), part["places"])
