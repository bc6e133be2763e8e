#!/usr/bin/env python3
"""Throw random and spoilt packets at the codecs: each must give a Packet or a ProtocolError, nothing else.

    python scripts/fuzz_protocol.py [FAMILY...] [--count N] [--seed S]

Prints seed and count of each family; ends with exit code 1 at the first packet that does something else, and
prints it so that it can become a test.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from firmware_protocol import FAMILIES, Family, Packet, ProtocolError, Rows
from firmware_protocol.exchange import Stream, Write
from firmware_protocol.rehearsal import rehearse, sent, started

LONGEST = 260


@dataclass(frozen=True)
class Given:
    """What a codec is given."""

    characteristic: str
    payload: bytes
    mode: Mapping[str, object]


@dataclass(frozen=True)
class Outcome:
    """How many gave a packet, how many an error; rows that the receiver made of the same bytes."""

    packets: int
    errors: int
    rows: int


class Surprise(Exception):
    """A codec did what it must not."""


def genuine(family: Family) -> tuple[Stream, list[Given]]:
    """All that host and virtual sensor of a family say to each other, from configuring to stopping."""
    sensor, stream, talk = started(family, "1234")
    notifications = [*talk.notifications, *sent(sensor, stream.rate_hz, 1.0)]
    stopping = rehearse(family.stop(stream), sensor)
    notifications += stopping.notifications
    writes = [step for step in (*talk.steps, *stopping.steps) if isinstance(step, Write)]
    said = {(one.characteristic, one.payload) for one in notifications}
    said |= {(one.characteristic, one.data) for one in writes}
    return stream, [Given(characteristic, data, stream.mode) for characteristic, data in sorted(said)]


def spoilt(seeds: Sequence[Given], draw: random.Random) -> Iterator[Given]:
    """Endless: half random bytes, half genuine ones with something done to them; modes vary too."""
    characteristics = sorted({one.characteristic for one in seeds} | {""})
    modes = [seeds[0].mode, {}]
    while True:
        seed = draw.choice(seeds)
        if draw.random() < 0.5:
            payload = draw.randbytes(draw.choice((len(seed.payload), draw.randrange(LONGEST))))
        else:
            payload = seed.payload
            for _ in range(draw.randrange(1, 4)):
                payload = spoil(payload, draw, draw.choice(seeds).payload)
        place = seed.characteristic if draw.random() < 0.8 else draw.choice(characteristics)
        yield Given(place, payload, draw.choice(modes))


def spoil(payload: bytes, draw: random.Random, other: bytes) -> bytes:
    """One thing that happens to bytes: cut, a bit turned, lost, added, reversed, two packets glued."""
    data = bytearray(payload)
    place = draw.randrange(len(data) + 1)
    what = draw.randrange(7)
    if what == 0:
        return bytes(data[:place])
    if what == 1 and data:
        data[place - 1] ^= 1 << draw.randrange(8)
    elif what == 2:
        del data[place : place + draw.randrange(1, 5)]
    elif what == 3:
        data[place:place] = draw.randbytes(draw.randrange(1, 5))
    elif what == 4:
        data[place : place + 4] = data[place : place + 4][::-1]
    elif what == 5 and data:
        data[place - 1] = draw.choice((0, 1, 2, 3, 0x7F, 0x80, 0xFF))
    else:
        return bytes(data) + other
    return bytes(data)


def fuzz(family: Family, count: int, seed: int) -> Outcome:
    """Give `count` packets to `decode` and to a receiver; Surprise names the first misdeed."""
    stream, seeds = genuine(family)
    receiver = family.receiver(stream)
    packets = errors = rows = 0
    last_tick = -1
    for given, _ in zip(spoilt(seeds, random.Random(seed)), range(count), strict=False):
        try:
            packet = family.decode(given.characteristic, given.payload, given.mode)
            check_packet(packet)
            packets += 1
        except ProtocolError as error:
            if not 0 <= error.offset <= len(given.payload):
                raise Surprise(f"{family.name}: offset {error.offset} is outside: {given}") from error
            errors += 1
        except Exception as error:
            raise Surprise(f"{family.name}: {error!r} for {given}") from error
        try:
            new = receiver.push(given.characteristic, given.payload)
        except ProtocolError:
            continue
        except Exception as error:
            raise Surprise(f"{family.name}: receiver: {error!r} for {given}") from error
        last_tick = check_rows(new, last_tick, given)
        rows += len(new)
    return Outcome(packets, errors, rows)


def check_packet(packet: Packet) -> None:
    """Blocks have three columns and `clipped` a row per sample."""
    blocks = [b for b in (packet.accel_m_s2, packet.gyro_rad_s, packet.mag_ut) if b is not None]
    if any(block.ndim != 2 or block.shape[1] != 3 for block in blocks):
        raise ValueError("a block isn't (n, 3)")
    if packet.clipped is not None and len(packet.clipped) != packet.n_samples:
        raise ValueError("clipped has another length than the samples")


def check_rows(new: Rows, last_tick: int, given: Given) -> int:
    """Ticks rise, also over restarts; the last one."""
    for tick in new.tick.tolist():
        if tick <= last_tick:
            raise Surprise(f"tick {tick} after {last_tick}: {given}")
        last_tick = tick
    if not len(new.tick) == len(new.accel_m_s2) == len(new.gyro_rad_s) == len(new.clipped):
        raise Surprise(f"rows of different lengths: {given}")
    return last_tick


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("families", nargs="*", metavar="FAMILY", help=f"[default: {', '.join(FAMILIES)}]")
    parser.add_argument("--count", type=int, default=1_000_000, help="packets per family [default: 1000000]")
    parser.add_argument("--seed", type=int, help="repeat an earlier run [default: another each time]")
    arguments = parser.parse_args()
    unknown = sorted(set(arguments.families) - set(FAMILIES))
    if unknown:
        parser.error(f"unknown family {', '.join(unknown)}; known: {', '.join(FAMILIES)}")
    seed = time.time_ns() % 2**32 if arguments.seed is None else arguments.seed
    for name in arguments.families or FAMILIES:
        try:
            outcome = fuzz(FAMILIES[name], arguments.count, seed)
        except Surprise as surprise:
            print(f"{name}: seed {seed}: {surprise}", file=sys.stderr)
            return 1
        print(
            f"{name}: seed {seed}, {arguments.count} packets: {outcome.packets} legal,"
            f" {outcome.errors} refused, {outcome.rows} rows"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
