"""Movella DOT (formerly Xsens DOT), v1 and v2: exchange and receiver.

In:  Wish.
Out: the running stream: payload mode 21 (acceleration with gravity, angular rate) at 60 Hz or the rate that
     was wished; ranges are fixed (16 g, 2000 deg/s). Ticks are the sensor's own us, unwrapped. There is no
     packet counter over the air: a loss shows as a gap of the stamps. A link needs an ATT MTU of 43, of 163
     for exported recordings.
Known from: Movella's "DOT BLE Service Specification" XD0506P rev C (July 2023), the older user manual,
     xsens_dot_server and its issues; payloads captured from hardware in modes 4 and 22 (of firmware that
     isn't named), the document's example messages. Two of those (start of a recording and its receipt) end
     with a checksum that breaks the document's own rule: they are refused here. The names are those of
     firmware 1.x to 2.4 (`Xsens DOT`) and newer; a common time needs 1.4.
Not verified without hardware: which sample interval a stamp stands for (taken as the sample's own time), the
     order of the address in the device information, whether messages are padded, the names of a renamed
     sensor, what a synchronised sensor says when its rate is written (the rate is read back), whether it
     keeps the common time when it is stopped before it is started, the order of exported fields other than
     rising. Modes 1, 17 and 25 need the vendor's SDK.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

import numpy as np

from firmware_protocol import movella_dot_messages as messages
from firmware_protocol import movella_dot_payloads as payloads
from firmware_protocol import movella_dot_service as service
from firmware_protocol import movella_dot_structures as structures
from firmware_protocol.exchange import Exchange, ExchangeError, Step, Stream, Subscribe, Wish, try_read
from firmware_protocol.family import Advertisement, Family, Identity, no_samples
from firmware_protocol.movella_dot_sensor import COMPANY, VirtualDot
from firmware_protocol.movella_dot_structures import STREAM_RATES_HZ, DeviceControl
from firmware_protocol.movella_dot_uuids import (
    BATTERY,
    DEVICE_CONTROL,
    DEVICE_INFO,
    MEASUREMENT_CONTROL,
    MESSAGE_NOTIFICATION,
    MESSAGES,
    PAYLOAD_LENGTH,
    usual_characteristic,
)
from firmware_protocol.packet import Kind, Packet, ProtocolError, Rows, Stamp
from firmware_protocol.unwrap import Unwrapper

NAME = "movella_dot"
NAMES = ("movella dot", "xsens dot")
MODE = 21


def recognise(advertisement: Advertisement) -> Identity | None:
    """By the name in any case, or by the maker's company id: a renamed sensor may have another name."""
    named = advertisement.name.casefold().startswith(NAMES)
    return Identity(NAME) if named or COMPANY in advertisement.manufacturer else None


def decode(characteristic: str, payload: bytes, mode: Mapping[str, object]) -> Packet:
    """A sample, a message or a structure. See Family.decode.

    mode   `payload_mode` and `rate_hz` of the stream; `export_fields` and `asked` as in
           `movella_dot_messages.decode`
    """
    uuid = characteristic.lower() or usual_characteristic(payload)
    if uuid in PAYLOAD_LENGTH:
        number, rate = mode.get("payload_mode"), mode.get("rate_hz")
        return payloads.decode(
            uuid,
            payload,
            number if isinstance(number, int) else None,
            rate if isinstance(rate, int | float) else payloads.RATE_HZ,
        )
    if uuid in MESSAGES:
        return messages.decode(uuid, payload, mode)
    return structures.decode(uuid, payload)


def _told(characteristic: str) -> Generator[Step, bytes | None, Mapping[str, object]]:
    """Fields of a structure; none where the sensor doesn't let us read it."""
    payload = yield from try_read(characteristic)
    try:
        return structures.decode(characteristic, payload or b"").fields
    except ProtocolError:
        return {}


def configure(wish: Wish) -> Exchange:
    """A measurement that a lost link left running is stopped first. returns Stream; raises ExchangeError."""
    told = {**(yield from _told(DEVICE_INFO)), **(yield from _told(BATTERY))}
    settings = yield from service.read_settings()
    info: dict[str, object] = {
        name: told[name]
        for name in ("serial", "model", "firmware", "address", "battery_percent", "charging")
        if name in told
    }
    info |= {"tag": settings.tag, "filter_profile": settings.profile}
    yield from service.stop_measuring()
    synced = yield from service.sync_status()
    if synced is not None:
        info["synced"] = synced
    rate = next((one for one in STREAM_RATES_HZ if wish.rate_hz is not None and one >= wish.rate_hz), 60)
    found = yield from service.set_rate(rate)
    yield Subscribe(payloads.LAYOUTS[MODE].characteristic)
    yield from service.write(MEASUREMENT_CONTROL, structures.encode_measurement(True, MODE), "start")
    running = yield from _told(MEASUREMENT_CONTROL)
    if running and running != {"start": True, "mode": MODE}:
        raise ExchangeError(
            f"start: wrote payload mode {MODE}, the sensor says {running}. Switch it off and on"
        )
    return stream_of({"payload_mode": MODE, "rate_hz": rate, "found_rate_hz": found}, info)


def stream_of(mode: Mapping[str, int], info: Mapping[str, object]) -> Stream:
    """The stream of a payload mode and rate."""
    rate = mode["rate_hz"]
    return Stream(
        family=NAME,
        rate_hz=float(rate),
        tick_hz=payloads.TICK_HZ,
        ticks_per_sample=payloads.TICK_HZ / rate,
        tick_source="stamp",
        stamp=Stamp.FIRST,
        samples_per_packet=1,
        accel_range_m_s2=payloads.ACCEL_RANGE_M_S2,
        gyro_range_rad_s=float(np.deg2rad(payloads.GYRO_RANGE_DPS)),
        mode=dict(mode),
        info=dict(info),
    )


def stop(stream: Stream) -> Exchange:
    """Stop the measurement; the rate that was found is set again."""
    number = int(stream.mode["payload_mode"])
    yield from service.write(MEASUREMENT_CONTROL, structures.encode_measurement(False, number), "stop")
    yield Subscribe(payloads.LAYOUTS[number].characteristic, on=False)
    yield Subscribe(MESSAGE_NOTIFICATION, on=False)
    yield from service.set_rate(int(stream.mode["found_rate_hz"]))


def battery() -> Exchange:
    """Percent; None where the sensor doesn't tell."""
    return (yield from _told(BATTERY)).get("battery_percent")


def blink() -> Exchange:
    """The light blinks for about ten seconds."""
    data = DeviceControl(visits=("identify",), identify=True).to_bytes()
    yield from service.write(DEVICE_CONTROL, data, "blinking")


class MovellaDotReceiver:
    """See Receiver."""

    def __init__(self, stream: Stream):
        self._mode = stream.mode
        self._stamps = Unwrapper(32, payloads.TICK_HZ, round(stream.ticks_per_sample))

    def push(self, characteristic: str, payload: bytes) -> Rows:
        """One row of a measurement; none for messages, structures and recordings that are fetched."""
        packet = decode(characteristic, payload, self._mode)
        streamed = (characteristic.lower() or usual_characteristic(payload)) in PAYLOAD_LENGTH
        if not streamed or packet.kind is not Kind.SAMPLES or packet.tick is None:
            return Rows.nothing()
        placed = self._stamps.place(packet.tick)
        if placed is None:
            return Rows.nothing()
        tick, restarted = placed
        return Rows(
            np.array([tick], np.int64),
            no_samples(1) if packet.accel_m_s2 is None else packet.accel_m_s2,
            no_samples(1) if packet.gyro_rad_s is None else packet.gyro_rad_s,
            np.zeros(1, np.bool_) if packet.clipped is None else packet.clipped,
            restarted=restarted,
        )


FAMILY = Family(
    name=NAME,
    title="Movella DOT",
    recognise=recognise,
    decode=decode,
    configure=configure,
    stop=stop,
    receiver=MovellaDotReceiver,
    battery=battery,
    virtual=VirtualDot,
    blink=blink,
)
