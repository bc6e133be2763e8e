"""What a sensor sends (`firmware_protocol.Stream`) as plain JSON values, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from firmware_protocol.exchange import Stream
from firmware_protocol.packet import Stamp


def facts_of(stream: Stream) -> dict[str, Any]:
    """Plain values; what JSON doesn't know (in `info`) becomes text."""
    return json.loads(json.dumps(asdict(stream) | {"stamp": stream.stamp.value}, default=str))


def stream_from(facts: Mapping[str, Any]) -> Stream:
    """The stream again; facts of a later version that this one doesn't know are left out.

    Raises ValueError where one is missing.
    """
    known = {field.name for field in fields(Stream)}
    try:
        values: dict[str, Any] = {name: value for name, value in facts.items() if name in known}
        values["stamp"] = Stamp(facts["stamp"])
        return Stream(**values)
    except (KeyError, TypeError) as error:
        raise ValueError(f"no whole description of a stream: {error}") from None
