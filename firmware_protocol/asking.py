"""Pieces of an exchange that all families share: ask and wait, read what may be missing.

In:  steps of the family.
Out: the answer's bytes.
Refuses: radio and time, as every exchange does.
"""

from __future__ import annotations

from collections.abc import Generator

from firmware_protocol.exchange import Expect, Read, Step, Write, WriteRefused


def ask(question: Write, answer: Expect, tries: int = 3) -> Generator[Step, bytes | None, bytes]:
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
