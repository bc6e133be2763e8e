"""Emulated sensors: a family's virtual sensor with a radio's habits, and with what can go wrong at a host."""

from __future__ import annotations

from dataclasses import dataclass, field

from moving import waves

from aqsense.acquire.simulated_link import Habits, SimulatedSensor
from firmware_protocol import FAMILIES, Identity

NAMES = tuple(sorted(FAMILIES))


@dataclass
class Faults:
    """What goes wrong; counts are used up.

    busy_connects      connects that fail at once with `Input/output error`
    forgotten          times that the system forgets the sensor when a scan ends
    refused_writes     acknowledged writes that fail with ATT error 0x0E
    hung_writes        numbers of the writes (the first is 1) that are never answered
    wrong_answers      notifications that arrive as other bytes
    vanishes_at_write  the sensor is gone at this write, until `is_away` is taken back
    twice              notifications by signal only, each of them twice
    slow_disconnect_s  how long a disconnect takes
    """

    busy_connects: int = 0
    forgotten: int = 0
    refused_writes: int = 0
    hung_writes: tuple[int, ...] = ()
    wrong_answers: int = 0
    vanishes_at_write: int = 0
    twice: bool = False
    slow_disconnect_s: float = 0.0


@dataclass
class OnAir:
    """A sensor that can be heard.

    is_away    out of reach
    connects   connections so far
    writes     writes so far
    """

    simulated: SimulatedSensor
    address: str
    faults: Faults = field(default_factory=Faults)
    is_away: bool = False
    connects: int = 0
    writes: int = 0

    @property
    def identity(self) -> Identity:
        return Identity(self.simulated.family)

    def said(self, payload: bytes) -> bytes:
        """What arrives of a notification."""
        if not self.faults.wrong_answers:
            return payload
        self.faults.wrong_answers -= 1
        return b"\xee" * len(payload)


def on_air(family: str, number: int = 0, faults: Faults | None = None, **habits: object) -> OnAir:
    """A sensor of the family; `number` makes its serial and address."""
    virtual = FAMILIES[family].virtual(f"{number:04d}")
    habits = {"connect_s": 0.01, "rssi_dbm": -50 - number, **habits}
    simulated = SimulatedSensor(family, virtual, waves(number), Habits(**habits), keeps_sent=True)  # type: ignore[arg-type]
    return OnAir(simulated, f"C0:00:00:00:00:{number + 1:02X}", faults or Faults())


def one_of_each() -> list[OnAir]:
    return [on_air(name, number) for number, name in enumerate(NAMES)]
