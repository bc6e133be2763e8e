"""What a capture looks like right now: one immutable picture for whoever shows it.

In:  records and what they decode to, in the order of the log.
Out: `CaptureNow`.
Refuses: judging; words are made where they are shown.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np

from aqsense.acquire.log_decoder import LogDecoder
from aqsense.acquire.log_record import LogRecord, What
from aqsense.acquire.sensor_decoder import Batch, SensorDecoder
from aqsense.model import Mark

RECENT_S = 5.0
SHORTEST_S = 1.0  # over less no rate is told
MOST_MARKS = 30


@dataclass(frozen=True, slots=True)
class SensorNow:
    """A sensor over the last seconds; NaN where it is not known yet.

    stage          waiting, connecting, configuring, streaming, stopped
    rate_hz        samples per second that came
    nominal_hz     what it was configured to
    loss           share of samples that did not come, by its own ticks
    delay_ms       median delay of its packets above the quickest
    clipped        share of samples at full scale
    silent_s       since the last notification
    n_samples      of the whole capture
    n_lost         connections that broke off
    """

    site: str
    stage: str
    title: str = ""
    serial: str = ""
    rate_hz: float = float("nan")
    nominal_hz: float = float("nan")
    loss: float = float("nan")
    delay_ms: float = float("nan")
    clipped: float = float("nan")
    silent_s: float = float("nan")
    battery_percent: float = float("nan")
    rssi_dbm: float = float("nan")
    n_samples: int = 0
    n_packets: int = 0
    n_undecodable: int = 0
    n_lost: int = 0
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class CaptureNow:
    """A capture.

    time_s      session time
    sensors     in the order in which they are wanted
    marks       the newest ones
    log_bytes   written
    failed      why nothing is written any more, "" = it is
    """

    time_s: float
    sensors: tuple[SensorNow, ...]
    marks: tuple[Mark, ...] = ()
    log_bytes: int = 0
    failed: str = ""


@dataclass(slots=True)
class _Meter:
    """What came of one sensor: arrival_s, newest tick, last row's tick, samples, clipped ones."""

    told: dict[str, Any] = field(default_factory=lambda: {"stage": "waiting"})
    recent: deque[tuple[float, int, int, int, int]] = field(default_factory=deque)
    heard_s: float = float("nan")
    n_samples: int = 0
    n_lost: int = 0

    def take(self, batch: Batch) -> None:
        n, clipped = len(batch.tick), int(np.count_nonzero(batch.clipped))
        self.recent.append((batch.arrival_s, batch.newest, int(batch.tick[-1]), n, clipped))
        self.n_samples += n

    def forget(self, before_s: float) -> None:
        while self.recent and self.recent[0][0] < before_s:
            self.recent.popleft()

    def measured(self, known: SensorDecoder | None) -> Mapping[str, float]:
        """Rate, loss, delay and clipping; the window begins behind its first packet."""
        stream = known.stream if known else None
        if stream is None or len(self.recent) < 3:
            return MappingProxyType({})
        rows = np.array(self.recent)
        arrival_s, tick, last, n, clipped = rows.T
        expected = (last[-1] - last[0]) / stream.ticks_per_sample
        if arrival_s[-1] - arrival_s[0] < SHORTEST_S or expected <= 0:
            return MappingProxyType({})
        share = min(1.0, float(n[1:].sum()) / expected)
        # The slope, not a count: packets of many samples come unevenly.
        # By hand: polyfit would wake the linear algebra's threads, and the log would wait for them.
        x, y = tick - tick.mean(), arrival_s - arrival_s.mean()
        s_per_tick = float((x * y).sum() / (x * x).sum())
        late_s = y - s_per_tick * x
        return {
            "rate_hz": share / max(s_per_tick * stream.ticks_per_sample, 1e-9),
            "loss": 1.0 - share,
            "delay_ms": 1e3 * float(np.median(late_s) - late_s.min()),
            "clipped": float(clipped.sum() / n.sum()),
        }


class CaptureMeter:
    """Give it every record by `push`, ask for `now`."""

    def __init__(self, sites: tuple[str, ...]):
        self.decoder = LogDecoder()
        self._meters = {site: _Meter() for site in sites}
        self._marks: deque[Mark] = deque(maxlen=MOST_MARKS)
        self._newest_ns = 0

    def push(self, record: LogRecord) -> list[Batch | Mark]:
        """What the record brings; it is counted."""
        self._newest_ns = max(self._newest_ns, record.time_ns)
        meter = self._meters.get(record.site)
        came = self.decoder.push(record)
        if meter is not None:
            if record.what is What.STATE:
                meter.told |= dict(record.facts)
            elif record.what is What.PACKET:
                meter.heard_s = self.decoder.session_s(record.time_ns)
            elif record.what is What.MARK and record.facts.get("kind") == "lost":
                meter.n_lost += 1
                meter.recent.clear()
                meter.told |= {"stage": "waiting", "trouble": record.facts.get("text", "")}
        for one in came:
            if isinstance(one, Mark):
                self._marks.append(one)
            elif one.site in self._meters:
                self._meters[one.site].take(one)
        return came

    def now(self, time_ns: int, log_bytes: int, failed: str = "") -> CaptureNow:
        """The picture at a host time."""
        time_s = self.decoder.session_s(time_ns)
        sensors = tuple(self._sensor(site, meter, time_s) for site, meter in self._meters.items())
        return CaptureNow(time_s, sensors, tuple(self._marks), log_bytes, failed)

    def _sensor(self, site: str, meter: _Meter, time_s: float) -> SensorNow:
        meter.forget(time_s - RECENT_S)
        known = self.decoder.sensors.get(site)
        stream = known.stream if known else None
        info = stream.info if stream else {}
        battery = meter.told.get("battery_percent", info.get("battery_percent"))
        rssi = meter.told.get("rssi_dbm")
        return SensorNow(
            site,
            str(meter.told["stage"]),
            title=str(known.facts.get("title", "")) if known else "",
            serial=str((known.facts.get("serial") if known else "") or info.get("serial", "")),
            nominal_hz=stream.rate_hz if stream else float("nan"),
            silent_s=time_s - meter.heard_s,
            battery_percent=float("nan") if battery is None else float(battery),
            rssi_dbm=float("nan") if rssi is None else float(rssi),
            n_samples=meter.n_samples,
            n_packets=known.packets if known else 0,
            n_undecodable=known.undecodable if known else 0,
            n_lost=meter.n_lost,
            trouble=str(meter.told.get("trouble", "")),
            **meter.measured(known),
        )
