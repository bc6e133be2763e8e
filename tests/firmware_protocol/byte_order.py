"""Would a codec notice a field that is read from the wrong end?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from firmware_protocol import Family, ProtocolError
from firmware_protocol.packet import Packet


def with_reversed(payload: bytes, offset: int, size: int) -> bytes:
    """The same bytes with one field turned round."""
    assert offset + size <= len(payload)
    return payload[:offset] + payload[offset : offset + size][::-1] + payload[offset + size :]


def flat(packet: Packet) -> dict[str, Any]:
    """All that a packet says, comparable with ==."""
    blocks = {name: getattr(packet, name) for name in ("accel_m_s2", "gyro_rad_s", "mag_ut")}
    lists = {name: None if block is None else np.asarray(block).tolist() for name, block in blocks.items()}
    plain = {name: getattr(packet, name) for name in ("kind", "tick", "tick_hz", "counter")}
    return {**lists, **plain, "fields": dict(packet.fields)}


def assert_every_field_has_an_end(
    family: Family,
    characteristic: str,
    payload: bytes,
    fields: Mapping[str, tuple[int, int]],
    mode: Mapping[str, object] | None = None,
) -> None:
    """Reversing any of the fields (name -> offset, size) is seen: another value, or no packet at all.

    A field whose bytes read the same from both ends proves nothing and fails here: choose other values.
    """
    right = flat(family.decode(characteristic, payload, mode or {}))
    for name, (offset, size) in fields.items():
        turned = with_reversed(payload, offset, size)
        assert turned != payload, f"{name}: these bytes prove nothing"
        try:
            other = flat(family.decode(characteristic, turned, mode or {}))
        except ProtocolError:
            continue
        assert other != right, f"{name} may be read from either end"
