"""Battery and device information, and how an exchange asks."""

from __future__ import annotations

from collections.abc import Callable, Generator

import pytest

from firmware_protocol import FAMILIES, ExchangeError, Expect, ProtocolError, Read, Wish, Write, WriteRefused
from firmware_protocol import standard_services as services
from firmware_protocol.exchange import Step, ask, try_read
from firmware_protocol.rehearsal import rehearse


def answered(exchange: Generator[Step, bytes | None, object], values: dict[str, bytes | Exception]) -> object:
    """Result of an exchange of reads; what isn't among the values is refused."""
    answer: bytes | None = None
    problem: Exception | None = None
    while True:
        try:
            step = exchange.throw(problem) if problem else exchange.send(answer)
        except StopIteration as done:
            return done.value
        assert isinstance(step, Read)
        value = values.get(step.characteristic, WriteRefused(0x0A))
        answer, problem = (None, value) if isinstance(value, Exception) else (value, None)


def test_numbers_are_read_from_their_end() -> None:
    pnp = services.decode(services.PNP_ID, bytes.fromhex("01020103040506")).fields
    assert pnp == {"vendor_source": 1, "vendor": 0x0102, "product": 0x0403, "version": 0x0605}
    system = services.decode(services.SYSTEM_ID, bytes.fromhex("0102030405060708")).fields
    assert system == {"manufacturer_id": 0x0504030201, "oui": 0x080706}


def test_encode_and_decode_are_inverse() -> None:
    for percent in (0, 1, 100):
        value = services.encode_battery(percent)
        assert services.decode(services.BATTERY_LEVEL, value).fields == {"battery_percent": percent}
    value = services.encode_system_id(0x0102030405, 0x060708)
    assert services.decode(services.SYSTEM_ID, value).fields == {
        "manufacturer_id": 0x0102030405,
        "oui": 0x060708,
    }
    value = services.encode_pnp_id(2, 0x0102, 0x0304, 0x0506)
    assert list(services.decode(services.PNP_ID, value).fields.values()) == [2, 0x0102, 0x0304, 0x0506]


@pytest.mark.parametrize(("uuid", "name"), sorted(services.TEXTS.items()))
def test_texts_end_at_nuls(uuid: str, name: str) -> None:
    assert services.decode(uuid, "Sänsor \0\0".encode()).fields == {name: "Sänsor"}
    with pytest.raises(ProtocolError) as refused:
        services.decode(uuid, b"ab\xff")
    assert refused.value.offset == 2


@pytest.mark.parametrize(
    ("uuid", "length"), [(services.BATTERY_LEVEL, 1), (services.SYSTEM_ID, 8), (services.PNP_ID, 7)]
)
def test_other_lengths_are_refused(uuid: str, length: int) -> None:
    for size in range(12):
        if size != length:
            with pytest.raises(ProtocolError):
                services.decode(uuid, bytes(size))
    with pytest.raises(ProtocolError):
        services.decode(services.BATTERY_SERVICE, b"\1")


def test_what_is_missing_or_broken_is_left_out() -> None:
    maker, model, serial, firmware, *_ = services.TEXTS
    values = {maker: b"Acme\0", model: b"\xff", serial: b"\0\0", firmware: TimeoutError()}
    assert answered(services.read_information(), values) == {"manufacturer": "Acme"}


@pytest.mark.parametrize(
    ("value", "percent"),
    [
        (b"\x40", 64),
        (b"\x65", None),
        (b"", None),
        (b"\1\2", None),
        (TimeoutError(), None),
        (WriteRefused(2), None),
    ],
)
def test_battery(value: bytes | Exception, percent: int | None) -> None:
    assert answered(services.read_battery(), {services.BATTERY_LEVEL: value}) == percent


@pytest.mark.parametrize("silent", range(4))
def test_ask_writes_again_until_it_is_answered(silent: int) -> None:
    question = Write("w", b"?", response=True)
    answer = Expect("n", lambda payload: payload == b"!", 1.0, "answer")
    exchange, steps = ask(question, answer, tries=3), []
    step = next(exchange)
    for _ in range(silent):
        steps += [step, exchange.send(None)]
        try:
            step = exchange.throw(TimeoutError("none"))
        except TimeoutError:
            assert silent == 3
            assert steps == [question, answer] * 3
            return
    assert exchange.send(None) == answer
    with pytest.raises(StopIteration) as done:
        exchange.send(b"!")
    assert done.value.value == b"!"


def test_a_refused_write_is_not_asked_again() -> None:
    exchange = ask(Write("w", b"?", response=True), Expect("n", bool, 1.0, "answer"))
    next(exchange)
    with pytest.raises(WriteRefused):
        exchange.throw(WriteRefused(0x05))


def test_what_cannot_be_read_is_none() -> None:
    assert answered(try_read("x"), {"x": b"1"}) == b"1"
    assert answered(try_read("x"), {"x": TimeoutError()}) is None
    assert answered(try_read("x"), {}) is None


def refusal(name: str, spoil: Callable[[Step], Exception | None]) -> str:
    """What configure says; empty where it ends well. Nothing but ExchangeError may come out."""
    sensor = FAMILIES[name].virtual("1")
    sensor.connect()
    try:
        rehearse(FAMILIES[name].configure(Wish()), sensor, spoil)
    except ExchangeError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_sensor_that_answers_nothing(name: str) -> None:
    said = refusal(name, lambda step: TimeoutError("x") if isinstance(step, Expect | Read) else None)
    assert len(said.splitlines()) <= 1


@pytest.mark.parametrize("name", sorted(FAMILIES))
def test_a_sensor_that_refuses_all_writes(name: str) -> None:
    said = refusal(name, lambda step: WriteRefused(0x03) if isinstance(step, Write) else None)
    assert "0x03" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("name", sorted(FAMILIES))
@pytest.mark.parametrize("nth", range(12))
def test_any_single_step_that_fails(name: str, nth: int) -> None:
    """A step that gets no answer, or is refused: configured all the same, or a message of one line."""
    for failure, concerned in ((TimeoutError("x"), _waits), (WriteRefused(0x05), _can_be_refused)):
        left = [nth]

        def spoil(step: Step) -> Exception | None:
            left[0] -= concerned(step)  # noqa: B023
            return failure if left[0] == -1 and concerned(step) else None  # noqa: B023

        assert len(refusal(name, spoil).splitlines()) <= 1


def _waits(step: Step) -> bool:
    return isinstance(step, Expect | Read)


def _can_be_refused(step: Step) -> bool:
    return isinstance(step, Read) or (isinstance(step, Write) and step.response)
