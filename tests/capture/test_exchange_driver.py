"""Exchanges over a connection: answers, refusals, silence, the end of the connection."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from simulated import found, sensor

from aqsense.acquire.exchange_driver import Talk, carry_out
from aqsense.acquire.host_clock import HostClock
from aqsense.acquire.link import Notified
from aqsense.acquire.simulated_link import SimulatedLink
from aqsense.errors import SensorError
from firmware_protocol import FAMILIES, Wish
from firmware_protocol.exchange import Exchange, Expect, Read, Subscribe, Write, WriteRefused
from firmware_protocol.rehearsal import started

CHANNEL = "00002a19-0000-1000-8000-00805f9b34fb"


class Scripted:
    """A connection that answers each write at once with what the script says."""

    is_connected = True

    def __init__(self, answers: dict[bytes, list[bytes]]):
        self.answers = answers
        self.notified: Notified | None = None
        self.subscribed = 0

    async def subscribe(self, characteristic: str, notified: Notified) -> None:
        self.notified = notified
        self.subscribed += 1

    async def unsubscribe(self, characteristic: str) -> None:
        self.notified = None

    async def read(self, characteristic: str) -> bytes:
        raise WriteRefused(0x05)

    async def write(self, characteristic: str, data: bytes, *, response: bool) -> None:
        for answer in self.answers.get(data, []):
            assert self.notified is not None
            self.notified(7, answer)

    async def disconnect(self) -> None: ...


def run(doing: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(doing)


def asking(data: bytes, wanted: bytes) -> Exchange:
    yield Subscribe(CHANNEL)
    yield Write(CHANNEL, data, response=True)
    return (yield Expect(CHANNEL, lambda payload: payload == wanted, 0.05, "an answer"))


def test_an_answer_that_came_before_it_was_waited_for() -> None:
    heard: list[bytes] = []
    link = Scripted({b"?": [b"sample", b"!", b"sample"]})
    got = run(carry_out(asking(b"?", b"!"), link, lambda _c, _t, payload: heard.append(payload)))
    assert got == b"!"
    assert heard == [b"sample", b"!", b"sample"]


def test_an_answer_to_an_earlier_write_does_not_count() -> None:
    def twice() -> Exchange:
        yield Subscribe(CHANNEL)
        yield Write(CHANNEL, b"?", response=True)
        yield Write(CHANNEL, b"other", response=True)
        return (yield Expect(CHANNEL, lambda payload: payload == b"!", 0.05, "an answer"))

    with pytest.raises(TimeoutError, match=r"an answer within 0\.05"):
        run(carry_out(twice(), Scripted({b"?": [b"!"]}), lambda *_: None))


def test_silence_and_refusals_are_thrown_where_the_exchange_waits() -> None:
    def careful() -> Exchange:
        said: list[str] = []
        try:
            yield Read(CHANNEL)
        except WriteRefused as refused:
            said.append(f"refused {refused.code}")
        try:
            yield Expect(CHANNEL, lambda _: True, 0.01, "anything")
        except TimeoutError:
            said.append("silent")
        return said

    assert run(carry_out(careful(), Scripted({}), lambda *_: None)) == ["refused 5", "silent"]


def test_the_end_of_the_connection_breaks_the_exchange_off() -> None:
    async def broken() -> None:
        talk = Talk(Scripted({}), lambda *_: None)
        waiting = Expect(CHANNEL, lambda _: True, 30.0, "anything")

        def exchange() -> Exchange:
            yield Subscribe(CHANNEL)
            yield waiting

        task = asyncio.create_task(talk.carry_out(exchange()))
        await asyncio.sleep(0.01)
        talk.end()
        await task

    with pytest.raises(SensorError, match="ended"):
        run(broken())


def test_a_second_exchange_hears_what_the_first_switched_on() -> None:
    async def both() -> tuple[bytes, bytes, int]:
        link = Scripted({b"?": [b"!"], b"??": [b"!!"]})
        talk = Talk(link, lambda *_: None)
        one = await talk.carry_out(asking(b"?", b"!"))
        other = await talk.carry_out(asking(b"??", b"!!"))
        return one, other, link.subscribed

    assert run(both()) == (b"!", b"!!", 1)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_the_driver_gets_what_the_rehearsal_gets(family: str) -> None:
    """Over the simulated link, with its intervals, as without any link."""

    async def configured() -> Any:
        link = SimulatedLink([sensor(family)], HostClock(10.0))
        connection = await link.connect(found(link)[0], lambda: None)
        talk = Talk(connection, lambda *_: None, link.clock)
        stream = await talk.carry_out(FAMILIES[family].configure(Wish(rate_hz=100)))
        await talk.carry_out(FAMILIES[family].stop(stream))
        await connection.disconnect()
        return stream

    _, stream, _ = started(FAMILIES[family], "0000", Wish(rate_hz=100))
    assert run(configured()) == stream
