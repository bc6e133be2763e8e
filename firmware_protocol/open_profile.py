"""The open profile: exchange and receiver of boards that people program themselves (PROTOCOL.md).

In:  Wish.
Out: the running stream; rows whose ticks are the board's own us, with the board's sample counter. What a
     recording in the board's memory holds (`record`, `fetch`), the board's time (`ask_time`).
Known from: PROTOCOL.md, which is ours; a test holds its tables and examples against this code.
Not verified without hardware: no board has been programmed from it yet.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence

import numpy as np

from firmware_protocol import open_profile_packets as packets
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
from firmware_protocol.family import Advertisement, Family, Identity, no_samples
from firmware_protocol.open_profile_packets import (
    ANSWER,
    CONTROL,
    DATA,
    INFORMATION,
    MEMORY,
    SERVICE,
    TICK_HZ,
    Op,
    decode,
)
from firmware_protocol.open_profile_sensor import VirtualBoard
from firmware_protocol.packet import STANDARD_GRAVITY_M_S2, Kind, Packet, ProtocolError, Rows, Stamp

NAME = "open_profile"
MOST_SAMPLES = 18  # fit an ATT MTU of 247
ANSWER_TIMEOUT_S = 3.0
LONGEST_GAP_US = 86_400_000_000  # a day: no link lives through a longer silence


def recognise(advertisement: Advertisement) -> Identity | None:
    """By the service; the serial is in the service's information, not in the advertisement."""
    return Identity(NAME) if SERVICE in advertisement.services else None


def _is_answer(op: Op) -> Callable[[bytes], bool]:
    return lambda payload: payload[:1] == bytes((ANSWER | op,))


def _do(op: Op, values: Mapping[str, int] | None = None) -> Generator[Step, bytes | None, Packet]:
    """Write an operation; its answer, which must be `ok`."""
    what = f"answer to {op.name}"
    try:
        expected = Expect(CONTROL, _is_answer(op), ANSWER_TIMEOUT_S, what)
        payload = yield from ask(Write(CONTROL, packets.command(op, values), response=True), expected)
        answer = decode(CONTROL, payload, {})
    except TimeoutError:
        raise ExchangeError(
            f"{what}: none within {ANSWER_TIMEOUT_S:g} s. Switch the board off and on"
        ) from None
    except (WriteRefused, ProtocolError) as wrong:
        raise ExchangeError(f"{what}: {wrong}. Compare the firmware with PROTOCOL.md") from None
    if answer.fields["result"]:
        raise ExchangeError(f"{op.name}: the board answers {answer.fields['result_text']!r}")
    return answer


def _information() -> Generator[Step, bytes | None, Mapping[str, object]]:
    payload = yield from try_read(INFORMATION)
    try:
        return decode(INFORMATION, payload or b"", {}).fields
    except ProtocolError as wrong:
        raise ExchangeError(f"information of the board: {wrong}. Compare with PROTOCOL.md") from None


def _nearest(wished: float | None, offered: Sequence[int], what: str) -> int:
    """The smallest that is enough, else the largest; the largest where nothing is wished."""
    if not offered:
        raise ExchangeError(f"the board offers no {what}. Compare its information with PROTOCOL.md")
    enough = [one for one in offered if wished is not None and one >= wished]
    return min(enough, default=max(offered))


def configure(wish: Wish) -> Exchange:
    """returns Stream; raises ExchangeError."""
    told = yield from _information()
    offers: Mapping[str, Sequence[int]] = told  # pyright: ignore[reportAssignmentType]
    yield Subscribe(CONTROL)
    yield Subscribe(DATA)
    yield from _do(Op.STOP)
    wanted = {
        "rate_hz": _nearest(wish.rate_hz, offers["rates_hz"], "rate"),
        "accel_range_g": _nearest(wish.accel_range_g, offers["accel_ranges_g"], "accelerometer range"),
        "gyro_range_dps": _nearest(wish.gyro_range_dps, offers["gyro_ranges_dps"], "gyroscope range"),
        "samples": min(MOST_SAMPLES, max(1, int(str(told["most_samples"])))),
    }
    taken = (yield from _do(Op.CONFIGURE, wanted)).fields
    mode = {name: int(taken[name]) for name in wanted}
    if not all(mode.values()):
        raise ExchangeError(f"CONFIGURE: the board took {mode}; none may be 0")
    yield from _do(Op.START)
    info = {name: told[name] for name in ("serial", "battery_percent", "free_memory_s", "boot")}
    return stream_of(mode, {name: value for name, value in info.items() if value is not None})


def stream_of(mode: Mapping[str, int], info: Mapping[str, object]) -> Stream:
    """The stream of a configuration."""
    return Stream(
        family=NAME,
        rate_hz=float(mode["rate_hz"]),
        tick_hz=TICK_HZ,
        ticks_per_sample=TICK_HZ / mode["rate_hz"],
        tick_source="stamp",
        stamp=Stamp.FIRST,
        samples_per_packet=mode["samples"],
        accel_range_m_s2=mode["accel_range_g"] * STANDARD_GRAVITY_M_S2,
        gyro_range_rad_s=float(np.deg2rad(mode["gyro_range_dps"])),
        mode=dict(mode),
        info=dict(info),
    )


def stop(stream: Stream) -> Exchange:
    """Stop the stream."""
    del stream
    yield from _do(Op.STOP)
    yield Subscribe(DATA, on=False)
    yield Subscribe(CONTROL, on=False)


def battery() -> Exchange:
    """Percent, None where the board can't tell."""
    return (yield from _information())["battery_percent"]


def blink() -> Exchange:
    """The board shows itself for some seconds."""
    yield Subscribe(CONTROL)
    yield from _do(Op.BLINK)


def ask_time(token: int) -> Exchange:
    """Two-way exchange: returns (received, sent), the board's us when the question came and the answer went.

    With the host's times h1 (before the write) and h2 (when the answer came) the board's clock is ahead by
    (received + sent) / 2 - (h1 + h2) / 2, wrong by (h2 - h1 - sent + received) / 2 at most.
    """
    answer = yield from _do(Op.TIME, {"token": token})
    if answer.fields["token"] != token:
        raise ExchangeError(f"TIME: the answer has token {answer.fields['token']}, not {token}. Ask again")
    return answer.fields["received_us"], answer.fields["sent_us"]


def record(seconds: int) -> Exchange:
    """Begin a recording in the board's memory (0: until RECORD_STOP or full); returns its number."""
    yield Subscribe(CONTROL)
    return (yield from _do(Op.RECORD, {"seconds": seconds})).fields["recording"]


def fetch(recording: int) -> Exchange:
    """All sample packets of a recording, as bytes. One that is missing leaves a gap in their counters."""
    yield Subscribe(CONTROL)
    yield Subscribe(MEMORY)
    yield from _do(Op.FETCH, {"recording": recording, "skip": 0})
    fetched: list[bytes] = []
    while True:
        try:
            payload = (
                yield Expect(MEMORY, lambda _: True, ANSWER_TIMEOUT_S, "packet of the recording")
            ) or b""
            kind = decode(MEMORY, payload, {}).kind
        except ProtocolError as wrong:
            raise ExchangeError(f"recording {recording}: {wrong}. Fetch again") from None
        except TimeoutError:
            raise ExchangeError(
                f"recording {recording}: silent after {len(fetched)} packets. Fetch again"
            ) from None
        if kind is Kind.STATUS:
            yield Subscribe(MEMORY, on=False)
            return fetched
        fetched.append(payload)


class OpenProfileReceiver:
    """See Receiver. A new boot number begins a new clock; its ticks go on behind the old ones."""

    def __init__(self, stream: Stream):
        self._period = round(stream.ticks_per_sample)
        self._boot: int | None = None
        self._counter: int = -1
        self._wraps: int = 0
        self._offset = 0
        self._last = -1

    def push(self, characteristic: str, payload: bytes) -> Rows:
        """Rows of a sample packet of the stream; recordings that are fetched meanwhile give none."""
        packet = decode(characteristic, payload, {})
        if characteristic.lower() not in ("", DATA) or packet.kind is not Kind.SAMPLES:
            return Rows.nothing()
        tick, boot, counter = packets.sample_ticks(packet), packet.fields["boot"], packet.counter or 0
        restarted = self._boot is not None and boot != self._boot
        if restarted:
            offset = self._last + self._period - int(tick[0])
        elif self._boot is not None and counter == self._counter:
            return Rows.nothing()
        else:
            offset = self._offset
        tick = tick + offset
        if tick[0] <= self._last:
            raise ProtocolError(f"time doesn't rise: {int(tick[0])} us after {self._last} us", payload, 8)
        if self._boot is not None and tick[0] - self._last > LONGEST_GAP_US:
            raise ProtocolError(f"time leaps from {self._last} us to {int(tick[0])} us", payload, 8)
        wrapped = not restarted and counter < self._counter
        self._wraps = 0 if restarted else self._wraps + wrapped
        self._boot, self._counter, self._offset, self._last = boot, counter, offset, int(tick[-1])
        n = len(tick)
        return Rows(
            tick,
            no_samples(n) if packet.accel_m_s2 is None else packet.accel_m_s2,
            no_samples(n) if packet.gyro_rad_s is None else packet.gyro_rad_s,
            np.zeros(n, np.bool_) if packet.clipped is None else packet.clipped,
            mag_ut=packet.mag_ut,
            sequence=counter + (self._wraps << 32),
            restarted=restarted,
        )


FAMILY = Family(
    name=NAME,
    title="Open profile",
    recognise=recognise,
    decode=decode,
    configure=configure,
    stop=stop,
    receiver=OpenProfileReceiver,
    battery=battery,
    virtual=VirtualBoard,
    blink=blink,
)
