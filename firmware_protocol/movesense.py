"""Movesense (HR+, HR2, MD, Flash) over the GATT SensorData Protocol: recognise, configure, receive, stop.

In:  Wish.
Out: the running stream. Default: accelerometer and gyroscope together at 104 Hz (/Meas/IMU6/104). Above that
     a packet would be longer than the two parts that the maker's source sends, so at 208 Hz /Meas/Acc and
     /Meas/Gyro are subscribed each and paired by their stamps. A link needs an ATT MTU of 161 at least.
Refuses: setting ranges, which this protocol can't (the wish's change nothing); rates above 208 Hz; the older
     Whiteboard/MDS protocol.
Firmware: default firmware from 2.3.0, which names a protocol version and reports a status for each command;
     and the maker's sample app `gatt_sensordata_app`, which knows four commands and is silent where all is
     well. They are told apart by HELLO; commands above 3 go to the first only, for other makers' firmware
     behind the same UUIDs gives those another meaning.
Known from: the maker's sources (sample app and its clients, API files, list of changes), a third party's
     captures of a Movesense Flash (bodies of IMU9 at 52 Hz, ECG, temperature, heart rate, answers to GET).
Not verified without hardware: samples per packet at other rates than 52 and 104 Hz, the whole of 208 Hz, the
     layout of /Meas/IMU/Config, the default ranges where it isn't answered (8 g, 2000 deg/s are taken then),
     what UNSUBSCRIBE and FETCH_LOG are answered, pieces and end of a log, how far the real rate is from
     the nominal (it is measured by the stamps).
     A request that never gets an answer occupies one of the sensor's slots until it restarts: none is
     repeated but HELLO, and one runs at a time.
Clocks: ms since the sensor's start of its 1024 Hz clock, nominally within 20 ppm; they wrap after 49.7 days.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

import numpy as np

from firmware_protocol.exchange import (
    Exchange,
    ExchangeError,
    Expect,
    Step,
    Stream,
    Subscribe,
    Wish,
    Write,
    WriteRefused,
    ask,
)
from firmware_protocol.family import Advertisement, Family, Identity
from firmware_protocol.movesense_messages import (
    COMMAND,
    DATA,
    FIRST_PART,
    HEADER,
    OK,
    STATUS_TEXT,
    Code,
    Command,
    answers,
    decode_command,
    decode_response,
    encode_command,
    encode_paths,
    read_message,
    status_of,
)
from firmware_protocol.movesense_objects import BATTERY, CLOCKS, CONFIG, INFO, LAYOUTS, decode_object
from firmware_protocol.movesense_payloads import (
    PER_PACKET,
    Ranges,
    decode_body,
    may_be_longer,
    motion_path,
    names_that_fit,
)
from firmware_protocol.movesense_receiver import ROW_TICK_HZ, MovesenseReceiver, paths_of
from firmware_protocol.movesense_sensor import VirtualMovesense
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Kind, Packet, ProtocolError, Stamp

NAME = "movesense"
HIGHEST_TOGETHER_HZ, HIGHEST_HZ = 104, 208
USUAL_RANGES: Mapping[str, float] = {"accel_range_g": 8.0, "gyro_range_dps": 2000.0}
HELLO_REFERENCE = 0x01
GET_REFERENCES = {BATTERY: 0x02, INFO: 0x03, CONFIG: 0x04, CLOCKS: 0x05}
STREAM_REFERENCES = (0x10, 0x11)
ANSWER_TIMEOUT_S = 5.0
SILENCE_S = 1.0  # the sample app answers a subscription only where it refuses
TOO_MANY_REQUESTS = 429
_ADVICE = {
    TOO_MANY_REQUESTS: "Take its battery out and put it in again",
    501: "Wish another rate",
    507: "Connect again",
}


def recognise(advertisement: Advertisement) -> Identity | None:
    """By the name `Movesense <serial>`; the GSP service isn't advertised."""
    words = advertisement.name.split(" ")
    if not advertisement.name.startswith("Movesense"):
        return None
    return Identity(NAME, serial=words[-1] if len(words) > 1 else "")


def decode(characteristic: str, payload: bytes, mode: Mapping[str, object]) -> Packet:
    """A notification, or a command. See Family.decode.

    mode  `paths` {reference: path}, or `path` for all references; `accel_range_g`, `gyro_range_dps`. Without
          a path data stay bytes, with `could_be`: the resources whose length they have
    """
    if characteristic.lower() == COMMAND:
        return decode_command(payload)
    if characteristic.lower() not in ("", DATA):
        raise ProtocolError(f"characteristic {characteristic} is neither {DATA} nor {COMMAND}", payload)
    message = read_message(payload)
    usual = mode.get("path")
    path = paths_of(mode).get(message.reference) or (usual if isinstance(usual, str) else None)
    if message.code is Code.RESPONSE:
        return _response(payload, path)
    fields: dict[str, Any] = {"reference": message.reference}
    if message.code is Code.DATA_PART_2:
        return Packet(Kind.STATUS, fields=fields | {"part": 2, "data": message.body.hex()})
    if len(message.body) == FIRST_PART and (path is None or may_be_longer(path)):
        return Packet(Kind.STATUS, fields=fields | {"part": 1, "data": message.body.hex()})
    if path is None:
        fields |= {"data": message.body.hex(), "could_be": names_that_fit(len(message.body))}
        return Packet(Kind.STATUS, fields=fields)
    try:
        return decode_body(path, message.body, Ranges.of(mode))
    except ProtocolError as wrong:
        raise ProtocolError(wrong.reason, payload, HEADER + wrong.offset) from None


def _response(payload: bytes, path: str | None) -> Packet:
    packet = decode_response(payload)
    data = payload[HEADER + 2 :]
    if packet.fields.get("status") != OK or path is None or path not in LAYOUTS or not data:
        return packet
    try:
        said = decode_object(path, data)
    except ProtocolError as wrong:
        raise ProtocolError(wrong.reason, payload, HEADER + 2 + wrong.offset) from None
    return Packet(Kind.ANSWER, fields={**packet.fields, "path": path, **said})


def _hello() -> Generator[Step, bytes | None, dict[str, Any]]:
    """What the sensor says of itself. TimeoutError; ProtocolError where it isn't an answer to HELLO."""
    question = Write(COMMAND, encode_command(Command.HELLO, HELLO_REFERENCE), response=True)
    expected = Expect(DATA, answers(HELLO_REFERENCE, Code.RESPONSE), ANSWER_TIMEOUT_S, "answer to HELLO")
    payload = yield from ask(question, expected, tries=2)
    fields = dict(decode_response(payload).fields)
    if "protocol_version" not in fields:
        raise ProtocolError(f"HELLO is answered with status {fields['status']}", payload, HEADER)
    return fields


def _get(path: str) -> Generator[Step, bytes | None, dict[str, Any]]:
    """Fields of an object; empty where the sensor doesn't tell. ExchangeError where it answers no more."""
    reference = GET_REFERENCES[path]
    yield from _say(encode_command(Command.GET, reference, encode_paths(path)))
    expected = Expect(DATA, answers(reference, Code.RESPONSE), ANSWER_TIMEOUT_S, f"answer to GET {path}")
    try:
        payload = (yield expected) or b""
        if status_of(payload) == TOO_MANY_REQUESTS:
            raise _refused(path, TOO_MANY_REQUESTS)
        return decode_object(path, payload[HEADER + 2 :]) if status_of(payload) == OK else {}
    except (TimeoutError, ProtocolError):
        return {}


def _refused(path: str, status: int | None) -> ExchangeError:
    text = STATUS_TEXT.get(status or 0, "not known")
    advice = _ADVICE.get(status or 0, "Stop its own logging and connect again")
    return ExchangeError(f"{path}: the sensor answers {status} ({text}). {advice}")


def _say(data: bytes) -> Generator[Step, bytes | None, None]:
    """Write a command, which must be taken; ExchangeError."""
    try:
        yield Write(COMMAND, data, response=True)
    except WriteRefused as refused:
        raise ExchangeError(f"command {data[:2].hex()}: {refused}. Connect again") from None


def configure(wish: Wish) -> Exchange:
    """returns Stream; raises ExchangeError. Subscriptions of an earlier link ended with it."""
    yield Subscribe(DATA)
    try:
        hello = yield from _hello()
    except TimeoutError:
        reason = "no answer to HELLO. It needs firmware 2.3.0 or later: bring it up to date, then again"
        raise ExchangeError(reason) from None
    except WriteRefused as refused:
        raise ExchangeError(f"HELLO: {refused}. Connect again") from None
    except ProtocolError as wrong:
        raise ExchangeError(f"not the firmware that is known: {wrong}. Bring it up to date") from None
    gsp = hello["protocol_version"] is not None
    info, ranges, rates = _known_of(hello), dict[str, float](), sorted(PER_PACKET)
    if gsp:
        info |= yield from _get(BATTERY)
        offer = yield from _get(INFO)
        rates = offer.get("rates_hz", rates)
        ranges = _among(offer, (yield from _get(CONFIG)))
        info |= {f"clock_{name}": value for name, value in (yield from _get(CLOCKS)).items()}
    info["ranges_read"] = bool(ranges)
    paths = paths_for(choose_rate(wish, rates))
    for reference, path in paths.items():
        yield from _subscribe(reference, path, gsp=gsp)
    return stream_of(mode_of(paths, ranges, gsp=gsp), info)


def _known_of(hello: Mapping[str, Any]) -> dict[str, Any]:
    """HELLO's texts by the names of `Stream.info`."""
    names = {"serial": "serial", "product": "model", "app": "app", "app_version": "firmware"}
    return {name: hello[key] for key, name in names.items() if hello.get(key)}


def _among(offer: Mapping[str, Any], ranges: dict[str, Any]) -> dict[str, Any]:
    """Ranges that the sensor says it has now; empty where it doesn't offer them: another layout, then."""
    fits = ranges.get("accel_range_g") in offer.get("accel_ranges_g", ())
    return ranges if fits and ranges.get("gyro_range_dps") in offer.get("gyro_ranges_dps", ()) else {}


def choose_rate(wish: Wish, offered: list[int]) -> int:
    """The slowest offered rate that gives what is wished, else the fastest; ExchangeError where none is."""
    possible = [rate for rate in offered if rate in PER_PACKET and rate <= HIGHEST_HZ]
    if not possible:
        raise ExchangeError(f"the sensor offers {offered} Hz, none of which is known. Bring it up to date")
    wished = wish.rate_hz or HIGHEST_TOGETHER_HZ
    return min((rate for rate in possible if rate >= wished), default=max(possible))


def paths_for(rate_hz: int) -> dict[int, str]:
    """What to subscribe for accelerometer and gyroscope at a rate, by reference."""
    names = ("IMU6",) if rate_hz <= HIGHEST_TOGETHER_HZ else ("Acc", "Gyro")
    return {ref: f"/Meas/{name}/{rate_hz}" for ref, name in zip(STREAM_REFERENCES, names, strict=False)}


def _subscribe(reference: int, path: str, *, gsp: bool) -> Generator[Step, bytes | None, None]:
    yield from _say(encode_command(Command.SUBSCRIBE, reference, encode_paths(path)))
    timeout_s = ANSWER_TIMEOUT_S if gsp else SILENCE_S
    try:
        said = yield Expect(DATA, answers(reference, Code.RESPONSE), timeout_s, f"answer to SUBSCRIBE {path}")
    except TimeoutError:
        if not gsp:
            return
        raise ExchangeError(f"{path}: no answer within {timeout_s:g} s. Connect again") from None
    status = status_of(said or b"")
    if status != OK:
        raise _refused(path, status)


def mode_of(paths: Mapping[int, str], ranges: Mapping[str, float], *, gsp: bool) -> dict[str, Any]:
    """`Stream.mode`: paths by reference as text, full scales, whether commands are answered."""
    known = {name: float(ranges.get(name) or usual) for name, usual in USUAL_RANGES.items()}
    return {"paths": {str(ref): path for ref, path in paths.items()}, "gsp": gsp, **known}


def stream_of(mode: Mapping[str, Any], info: Mapping[str, object]) -> Stream:
    """The stream of a mode; its rate stands in the first path."""
    rate = next(motion[1] for path in paths_of(mode).values() if (motion := motion_path(path)))
    return Stream(
        family=NAME,
        rate_hz=float(rate),
        tick_hz=ROW_TICK_HZ,
        ticks_per_sample=ROW_TICK_HZ / rate,
        tick_source="stamp",
        stamp=Stamp.FIRST,
        samples_per_packet=PER_PACKET[rate],
        accel_range_m_s2=mode["accel_range_g"] * STANDARD_GRAVITY_M_S2,
        gyro_range_rad_s=float(np.deg2rad(mode["gyro_range_dps"])),
        mode=dict(mode),
        info=dict(info),
    )


def stop(stream: Stream) -> Exchange:
    """Unsubscribe, else the sensor keeps its power on."""
    for reference in paths_of(stream.mode):
        yield from _say(encode_command(Command.UNSUBSCRIBE, reference))
        if stream.mode.get("gsp"):
            try:
                yield Expect(DATA, answers(reference, Code.RESPONSE), SILENCE_S, "answer to UNSUBSCRIBE")
            except TimeoutError:
                continue
    yield Subscribe(DATA, on=False)


def battery() -> Exchange:
    """Percent; None where the sensor doesn't tell, as the sample app."""
    yield Subscribe(DATA)
    try:
        hello = yield from _hello()
    except (TimeoutError, ProtocolError):
        return None
    if hello["protocol_version"] is None:
        return None
    return (yield from _get(BATTERY)).get("battery_percent")


FAMILY = Family(
    name=NAME,
    title="Movesense",
    recognise=recognise,
    decode=decode,
    configure=configure,
    stop=stop,
    receiver=MovesenseReceiver,
    battery=battery,
    virtual=VirtualMovesense,
)
