"""Pieces of an exchange that several families share: ask and wait, read what may be missing.

In:  steps of the family.
Out: the answer's bytes; text of the device information service (180A), percent of the battery service (180F).
Refuses: radio and time, as every exchange does.
"""

from __future__ import annotations

from collections.abc import Generator

from firmware_protocol.exchange import Expect, Read, Step, Write, WriteRefused

Asking = Generator[Step, bytes | None, bytes]
BATTERY_LEVEL = "00002a19-0000-1000-8000-00805f9b34fb"
INFORMATION = {
    "maker": "00002a29-0000-1000-8000-00805f9b34fb",
    "model": "00002a24-0000-1000-8000-00805f9b34fb",
    "serial": "00002a25-0000-1000-8000-00805f9b34fb",
    "firmware": "00002a26-0000-1000-8000-00805f9b34fb",
    "hardware": "00002a27-0000-1000-8000-00805f9b34fb",
}
INFORMATION_SERVICE = "0000180a-0000-1000-8000-00805f9b34fb"
BATTERY_SERVICE = "0000180f-0000-1000-8000-00805f9b34fb"


def ask(question: Write, answer: Expect, tries: int = 3) -> Asking:
    """Write, wait for the answer; again where none comes. TimeoutError after the last try."""
    for _ in range(tries - 1):
        yield question
        try:
            return (yield answer) or b""
        except TimeoutError:
            continue
    yield question
    return (yield answer) or b""


def try_read(characteristic: str) -> Generator[Step, bytes | None, bytes | None]:
    """Bytes of a characteristic, None where the sensor doesn't let us or doesn't answer."""
    try:
        return (yield Read(characteristic))
    except (TimeoutError, WriteRefused):
        return None


def read_information() -> Generator[Step, bytes | None, dict[str, object]]:
    """What the device information service says, by the names of `Stream.info`; each may be missing."""
    found: dict[str, object] = {}
    for name, characteristic in INFORMATION.items():
        data = yield from try_read(characteristic)
        text = (data or b"").rstrip(b"\0").decode("utf-8", errors="replace").strip()
        if text:
            found[name] = text
    return found


def read_battery() -> Generator[Step, bytes | None, int | None]:
    """Percent of the battery service; None where it doesn't tell, or tells more than 100."""
    data = yield from try_read(BATTERY_LEVEL)
    return data[0] if data and len(data) == 1 and data[0] <= 100 else None
