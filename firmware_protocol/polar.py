"""Polar Verity Sense (accelerometer and gyroscope) and H10 (accelerometer): exchange of the PMD service.

In:  Wish.
Out: the running stream. Default: 208 Hz in SDK mode where the sensor has a gyroscope (416 Hz is offered, but
     losses are reported there), 52 Hz where it refuses SDK mode; H10: 200 Hz, rows with NaN gyroscope.
     A link needs an ATT MTU of 232 at least. Rows are made in `polar_receiver`.
Known from: Polar's SDK (sources, unit tests, "online measurement" document), "Polar Measurement Data
     Specification for 3rd Party", their issue tracker; captured frames and answers of an H10 and of Verity
     Sense. Firmware: those the captures come from, which aren't named.
Not verified without hardware: order and number of streams at 208 Hz over a whole session, what SDK mode
     offers (the virtual sensor's lists are the documents'), that settings are asked with operation 1 in SDK
     mode too, factors of gyroscope frames.
Clocks: H10 begins at 2019-01-01 at each power-up, Verity keeps its time until its battery is empty. A stamp's
     resolution is 30.5 us. An H10 at nominal 50 Hz runs at 50.92 Hz by its own stamps.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping

import numpy as np

from firmware_protocol import polar_control as control
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
    try_read,
)
from firmware_protocol.family import Advertisement, Family, Identity
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Packet, ProtocolError, Stamp
from firmware_protocol.polar_control import ALREADY, ANSWER, Op, Setting
from firmware_protocol.polar_frames import Measurement, decode_frame
from firmware_protocol.polar_receiver import TICK_HZ, PolarReceiver
from firmware_protocol.polar_sensor import CONTROL, DATA, VirtualPolar
from firmware_protocol.standard_services import read_battery, read_information

NAME = "polar"
DEFAULT_SDK_RATE_HZ = 208
NORMAL_VERITY_RATE_HZ = 52
ANSWER_TIMEOUT_S = 10.0
MODELS = ("Polar H10", "Polar Sense", "Polar H9", "Polar OH1")


def recognise(advertisement: Advertisement) -> Identity | None:
    """By the name `Polar <model> <device id>`."""
    name = advertisement.name
    if not name.startswith(MODELS):
        return None
    return Identity(NAME, serial=name.split(" ")[-1] if name.count(" ") > 1 else "")


def decode(characteristic: str, payload: bytes, mode: Mapping[str, object]) -> Packet:
    """A data frame, or an answer of the control point. See Family.decode."""
    if characteristic.lower() == CONTROL:
        return control.decode_control(payload)
    if characteristic.lower() not in ("", DATA):
        raise ProtocolError(f"characteristic {characteristic} is neither {DATA} nor {CONTROL}", payload)
    return decode_frame(payload, mode)


def _answers(op: int, measurement: int) -> Callable[[bytes], bool]:
    head = bytes((ANSWER, op, measurement))
    return lambda payload: payload[:3] == head and len(payload) >= 4


def _said(command: bytes, what: str) -> Generator[Step, bytes | None, tuple[int, bytes]]:
    """Write a command; its error code and the parameters of all indications that it was answered with."""
    expected = Expect(CONTROL, _answers(command[0], command[1]), ANSWER_TIMEOUT_S, f"answer to {what}")
    try:
        payload = yield from ask(Write(CONTROL, command, response=True), expected, tries=2)
        error, parameters = payload[3], payload[5:]
        while len(payload) > 4 and payload[4]:
            payload = (yield expected) or b""
            parameters += payload[5:]
    except WriteRefused as refused:
        raise ExchangeError(f"{what}: {refused}. Pair the sensor with this computer, then again") from None
    except TimeoutError:
        raise ExchangeError(f"{what}: no answer within {ANSWER_TIMEOUT_S:g} s. Connect again") from None
    return error, parameters


def _must(command: bytes, what: str) -> Generator[Step, bytes | None, bytes]:
    """Parameters of a command that has to succeed."""
    error, parameters = yield from _said(command, what)
    if error:
        text = control.ERRORS.get(error, "not known")
        raise ExchangeError(f"{what}: the sensor answers {error} ({text}). {_advice(error)}")
    return parameters


def _advice(error: int) -> str:
    advice = {10: "Connect again", 12: "Stop other streams", 13: "Take it out of the charger"}
    return advice.get(error, "Switch it off and on, then again")


def configure(wish: Wish) -> Exchange:
    """Leftovers are stopped first. returns Stream; raises ExchangeError."""
    info = yield from read_information()
    percent = yield from read_battery()
    if percent is not None:
        info["battery_percent"] = percent
    yield Subscribe(CONTROL)
    yield Subscribe(DATA)
    features = yield from _features()
    if "ACC" not in features:
        raise ExchangeError(f"this Polar sensor has no accelerometer stream (it offers {features})")
    types = [Measurement.ACC, *([Measurement.GYRO] if "GYRO" in features else [])]
    for measurement in types:
        yield from _said(control.stop(measurement), f"stop of {measurement.name}")
    sdk = yield from _sdk_mode(wish, gyro=len(types) > 1)
    wished = wish.rate_hz or (DEFAULT_SDK_RATE_HZ if len(types) > 1 else float("inf"))
    offers: dict[Measurement, control.Settings] = {}
    for measurement in types:
        offers[measurement] = yield from _offer(measurement)
    common: set[int] = set(map(int, offers[Measurement.ACC][Setting.RATE_HZ]))
    for offer in offers.values():
        common &= set(map(int, offer[Setting.RATE_HZ]))
    if not common:
        raise ExchangeError(f"accelerometer and gyroscope share no rate: {offers}")
    rate = min((r for r in common if r >= wished), default=max(common))
    factors: dict[str, float] = {}
    ranges: dict[str, float] = {}
    for measurement, offer in offers.items():
        wished_range = wish.accel_range_g if measurement == Measurement.ACC else wish.gyro_range_dps
        chosen = choose(offer, rate, wished_range)
        answer = yield from _must(control.start(measurement, chosen), f"start of {measurement.name}")
        factor = _settings(answer, f"start of {measurement.name}").get(Setting.FACTOR)
        if factor:
            factors[str(int(measurement))] = float(factor[0])
        ranges[str(int(measurement))] = float(chosen.get(Setting.RANGE, 0)) or 8.0
    return stream_of(rate, {"factors": factors, "ranges": ranges, "sdk": sdk}, info)


def _features() -> Generator[Step, bytes | None, list[str]]:
    payload = yield from try_read(CONTROL)
    try:
        return control.features(payload or b"")
    except ProtocolError as wrong:
        raise ExchangeError(
            f"the control point doesn't say what the sensor can: {wrong}. Connect again"
        ) from None


def _sdk_mode(wish: Wish, *, gyro: bool) -> Generator[Step, bytes | None, bool]:
    """Switch SDK mode on where a higher rate is wished (or nothing); whether it is on."""
    if not gyro or (wish.rate_hz is not None and wish.rate_hz <= NORMAL_VERITY_RATE_HZ):
        return False
    error, _ = yield from _said(bytes((Op.START, Measurement.SDK_MODE)), "SDK mode on")
    return error in (0, ALREADY)


def _settings(parameters: bytes, what: str) -> control.Settings:
    try:
        return control.parse_settings(parameters)
    except ProtocolError as wrong:
        raise ExchangeError(f"{what}: {wrong}. Connect again") from None


def _offer(measurement: Measurement) -> Generator[Step, bytes | None, control.Settings]:
    what = f"settings of {measurement.name}"
    offer = _settings((yield from _must(control.get_settings(measurement), what)), what)
    if not offer.get(Setting.RATE_HZ):
        raise ExchangeError(f"{what}: no rates. Switch it off and on, then again")
    return offer


def choose(offer: control.Settings, rate_hz: int, wished_range: float | None) -> dict[int, int]:
    """One value of each setting that the sensor lists, and of no other: an H10 refuses channels."""
    chosen = {key: max(map(int, values)) for key, values in offer.items() if key < Setting.FACTOR and values}
    chosen[Setting.RATE_HZ] = rate_hz
    if wished_range is not None and Setting.RANGE in offer:
        enough = [int(one) for one in offer[Setting.RANGE] if float(one) >= wished_range]
        chosen[Setting.RANGE] = min(enough, default=chosen[Setting.RANGE])
    return chosen


def stream_of(rate_hz: float, mode: Mapping[str, object], info: Mapping[str, object]) -> Stream:
    """The stream of a rate; `mode["ranges"]` says which measurements run, in g and deg/s."""
    ranges: Mapping[str, float] = mode["ranges"]  # pyright: ignore[reportAssignmentType]
    return Stream(
        family=NAME,
        rate_hz=float(rate_hz),
        tick_hz=TICK_HZ,
        ticks_per_sample=TICK_HZ / rate_hz,
        tick_source="stamp",
        stamp=Stamp.LAST,
        samples_per_packet=0,
        accel_range_m_s2=ranges[str(int(Measurement.ACC))] * STANDARD_GRAVITY_M_S2,
        gyro_range_rad_s=float(np.deg2rad(ranges.get(str(int(Measurement.GYRO)), 0.0))),
        mode=dict(mode),
        info=dict(info),
    )


def stop(stream: Stream) -> Exchange:
    """Stop what runs (an H10 left streaming drains its battery), SDK mode off where we switched it on."""
    for measurement in map(int, stream.mode["ranges"]):
        yield from _said(control.stop(measurement), f"stop of {control.measurement_name(measurement)}")
    if stream.mode.get("sdk"):
        yield from _said(bytes((Op.STOP, Measurement.SDK_MODE)), "SDK mode off")
    yield Subscribe(DATA, on=False)
    yield Subscribe(CONTROL, on=False)


FAMILY = Family(
    name=NAME,
    title="Polar",
    recognise=recognise,
    decode=decode,
    configure=configure,
    stop=stop,
    receiver=PolarReceiver,
    battery=read_battery,
    virtual=VirtualPolar,
)
