"""How a sensor's samples reach the host: its own clock, and packets over the radio (METHOD 6, 7.2)."""

from __future__ import annotations

from dataclasses import dataclass

from aqsense.simulate.ranges import between


@dataclass(frozen=True, slots=True)
class Link:
    """Device ticks instead of a common time, and when which packet arrived.

    tick_hz            ticks per second, nominal; None = the tick counts samples
    skew_ppm           SD of the sensors' clock rates
    wander_ppm         SD of their slow change over minutes
    packet_samples     samples per packet
    interval_ms        connection interval, 7.5 to 45 ms; None = each sensor's own, drawn. Where it equals the
                       packets' period (3 samples at 100 Hz: 30 ms) the two are locked, and the delay of all
                       packets stays the same: nothing in the arrivals can tell it
    retransmit         chance that a packet needs one more interval, and then again
    delay_ms           mean of the host's delay; never negative
    stalls_per_minute  how often the host hears nothing for 0.1 to 0.8 s, from all sensors
    """

    tick_hz: float | None = 1e6
    skew_ppm: float = 30.0
    wander_ppm: float = 2.0
    packet_samples: int = 3
    interval_ms: float | None = None
    retransmit: float = 0.05
    delay_ms: float = 1.5
    stalls_per_minute: float = 0.5

    def __post_init__(self) -> None:
        if self.tick_hz is not None:
            between("tick_hz", self.tick_hz, 1000.0, 1e9)
        between("skew_ppm", self.skew_ppm, 0.0, 1000.0)
        between("wander_ppm", self.wander_ppm, 0.0, 100.0)
        between("packet_samples", self.packet_samples, 1, 100)
        if self.interval_ms is not None:
            between("interval_ms", self.interval_ms, 7.5, 45.0)
        between("retransmit", self.retransmit, 0.0, 0.9)
        between("delay_ms", self.delay_ms, 0.0, 100.0)
        between("stalls_per_minute", self.stalls_per_minute, 0.0, 20.0)
