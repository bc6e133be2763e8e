"""PROTOCOL.md says what the codec does: its tables and its example."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from firmware_protocol import open_profile_packets as packets

TEXT = (Path(packets.__file__).parent / "PROTOCOL.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", packets.LAYOUTS)
def test_table(name: str) -> None:
    section = TEXT.split(f"### {name}\n")[1].split("\n#")[0]
    rows = re.findall(r"\| (\d+) \| (\w+) \| (\w+) \|", section)
    assert tuple((field, kind) for _, kind, field in rows) == packets.LAYOUTS[name]
    widths = {"u8": 1, "u16": 2, "u32": 4, "u64": 8, "text16": 16}
    ends = np.cumsum([widths[kind] for _, kind, _ in rows])
    assert [int(offset) for offset, _, _ in rows] == [0, *ends[:-1].tolist()]
    assert ends[-1] == packets.size_of(name)


def test_operations() -> None:
    found = {name: int(code, 16) for name, code in re.findall(r"\| ([A-Z_]+) \| ([0-9A-F]{2}) \|", TEXT)}
    assert found == {op.name: int(op) for op in packets.Op}


def test_example() -> None:
    packet = packets.decode("", bytes.fromhex(TEXT.split("```")[1].strip()), {})
    assert packet.counter == 1000
    assert packets.sample_ticks(packet).tolist() == [5_000_000, 5_010_000]
    assert packet.accel_m_s2 is not None
    assert packet.accel_m_s2[0, 2] == pytest.approx(9.80665)
