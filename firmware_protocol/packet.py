"""The nouns of every family: what a packet holds, and what is no legal packet.

In:  nothing; plain values.
Refuses: I/O, clocks of the host, knowing where a sensor sits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ticks = NDArray[np.int64]
STANDARD_GRAVITY_M_S2 = 9.80665


class ProtocolError(ValueError):
    """Bytes that are not a legal packet.

    packet   the bytes
    offset   of the first byte that can't be right
    reason   what was found and what was expected
    """

    def __init__(self, reason: str, packet: bytes, offset: int = 0):
        self.packet = bytes(packet)
        self.offset = offset
        self.reason = reason
        shown = self.packet[:40].hex() + ("..." if len(self.packet) > 40 else "")
        super().__init__(f"{reason} (byte {offset} of {len(self.packet)}: {shown})")


class Stamp(Enum):
    """Which sample of a packet the device's timestamp belongs to."""

    FIRST = "first_sample"
    LAST = "last_sample"
    NONE = "none"


class Kind(Enum):
    """What a packet is."""

    SAMPLES = "samples"
    ANSWER = "answer"  # to a command
    STATUS = "status"  # said by itself: button, battery, power


@dataclass(frozen=True, slots=True)
class Packet:
    """What one notification (or read, or message put together of several) holds.

    kind         samples, answer or status
    accel_m_s2   (n, 3) specific force, gravity included; None where the packet has none
    gyro_rad_s   (n, 3) angular rate; None where it has none
    mag_ut       (n, 3) uT; None where it has none
    stamp        which sample `tick` belongs to
    tick         device time or counter as sent (it wraps); None with Stamp.NONE
    tick_hz      ticks per second, nominal; None with Stamp.NONE
    tick_bits    the counter wraps at 2**tick_bits
    counter      number of the packet or of its first sample as sent; None where the family sends none
    clipped      (n,) bool: a component within 1 % of full scale (or flagged by the device); None without
                 samples
    fields       everything else by name with the unit in the name: numbers, text, bool, bytes as hex text
    Samples stand oldest first.
    """

    kind: Kind
    accel_m_s2: Floats | None = None
    gyro_rad_s: Floats | None = None
    mag_ut: Floats | None = None
    stamp: Stamp = Stamp.NONE
    tick: int | None = None
    tick_hz: float | None = None
    tick_bits: int | None = None
    counter: int | None = None
    clipped: NDArray[np.bool_] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def n_samples(self) -> int:
        """Rows of the longest block of samples."""
        blocks = (self.accel_m_s2, self.gyro_rad_s, self.mag_ut)
        return max((len(block) for block in blocks if block is not None), default=0)


@dataclass(frozen=True, slots=True)
class Rows:
    """Samples of one sensor with unwrapped ticks: what a Receiver makes of notifications.

    tick         (n,) int64, rising over the life of a receiver; unit: the stream's `tick_hz`
    accel_m_s2   (n, 3), NaN = not delivered
    gyro_rad_s   (n, 3), NaN = not delivered
    mag_ut       (n, 3), NaN = not delivered; None where the stream has none
    clipped      (n,) bool
    sequence     packet counter as sent, unwrapped; -1 where the family sends none
    restarted    the device began anew (its clock jumped back): these rows belong to a new clock segment
    newest       tick of the newest sample that the notification itself brought, which may still wait for its
                 partner: what its arrival tells about the clock. None = the last row's
    """

    tick: Ticks
    accel_m_s2: Floats
    gyro_rad_s: Floats
    clipped: NDArray[np.bool_]
    mag_ut: Floats | None = None
    sequence: int = -1
    restarted: bool = False
    newest: int | None = None

    def __len__(self) -> int:
        return len(self.tick)

    @staticmethod
    def nothing() -> Rows:
        """No samples: a status packet, the first half of a packet, a repeated notification."""
        none = np.empty((0, 3))
        return Rows(np.empty(0, np.int64), none, none, np.empty(0, np.bool_))
